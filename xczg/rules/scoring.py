"""From sheet lines to unit scores to the weighted score (R8), exact in Decimal and Fraction."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from xczg.rules.rates import round_half_up
from xczg.rules.values import ScoringUnit


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What is known of the current sheet of one unit for one organisation."""

    lines: int
    total: Decimal
    proxy: bool = False

    def score(self, criteria: int) -> Decimal | None:
        """The unit's score: the sum of the points, or None while a criterion is blank （未齐）."""
        return self.total if self.lines == criteria else None


UnitScores = Mapping[ScoringUnit, Decimal | None]


@dataclass(frozen=True, slots=True)
class WeightedPart:
    """One line of the reckoning: a unit's score, its weight, and what it adds to the final score."""

    unit: ScoringUnit
    score: Decimal
    weight: Decimal
    total_weight: Decimal

    @property
    def part(self) -> Fraction:
        """Score × weight ÷ sum of the weights, exact."""
        return Fraction(self.score * self.weight) / Fraction(self.total_weight)


@dataclass(frozen=True, slots=True)
class FinalScore:
    """The weighted score of one organisation, exact and as published."""

    parts: tuple[WeightedPart, ...]
    exact: Fraction
    published: Decimal


def missing_units(scores: UnitScores) -> tuple[ScoringUnit, ...]:
    """The units without a complete sheet, in the order of the regulation."""
    return tuple(unit for unit in ScoringUnit if scores.get(unit) is None)


def final_score(scores: UnitScores, weights: Mapping[ScoringUnit, Decimal], places: int) -> FinalScore | None:
    """Weigh the three scores (R8), round half up once, at the end.

    Returns:
        None when a unit has not scored: then there is no total and no rank.
    """
    total_weight = sum(weights.values(), Decimal(0))
    parts = []
    for unit, weight in weights.items():
        score = scores.get(unit)
        if score is None:
            return None
        parts.append(WeightedPart(unit, score, weight, total_weight))
    # Products and sums of Decimals this short are exact; only the division needs a fraction.
    weighed = sum((part.score * part.weight for part in parts), Decimal(0))
    exact = Fraction(weighed) / Fraction(total_weight)
    return FinalScore(tuple(parts), exact, round_half_up(exact, places))
