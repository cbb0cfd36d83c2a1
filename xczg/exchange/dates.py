"""Deadlines as people write them in ledgers: "2024年7月底前", "4月中旬", "长期坚持", a bare serial number."""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from xczg.rules.text import text_key

SERIALS = range(36526, 73051)  # Excel's day numbers, from 2000 on
SERIAL_ZERO = dt.date(1899, 12, 30)
YEARS = range(2000, 2101)
LEAP_CYCLE = 9  # the longest wait for a 29 February

_CLOCK = re.compile(r"[ T]\s*\d{1,2}:\d{2}(:\d{2}(\.0+)?)?$")
_LONG_TERM = re.compile(r"坚持长期|持续坚持|(长期|常态化)(坚持|推进|整改|开展)?")
_IMMEDIATE = re.compile(r"立行立改|立即整改|即知即改")
_JOINTS = re.compile(r"^[并且及和,;、。()/+]+|[并且及和,;、。()/+]+$")
_LEAD = re.compile(r"^(截至|截止到?|预计|于|在|至|到)")
_TRAIL = re.compile(r"(以前|之前|前|为止|止|完成整改|整改完成|完成)+$")

_Reading = Callable[[re.Match[str], int], dt.date]


@dataclass(frozen=True, slots=True)
class Due:
    """What a deadline cell says; a date and 长期坚持 may stand together."""

    date: dt.date | None
    long_term: bool
    immediate: bool


def parse_due(value: object, *, feedback_date: dt.date) -> Due:
    """Read a deadline cell.

    A date without a year is the first such date on or after the feedback date.

    Raises:
        ValueError: the cell holds something that is not understood.
    """
    if value is None or value == "":
        return Due(None, long_term=False, immediate=False)
    if isinstance(value, str):
        return _from_text(value, feedback_date)
    return Due(_from_cell(value), long_term=False, immediate=False)


def _from_cell(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return _within_years(value.date())
    if isinstance(value, dt.date):
        return _within_years(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value == value and abs(value) < 1e9 and int(value) in SERIALS:  # noqa: PLR0124  NaN is not itself
            return SERIAL_ZERO + dt.timedelta(days=int(value))
        if value == value and abs(value) < 1e9 and value == int(value):  # noqa: PLR0124
            return _read_date(str(int(value)), None)
    msg = f"not a date: {value!r}"
    raise ValueError(msg)


@lru_cache(maxsize=1024)
def _from_text(text: str, feedback_date: dt.date) -> Due:
    key = text_key(_CLOCK.sub("", text.strip()))
    rest, long_term = _LONG_TERM.subn("", key)
    rest, immediate = _IMMEDIATE.subn("", rest)
    rest = _JOINTS.sub("", rest)
    if not rest and (long_term or immediate or not key):
        return Due(None, bool(long_term), bool(immediate))
    return Due(_read_date(rest, feedback_date), bool(long_term), bool(immediate))


def _read_date(text: str, feedback_date: dt.date | None) -> dt.date:
    """The date of a text without spaces; without a feedback date only dates with a year are read."""
    bare = _TRAIL.sub("", _LEAD.sub("", _TRAIL.sub("", text)))
    for pattern, reading in _WITH_YEAR:
        if match := pattern.fullmatch(bare):
            return _within_years(reading(match, int(match["year"])))
    for pattern, reading in _WITHOUT_YEAR:
        if feedback_date and (match := pattern.fullmatch(bare)):
            return _first_after(feedback_date, match, reading)
    msg = f"not a date: {text!r}"
    raise ValueError(msg)


def _first_after(start: dt.date, match: re.Match[str], reading: _Reading) -> dt.date:
    for year in range(start.year, start.year + LEAP_CYCLE):
        try:
            found = reading(match, year)
        except ValueError:  # 29 February waits for a leap year; 31 June waits in vain
            continue
        if found >= start:
            return _within_years(found)
    msg = f"no such date: {match[0]!r}"
    raise ValueError(msg)


def _within_years(date: dt.date) -> dt.date:
    if date.year not in YEARS:
        msg = f"year out of range: {date}"
        raise ValueError(msg)
    return date


def _day(match: re.Match[str], year: int) -> dt.date:
    return dt.date(year, int(match["month"]), int(match["day"]))


def _in_month(match: re.Match[str], year: int) -> dt.date:
    month, part = int(match["month"]), match["part"]
    if not 1 <= month <= 12:
        msg = f"no such month: {match[0]!r}"
        raise ValueError(msg)
    day = {"上旬": 10, "中旬": 20}.get(part, monthrange(year, month)[1])
    return dt.date(year, month, day)


def _quarter_end(match: re.Match[str], year: int) -> dt.date:
    quarter = "一二三四".find(match["quarter"]) + 1 or int(match["quarter"])
    return dt.date(year, quarter * 3, monthrange(year, quarter * 3)[1])


def _half_year_end(match: re.Match[str], year: int) -> dt.date:
    return dt.date(year, 6, 30) if match["half"] == "上" else dt.date(year, 12, 31)


def _year_end(_match: re.Match[str], year: int) -> dt.date:
    return dt.date(year, 12, 31)


_YEAR = r"(?P<year>\d{4})"
_MONTH = r"(?P<month>\d{1,2})"
_DAY = r"(?P<day>\d{1,2})"
_PART = r"(?P<part>底|末|上旬|中旬|下旬)?"
_QUARTER = r"第?(?P<quarter>[一二三四1-4])季度[底末内]?"
_HALF = r"(?P<half>[上下])半年[底末内]?"

_WITH_YEAR: list[tuple[re.Pattern[str], _Reading]] = [
    (re.compile(rf"{_YEAR}年{_MONTH}月{_DAY}[日号]?"), _day),
    (re.compile(rf"{_YEAR}([./-]){_MONTH}\2{_DAY}[日号]?"), _day),
    (re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"), _day),
    (re.compile(rf"{_YEAR}(?:年{_MONTH}月份?){_PART}"), _in_month),
    (re.compile(rf"{_YEAR}[./-]{_MONTH}(?:月份?)?{_PART}"), _in_month),
    (re.compile(rf"{_YEAR}年{_QUARTER}"), _quarter_end),
    (re.compile(rf"{_YEAR}年{_HALF}"), _half_year_end),
    (re.compile(rf"{_YEAR}年年?[底末内]"), _year_end),
]
_WITHOUT_YEAR: list[tuple[re.Pattern[str], _Reading]] = [
    (re.compile(rf"{_MONTH}月{_DAY}[日号]?"), _day),
    (re.compile(rf"{_MONTH}月份?{_PART}"), _in_month),
    (re.compile(_QUARTER), _quarter_end),
    (re.compile(_HALF), _half_year_end),
    (re.compile(r"[本今当]?年?年[底末内]"), _year_end),
]
