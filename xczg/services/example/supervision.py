"""Routine supervision of the example city: entries of both units, result reports in their states (R1–R4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlmodel import Session

from xczg.rules.phases import deadlines
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import SUPERVISING, Look, required_contents, tasks_of
from xczg.rules.supervision_draft import EntryText, draft_overall, draft_section
from xczg.rules.values import ReportState, ScoringUnit
from xczg.services.example import writing as write
from xczg.services.example.city import City, seeded
from xczg.services.example.days import after, moment, workday
from xczg.services.example.rounds import InspectionPlan, RoundPlan, Stage
from xczg.store.tables import ReportSection, SupervisionEntry, SupervisionReport

# How much of the work is done in the last round, six weeks into its three months.
_SHARE = {ScoringUnit.DISCIPLINE: 0.5, ScoringUnit.PERSONNEL: 0.3}


@dataclass(frozen=True, slots=True)
class _Words:
    city: City
    rulebook: Rulebook


def add_supervision(
    session: Session,
    *,
    city: City,
    rulebook: Rulebook,
    plan: RoundPlan,
    keys: tuple[int, Sequence[int]],
    until: date,
) -> None:
    """Write what both units saw in a round; `keys` are the numbers of the round and of its inspections."""
    round_id, inspections = keys
    words = _Words(city, rulebook)
    rows = [
        {"inspection_id": key, **entry}
        for key, one in zip(inspections, plan.inspections, strict=True)
        if not one.exempted
        for unit in SUPERVISING
        for entry in _entries(words, one, unit, until)
    ]
    write.add_rows(session, SupervisionEntry, rows)
    if plan.stage is Stage.RECTIFICATION:
        return
    texts: dict[int, list[EntryText]] = {
        key: [] for key, one in zip(inspections, plan.inspections, strict=True) if not one.exempted
    }
    for number, row in enumerate(rows):
        look = Look(
            number, row["inspection_id"], row["unit"], row["content"], row["on_date"], row["judgement"]
        )
        texts[row["inspection_id"]].append(EntryText(look, tuple(row["methods"]), row["seen"]))
    for unit in SUPERVISING:
        own = {key: [one for one in found if one.look.unit is unit] for key, found in texts.items()}
        _report(session, words, plan, round_id, unit, own)


def _entries(words: _Words, plan: InspectionPlan, unit: ScoringUnit, until: date) -> Iterator[dict[str, Any]]:
    """One look at each content, now and then a second one; in the last round only what is done so far."""
    rng = seeded("supervision", unit.value, *plan.seed)
    for content in required_contents(words.rulebook, unit):
        running = plan.stage is Stage.RECTIFICATION
        done = rng.random() < (_SHARE[unit] if running else 1.0)
        for _ in range(1 + (rng.random() < 0.12)):
            last = min(until, plan.period_end)
            day = workday(plan.feedback + timedelta(days=rng.randint(10, 88)))
            day = workday(plan.feedback + timedelta(days=rng.randint(10, 40))) if running else day
            entry = _entry(rng, words, plan, unit, content, min(day, last))
            if done and plan.feedback <= entry["on_date"]:
                yield entry


def _entry(
    rng: Random, words: _Words, plan: InspectionPlan, unit: ScoringUnit, content: str, day: date
) -> dict[str, Any]:
    quality = min(0.999, max(0.0, plan.member.quality + rng.uniform(-0.12, 0.12)))
    seen = words.city.supervision.seen[content]
    judgements = words.rulebook.contents.judgements.value
    methods = words.rulebook.contents.routine_methods.value
    return {
        "unit": unit,
        "content": content,
        "tasks": [task.number for task in tasks_of(words.rulebook, unit, content)],
        "methods": sorted(rng.sample(methods, rng.choice((1, 1, 2, 3))), key=methods.index),
        "on_date": day,
        "seen": rng.choice(seen.good if quality > 0.45 else seen.weak) + "。",
        "judgement": judgements[int((1 - quality) * len(judgements))] if rng.random() < 0.85 else "",
        "recorded_by": unit.value,
        "recorded_at": moment(day, rng),
    }


def _report(
    session: Session,
    words: _Words,
    plan: RoundPlan,
    round_id: int,
    unit: ScoringUnit,
    texts: dict[int, list[EntryText]],
) -> None:
    """In time as a rule; one was returned and handed in anew, one came late."""
    due = deadlines(plan.inspections[0].feedback, words.rulebook.periods).report_due
    personnel = unit is ScoringUnit.PERSONNEL
    if personnel and plan.stage is Stage.DELIBERATED:
        _version(session, words, (round_id, unit, 1), texts, after(due, -4), words.city.supervision.returned)
        _version(session, words, (round_id, unit, 2), texts, after(due, 6))
    elif personnel and plan.stage is Stage.SCORING:
        _version(session, words, (round_id, unit, 1), texts, workday(due + timedelta(days=4)))
    else:
        _version(session, words, (round_id, unit, 1), texts, after(due, -1))


def _version(
    session: Session,
    words: _Words,
    named: tuple[int, ScoringUnit, int],
    texts: dict[int, list[EntryText]],
    day: date,
    returned: str = "",
) -> None:
    round_id, unit, version = named
    every = [text for found in texts.values() for text in found]
    at = moment(day, seeded("report", round_id, unit.value, version))
    row = {
        "round_id": round_id,
        "unit": unit,
        "version": version,
        "state": ReportState.RETURNED if returned else ReportState.SUBMITTED,
        "overall": draft_overall(every, words.rulebook, unit, organizations=len(texts)),
        "row_version": 3 if returned else 2,
        "recorded_by": unit.value,
        "recorded_at": at,
        "submitted_by": unit.value,
        "submitted_on": day,
        "submitted_at": at,
        "returned_by": write.OFFICE if returned else None,
        "returned_at": at + timedelta(days=3) if returned else None,
        "returned_reason": returned,
    }
    (report,) = write.add_with_ids(session, SupervisionReport, [row])
    sections = [
        {
            "report_id": report,
            "inspection_id": key,
            "text": draft_section(found, words.rulebook, unit),
        }
        for key, found in texts.items()
    ]
    write.add_rows(session, ReportSection, sections)
