"""Rounds with what their state is derived from."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session, col

from xczg.rules.phases import Act
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import (
    FrozenResult,
    Inspection,
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
    wrapped_up: bool = False
    acts: tuple[RecordedAct, ...] = ()


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
            wrapped_up=bool(row[10]),
            acts=tuple(acts.get(row[0], ())),
        )
        for row in session.execute(query)
    ]


@cache
def _rounds_query() -> Select[*tuple[Any, ...]]:
    """Built once; what differs is added to it."""
    own_feedback = func.max(func.coalesce(Inspection.feedback_date, Round.feedback_date))
    begun = or_(_has(ScoreSheet), _has(ScoreDraft))  # 评分中 begins with the first draft or sheet
    frozen = select(col(FrozenResult.id)).where(col(FrozenResult.round_id) == Round.id).exists()
    wrapped_up = select(col(WrapUpMeeting.id)).where(col(WrapUpMeeting.round_id) == Round.id).exists()
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
            wrapped_up,
        )
        .join(RulebookVersion, col(RulebookVersion.id) == Round.rulebook_version_id)
        .outerjoin(Inspection, col(Inspection.round_id) == Round.id)
        .group_by(col(Round.id), col(RulebookVersion.id))
        .order_by(col(Round.feedback_date).desc(), col(Round.id).desc())
    )


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
