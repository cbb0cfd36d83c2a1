"""R1, R4, R5: the three months, the week and the month after; and the states of a round."""

from datetime import date, timedelta
from itertools import combinations

import pytest

from tests.factories import rulebook
from xczg.rules.phases import (
    ACT_ORDER,
    STATE_ORDER,
    Act,
    RoundState,
    add_months,
    deadlines,
    later_feedback,
    phase_clock,
    round_state,
)

DAYS = [date(2023, 1, 1) + timedelta(days=number) for number in range(366 * 7 - 5)]
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def months_later(day: date, months: int) -> tuple[int, int, int]:
    """Month by month on the fingers, without the calendar module."""
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = LENGTHS[month - 1] + (leap and month == 2)
    return year, month, min(day.day, last)


def test_every_day_of_2023_to_2029_is_covered():
    assert (DAYS[0], DAYS[-1]) == (date(2023, 1, 1), date(2029, 12, 31))


@pytest.mark.parametrize("months", [1, 2, 3, 6, 12, 13, 24])
def test_months_are_clamped_at_the_end_of_the_month(months):
    for day in DAYS:
        found = add_months(day, months)
        assert (found.year, found.month, found.day) == months_later(day, months), day


def test_every_feedback_date_gives_three_months_then_a_week_and_a_month():
    for day in DAYS:
        found = deadlines(day, rulebook().periods)
        end = date(*months_later(day, 3))
        assert found.feedback == day
        assert found.rectification_end == end
        assert found.report_due == end + timedelta(days=7)
        assert found.assessment_due == date(*months_later(end, 1))


@pytest.mark.parametrize(
    ("feedback", "end", "report", "assessment"),
    [
        ("2024-11-30", "2025-02-28", "2025-03-07", "2025-03-28"),
        ("2023-11-30", "2024-02-29", "2024-03-07", "2024-03-29"),
        ("2024-11-28", "2025-02-28", "2025-03-07", "2025-03-28"),
        ("2024-06-28", "2024-09-28", "2024-10-05", "2024-10-28"),  # the holiday moves nothing
        ("2024-10-31", "2025-01-31", "2025-02-07", "2025-02-28"),
        ("2024-08-31", "2024-11-30", "2024-12-07", "2024-12-30"),
    ],
)
def test_known_deadlines(feedback, end, report, assessment):
    found = deadlines(date.fromisoformat(feedback), rulebook().periods)
    dates = (found.rectification_end, found.report_due, found.assessment_due)
    assert tuple(map(str, dates)) == (end, report, assessment)


# The states of a round


END = date(2024, 9, 28)


def state(*acts, begun=False, today=END):
    return round_state(acts, scoring_begun=begun, rectification_end=END, today=today)


def test_the_last_day_still_belongs_to_the_rectification_period():
    assert state(today=END) is RoundState.RECTIFICATION
    assert state(today=END + timedelta(days=1)) is RoundState.REPORTING


def test_the_first_sheet_begins_the_scoring():
    assert state(begun=True, today=date(2024, 7, 1)) is RoundState.SCORING


@pytest.mark.parametrize(
    ("act", "reached"),
    [
        (Act.AGGREGATED, "督查组已汇总"),
        (Act.DELIBERATED, "领导小组已审议"),
        (Act.CONSENTED, "市委已同意"),
        (Act.CIRCULATED, "已通报"),
        (Act.CLOSED, "办结"),
    ],
)
def test_recorded_acts_drive_the_state_whatever_the_date(act, reached):
    for day in (date(2020, 1, 1), END, date(2040, 1, 1)):
        assert state(act, begun=True, today=day).value == reached


def test_the_furthest_act_counts_in_whatever_order_they_were_recorded():
    for first, second in combinations(ACT_ORDER, 2):
        assert state(first, second) is state(second, first) is state(second)


def test_acts_follow_one_another_as_in_the_regulation():
    assert [act.value for act in ACT_ORDER] == ["督查组汇总", "领导小组审议", "市委同意", "结果通报", "办结"]


def test_states_stand_in_the_order_of_the_regulation():
    assert [state.value for state in STATE_ORDER] == [
        "集中整改期",
        "日常监督评估结果报送",
        "会商会议",
        "实地督导",
        "评分中",
        "督查组已汇总",
        "领导小组已审议",
        "市委已同意",
        "已通报",
        "约谈和问责、持续监督",
        "办结",
    ]


def test_reached_means_this_state_or_a_later_one():
    for place, now in enumerate(STATE_ORDER):
        assert [now.reached(other) for other in STATE_ORDER] == [
            other <= place for other in range(len(STATE_ORDER))
        ]


# The deadline that is running


DATES = deadlines(date(2024, 6, 28), rulebook().periods)


@pytest.mark.parametrize(
    ("now", "today", "deadline", "left"),
    [
        (RoundState.RECTIFICATION, "2024-06-28", "2024-09-28", 92),
        (RoundState.RECTIFICATION, "2024-09-28", "2024-09-28", 0),
        (RoundState.REPORTING, "2024-09-29", "2024-10-05", 6),
        (RoundState.REPORTING, "2024-10-05", "2024-10-05", 0),
        (RoundState.REPORTING, "2024-10-06", "2024-10-28", 22),
        (RoundState.SCORING, "2024-10-20", "2024-10-28", 8),
        (RoundState.SCORING, "2024-11-01", "2024-10-28", -4),
    ],
)
def test_the_running_deadline_and_the_days_left(now, today, deadline, left):
    clock = phase_clock(now, DATES, date.fromisoformat(today))
    assert (clock.state, str(clock.deadline), clock.days_left) == (now, deadline, left)


@pytest.mark.parametrize("now", STATE_ORDER[STATE_ORDER.index(RoundState.AGGREGATED) :])
def test_after_the_aggregation_no_date_of_the_regulation_runs(now):
    clock = phase_clock(now, DATES, date(2024, 12, 1))
    assert (clock.deadline, clock.days_left) == (None, None)


def test_who_has_a_later_feedback_date_is_named_the_latest_first():
    own = [("甲", date(2024, 7, 1)), ("乙", None), ("丙", date(2024, 6, 1)), ("丁", date(2024, 7, 9))]
    own += [("戊", date(2024, 6, 28)), ("己", date(2024, 7, 1))]
    found = later_feedback(date(2024, 6, 28), own)
    assert [one.organization for one in found] == ["丁", "己", "甲"]
