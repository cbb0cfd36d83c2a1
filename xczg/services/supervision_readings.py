"""What the screens of routine supervision read: checked, scoped, leads only for those who may.

A report's text is for the office, leaders and the two units; a draft for its own unit alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.phases import Deadlines
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import (
    SUPERVISING,
    Cell,
    Place,
    ReportStanding,
    blanks,
    is_confidential,
    matrix,
    report_locked,
    report_standing,
    task_progress,
)
from xczg.rules.values import AttachmentKind, ReportState, ScoringUnit
from xczg.services.attachments import AttachmentRow, attachments
from xczg.services.results import state_of
from xczg.services.scoped import NOT_FOUND, inspection_ref
from xczg.services.supervised import as_versions, report_unit, unit_of
from xczg.services.supervision_reports import count_blanks
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import reading
from xczg.store.scope import EVERYTHING
from xczg.store.tables import SupervisionReport
from xczg.store.views.rounds import RoundRow
from xczg.store.views.supervision import (
    EntryRow,
    ReportRow,
    SectionRow,
    Supervised,
    entries_of,
    looks_of_round,
    reports_of_round,
    sections,
    supervised,
)


@dataclass(frozen=True, slots=True)
class SupervisionReading:
    """A round's supervision as one person may see it."""

    round: RoundRow
    rulebook: Rulebook
    dates: Deadlines
    organizations: tuple[Supervised, ...]
    contents: tuple[str, ...]
    cells: Mapping[Place, Cell]
    tasks: Mapping[ScoringUnit, Mapping[str, frozenset[int]]]
    standings: Mapping[ScoringUnit | None, ReportStanding]
    locked: frozenset[ScoringUnit]
    own_unit: ScoringUnit | None

    @property
    def counted(self) -> tuple[Supervised, ...]:
        """The organisations that are assessed: without the exempted ones."""
        return tuple(one for one in self.organizations if not one.exempted)

    @property
    def laggards(self) -> tuple[Supervised, ...]:
        """Organisations with a later feedback date of their own, whose period ends later."""
        return tuple(one for one in self.counted if one.feedback > self.round.feedback_date)

    def blanks(self, *units: ScoringUnit) -> list[Place]:
        """What these units have not looked at yet."""
        return [place for place in blanks(self.cells) if place[1] in units]

    def may_write(self, organization: Supervised | None = None) -> bool:
        """Whether the person may still record entries."""
        exempted = organization is not None and organization.exempted
        return self.own_unit is not None and not (
            self.round.frozen or exempted or self.own_unit in self.locked
        )


def read_supervision(engine: Engine, actor: Actor, row: RoundRow, today: date) -> SupervisionReading:
    """The matrix of a round, the progress of annex 1, and where the reports stand. Three statements."""
    demand(actor, UseCase.VIEW_SUPERVISION)
    rulebook, dates, _ = state_of(row, today)
    with reading(engine) as session:
        organizations = supervised(session, row.id, actor.scope)
        looks = looks_of_round(session, row.id, actor.scope)
        reports = reports_of_round(session, row.id)
    contents = visible_contents(actor, rulebook)
    counted = [one.inspection_id for one in organizations if not one.exempted]
    every = matrix(counted, looks, rulebook, SUPERVISING)
    units = {unit: report_unit(rulebook, unit) for unit in SUPERVISING}
    versions = {
        key: as_versions([one for one in reports if one.unit is key]) for key in dict.fromkeys(units.values())
    }
    return SupervisionReading(
        round=row,
        rulebook=rulebook,
        dates=dates,
        organizations=organizations,
        contents=contents,
        cells={place: cell for place, cell in every.items() if place[2] in contents},
        tasks={unit: task_progress(looks, counted, rulebook, unit) for unit in SUPERVISING},
        standings={key: report_standing(found, dates.report_due, today) for key, found in versions.items()},
        locked=frozenset(unit for unit, key in units.items() if report_locked(versions[key])),
        own_unit=unit_of(actor),
    )


def visible_contents(actor: Actor, rulebook: Rulebook) -> tuple[str, ...]:
    """The contents somebody may see; leads and complaints are not for a team."""
    return tuple(
        content
        for content in rulebook.supervised_contents
        if actor.may(UseCase.VIEW_LEADS) or not is_confidential(content)
    )


@dataclass(frozen=True, slots=True)
class EntriesReading:
    """The entries of one organisation, the newest first, with their files."""

    entries: tuple[EntryRow, ...]
    files: Mapping[int, list[AttachmentRow]]


def read_entries(engine: Engine, actor: Actor, inspection_id: int) -> EntriesReading:
    """One organisation's entries of both units, within the person's scope."""
    demand(actor, UseCase.VIEW_SUPERVISION)
    with reading(engine) as session:
        inspection_ref(session, actor, inspection_id)
        found = [one for one in entries_of(session, inspection_id) if _visible(actor, one.content)]
        files = attachments(session, AttachmentKind.SUPERVISION, [one.id for one in found])
    return EntriesReading(tuple(found), files)


def _visible(actor: Actor, content: str) -> bool:
    return actor.may(UseCase.VIEW_LEADS) or not is_confidential(content)


@dataclass(frozen=True, slots=True)
class ReportReading:
    """One report with its versions; `chosen` is the one shown, None where nothing may be read yet."""

    unit: ScoringUnit | None
    versions: tuple[ReportRow, ...]
    chosen: ReportRow | None
    overall: str
    sections: tuple[SectionRow, ...]
    blanks: int
    own: bool

    @property
    def edition(self) -> int:
        """Rises with every change of the report or of any of its sections."""
        assert self.chosen is not None
        return self.chosen.row_version + sum(one.version for one in self.sections)

    @property
    def editable(self) -> bool:
        """Whether it is the person's own draft."""
        return self.own and self.chosen is not None and self.chosen.state is None


def read_report(
    engine: Engine, actor: Actor, row: RoundRow, unit: ScoringUnit | None, today: date, *, version: int = 0
) -> ReportReading:
    """A version of a unit's report (of the joint one for None); the newest one readable for version 0."""
    demand(actor, UseCase.VIEW_SUPERVISION)
    rulebook, _, _ = state_of(row, today)
    with reading(engine) as session:
        versions = tuple(
            one
            for one in reports_of_round(session, row.id)
            if one.unit is unit and may_read_report(actor, one, rulebook)
        )
        chosen = next((one for one in versions if version in (0, one.version)), None)
        own = _is_own(actor, unit, rulebook)
        return ReportReading(
            unit=unit,
            versions=versions,
            chosen=chosen,
            overall=_overall(session, chosen),
            sections=tuple(sections(session, chosen.id)) if chosen else (),
            blanks=count_blanks(session, row, rulebook, unit) if own else 0,
            own=own,
        )


def may_read_report(actor: Actor, report: ReportRow, rulebook: Rulebook) -> bool:
    """A report speaks of all organisations and of leads: nobody with a smaller scope reads it.

    A draft is its own unit's alone until it is submitted.
    """
    if actor.scope != EVERYTHING or not actor.may(UseCase.VIEW_LEADS):
        return False
    return report.state is not None or _is_own(actor, report.unit, rulebook)


def readable_report(
    session: Session, actor: Actor, row: RoundRow, rulebook: Rulebook, report_id: int
) -> ReportRow:
    """One report somebody may read.

    Raises:
        RefusedError: when there is none.
    """
    for report in reports_of_round(session, row.id):
        if report.id == report_id and may_read_report(actor, report, rulebook):
            return report
    raise RefusedError(NOT_FOUND)


def _is_own(actor: Actor, unit: ScoringUnit | None, rulebook: Rulebook) -> bool:
    own = unit_of(actor)
    return own is not None and report_unit(rulebook, own) is unit


def _overall(session: Session, chosen: ReportRow | None) -> str:
    return overall_text(session, chosen.id) if chosen else ""


def overall_text(session: Session, report_id: int) -> str:
    """The opening of a report."""
    return session.exec(select(SupervisionReport.overall).where(col(SupervisionReport.id) == report_id)).one()


def submitted(versions: tuple[ReportRow, ...]) -> ReportRow | None:
    """The version that is with the office now, if any."""
    newest = versions[0] if versions else None
    return newest if newest and newest.state is ReportState.SUBMITTED else None
