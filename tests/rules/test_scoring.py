"""R8: three units score 100 points each, the group weights them 5 : 3 : 2."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import UNITS, rulebook
from xczg.rules.scoring import SheetFacts, final_score, missing_units
from xczg.rules.values import ScoringUnit

D, P, T = UNITS
WEIGHTS = {D: Decimal(5), P: Decimal(3), T: Decimal(2)}


def oracle(discipline: int, personnel: int, team: int) -> int:
    """The weighted score in hundredths, from scores in hundredths: whole numbers alone."""
    tenths = 5 * discipline + 3 * personnel + 2 * team  # ten times the weighted hundredths
    whole, rest = divmod(tenths, 10)
    return whole + (rest >= 5)


def in_hundredths(value: Decimal) -> int:
    sign, digits, exponent = value.as_tuple()
    assert (sign, exponent) == (0, -2)
    return int("".join(map(str, digits)))


def weighted(discipline, personnel, team, weights=WEIGHTS):
    return final_score({D: discipline, P: personnel, T: team}, weights, 2)


def test_the_rulebook_weighs_the_units_five_three_two():
    assert rulebook().units.weight_of == WEIGHTS


def test_the_weighted_score_equals_exact_reckoning_on_100_000_triples():
    chance = random.Random(20240628)
    for _ in range(100_000):
        triple = [chance.randrange(10_001) for _ in UNITS]
        found = weighted(*(Decimal(score).scaleb(-2) for score in triple))
        assert in_hundredths(found.published) == oracle(*triple), triple


@pytest.mark.parametrize(
    ("triple", "published"),
    [
        (("77.28", "80.79", "93.99"), "81.68"),  # binary floats give 81.67
        (("100", "100", "100"), "100.00"),
        (("0", "0", "0"), "0.00"),
        (("90", "80", "70"), "83.00"),
        (("0.01", "0", "0"), "0.01"),  # 0.005 is rounded up
        (("0", "0.01", "0"), "0.00"),
        (("0", "0", "0.01"), "0.00"),
        (("99.99", "99.99", "99.98"), "99.99"),
    ],
)
def test_known_triples(triple, published):
    assert str(weighted(*map(Decimal, triple)).published) == published


def test_each_part_is_the_score_times_the_share_of_its_weight_and_the_parts_make_the_total():
    found = weighted(Decimal("77.28"), Decimal("80.79"), Decimal("93.99"))
    assert [(part.unit, part.part) for part in found.parts] == [
        (D, Fraction(3864, 100)),
        (P, Fraction(24237, 1000)),
        (T, Fraction(18798, 1000)),
    ]
    assert found.exact == Fraction(81675, 1000)


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3), st.integers(1, 50))
def test_only_the_proportions_of_the_weights_matter(triple, factor):
    scores = [Decimal(score).scaleb(-2) for score in triple]
    larger = {unit: weight * factor for unit, weight in WEIGHTS.items()}
    assert weighted(*scores, weights=larger).exact == weighted(*scores).exact


@given(st.permutations(UNITS))
def test_the_order_in_which_scores_come_in_does_not_matter(order):
    scores = {D: Decimal("77.28"), P: Decimal("80.79"), T: Decimal("93.99")}
    assert final_score({unit: scores[unit] for unit in order}, WEIGHTS, 2).published == Decimal("81.68")


@pytest.mark.parametrize("absent", UNITS)
def test_without_one_units_score_there_is_no_total(absent):
    scores = dict.fromkeys(UNITS, Decimal(90))
    assert final_score(scores | {absent: None}, WEIGHTS, 2) is None
    del scores[absent]
    assert final_score(scores, WEIGHTS, 2) is None
    assert missing_units(scores) == (absent,)


def test_a_zero_is_a_score():
    assert weighted(Decimal(0), Decimal(0), Decimal(0)).published == 0
    assert missing_units(dict.fromkeys(UNITS, Decimal(0))) == ()


def test_missing_units_are_told_in_the_order_of_the_regulation():
    assert missing_units({}) == (ScoringUnit.DISCIPLINE, ScoringUnit.PERSONNEL, ScoringUnit.TEAM)


@pytest.mark.parametrize(("lines", "score"), [(0, None), (8, None), (9, Decimal("88.5")), (10, None)])
def test_a_sheet_with_a_blank_criterion_has_no_score(lines, score):
    assert SheetFacts(lines, Decimal("88.5")).score(9) == score
