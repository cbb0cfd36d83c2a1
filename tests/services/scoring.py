"""A small round to be scored, and sheets brought into any of their states."""

from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp

from tests.factories import OFFICE, actor, all_of, make_inspection, make_round, rulebook, spread
from xczg.rules.sheets import TypedLine
from xczg.rules.values import Role, ScoringUnit, SheetState
from xczg.services.attachments import NewFile
from xczg.services.score_review import PaperSheet, record_proxy, return_sheet
from xczg.services.score_sheets import save_draft, submit_sheet
from xczg.services.score_writing import Seen, stored_at
from xczg.store.engine import reading
from xczg.store.tables import ScoreSheet

DISCIPLINE, PERSONNEL = actor(Role.DISCIPLINE), actor(Role.PERSONNEL)
TEAM_1, TEAM_2 = actor(Role.TEAM, team=1), actor(Role.TEAM, team=2)
WHO = {ScoringUnit.DISCIPLINE: DISCIPLINE, ScoringUnit.PERSONNEL: PERSONNEL, ScoringUnit.TEAM: TEAM_1}
SCAN = NewFile("扫描件.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF")
UPLOADS = Path(mkdtemp(prefix="xczg-scans-"))


def make_scoring(engine) -> tuple[int, int, int]:
    """A round with 甲局 of team 1 and 乙局 of team 2."""
    round_id = make_round(engine)
    return (
        round_id,
        make_inspection(engine, round_id, "甲局党组", team=1),
        make_inspection(engine, round_id, "乙局党组", team=2),
    )


def typed(total: str = "90.25", reason: str = "有欠缺") -> dict[str, TypedLine]:
    """A complete sheet with this total."""
    points = spread(Decimal(total))
    full = {one.number: one.points for one in rulebook().criteria.value}
    return {key: TypedLine(f"{one}", reason if one < full[key] else "") for key, one in points.items()}


def half() -> dict[str, TypedLine]:
    """A sheet half filled in."""
    lines = typed()
    return dict(list(lines.items())[: len(lines) // 2])


def seen(engine, inspection, unit=ScoringUnit.DISCIPLINE) -> Seen:
    """The versions there are."""
    with reading(engine) as session:
        sheet, draft = stored_at(session, inspection, unit)
        return Seen(sheet.version if sheet else 0, draft.version if draft else 0)


def save(engine, inspection, lines=None, unit=ScoringUnit.DISCIPLINE, who=None):
    """Save as the unit, without having missed anything."""
    return save_draft(engine, who or WHO[unit], inspection, lines or half(), seen(engine, inspection, unit))


def submit(engine, inspection, lines=None, unit=ScoringUnit.DISCIPLINE, who=None):
    """Submit as the unit, without having missed anything."""
    return submit_sheet(
        engine, who or WHO[unit], inspection, lines or typed(), seen(engine, inspection, unit)
    )


def proxy(engine, inspection, *, scan, lines=None, unit=ScoringUnit.DISCIPLINE, who=OFFICE):
    """Record a paper sheet as the office."""
    paper = PaperSheet(inspection, unit, lines or typed("80.5"), [SCAN] if scan else [])
    return record_proxy(engine, who, paper, seen(engine, inspection, unit), uploads=UPLOADS)


def current(engine, inspection, unit=ScoringUnit.DISCIPLINE) -> ScoreSheet:
    """The current version."""
    (found,) = [
        one
        for one in all_of(engine, ScoreSheet)
        if (one.inspection_id, one.unit, one.current) == (inspection, unit, True)
    ]
    return found


def bring(engine, inspection, state: SheetState, unit=ScoringUnit.DISCIPLINE) -> None:
    """Bring a blank sheet into a state, the way people do."""
    if state is SheetState.FILLING:
        save(engine, inspection, unit=unit)
    elif state is SheetState.AWAITING_CONFIRMATION:
        proxy(engine, inspection, scan=False, unit=unit)
    elif state in (SheetState.SUBMITTED, SheetState.RETURNED):
        submit(engine, inspection, unit=unit)
        if state is SheetState.RETURNED:
            return_sheet(engine, OFFICE, current(engine, inspection, unit).id, "请核实细则1.1")
