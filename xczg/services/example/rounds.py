"""Which organisations each round inspects, by which team, and with how many findings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from xczg.rules.phases import deadlines
from xczg.rules.rulebook import Rulebook
from xczg.services.example.city import City, Member, RoundSpec, members, seeded
from xczg.services.example.days import feedback_dates

TEAMS = 8


class Stage(IntEnum):
    """How far each of the four rounds has come; also its place in the file."""

    CIRCULATED = 0
    DELIBERATED = 1
    SCORING = 2
    RECTIFICATION = 3


@dataclass(frozen=True, slots=True)
class InspectionPlan:
    """One organisation in one round."""

    round_name: str
    stage: Stage
    member: Member
    team: int
    feedback: date
    own_feedback: date | None
    period_end: date
    findings: int
    exempted: bool

    @property
    def seed(self) -> tuple[str, str]:
        """What makes this inspection's random numbers its own."""
        return self.round_name, self.member.name


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """One round with all its inspections."""

    name: str
    stage: Stage
    feedback: date
    period_end: date
    inspections: tuple[InspectionPlan, ...]

    def at(self, name: str) -> int:
        """The place of an organisation among the inspections."""
        return next(place for place, one in enumerate(self.inspections) if one.member.name == name)


def plan_rounds(city: City, rulebook: Rulebook, today: date) -> tuple[RoundPlan, ...]:
    """The four rounds; whoever was inspected least so far comes first."""
    pool, seen, plans = members(city), Counter[str](), []
    for stage, spec, feedback in zip(Stage, city.rounds, feedback_dates(today), strict=True):
        chosen = _choose(city, spec, stage, pool, seen)
        seen.update(member.name for member in chosen)
        end = deadlines(feedback, rulebook.periods).rectification_end
        inspections = tuple(
            _inspection(city, rulebook, spec, stage, place=place, member=member, feedback=feedback)
            for place, member in enumerate(chosen)
        )
        plans.append(RoundPlan(spec.name, stage, feedback, end, inspections))
    return tuple(plans)


def _choose(
    city: City, spec: RoundSpec, stage: Stage, pool: Sequence[Member], seen: Counter[str]
) -> list[Member]:
    needed, barred = _fixed(city, stage)
    others = [member for member in pool if member.name not in needed | barred]
    seeded("members", spec.name).shuffle(others)
    others.sort(key=lambda member: seen[member.name])
    names = needed | {member.name for member in others[: spec.organizations - len(needed)]}
    return [member for member in pool if member.name in names]


def _fixed(city: City, stage: Stage) -> tuple[set[str], set[str]]:
    """Who must take part in a round, and who may not (the special cases of other rounds)."""
    special = city.special
    always = {special.account, special.low_satisfaction}
    by_stage = {
        Stage.DELIBERATED: {special.exempted, special.few_ballots},
        Stage.RECTIFICATION: {
            special.later_feedback,
            special.without_findings,
            special.long_name,
            special.extreme_texts,
        },
    }
    barred = {special.exempted} if stage > Stage.DELIBERATED else set()
    return always | by_stage.get(stage, set()), barred


def _inspection(
    city: City,
    rulebook: Rulebook,
    spec: RoundSpec,
    stage: Stage,
    *,
    place: int,
    member: Member,
    feedback: date,
) -> InspectionPlan:
    last = stage is Stage.RECTIFICATION
    own = feedback + timedelta(days=14) if last and member.name == city.special.later_feedback else None
    spread = seeded("findings", spec.name, member.name).randint(-8, 9)
    empty = last and member.name == city.special.without_findings
    return InspectionPlan(
        round_name=spec.name,
        stage=stage,
        member=member,
        team=place % TEAMS + 1,
        feedback=own or feedback,
        own_feedback=own,
        period_end=deadlines(own or feedback, rulebook.periods).rectification_end,
        findings=0 if empty else spec.average_findings + spread,
        exempted=stage is Stage.DELIBERATED and member.name == city.special.exempted,
    )
