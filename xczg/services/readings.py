"""What the screens read: checked, scoped, and without the scores somebody may not see yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.attention import Attention, attention_list
from xczg.rules.blindness import ScoreView
from xczg.rules.phases import Deadlines, LaterFeedback, PhaseClock, RoundState, deadlines, later_feedback
from xczg.rules.ranking import Cut
from xczg.rules.rates import StatusCounts
from xczg.rules.result import OrganizationResult, RoundResult, without_scores
from xczg.rules.rulebook import Rulebook
from xczg.rules.text import text_key
from xczg.rules.values import Role
from xczg.services.results import RoundReading, read_round, read_rulebook, view_of
from xczg.store.engine import reading
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.views.ledger import (
    BLANK,
    FindingDetail,
    LedgerChoices,
    LedgerCounts,
    LedgerFilter,
    LedgerRow,
    finding_detail,
    ledger_choices,
    ledger_counts,
    ledger_rows,
    organization_choices,
)
from xczg.store.views.organization import (
    InspectionHead,
    OtherRound,
    Unresolved,
    inspection_head,
    other_rounds,
    unresolved,
)
from xczg.store.views.organizations import known_organizations
from xczg.store.views.rounds import RoundRow, own_feedback_dates, rounds


@dataclass(frozen=True, slots=True)
class Overview:
    """A round as one person may see it: rows within the scope, scores only where they are visible.

    `as_of` is the day of the figures; `team` is set where only what that team inspected is counted, while
    sheets, scored and assessed are always those of the whole round. `later` names who had a later feedback
    date, which the deadlines of the round follow.
    """

    round: RoundRow
    rulebook: Rulebook
    dates: Deadlines
    state: RoundState
    clock: PhaseClock
    view: ScoreView
    rows: tuple[OrganizationResult, ...]
    counts: StatusCounts
    assessed: int
    scored: int
    sheets_complete: int
    sheets_expected: int
    cut: Cut | None
    attention: tuple[Attention, ...]
    categories: tuple[tuple[str, int, int], ...]
    oldest_overdue: Mapping[int, date]
    teams: Mapping[int, int | None]
    as_of: date
    team: int | None
    later: tuple[LaterFeedback, ...]

    @property
    def provisional(self) -> bool:
        """Whether a score sheet of the round is missing or incomplete （暂计）."""
        return self.sheets_complete < self.sheets_expected

    @property
    def with_scores(self) -> bool:
        """Whether scores and ranks are shown."""
        return self.view is ScoreView.ALL


def list_rounds(engine: Engine, actor: Actor, *, archived: bool = False) -> list[RoundRow]:
    """The rounds in which this person sees anything, newest first; archived ones only where asked for."""
    with reading(engine) as session:
        found = rounds(session, scope=actor.scope)
    return [row for row in found if archived or not row.archived]


def read_overview(
    engine: Engine, actor: Actor, row: RoundRow, today: date, *, provisional: bool = False
) -> Overview:
    """One round for the overview; `provisional` is the office's own reckoning before the aggregation."""
    demand(actor, UseCase.VIEW_PROVISIONAL if provisional else UseCase.VIEW_OVERVIEW)
    with reading(engine) as session:
        found = read_round(session, row, today, with_categories=not provisional)
    view = ScoreView.ALL if provisional else view_of(actor, found)
    return overview_of(found, view, _in_scope(found, actor.scope), team=actor.scope.team)


def overview_of(
    found: RoundReading,
    view: ScoreView,
    rows: tuple[OrganizationResult, ...],
    *,
    team: int | None = None,
) -> Overview:
    """What is shown of a round that was read: these rows, and of the scores what the view allows."""
    with_scores = view is ScoreView.ALL
    shown = (
        rows if with_scores else tuple(sorted(map(without_scores, rows), key=lambda row: row.organization))
    )
    counts = sum((row.counts for row in shown), StatusCounts())
    whole = found.result
    seen = RoundResult(shown, whole.cut, whole.counts, whole.sheets_complete, whole.sheets_expected)
    return Overview(
        round=found.round,
        rulebook=found.rulebook,
        dates=found.dates,
        state=found.state,
        clock=found.clock,
        view=view,
        rows=shown,
        counts=counts,
        assessed=whole.assessed,
        scored=whole.scored,
        sheets_complete=whole.sheets_complete,
        sheets_expected=whole.sheets_expected,
        cut=whole.cut if with_scores else None,
        attention=attention_list(
            seen,
            found.oldest_overdue,
            found.as_of,
            alerts=found.rulebook.alerts,
            with_scores=with_scores,
        ),
        categories=_categories(found, rows),
        oldest_overdue=found.oldest_overdue,
        teams=found.teams,
        as_of=found.as_of,
        team=team,
        later=later_feedback(
            found.round.feedback_date,
            ((row.organization, found.feedback_dates.get(row.inspection_id)) for row in rows),
        ),
    )


def _categories(
    found: RoundReading, rows: tuple[OrganizationResult, ...]
) -> tuple[tuple[str, int, int], ...]:
    """Per category what is not and what is basically completed, most first: of the same facts as the rest."""
    shown = {row.inspection_id for row in rows}
    totals: dict[str, tuple[int, int]] = {}
    for item in found.facts:
        if item.inspection_id in shown:
            for name, (first, second) in item.categories.items():
                before = totals.get(name, (0, 0))
                totals[name] = (before[0] + first, before[1] + second)
    ordered = sorted(totals.items(), key=lambda one: (-one[1][0], one[0]))
    return tuple((name or BLANK, first, second) for name, (first, second) in ordered)


def _in_scope(found: RoundReading, scope: Scope) -> tuple[OrganizationResult, ...]:
    if scope == EVERYTHING:
        return found.result.rows
    if scope.organization_id is not None:
        return tuple(
            row
            for row in found.result.rows
            if found.organization_ids.get(row.inspection_id) == scope.organization_id
        )
    return tuple(row for row in found.result.rows if found.teams.get(row.inspection_id) == scope.team)


@dataclass(frozen=True, slots=True)
class OrganizationReading:
    """One organisation in one round as one person may see it."""

    overview: Overview
    head: InspectionHead
    dates: Deadlines
    row: OrganizationResult
    unresolved: tuple[Unresolved, ...]
    others: tuple[OtherRound, ...]


def read_organization(
    engine: Engine, actor: Actor, row: RoundRow, organization: str, today: date
) -> OrganizationReading | None:
    """One organisation by name, or None where it is not in the round or not in the person's scope."""
    demand(actor, UseCase.VIEW_ORGANIZATION)
    with reading(engine) as session:
        found = read_round(session, row, today)
        view = view_of(actor, found)
        wanted = _named(session, found, _in_scope(found, actor.scope), organization)
        if wanted is None:
            return None
        head = inspection_head(session, wanted.inspection_id)
        overview = overview_of(found, view, (wanted,))
        return OrganizationReading(
            overview=overview,
            head=head,
            dates=deadlines(head.feedback_date, found.rulebook.periods),
            row=_own_row(wanted, view, actor),
            unresolved=unresolved(session, wanted.inspection_id, as_reported=found.frozen),
            others=other_rounds(session, head.organization_id, row.id, actor.scope),
        )


def _named(
    session: Session, found: RoundReading, rows: tuple[OrganizationResult, ...], name: str
) -> OrganizationResult | None:
    """The row of an organisation by the name it has in the result, has now, or once had."""
    if row := next((one for one in rows if one.organization == name), None):
        return row
    key = text_key(name)
    known = known_organizations(session, [key]).get(key)
    if known is None:
        return None
    return next((one for one in rows if found.organization_ids.get(one.inspection_id) == known.id), None)


def present_name(engine: Engine, actor: Actor, name: str) -> str | None:
    """The name that an organisation has now, for addresses that still hold a former one."""
    demand(actor, UseCase.VIEW_ORGANIZATION)
    key = text_key(name)
    with reading(engine) as session:
        known = known_organizations(session, [key]).get(key)
    return known.name if known else None


def _own_row(row: OrganizationResult, view: ScoreView, actor: Actor) -> OrganizationResult:
    """The row with as much of the result as the view allows; routes to a talk only to those who see all."""
    if view is ScoreView.ALL:
        return row
    if view is ScoreView.OWN_RESULT:
        return replace(row, talk=())
    if view is ScoreView.OWN_FINAL_SCORE and row.final is not None:
        return replace(without_scores(row), final=replace(row.final, parts=()))
    hidden = without_scores(row)
    return replace(hidden, ballots=None) if actor.roles == {Role.ORGANIZATION} else hidden


def read_later_feedback(
    engine: Engine, actor: Actor, listed: Iterable[RoundRow]
) -> Mapping[int, tuple[LaterFeedback, ...]]:
    """By round, who had a later feedback date than the round."""
    demand(actor, UseCase.MANAGE_ROUNDS)
    with reading(engine) as session:
        own = own_feedback_dates(session)
    return {row.id: later_feedback(row.feedback_date, own.get(row.id, ())) for row in listed}


def read_organization_names(engine: Engine, actor: Actor, round_id: int) -> list[str]:
    """The organisations of a round within the person's scope, by name."""
    demand(actor, UseCase.VIEW_ORGANIZATION)
    with reading(engine) as session:
        return list(organization_choices(session, round_id, actor.scope))


def read_choices(engine: Engine, actor: Actor, round_id: int) -> LedgerChoices:
    """What the ledger of a round can be filtered by."""
    demand(actor, UseCase.VIEW_LEDGER)
    with reading(engine) as session:
        return ledger_choices(session, round_id, actor.scope)


def read_ledger_counts(engine: Engine, actor: Actor, wanted: LedgerFilter, today: date) -> LedgerCounts:
    """How many findings the filter finds within the person's scope."""
    demand(actor, UseCase.VIEW_LEDGER)
    with reading(engine) as session:
        return ledger_counts(session, wanted, today, actor.scope)


def read_ledger_rows(
    engine: Engine, actor: Actor, wanted: LedgerFilter, today: date, *, page: int, size: int
) -> tuple[LedgerRow, ...]:
    """One page of the filtered ledger, counted from 1."""
    demand(actor, UseCase.VIEW_LEDGER)
    with reading(engine) as session:
        return ledger_rows(session, wanted, today, page=page, size=size, scope=actor.scope)


def read_finding(engine: Engine, actor: Actor, finding_id: int) -> FindingDetail | None:
    """One finding with its measures and its history; None where there is none in the person's scope.

    Why a finding is a key matter （重点关注情形） is not for the organisation it concerns.
    """
    demand(actor, UseCase.VIEW_LEDGER)
    with reading(engine) as session:
        found = finding_detail(session, finding_id, actor.scope)
    if found is not None and actor.scope.organization_id is not None:
        found.finding.circumstance = ""
    return found


def rulebook_of(row: RoundRow) -> Rulebook:
    """The rulebook a round is bound to."""
    return read_rulebook(row.rulebook_content)
