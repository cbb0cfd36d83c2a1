"""Scoring offline: the unit's own template out, with what it typed so far, and its own sheets back in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from xczg.access.permissions import Actor
from xczg.exchange.score_sheets import (
    ScoredOrganization,
    ScoreFault,
    SheetDraft,
    read_scores,
    scores_template,
    unit_label,
)
from xczg.exchange.workbook import WrongFileError
from xczg.rules.sheets import TRANSITIONS, SheetEvent, TypedLine
from xczg.rules.values import ScoringUnit
from xczg.services.results import hold_round, read_rulebook, unfrozen_round
from xczg.services.score_import import scored_organizations
from xczg.services.score_sheets import own_unit, write_submitted
from xczg.services.score_writing import SheetPlace, as_stored, as_typed, hold_place, sheet_lines
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import ScoreDraft, ScoreSheet, now
from xczg.store.views.sheets import draft_lines, sheet_states


@dataclass(frozen=True, slots=True)
class FilledWorkbook:
    """What a unit brings back: as drafts or submitted, and whether drafts there are may be replaced."""

    content: bytes
    name: str
    submit: bool = False
    replace: bool = False


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What the import did; with faults nothing is written."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    faults: tuple[ScoreFault, ...] = ()


def make_own_template(engine: Engine, actor: Actor, round_id: int) -> bytes:
    """The unit's own sheets that are still to be filled in, with its drafts in them and nobody else's.

    Raises:
        RefusedError: when there is none, or the round is frozen.
    """
    unit = own_unit(actor)
    with reading(engine) as session:
        row = unfrozen_round(session, round_id)
        everybody = scored_organizations(session, round_id, actor.scope)
        states = sheet_states(session, round_id, unit=unit)
        open_ones = [
            one
            for one in everybody
            if (states.state(one.inspection_id, unit), SheetEvent.SUBMIT) in TRANSITIONS
        ]
        if not open_ones:
            raise RefusedError("本单位在本轮没有待填写的评分表，无需下载模板。")
        typed = {key: as_typed(lines) for key, lines in draft_lines(session, round_id, unit).items()}
        rulebook = read_rulebook(row.rulebook_content)
    return scores_template(open_ones, rulebook, row.name, unit=unit, filled=typed)


def import_own_scores(engine: Engine, actor: Actor, round_id: int, filled: FilledWorkbook) -> OwnReport:
    """Take the unit's own filled sheets in, all of them or none; wholly blank ones change nothing.

    Raises:
        RefusedError: for a file that cannot be read, a sheet that is locked or not complete, or drafts that
            would be replaced without a word; the sentence names the organisation.
    """
    unit = own_unit(actor)
    with writing(engine) as session:
        row = hold_round(session, round_id)
        rulebook = read_rulebook(row.rulebook_content)
        organizations = scored_organizations(session, round_id, actor.scope)
        try:
            found = read_scores(filled.content, filled.name, organizations, rulebook)
        except WrongFileError as error:
            raise RefusedError(str(error)) from error
        if found.faults:
            return OwnReport(faults=found.faults)
        _refuse_others(found.sheets, unit, organizations, unit_label(unit, actor.team, rulebook))
        changed, unchanged = _sorted_out(session, actor, found.sheets)
        if not filled.replace:
            _refuse_replacing(changed)
        for sheet, place in changed:
            typed = _typed(sheet)
            if filled.submit:
                write_submitted(session, actor, place, typed)
            else:
                _write_draft(session, actor, place, typed)
        if changed:
            words = "导入并提交评分表" if filled.submit else "导入评分草稿"
            audit.record(session, actor.username, words, row.name, 份数=len(changed))
        return OwnReport(tuple(sheet.organization for sheet, _ in changed), tuple(unchanged))


def _refuse_others(
    sheets: Sequence[SheetDraft],
    unit: ScoringUnit,
    organizations: Sequence[ScoredOrganization],
    own: str,
) -> None:
    others = sorted({sheet.organization for sheet in sheets if sheet.unit is not unit})
    if others:
        names = "、".join(others[:3])
        msg = f"文件中有其他评分单位的评分（{names}），只能导入{own}的评分表，请使用本页的模板。"
        raise RefusedError(msg)
    if not sheets:
        msg = f"文件中没有填写任何得分。本单位本轮应评{len(organizations)}个党组织，请填写后再导入。"
        raise RefusedError(msg)


_Changed = list[tuple[SheetDraft, SheetPlace]]


def _sorted_out(session: Session, actor: Actor, sheets: Sequence[SheetDraft]) -> tuple[_Changed, list[str]]:
    """The sheets that bring news, each with its place; one that is locked may only be what it is."""
    changed: _Changed = []
    unchanged = []
    for sheet in sheets:
        place = hold_place(session, actor, sheet.inspection_id, sheet.unit)
        if (place.state, SheetEvent.SUBMIT) not in TRANSITIONS and _same(session, place.sheet, sheet):
            unchanged.append(sheet.organization)
            continue
        place.after(SheetEvent.SAVE)
        changed.append((sheet, place))
    return changed, unchanged


def _same(session: Session, stored: ScoreSheet | None, sheet: SheetDraft) -> bool:
    return stored is not None and stored.id is not None and sheet_lines(session, stored.id) == _typed(sheet)


def _typed(sheet: SheetDraft) -> dict[str, TypedLine]:
    return {line.criterion: TypedLine(f"{line.points:.2f}", line.reason) for line in sheet.lines}


def _refuse_replacing(changed: _Changed) -> None:
    replaced = [
        sheet.organization
        for sheet, place in changed
        if place.draft is not None and _differs(place.draft.lines, _typed(sheet))
    ]
    if replaced:
        names = "、".join(replaced[:5]) + (f"等{len(replaced)}个党组织" if len(replaced) > 5 else "")
        msg = f"{names}已有草稿，与文件内容不同。确需以文件为准的，请勾选“替换已有草稿”后再导入。"
        raise RefusedError(msg)


def _differs(stored: Mapping[str, object], typed: Mapping[str, TypedLine]) -> bool:
    return bool(stored) and dict(stored) != as_stored(typed)


def _write_draft(session: Session, actor: Actor, place: SheetPlace, typed: Mapping[str, TypedLine]) -> None:
    lines = as_stored(typed)
    if place.draft is None:
        session.add(
            ScoreDraft(inspection_id=place.ref.id, unit=place.unit, lines=lines, updated_by=actor.username)
        )
        return
    assert place.draft.id is not None
    values = {"lines": lines, "updated_by": actor.username, "updated_at": now()}
    change_versioned(session, ScoreDraft, place.draft.id, place.draft.version, values)
