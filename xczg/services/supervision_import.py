"""Entries filled in away from the program: annex 1 of the own unit out, the filled workbook in (R4, R19)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.task_sheets import TaskRow, read_tasks, task_template
from xczg.exchange.workbook import WrongFileError
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import OTHER_METHOD
from xczg.rules.text import text_key
from xczg.rules.values import ScoringUnit
from xczg.services.results import read_rulebook, round_row
from xczg.services.supervised import own_unit, refuse_locked, report_unit, writable_round
from xczg.services.supervision import EntryForm, entry_values
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import SupervisionEntry
from xczg.store.views.supervision import Supervised, entries_of_round, supervised


@dataclass(frozen=True, slots=True)
class TaskFault:
    """One row that cannot be accepted."""

    row: int
    message: str


@dataclass(frozen=True, slots=True)
class TasksReport:
    """What an import did; with faults nothing is written. Known rows are entries that are there already."""

    written: int
    known: int
    faults: tuple[TaskFault, ...]


def make_task_template(engine: Engine, actor: Actor, round_id: int) -> bytes:
    """The task list of the actor's unit for all organisations of a round."""
    demand(actor, UseCase.SUPERVISE)
    unit = own_unit(actor)
    with reading(engine) as session:
        row = round_row(session, round_id)
        names = [one.organization for one in supervised(session, round_id) if not one.exempted]
    return task_template(unit, names, read_rulebook(row.rulebook_content), row.name)


def import_entries(
    engine: Engine, actor: Actor, round_id: int, *, content: bytes, name: str, today: date
) -> TasksReport:
    """Record every filled row as an entry of the actor's unit, all of them or none.

    Raises:
        RefusedError: for a file that cannot be read as a whole, a locked report, or a frozen round.
    """
    demand(actor, UseCase.SUPERVISE)
    unit = own_unit(actor)
    with writing(engine) as session:
        row, rulebook = writable_round(session, round_id)
        refuse_locked(session, round_id, report_unit(rulebook, unit))
        try:
            rows = read_tasks(content, name, row.feedback_date)
        except WrongFileError as error:
            raise RefusedError(str(error)) from error
        if not rows:
            raise RefusedError("表中没有填写任何监督记录，请填写后再导入。")
        known = _known(session, round_id, unit)
        by_name = {
            text_key(one.organization): one for one in supervised(session, round_id) if not one.exempted
        }
        entries, faults = _read(rows, by_name, rulebook, unit, today)
        if faults:
            return TasksReport(0, 0, tuple(faults))
        fresh = [one for one in entries if _identity(one) not in known]
        for values in fresh:
            session.add(SupervisionEntry(unit=unit, recorded_by=actor.username, **values))
        audit.record(session, actor.username, "导入监督记录", row.name, 数量=len(fresh), 文件=name)
        return TasksReport(len(fresh), len(entries) - len(fresh), ())


def _read(
    rows: list[TaskRow], by_name: dict[str, Supervised], rulebook: Rulebook, unit: ScoringUnit, today: date
) -> tuple[list[dict[str, Any]], list[TaskFault]]:
    entries: list[dict[str, Any]] = []
    faults: list[TaskFault] = []
    for row in rows:
        try:
            entries.append(_entry(row, by_name, rulebook, unit, today))
        except RefusedError as refusal:
            faults.append(TaskFault(row.row, f"第{row.row}行：{refusal}"))
    return entries, faults


def _entry(
    row: TaskRow, by_name: dict[str, Supervised], rulebook: Rulebook, unit: ScoringUnit, today: date
) -> dict[str, Any]:
    organization = by_name.get(text_key(row.organization))
    if organization is None:
        msg = f"本轮没有需要监督评估的党组织“{row.organization}”，请核对名称。"
        raise RefusedError(msg)
    if row.on_date is None:
        raise RefusedError("监督日期没有填写或不能识别，请写成2026-03-05的样子。")
    others = [one for one in row.methods if one.startswith(OTHER_METHOD)]
    form = EntryForm(
        content=row.content,
        tasks=(row.task,) if row.task else (),
        methods=[one for one in row.methods if one not in others] + ([OTHER_METHOD] if others else []),
        on_date=row.on_date,
        seen=row.seen,
        judgement=row.judgement,
        other_method="、".join(one.removeprefix(OTHER_METHOD).strip("：") for one in others),
    )
    values = entry_values(form, rulebook, unit, feedback=organization.feedback, today=today)
    return {"inspection_id": organization.inspection_id, **values}


Identity = tuple[int, str, date, str]


def _identity(values: dict[str, Any]) -> Identity:
    return values["inspection_id"], values["content"], values["on_date"], values["seen"]


def _known(session: Session, round_id: int, unit: ScoringUnit) -> set[Identity]:
    """The unit's entries by organisation, content, day and text: the same row twice is one entry."""
    return {
        (one.inspection_id, one.content, one.on_date, one.seen)
        for one in entries_of_round(session, round_id)
        if one.unit is unit
    }
