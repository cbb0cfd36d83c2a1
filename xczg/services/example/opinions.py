"""Satisfaction surveys, and what the office drafted and the leading group decided."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from xczg.rules.rulebook import Rulebook
from xczg.rules.triggers import JudgementKind
from xczg.services.example.city import City, seeded
from xczg.services.example.rounds import InspectionPlan, RoundPlan, Stage


def plan_surveys(city: City, plan: RoundPlan) -> dict[int, dict[str, int]]:
    """The ballots by place; none in the last round, and only some while visits are under way."""
    if plan.stage is Stage.RECTIFICATION:
        return {}
    return {
        place: _ballots(city, one)
        for place, one in enumerate(plan.inspections)
        if not one.exempted and (plan.stage is not Stage.SCORING or place % 5 < 3)
    }


def _ballots(city: City, plan: InspectionPlan) -> dict[str, int]:
    rng, name = seeded("ballots", *plan.seed), plan.member.name
    if name == city.special.few_ballots:
        counts = (3, 1, 0, 0, 0)
    elif name == city.special.low_satisfaction:
        counts = (9, 11, 17, 3, 1)
    else:
        ballots = rng.randint(24, 70)
        against = int(ballots * (1 - plan.member.quality) * rng.uniform(0.1, 0.35))
        basically = int((ballots - against) * rng.uniform(0.15, 0.4))
        counts = (ballots - against - basically, basically, against, rng.randint(0, 4), rng.randint(0, 2))
    names = ("satisfied", "basically_satisfied", "dissatisfied", "unaware", "invalid")
    return dict(zip(names, counts, strict=True))


def plan_judgements(
    city: City, rulebook: Rulebook, plan: RoundPlan, order: Sequence[int], decided_on: date
) -> list[dict[str, Any]]:
    """Judgements by place (lowest score first in `order`): decided ones count, drafts do not."""
    if plan.stage > Stage.DELIBERATED:
        return []
    basis = city.judgements.leading_group.format(year=decided_on.year, number=plan.stage + 3)
    decided = {"decided_on": decided_on, "basis": basis}
    draft = {"decided_on": None, "basis": ""}
    prominent = [
        {"place": place, "kind": JudgementKind.PROMINENT, "text": text}
        for place, text in zip(order, city.judgements.prominent, strict=False)
    ]
    circumstances = rulebook.consequences.circumstances.value
    circumstance = {
        "place": order[len(order) // 2],
        "kind": JudgementKind.CIRCUMSTANCE,
        "text": circumstances[0] if plan.stage is Stage.DELIBERATED else circumstances[-1],
    }
    if plan.stage is Stage.CIRCULATED:
        return [{**one, **decided} for one in (*prominent, circumstance)]
    half = len(prominent) // 2
    drafts = (*prominent[half:], circumstance)
    return [{**one, **decided} for one in prominent[:half]] + [{**one, **draft} for one in drafts]
