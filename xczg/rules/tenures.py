"""Who led an organisation on a given day.

A talk is with the present principal (R11), accountability concerns the one in office then (R13).
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Term(Protocol):
    """A stretch of time in office; without an end it goes on."""

    @property
    def started_on(self) -> date:
        """The first day."""

    @property
    def ended_on(self) -> date | None:
        """The last day."""


SomeTerm = TypeVar("SomeTerm", bound=Term)


def in_office(terms: Iterable[SomeTerm], day: date) -> SomeTerm | None:
    """The principal on that day; on the day of a change it is the successor. None where nobody was."""
    serving = [
        term for term in terms if term.started_on <= day and (term.ended_on is None or day <= term.ended_on)
    ]
    return max(serving, key=lambda term: term.started_on, default=None)


def overlap(one: Term, other: Term) -> bool:
    """Whether two terms stand in each other's way. One may end on the day the other begins."""
    if one.started_on == other.started_on:
        return True
    first, second = sorted((one, other), key=lambda term: term.started_on)
    return first.ended_on is None or second.started_on < first.ended_on


def overlapping(terms: Iterable[SomeTerm], new: Term) -> SomeTerm | None:
    """The first of the terms that the new one overlaps."""
    return next((term for term in terms if overlap(term, new)), None)


def handover_missing(term: Term, handed_over_on: date | None) -> bool:
    """Whether somebody left and nobody recorded to whom the rectification passed （整改责任交接）."""
    return term.ended_on is not None and handed_over_on is None
