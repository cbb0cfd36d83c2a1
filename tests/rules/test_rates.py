"""R9: completion and satisfaction, exact, and rounded once for display."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xczg.rules.rates import NO_RATE, Ballots, Rate, StatusCounts, round_half_up

counts = st.builds(
    StatusCounts,
    **dict.fromkeys(StatusCounts.__slots__, st.integers(0, 1000)),
)


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_rounding_half_up_is_decimals_rounding(number, places):
    exact = Decimal(number).scaleb(-6)
    expected = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    found = round_half_up(Fraction(number, 10**6), places)
    assert found == expected
    assert found.as_tuple().exponent == -places


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_a_rate_is_rounded_from_the_exact_fraction(numerator, denominator):
    hundredths, rest = divmod(numerator * 10_000, denominator)
    hundredths += 2 * rest >= denominator
    assert Rate(numerator, denominator).percent() == Decimal(hundredths).scaleb(-2)


def test_rounding_is_exact_however_long_the_fraction():
    assert str(round_half_up(Fraction(1, 3) * 10**15, 2)) == "333333333333333.33"
    assert str(round_half_up(Fraction(10**12 + 5, 10**15) + 7, 2)) == "7.00"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("1/200", 2, "0.01"),
        ("5/1000", 2, "0.01"),
        ("-1/200", 2, "-0.01"),
        ("1/3", 2, "0.33"),
        ("5/2", 0, "3"),
    ],
)
def test_half_is_rounded_away_from_zero(value, places, text):
    assert str(round_half_up(Fraction(value), places)) == text


def test_each_display_rounds_the_fraction_not_a_rounded_figure():
    rate = Rate(89_949, 200_000)  # 44.9745 %
    assert (rate.text(0), rate.text(1), rate.text(2), rate.text(3)) == ("45%", "45.0%", "44.97%", "44.975%")


def test_kunming_leaves_basically_completed_out_of_the_strict_rate():
    kunming = StatusCounts(findings=697, completed=688, basically_completed=4)
    assert kunming.strict.percent() == Decimal("98.71")
    assert kunming.strict.text(2) == "98.71%"
    assert kunming.lenient == Rate(692, 697)
    assert kunming.not_completed == 5


@pytest.mark.parametrize("rate", ["strict", "lenient", "of_due", "reviewed"])
def test_without_findings_there_is_no_rate_neither_0_nor_100(rate):
    nothing = getattr(StatusCounts(), rate)
    assert (nothing.exists, nothing.fraction, nothing.percent()) == (False, None, None)
    assert nothing.text() == nothing.text(2) == NO_RATE == "—"


def test_none_of_some_is_zero_and_all_of_some_is_a_hundred():
    assert StatusCounts(findings=3).strict.text() == "0.0%"
    assert StatusCounts(findings=3, completed=3).strict.text() == "100.0%"


def test_the_three_ways_of_counting_completion_and_the_reviewers():
    some = StatusCounts(
        findings=10, completed=6, basically_completed=2, closed_out=5, due=8, due_completed=6, overdue=2
    )
    assert some.strict == Rate(6, 10)
    assert some.lenient == Rate(8, 10)
    assert some.of_due == Rate(6, 8)
    assert some.reviewed == Rate(5, 10)
    assert some.not_completed == 2


@given(counts, counts, counts)
def test_counts_add_up_in_any_order(one, two, three):
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + StatusCounts() == one
    for name in StatusCounts.__slots__:
        assert getattr(one + two, name) == getattr(one, name) + getattr(two, name)


# Satisfaction


def test_satisfaction_leaves_the_unaware_and_the_invalid_apart():
    ballots = Ballots(satisfied=60, basically_satisfied=20, dissatisfied=20, unaware=500, invalid=77)
    assert ballots.rate == Rate(80, 100)


def test_satisfaction_without_a_ballot_of_content_or_discontent_is_none():
    assert Ballots(0, 0, 0, unaware=9, invalid=9).rate.text() == "—"


@pytest.mark.parametrize(
    ("ballots", "may"), [((2, 1, 1, 0), False), ((2, 1, 1, 1), True), ((5, 0, 0, 0), True)]
)
def test_options_are_not_split_under_five_ballots(ballots, may):
    assert Ballots(*ballots, invalid=50).may_split(5) is may
