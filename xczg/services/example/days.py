"""Days and moments of the example city, all reckoned from today."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from xczg.rules.phases import add_months


def workday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def after(day: date, days: int) -> date:
    """The working day so many days after another one."""
    return workday(day + timedelta(days=days))


def moment(day: date, rng: Random) -> datetime:
    """A moment within the working hours of Asia/Shanghai, in UTC."""
    return datetime.combine(day, time(rng.randint(1, 9), rng.randint(0, 59), rng.randint(0, 59)), UTC)


def feedback_dates(today: date) -> tuple[date, date, date, date]:
    """When the four rounds gave feedback.

    About 14 and 8 months ago; about 4 months ago, so that the assessment is within its month; 6 weeks ago.
    """
    return (
        workday(add_months(today, -14)),
        workday(add_months(today, -8)),
        workday(add_months(today, -4) + timedelta(days=5)),
        workday(today - timedelta(days=42)),
    )


@dataclass(frozen=True, slots=True)
class Milestones:
    """When people did what after the rectification period of a round."""

    aggregated: date
    deliberated: date
    approved: date
    circulated: date


def milestones(period_end: date) -> Milestones:
    """The acts of a round that goes its way without delay."""
    return Milestones(*(after(period_end, days) for days in (26, 47, 66, 75)))
