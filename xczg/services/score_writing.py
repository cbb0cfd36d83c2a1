"""What all that change score sheets share: the place of a sheet, held, and adding a version to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor
from xczg.rules.rulebook import Rulebook
from xczg.rules.sheets import (
    FilledLine,
    SheetEvent,
    SheetStateError,
    Typed,
    TypedLine,
    after_event,
    sheet_state,
)
from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.results import hold_round, read_rulebook
from xczg.services.scoped import NOT_FOUND, InspectionRef, inspection_ref
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import ScoreDraft, ScoreLine, ScoreSheet, now

STALE = "在您填写期间，他人已保存了同一份评分表。请对照两个版本后选择，您填写的内容仍在。"


@dataclass(frozen=True, slots=True)
class Seen:
    """The versions of sheet and draft that a form was drawn with; 0 where there was none."""

    sheet: int = 0
    draft: int = 0


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """The sheet of one unit for one organisation, as it stands while nobody else may change it."""

    ref: InspectionRef
    unit: ScoringUnit
    rulebook: Rulebook
    sheet: ScoreSheet | None
    draft: ScoreDraft | None

    @property
    def state(self) -> SheetState:
        """As everybody sees it."""
        sheet, draft = self.sheet, self.draft
        return sheet_state(
            sheet.state if sheet else None,
            sheet.returned_at if sheet else None,
            draft.updated_at if draft else None,
        )

    @property
    def seen(self) -> Seen:
        """The versions there are now."""
        return Seen(self.sheet.version if self.sheet else 0, self.draft.version if self.draft else 0)

    @property
    def label(self) -> str:
        """As the audit log names it."""
        return f"{self.ref.label}·{self.rulebook.units.names.value[self.unit]}"

    def after(self, event: SheetEvent) -> SheetState:
        """The state the event leads to.

        Raises:
            RefusedError: when it cannot happen now.
        """
        try:
            return after_event(self.state, event)
        except SheetStateError as refusal:
            msg = f"{self.ref.organization}的{refusal}"
            raise RefusedError(msg) from refusal

    def demand_unchanged(self, seen: Seen) -> None:
        """Overwrite nobody.

        Raises:
            StaleError: when somebody saved or submitted since the form was drawn.
        """
        stored = self.draft or self.sheet
        if self.seen != seen and stored is not None:
            raise StaleError(STALE, stored)


def hold_place(session: Session, actor: Actor, inspection_id: int, unit: ScoringUnit) -> SheetPlace:
    """The sheet's place within the actor's scope; its round is held until the transaction ends.

    Raises:
        RefusedError: for what is not there, is frozen, or is exempted from the assessment.
    """
    ref = inspection_ref(session, actor, inspection_id)
    row = hold_round(session, ref.inspection.round_id)
    if ref.inspection.exempted_on is not None:
        msg = f"{ref.organization}经批准免于评估，不评分。"
        raise RefusedError(msg)
    return SheetPlace(
        ref, unit, read_rulebook(row.rulebook_content), *stored_at(session, inspection_id, unit)
    )


def stored_at(
    session: Session, inspection_id: int, unit: ScoringUnit
) -> tuple[ScoreSheet | None, ScoreDraft | None]:
    """The current sheet and the draft, as they are at this moment. Two statements."""
    sheet = select(ScoreSheet).where(
        col(ScoreSheet.inspection_id) == inspection_id,
        col(ScoreSheet.unit) == unit,
        col(ScoreSheet.current).is_(True),
    )
    draft = select(ScoreDraft).where(
        col(ScoreDraft.inspection_id) == inspection_id, col(ScoreDraft.unit) == unit
    )
    fresh = {"populate_existing": True}  # what was read before the round was held may be old
    return (
        session.exec(sheet.execution_options(**fresh)).first(),
        session.exec(draft.execution_options(**fresh)).first(),
    )


def hold_sheet(session: Session, actor: Actor, sheet_id: int) -> SheetPlace:
    """The place of a sheet that is still the current one.

    Raises:
        RefusedError: for a number that is not there or not in the scope, and for an older version.
    """
    wanted = session.get(ScoreSheet, sheet_id)
    if wanted is None:
        raise RefusedError(NOT_FOUND)
    place = hold_place(session, actor, wanted.inspection_id, wanted.unit)
    if place.sheet is None or place.sheet.id != sheet_id:
        raise RefusedError("该评分表已有新的版本，请刷新页面后再办理。")
    return place


def add_sheet(session: Session, sheet: ScoreSheet, lines: Sequence[FilledLine]) -> int:
    """Make this the current version; those before it are kept."""
    mine = (col(ScoreSheet.inspection_id) == sheet.inspection_id, col(ScoreSheet.unit) == sheet.unit)
    session.execute(update(ScoreSheet).where(*mine).values(current=False))
    session.add(sheet)
    session.flush()
    assert sheet.id is not None
    rows = [
        {"sheet_id": sheet.id, "criterion": line.criterion, "points": line.points, "reason": line.reason}
        for line in lines
    ]
    if rows:
        session.execute(insert(ScoreLine), rows)
    return sheet.id


def hand_back(session: Session, actor: Actor, place: SheetPlace, reason: str) -> None:
    """Return the current sheet for revision; its lines become a draft, unless one waits beside it.

    Raises:
        RefusedError: without a reason, or in a state in which there is nothing to return.
    """
    state, reason = place.after(SheetEvent.RETURN), reason.strip()
    if not 1 <= len(reason) <= 1000:
        raise RefusedError("请写明退回原因（1至1000字）。")
    sheet = place.sheet
    assert sheet is not None
    at = now()
    sheet.state, sheet.returned_by, sheet.returned_at, sheet.returned_reason = (
        state,
        actor.username,
        at,
        reason,
    )
    if place.draft is None:
        assert sheet.id is not None
        draft = ScoreDraft(
            inspection_id=sheet.inspection_id,
            unit=sheet.unit,
            lines=as_stored(sheet_lines(session, sheet.id)),
            updated_by=actor.username,
            updated_at=at,
        )
        session.add(draft)


def sheet_lines(session: Session, sheet_id: int) -> dict[str, TypedLine]:
    """The lines of a stored sheet. One statement."""
    query = sql_select(col(ScoreLine.criterion), col(ScoreLine.points), col(ScoreLine.reason)).where(
        col(ScoreLine.sheet_id) == sheet_id
    )
    return {key: TypedLine(f"{points:f}", reason) for key, points, reason in session.execute(query)}


def as_stored(typed: Typed) -> dict[str, Any]:
    """Lines as a draft keeps them; empty ones are left out."""
    return {
        key: {"points": line.points, "reason": line.reason}
        for key, line in typed.items()
        if line.points or line.reason
    }


def as_typed(stored: Mapping[str, Any]) -> dict[str, TypedLine]:
    """The lines of a draft."""
    return {key: TypedLine(line["points"], line["reason"]) for key, line in stored.items()}
