"""Ranks, ties and the bottom share of a round (R11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from xczg.rules.rulebook import Rounding


def quota(population: int, share: Fraction, rounding: Rounding) -> int:
    """How many of `population` organisations the bottom share is, by one way of rounding."""
    exact = population * share
    if rounding is Rounding.UP:
        return -(-exact.numerator // exact.denominator)
    if rounding is Rounding.DOWN:
        return exact.numerator // exact.denominator
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


@dataclass(frozen=True, slots=True)
class Cut:
    """How the line of the bottom share was drawn, so that it can be told in one sentence."""

    population: int
    share: Fraction
    rounding: Rounding
    quota: int
    line: Decimal | None
    listed: int
    alternatives: dict[Rounding, int]

    @property
    def added_by_ties(self) -> int:
        """How many stand on the list only because they equal the last one in."""
        return max(0, self.listed - self.quota)

    @property
    def doubled(self) -> bool:
        """Whether ties at the cut at least doubled the list."""
        return self.quota > 0 and self.listed >= 2 * self.quota


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rank and membership of the bottom share by key. Unscored ones have neither."""

    ranks: Mapping[int, int]
    tied: frozenset[int]
    bottom: frozenset[int]
    cut: Cut


def rank(
    published: Mapping[int, Decimal | None], *, population: int, share: Fraction, rounding: Rounding
) -> Ranking:
    """Rank by the published score; equal scores share the better rank (1, 2, 2, 4).

    The bottom share is taken from the lowest published scores; everyone tied with the last one in is
    listed. `population` is the number of organisations of the round less the exempted ones, scored or not.
    """
    scored = {key: score for key, score in published.items() if score is not None}
    values = list(scored.values())
    ranks = {key: 1 + sum(other > score for other in values) for key, score in scored.items()}
    tied = frozenset(key for key, score in scored.items() if values.count(score) > 1)
    size = quota(population, share, rounding)
    lowest = sorted(values)[:size]
    line = lowest[-1] if lowest else None
    bottom = frozenset(key for key, score in scored.items() if line is not None and score <= line)
    alternatives = {way: quota(population, share, way) for way in Rounding}
    cut = Cut(population, share, rounding, size, line, len(bottom), alternatives)
    return Ranking(ranks, tied, bottom, cut)
