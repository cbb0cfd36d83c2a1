"""The office's part in score sheets (R8): returning one, and recording a signed paper sheet （代录）."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.sheets import SheetEvent, Typed, check_sheet
from xczg.rules.values import AttachmentKind, ScoringUnit, SheetState
from xczg.services.attachments import NewFile, attach
from xczg.services.score_sheets import listed
from xczg.services.score_writing import Seen, add_sheet, hand_back, hold_place, hold_sheet
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Attachment, ScoreSheet


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A signed paper sheet as the office types it in; without a scan the unit has to confirm it."""

    inspection_id: int
    unit: ScoringUnit
    typed: Typed
    scans: Sequence[NewFile] = ()


def return_sheet(engine: Engine, actor: Actor, sheet_id: int, reason: str) -> None:
    """Return a submitted sheet for revision; until it is submitted again it does not count.

    Raises:
        RefusedError: without a reason, for a sheet not submitted, an older version, or a frozen round.
    """
    demand(actor, UseCase.RETURN_SHEET)
    with writing(engine) as session:
        place = hold_sheet(session, actor, sheet_id)
        hand_back(session, actor, place, reason)
        audit.record(session, actor.username, "退回评分表", place.label, 版本=place.seen.sheet)


def record_proxy(engine: Engine, actor: Actor, paper: PaperSheet, seen: Seen, *, uploads: Path) -> SheetState:
    """Record a signed paper sheet for its unit: counted at once with the scan, else after confirmation.

    Raises:
        StaleError: when the unit saved or submitted in the meantime.
        RefusedError: for what is missing on the sheet, or when the unit has submitted it itself.
    """
    demand(actor, UseCase.IMPORT_SCORES)
    event = SheetEvent.PROXY if paper.scans else SheetEvent.PROXY_UNPROVEN
    with writing(engine) as session:
        place = hold_place(session, actor, paper.inspection_id, paper.unit)
        state = place.after(event)
        place.demand_unchanged(seen)
        checked = check_sheet(place.rulebook.criteria.value, paper.typed)
        if not checked.complete:
            raise RefusedError(f"{place.ref.organization}的评分表还不能代录：{listed(checked.missing)}。")
        sheet = ScoreSheet(
            inspection_id=place.ref.id,
            unit=paper.unit,
            version=place.seen.sheet + 1,
            complete=True,
            state=state,
            proxy=True,
            recorded_by=actor.username,
        )
        key = add_sheet(session, sheet, checked.lines)
        if paper.scans:
            sheet.proxy_evidence_id = _keep_scans(session, actor, paper, key, uploads)
        audit.record(
            session,
            actor.username,
            "代录评分表",
            place.label,
            版本=sheet.version,
            扫描件=len(paper.scans),
            状态=state.value,
        )
        return state


def _keep_scans(session: Session, actor: Actor, paper: PaperSheet, sheet_id: int, uploads: Path) -> int:
    kind = AttachmentKind.SCORE_SHEET
    attach(
        session,
        actor,
        uploads,
        paper.scans,
        kind=kind,
        owner_id=sheet_id,
        inspection_id=paper.inspection_id,
    )
    return (
        session.exec(
            select(Attachment.evidence_id)
            .where(col(Attachment.kind) == kind, col(Attachment.owner_id) == sheet_id)
            .order_by(col(Attachment.id))
        ).first()
        or 0
    )
