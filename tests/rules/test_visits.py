"""R5, R7: nobody in two places, 回避, the month of the assessment; R9: 督查核实 carries the figures."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import rulebook
from xczg.rules.frozen import read_facts, write_frozen
from xczg.rules.phases import Act, RoundState, deadlines, round_state
from xczg.rules.rates import Rate, StatusCounts
from xczg.rules.result import InspectionFacts, as_json, reckon
from xczg.rules.values import Basis, FindingStatus, ScoringUnit, VisitOutcome
from xczg.rules.visits import (
    Person,
    PlannedVisit,
    assessment_course,
    clashes,
    inspected_units,
    must_stand_back,
)

ZHANG = Person(ScoringUnit.DISCIPLINE, "张某某")
LI = Person(ScoringUnit.PERSONNEL, "李某某")
DAY = date(2024, 10, 9)
DATES = deadlines(date(2024, 6, 28), rulebook().periods)
END = DATES.rectification_end


def visit(organization, first, last, *people):
    return PlannedVisit(
        organization, f"{organization}局", DAY + timedelta(first), DAY + timedelta(last), people
    )


@pytest.mark.parametrize(
    ("first", "last", "apart"),
    [(3, 5, True), (0, 2, False), (2, 3, False), (-2, -1, True), (-2, 0, False), (1, 1, False)],
)
def test_nobody_is_in_two_places_on_the_same_day(first, last, apart):
    there = visit(1, 0, 2, ZHANG, LI)
    found = clashes(visit(2, first, last, ZHANG), [there])
    assert bool(found) is not apart
    if found:
        assert (found[0].names, found[0].other) == (("张某某",), there)


def test_other_people_may_go_elsewhere_and_the_same_people_to_the_same_place():
    there = visit(1, 0, 2, ZHANG)
    assert clashes(visit(2, 0, 2, LI), [there]) == ()
    assert clashes(visit(1, 0, 2, ZHANG), [there]) == ()


def test_the_same_name_of_another_unit_is_another_person():
    other = Person(ScoringUnit.TEAM, "张某某")
    assert clashes(visit(2, 0, 0, other), [visit(1, 0, 0, ZHANG)]) == ()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=2, max_size=2))
def test_clashing_is_mutual_and_means_a_common_day(spans):
    (start, length), (other_start, other_length) = spans
    one, other = (
        visit(1, start, start + length, ZHANG),
        visit(2, other_start, other_start + other_length, ZHANG),
    )
    common = set(range(start, start + length + 1)) & set(range(other_start, other_start + other_length + 1))
    assert bool(clashes(one, [other])) is bool(clashes(other, [one])) is bool(common)


def test_who_comes_from_the_inspected_organisation_stands_back():
    own = Person(ScoringUnit.TEAM, "王某某", organization_id=7)
    assert must_stand_back([ZHANG, own], 7) == (own,)
    assert must_stand_back([ZHANG, own], 8) == ()


@pytest.mark.parametrize(
    ("name", "units"),
    [
        ("崤陵市委组织部部务会", (ScoringUnit.PERSONNEL,)),
        ("崤陵市纪委监委机关党委", (ScoringUnit.DISCIPLINE,)),
        ("市委巡察组临时党支部", ()),
        ("市水利局党组", ()),
    ],
)
def test_a_scoring_unit_that_is_itself_inspected_is_named(name, units):
    assert inspected_units(name, rulebook().units.names.value) == units


# R5: within one month, visits and wrap-up; the start is shown too


def test_the_assessment_ends_with_visits_and_wrap_up_and_begins_with_the_first_of_them():
    days = [(date(2024, 10, 9), date(2024, 10, 10)), (date(2024, 10, 20), date(2024, 10, 22))]
    course = assessment_course(days, consultation=date(2024, 10, 7), wrap_up=date(2024, 10, 28), dates=DATES)
    assert (course.started, course.finished, course.due) == (
        date(2024, 10, 7),
        date(2024, 10, 28),
        date(2024, 10, 28),
    )
    assert course.late_by(date(2025, 1, 1)) == 0


@pytest.mark.parametrize(
    ("wrap_up", "today", "late"),
    [(None, "2024-10-28", 0), (None, "2024-10-31", 3), ("2024-10-30", "2024-12-31", 2)],
)
def test_lateness_runs_until_the_wrap_up(wrap_up, today, late):
    held = date.fromisoformat(wrap_up) if wrap_up else None
    course = assessment_course([(DAY, DAY)], consultation=None, wrap_up=held, dates=DATES)
    assert course.late_by(date.fromisoformat(today)) == late


def test_a_visit_planned_after_the_month_is_told_at_once():
    late = assessment_course([(DAY, date(2024, 11, 1))], consultation=None, wrap_up=None, dates=DATES)
    assert late.planned_late
    assert not assessment_course([], consultation=None, wrap_up=None, dates=DATES).planned_late


# The states 会商会议 and 实地督导


@pytest.mark.parametrize(
    ("consultation", "visits", "begun", "acts", "expected"),
    [
        (None, None, False, (), RoundState.REPORTING),
        (0, None, False, (), RoundState.CONSULTATION),
        (1, None, False, (), RoundState.REPORTING),
        (0, 1, False, (), RoundState.CONSULTATION),
        (-3, 0, False, (), RoundState.FIELD_VISITS),
        (None, 0, False, (), RoundState.FIELD_VISITS),
        (0, 0, True, (), RoundState.SCORING),
        (0, 0, True, (Act.AGGREGATED,), RoundState.AGGREGATED),
    ],
)
def test_meeting_and_visits_move_the_round_on_from_their_day(consultation, visits, begun, acts, expected):
    today = END + timedelta(12)

    def day(number):
        return None if number is None else today + timedelta(number)

    state = round_state(
        acts,
        scoring_begun=begun,
        rectification_end=END,
        today=today,
        consultation_on=day(consultation),
        visits_from=day(visits),
    )
    assert state is expected


# R9: 单位自报 and 督查核实 side by side


findings = st.lists(
    st.tuples(
        st.sampled_from(FindingStatus),
        st.none() | st.sampled_from(VisitOutcome),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)
VERIFIED = dict(zip(VisitOutcome, reversed(FindingStatus), strict=True))


def counted(rows):
    """The counts of findings given as status, outcome, past and closed, one by one."""

    def number(test):
        return sum(test(*row) for row in rows)

    done = FindingStatus.COMPLETED
    return StatusCounts(
        findings=len(rows),
        completed=number(lambda s, o, p, c: s is done),
        basically_completed=number(lambda s, o, p, c: s is FindingStatus.BASICALLY_COMPLETED),
        closed_out=number(lambda s, o, p, c: c),
        overdue=number(lambda s, o, p, c: p and s is not done),
        due=number(lambda s, o, p, c: p),
        due_completed=number(lambda s, o, p, c: p and s is done),
        checked=number(lambda s, o, p, c: o is not None),
        verified_completed=number(lambda s, o, p, c: o is VisitOutcome.COMPLETED),
        verified_basically=number(lambda s, o, p, c: o is VisitOutcome.BASICALLY_COMPLETED),
        verified_overdue=number(lambda s, o, p, c: p and o not in (None, VisitOutcome.COMPLETED)),
        verified_due_completed=number(lambda s, o, p, c: p and o is VisitOutcome.COMPLETED),
        checked_open=number(lambda s, o, p, c: o is not None and s is FindingStatus.NOT_COMPLETED),
    )


def row_of(counts):
    return reckon([InspectionFacts(1, "甲", counts)], rulebook()).rows[0]


@given(findings)
def test_what_a_visit_found_wins_for_each_finding_that_is_not_put_right(rows):
    settled = [VERIFIED[outcome] if outcome else status for status, outcome, *_ in rows]
    assert row_of(counted(rows)).counts.not_completed == settled.count(FindingStatus.NOT_COMPLETED)


@given(findings)
def test_the_figures_rest_on_the_visits_once_every_finding_is_checked_and_not_before(rows):
    counts = counted(rows)
    row = row_of(counts)
    whole = bool(rows) and all(outcome for _, outcome, *_ in rows)
    assert row.basis is (Basis.VERIFIED if whole else Basis.SELF_REPORTED)
    assert row.reported == counts
    as_found = [(VERIFIED[o] if whole else s, None, p, c) for s, o, p, c in rows]
    told, again = row.counts, counted(as_found)
    for name in ("findings", "completed", "basically_completed", "closed_out", "overdue", "due"):
        assert getattr(told, name) == getattr(again, name), name
    assert (told.strict, told.lenient, told.of_due) == (again.strict, again.lenient, again.of_due)


@given(findings, findings)
def test_the_round_is_the_sum_of_its_rows_whatever_each_rests_on(one, other):
    found = reckon(
        [InspectionFacts(1, "甲", counted(one)), InspectionFacts(2, "乙", counted(other))], rulebook()
    )
    assert found.counts == sum((row.counts for row in found.rows), StatusCounts())
    assert found.counts.not_completed == sum(row.counts.not_completed for row in found.rows)


@given(findings)
def test_a_frozen_round_keeps_what_the_visits_found(rows):
    facts = [InspectionFacts(1, "甲", counted(rows))]
    content = write_frozen(facts, reckon(facts, rulebook()), "x", date(2024, 11, 20))
    assert reckon(read_facts(content), rulebook()) == reckon(facts, rulebook())


def test_the_three_bases_of_one_organisation():
    counts = StatusCounts(
        findings=10, completed=9, closed_out=7, checked=10, verified_completed=6, verified_basically=1
    )
    row = row_of(counts)
    assert (row.reported.strict, row.reported.reviewed, row.reported.verified) == (
        Rate(9, 10),
        Rate(7, 10),
        Rate(6, 10),
    )
    told = as_json(row)
    assert (told["basis"], told["completed"], told["not_completed"], told["strict_rate"]) == (
        "督查核实",
        6,
        3,
        "60.00",
    )


def test_without_a_check_there_is_no_verified_rate():
    assert StatusCounts(findings=3).verified.text() == "—"
