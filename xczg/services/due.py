"""The tasks of one person: of everybody for the office, of their own for the others (R1–R8)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.calendar_file import calendar_file
from xczg.exchange.reminder_letter import LetterLine, reminder_letter
from xczg.rules.due import DueTask, Owner, RoundDue, due_tasks, pressing
from xczg.rules.values import Role
from xczg.services.results import read_rulebook, state_of
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.views.due import DueFacts, due_facts
from xczg.store.views.rounds import RoundRow, rounds

_OWNER = {
    Role.LEADER: Owner.LEADER,
    Role.DISCIPLINE: Owner.DISCIPLINE,
    Role.PERSONNEL: Owner.PERSONNEL,
    Role.TEAM: Owner.TEAM,
    Role.ORGANIZATION: Owner.ORGANIZATION,
}


def read_tasks(engine: Engine, actor: Actor, today: date) -> tuple[DueTask, ...]:
    """What this person has to do, the most pressing first; the office sees what everybody has to do."""
    demand(actor, UseCase.VIEW_DUE)
    if not actor.roles & {Role.OFFICE, *_OWNER}:
        return ()  # a department or an administrator works on no round
    with reading(engine) as session:
        found = rounds(session, scope=actor.scope)
        longest = max(
            (max(read_rulebook(row.rulebook_content).alerts.findings.value) for row in found), default=0
        )
        facts = due_facts(session, actor.scope, today + timedelta(days=longest))
    tasks = [task for row in found for task in _of_round(row, facts, today)]
    return tuple(sorted(_mine(tasks, actor), key=pressing))


def _of_round(row: RoundRow, facts: DueFacts, today: date) -> tuple[DueTask, ...]:
    rulebook, dates, state = state_of(row, today)
    confirmed = facts.confirmed.get(row.rulebook_version_id, frozenset())
    found = RoundDue(
        name=row.name,
        state=state,
        dates=dates,
        frozen=row.frozen,
        inspections=facts.inspections.get(row.id, ()),
        reports=facts.reports.get(row.id, frozenset()),
        consulted=row.id in facts.consulted,
        visited=facts.visited.get(row.id, frozenset()),
        unconfirmed=len(set(rulebook.open_points()) - confirmed),
    )
    return due_tasks(found, rulebook, today)


def _mine(tasks: Iterable[DueTask], actor: Actor) -> list[DueTask]:
    if Role.OFFICE in actor.roles:
        return list(tasks)
    owners = {_OWNER[role] for role in actor.roles if role in _OWNER}
    return [task for task in tasks if task.owner in owners]


def make_calendar(engine: Engine, actor: Actor, today: date, moment: datetime) -> bytes:
    """The dated tasks of this person as a calendar file."""
    tasks = [task for task in read_tasks(engine, actor, today) if task.due is not None]
    with writing(engine) as session:
        audit.record(session, actor.username, "导出待办日程", "", 数量=len(tasks))
    return calendar_file(tasks, moment)


def make_letter(engine: Engine, actor: Actor, organization: str, today: date) -> bytes:
    """《巡察整改提醒函》 for one organisation: what it has to do, in Word, a draft for the office to send.

    Raises:
        RefusedError: when the organisation has nothing to do, or is not in the actor's scope.
    """
    demand(actor, UseCase.EXPORT_DUE)
    tasks = letter_tasks(read_tasks(engine, actor, today), organization)
    if not tasks:
        msg = f"“{organization}”目前没有需要提醒的事项。"
        raise RefusedError(msg)
    with reading(engine) as session:
        issuer = read_rulebook(rounds(session)[0].rulebook_content).issuer.value
    with writing(engine) as session:
        audit.record(session, actor.username, "导出提醒函", organization, 事项=len(tasks))
    lines = [LetterLine(task.round_name, task.words, task.due, task.urgency.value) for task in tasks]
    return reminder_letter(organization, lines, issuer=issuer, today=today)


def letter_tasks(tasks: Sequence[DueTask], organization: str) -> list[DueTask]:
    """What an organisation's letter names: its own tasks that are dated or were returned to it."""
    return [task for task in tasks if task.organization == organization and task.owner is Owner.ORGANIZATION]
