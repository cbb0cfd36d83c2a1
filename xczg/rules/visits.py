"""Field visits (R5, R7): nobody in two places, 回避, and whether the assessment keeps its month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xczg.rules.phases import Deadlines
from xczg.rules.values import ScoringUnit


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a group. The same name of the same unit in two groups is the same person."""

    unit: ScoringUnit
    name: str
    organization_id: int | None = None

    @property
    def identity(self) -> tuple[ScoringUnit, str]:
        """What makes two entries the same person."""
        return self.unit, self.name


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """Who is where, from the first day to the last, both included."""

    organization_id: int
    organization: str
    from_date: date
    until_date: date
    people: tuple[Person, ...]

    def meets(self, other: "PlannedVisit") -> bool:
        """Whether the two share a day."""
        return self.from_date <= other.until_date and other.from_date <= self.until_date


@dataclass(frozen=True, slots=True)
class Clash:
    """People who would be in two places, and where else they are."""

    names: tuple[str, ...]
    other: PlannedVisit


def clashes(planned: PlannedVisit, others: Iterable[PlannedVisit]) -> tuple[Clash, ...]:
    """Whom the plan would send to two organisations on the same day (R7: 安排实地督导事宜)."""
    mine = {person.identity for person in planned.people}
    found = []
    for other in others:
        if other.organization_id == planned.organization_id or not planned.meets(other):
            continue
        both = [person.name for person in other.people if person.identity in mine]
        if both:
            found.append(Clash(tuple(both), other))
    return tuple(found)


def must_stand_back(people: Iterable[Person], organization_id: int) -> tuple[Person, ...]:
    """回避: those whose own organisation is the inspected one."""
    return tuple(person for person in people if person.organization_id == organization_id)


def inspected_units(organization: str, names: Mapping[ScoringUnit, str]) -> tuple[ScoringUnit, ...]:
    """The scoring units that are themselves what is inspected: 崤陵市委组织部 is 市委组织部.

    A team inspects and is never inspected.
    """
    return tuple(
        unit for unit, name in names.items() if unit is not ScoringUnit.TEAM and name in organization
    )


@dataclass(frozen=True, slots=True)
class AssessmentCourse:
    """The concentrated assessment in time (R5): visits *and* wrap-up end within the month."""

    started: date | None
    visits_end: date | None
    wrap_up: date | None
    due: date

    @property
    def finished(self) -> date | None:
        """The day of the wrap-up meeting, or of the last visit where that is later; None while it runs."""
        if self.wrap_up is None:
            return None
        return max(self.wrap_up, self.visits_end or self.wrap_up)

    def late_by(self, today: date) -> int:
        """Days past the deadline: of the end where there is one, else of today; 0 when in time."""
        return max(0, ((self.finished or today) - self.due).days)

    @property
    def planned_late(self) -> bool:
        """Whether a visit is planned to end after the deadline."""
        return self.visits_end is not None and self.visits_end > self.due


def assessment_course(
    visits: Sequence[tuple[date, date]], *, consultation: date | None, wrap_up: date | None, dates: Deadlines
) -> AssessmentCourse:
    """When the assessment began (consultation meeting or first visit), and when it ends (R5, R7)."""
    starts = [first for first, _ in visits] + ([consultation] if consultation else [])
    return AssessmentCourse(
        started=min(starts, default=None),
        visits_end=max((last for _, last in visits), default=None),
        wrap_up=wrap_up,
        due=dates.assessment_due,
    )
