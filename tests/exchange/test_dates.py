"""Deadlines as people write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.ledgers import FEEDBACK
from xczg.exchange.dates import Due, parse_due


def due(value):
    return parse_due(value, feedback_date=FEEDBACK)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (dt.datetime.fromisoformat("2024-07-31T09:30"), "2024-07-31"),
        (dt.date(2024, 7, 31), "2024-07-31"),
        (45504, "2024-07-31"),
        (45504.75, "2024-07-31"),
        (20240731.0, "2024-07-31"),
        (36526, "2000-01-01"),
        (73050, "2099-12-31"),
        ("2024年7月31日", "2024-07-31"),
        ("２０２４年７月３１日前", "2024-07-31"),
        ("2024年 7月 31日", "2024-07-31"),
        ("2024.7.31", "2024-07-31"),
        ("2024/7/31", "2024-07-31"),
        ("2024-07-31", "2024-07-31"),
        ("2024-07-31 00:00:00", "2024-07-31"),
        ("20240731", "2024-07-31"),
        ("2024年7月底前", "2024-07-31"),
        ("2024年7月", "2024-07-31"),
        ("2024年2月", "2024-02-29"),
        ("2024.7", "2024-07-31"),
        ("2024年4月中旬", "2024-04-20"),
        ("2024年4月上旬", "2024-04-10"),
        ("2024年4月下旬", "2024-04-30"),
        ("2024年底", "2024-12-31"),
        ("2024年年底前", "2024-12-31"),
        ("2024年三季度", "2024-09-30"),
        ("2024年第2季度末", "2024-06-30"),
        ("2024年上半年", "2024-06-30"),
        ("2024年7月31日之前完成整改", "2024-07-31"),
        ("截至2024年7月31日止", "2024-07-31"),
        ("2024年7月31日以前", "2024-07-31"),
    ],
)
def test_a_date_with_its_year(written, meant):
    assert due(written) == Due(dt.date.fromisoformat(meant), long_term=False, immediate=False)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7月31日前", "2024-07-31"),
        ("6月28日", "2024-06-28"),
        ("6月27日", "2025-06-27"),
        ("7月底", "2024-07-31"),
        ("4月中旬", "2025-04-20"),
        ("2月29日", "2028-02-29"),
        ("年底前", "2024-12-31"),
        ("今年年底", "2024-12-31"),
        ("一季度", "2025-03-31"),
    ],
)
def test_a_date_without_a_year_is_the_first_on_or_after_the_feedback_date(written, meant):
    assert due(written).date == dt.date.fromisoformat(meant)


@pytest.mark.parametrize("written", ["长期坚持", "长期", "常态化坚持", "常态化", "持续坚持", " 长期 坚持 "])
def test_long_term_words(written):
    assert due(written) == Due(None, long_term=True, immediate=False)


@pytest.mark.parametrize("written", ["立行立改", "立即整改"])
def test_words_for_at_once(written):
    assert due(written) == Due(None, long_term=False, immediate=True)


def test_a_date_and_long_term_may_stand_together():
    assert due("2024年7月底前并长期坚持") == Due(dt.date(2024, 7, 31), long_term=True, immediate=False)
    assert due("立行立改，长期坚持") == Due(None, long_term=True, immediate=True)


@pytest.mark.parametrize("written", ["", None, "  ", "\u3000"])
def test_empty_is_no_deadline(written):
    assert due(written) == Due(None, long_term=False, immediate=False)


@pytest.mark.parametrize(
    "written",
    [
        "2024年13月45日", "2024-02-30", "2024年13月", "6月31日", "0月", "1999年7月31日", "2101-01-01",
        "尽快", "2024年", "完成", "长期坚持推进落实", "2024年6月至2024年7月", "24年7月",
        "2024年五季度", "一月", 36525, 73051, 0, -1, 2024.7, True, float("nan"), float("inf"),
        dt.time(9), dt.timedelta(1), dt.date(1999, 12, 31),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(written):
    with pytest.raises(ValueError, match=r"."):
        due(written)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31)))
def test_every_way_of_writing_a_day_reads_the_same(day):
    ways = [
        f"{day.year}年{day.month}月{day.day}日前",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        day,
    ]
    assert {due(way).date for way in ways} == {day}


@given(
    st.one_of(
        st.text(), st.text("0123456789年月日底前旬季度./-长期", max_size=12), st.floats(), st.integers()
    )
)
def test_anything_is_a_due_or_a_value_error(value):
    try:
        found = due(value)
    except ValueError:
        return
    assert found.date is None or 2000 <= found.date.year <= 2100
