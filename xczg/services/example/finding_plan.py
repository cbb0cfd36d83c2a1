"""A planned finding: how it stands on any day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from xczg.rules.values import FindingStatus
from xczg.services.example.courses import Course

_MEASURE_AHEAD = (
    FindingStatus.COMPLETED,
    FindingStatus.BASICALLY_COMPLETED,
    FindingStatus.NOT_COMPLETED,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the history."""

    day: date
    status: FindingStatus
    summary: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class FindingPlan:
    """A finding: what never changes, its course, its history, and the end of its period."""

    fixed: dict[str, Any]
    measures: tuple[dict[str, Any], ...]
    course: Course
    entries: tuple[Entry, ...]
    period_end: date
    words: dict[FindingStatus, str]
    evidence: str

    def until(self, day: date) -> tuple[Entry, ...]:
        """The history up to a day; the import always belongs to it."""
        return tuple(entry for entry in self.entries if entry.day <= day)

    def state_on(self, day: date) -> dict[str, Any]:
        """What the ledger says of it at the end of a day."""
        history, status, course = self.until(day), self.course.status_on(day), self.course
        done = status is FindingStatus.COMPLETED
        closed = course.closed_on if course.closed_on and course.closed_on <= day else None
        in_period = course.done_on is not None and course.done_on <= self.period_end
        last = history[-1]
        return {
            "status": status,
            "status_text": self.words[status],
            "outcome": last.summary,
            "within_period": in_period if done or day > self.period_end else None,
            "evidence_note": self.evidence if done else "",
            "closed_out_on": closed,
            "version": len(history) + (closed is not None),
            "updated_at": last.moment + (closed - last.day if closed else timedelta()),
        }

    def measures_on(self, day: date) -> list[dict[str, Any]]:
        """Its measures; the least complete one stands where the finding does."""
        status = self.course.status_on(day)
        last = len(self.measures) - 1
        return [
            {
                **measure,
                "status": status if place == last else max(status, _MEASURE_AHEAD[place % 3], key=_rank),
            }
            for place, measure in enumerate(self.measures)
        ]


def _rank(status: FindingStatus) -> int:
    return status.rank
