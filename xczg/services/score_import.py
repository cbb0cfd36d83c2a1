"""Recording filled score sheets (代录): each as a new version, the file kept as evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.score_sheets import (
    ScoredOrganization,
    ScoreFault,
    SheetDraft,
    read_scores,
    scores_template,
    unit_label,
)
from xczg.exchange.workbook import WrongFileError
from xczg.rules.rulebook import Rulebook
from xczg.rules.sheets import FilledLine
from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.files import keep_file
from xczg.services.results import hold_round, read_rulebook, round_row
from xczg.services.score_writing import add_sheet
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import Inspection, Organization, ScoreLine, ScoreSheet
from xczg.store.views.organizations import other_names
from xczg.store.views.rounds import in_scope


@dataclass(frozen=True, slots=True)
class ScoresReport:
    """What an import of scores did; with faults nothing is written. Incomplete sheets are 未齐."""

    sheets_written: int
    sheets_unchanged: int
    incomplete: tuple[tuple[str, str], ...]
    faults: tuple[ScoreFault, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that `import scores --json` prints."""
        return {
            "sheets_written": self.sheets_written,
            "sheets_unchanged": self.sheets_unchanged,
            "incomplete": [{"organization": name, "unit": unit} for name, unit in self.incomplete],
            "faults": [
                {"row": one.row, "column": one.column, "fault": one.fault, "message": one.message}
                for one in self.faults
            ],
        }


def make_scores_template(engine: Engine, actor: Actor, round_id: int) -> bytes:
    """The workbook to fill in for a round."""
    demand(actor, UseCase.IMPORT_SCORES)
    with reading(engine) as session:
        row = round_row(session, round_id)
        organizations = scored_organizations(session, round_id)
    return scores_template(organizations, read_rulebook(row.rulebook_content), row.name)


def import_scores(
    engine: Engine, actor: Actor, round_id: int, *, content: bytes, name: str, uploads: Path
) -> ScoresReport:
    """Record the filled sheets of a workbook as submitted.

    A sheet equal to the current one is left alone; a wholly blank one changes nothing; any other becomes a
    new version, complete or not.

    Raises:
        RefusedError: for a file that cannot be read as a whole, or a round that is unknown or frozen.
    """
    demand(actor, UseCase.IMPORT_SCORES)
    with writing(engine) as session:
        row = hold_round(session, round_id)
        rulebook = read_rulebook(row.rulebook_content)
        organizations = scored_organizations(session, round_id)
        try:
            draft = read_scores(content, name, organizations, rulebook)
        except WrongFileError as error:
            raise RefusedError(str(error)) from error
        if draft.faults:
            return ScoresReport(0, 0, (), draft.faults)
        current = _current(session, round_id)
        changed = [sheet for sheet in draft.sheets if _lines(sheet) != current.get(_place(sheet), {})]
        if changed:
            evidence = keep_file(session, uploads, content, name)
            _write(session, actor, changed, evidence)
            audit.record(session, actor.username, "代录评分表", row.name, 文件=name, 份数=len(changed))
        incomplete = _incomplete(organizations, current, draft.sheets, rulebook)
        return ScoresReport(len(changed), len(draft.sheets) - len(changed), incomplete, ())


def scored_organizations(
    session: Session, round_id: int, scope: Scope = EVERYTHING
) -> list[ScoredOrganization]:
    """Whom the units score in a round, within a scope; not those exempted by decision."""
    former: dict[str, list[str]] = {}
    for spelling, name in other_names(session).items():
        former.setdefault(name, []).append(spelling)
    query = (
        select(Inspection.id, Organization.name, Inspection.team)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(col(Inspection.round_id) == round_id, col(Inspection.exempted_on).is_(None), in_scope(scope))
        .order_by(col(Inspection.id))
    )
    return [
        ScoredOrganization(key, name, team, tuple(former.get(name, ())))
        for key, name, team in session.exec(query)
        if key
    ]


_Place = tuple[int, ScoringUnit]
_Lines = dict[str, tuple[Decimal, str]]


def _place(sheet: SheetDraft) -> _Place:
    return sheet.inspection_id, sheet.unit


def _lines(sheet: SheetDraft) -> _Lines:
    return {line.criterion: (line.points, line.reason) for line in sheet.lines}


def _current(session: Session, round_id: int) -> dict[_Place, _Lines]:
    query = (
        sql_select(
            col(ScoreSheet.inspection_id),
            col(ScoreSheet.unit),
            col(ScoreLine.criterion),
            col(ScoreLine.points),
            col(ScoreLine.reason),
        )
        .join(ScoreLine, col(ScoreLine.sheet_id) == ScoreSheet.id)
        .join(Inspection, col(Inspection.id) == ScoreSheet.inspection_id)
        .where(
            col(Inspection.round_id) == round_id,
            col(ScoreSheet.current).is_(True),
            # One that was returned, or waits for its unit, does not count: the same lines are news.
            col(ScoreSheet.state) == SheetState.SUBMITTED,
        )
    )
    found: dict[_Place, _Lines] = {}
    for inspection, unit, criterion, points, reason in session.execute(query):
        found.setdefault((inspection, unit), {})[criterion] = (points, reason)
    return found


def _write(session: Session, actor: Actor, sheets: Sequence[SheetDraft], evidence: int) -> None:
    inspections = {sheet.inspection_id for sheet in sheets}
    versions = {
        (inspection, unit): version
        for inspection, unit, version in session.execute(
            select(ScoreSheet.inspection_id, ScoreSheet.unit, func.max(ScoreSheet.version))
            .where(col(ScoreSheet.inspection_id).in_(inspections))
            .group_by(col(ScoreSheet.inspection_id), col(ScoreSheet.unit))
        )
    }
    for sheet in sheets:
        lines = [FilledLine(line.criterion, line.points, line.reason) for line in sheet.lines]
        stored = ScoreSheet(
            inspection_id=sheet.inspection_id,
            unit=sheet.unit,
            version=versions.get(_place(sheet), 0) + 1,
            complete=sheet.complete,
            proxy=True,
            proxy_evidence_id=evidence,
            recorded_by=actor.username,
        )
        add_sheet(session, stored, lines)


def _incomplete(
    organizations: Sequence[ScoredOrganization],
    current: dict[_Place, _Lines],
    sheets: Sequence[SheetDraft],
    rulebook: Rulebook,
) -> tuple[tuple[str, str], ...]:
    """Who is 未齐 after this import, of the whole round."""
    lines = {place: len(filled) for place, filled in current.items()}
    lines |= {_place(sheet): len(sheet.lines) for sheet in sheets}
    needed = len(rulebook.criteria.value)
    return tuple(
        (organization.name, unit_label(unit, organization.team, rulebook))
        for organization in organizations
        for unit in ScoringUnit
        if lines.get((organization.inspection_id, unit), 0) != needed
    )
