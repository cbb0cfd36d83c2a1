"""Planning the findings of an inspection: texts from the city's data, filled in, measures, history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from xczg.rules.values import FindingKind, FindingStatus, MeasureType
from xczg.services.example.city import City, FindingSpec, Subcategory, seeded
from xczg.services.example.courses import Course, make_course
from xczg.services.example.days import after, moment
from xczg.services.example.finding_plan import Entry, FindingPlan
from xczg.services.example.marks import marks, slips
from xczg.services.example.rounds import InspectionPlan, Stage
from xczg.services.ledger_plan import stored_key

_STATUS_WORDS = {
    FindingStatus.COMPLETED: ("已完成", "已完成整改", "整改到位"),
    FindingStatus.BASICALLY_COMPLETED: ("基本完成", "阶段性完成"),
    FindingStatus.NOT_COMPLETED: ("整改中", "正在推进", "未完成"),
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A finding to write: its subcategory, its words, and a serial where it has one of its own."""

    part: Subcategory
    spec: FindingSpec
    serial: str = ""


def plan_findings(city: City, plan: InspectionPlan) -> tuple[FindingPlan, ...]:
    """All findings of an inspection, in the order of categories, as a ledger lists them."""
    rng = seeded("ledger", *plan.seed)
    imported_on = after(plan.feedback, rng.randint(12, 18))
    return tuple(
        _finding(rng, city, plan, imported_on, place=place, wanted=wanted)
        for place, wanted in enumerate(_wanted(rng, city, plan), 1)
    )


def _wanted(rng: Random, city: City, plan: InspectionPlan) -> list[_Wanted]:
    """What the inspection found; the extreme texts take the first places."""
    all_of = [(place, spec) for place, part in enumerate(city.subcategories) for spec in part.findings]
    chosen = sorted(rng.sample(all_of, plan.findings))
    wanted = [_Wanted(city.subcategories[place], _filled(rng, spec, plan)) for place, spec in chosen]
    if plan.stage is Stage.RECTIFICATION and plan.member.name == city.special.extreme_texts:
        for place, extreme in enumerate(city.extremes):
            one = wanted[place]
            wanted[place] = _Wanted(one.part, one.spec._replace(text=extreme.text), extreme.serial)
    return wanted


def _filled(rng: Random, spec: FindingSpec, plan: InspectionPlan) -> FindingSpec:
    number = rng.randint(3, 12)
    places = {
        "matter": rng.choice(plan.member.matters),
        "year": plan.feedback.year - 1,
        "earlier": plan.feedback.year - 2,
        "n": number,
        "less": rng.randint(1, number - 1),
        "money": f"{rng.randint(31, 4800) / 100:.2f}",
    }
    return FindingSpec(*(words.format_map(places) for words in spec))


def _finding(
    rng: Random,
    city: City,
    plan: InspectionPlan,
    imported_on: date,
    *,
    place: int,
    wanted: _Wanted,
) -> FindingPlan:
    part, spec = wanted.part, wanted.spec
    course = make_course(rng, plan, imported_on)
    leader = plan.member.kind.chief if rng.random() < 0.25 else rng.choice(plan.member.kind.deputies)
    unit = plan.member.kind.units[part.unit]
    fixed = {
        "position": place,
        "serial": wanted.serial or str(place),
        "text": spec.text,
        "text_key": stored_key(spec.text),
        "category": part.category,
        "subcategory": part.name,
        "kind": FindingKind.IMMEDIATE if course.immediate else part.kind,
        "target": part.target,
        "due_date": course.due,
        "long_term": course.long_term,
        "key_matter": rng.random() < 0.06,
        "leader": leader,
        "unit": unit,
        "remark": rng.choice(city.progress.remarks) if rng.random() < 0.08 else "",
    }
    return FindingPlan(
        fixed=fixed | marks(city, plan, fixed),
        measures=slips(plan, place, tuple(_measures(rng, wanted, course, leader, unit))),
        course=course,
        entries=tuple(_entries(rng, city, plan, spec.outcome, course)),
        period_end=plan.period_end,
        words={status: rng.choice(words) for status, words in _STATUS_WORDS.items()},
        evidence=rng.choice(city.progress.evidence),
    )


def _measures(
    rng: Random, wanted: _Wanted, course: Course, leader: str, unit: str
) -> Iterator[dict[str, Any]]:
    size = rng.choices((1, 2, 3, 4), (20, 35, 30, 15))[0]
    common = rng.sample(wanted.part.measures, size - 1)
    own = (wanted.spec.measure, wanted.spec.measure_type)
    for place, (text, kind) in enumerate((own, *common), 1):
        due = course.due
        if due and place < size:
            due = max(after(due, -rng.choice((0, 0, 7, 15))), course.imported_on)
            due = min(due, course.due or due)
        yield {
            "position": place,
            "text": text,
            "types": _types(rng, kind),
            "leader": leader,
            "unit": unit,
            "due_date": due,
            "long_term": course.long_term,
            "outcome": "",
        }


def _types(rng: Random, kind: str) -> dict[str, str]:
    number, cents = rng.randint(1, 4), rng.randint(20, 2600)
    if not kind:
        return {}
    return {kind: f"{cents / 100:.2f}" if kind == MeasureType.LOSSES_RECOVERED else str(number)}


def _entries(rng: Random, city: City, plan: InspectionPlan, outcome: str, course: Course) -> Iterator[Entry]:
    """One to three steps: the import, a step on the way, and the completion."""
    words = city.progress
    steps: list[tuple[date, str]] = [(course.imported_on, rng.choice(words.imported))]
    way = after(course.imported_on, rng.randint(12, 40))
    waiting = rng.choice(words.started if rng.random() < plan.member.quality else words.stalled)
    if course.basic_on:
        steps.append((course.basic_on, rng.choice(words.basic)))
    elif course.done_on is None or way < course.done_on:
        steps.append((way, waiting))
    if course.done_on:
        steps = [*(step for step in steps if step[0] < course.done_on), (course.done_on, outcome)]
    for day, summary in _in_order(steps):
        yield Entry(day, course.status_on(day), summary, moment(day, rng))


def _in_order(steps: Sequence[tuple[date, str]]) -> list[tuple[date, str]]:
    return sorted(dict(steps).items())
