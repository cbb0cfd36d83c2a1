"""Bulk writers of everything but scores: plans in, rows out, inside one open transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, SQLModel, col

from xczg.rules.rulebook import checksum, parse_rulebook
from xczg.rules.text import text_key
from xczg.services.example.city import City, members, seeded
from xczg.services.example.days import after, moment
from xczg.services.example.finding_plan import FindingPlan
from xczg.services.example.marks import entered
from xczg.services.example.rounds import RoundPlan
from xczg.store.tables import (
    Finding,
    Inspection,
    Measure,
    OpenPointConfirmation,
    Organization,
    ProgressEntry,
    Round,
    RulebookVersion,
)

OFFICE = "office"
Rows = Sequence[dict[str, Any]]


def add_rows(session: Session, table: type[SQLModel], rows: Rows) -> None:
    """Write many rows in one statement."""
    if rows:
        session.execute(insert(table), rows)


def add_with_ids(session: Session, table: Any, rows: Rows) -> list[int]:
    """Write many rows and return their numbers, which the database gives, in the order of the rows."""
    if not rows:
        return []
    return list(session.scalars(insert(table).returning(col(table.id), sort_by_parameter_order=True), rows))


def add_rulebook(session: Session, city: City, content: str, day: date) -> int:
    """Store the rulebook with all its open points confirmed."""
    rulebook, at = parse_rulebook(content), moment(day, seeded("rulebook"))
    stored = RulebookVersion(
        key=rulebook.id, version=1, content=content, checksum=checksum(content), stored_at=at
    )
    session.add(stored)
    session.flush()
    assert stored.id is not None
    basis = city.judgements.office_meeting.format(year=day.year, number=3)
    rows = [
        {
            "rulebook_version_id": stored.id,
            "point": point,
            "confirmed_on": day,
            "basis": basis,
            "confirmed_by": OFFICE,
        }
        for point in rulebook.open_points()
    ]
    add_rows(session, OpenPointConfirmation, rows)
    return stored.id


def add_organizations(session: Session, city: City, day: date) -> dict[str, int]:
    """All organisations of the city by name."""
    at, names = moment(day, seeded("organizations")), [member.name for member in members(city)]
    rows = [{"name": name, "name_key": text_key(name), "created_at": at} for name in names]
    return dict(zip(names, add_with_ids(session, Organization, rows), strict=True))


def add_round(session: Session, city: City, plan: RoundPlan, rulebook_version: int) -> int:
    """The round itself."""
    at = moment(plan.feedback, seeded("round", plan.name))
    row = Round(
        name=plan.name,
        term=city.directory.term,
        feedback_date=plan.feedback,
        rulebook_version_id=rulebook_version,
        created_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def add_inspections(
    session: Session,
    city: City,
    plan: RoundPlan,
    round_id: int,
    organizations: dict[str, int],
    details: Rows,
) -> list[int]:
    """The inspections of a round, in its order, each with its kind and contact."""
    exempted_on = after(plan.period_end, 10)
    rows = [
        {
            "round_id": round_id,
            "organization_id": organizations[one.member.name],
            "feedback_date": one.own_feedback,
            "team": one.team,
            "exempted_on": exempted_on if one.exempted else None,
            "exemption_basis": city.special.exemption_basis if one.exempted else None,
            **detail,
        }
        for one, detail in zip(plan.inspections, details, strict=True)
    ]
    return add_with_ids(session, Inspection, rows)


def add_findings(
    session: Session, owned: Sequence[tuple[int, FindingPlan]], *, as_of: date, until: date
) -> list[int]:
    """The findings as they stood on `as_of`, with measures and history up to `until`; returns their ids."""
    rows = [{"inspection_id": owner, **plan.fixed, **plan.state_on(as_of)} for owner, plan in owned]
    ids = add_with_ids(session, Finding, rows)
    plans = [(key, plan) for key, (_, plan) in zip(ids, owned, strict=True)]
    measures = [{"finding_id": key, **measure} for key, plan in plans for measure in plan.measures_on(until)]
    add_rows(session, Measure, measures)
    add_rows(session, ProgressEntry, [row for key, plan in plans for row in _entries(key, plan, until)])
    return ids


def _entries(finding: int, plan: FindingPlan, until: date) -> list[dict[str, Any]]:
    return [
        {
            "finding_id": finding,
            "status": entry.status,
            "summary": entry.summary,
            "imported": place == 0,
            "recorded_by": OFFICE,
            "recorded_at": entry.moment,
            **entered(place, entry, plan.measures),
        }
        for place, entry in enumerate(plan.until(until))
    ]


def move_findings_on(
    session: Session, ids: Sequence[int], plans: Sequence[FindingPlan], *, since: date, until: date
) -> None:
    """Bring the findings of a frozen round to where they stand now; the frozen figures stay."""
    changed = [
        {"id": key, **plan.state_on(until)}
        for key, plan in zip(ids, plans, strict=True)
        if plan.state_on(until) != plan.state_on(since)
    ]
    if changed:
        session.execute(update(Finding), changed)
