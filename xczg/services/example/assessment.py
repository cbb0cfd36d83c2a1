"""The concentrated assessment of the example city: groups, meetings, visits, checks, problems."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from xczg.rules.values import FindingStatus, ScoringUnit, VisitOutcome
from xczg.services.consultation_draft import draft_items
from xczg.services.example.city import AssessmentWords, City, seeded
from xczg.services.example.days import Milestones, after, moment, workday
from xczg.services.example.finding_plan import FindingPlan
from xczg.services.example.rounds import InspectionPlan, RoundPlan, Stage
from xczg.services.example.writing import OFFICE, add_rows, add_with_ids
from xczg.services.results import read_rulebook, round_row
from xczg.store import audit
from xczg.store.tables import (
    AssessmentGroup,
    ConsultationMeeting,
    FieldVisit,
    GroupMember,
    ProminentProblem,
    Recusal,
    Suggestion,
    VisitCheck,
    WrapUpMeeting,
)

OUTCOME_OF = {
    FindingStatus.COMPLETED: VisitOutcome.COMPLETED,
    FindingStatus.BASICALLY_COMPLETED: VisitOutcome.BASICALLY_COMPLETED,
    FindingStatus.NOT_COMPLETED: VisitOutcome.NOT_COMPLETED,
}


@dataclass(frozen=True, slots=True)
class Assessed:
    """What the assessment of one round is made from; `findings` are numbers and plans by inspection place."""

    plan: RoundPlan
    round_id: int
    inspections: Sequence[int]
    findings: dict[int, list[tuple[int, FindingPlan]]]
    days: Milestones
    today: date


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who visits which place, when."""

    place: int
    group: int
    day: date


def add_assessment(session: Session, city: City, assessed: Assessed, organizations: dict[str, int]) -> None:
    """Everything from the groups to the wrap-up meeting; nothing in the round that is still rectifying."""
    if assessed.plan.stage is Stage.RECTIFICATION:
        return
    words = city.assessment
    visits = _plan_visits(assessed, len(words.groups))
    groups, members = _add_groups(session, words, assessed, visits, organizations)
    visit_ids = _add_visits(session, words, assessed, groups, visits)
    _add_consultation(session, words, assessed)
    _add_checks(session, words, assessed, visits, visit_ids, members)
    _add_problems(session, words, assessed)
    if assessed.plan.stage <= Stage.DELIBERATED:
        _add_wrap_up(session, words, assessed)


def _plan_visits(assessed: Assessed, groups: int) -> list[_Visit]:
    """Each group visits one organisation a working day; what is not done yet lies ahead of today."""
    first, visits, turn = after(assessed.plan.period_end, 9), [], [0] * groups
    for place, one in enumerate(assessed.plan.inspections):
        if one.exempted:
            continue
        group = place % groups
        ahead = assessed.plan.stage is Stage.SCORING and place % 5 == 4
        day = _later(assessed.today, turn[group] // 5 + 1) if ahead else _later(first, turn[group])
        if not ahead:
            day = min(day, workday(assessed.today - timedelta(days=2)))
        visits.append(_Visit(place, group, day))
        turn[group] += 1
    return visits


def _later(day: date, workdays: int) -> date:
    """The working day so many working days later."""
    for _ in range(workdays):
        day += timedelta(days=3 if day.weekday() >= 4 else 1)
    return day


def _add_groups(
    session: Session,
    words: AssessmentWords,
    assessed: Assessed,
    visits: Sequence[_Visit],
    organizations: dict[str, int],
) -> tuple[list[int], dict[int, list[str]]]:
    formed = after(assessed.plan.period_end, -5)
    at = moment(formed, seeded("groups", assessed.plan.name))
    rows = [
        {"round_id": assessed.round_id, "name": name, "recorded_by": OFFICE, "recorded_at": at}
        for name in words.groups
    ]
    groups = add_with_ids(session, AssessmentGroup, rows)
    # The second member of the first group works where that group goes first, and stands back there.
    away = next(visit for visit in visits if visit.group == 0)
    own = organizations[assessed.plan.inspections[away.place].member.name]
    names, members = iter(words.members), []
    by_group: dict[int, list[str]] = {}
    for place, group in enumerate(groups):
        for number, (unit, post) in enumerate(zip(_UNITS, words.posts, strict=True)):
            name = next(names)
            by_group.setdefault(place, []).append(name)
            members.append(
                {
                    "group_id": group,
                    "unit": unit,
                    "name": name,
                    "post": post,
                    "leader": number == 0,
                    "organization_id": own if (place, number) == (0, 1) else None,
                    "recorded_by": OFFICE,
                    "recorded_at": at,
                }
            )
    ids = add_with_ids(session, GroupMember, members)
    recusal = {
        "inspection_id": assessed.inspections[away.place],
        "member_id": ids[1],
        "reason": words.recusal_reason,
        "substitute": words.substitute,
        "recorded_by": OFFICE,
        "recorded_at": at,
    }
    add_rows(session, Recusal, [recusal])
    audit.record(session, OFFICE, "成立集中督查组", assessed.plan.name, 督查组=len(groups), 成员=len(ids))
    return groups, by_group


_UNITS = (ScoringUnit.DISCIPLINE, ScoringUnit.PERSONNEL, ScoringUnit.TEAM)


def _add_visits(
    session: Session,
    words: AssessmentWords,
    assessed: Assessed,
    groups: Sequence[int],
    visits: Sequence[_Visit],
) -> list[int]:
    at = moment(after(assessed.plan.period_end, 7), seeded("schedule", assessed.plan.name))
    rows = [
        {
            "inspection_id": assessed.inspections[visit.place],
            "group_id": groups[visit.group],
            "from_date": visit.day,
            "until_date": visit.day,
            "methods": list(words.methods),
            "members": [],
            "recorded_by": OFFICE,
            "recorded_at": at,
        }
        for visit in visits
    ]
    audit.record(session, OFFICE, "安排实地督导", assessed.plan.name, 党组织=len(rows))
    return add_with_ids(session, FieldVisit, rows)


def _add_consultation(session: Session, words: AssessmentWords, assessed: Assessed) -> None:
    day = after(assessed.plan.period_end, 8)
    row = round_row(session, assessed.round_id)
    rulebook = read_rulebook(row.rulebook_content)
    texts = draft_items(session, row, rulebook, day)
    meeting = ConsultationMeeting(
        round_id=assessed.round_id,
        held_on=day,
        place=words.place,
        participants=words.participants,
        items=dict(zip(rulebook.contents.consultation_items.value, texts, strict=True)),
        recorded_by=OFFICE,
        recorded_at=moment(day, seeded("consultation", assessed.plan.name)),
    )
    session.add(meeting)
    session.flush()
    audit.record(session, OFFICE, "登记会商会议", assessed.plan.name, 日期=str(day))


def _add_checks(
    session: Session,
    words: AssessmentWords,
    assessed: Assessed,
    visits: Sequence[_Visit],
    visit_ids: Sequence[int],
    members: dict[int, list[str]],
) -> None:
    rows: list[dict[str, Any]] = []
    for visit, visit_id in zip(visits, visit_ids, strict=True):
        if visit.day >= assessed.today:
            continue
        one = assessed.plan.inspections[visit.place]
        findings = assessed.findings.get(visit.place, [])
        # While visits are under way some organisations are checked only in part.
        partly = assessed.plan.stage is Stage.SCORING and visit.place % 5 == 3
        rng = seeded("checks", *one.seed)
        at = moment(visit.day, rng)
        # The check that counts is that of the wrap-up: what was put right until then was looked at again.
        settled = min(assessed.days.approved, assessed.today - timedelta(days=1))
        for key, plan in findings[: len(findings) // 2] if partly else findings:
            outcome = _outcome(plan.course.status_on(settled), one, rng.random())
            rows.append(
                {
                    "finding_id": key,
                    "visit_id": visit_id,
                    "outcome": outcome,
                    "basis": rng.choice(words.bases[outcome.value]),
                    "on_date": visit.day,
                    "members": "、".join(members[visit.group]),
                    "recorded_by": ScoringUnit.DISCIPLINE.value,
                    "recorded_at": at,
                }
            )
    add_rows(session, VisitCheck, rows)
    audit.record(session, OFFICE, "登记督查核实", assessed.plan.name, 条数=len(rows))


def _outcome(status: FindingStatus, plan: InspectionPlan, roll: float) -> VisitOutcome:
    """What the visit finds: mostly what is reported; weak organisations report more than is there."""
    if status is FindingStatus.COMPLETED and roll < 0.12 * (1 - plan.member.quality):
        return (
            VisitOutcome.NOT_COMPLETED
            if roll < 0.05 * (1 - plan.member.quality)
            else (VisitOutcome.BASICALLY_COMPLETED)
        )
    return OUTCOME_OF[status]


def _add_problems(session: Session, words: AssessmentWords, assessed: Assessed) -> None:
    """Prominent problems at the weakest, suggestions for all that were visited."""
    day = min(after(assessed.plan.period_end, 22), assessed.today - timedelta(days=1))
    at = moment(day, seeded("problems", assessed.plan.name))
    places = [place for place, one in enumerate(assessed.plan.inspections) if not one.exempted]
    weakest = sorted(places, key=lambda place: assessed.plan.inspections[place].member.quality)
    common = {"recorded_by": ScoringUnit.DISCIPLINE.value, "recorded_at": at}
    problems = [
        {"inspection_id": assessed.inspections[place], "text": text, "source": "集中督查评估", **common}
        for place, text in zip(weakest, words.problems, strict=False)
    ]
    suggestions = [
        {
            "inspection_id": assessed.inspections[place],
            "text": words.suggestions[place % len(words.suggestions)],
            **common,
        }
        for place in places
        if assessed.plan.stage is not Stage.SCORING or place % 5 < 3
    ]
    add_rows(session, ProminentProblem, problems)
    add_rows(session, Suggestion, suggestions)


def _add_wrap_up(session: Session, words: AssessmentWords, assessed: Assessed) -> None:
    day = assessed.days.aggregated
    meeting = WrapUpMeeting(
        round_id=assessed.round_id,
        held_on=day,
        place=words.place,
        participants=words.participants,
        opened_by=OFFICE,
        opened_at=moment(day, seeded("wrap-up", assessed.plan.name)),
    )
    session.add(meeting)
    session.flush()
    audit.record(session, OFFICE, "召开集中督查总结会", assessed.plan.name, 日期=str(day))
