"""Two versions of a rulebook side by side, and any value in words (R20)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from xczg.rules.rulebook import Criterion, Rounding, Rulebook, Sourced, TalkRoute, TaskItem
from xczg.rules.values import ScoringUnit

EMPTY = "（空）"
_PERCENT = {"ranking.bottom_share"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that two versions have differently."""

    key: str
    title: str
    old: str
    new: str


def differences(old: Rulebook, new: Rulebook) -> tuple[Difference, ...]:
    """What the newer version changes, in the order of the file; lists are compared entry by entry."""
    before = dict(old.values())
    return tuple(
        Difference(key, after.title, *_changed_words(key, before[key].value, after.value))
        for key, after in new.values()
        if before[key].value != after.value
    )


def same_value(key: str, old: Rulebook, new: Rulebook) -> bool:
    """Whether a value is the same in both, so that its confirmation still holds."""
    return bool(dict(old.values())[key].value == dict(new.values())[key].value)


def _changed_words(key: str, old: Any, new: Any) -> tuple[str, str]:
    """Of long lists only the entries that differ."""
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) + len(new) > 6:
        return (
            value_words(key, tuple(one for one in old if one not in new), entries=True),
            value_words(key, tuple(one for one in new if one not in old), entries=True),
        )
    return value_words(key, old), value_words(key, new)


def value_words(key: str, value: Any, *, entries: bool = False) -> str:
    """A value as it is read on screen. Annexes are summed up unless their `entries` are asked for."""
    if isinstance(value, tuple):
        return _tuple_words(value, entries=entries)
    if isinstance(value, Mapping):
        pairs = [f"{_word(name)}：{value_words(key, one)}" for name, one in value.items()]
        return "；".join(pairs) or EMPTY
    if key in _PERCENT:
        return f"{(value * 100).normalize():f}%"
    return _word(value) or EMPTY


def _tuple_words(value: tuple[Any, ...], *, entries: bool) -> str:
    if value and isinstance(value[0], Criterion) and not entries:
        return f"{len(value)}条，合计{sum((one.points for one in value), Decimal(0)).normalize():f}分"
    if value and isinstance(value[0], TaskItem) and not entries:
        return f"{len(value)}项"
    if value and not any(value):
        return f"{len(value)}项均待录入"
    return "、".join(_word(one) or EMPTY for one in value) or EMPTY


_UNITS = {
    ScoringUnit.DISCIPLINE: "市纪委监委",
    ScoringUnit.PERSONNEL: "市委组织部",
    ScoringUnit.TEAM: "市委巡察组",
}
# In this order: what comes first is also one of those below.
_IN_WORDS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda yes: "是" if yes else "否"),
    (Rounding, lambda way: way.label),
    (ScoringUnit, _UNITS.__getitem__),
    (Enum, lambda one: str(one.value)),
    (date, lambda day: f"{day.year}年{day.month}月{day.day}日"),
    (Decimal, lambda number: f"{number.normalize():f}"),
    (TalkRoute, lambda route: route.name),
    (Criterion, lambda one: f"{one.number} {one.text}（{_word(one.points)}分）"),
    (TaskItem, lambda one: f"{_word(one.unit)}{one.number} {one.text}（{one.content}）"),
)


def _word(value: Any) -> str:
    return next((words(value) for kind, words in _IN_WORDS if isinstance(value, kind)), str(value))


def can_edit(value: Sourced[Any]) -> bool:
    """Whether a form can change it: numbers, yes or no, words, lists of these; annexes have their own."""
    inner = value.value
    if isinstance(inner, tuple):
        return all(type(one) is str for one in inner) or all(isinstance(one, Decimal) for one in inner)
    return isinstance(inner, bool | int | str | Decimal) and not isinstance(inner, ScoringUnit)
