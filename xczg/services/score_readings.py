"""What people read of score sheets: states for all who work on them, points only where the view allows.

What somebody may not see is not fetched, or taken away here, before a page gets it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand, scoring_unit
from xczg.rules.blindness import ScoreView, sees_sheet
from xczg.rules.phases import RoundState
from xczg.rules.rates import StatusCounts
from xczg.rules.rulebook import Criterion, Rulebook
from xczg.rules.sheets import TypedLine, sheet_state
from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.readings import Overview, overview_of
from xczg.services.results import RoundReading, read_round, read_rulebook, round_row, view_of
from xczg.services.scoped import inspection_ref
from xczg.services.score_sheets import own_unit
from xczg.services.score_writing import Seen, as_typed, sheet_lines, stored_at
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import reading
from xczg.store.scope import EVERYTHING
from xczg.store.tables import ScoreSheet, SupervisionEntry
from xczg.store.views.rounds import RoundRow
from xczg.store.views.sheets import SheetStates, StoredDraft, StoredSheet, recused_units, sheet_states

BLIND = "评分尚未公开：全部评分表提交或总结会召开前，各评分单位只能查看本单位的评分。"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Where one unit's sheet for one organisation stands; no points."""

    inspection_id: int
    organization: str
    team: int | None
    unit: ScoringUnit
    state: SheetState
    sheet: StoredSheet | None
    draft: StoredDraft | None
    recused: str
    counts: StatusCounts

    @property
    def done(self) -> bool:
        """Whether it counts: submitted and complete."""
        return self.state is SheetState.SUBMITTED and self.sheet is not None and self.sheet.complete


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scoring of a round as far as one person works on it."""

    round: RoundRow
    rulebook: Rulebook
    state: RoundState
    view: ScoreView
    submitted: int
    expected: int
    lifted: bool
    rows: tuple[SheetRow, ...]

    @property
    def done(self) -> int:
        """How many of the person's own rows count already."""
        return sum(row.done for row in self.rows)


def read_scoring(engine: Engine, actor: Actor, row: RoundRow, today: date) -> Scoring:
    """The sheets that the actor's unit fills in, by name of the organisation."""
    unit = own_unit(actor)
    with reading(engine) as session:
        found = read_round(session, row, today)
        states = sheet_states(session, row.id, unit)
        return _scoring(session, actor, found, states, (unit,))


def read_matrix(engine: Engine, actor: Actor, row: RoundRow, today: date) -> tuple[Overview, Scoring]:
    """The office's page in one reading: its provisional reckoning （暂计）, and every sheet as a state."""
    demand(actor, UseCase.VIEW_PROVISIONAL)
    with reading(engine) as session:
        found = read_round(session, row, today)
        states = sheet_states(session, row.id)
        units = found.rulebook.units.weight_order.value
        overview = overview_of(found, ScoreView.ALL, found.result.rows)
        return overview, _scoring(session, actor, found, states, units)


def _scoring(
    session: Session,
    actor: Actor,
    found: RoundReading,
    states: SheetStates,
    units: tuple[ScoringUnit, ...],
) -> Scoring:
    recused = recused_units(session, found.round.id)
    scope = actor.scope
    rows = [
        SheetRow(
            inspection_id=result.inspection_id,
            organization=result.organization,
            team=found.teams.get(result.inspection_id),
            unit=unit,
            state=states.state(result.inspection_id, unit),
            sheet=states.sheets.get((result.inspection_id, unit)),
            draft=states.drafts.get((result.inspection_id, unit)),
            recused=recused.get((result.inspection_id, unit), ""),
            counts=result.counts,
        )
        for result in sorted(found.result.rows, key=lambda one: one.organization)
        for unit in units
        if not result.exempted
        and (scope == EVERYTHING or found.teams.get(result.inspection_id) == scope.team)
    ]
    return Scoring(
        round=found.round,
        rulebook=found.rulebook,
        state=found.state,
        view=view_of(actor, found),
        submitted=found.result.sheets_complete,
        expected=found.result.sheets_expected,
        lifted=found.lifted,
        rows=tuple(rows),
    )


@dataclass(frozen=True, slots=True)
class SheetReading:
    """One sheet as its unit sees it: what is typed so far, and the versions it was drawn with."""

    inspection_id: int
    organization: str
    unit: ScoringUnit
    state: SheetState
    sheet_id: int | None
    proxy: bool
    returned_by: str
    returned_reason: str
    lines: Mapping[str, TypedLine]
    seen: Seen
    saved_by: str
    criteria: tuple[Criterion, ...]
    routine: tuple[tuple[str, ScoringUnit, str], ...]


def read_sheet(engine: Engine, actor: Actor, inspection_id: int) -> SheetReading:
    """The actor's own unit's sheet for one organisation, with the routine judgements beside it.

    Raises:
        RefusedError: when the organisation is not in the scope.
    """
    unit = own_unit(actor)
    with reading(engine) as session:
        ref = inspection_ref(session, actor, inspection_id)
        sheet, draft = stored_at(session, inspection_id, unit)
        state = sheet_state(
            sheet.state if sheet else None,
            sheet.returned_at if sheet else None,
            draft.updated_at if draft else None,
        )
        locked = state in (SheetState.SUBMITTED, SheetState.AWAITING_CONFIRMATION)
        lines: dict[str, TypedLine] = {}
        if sheet is not None and sheet.id is not None and (locked or draft is None):
            lines = sheet_lines(session, sheet.id)
        elif draft is not None:
            lines = as_typed(draft.lines)
        rulebook = read_rulebook(round_row(session, ref.inspection.round_id).rulebook_content)
        routine = _routine(session, inspection_id) if actor.may(UseCase.VIEW_SUPERVISION) else ()
        return SheetReading(
            inspection_id=inspection_id,
            organization=ref.organization,
            unit=unit,
            state=state,
            sheet_id=sheet.id if sheet else None,
            proxy=bool(sheet and sheet.proxy),
            returned_by=(sheet.returned_by or "") if sheet else "",
            returned_reason=sheet.returned_reason if sheet else "",
            lines=lines,
            seen=Seen(sheet.version if sheet else 0, draft.version if draft else 0),
            saved_by=draft.updated_by if draft else "",
            criteria=rulebook.criteria.value,
            routine=routine,
        )


def _routine(session: Session, inspection_id: int) -> tuple[tuple[str, ScoringUnit, str], ...]:
    """The latest judgement of routine supervision per content and unit (R2)."""
    query = (
        sql_select(col(SupervisionEntry.content), col(SupervisionEntry.unit), col(SupervisionEntry.judgement))
        .where(col(SupervisionEntry.inspection_id) == inspection_id, col(SupervisionEntry.judgement) != "")
        .order_by(col(SupervisionEntry.on_date), col(SupervisionEntry.id))
    )
    latest = {(row.content, row.unit): row.judgement for row in session.execute(query)}
    return tuple((content, unit, judgement) for (content, unit), judgement in latest.items())


@dataclass(frozen=True, slots=True)
class SheetVersion:
    """One version of a sheet; `lines` is empty where its points are not for the reader yet."""

    sheet: StoredSheet
    current: bool
    confirmed_by: str
    lines: Mapping[str, TypedLine]


@dataclass(frozen=True, slots=True)
class SheetHistory:
    """All versions of one unit's sheet for one organisation, newest first."""

    organization: str
    unit: ScoringUnit
    with_points: bool
    versions: tuple[SheetVersion, ...]


def read_versions(
    engine: Engine, actor: Actor, inspection_id: int, unit: ScoringUnit, today: date
) -> SheetHistory:
    """Every version that was kept. The office sees before the lifting which there are, but no points.

    Raises:
        RefusedError: for another unit's sheet while the round is blind, or what is not in the scope.
    """
    demand(actor, UseCase.VIEW_ASSESSMENT)
    with reading(engine) as session:
        ref = inspection_ref(session, actor, inspection_id)
        found = read_round(session, round_row(session, ref.inspection.round_id), today)
        with_points = sees_sheet(view_of(actor, found), scoring_unit(actor), unit)
        if not with_points and not actor.may(UseCase.RETURN_SHEET):
            raise RefusedError(BLIND)
        query = (
            select(ScoreSheet)
            .where(col(ScoreSheet.inspection_id) == inspection_id, col(ScoreSheet.unit) == unit)
            .order_by(col(ScoreSheet.version).desc())
        )
        versions = [
            SheetVersion(
                sheet=_stored(sheet),
                current=sheet.current,
                confirmed_by=sheet.confirmed_by or "",
                lines=sheet_lines(session, sheet.id) if with_points and sheet.id else {},
            )
            for sheet in session.exec(query)
        ]
        return SheetHistory(ref.organization, unit, with_points, tuple(versions))


def _stored(sheet: ScoreSheet) -> StoredSheet:
    assert sheet.id is not None
    return StoredSheet(
        id=sheet.id,
        version=sheet.version,
        state=sheet.state,
        complete=sheet.complete,
        proxy=sheet.proxy,
        evidenced=sheet.proxy_evidence_id is not None,
        recorded_by=sheet.recorded_by,
        recorded_at=sheet.recorded_at,
        returned_by=sheet.returned_by,
        returned_at=sheet.returned_at,
        returned_reason=sheet.returned_reason,
    )


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The counted sheets of all three units for one organisation, for the assessment group (R8)."""

    organization: str
    lines: Mapping[ScoringUnit, Mapping[str, TypedLine]]
    proxied: tuple[ScoringUnit, ...]


def read_side_by_side(engine: Engine, actor: Actor, inspection_id: int, today: date) -> SideBySide:
    """All three sheets, once the blindness of the round is lifted.

    Raises:
        RefusedError: before that, and for an organisation that is not in the scope.
    """
    demand(actor, UseCase.VIEW_ASSESSMENT)
    with reading(engine) as session:
        ref = inspection_ref(session, actor, inspection_id)
        found = read_round(session, round_row(session, ref.inspection.round_id), today)
        if not view_of(actor, found).with_sheets:
            raise RefusedError(BLIND)
        query = sql_select(col(ScoreSheet.id), col(ScoreSheet.unit), col(ScoreSheet.proxy)).where(
            col(ScoreSheet.inspection_id) == inspection_id,
            col(ScoreSheet.current),
            col(ScoreSheet.state) == SheetState.SUBMITTED,
        )
        sheets = session.execute(query).all()
        return SideBySide(
            organization=ref.organization,
            lines={unit: sheet_lines(session, key) for key, unit, _ in sheets},
            proxied=tuple(unit for _, unit, proxy in sheets if proxy),
        )
