"""Rounds, organisations, findings and sheets for tests; everything that is not said gets a plain value."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import SQLModel, col, insert, select

from xczg.access.permissions import Actor
from xczg.rules.rulebook import Rulebook, parse_rulebook
from xczg.rules.text import text_key
from xczg.rules.values import FindingKind, FindingStatus, Role, ScoringUnit
from xczg.services.ledger_import import LedgerOrder, LedgerReport, import_ledger
from xczg.services.ledger_plan import Mode, stored_key
from xczg.services.results import RoundReading, read_round, round_row
from xczg.services.rounds import add_round, confirm_open_points
from xczg.store.engine import reading, writing
from xczg.store.settings import RULEBOOKS
from xczg.store.tables import Finding, Inspection, Measure, Organization, ScoreLine, ScoreSheet

FEEDBACK = date(2024, 6, 28)
TODAY = date(2024, 11, 20)
ROUND = "八届市委第六轮"
OFFICE = Actor("office", "巡察办某", frozenset({Role.OFFICE}))
UNITS = tuple(ScoringUnit)


@cache
def rulebook_text() -> str:
    """The rulebook that ships."""
    return (RULEBOOKS / "sanmenxia-2024-trial.toml").read_text("utf-8")


@cache
def rulebook() -> Rulebook:
    """The rulebook that ships, read."""
    return parse_rulebook(rulebook_text())


def actor(role: Role, **scope: Any) -> Actor:
    """Somebody with one role."""
    return Actor(role.value, role.label, frozenset({role}), **scope)


def make_round(engine: Engine, name: str = ROUND, feedback: date = FEEDBACK) -> int:
    """A round under the rulebook that ships."""
    return add_round(engine, OFFICE, name, feedback, rulebooks=RULEBOOKS)


def make_organization(engine: Engine, name: str) -> int:
    """An organisation; the one there is, if the name is known."""
    with writing(engine) as session:
        known = session.exec(
            select(Organization.id).where(col(Organization.name_key) == text_key(name))
        ).first()
        if known is not None:
            return known
        added = Organization(name=name, name_key=text_key(name))
        session.add(added)
        session.flush()
        return added.id


def make_inspection(engine: Engine, round_id: int, name: str = "甲局党组", **values: Any) -> int:
    """An organisation in a round; `exempted=True` gives it a decision and its basis."""
    if values.pop("exempted", False):
        values |= {"exempted_on": FEEDBACK, "exemption_basis": "领导小组会议决定"}
    organization = make_organization(engine, name)
    with writing(engine) as session:
        added = Inspection(round_id=round_id, organization_id=organization, **values)
        session.add(added)
        session.flush()
        return added.id


def make_finding(engine: Engine, inspection_id: int, text: str = "学习不深入", **values: Any) -> int:
    """A finding, 未完成 and undated unless said otherwise."""
    return make_findings(engine, inspection_id, [{"text": text, **values}])[0]


def make_findings(engine: Engine, inspection_id: int, wanted: list[dict[str, Any]]) -> list[int]:
    """Several findings in one go."""
    plain = {"kind": FindingKind.INSPECTION, "status": FindingStatus.NOT_COMPLETED}
    with writing(engine) as session:
        added = [
            Finding(
                **plain | {"position": place} | values,
                inspection_id=inspection_id,
                text_key=stored_key(values["text"]),
            )
            for place, values in enumerate(wanted, 1)
        ]
        session.add_all(added)
        session.flush()
        return [finding.id for finding in added]


def make_measure(engine: Engine, finding_id: int, position: int = 1, **values: Any) -> int:
    """A measure of a finding."""
    with writing(engine) as session:
        added = Measure(finding_id=finding_id, position=position, **{"text": f"措施{position}", **values})
        session.add(added)
        session.flush()
        return added.id


def spread(total: Decimal) -> dict[str, Decimal]:
    """A total as points by criterion: each gets its maximum until nothing is left."""
    points = {}
    for criterion in rulebook().criteria.value:
        points[criterion.number] = min(total, criterion.points)
        total -= points[criterion.number]
    return points


def make_sheet(
    engine: Engine,
    inspection_id: int,
    unit: ScoringUnit,
    total: str | Decimal = "90",
    *,
    lines: int | None = None,
    **values: Any,
) -> int:
    """A sheet with this total; with `lines` only so many criteria are filled （未齐）."""
    points = list(spread(Decimal(total)).items())[:lines]
    sheet = {"complete": lines is None, "recorded_by": "office", **values}
    with writing(engine) as session:
        added = ScoreSheet(inspection_id=inspection_id, unit=unit, **sheet)
        session.add(added)
        session.flush()
        rows = [{"sheet_id": added.id, "criterion": key, "points": one, "reason": ""} for key, one in points]
        session.execute(insert(ScoreLine), rows)
        return added.id


def make_scored(engine: Engine, round_id: int, scores: dict[str, tuple[str, str, str]]) -> dict[str, int]:
    """Organisations with complete sheets of all three units, in the order of the regulation."""
    made = {}
    for name, totals in scores.items():
        made[name] = make_inspection(engine, round_id, name)
        for unit, total in zip(UNITS, totals, strict=True):
            make_sheet(engine, made[name], unit, total)
    return made


def confirm(engine: Engine, round_id: int) -> int:
    """All open points confirmed by the office; how many were new."""
    return len(
        confirm_open_points(engine, OFFICE, round_id, confirmed_on=FEEDBACK, basis="办公室会议", today=TODAY)
    )


def read(engine: Engine, round_id: int, today: date = TODAY) -> RoundReading:
    """The round as everybody reads it."""
    with reading(engine) as session:
        return read_round(session, round_row(session, round_id), today)


def import_file(engine: Engine, round_id: int, content: bytes, **more: Any) -> LedgerReport:
    """Import a ledger as the office, new organisations allowed unless said otherwise."""
    dry_run = more.pop("dry_run", False)
    who = more.pop("who", OFFICE)
    order = {"name": "台账.xlsx", "create_organizations": True} | more
    if "mode" in order:
        order["mode"] = Mode(order["mode"])
    return import_ledger(
        engine, who, LedgerOrder(content=content, round_id=round_id, **order), dry_run=dry_run
    )


def everything(engine: Engine, *leave_out: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, for telling that nothing was written."""
    with reading(engine) as session:
        return {
            table.name: sorted(map(tuple, session.connection().execute(table.select())), key=repr)
            for table in SQLModel.metadata.sorted_tables
            if table.name not in leave_out
        }


def all_of(engine: Engine, table: type[Any]) -> list[Any]:
    """The rows of one table by their number."""
    with reading(engine) as session:
        found = list(session.exec(select(table).order_by(col(table.id))))
        session.expunge_all()
        return found


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements that run inside the block, BEGIN left out."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
