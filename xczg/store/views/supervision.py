"""Routine supervision as it is read: organisations of a round, entries, reports. A statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlmodel import Session, col

from xczg.rules.supervision import Look
from xczg.rules.supervision_draft import EntryText
from xczg.rules.values import ReportState, ScoringUnit
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import (
    Inspection,
    Organization,
    ReportSection,
    Round,
    SupervisionEntry,
    SupervisionReport,
)
from xczg.store.views.rounds import in_scope

_ROUND = bindparam("round", type_=Integer)
_INSPECTION = bindparam("inspection", type_=Integer)
_REPORT = bindparam("report", type_=Integer)


@dataclass(frozen=True, slots=True)
class Supervised:
    """One organisation of a round."""

    inspection_id: int
    organization: str
    team: int | None
    feedback: date
    exempted: bool


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in full, as a page and an export show it."""

    id: int
    inspection_id: int
    unit: ScoringUnit
    content: str
    tasks: tuple[str, ...]
    methods: tuple[str, ...]
    on_date: date
    seen: str
    judgement: str
    version: int
    recorded_by: str

    @property
    def text(self) -> EntryText:
        """The entry as the draft of a report needs it."""
        look = Look(
            self.id, self.inspection_id, self.unit, self.content, self.on_date, self.judgement, self.tasks
        )
        return EntryText(look, self.methods, self.seen)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One version of a result report without its texts."""

    id: int
    unit: ScoringUnit | None
    version: int
    state: ReportState | None
    row_version: int
    recorded_by: str
    submitted_by: str | None
    submitted_on: date | None
    returned_by: str | None
    returned_reason: str


@dataclass(frozen=True, slots=True)
class SectionRow:
    """What a report says of one organisation."""

    inspection_id: int
    organization: str
    text: str
    version: int


def supervised(session: Session, round_id: int, scope: Scope = EVERYTHING) -> tuple[Supervised, ...]:
    """The organisations of a round within the scope, by name."""
    rows = session.execute(_supervised(scope), {"round": round_id})
    return tuple(Supervised(row[0], row[1], row[2], row[3], row[4] is not None) for row in rows)


@lru_cache(maxsize=128)
def _supervised(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Inspection.id),
            col(Organization.name),
            col(Inspection.team),
            func.coalesce(Inspection.feedback_date, Round.feedback_date),
            col(Inspection.exempted_on),
        )
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .where(col(Inspection.round_id) == _ROUND, in_scope(scope))
        .order_by(col(Organization.name), col(Inspection.id))
    )


def looks_of_round(session: Session, round_id: int, scope: Scope = EVERYTHING) -> list[Look]:
    """The entries of a round without their texts, for the matrix and the task list."""
    rows = session.execute(_looks(scope), {"round": round_id})
    return [Look(row[0], row[1], row[2], row[3], row[4], row[5], tuple(row[6])) for row in rows]


@lru_cache(maxsize=128)
def _looks(scope: Scope) -> Select[*tuple[Any, ...]]:
    columns = (
        col(SupervisionEntry.id),
        col(SupervisionEntry.inspection_id),
        col(SupervisionEntry.unit),
        col(SupervisionEntry.content),
        col(SupervisionEntry.on_date),
        col(SupervisionEntry.judgement),
        col(SupervisionEntry.tasks),
    )
    return _of_round(select(*columns), scope)


def entries_of_round(session: Session, round_id: int, scope: Scope = EVERYTHING) -> list[EntryRow]:
    """The entries of a round in full, for a draft and an export."""
    return [_entry(row) for row in session.execute(_whole(scope), {"round": round_id})]


@lru_cache(maxsize=128)
def _whole(scope: Scope) -> Select[*tuple[Any, ...]]:
    return _of_round(select(*_ENTRY), scope)


def entries_of(session: Session, inspection_id: int) -> list[EntryRow]:
    """The entries of one inspection, the newest first. The caller has checked the scope."""
    return [_entry(row) for row in session.execute(_of_inspection(), {"inspection": inspection_id})]


@cache
def _of_inspection() -> Select[*tuple[Any, ...]]:
    return (
        select(*_ENTRY)
        .where(
            col(SupervisionEntry.inspection_id) == _INSPECTION, col(SupervisionEntry.withdrawn_on).is_(None)
        )
        .order_by(col(SupervisionEntry.on_date).desc(), col(SupervisionEntry.id).desc())
    )


_ENTRY = (
    col(SupervisionEntry.id),
    col(SupervisionEntry.inspection_id),
    col(SupervisionEntry.unit),
    col(SupervisionEntry.content),
    col(SupervisionEntry.tasks),
    col(SupervisionEntry.methods),
    col(SupervisionEntry.on_date),
    col(SupervisionEntry.seen),
    col(SupervisionEntry.judgement),
    col(SupervisionEntry.version),
    col(SupervisionEntry.recorded_by),
)


def _of_round(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        query.join(Inspection, col(Inspection.id) == SupervisionEntry.inspection_id)
        .where(
            col(Inspection.round_id) == _ROUND, in_scope(scope), col(SupervisionEntry.withdrawn_on).is_(None)
        )
        .order_by(col(SupervisionEntry.on_date), col(SupervisionEntry.id))
    )


def _entry(row: Sequence[Any]) -> EntryRow:
    found: dict[str, Any] = dict(zip(EntryRow.__dataclass_fields__, row, strict=True))
    found["tasks"], found["methods"] = tuple(found["tasks"]), tuple(found["methods"])
    return EntryRow(**found)


def reports_of_round(session: Session, round_id: int) -> list[ReportRow]:
    """All versions of all result reports of a round, the newest version first."""
    return [ReportRow(*row) for row in session.execute(_reports(), {"round": round_id})]


@cache
def _reports() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(SupervisionReport.id),
            col(SupervisionReport.unit),
            col(SupervisionReport.version),
            col(SupervisionReport.state),
            col(SupervisionReport.row_version),
            col(SupervisionReport.recorded_by),
            col(SupervisionReport.submitted_by),
            col(SupervisionReport.submitted_on),
            col(SupervisionReport.returned_by),
            col(SupervisionReport.returned_reason),
        )
        .where(col(SupervisionReport.round_id) == _ROUND)
        .order_by(col(SupervisionReport.version).desc(), col(SupervisionReport.id).desc())
    )


def sections(session: Session, report_id: int) -> list[SectionRow]:
    """The sections of a report by organisation."""
    return [SectionRow(*row) for row in session.execute(_sections(), {"report": report_id})]


@cache
def _sections() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(ReportSection.inspection_id),
            col(Organization.name),
            col(ReportSection.text),
            col(ReportSection.version),
        )
        .join(Inspection, col(Inspection.id) == ReportSection.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(col(ReportSection.report_id) == _REPORT)
        .order_by(col(Organization.name), col(ReportSection.id))
    )
