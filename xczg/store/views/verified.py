"""督查核实 in SQL: the current check of a finding, and the status that counts where there is one."""

from sqlalchemy import ColumnElement, and_, case, literal
from sqlmodel import col

from xczg.rules.values import FindingStatus, VisitOutcome
from xczg.store.tables import Finding, VisitCheck

STATUS_OF = {
    VisitOutcome.COMPLETED: FindingStatus.COMPLETED,
    VisitOutcome.BASICALLY_COMPLETED: FindingStatus.BASICALLY_COMPLETED,
    VisitOutcome.NOT_COMPLETED: FindingStatus.NOT_COMPLETED,
}


def current_check() -> ColumnElement[bool]:
    """The condition of an outer join to `VisitCheck`: a finding has at most one current check."""
    return and_(col(VisitCheck.finding_id) == Finding.id, col(VisitCheck.current))


def settled_status() -> ColumnElement[FindingStatus]:
    """What the visit found, else what the organisation reports （督查核实 wins）."""
    words = col(Finding.status).type  # type: ignore[attr-defined]
    found = ((col(VisitCheck.outcome) == key, literal(status, words)) for key, status in STATUS_OF.items())
    return case(*found, else_=col(Finding.status))
