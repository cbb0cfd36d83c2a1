"""One organisation in one round: what is unresolved, and its earlier rounds."""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, func, select
from sqlmodel import Session, col

from xczg.rules.rates import StatusCounts
from xczg.rules.values import FindingStatus
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import Finding, Inspection, Round, VisitCheck
from xczg.store.views.rounds import in_scope
from xczg.store.views.verified import current_check, settled_status

_INSPECTION = bindparam("inspection", type_=Integer)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """One finding that is not completed."""

    id: int
    serial: str
    text: str
    category: str
    status: FindingStatus
    due_date: date | None
    long_term: bool
    unit: str

    def days_overdue(self, today: date) -> int:
        """Days past the due date, 0 for what is not overdue."""
        if self.due_date is None or self.long_term:
            return 0
        return max(0, (today - self.due_date).days)


@dataclass(frozen=True, slots=True)
class InspectionHead:
    """Whose inspection it is, by which team, and its own feedback date where it has one."""

    organization_id: int
    feedback_date: date
    team: int | None
    exempted_on: date | None
    exemption_basis: str | None


@dataclass(frozen=True, slots=True)
class OtherRound:
    """The organisation in another round: counts as they are now."""

    round_id: int
    name: str
    feedback_date: date
    counts: StatusCounts


def inspection_head(session: Session, inspection_id: int) -> InspectionHead:
    """The head of one inspection. One statement."""
    return InspectionHead(*session.execute(_head(), {"inspection": inspection_id}).one())


@cache
def _head() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Inspection.organization_id),
            func.coalesce(Inspection.feedback_date, Round.feedback_date),
            col(Inspection.team),
            col(Inspection.exempted_on),
            col(Inspection.exemption_basis),
        )
        .join(Round, col(Round.id) == Inspection.round_id)
        .where(col(Inspection.id) == _INSPECTION)
    )


def unresolved(session: Session, inspection_id: int, *, as_reported: bool = False) -> tuple[Unresolved, ...]:
    """What is not completed, the earliest date first, undated ones last. One statement.

    督查核实 wins where there is one, unless it is asked what is reported now, after a result was frozen.
    """
    found = session.execute(_unresolved(as_reported=as_reported), {"inspection": inspection_id})
    return tuple(Unresolved(*row) for row in found)


@cache
def _unresolved(*, as_reported: bool) -> Select[*tuple[Any, ...]]:
    status = col(Finding.status) if as_reported else settled_status()
    return (
        select(
            col(Finding.id),
            col(Finding.serial),
            col(Finding.text),
            col(Finding.category),
            status,
            col(Finding.due_date),
            col(Finding.long_term),
            col(Finding.unit),
        )
        .outerjoin(VisitCheck, current_check())
        .where(col(Finding.inspection_id) == _INSPECTION, status != FindingStatus.COMPLETED)
        .order_by(col(Finding.due_date).is_(None), col(Finding.due_date), col(Finding.position))
        .limit(2000)
    )


def other_rounds(
    session: Session, organization_id: int, round_id: int, scope: Scope = EVERYTHING
) -> tuple[OtherRound, ...]:
    """The same organisation in the other rounds of the scope, newest first, as it is now."""
    asked = {"organization": organization_id, "round": round_id}
    return tuple(
        OtherRound(row[0], row[1], row[2], StatusCounts(row[3], int(row[4] or 0), int(row[5] or 0)))
        for row in session.execute(_other_rounds(scope), asked)
    )


@lru_cache(maxsize=128)
def _other_rounds(scope: Scope) -> Select[*tuple[Any, ...]]:
    def number(status: FindingStatus) -> ColumnElement[int]:
        return func.sum(case((col(Finding.status) == status, 1), else_=0))

    return (
        select(
            col(Round.id),
            col(Round.name),
            func.coalesce(Inspection.feedback_date, Round.feedback_date).label("feedback"),
            func.count(col(Finding.id)),
            number(FindingStatus.COMPLETED),
            number(FindingStatus.BASICALLY_COMPLETED),
        )
        .join(Inspection, col(Inspection.round_id) == Round.id)
        .outerjoin(Finding, col(Finding.inspection_id) == Inspection.id)
        .where(
            col(Inspection.organization_id) == bindparam("organization", type_=Integer),
            col(Round.id) != bindparam("round", type_=Integer),
            in_scope(scope),
        )
        .group_by(col(Round.id), col(Inspection.id))
        .order_by(col(Round.feedback_date).desc())
    )
