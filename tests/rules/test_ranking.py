"""R11: ranks, equal scores, and who is in the bottom 20 %."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xczg.rules.ranking import quota, rank
from xczg.rules.rulebook import Rounding

FIFTH = Fraction(1, 5)
scores = st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=30)


def ranked(values, population=None, share=FIFTH, rounding=Rounding.UP):
    published = {
        key: None if value is None else Decimal(value).scaleb(-2) for key, value in enumerate(values)
    }
    return rank(
        published,
        population=len(values) if population is None else population,
        share=share,
        rounding=rounding,
    )


def bottom_oracle(values: list[int], size: int) -> set[int]:
    """The `size` lowest and all that equal the highest of these."""
    order = sorted(range(len(values)), key=lambda key: values[key])
    inside = order[:size]
    if not inside:
        return set()
    last = values[inside[-1]]
    return set(inside) | {key for key in order[size:] if values[key] == last}


FIFTHS = {1: 1, 2: 1, 4: 1, 5: 1, 6: 2, 9: 2, 10: 2, 11: 3, 12: 3, 15: 3, 16: 4, 30: 6, 31: 7, 36: 8, 60: 12}


@pytest.mark.parametrize(("n", "size"), FIFTHS.items())
def test_twenty_percent_is_rounded_up(n, size):
    assert quota(n, FIFTH, Rounding.UP) == size


@pytest.mark.parametrize("n", range(61))
def test_quota_of_every_size_by_each_way_of_rounding(n):
    down, left = divmod(n, 5)
    assert quota(n, FIFTH, Rounding.DOWN) == down
    assert quota(n, FIFTH, Rounding.UP) == down + (left > 0)
    assert quota(n, FIFTH, Rounding.HALF_UP) == down + (left >= 3)


@pytest.mark.parametrize(("n", "rounded"), [(1, 1), (2, 1), (3, 2), (5, 3)])
def test_half_is_rounded_up(n, rounded):
    assert quota(n, Fraction(1, 2), Rounding.HALF_UP) == rounded


@pytest.mark.parametrize("n", range(1, 61))
@pytest.mark.parametrize("distinct", [1, 2, 3, 7, 60])
def test_bottom_share_lists_the_lowest_and_everyone_tied_at_the_cut(n, distinct):
    values = [(key * 37) % n % distinct for key in range(n)]
    found = ranked(values)
    size = -(-n // 5)
    expected = bottom_oracle(values, size)
    assert found.bottom == expected
    assert found.cut.quota == size
    assert found.cut.listed == len(expected)
    assert found.cut.added_by_ties == len(expected) - size
    assert found.cut.doubled == (len(expected) >= 2 * size)
    assert found.cut.alternatives == {
        Rounding.UP: size,
        Rounding.DOWN: n // 5,
        Rounding.HALF_UP: n // 5 + (n % 5 >= 3),
    }


@pytest.mark.parametrize("n", range(1, 61))
def test_without_ties_the_bottom_share_is_exactly_the_quota(n):
    values = [(key * 7919) % 10_007 for key in range(n)]
    assert len(set(values)) == n
    assert len(ranked(values).bottom) == -(-n // 5)


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("n", range(1, 31))
def test_the_list_follows_the_rounding_of_the_rulebook(n, rounding):
    values = list(range(n))
    size = quota(n, FIFTH, rounding)
    assert ranked(values, rounding=rounding).bottom == set(range(size))


def test_when_rounding_down_leaves_nobody_nobody_is_listed():
    found = ranked([1, 2, 3], rounding=Rounding.DOWN)
    assert (found.bottom, found.cut.line, found.cut.doubled) == (frozenset(), None, False)


def test_equal_scores_share_the_better_rank():
    assert ranked([90, 85, 85, 80]).ranks == {0: 1, 1: 2, 2: 2, 3: 4}
    assert ranked([90, 85, 85, 80]).tied == {1, 2}
    assert ranked([85, 85, 85]).ranks == {0: 1, 1: 1, 2: 1}


def test_all_equal_means_all_are_listed_and_the_list_is_said_to_have_doubled():
    found = ranked([80] * 10)
    assert found.bottom == set(range(10))
    assert (found.cut.quota, found.cut.added_by_ties, found.cut.doubled) == (2, 8, True)


def test_one_tie_at_the_cut_does_not_double_a_list_of_two():
    found = ranked([1, 2, 2, 4, 5, 6, 7, 8, 9, 10])
    assert found.bottom == {0, 1, 2}
    assert (found.cut.added_by_ties, found.cut.doubled) == (1, False)


def test_who_is_not_scored_has_no_rank_and_is_not_listed_yet_counts_in_the_population():
    found = ranked([None, 90, 80, 70, 60, 50], population=6)
    assert found.ranks == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    assert found.bottom == {4, 5}  # a fifth of six, rounded up
    assert found.cut.population == 6


def test_nobody_scored():
    found = ranked([None, None])
    assert (found.ranks, found.bottom, found.cut.quota, found.cut.listed) == ({}, frozenset(), 1, 0)


def test_an_empty_round():
    found = ranked([])
    assert (found.ranks, found.bottom, found.cut.quota) == ({}, frozenset(), 0)


@given(scores, st.randoms(use_true_random=False))
def test_ranking_does_not_depend_on_the_order_of_the_organisations(values, chance):
    published = {
        key: None if value is None else Decimal(value).scaleb(-2) for key, value in enumerate(values)
    }
    shuffled = list(published.items())
    chance.shuffle(shuffled)
    about = {"population": len(values), "share": FIFTH, "rounding": Rounding.UP}
    assert rank(published, **about) == rank(dict(shuffled), **about)


@given(scores)
def test_a_better_score_never_ranks_worse_and_is_never_listed_alone(values):
    found = ranked(values)
    for one, mine in enumerate(values):
        for other, theirs in enumerate(values):
            if mine is not None and theirs is not None and mine > theirs:
                assert found.ranks[one] < found.ranks[other]
                assert one not in found.bottom or other in found.bottom
