"""Marks of findings that only the forms can set: why one is a key matter, what is not to be published."""

from typing import Any

from xczg.services.example.city import City, seeded
from xczg.services.example.finding_plan import Entry
from xczg.services.example.rounds import InspectionPlan


def marks(city: City, plan: InspectionPlan, fixed: dict[str, Any]) -> dict[str, Any]:
    """The circumstance of a key matter, and for about one finding in thirty 拟不公开 with its reason."""
    rng = seeded("marks", *plan.seed, fixed["position"])
    withheld = rng.random() < 0.03
    circumstance, reason = rng.choice(city.marks.circumstances), rng.choice(city.marks.withheld)
    return {
        "circumstance": circumstance if fixed["key_matter"] else "",
        "withheld": withheld,
        "withheld_reason": reason if withheld else "",
    }


def entered(place: int, entry: Entry, measures: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """The day of a step entered in the program, and with the last step what the measures came to."""
    if place == 0:
        return {"on_date": None, "quantities": {}}
    done = entry.status.rank == 2
    quantities = {name: amount for measure in measures for name, amount in measure["types"].items()}
    return {"on_date": entry.day, "quantities": quantities if done else {}}


def slips(
    plan: InspectionPlan, place: int, measures: tuple[dict[str, Any], ...]
) -> tuple[dict[str, Any], ...]:
    """In one finding of forty a type was ticked and its quantity left at 0, for the page to point out."""
    if seeded("slips", *plan.seed, place).random() >= 0.025:
        return measures
    return tuple(
        measure | {"types": dict.fromkeys(measure["types"], "0")} if number == 0 else measure
        for number, measure in enumerate(measures)
    )
