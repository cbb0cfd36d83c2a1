"""A unit fills its own score sheets (R8): draft, submit, and the answer to what was recorded for it."""

from sqlalchemy import Engine
from sqlmodel import Session

from xczg.access.permissions import Actor, UseCase, demand, scoring_unit
from xczg.rules.sheets import LONGEST_REASON, SheetEvent, Typed, check_sheet
from xczg.rules.values import ScoringUnit
from xczg.services.scoped import NOT_FOUND
from xczg.services.score_writing import (
    Seen,
    SheetPlace,
    add_sheet,
    as_stored,
    hand_back,
    hold_place,
    hold_sheet,
)
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import ScoreDraft, ScoreSheet, now

_LONGEST_POINTS = 20
_LISTED = 8


def own_unit(actor: Actor) -> ScoringUnit:
    """The unit that the actor scores for; who may fill sheets has one."""
    demand(actor, UseCase.FILL_SHEET)
    unit = scoring_unit(actor)
    assert unit is not None
    return unit


def save_draft(engine: Engine, actor: Actor, inspection_id: int, typed: Typed, seen: Seen) -> int:
    """Keep a sheet as far as it is filled in, valid or not; returns the draft's new version.

    Raises:
        StaleError: when a colleague of the unit saved or submitted the sheet in the meantime.
        RefusedError: when the sheet is submitted, the round frozen, or the place not the unit's.
    """
    unit = own_unit(actor)
    with writing(engine) as session:
        place = hold_place(session, actor, inspection_id, unit)
        place.after(SheetEvent.SAVE)
        place.demand_unchanged(seen)
        lines = as_stored(_readable(place, typed))
        if place.draft is None:
            added = ScoreDraft(inspection_id=inspection_id, unit=unit, lines=lines, updated_by=actor.username)
            session.add(added)
        else:
            assert place.draft.id is not None
            values = {"lines": lines, "updated_by": actor.username, "updated_at": now()}
            change_versioned(session, ScoreDraft, place.draft.id, place.draft.version, values)
        # No points in the log: it is read by others than the unit.
        audit.record(session, actor.username, "保存评分草稿", place.label, 版本=seen.draft + 1)
        return seen.draft + 1


def submit_sheet(engine: Engine, actor: Actor, inspection_id: int, typed: Typed, seen: Seen) -> int:
    """Submit a complete sheet, which locks it; returns the version it became.

    Raises:
        StaleError: as `save_draft`.
        RefusedError: also for what is missing on it, listed.
    """
    unit = own_unit(actor)
    with writing(engine) as session:
        place = hold_place(session, actor, inspection_id, unit)
        place.after(SheetEvent.SUBMIT)
        place.demand_unchanged(seen)
        return write_submitted(session, actor, place, typed)


def write_submitted(session: Session, actor: Actor, place: SheetPlace, typed: Typed) -> int:
    """The next version of a sheet as submitted by its unit, within an open transaction.

    Raises:
        RefusedError: for what is missing on it, listed.
    """
    checked = check_sheet(place.rulebook.criteria.value, typed)
    if not checked.complete:
        raise RefusedError(f"{place.ref.organization}的评分表还不能提交：{listed(checked.missing)}。")
    sheet = ScoreSheet(
        inspection_id=place.ref.id,
        unit=place.unit,
        version=place.seen.sheet + 1,
        complete=True,
        state=place.after(SheetEvent.SUBMIT),
        recorded_by=actor.username,
    )
    add_sheet(session, sheet, checked.lines)
    if place.draft is not None:
        session.delete(place.draft)
    audit.record(session, actor.username, "提交评分表", place.label, 版本=sheet.version)
    return sheet.version


def confirm_proxy(engine: Engine, actor: Actor, sheet_id: int) -> None:
    """The unit confirms what the office recorded for it; from now on it counts.

    Raises:
        RefusedError: when it is not the unit's, or does not wait for it.
    """
    unit = own_unit(actor)
    with writing(engine) as session:
        place = _own_place(session, actor, sheet_id, unit)
        state = place.after(SheetEvent.CONFIRM)
        assert place.sheet is not None
        place.sheet.state = state
        place.sheet.confirmed_by, place.sheet.confirmed_at = actor.username, now()
        audit.record(session, actor.username, "确认代录评分表", place.label, 版本=place.sheet.version)


def reject_proxy(engine: Engine, actor: Actor, sheet_id: int, reason: str) -> None:
    """The unit does not accept what the office recorded for it, and fills the sheet in itself.

    Raises:
        RefusedError: without a reason, or as `confirm_proxy`; a sheet the unit submitted itself is returned
            by the office alone.
    """
    unit = own_unit(actor)
    with writing(engine) as session:
        place = _own_place(session, actor, sheet_id, unit)
        place.after(SheetEvent.CONFIRM)  # what could be confirmed can be rejected, and nothing else
        hand_back(session, actor, place, reason)
        audit.record(session, actor.username, "不认可代录评分表", place.label, 版本=place.seen.sheet)


def _own_place(session: Session, actor: Actor, sheet_id: int, unit: ScoringUnit) -> SheetPlace:
    place = hold_sheet(session, actor, sheet_id)
    if place.unit is not unit:
        raise RefusedError(NOT_FOUND)
    return place


def _readable(place: SheetPlace, typed: Typed) -> Typed:
    """What a draft may hold: lines of the criteria there are, of a length somebody could mean."""
    numbers = {criterion.number for criterion in place.rulebook.criteria.value}
    for number, line in typed.items():
        if number not in numbers:
            msg = f"细则中没有编号“{number}”，请刷新页面。"
            raise RefusedError(msg)
        if len(line.points) > _LONGEST_POINTS or len(line.reason) > LONGEST_REASON:
            msg = f"细则{number}的得分或扣分理由过长（理由最多{LONGEST_REASON}字），请精简。"
            raise RefusedError(msg)
    return typed


def listed(missing: tuple[str, ...]) -> str:
    """What is missing, the first few in words and the rest as a number."""
    more = f"；等共{len(missing)}处" if len(missing) > _LISTED else ""
    return "；".join(missing[:_LISTED]) + more
