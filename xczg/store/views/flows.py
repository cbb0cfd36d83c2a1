"""Close-outs and extensions as lists: filtered and paged in SQL; and all that happened to one finding."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, bindparam, case, cast, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from xczg.rules.flows import NOT_CLAIMED
from xczg.rules.values import (
    AttachmentKind,
    CloseOutState,
    ExtensionState,
    FindingKind,
    FindingStatus,
)
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import (
    Account,
    Attachment,
    CloseOut,
    Evidence,
    Extension,
    Finding,
    Inspection,
    Organization,
    ProgressEntry,
    Round,
    RulebookVersion,
)
from xczg.store.views.rounds import in_scope


@dataclass(frozen=True, slots=True)
class FlowFilter:
    """What a list shows: of a round, one stage, and where given one organisation."""

    round_id: int
    stage: str
    organization_id: int | None = None


@dataclass(frozen=True, slots=True)
class CloseOutRow:
    """A finding in the list of close-outs, with its newest claim where there is one."""

    finding_id: int
    organization: str
    serial: str
    text: str
    kind: FindingKind
    status: FindingStatus
    claimed_at: datetime | None
    reviewed_at: datetime | None
    opinion: str | None


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """A request in the list of extensions."""

    id: int
    finding_id: int
    organization: str
    serial: str
    text: str
    old_due_date: date | None
    asked_due_date: date
    reason: str
    asked_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding whose date could move."""

    id: int
    organization: str
    serial: str
    text: str
    due_date: date


def _newest_claim() -> ColumnElement[bool]:
    """The claim joined to a finding is its last one."""
    other = aliased(CloseOut)
    last = select(func.max(other.id)).where(col(other.finding_id) == Finding.id).correlate(Finding)
    return and_(col(CloseOut.finding_id) == Finding.id, col(CloseOut.id) == last.scalar_subquery())


def _stage() -> ColumnElement[str]:
    """Where a finding stands on its way to the close-out; empty before it is completed."""
    return case(
        (col(CloseOut.id).is_not(None), cast(col(CloseOut.state), String)),
        (col(Finding.closed_out_on).is_not(None), CloseOutState.CLOSED.value),
        (col(Finding.status) == FindingStatus.COMPLETED, NOT_CLAIMED),
        else_="",
    )


def _chosen(wanted: FlowFilter, scope: Scope) -> ColumnElement[bool]:
    checks = [col(Inspection.round_id) == wanted.round_id, in_scope(scope)]
    if wanted.organization_id is not None:
        checks.append(col(Inspection.organization_id) == wanted.organization_id)
    return and_(*checks)


def close_out_counts(session: Session, wanted: FlowFilter, scope: Scope = EVERYTHING) -> dict[str, int]:
    """How many findings stand in each stage, whichever stage is wanted. One statement."""
    stage = _stage().label("stage")
    counting = (
        select(stage, func.count())
        .select_from(Finding)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .outerjoin(CloseOut, _newest_claim())
        .where(_chosen(wanted, scope))
        .group_by(stage)
    )
    return {str(row[0]): row[1] for row in session.execute(counting)}


def close_out_rows(
    session: Session, wanted: FlowFilter, *, page: int, size: int, scope: Scope = EVERYTHING
) -> tuple[CloseOutRow, ...]:
    """One page of one stage: what waits longest first, what is decided newest first. One statement."""
    waiting = wanted.stage == CloseOutState.UNDER_REVIEW
    moment = col(CloseOut.claimed_at) if waiting else col(CloseOut.claimed_at).desc()
    query = (
        _close_outs()
        .where(_chosen(wanted, scope), _stage() == wanted.stage)
        .order_by(moment, col(Inspection.id), col(Finding.position), col(Finding.id))
        .limit(size)
        .offset((page - 1) * size)
    )
    return tuple(CloseOutRow(*row) for row in session.execute(query))


@cache
def _close_outs() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Finding.id),
            col(Organization.name),
            col(Finding.serial),
            col(Finding.text),
            col(Finding.kind),
            col(Finding.status),
            col(CloseOut.claimed_at),
            col(CloseOut.reviewed_at),
            col(CloseOut.opinion),
        )
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .outerjoin(CloseOut, _newest_claim())
    )


def extension_counts(
    session: Session, wanted: FlowFilter, scope: Scope = EVERYTHING
) -> dict[ExtensionState, int]:
    """How many requests there are in each state. One statement."""
    counting = (
        select(col(Extension.state), func.count())
        .select_from(Extension)
        .join(Finding, col(Finding.id) == Extension.finding_id)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .where(_chosen(wanted, scope))
        .group_by(col(Extension.state))
    )
    return {row[0]: row[1] for row in session.execute(counting)}


def extension_rows(
    session: Session, wanted: FlowFilter, *, page: int, size: int, scope: Scope = EVERYTHING
) -> tuple[ExtensionRow, ...]:
    """One page of one state: what waits longest first, what is decided newest first. One statement."""
    waiting = wanted.stage == ExtensionState.ASKED
    moment = col(Extension.asked_at) if waiting else col(Extension.asked_at).desc()
    query = (
        _extensions()
        .where(_chosen(wanted, scope), col(Extension.state) == wanted.stage)
        .order_by(moment, col(Extension.id))
        .limit(size)
        .offset((page - 1) * size)
    )
    return tuple(ExtensionRow(*row) for row in session.execute(query))


@cache
def _extensions() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Extension.id),
            col(Finding.id),
            col(Organization.name),
            col(Finding.serial),
            col(Finding.text),
            col(Extension.old_due_date),
            col(Extension.asked_due_date),
            col(Extension.reason),
            col(Extension.asked_at),
            col(Extension.decided_at),
        )
        .join(Finding, col(Finding.id) == Extension.finding_id)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
    )


def open_findings(
    session: Session, round_id: int, organization_id: int, scope: Scope = EVERYTHING
) -> tuple[OpenFinding, ...]:
    """The findings of an organisation whose date could move, the earliest first. One statement."""
    asked = {"round": round_id, "organization": organization_id}
    return tuple(OpenFinding(*row) for row in session.execute(_open(scope), asked))


@lru_cache(maxsize=128)
def _open(scope: Scope) -> Select[*tuple[Any, ...]]:
    waiting = (
        select(col(Extension.id))
        .where(col(Extension.finding_id) == Finding.id, col(Extension.state) == ExtensionState.ASKED)
        .correlate(Finding)
        .exists()
    )
    return (
        select(
            col(Finding.id),
            col(Organization.name),
            col(Finding.serial),
            col(Finding.text),
            col(Finding.due_date),
        )
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(
            col(Inspection.round_id) == bindparam("round", type_=Integer),
            col(Inspection.organization_id) == bindparam("organization", type_=Integer),
            in_scope(scope),
            col(Finding.status) != FindingStatus.COMPLETED,
            col(Finding.closed_out_on).is_(None),
            col(Finding.due_date).is_not(None),
            col(Finding.long_term).is_(False),
            ~waiting,
        )
        .order_by(col(Finding.due_date), col(Finding.position))
        .limit(500)
    )


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A file at one of the records of a finding."""

    id: int
    kind: AttachmentKind
    owner_id: int
    name: str
    size: int
    added_by: str


@dataclass(frozen=True, slots=True)
class FlowDetail:
    """A finding with its claims and its requests, each newest first, their files, and who is who."""

    finding: Finding
    organization: str
    round_name: str
    rulebook_content: str
    claims: tuple[CloseOut, ...]
    extensions: tuple[Extension, ...]
    files: tuple[FlowFile, ...]
    names: dict[str, str]


def flow_detail(session: Session, finding_id: int, scope: Scope = EVERYTHING) -> FlowDetail | None:
    """All that happened to one finding in the flows; None outside the scope. Five statements."""
    found = session.execute(_head(scope), {"finding": finding_id}).first()
    if found is None:
        return None
    asked = {"finding": finding_id}
    claims = tuple(session.scalars(_claims(), asked))
    extensions = tuple(session.scalars(_requests(), asked))
    files = tuple(FlowFile(*row) for row in session.execute(_files(), asked))
    people = {name for one in claims for name in (one.claimed_by, one.reviewed_by, one.reopened_by) if name}
    people |= {name for one in extensions for name in (one.asked_by, one.decided_by) if name}
    named = select(col(Account.username), col(Account.name)).where(col(Account.username).in_(people))
    names = {row[0]: row[1] for row in session.execute(named)}
    session.expunge_all()
    return FlowDetail(found[0], found[1], found[2], found[3], claims, extensions, files, names)


@lru_cache(maxsize=128)
def _head(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(Finding, col(Organization.name), col(Round.name), col(RulebookVersion.content))
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .join(RulebookVersion, col(RulebookVersion.id) == Round.rulebook_version_id)
        .where(col(Finding.id) == bindparam("finding", type_=Integer), in_scope(scope))
    )


@cache
def _claims() -> Select[*tuple[Any, ...]]:
    finding = bindparam("finding", type_=Integer)
    return select(CloseOut).where(col(CloseOut.finding_id) == finding).order_by(col(CloseOut.id).desc())


@cache
def _requests() -> Select[*tuple[Any, ...]]:
    finding = bindparam("finding", type_=Integer)
    return select(Extension).where(col(Extension.finding_id) == finding).order_by(col(Extension.id).desc())


@cache
def _files() -> Select[*tuple[Any, ...]]:
    """Files at the finding's progress entries, claims and requests."""
    finding = bindparam("finding", type_=Integer)
    owners = {
        AttachmentKind.PROGRESS: select(col(ProgressEntry.id)).where(
            col(ProgressEntry.finding_id) == finding
        ),
        AttachmentKind.CLOSE_OUT: select(col(CloseOut.id)).where(col(CloseOut.finding_id) == finding),
        AttachmentKind.EXTENSION: select(col(Extension.id)).where(col(Extension.finding_id) == finding),
    }
    of_finding = or_(
        *(
            and_(col(Attachment.kind) == kind, col(Attachment.owner_id).in_(query))
            for kind, query in owners.items()
        )
    )
    return (
        select(
            col(Attachment.id),
            col(Attachment.kind),
            col(Attachment.owner_id),
            col(Attachment.name),
            col(Evidence.size),
            col(Attachment.added_by),
        )
        .join(Evidence, col(Evidence.id) == Attachment.evidence_id)
        .where(of_finding)
        .order_by(col(Attachment.id))
    )
