"""The result of a round, as everybody reads it: reckoned from the facts, or as it was frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, score_view
from xczg.rules.blindness import ScoreView, blindness_lifted
from xczg.rules.frozen import read_as_of, read_facts
from xczg.rules.phases import Deadlines, PhaseClock, RoundState, deadlines, phase_clock, round_state
from xczg.rules.result import InspectionFacts, RoundResult, reckon
from xczg.rules.rulebook import Rulebook, parse_rulebook
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import FrozenResult, Round
from xczg.store.views.facts import round_facts
from xczg.store.views.rounds import RoundRow, rounds

read_rulebook = lru_cache(maxsize=16)(parse_rulebook)


@dataclass(frozen=True, slots=True)
class RoundReading:
    """A round with everything a page or a paper says about it.

    `as_of` is the day of its figures: today, or the day on which they were frozen.
    """

    round: RoundRow
    rulebook: Rulebook
    dates: Deadlines
    state: RoundState
    clock: PhaseClock
    facts: tuple[InspectionFacts, ...]
    result: RoundResult
    organization_ids: Mapping[int, int]
    teams: Mapping[int, int | None]
    feedback_dates: Mapping[int, date | None]
    as_of: date

    @property
    def lifted(self) -> bool:
        """Whether the assessment group may compare its sheets （R8）."""
        return blindness_lifted(
            submitted=self.result.sheets_complete,
            expected=self.result.sheets_expected,
            wrapped_up=self.round.wrapped_up,
        )

    @property
    def frozen(self) -> bool:
        """Whether the figures are those the committee consented to."""
        return self.round.frozen

    @property
    def oldest_overdue(self) -> dict[int, date]:
        """By inspection, the due date of what was overdue longest on the day of the figures."""
        return {item.inspection_id: item.oldest_overdue for item in self.facts if item.oldest_overdue}


def state_of(row: RoundRow, today: date) -> tuple[Rulebook, Deadlines, RoundState]:
    """The rulebook, the deadlines and the state of a round; the deadlines follow the latest feedback date."""
    rulebook = read_rulebook(row.rulebook_content)
    dates = deadlines(row.latest_feedback, rulebook.periods)
    state = round_state(
        [act.act for act in row.acts],
        scoring_begun=row.scoring_begun,
        rectification_end=dates.rectification_end,
        today=today,
        consultation_on=row.consultation_on,
        visits_from=row.visits_from,
    )
    return rulebook, dates, state


def read_round(
    session: Session, row: RoundRow, today: date, *, with_categories: bool = False
) -> RoundReading:
    """Reckon a round, or reckon it again from the inputs it was frozen with.

    The whole round is always read: a rank never depends on who looks. What of it is shown is decided by
    `xczg.access.permissions.score_view`.
    """
    rulebook, dates, state = state_of(row, today)
    current = round_facts(session, row.id, today, with_categories=with_categories and not row.frozen)
    facts, as_of = _frozen_facts(session, row.id) if row.frozen else (current.facts, today)
    return RoundReading(
        round=row,
        rulebook=rulebook,
        dates=dates,
        state=state,
        clock=phase_clock(state, dates, today),
        facts=facts,
        result=reckon(facts, rulebook),
        organization_ids=current.organization_ids,
        teams=current.teams,
        feedback_dates=current.feedback_dates,
        as_of=as_of,
    )


def view_of(actor: Actor, found: RoundReading) -> ScoreView:
    """How much of the scores of this round the actor sees now; every reading asks here."""
    return score_view(actor, found.state, found.rulebook, lifted=found.lifted)


def round_row(session: Session, round_id: int) -> RoundRow:
    """A round by its number.

    Raises:
        RefusedError: when there is none.
    """
    row = next(iter(rounds(session, only=round_id)), None)
    if row is None:
        raise RefusedError("没有找到这个轮次，请刷新页面后重试；尚无轮次的，请先新建轮次。")
    return row


def unfrozen_round(session: Session, round_id: int) -> RoundRow:
    """A round whose figures may still change.

    Raises:
        RefusedError: when there is none, or its result is frozen.
    """
    row = round_row(session, round_id)
    if row.frozen:
        msg = f"“{row.name}”的评估结果已经市委同意并冻结，不能再导入或改动。"
        raise RefusedError(msg)
    if row.archived:
        msg = f"“{row.name}”已归档，请先在“轮次”页面恢复。"
        raise RefusedError(msg)
    return row


def hold_round(session: Session, round_id: int) -> RoundRow:
    """A round whose figures may still change, held until the transaction ends.

    Raises:
        RefusedError: when there is none, or its result is frozen.
    """
    lock_round(session, round_id)
    return unfrozen_round(session, round_id)


def lock_round(session: Session, round_id: int) -> None:
    """Wait for whoever changes the scores of this round just now, and keep others waiting.

    Of submitting, importing, returning, aggregating and freezing at once, each then sees what the one before
    it did. SQLite has its one writer anyway.
    """
    session.exec(select(Round.id).where(col(Round.id) == round_id).with_for_update(key_share=True)).first()


def find_round(session: Session, name: str) -> RoundRow | None:
    """A round by its name."""
    return next((row for row in rounds(session) if row.name == name), None)


def _frozen_facts(session: Session, round_id: int) -> tuple[tuple[InspectionFacts, ...], date]:
    content, approved_on = session.exec(
        select(col(FrozenResult.content), col(FrozenResult.approved_on))
        .where(col(FrozenResult.round_id) == round_id)
        .order_by(col(FrozenResult.version).desc())
        .limit(1)
    ).one()
    return read_facts(content), read_as_of(content) or approved_on
