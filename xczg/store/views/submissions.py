"""Papers handed in （整改材料）: the newest version per organisation and kind, and all versions of one."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from xczg.rules.values import SubmissionKind, SubmissionState
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import Account, Inspection, Organization, Round, Submission
from xczg.store.views.rounds import in_scope


@dataclass(frozen=True, slots=True)
class NewestPaper:
    """The newest version of one kind, and when the first one came in."""

    kind: SubmissionKind
    version: int
    state: SubmissionState
    handed_in_on: date
    first_on: date


@dataclass(frozen=True, slots=True)
class PapersRow:
    """One organisation of a round with what it handed in."""

    inspection_id: int
    organization: str
    feedback: date
    newest: dict[SubmissionKind, NewestPaper]


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """One version in full, with the names of those who handed it in and reviewed it."""

    id: int
    kind: SubmissionKind
    version: int
    state: SubmissionState
    meeting_on: date | None
    signed_on: date | None
    handed_in_on: date
    note: str
    opinion: str
    handed_in_by: str
    reviewed_by: str | None
    reviewed_at: datetime | None


def papers_of_round(session: Session, round_id: int, scope: Scope = EVERYTHING) -> tuple[PapersRow, ...]:
    """Every organisation of a round in scope, by name. One statement."""
    rows: dict[int, PapersRow] = {}
    for key, name, feedback, *paper in session.execute(_papers(scope), {"round": round_id}):
        row = rows.setdefault(key, PapersRow(key, name, feedback, {}))
        if paper[0] is not None:
            row.newest[paper[0]] = NewestPaper(*paper)
    return tuple(rows.values())


@lru_cache(maxsize=128)
def _papers(scope: Scope) -> Select[*tuple[Any, ...]]:
    other = aliased(Submission)
    same = (
        col(other.inspection_id) == Submission.inspection_id,
        col(other.kind) == Submission.kind,
    )
    last = select(func.max(other.version)).where(*same).correlate(Submission).scalar_subquery()
    first = select(func.min(other.handed_in_on)).where(*same).correlate(Submission).scalar_subquery()
    return (
        select(
            col(Inspection.id),
            col(Organization.name),
            func.coalesce(Inspection.feedback_date, Round.feedback_date),
            col(Submission.kind),
            col(Submission.version),
            col(Submission.state),
            col(Submission.handed_in_on),
            first,
        )
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .outerjoin(
            Submission, (col(Submission.inspection_id) == Inspection.id) & (col(Submission.version) == last)
        )
        .where(col(Inspection.round_id) == bindparam("round", type_=Integer), in_scope(scope))
        .order_by(col(Organization.name), col(Inspection.id))
    )


def paper_versions(
    session: Session, inspection_id: int, scope: Scope = EVERYTHING
) -> tuple[PaperVersion, ...]:
    """All versions of all kinds of one inspection, newest first. One statement."""
    return tuple(
        PaperVersion(*row) for row in session.execute(_versions(scope), {"inspection": inspection_id})
    )


@lru_cache(maxsize=128)
def _versions(scope: Scope) -> Select[*tuple[Any, ...]]:
    giver, reviewer = aliased(Account), aliased(Account)
    return (
        select(
            col(Submission.id),
            col(Submission.kind),
            col(Submission.version),
            col(Submission.state),
            col(Submission.meeting_on),
            col(Submission.signed_on),
            col(Submission.handed_in_on),
            col(Submission.note),
            col(Submission.opinion),
            func.coalesce(giver.name, Submission.handed_in_by),
            func.coalesce(reviewer.name, Submission.reviewed_by),
            col(Submission.reviewed_at),
        )
        .join(Inspection, col(Inspection.id) == Submission.inspection_id)
        .outerjoin(giver, col(giver.username) == Submission.handed_in_by)
        .outerjoin(reviewer, col(reviewer.username) == Submission.reviewed_by)
        .where(col(Submission.inspection_id) == bindparam("inspection", type_=Integer), in_scope(scope))
        .order_by(col(Submission.version).desc())
    )
