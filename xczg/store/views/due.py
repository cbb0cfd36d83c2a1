"""What the tasks of all rounds rest on, aggregated in a fixed number of SQL statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, not_, select
from sqlmodel import Session, col

from xczg.rules.due import InspectionDue
from xczg.rules.values import (
    CloseOutState,
    ExtensionState,
    FindingStatus,
    ReportState,
    ScoringUnit,
    SheetState,
    SubmissionKind,
    SubmissionState,
)
from xczg.store.scope import Scope
from xczg.store.tables import (
    CloseOut,
    ConsultationMeeting,
    Extension,
    FieldVisit,
    Finding,
    Inspection,
    OpenPointConfirmation,
    Organization,
    Round,
    ScoreDraft,
    ScoreSheet,
    Submission,
    SupervisionEntry,
    SupervisionReport,
)
from xczg.store.views.rounds import in_scope

Counts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class DueFacts:
    """By round: inspections, units that reported, consultation held, whom a visit is planned for."""

    inspections: Mapping[int, Sequence[InspectionDue]]
    reports: Mapping[int, frozenset[ScoringUnit | None]] = field(default_factory=dict)
    consulted: frozenset[int] = frozenset()
    visited: Mapping[int, frozenset[str]] = field(default_factory=dict)
    confirmed: Mapping[int, frozenset[str]] = field(default_factory=dict)


def due_facts(session: Session, scope: Scope, horizon: date) -> DueFacts:
    """The facts of every inspection in the scope; findings due after `horizon` do not matter yet."""
    names: dict[int, tuple[int, str]] = {}
    dates = _dates(session, scope, horizon)
    claims = _counted(session, _claims(scope))
    asked = _counted(session, _asked(scope))
    submissions = _submissions(session, scope)
    looked = _looked_at(session, scope)
    sheets = _sheets(session, scope)
    found: dict[int, list[InspectionDue]] = defaultdict(list)
    for row in session.execute(_inspections(scope)):
        names[row.id] = (row.round_id, row.name)
        found[row.round_id].append(
            InspectionDue(
                organization=row.name,
                feedback=row.feedback,
                team=row.team,
                exempted=row.exempted_on is not None,
                open_dates=tuple(dates.get(row.id, ())),
                under_review=claims.get((row.id, CloseOutState.UNDER_REVIEW), 0),
                returned_claims=claims.get((row.id, CloseOutState.RETURNED), 0),
                extensions_asked=asked.get((row.id, ExtensionState.ASKED), 0),
                submissions=submissions.get(row.id, {}),
                looked_at=looked.get(row.id, {}),
                sheets=sheets.get(row.id, {}),
            )
        )
    return DueFacts(
        inspections=found,
        reports=_reports(session),
        consulted=frozenset(session.scalars(select(col(ConsultationMeeting.round_id)))),
        visited=_visited(session, names),
        confirmed=_confirmed(session),
    )


@lru_cache(maxsize=128)
def _inspections(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Inspection.id),
            col(Inspection.round_id),
            col(Organization.name),
            func.coalesce(Inspection.feedback_date, Round.feedback_date).label("feedback"),
            col(Inspection.team),
            col(Inspection.exempted_on),
        )
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .where(in_scope(scope))
    )


@lru_cache(maxsize=128)
def _open_dates(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(col(Finding.inspection_id), col(Finding.due_date), func.count())
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .where(
            in_scope(scope),
            col(Finding.status) != FindingStatus.COMPLETED,
            not_(col(Finding.long_term)),
            col(Finding.due_date) <= bindparam("horizon", type_=Date),
        )
        .group_by(col(Finding.inspection_id), col(Finding.due_date))
    )


def _dates(session: Session, scope: Scope, horizon: date) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for inspection, due, number in session.execute(_open_dates(scope), {"horizon": horizon}):
        found[inspection].append((due, number))
    return found


@lru_cache(maxsize=128)
def _claims(scope: Scope) -> Select[*tuple[Any, ...]]:
    """Findings by the state of their newest claim."""
    newest = select(func.max(col(CloseOut.id))).group_by(col(CloseOut.finding_id))
    return (
        select(col(Finding.inspection_id), col(CloseOut.state), func.count())
        .join(Finding, col(Finding.id) == CloseOut.finding_id)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .where(in_scope(scope), col(CloseOut.id).in_(newest))
        .group_by(col(Finding.inspection_id), col(CloseOut.state))
    )


@lru_cache(maxsize=128)
def _asked(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(col(Finding.inspection_id), col(Extension.state), func.count())
        .join(Finding, col(Finding.id) == Extension.finding_id)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .where(in_scope(scope), col(Extension.state) == ExtensionState.ASKED)
        .group_by(col(Finding.inspection_id), col(Extension.state))
    )


def _counted(session: Session, query: Select[*tuple[Any, ...]]) -> dict[tuple[int, Any], int]:
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _submissions(session: Session, scope: Scope) -> dict[int, dict[SubmissionKind, SubmissionState]]:
    query = (
        select(col(Submission.inspection_id), col(Submission.kind), col(Submission.state))
        .join(Inspection, col(Inspection.id) == Submission.inspection_id)
        .where(in_scope(scope))
        .order_by(col(Submission.version))
    )
    found: dict[int, dict[SubmissionKind, SubmissionState]] = defaultdict(dict)
    for inspection, kind, state in session.execute(query):
        found[inspection][kind] = state  # the newest version comes last
    return found


def _looked_at(session: Session, scope: Scope) -> dict[int, dict[ScoringUnit, frozenset[str]]]:
    query = (
        select(
            col(SupervisionEntry.inspection_id),
            col(SupervisionEntry.unit),
            col(SupervisionEntry.content),
        )
        .join(Inspection, col(Inspection.id) == SupervisionEntry.inspection_id)
        .where(in_scope(scope), col(SupervisionEntry.withdrawn_on).is_(None))
        .distinct()
    )
    found: dict[int, dict[ScoringUnit, frozenset[str]]] = defaultdict(dict)
    for inspection, unit, content in session.execute(query):
        found[inspection][unit] = found[inspection].get(unit, frozenset()) | {content}
    return found


def _sheets(session: Session, scope: Scope) -> dict[int, dict[ScoringUnit, SheetState]]:
    """The state of each sheet; a half-filled one and a draft are being filled in."""
    found: dict[int, dict[ScoringUnit, SheetState]] = defaultdict(dict)
    sheets = (
        select(
            col(ScoreSheet.inspection_id),
            col(ScoreSheet.unit),
            col(ScoreSheet.state),
            col(ScoreSheet.complete),
        )
        .join(Inspection, col(Inspection.id) == ScoreSheet.inspection_id)
        .where(in_scope(scope), col(ScoreSheet.current))
    )
    for inspection, unit, state, complete in session.execute(sheets):
        found[inspection][unit] = state if complete else SheetState.FILLING
    drafts = (
        select(col(ScoreDraft.inspection_id), col(ScoreDraft.unit))
        .join(Inspection, col(Inspection.id) == ScoreDraft.inspection_id)
        .where(in_scope(scope))
    )
    for inspection, unit in session.execute(drafts):
        found[inspection].setdefault(unit, SheetState.FILLING)
    return found


def _reports(session: Session) -> dict[int, frozenset[ScoringUnit | None]]:
    query = select(col(SupervisionReport.round_id), col(SupervisionReport.unit)).where(
        col(SupervisionReport.state) == ReportState.SUBMITTED
    )
    found: dict[int, set[ScoringUnit | None]] = defaultdict(set)
    for round_id, unit in session.execute(query):
        found[round_id].add(unit)
    return {key: frozenset(units) for key, units in found.items()}


def _visited(session: Session, names: Mapping[int, tuple[int, str]]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for inspection in session.scalars(select(col(FieldVisit.inspection_id)).distinct()):
        if inspection in names:
            round_id, name = names[inspection]
            found[round_id].add(name)
    return {key: frozenset(visited) for key, visited in found.items()}


def _confirmed(session: Session) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    query = select(col(OpenPointConfirmation.rulebook_version_id), col(OpenPointConfirmation.point))
    for version, point in session.execute(query):
        found[version].add(point)
    return {key: frozenset(points) for key, points in found.items()}
