"""The result of a round, put together in one place (R8, R9, R11, R12).

Overview, organisation page, Excel, Word and the command line all show what `reckon` returned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from xczg.rules.ranking import Cut, rank
from xczg.rules.rates import Ballots, StatusCounts
from xczg.rules.rulebook import Rulebook
from xczg.rules.scoring import FinalScore, SheetFacts, final_score, missing_units
from xczg.rules.triggers import DecidedJudgement, TalkGround, talk_grounds
from xczg.rules.values import Basis, ScoringUnit


@dataclass(frozen=True, slots=True)
class InspectionFacts:
    """Everything the result of one organisation rests on, as of one day.

    `categories` counts by category what is not completed and what is basically completed; `oldest_overdue`
    is the due date of the finding that is overdue longest. They change no rank, but a screen shows them
    beside the result, so they are frozen with it.
    """

    inspection_id: int
    organization: str
    counts: StatusCounts = field(default_factory=StatusCounts)
    sheets: Mapping[ScoringUnit, SheetFacts] = field(default_factory=dict)
    ballots: Ballots | None = None
    judgements: Sequence[DecidedJudgement] = ()
    exempted: bool = False
    categories: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    oldest_overdue: date | None = None


@dataclass(frozen=True, slots=True)
class OrganizationResult:
    """One row of the results: figures, scores, rank and the talk routes whose conditions hold.

    `counts` rest on `basis`: on 督查核实 once a visit has checked every finding, until then on what the
    organisation reports. `reported` always rests on the latter, so that both can stand side by side.
    `proxied` are the units whose points the office recorded for them （代录）.
    """

    inspection_id: int
    organization: str
    counts: StatusCounts
    reported: StatusCounts
    basis: Basis
    scores: Mapping[ScoringUnit, Decimal | None]
    final: FinalScore | None
    rank: int | None
    tied: bool
    bottom_share: bool
    provisional: bool
    exempted: bool
    ballots: Ballots | None
    talk: tuple[TalkGround, ...]
    proxied: tuple[ScoringUnit, ...] = ()

    @property
    def final_score(self) -> Decimal | None:
        """The published score, or None while a unit has not scored."""
        return self.final.published if self.final else None

    @property
    def missing(self) -> tuple[ScoringUnit, ...]:
        """The units whose sheet is missing or incomplete （评分未齐）."""
        return missing_units(self.scores)

    @property
    def rank_text(self) -> str:
        """第3名, 并列第2名, or — without a rank."""
        if self.rank is None:
            return "—"
        return f"{'并列' if self.tied else ''}第{self.rank}名"


@dataclass(frozen=True, slots=True)
class RoundResult:
    """All rows of a round in rank order, unranked ones last by name."""

    rows: tuple[OrganizationResult, ...]
    cut: Cut
    counts: StatusCounts
    sheets_complete: int
    sheets_expected: int

    @property
    def assessed(self) -> int:
        """How many organisations are to be scored: all less those exempted by decision."""
        return self.cut.population

    @property
    def scored(self) -> int:
        """How many of them all three units have scored."""
        return sum(row.final is not None and not row.exempted for row in self.rows)

    @property
    def provisional(self) -> bool:
        """Whether a score sheet of the round is missing or incomplete （暂计）."""
        return self.sheets_complete < self.sheets_expected

    def row(self, inspection_id: int) -> OrganizationResult | None:
        """The row of one inspection."""
        return next((row for row in self.rows if row.inspection_id == inspection_id), None)


def reckon(facts: Iterable[InspectionFacts], rulebook: Rulebook) -> RoundResult:
    """Reckon a round. The outcome depends neither on the order of the facts nor on who asks."""
    inspections = list(facts)
    assessed = [item for item in inspections if not item.exempted]
    criteria = len(rulebook.criteria.value)
    scores = {item.inspection_id: _unit_scores(item, criteria) for item in inspections}
    finals = {
        item.inspection_id: final_score(
            scores[item.inspection_id], rulebook.units.weight_of, rulebook.ranking.score_places.value
        )
        for item in inspections
    }
    ranking = rank(
        {item.inspection_id: _published(finals[item.inspection_id]) for item in assessed},
        population=len(assessed),
        share=rulebook.share,
        rounding=rulebook.ranking.share_rounding.value,
    )
    complete = sum(score is not None for item in assessed for score in scores[item.inspection_id].values())
    expected = len(assessed) * len(ScoringUnit)
    rows = []
    for item in inspections:
        key = item.inspection_id
        in_bottom = key in ranking.bottom
        rows.append(
            OrganizationResult(
                inspection_id=key,
                organization=item.organization,
                counts=item.counts.settled(),
                reported=item.counts,
                basis=Basis.VERIFIED if item.counts.fully_checked else Basis.SELF_REPORTED,
                scores=scores[key],
                final=finals[key],
                rank=ranking.ranks.get(key),
                tied=key in ranking.tied,
                bottom_share=in_bottom,
                provisional=complete < expected,
                exempted=item.exempted,
                ballots=item.ballots,
                talk=talk_grounds(
                    bottom_share=in_bottom,
                    judgements=item.judgements,
                    routes=rulebook.consequences.talk_routes.value,
                ),
                proxied=tuple(
                    unit for unit in ScoringUnit if unit in item.sheets and item.sheets[unit].proxy
                ),
            )
        )
    rows.sort(key=_rank_order)
    total = sum((row.counts for row in rows), StatusCounts())
    return RoundResult(tuple(rows), ranking.cut, total, complete, expected)


def without_scores(row: OrganizationResult) -> OrganizationResult:
    """The row for somebody who may not see scores yet: nothing of them is left in it."""
    return replace(
        row,
        scores={},
        final=None,
        rank=None,
        tied=False,
        bottom_share=False,
        provisional=False,
        talk=(),
        proxied=(),
    )


def as_json(row: OrganizationResult) -> dict[str, Any]:
    """One object of `results --json`: rates and scores as strings with two decimals, or null."""
    counts = row.counts
    return {
        "organization": row.organization,
        "findings": counts.findings,
        "completed": counts.completed,
        "basically_completed": counts.basically_completed,
        "not_completed": counts.not_completed,
        "closed_out": counts.closed_out,
        "overdue": counts.overdue,
        "basis": row.basis.value,
        "strict_rate": _text(counts.strict.percent()),
        "lenient_rate": _text(counts.lenient.percent()),
        "scores": {unit.value: _text(row.scores.get(unit)) for unit in ScoringUnit},
        "final_score": _text(row.final_score),
        "rank": row.rank,
        "bottom_share": row.bottom_share,
        "provisional": row.provisional,
        "satisfaction": _text(row.ballots.rate.percent()) if row.ballots else None,
        "talk": [{"route": ground.route, "reason": ground.reason} for ground in row.talk],
    }


def _unit_scores(item: InspectionFacts, criteria: int) -> dict[ScoringUnit, Decimal | None]:
    return {unit: item.sheets[unit].score(criteria) if unit in item.sheets else None for unit in ScoringUnit}


def _published(final: FinalScore | None) -> Decimal | None:
    return final.published if final else None


def _rank_order(row: OrganizationResult) -> tuple[bool, int, str]:
    return row.rank is None, row.rank or 0, row.organization


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
