"""The ledger: filtered, sorted and paged in SQL; one finding with its measures and history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, func, or_, select
from sqlmodel import Session, col

from xczg.rules.values import FindingKind, FindingStatus
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import Finding, Inspection, Measure, Organization, ProgressEntry, Round, VisitCheck
from xczg.store.views.facts import is_overdue
from xczg.store.views.rounds import in_scope
from xczg.store.views.verified import current_check, settled_status

BLANK = "（未填写）"
_ROUND = bindparam("round", type_=Integer)  # statements are built once, see docs/architecture.md


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What the ledger shows. Empty means any; `text` is looked for in finding, target and outcome."""

    round_id: int
    organization_id: int | None = None
    category: str = ""
    kind: FindingKind | None = None
    status: FindingStatus | None = None
    overdue: bool = False
    unit: str = ""
    key_matter: bool = False
    long_term: bool = False
    text: str = ""

    def sentence(self, organization: str = "") -> str:
        """The filter in words, for the head of a list and of an export."""
        parts = [
            organization,
            self.category,
            self.kind.value if self.kind else "",
            self.status.value if self.status else "",
            "逾期未完成" if self.overdue else "",
            f"责任单位为{self.unit}" if self.unit else "",
            "重点关注" if self.key_matter else "",
            "长期坚持" if self.long_term else "",
            f"含“{self.text}”" if self.text else "",
        ]
        return "、".join(part for part in parts if part) or "全部反馈问题"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One finding as the ledger shows it."""

    id: int
    organization: str
    serial: str
    category: str
    text: str
    kind: FindingKind
    status: FindingStatus
    due_date: date | None
    long_term: bool
    key_matter: bool
    unit: str
    leader: str
    measures: int

    def days_overdue(self, today: date) -> int:
        """Days past the due date of a finding that is overdue, else 0."""
        if self.due_date is None or self.long_term or self.status is FindingStatus.COMPLETED:
            return 0
        return max(0, (today - self.due_date).days)


@dataclass(frozen=True, slots=True)
class LedgerChoices:
    """The values that occur in a round, for the filters: by name, so that an address stays readable."""

    organizations: dict[str, int]
    categories: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """How many findings the filter finds, by status."""

    by_status: dict[FindingStatus, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_status.values())


def conditions(wanted: LedgerFilter, scope: Scope, today: date) -> ColumnElement[bool]:
    """The filter as one SQL condition on Finding joined to Inspection."""
    checks: list[ColumnElement[bool]] = [col(Inspection.round_id) == wanted.round_id, in_scope(scope)]
    if wanted.organization_id is not None:
        checks.append(col(Inspection.organization_id) == wanted.organization_id)
    if wanted.category:
        checks.append(col(Finding.category) == ("" if wanted.category == BLANK else wanted.category))
    if wanted.kind:
        checks.append(col(Finding.kind) == wanted.kind)
    if wanted.status:
        checks.append(col(Finding.status) == wanted.status)
    if wanted.overdue:
        checks.append(is_overdue(today))
    if wanted.unit:
        checks.append(col(Finding.unit) == wanted.unit)
    if wanted.key_matter:
        checks.append(col(Finding.key_matter).is_(True))
    if wanted.long_term:
        checks.append(col(Finding.long_term).is_(True))
    if wanted.text:
        columns = (Finding.text, Finding.target, Finding.outcome)
        checks.append(or_(*(col(column).icontains(wanted.text, autoescape=True) for column in columns)))
    return and_(*checks)


def ledger_counts(
    session: Session, wanted: LedgerFilter, today: date, scope: Scope = EVERYTHING
) -> LedgerCounts:
    """The counts of the whole filtered list. One statement."""
    counting = (
        select(col(Finding.status), func.count())
        .select_from(Finding)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .where(conditions(wanted, scope, today))
        .group_by(col(Finding.status))
    )
    counted = {row[0]: row[1] for row in session.execute(counting)}
    return LedgerCounts({status: counted.get(status, 0) for status in FindingStatus})


def ledger_rows(
    session: Session, wanted: LedgerFilter, today: date, *, page: int, size: int, scope: Scope = EVERYTHING
) -> tuple[LedgerRow, ...]:
    """One page, counted from 1, in the order of organisation and ledger. One statement."""
    query = _rows().where(conditions(wanted, scope, today)).limit(size).offset((page - 1) * size)
    return tuple(LedgerRow(*row) for row in session.execute(query))


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    measures = (
        select(func.count(col(Measure.id)))
        .where(col(Measure.finding_id) == Finding.id)
        .correlate(Finding)
        .scalar_subquery()
    )
    return (
        select(
            col(Finding.id),
            col(Organization.name),
            col(Finding.serial),
            col(Finding.category),
            col(Finding.text),
            col(Finding.kind),
            col(Finding.status),
            col(Finding.due_date),
            col(Finding.long_term),
            col(Finding.key_matter),
            col(Finding.unit),
            col(Finding.leader),
            measures,
        )
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .order_by(col(Inspection.id), col(Finding.position), col(Finding.id))
    )


def organization_choices(session: Session, round_id: int, scope: Scope = EVERYTHING) -> dict[str, int]:
    """The organisations of a round by name. One statement."""
    return {row[0]: row[1] for row in session.execute(_organizations(scope), {"round": round_id})}


@lru_cache(maxsize=128)
def _organizations(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(col(Organization.name), col(Organization.id))
        .join(Inspection, col(Inspection.organization_id) == Organization.id)
        .where(col(Inspection.round_id) == _ROUND, in_scope(scope))
        .order_by(col(Organization.name))
    )


def ledger_choices(session: Session, round_id: int, scope: Scope = EVERYTHING) -> LedgerChoices:
    """What can be filtered by in this round. Two statements, none of them reads whole findings."""
    found = session.execute(_filter_values(scope), {"round": round_id}).all()
    return LedgerChoices(
        organizations=organization_choices(session, round_id, scope),
        categories=tuple(sorted({row[0] or BLANK for row in found})),
        units=tuple(sorted({row[1] for row in found if row[1]})),
    )


@lru_cache(maxsize=128)
def _filter_values(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(col(Finding.category), col(Finding.unit))
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .where(col(Inspection.round_id) == _ROUND, in_scope(scope))
        .distinct()
    )


@dataclass(frozen=True, slots=True)
class FindingDetail:
    """One finding with everything that hangs on it."""

    finding: Finding
    organization: str
    round_name: str
    measures: tuple[Measure, ...]
    history: tuple[ProgressEntry, ...]


def finding_detail(session: Session, finding_id: int, scope: Scope = EVERYTHING) -> FindingDetail | None:
    """One finding, or None where it does not exist or lies outside the scope. Three statements."""
    found = session.execute(
        select(Finding, col(Organization.name), col(Round.name))
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .where(col(Finding.id) == finding_id, in_scope(scope))
    ).first()
    if found is None:
        return None
    measures = session.scalars(
        select(Measure).where(col(Measure.finding_id) == finding_id).order_by(col(Measure.position))
    )
    history = session.scalars(
        select(ProgressEntry)
        .where(col(ProgressEntry.finding_id) == finding_id)
        .order_by(col(ProgressEntry.recorded_at).desc(), col(ProgressEntry.id).desc())
    )
    detail = FindingDetail(found[0], found[1], found[2], tuple(measures), tuple(history))
    session.expunge_all()
    return detail


def unresolved_by_category(
    session: Session, round_id: int, scope: Scope = EVERYTHING
) -> list[tuple[str, int, int]]:
    """Per category: what is not completed, and what is basically completed. One statement."""
    found = session.execute(_by_category(scope), {"round": round_id})
    return [(name or BLANK, int(first), int(second)) for name, first, second in found]


@lru_cache(maxsize=128)
def _by_category(scope: Scope) -> Select[*tuple[Any, ...]]:
    unresolved = func.sum(_one_if(settled_status() == FindingStatus.NOT_COMPLETED))
    basically = func.sum(_one_if(settled_status() == FindingStatus.BASICALLY_COMPLETED))
    return (
        select(col(Finding.category), unresolved, basically)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .outerjoin(VisitCheck, current_check())
        .where(col(Inspection.round_id) == _ROUND, in_scope(scope))
        .group_by(col(Finding.category))
        .order_by(unresolved.desc(), col(Finding.category))
    )


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


@dataclass(frozen=True, slots=True)
class ExportedFinding:
    """A finding with its measures, in full, for the exported ledger."""

    organization: str
    finding: Finding
    measures: tuple[Measure, ...]


def export_rows(
    session: Session, wanted: LedgerFilter, today: date, scope: Scope = EVERYTHING
) -> Iterator[ExportedFinding]:
    """All findings of the filter with their measures. Two statements, whatever their number."""
    where = conditions(wanted, scope, today)
    findings: Sequence[Any] = session.execute(
        select(Finding, col(Organization.name))
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(where)
        .order_by(col(Inspection.id), col(Finding.position), col(Finding.id))
    ).all()
    measures: dict[int, list[Measure]] = {}
    for measure in session.scalars(
        select(Measure)
        .join(Finding, col(Finding.id) == Measure.finding_id)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .where(where)
        .order_by(col(Measure.finding_id), col(Measure.position))
    ):
        measures.setdefault(measure.finding_id, []).append(measure)
    for finding, organization in findings:
        yield ExportedFinding(organization, finding, tuple(measures.get(finding.id, ())))
