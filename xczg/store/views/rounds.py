"""Rounds with what their state is derived from."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select
from sqlmodel import Session, col

from xczg.rules.phases import Act
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import (
    ConsultationMeeting,
    FieldVisit,
    FrozenResult,
    Inspection,
    Organization,
    Round,
    RoundAct,
    RulebookVersion,
    ScoreDraft,
    ScoreSheet,
    WrapUpMeeting,
)


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """One recorded act of a round, for display and for its state."""

    act: Act
    on_date: date
    basis: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round. `latest_feedback` is the latest feedback date of its inspections."""

    id: int
    name: str
    feedback_date: date
    latest_feedback: date
    rulebook_key: str
    rulebook_version_id: int
    rulebook_content: str
    organizations: int
    scoring_begun: bool
    frozen: bool
    acts: tuple[RecordedAct, ...] = ()
    term: str = ""
    version: int = 1
    archived: bool = False
    consultation_on: date | None = None
    visits_from: date | None = None
    wrap_up_on: date | None = None

    @property
    def wrapped_up(self) -> bool:
        """Whether the wrap-up meeting was opened （总结会）."""
        return self.wrap_up_on is not None


def rounds(session: Session, *, scope: Scope = EVERYTHING, only: int | None = None) -> list[RoundRow]:
    """All rounds in which the scope has an inspection, newest first. Two statements.

    The scope only chooses rounds: what is said of a round does not depend on who looks.
    """
    query = _rounds_query()
    if only is not None:
        query = query.where(col(Round.id) == only)
    if scope != EVERYTHING:
        own = select(col(Inspection.id)).where(col(Inspection.round_id) == Round.id, in_scope(scope))
        query = query.where(own.correlate(Round).exists())
    acts = _acts(session)
    return [
        RoundRow(
            id=row[0],
            name=row[1],
            feedback_date=row[2],
            latest_feedback=row[3] or row[2],
            rulebook_key=row[4],
            rulebook_version_id=row[5],
            rulebook_content=row[6],
            organizations=row[7],
            scoring_begun=bool(row[8]),
            frozen=bool(row[9]),
            acts=tuple(acts.get(row[0], ())),
            term=row[10],
            version=row[11],
            archived=row[12] is not None,
            consultation_on=row[13],
            visits_from=row[14],
            wrap_up_on=row[15],
        )
        for row in session.execute(query)
    ]


@cache
def _rounds_query() -> Select[*tuple[Any, ...]]:
    """Built once; what differs is added to it."""
    own_feedback = func.max(func.coalesce(Inspection.feedback_date, Round.feedback_date))
    begun = or_(_has(ScoreSheet), _has(ScoreDraft))  # 评分中 begins with the first draft or sheet
    frozen = select(col(FrozenResult.id)).where(col(FrozenResult.round_id) == Round.id).exists()
    return (
        select(
            col(Round.id),
            col(Round.name),
            col(Round.feedback_date),
            own_feedback,
            col(RulebookVersion.key),
            col(RulebookVersion.id),
            col(RulebookVersion.content),
            func.count(col(Inspection.id)),
            begun,
            frozen,
            col(Round.term),
            col(Round.version),
            col(Round.archived_at),
            *_assessment_days(),
        )
        .join(RulebookVersion, col(RulebookVersion.id) == Round.rulebook_version_id)
        .outerjoin(Inspection, col(Inspection.round_id) == Round.id)
        .group_by(col(Round.id), col(RulebookVersion.id))
        .order_by(col(Round.feedback_date).desc(), col(Round.id).desc())
    )


def own_feedback_dates(session: Session) -> dict[int, list[tuple[str, date | None]]]:
    """By round, the organisations that have a feedback date of their own. One statement."""
    found = defaultdict(list)
    for round_id, name, day in session.execute(_own_feedback_query()):
        found[round_id].append((name, day))
    return found


@cache
def _own_feedback_query() -> Select[*tuple[Any, ...]]:
    return (
        select(col(Inspection.round_id), col(Organization.name), col(Inspection.feedback_date))
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(col(Inspection.feedback_date).is_not(None))
    )


def _assessment_days() -> tuple[ScalarSelect[Any], ...]:
    """The consultation meeting, the first day of the first field visit, and the wrap-up meeting (R7)."""
    consultation = select(col(ConsultationMeeting.held_on)).where(
        col(ConsultationMeeting.round_id) == Round.id
    )
    visits = (
        select(func.min(FieldVisit.from_date))
        .join(Inspection, col(Inspection.id) == FieldVisit.inspection_id)
        .where(col(Inspection.round_id) == Round.id)
        .correlate(Round)
    )
    wrap_up = select(col(WrapUpMeeting.held_on)).where(col(WrapUpMeeting.round_id) == Round.id)
    return consultation.scalar_subquery(), visits.scalar_subquery(), wrap_up.scalar_subquery()


def _has(table: type[ScoreSheet] | type[ScoreDraft]) -> ColumnElement[bool]:
    return (
        select(col(table.id))
        .join(Inspection, col(Inspection.id) == table.inspection_id)
        .where(col(Inspection.round_id) == Round.id)
        .exists()
    )


def _acts(session: Session) -> dict[int, list[RecordedAct]]:
    found = defaultdict(list)
    for round_id, *act in session.execute(_acts_query()):
        found[round_id].append(RecordedAct(*act))
    return found


@cache
def _acts_query() -> Select[*tuple[Any, ...]]:
    return select(
        col(RoundAct.round_id),
        col(RoundAct.act),
        col(RoundAct.on_date),
        col(RoundAct.basis),
        col(RoundAct.recorded_by),
    ).order_by(col(RoundAct.id))


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """The SQL condition that an inspection lies in the scope."""
    if scope.organization_id is not None:
        return col(Inspection.organization_id) == scope.organization_id
    if scope.team is not None:
        return col(Inspection.team) == scope.team
    return col(Inspection.id).is_not(None)
