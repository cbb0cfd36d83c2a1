"""R8: the states of a score sheet, every transition; what is missing on one; its total as it grows."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories import rulebook
from xczg.rules.sheets import (
    PointsError,
    SheetEvent,
    SheetStateError,
    TypedLine,
    after_event,
    check_sheet,
    read_points,
    sheet_state,
)
from xczg.rules.values import SheetState

CRITERIA = rulebook().criteria.value
BLANK, FILLING, SUBMITTED, RETURNED, AWAITING = SheetState
AT = datetime(2024, 11, 20, tzinfo=UTC)

# What each event makes of each state; a dash is refused.
TABLE = """
                     未填写   填写中   已提交   退回修改  代录待确认
保存草稿              填写中   填写中   —       填写中   —
提交                 已提交   已提交   —       已提交   —
退回                 —        —       退回修改  —       退回修改
代录                 已提交   已提交   —       已提交   已提交
代录（未附扫描件）     代录待确认 代录待确认 —   代录待确认 代录待确认
确认代录              —        —       —       —        已提交
"""


def cells():
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    for event, *outcomes in rows:
        for state, outcome in zip(head, outcomes, strict=True):
            yield SheetState(state), SheetEvent(event), None if outcome == "—" else SheetState(outcome)


def test_the_table_has_every_state_and_every_event():
    assert {(state, event) for state, event, _ in cells()} == {(s, e) for s in SheetState for e in SheetEvent}


@pytest.mark.parametrize(("state", "event", "outcome"), list(cells()))
def test_what_may_happen_to_a_sheet(state, event, outcome):
    if outcome is not None:
        assert after_event(state, event) is outcome
        return
    with pytest.raises(SheetStateError, match=f"评分表现为“{state.value}”，不能"):
        after_event(state, event)


@pytest.mark.parametrize(
    ("stored", "returned", "saved", "state"),
    [
        (None, None, None, BLANK),
        (None, None, AT, FILLING),
        (SUBMITTED, None, None, SUBMITTED),
        (SUBMITTED, None, AT, SUBMITTED),
        (AWAITING, None, AT, AWAITING),
        (RETURNED, AT, AT, RETURNED),
        (RETURNED, AT, AT - timedelta(days=1), RETURNED),
        (RETURNED, AT, AT + timedelta(microseconds=1), FILLING),
    ],
)
def test_the_state_follows_from_the_current_sheet_and_the_draft(stored, returned, saved, state):
    assert sheet_state(stored, returned, saved) is state


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("8", "8"),
        ("8.50", "8.5"),
        ("８．５", "8.5"),
        (" 7.25分 ", "7.25"),
        ("0", "0"),
        ("-0", "0"),
        ("10", "10"),
    ],
)
def test_points_are_read_exactly(text, points):
    assert read_points(text, Decimal(10)) == Decimal(points)
    assert not read_points(text, Decimal(10)).is_signed()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid points"),
        ("八", "invalid points"),
        ("1_0", "invalid points"),
        ("NaN", "invalid points"),
        ("Infinity", "invalid points"),
        ("10.01", "out of range"),
        ("-0.01", "out of range"),
        ("8.005", "too many decimals"),
    ],
)
def test_other_points_are_refused(text, code):
    with pytest.raises(PointsError) as refusal:
        read_points(text, Decimal(10))
    assert refusal.value.code == code


def full():
    return {one.number: TypedLine(str(one.points)) for one in CRITERIA}


def test_full_marks_need_no_reason_and_sum_to_a_hundred():
    checked = check_sheet(CRITERIA, full())
    assert (checked.complete, checked.total, checked.missing) == (True, Decimal(100), ())


def test_every_criterion_needs_points_and_every_deduction_a_reason():
    first, second, third = CRITERIA[:3]
    typed = full() | {
        first.number: TypedLine(""),
        second.number: TypedLine(str(second.points - Decimal("0.5")), "  "),
        third.number: TypedLine("abc", "缺材料"),
    }
    checked = check_sheet(CRITERIA, typed)
    assert checked.missing == (
        f"细则{first.number}未填得分",
        f"细则{second.number}扣0.5分未写扣分理由",
        f"细则{third.number}得分“abc”不是数，请改正",
    )
    assert checked.total == 100 - first.points - Decimal("0.5") - third.points


def test_a_reason_has_an_end():
    line = TypedLine("0", "字" * 1001)
    assert "超过1000字" in check_sheet(CRITERIA, full() | {CRITERIA[0].number: line}).missing[0]


@pytest.mark.parametrize("seed", range(30))
def test_the_total_grows_with_every_line_and_completeness_comes_with_the_last(seed):
    rng = random.Random(seed)
    typed, total = {}, Decimal(0)
    for criterion in rng.sample(CRITERIA, len(CRITERIA)):
        assert not check_sheet(CRITERIA, typed).complete
        points = Decimal(rng.randint(0, int(criterion.points * 100))).scaleb(-2)
        typed[criterion.number] = TypedLine(f"{points}", "有欠缺")
        total += points
        checked = check_sheet(CRITERIA, typed)
        assert checked.total == total
        assert len(checked.lines) + len(checked.missing) == len(CRITERIA)
    assert check_sheet(CRITERIA, typed).complete
