"""Who was principal on a day (R11, R13), and which terms stand in each other's way."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xczg.rules.tenures import handover_missing, in_office, overlap, overlapping


@dataclass(frozen=True)
class Term:
    name: str
    started_on: date
    ended_on: date | None = None


DAY = date(2024, 7, 1)
CHANGE = date(2024, 9, 15)
TERMS = (Term("前任", date(2022, 1, 1), CHANGE), Term("现任", CHANGE))


@pytest.mark.parametrize(
    ("day", "who"),
    [
        (date(2021, 12, 31), None),
        (date(2022, 1, 1), "前任"),
        (DAY, "前任"),
        (CHANGE - timedelta(1), "前任"),
        (CHANGE, "现任"),
        (date(2030, 1, 1), "现任"),
    ],
)
def test_accountability_finds_the_one_in_office_then(day, who):
    found = in_office(TERMS, day)
    assert (found and found.name) == who


def test_between_two_terms_nobody_is_in_office():
    terms = (Term("前任", DAY, DAY + timedelta(9)), Term("现任", DAY + timedelta(20)))
    assert in_office(terms, DAY + timedelta(15)) is None


@pytest.mark.parametrize(
    ("one", "other", "stands"),
    [
        ((0, 10), (10, 20), False),  # leaving and coming on the same day is one appointment
        ((0, 10), (11, 20), False),
        ((0, 10), (9, 20), True),
        ((0, None), (5, None), True),
        ((0, None), (5, 6), True),
        ((5, None), (0, 5), False),
        ((0, 10), (0, 10), True),
        ((0, 0), (0, 10), True),  # both would be in office on day 0
        ((3, 4), (0, 10), True),
    ],
)
def test_terms_that_stand_in_each_others_way(one, other, stands):
    first, second = (
        Term(name, DAY + timedelta(start), None if end is None else DAY + timedelta(end))
        for name, (start, end) in (("甲", one), ("乙", other))
    )
    assert overlap(first, second) is stands
    assert overlap(second, first) is stands
    assert overlapping([first], second) == (first if stands else None)


terms = st.lists(
    st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 30))).map(
        lambda one: Term(
            "某", DAY + timedelta(one[0]), None if one[1] is None else DAY + timedelta(one[0] + one[1])
        )
    ),
    max_size=6,
)


@given(terms, st.integers(-5, 100))
def test_without_overlaps_a_day_has_one_principal_apart_from_the_day_of_change(found, offset):
    kept = []
    for term in found:
        if overlapping(kept, term) is None:
            kept.append(term)
    day = DAY + timedelta(offset)
    serving = [one for one in kept if one.started_on <= day and (one.ended_on is None or day <= one.ended_on)]
    assert in_office(kept, day) in (serving or [None])
    if len(serving) > 1:
        assert in_office(kept, day).started_on == day, "the successor counts"
        assert sorted(one.ended_on == day for one in serving)[-len(serving) + 1 :] == [True] * (
            len(serving) - 1
        )


def test_a_handover_is_missed_only_after_somebody_left():
    assert not handover_missing(TERMS[1], None)
    assert handover_missing(TERMS[0], None)
    assert not handover_missing(TERMS[0], CHANGE)
