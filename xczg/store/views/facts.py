"""What the result of a round rests on, aggregated in SQL: one row an organisation, few statements."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    select,
    type_coerce,
)
from sqlmodel import Session, col

from xczg.rules.rates import Ballots, StatusCounts
from xczg.rules.result import InspectionFacts
from xczg.rules.scoring import SheetFacts
from xczg.rules.triggers import DecidedJudgement
from xczg.rules.values import FindingStatus, ScoringUnit, SheetState, VisitOutcome
from xczg.store.columns import Hundredths
from xczg.store.tables import (
    Finding,
    Inspection,
    Judgement,
    Organization,
    SatisfactionSurvey,
    ScoreLine,
    ScoreSheet,
    VisitCheck,
)
from xczg.store.views.verified import current_check, settled_status

_ROUND = bindparam("round", type_=Integer)


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """The facts of a round and, by inspection, whose it is, which team's, and its own feedback date."""

    facts: tuple[InspectionFacts, ...]
    organization_ids: Mapping[int, int]
    teams: Mapping[int, int | None]
    feedback_dates: Mapping[int, date | None]


def is_overdue(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Not completed, its date before today, and neither undated nor long-term."""
    return and_(
        col(Finding.due_date) < today,
        not_(col(Finding.long_term)),
        col(Finding.status) != FindingStatus.COMPLETED,
    )


def round_facts(session: Session, round_id: int, today: date, *, with_categories: bool = False) -> RoundFacts:
    """Counts, current sheets, ballots and decided judgements of every inspection of a round.

    What is open by category costs a statement of its own, for those who show or freeze it.
    """
    sheets = _sheets(session, round_id)
    ballots = _ballots(session, round_id)
    judgements = _judgements(session, round_id)
    categories = _categories(session, round_id) if with_categories else {}
    facts, organization_ids, teams, feedback_dates = [], {}, {}, {}
    for row in session.execute(_counts(), {"round": round_id, "today": today}):
        facts.append(
            InspectionFacts(
                inspection_id=row.id,
                organization=row.name,
                counts=StatusCounts(*(int(value or 0) for value in row[5:18])),
                sheets=sheets.get(row.id, {}),
                ballots=ballots.get(row.id),
                judgements=tuple(judgements.get(row.id, ())),
                exempted=row.exempted_on is not None,
                categories=categories.get(row.id, {}),
                oldest_overdue=row.oldest,
            )
        )
        organization_ids[row.id] = row.organization_id
        teams[row.id] = row.team
        feedback_dates[row.id] = row.feedback_date
    return RoundFacts(tuple(facts), organization_ids, teams, feedback_dates)


@cache
def _counts() -> Select[*tuple[Any, ...]]:
    """Built once: putting the statement together takes longer than running it."""
    today = bindparam("today", type_=Date)

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    completed = col(Finding.status) == FindingStatus.COMPLETED
    due = and_(col(Finding.due_date) <= today, not_(col(Finding.long_term)))
    past = and_(col(Finding.due_date) < today, not_(col(Finding.long_term)))
    checked, outcome = col(VisitCheck.id).is_not(None), col(VisitCheck.outcome)
    verified = outcome == VisitOutcome.COMPLETED
    return (
        select(
            col(Inspection.id),
            col(Organization.name),
            col(Inspection.organization_id),
            col(Inspection.team),
            col(Inspection.exempted_on),
            func.count(col(Finding.id)),
            number(completed),
            number(col(Finding.status) == FindingStatus.BASICALLY_COMPLETED),
            number(col(Finding.closed_out_on).is_not(None)),
            number(is_overdue(today)),
            number(due),
            number(and_(due, completed)),
            func.count(col(VisitCheck.id)),
            number(verified),
            number(outcome == VisitOutcome.BASICALLY_COMPLETED),
            number(and_(past, outcome != VisitOutcome.COMPLETED)),
            number(and_(due, verified)),
            number(and_(checked, col(Finding.status) == FindingStatus.NOT_COMPLETED)),
            func.min(case((is_overdue(today), col(Finding.due_date)))).label("oldest"),
            col(Inspection.feedback_date),
        )
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .outerjoin(Finding, col(Finding.inspection_id) == Inspection.id)
        .outerjoin(VisitCheck, current_check())
        .where(col(Inspection.round_id) == _ROUND)
        .group_by(col(Inspection.id), col(Organization.name))
    )


@cache
def _categories_query() -> Select[*tuple[Any, ...]]:
    def number(status: FindingStatus) -> ColumnElement[int]:
        return func.sum(case((settled_status() == status, 1), else_=0))

    return (
        select(
            col(Finding.inspection_id),
            col(Finding.category),
            number(FindingStatus.NOT_COMPLETED),
            number(FindingStatus.BASICALLY_COMPLETED),
        )
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .outerjoin(VisitCheck, current_check())
        .where(col(Inspection.round_id) == _ROUND)
        .group_by(col(Finding.inspection_id), col(Finding.category))
    )


def _categories(session: Session, round_id: int) -> dict[int, dict[str, tuple[int, int]]]:
    found: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for inspection_id, name, first, second in session.execute(_categories_query(), {"round": round_id}):
        found[inspection_id][name] = (int(first), int(second))
    return found


@cache
def _sheets_query() -> Select[*tuple[Any, ...]]:
    total = type_coerce(func.sum(ScoreLine.points), Hundredths)
    return (
        select(
            col(ScoreSheet.inspection_id),
            col(ScoreSheet.unit),
            func.count(col(ScoreLine.id)),
            total,
            col(ScoreSheet.proxy),
        )
        .join(ScoreLine, col(ScoreLine.sheet_id) == ScoreSheet.id)
        .join(Inspection, col(Inspection.id) == ScoreSheet.inspection_id)
        .where(
            col(Inspection.round_id) == _ROUND,
            col(ScoreSheet.current),
            col(ScoreSheet.state) == SheetState.SUBMITTED,
        )
        .group_by(col(ScoreSheet.inspection_id), col(ScoreSheet.unit), col(ScoreSheet.proxy))
    )


def _sheets(session: Session, round_id: int) -> dict[int, dict[ScoringUnit, SheetFacts]]:
    found: dict[int, dict[ScoringUnit, SheetFacts]] = defaultdict(dict)
    for inspection_id, unit, lines, points, proxy in session.execute(_sheets_query(), {"round": round_id}):
        found[inspection_id][unit] = SheetFacts(lines, points or Decimal(0), proxy)
    return found


@cache
def _ballots_query() -> Select[*tuple[Any, ...]]:
    survey = SatisfactionSurvey
    return (
        select(
            col(survey.inspection_id),
            col(survey.satisfied),
            col(survey.basically_satisfied),
            col(survey.dissatisfied),
            col(survey.unaware),
            col(survey.invalid),
        )
        .join(Inspection, col(Inspection.id) == survey.inspection_id)
        .where(col(Inspection.round_id) == _ROUND)
    )


def _ballots(session: Session, round_id: int) -> dict[int, Ballots]:
    found = session.execute(_ballots_query(), {"round": round_id})
    return {row[0]: Ballots(*row[1:]) for row in found}


@cache
def _judgements_query() -> Select[*tuple[Any, ...]]:
    return (
        select(col(Judgement.inspection_id), col(Judgement.kind), col(Judgement.text))
        .join(Inspection, col(Inspection.id) == Judgement.inspection_id)
        .where(col(Inspection.round_id) == _ROUND, col(Judgement.decided_on).is_not(None))
        .order_by(col(Judgement.id))
    )


def _judgements(session: Session, round_id: int) -> dict[int, list[DecidedJudgement]]:
    found = defaultdict(list)
    for inspection_id, kind, text in session.execute(_judgements_query(), {"round": round_id}):
        found[inspection_id].append(DecidedJudgement(kind, text))
    return found
