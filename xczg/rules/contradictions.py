"""Where a finding says two things that cannot both be true. Sentences name facts and judge nobody (R2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xczg.rules.values import FindingStatus, MeasureType

DONE = FindingStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """What one measure says of itself; `types` holds quantities as text, None where none was given."""

    number: int
    status: FindingStatus | None = None
    types: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What a finding says of itself, and the last day of its rectification period."""

    status: FindingStatus
    period_end: date
    due_date: date | None = None
    within_period: bool | None = None
    outcome: str = ""
    measures: Sequence[MeasureFacts] = ()


def contradictions(facts: FindingFacts) -> tuple[str, ...]:
    """One sentence for each contradiction, in the order of the form; empty where there is none."""
    return (*_of_statuses(facts), *_of_dates(facts), *_of_quantities(facts.measures))


def _of_statuses(facts: FindingFacts) -> Iterator[str]:
    """A measure whose status nobody gave contradicts nothing."""
    statuses = [measure.status for measure in facts.measures]
    if statuses and facts.status is not DONE and all(status is DONE for status in statuses):
        yield f"整改措施均已完成，反馈问题的状态为{facts.status.value}。"
    open_ones = [str(one.number) for one in facts.measures if one.status not in (None, DONE)]
    if facts.status is DONE and open_ones:
        yield f"反馈问题的状态为{DONE.value}，第{'、'.join(open_ones)}条措施尚未完成。"
    if facts.status is DONE and not facts.outcome.strip():
        yield f"反馈问题的状态为{DONE.value}，整改成效未填写。"


def _of_dates(facts: FindingFacts) -> Iterator[str]:
    if facts.within_period and facts.due_date is not None and facts.due_date > facts.period_end:
        yield (
            f"已填“集中整改期完成”，完成时限{_day(facts.due_date)}晚于"
            f"集中整改期届满之日{_day(facts.period_end)}。"
        )


def _of_quantities(measures: Sequence[MeasureFacts]) -> Iterator[str]:
    """A type that is ticked with quantity 0, or less, is an error of the data; none given is not."""
    for measure in measures:
        for name, text in measure.types.items():
            quantity = None if text is None else Decimal(str(text))
            if quantity is None or not MeasureType(name).unit:
                continue
            if quantity == 0:
                yield f"第{measure.number}条措施的类型含“{name}”，数量为0。"
            elif quantity < 0:
                yield f"第{measure.number}条措施的类型含“{name}”，数量{quantity:f}为负数。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
