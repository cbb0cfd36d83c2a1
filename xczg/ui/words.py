"""How dates, states and counts are written on screen."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from xczg.rules.phases import PhaseClock, RoundState
from xczg.store.clock import SHANGHAI

SHORT_STATES = {
    RoundState.REPORTING: "结果报送",
    RoundState.AGGREGATED: "已汇总",
    RoundState.DELIBERATED: "已审议",
    RoundState.CONSENTED: "市委已同意",
    RoundState.FOLLOW_UP: "持续监督",
}


def long_day(day: date) -> str:
    """2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


def short_day(day: date, today: date) -> str:
    """11月23日; with the year where it is not this one."""
    return long_day(day) if day.year != today.year else f"{day.month}月{day.day}日"


def short_state(state: RoundState) -> str:
    """The state in a word that fits a tile."""
    return SHORT_STATES.get(state, state.value)


def days_left(clock: PhaseClock) -> str:
    """剩余25天, 今日到期 or 已超过3天; empty where no date of the regulation runs."""
    if clock.days_left is None:
        return ""
    if clock.days_left == 0:
        return "今日到期"
    return f"剩余{clock.days_left}天" if clock.days_left > 0 else f"已超过{-clock.days_left}天"


def due_words(day: date | None, *, long_term: bool, days_overdue: int, completed: bool) -> str:
    """The deadline of a finding as one cell: a date, 长期坚持, 逾期41天, or 未定."""
    if day is None:
        return "长期坚持" if long_term else "未定"
    if days_overdue and not completed:
        return f"{long_day(day)}　逾期{days_overdue}天"
    return long_day(day)


def long_moment(moment: datetime) -> str:
    """2026年11月23日14:05, in Asia/Shanghai."""
    local = moment.astimezone(SHANGHAI)
    return f"{long_day(local.date())}{local:%H:%M}"


def who(username: str, names: Mapping[str, str]) -> str:
    """The person's name; what the command line did is told as such."""
    return "命令行" if username.startswith("cli:") else names.get(username, username)


def plain(text: str) -> str:
    """Text as text: nothing in a name becomes Markdown, a formula, a colour or a link."""
    broken = _LINK.sub(lambda found: found[0] + WORD_JOINER, text)
    return "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in broken)


_MARKDOWN = frozenset("\\`*_{}[]()#+-.!|<>$:~^=&")
# Addresses are made links after the escapes are gone; an invisible sign within them prevents it.
WORD_JOINER = "\u2060"
_LINK = re.compile(r"https?:|www|@", re.IGNORECASE)
