"""Where the score sheets of a round stand: states alone, without a single point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select
from sqlmodel import Session, col

from xczg.rules.sheets import sheet_state
from xczg.rules.values import ScoringUnit, SheetState
from xczg.store.tables import Inspection, Recusal, ScoreDraft, ScoreSheet

_ROUND = bindparam("round", type_=Integer)
Place = tuple[int, ScoringUnit]


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """The current version of one unit's sheet for one inspection."""

    id: int
    version: int
    state: SheetState
    complete: bool
    proxy: bool
    evidenced: bool
    recorded_by: str
    recorded_at: datetime
    returned_by: str | None
    returned_at: datetime | None
    returned_reason: str


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """The draft beside it: how far, by whom, since when."""

    version: int
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SheetStates:
    """The sheets and drafts of a round by inspection and unit."""

    sheets: Mapping[Place, StoredSheet] = field(default_factory=dict)
    drafts: Mapping[Place, StoredDraft] = field(default_factory=dict)

    def state(self, inspection_id: int, unit: ScoringUnit) -> SheetState:
        """As everybody sees it."""
        sheet, draft = self.sheets.get((inspection_id, unit)), self.drafts.get((inspection_id, unit))
        return sheet_state(
            sheet.state if sheet else None,
            sheet.returned_at if sheet else None,
            draft.updated_at if draft else None,
        )


def sheet_states(session: Session, round_id: int, unit: ScoringUnit | None = None) -> SheetStates:
    """All current sheets and drafts of a round, or those of one unit. Two statements."""
    asked = {"round": round_id}
    sheets = {
        (row[0], row[1]): StoredSheet(*row[2:5], *map(bool, row[5:8]), *row[8:])
        for row in session.execute(_sheets(unit), asked)
    }
    drafts = {(row[0], row[1]): StoredDraft(*row[2:]) for row in session.execute(_drafts(unit), asked)}
    return SheetStates(sheets, drafts)


@lru_cache(maxsize=8)
def _sheets(unit: ScoringUnit | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            col(ScoreSheet.inspection_id),
            col(ScoreSheet.unit),
            col(ScoreSheet.id),
            col(ScoreSheet.version),
            col(ScoreSheet.state),
            col(ScoreSheet.complete),
            col(ScoreSheet.proxy),
            col(ScoreSheet.proxy_evidence_id).is_not(None),
            col(ScoreSheet.recorded_by),
            col(ScoreSheet.recorded_at),
            col(ScoreSheet.returned_by),
            col(ScoreSheet.returned_at),
            col(ScoreSheet.returned_reason),
        )
        .join(Inspection, col(Inspection.id) == ScoreSheet.inspection_id)
        .where(col(Inspection.round_id) == _ROUND, col(ScoreSheet.current))
    )
    return query if unit is None else query.where(col(ScoreSheet.unit) == unit)


@lru_cache(maxsize=8)
def _drafts(unit: ScoringUnit | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            col(ScoreDraft.inspection_id),
            col(ScoreDraft.unit),
            col(ScoreDraft.version),
            col(ScoreDraft.updated_by),
            col(ScoreDraft.updated_at),
        )
        .join(Inspection, col(Inspection.id) == ScoreDraft.inspection_id)
        .where(col(Inspection.round_id) == _ROUND)
    )
    return query if unit is None else query.where(col(ScoreDraft.unit) == unit)


def draft_lines(session: Session, round_id: int, unit: ScoringUnit) -> dict[int, dict[str, Any]]:
    """What one unit has typed so far, by inspection. One statement."""
    query = (
        select(col(ScoreDraft.inspection_id), col(ScoreDraft.lines))
        .join(Inspection, col(Inspection.id) == ScoreDraft.inspection_id)
        .where(col(Inspection.round_id) == round_id, col(ScoreDraft.unit) == unit)
    )
    return {row.inspection_id: row.lines for row in session.execute(query)}


def recused_units(session: Session, round_id: int) -> dict[Place, str]:
    """Units that must keep away from an organisation （回避）, with reason and substitute. One statement."""
    query = (
        select(col(Recusal.inspection_id), col(Recusal.unit), col(Recusal.reason), col(Recusal.substitute))
        .join(Inspection, col(Inspection.id) == Recusal.inspection_id)
        .where(col(Inspection.round_id) == round_id, col(Recusal.unit).is_not(None))
        .order_by(col(Recusal.id))
    )
    return {
        (row.inspection_id, row.unit): f"{row.reason}，由{row.substitute}代为评分"
        for row in session.execute(query)
    }
