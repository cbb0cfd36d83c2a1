"""What the services of routine supervision share: whose hand writes, and whether it still may (R1–R4)."""

from datetime import date

from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from xczg.access.permissions import Actor
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import ReportVersion, report_locked
from xczg.rules.values import Role, ScoringUnit
from xczg.services.results import read_rulebook, unfrozen_round
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import Round
from xczg.store.views.rounds import RoundRow
from xczg.store.views.supervision import ReportRow, reports_of_round

LOCKED = "日常监督评估结果报告已经报送，监督记录和报告已锁定；确需改动的，请联系市委巡察办退回报告后再改。"
_UNITS = {Role.DISCIPLINE: ScoringUnit.DISCIPLINE, Role.PERSONNEL: ScoringUnit.PERSONNEL}


def unit_of(actor: Actor) -> ScoringUnit | None:
    """The supervising unit somebody belongs to; None for everybody else."""
    return next((unit for role, unit in _UNITS.items() if role in actor.roles), None)


def own_unit(actor: Actor) -> ScoringUnit:
    """The unit in whose name the actor writes: its own, never the other one.

    Raises:
        RefusedError: for somebody of neither unit.
    """
    unit = unit_of(actor)
    if unit is None:
        raise RefusedError("监督记录和结果报告只能由市纪委监委、市委组织部以本单位账号登记。")
    return unit


def report_unit(rulebook: Rulebook, unit: ScoringUnit) -> ScoringUnit | None:
    """Whose report speaks for a unit: its own, or the joint one (None) where the rulebook says so."""
    return None if rulebook.papers.joint_supervision_report.value else unit


def writable_round(session: Session, round_id: int) -> tuple[RoundRow, Rulebook]:
    """A round that is not frozen, held until the transaction ends.

    Entries, drafts and submissions of a round thus pass one after the other: nothing slips in behind a
    submission, and there are never two drafts. SQLite lets one writer pass at a time anyway.

    Raises:
        RefusedError: when there is none, or its result is frozen.
    """
    session.execute(
        sql_select(col(Round.id)).where(col(Round.id) == round_id).with_for_update(key_share=True)
    )
    row = unfrozen_round(session, round_id)
    return row, read_rulebook(row.rulebook_content)


def versions_of(session: Session, round_id: int, unit: ScoringUnit | None) -> list[ReportRow]:
    """The versions of one report, the newest first."""
    return [row for row in reports_of_round(session, round_id) if row.unit is unit]


def as_versions(rows: list[ReportRow]) -> list[ReportVersion]:
    """The same as the rules know them."""
    return [ReportVersion(row.version, row.state, row.submitted_on) for row in rows]


def refuse_locked(session: Session, round_id: int, unit: ScoringUnit | None) -> None:
    """Refuse once the report is submitted.

    Raises:
        RefusedError: saying who can open it again.
    """
    if report_locked(as_versions(versions_of(session, round_id, unit))):
        raise RefusedError(LOCKED)


def day_words(day: date) -> str:
    """2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"
