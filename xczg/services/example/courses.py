"""The course of a finding: when it is due, when it is put right, and when it is closed out."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from xczg.rules.values import FindingStatus
from xczg.services.example.days import after
from xczg.services.example.rounds import InspectionPlan, Stage

_KINDS = {"immediate": 8, "long-term": 6, "undated": 3, "beyond": 9, "usual": 74}


@dataclass(frozen=True, slots=True)
class Course:
    """What happens to a finding and when, whether it lies in the past yet or not."""

    kind: str
    imported_on: date
    due: date | None
    basic_on: date | None
    done_on: date | None
    closed_on: date | None

    @property
    def immediate(self) -> bool:
        """立行立改."""
        return self.kind == "immediate"

    @property
    def long_term(self) -> bool:
        """长期坚持."""
        return self.kind == "long-term"

    def status_on(self, day: date) -> FindingStatus:
        """The status at the end of a day."""
        if self.done_on and self.done_on <= day:
            return FindingStatus.COMPLETED
        if self.basic_on and self.basic_on <= day:
            return FindingStatus.BASICALLY_COMPLETED
        return FindingStatus.NOT_COMPLETED


def make_course(rng: Random, plan: InspectionPlan, imported_on: date) -> Course:
    """A course: good organisations are done in time, weak ones late or never."""
    kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
    due = _due(rng, plan, kind)
    planned = due or after(plan.period_end, rng.randint(-30, 60))
    basic, done = _progress(rng, plan.member.quality * (0.6 if kind == "long-term" else 1), planned)
    if done:
        done = max(done, imported_on)
    if basic:
        basic = max(basic, after(imported_on, 5), imported_on)
        basic = basic if done is None or basic < done else None
    return Course(kind, imported_on, due, basic, done, _closed(rng, kind, plan.stage, done))


def _due(rng: Random, plan: InspectionPlan, kind: str) -> date | None:
    if kind in ("long-term", "undated"):
        return None
    if kind == "immediate":
        return after(plan.feedback, rng.randint(14, 22))
    if kind == "beyond":
        return after(plan.period_end, rng.choice((30, 60, 90, 180)))
    days = rng.choices((30, 38, 45, 60, 75, None), (12, 8, 15, 20, 15, 30))[0]
    return plan.period_end if days is None else after(plan.feedback, days)


def _progress(rng: Random, quality: float, planned: date) -> tuple[date | None, date | None]:
    """When it is basically completed and when completed; None for never."""
    roll, in_time = rng.random(), 0.12 + 0.86 * quality
    early, late, slip = rng.randint(0, 18), min(200, 4 + int(rng.expovariate(1 / 45))), rng.randint(-15, 25)
    halfway = rng.random() < 0.3 + 0.4 * quality
    if roll < in_time:
        return None, after(planned, -early)
    if roll < in_time + 0.6 * (1 - in_time):
        return (after(planned, -3) if halfway else None), after(planned, late)
    return (after(planned, slip) if halfway else None), None


def _closed(rng: Random, kind: str, stage: Stage, done: date | None) -> date | None:
    """The reviewer confirms a few weeks later; in the period itself only what was put right at once."""
    wanted, days = rng.random() < 0.92, rng.randint(7, 35)
    if done is None or not wanted:
        return None
    if kind == "immediate":
        return done + timedelta(days=days // 7)
    return None if stage is Stage.RECTIFICATION else after(done, days)
