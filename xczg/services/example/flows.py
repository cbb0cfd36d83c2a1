"""Close-outs, extensions, papers handed in and matters by number of a round of the example city."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlmodel import Session

from xczg.rules.values import (
    CloseOutState,
    ExtensionState,
    FindingStatus,
    NamedMatterKind,
    SubmissionKind,
    SubmissionState,
)
from xczg.services.example.city import City, seeded
from xczg.services.example.days import after, moment
from xczg.services.example.finding_plan import FindingPlan
from xczg.services.example.rounds import InspectionPlan, RoundPlan, Stage
from xczg.services.example.writing import OFFICE, add_rows
from xczg.store import audit
from xczg.store.tables import CloseOut, Extension, NamedMatter, Submission

ORGANIZATION, DISCIPLINE = "organization", "discipline"
Row = dict[str, Any]
# The most numbers of each kind in one inspection.
_MOST = {
    NamedMatterKind.PERSON: 1,
    NamedMatterKind.MATTER: 2,
    NamedMatterKind.PROBLEM: 2,
    NamedMatterKind.TOPIC_REPORT: 2,
    NamedMatterKind.LEAD: 3,
    NamedMatterKind.COMPLAINT: 5,
}
_UNIT_KINDS = {NamedMatterKind.LEAD, NamedMatterKind.COMPLAINT}


def add_flows(
    session: Session,
    city: City,
    plan: RoundPlan,
    inspections: Sequence[int],
    findings: Sequence[tuple[int, FindingPlan]],
    *,
    until: date,
) -> None:
    """Write what happened in the flows up to a day; `findings` with their numbers."""
    rng = seeded("flows", plan.name)
    claims = [row for key, one in findings for row in _close_outs(rng, city, key, one, until)]
    add_rows(session, CloseOut, claims)
    extensions = [row for key, one in findings for row in _extensions(rng, city, key, one, until)]
    add_rows(session, Extension, extensions)
    owners = list(zip(inspections, plan.inspections, strict=True))
    papers = [row for key, one in owners for row in _papers(city, key, one, until)]
    add_rows(session, Submission, papers)
    matters = [row for key, one in owners for row in _matters(key, one, until)]
    add_rows(session, NamedMatter, matters)
    counts = {"销号": len(claims), "延期": len(extensions), "材料": len(papers), "移交事项": len(matters)}
    audit.record(session, OFFICE, "登记销号、延期和整改材料", plan.name, **counts)


def _close_outs(rng: Random, city: City, finding: int, plan: FindingPlan, until: date) -> Iterator[Row]:
    """A claim for what is closed; of what is completed only, some are claimed and some returned."""
    course, roll, wait = plan.course, rng.random(), rng.randint(1, 9)
    if course.done_on is None or course.done_on > until:
        return
    closed = course.closed_on is not None and course.closed_on <= until
    claimed_on = after(course.done_on, wait)
    if closed:
        assert course.closed_on is not None
        claimed_on = min(claimed_on, course.closed_on)
    claimed_on = max(course.done_on, claimed_on)
    if claimed_on > until or (not closed and roll > 0.45):
        return
    returned = not closed and roll < 0.1
    reviewed_on = course.closed_on if closed else min(until, after(claimed_on, 4)) if returned else None
    state = CloseOutState.UNDER_REVIEW
    if reviewed_on is not None:
        state = CloseOutState.RETURNED if returned else CloseOutState.CLOSED
        reviewed_on = max(reviewed_on, claimed_on)
    yield {
        "finding_id": finding,
        "state": state,
        "summary": plan.entries[-1].summary,
        "no_evidence_reason": city.flows.no_evidence,
        "claimed_by": ORGANIZATION,
        "claimed_at": moment(claimed_on, rng),
        "reviewed_by": OFFICE if reviewed_on else None,
        "reviewed_at": moment(reviewed_on, rng) + timedelta(minutes=30) if reviewed_on else None,
        "opinion": rng.choice(city.flows.returns if returned else city.flows.closes) if reviewed_on else "",
        "version": 2 if reviewed_on else 1,
    }


def _extensions(rng: Random, city: City, finding: int, plan: FindingPlan, until: date) -> Iterator[Row]:
    """Of what has a date and is open, some ask for a later one; the granted ones have it already."""
    roll, due = rng.random(), plan.course.due
    if due is None or plan.course.status_on(until) is FindingStatus.COMPLETED or roll > 0.08:
        return
    state = list(ExtensionState)[int(roll * 100) % 3]
    asked_on = min(after(due, -rng.randint(3, 9)), until)
    granted = state is ExtensionState.GRANTED
    old = after(due, -30) if granted else due
    asked = due if granted else after(max(due, until), 30)
    if granted:
        asked_on = min(after(old, -3), until)
    decided = state is not ExtensionState.ASKED
    at = moment(max(asked_on, plan.course.imported_on), rng)
    opinions = city.flows.grants if granted else city.flows.refusals
    yield {
        "finding_id": finding,
        "state": state,
        "old_due_date": old,
        "asked_due_date": asked,
        "reason": rng.choice(city.flows.extensions),
        "asked_by": ORGANIZATION,
        "asked_at": at,
        "decided_by": OFFICE if decided else None,
        "decided_at": at + timedelta(hours=1) if decided else None,
        "opinion": rng.choice(opinions) if decided else "",
        "version": 2 if decided else 1,
    }


def _papers(city: City, inspection: int, plan: InspectionPlan, until: date) -> Iterator[Row]:
    """Each paper in its time; in the round that is still running some wait and some were returned."""
    rng = seeded("papers", *plan.seed)
    days = {
        SubmissionKind.PLAN: after(plan.feedback, rng.randint(15, 26)),
        SubmissionKind.DEMOCRATIC_LIFE_MEETING: after(plan.feedback, rng.randint(34, 60)),
        SubmissionKind.PROGRESS_REPORT: after(plan.period_end, rng.randint(-6, 2)),
    }
    for kind, day in days.items():
        if day > until:
            continue
        running = plan.stage is Stage.RECTIFICATION
        first, second = rng.random() < 0.2, rng.random()
        if first:
            yield _paper(rng, city, inspection, kind, 1, day, SubmissionState.RETURNED)
        again = after(day, 6) if first else day
        if again > until or (first and running and second < 0.5):
            continue
        waits = running and second < 0.6
        state = SubmissionState.WAITING if waits else SubmissionState.ACCEPTED
        yield _paper(rng, city, inspection, kind, 2 if first else 1, again, state)


def _paper(
    rng: Random,
    city: City,
    inspection: int,
    kind: SubmissionKind,
    version: int,
    day: date,
    state: SubmissionState,
) -> Row:
    reviewed = state is not SubmissionState.WAITING
    returned = state is SubmissionState.RETURNED
    at = moment(day, rng)
    return {
        "inspection_id": inspection,
        "kind": kind,
        "version": version,
        "state": state,
        "meeting_on": after(day, -4),
        "signed_on": after(day, -1),
        "handed_in_on": day,
        "note": city.flows.paper_note,
        "handed_in_by": ORGANIZATION,
        "recorded_at": at,
        "opinion": (rng.choice(city.flows.paper_returns) if returned else "同意") if reviewed else "",
        "reviewed_by": OFFICE if reviewed else None,
        "reviewed_at": at + timedelta(minutes=50) if reviewed else None,
    }


def _matters(inspection: int, plan: InspectionPlan, until: date) -> Iterator[Row]:
    """A few numbers of each kind, the earlier the round the more of them handled."""
    rng = seeded("matters", *plan.seed)
    for kind, most in _MOST.items():
        for number in range(1, rng.randint(0, most) + 1):
            on_date = min(after(plan.feedback, rng.randint(3, 10)), until)
            done = after(on_date, rng.randint(20, 90))
            handled_on = done if done <= until and rng.random() < 0.85 else None
            yield {
                "inspection_id": inspection,
                "kind": kind,
                "number": number,
                "on_date": on_date,
                "handled": handled_on is not None,
                "handled_on": handled_on,
                "version": 2 if handled_on else 1,
                "recorded_by": DISCIPLINE if kind in _UNIT_KINDS else OFFICE,
                "recorded_at": moment(on_date, rng),
            }
