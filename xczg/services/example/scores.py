"""What the three units gave: totals by the quality of the organisation, spread over the criteria."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from xczg.rules.rulebook import FULL_MARK, Criterion, Rulebook
from xczg.rules.scoring import final_score
from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.example.city import City, seeded
from xczg.services.example.days import after
from xczg.services.example.rounds import RoundPlan, Stage

Totals = dict[ScoringUnit, Decimal]
_QUARTER = Decimal("0.25")
_CAP = Decimal("98.75")
# In the round that is being scored: which sheets are not in yet, by the place of the organisation; two more
# are those of the team that has an account.
_UNFINISHED = {
    (9, ScoringUnit.PERSONNEL): SheetState.AWAITING_CONFIRMATION,
    (20, ScoringUnit.DISCIPLINE): SheetState.FILLING,
    (27, ScoringUnit.PERSONNEL): SheetState.BLANK,
}
_OF_THE_TEAM = (SheetState.FILLING, SheetState.RETURNED)


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet: whose, by whom, when, and its lines."""

    place: int
    unit: ScoringUnit
    complete: bool
    day: date
    lines: tuple[dict[str, Any], ...]
    state: SheetState = SheetState.SUBMITTED


def plan_totals(city: City, rulebook: Rulebook, plan: RoundPlan) -> dict[int, Totals]:
    """The totals of every organisation that is assessed, by its place in the round."""
    totals = {
        place: _totals(seeded("scores", *one.seed), one.member.quality)
        for place, one in enumerate(plan.inspections)
        if not one.exempted
    }
    if plan.stage is Stage.CIRCULATED:
        _place_triple(city, rulebook, totals)
    if plan.stage is Stage.DELIBERATED:
        _tie(rulebook, totals)
    return totals


def by_score(rulebook: Rulebook, totals: Mapping[int, Totals]) -> list[int]:
    """The places from the lowest final score to the highest."""
    return sorted(totals, key=lambda place: (_published(rulebook, totals[place]), place))


def plan_sheets(
    city: City, rulebook: Rulebook, plan: RoundPlan, totals: dict[int, Totals]
) -> list[SheetPlan]:
    """All sheets of a round; in the round being scored some are not in yet."""
    unfinished = _unfinished(city, plan) if plan.stage is Stage.SCORING else {}
    found = []
    for place, scores in totals.items():
        for sheet in _sheets(city, rulebook.criteria.value, plan, place, scores):
            state = unfinished.get((place, sheet.unit), SheetState.SUBMITTED)
            if state is SheetState.FILLING:
                found.append(_half_filled(sheet))
            elif state is not SheetState.BLANK:
                found.append(replace(sheet, state=state))
    return found


def _unfinished(city: City, plan: RoundPlan) -> dict[tuple[int, ScoringUnit], SheetState]:
    taken = {place for place, _ in _UNFINISHED}
    of_the_team = [
        place
        for place, one in enumerate(plan.inspections)
        if one.team == city.special.team and not one.exempted and place not in taken
    ]
    states = dict(zip(((place, ScoringUnit.TEAM) for place in of_the_team), _OF_THE_TEAM, strict=False))
    return _UNFINISHED | states


def _totals(rng: Random, quality: float) -> Totals:
    base = 67 + 30 * quality + rng.uniform(-1.5, 1.5)
    return {unit: min(_CAP, _quarters(base + rng.uniform(-2.5, 2.5))) for unit in ScoringUnit}


def _quarters(value: float) -> Decimal:
    return Decimal(round(value * 4)) * _QUARTER


def _published(rulebook: Rulebook, totals: Totals) -> Decimal:
    final = final_score(totals, rulebook.units.weight_of, rulebook.ranking.score_places.value)
    assert final is not None
    return final.published


def _place_triple(city: City, rulebook: Rulebook, totals: dict[int, Totals]) -> None:
    """Three scores that binary floats reckon wrong, where they change the ranking least."""
    triple = dict(zip(ScoringUnit, city.special.triple, strict=True))
    target = _published(rulebook, triple)
    totals[min(totals, key=lambda place: abs(_published(rulebook, totals[place]) - target))] = triple


def _tie(rulebook: Rulebook, totals: dict[int, Totals]) -> None:
    """Equal scores at the line of the bottom share, so that the list grows by two, and near the top."""
    order = by_score(rulebook, totals)
    line = -(-len(order) * rulebook.share.numerator // rulebook.share.denominator) - 1
    for shift, place in enumerate((order[line - 1], order[line + 1], order[line + 2]), 1):
        totals[place] = _equal(rulebook, totals[order[line]], Decimal(shift) / 2)
    totals[order[-3]] = _equal(rulebook, totals[order[-4]], Decimal("0.5"))


def _equal(rulebook: Rulebook, totals: Totals, step: Decimal) -> Totals:
    """Other scores with the same weighted sum: one unit gives more, another less."""
    first, second, _ = rulebook.units.weight_of
    weights = rulebook.units.weight_of
    return {
        **totals,
        first: totals[first] + weights[second] * step / 2,
        second: totals[second] - weights[first] * step / 2,
    }


def _sheets(
    city: City, criteria: Sequence[Criterion], plan: RoundPlan, place: int, totals: Totals
) -> Iterator[SheetPlan]:
    for unit, total in totals.items():
        rng = seeded("sheet", *plan.inspections[place].seed, unit.value)
        day = after(plan.period_end, rng.randint(12, 20))
        yield SheetPlan(place, unit, True, day, tuple(_lines(rng, city, criteria, total)))


def _half_filled(sheet: SheetPlan) -> SheetPlan:
    half = len(sheet.lines) // 2 + 1
    return replace(sheet, complete=False, lines=sheet.lines[:half], state=SheetState.FILLING)


def _lines(
    rng: Random, city: City, criteria: Sequence[Criterion], total: Decimal
) -> Iterator[dict[str, Any]]:
    taken = _deductions(rng, criteria, FULL_MARK - total)
    for criterion in criteria:
        words = city.deductions.get(criterion.number, city.deductions["other"])
        yield {
            "criterion": criterion.number,
            "points": criterion.points - taken[criterion.number],
            "reason": rng.choice(words) if taken[criterion.number] else "",
        }


def _deductions(rng: Random, criteria: Sequence[Criterion], left: Decimal) -> dict[str, Decimal]:
    """Steps of a quarter or half point, heavier criteria more often; the remainder goes where room is."""
    taken = {criterion.number: Decimal(0) for criterion in criteria}
    points = {criterion.number: criterion.points for criterion in criteria}
    while left >= _QUARTER:
        number = rng.choices(list(points), [float(points[key] - taken[key]) for key in points])[0]
        step = min(left // _QUARTER * _QUARTER, rng.choice((_QUARTER, 2 * _QUARTER, 4 * _QUARTER)))
        step = min(step, points[number] - taken[number])
        taken[number] += step
        left -= step
    taken[max(points, key=lambda key: points[key] - taken[key])] += left
    return taken
