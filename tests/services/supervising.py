"""Entries and reports for tests, written through the services."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import Engine

from tests.factories import actor, rulebook, rulebook_text
from xczg.access.permissions import Actor
from xczg.rules.rulebook import checksum
from xczg.rules.supervision import required_contents
from xczg.rules.values import Role, ScoringUnit
from xczg.services.readings import list_rounds
from xczg.services.supervised import unit_of
from xczg.services.supervision import EntryForm, record_entry
from xczg.services.supervision_import import make_task_template
from xczg.services.supervision_readings import (
    ReportReading,
    SupervisionReading,
    read_report,
    read_supervision,
)
from xczg.services.supervision_reports import draft_report, submit_report
from xczg.store.engine import writing
from xczg.store.tables import FrozenResult, Round, RulebookVersion

DISCIPLINE, PERSONNEL = actor(Role.DISCIPLINE), actor(Role.PERSONNEL)
DAY = date(2024, 7, 10)
IN_TIME = date(2024, 10, 3)  # the period ends on 2024-09-28, the report is due on 2024-10-05
DUTY = rulebook().contents.assessed.value[0]
LEADS = rulebook().contents.assessed.value[-1]
NOWHERE = Path("/nonexistent")  # no test here keeps a file unless it says where


def form(content: str = DUTY, **more: Any) -> EntryForm:
    """A form that is in order unless something is said."""
    plain = {"tasks": (), "methods": ("审核资料",), "on_date": DAY, "seen": "查看了台账"}
    return EntryForm(content, **plain | more)


def record(engine: Engine, inspection: int, content: str = DUTY, who: Actor = DISCIPLINE, **more: Any) -> int:
    """One entry."""
    return record_entry(engine, who, inspection, form(content, **more), today=IN_TIME, uploads=NOWHERE)


def record_all(engine: Engine, inspection: int, who: Actor = DISCIPLINE) -> None:
    """An entry for everything the unit has to look at."""
    unit = unit_of(who)
    assert unit is not None
    for content in required_contents(rulebook(), unit):
        record(engine, inspection, content, who)


def supervision(engine: Engine, who: Actor = DISCIPLINE, today: date = IN_TIME) -> SupervisionReading:
    """The newest round as somebody reads it."""
    return read_supervision(engine, who, list_rounds(engine, who)[0], today)


def report(
    engine: Engine,
    who: Actor = DISCIPLINE,
    unit: ScoringUnit | None = ScoringUnit.DISCIPLINE,
    version: int = 0,
) -> ReportReading:
    """A report of the newest round as somebody reads it."""
    return read_report(engine, who, list_rounds(engine, who)[0], unit, IN_TIME, version=version)


def submit(engine: Engine, who: Actor = DISCIPLINE, today: date = IN_TIME) -> int:
    """Draft if need be, and submit with the blanks there are; returns the report's number."""
    unit = unit_of(who)
    row = list_rounds(engine, who)[0]
    if report(engine, who, unit).chosen is None:
        draft_report(engine, who, row.id)
    found = report(engine, who, unit)
    assert found.chosen is not None
    submit_report(engine, who, found.chosen.id, found.edition, blanks_confirmed=found.blanks, today=today)
    return found.chosen.id


def freeze(engine: Engine) -> None:
    """The round's result is consented to."""
    with writing(engine) as session:
        session.add(
            FrozenResult(
                round_id=1, version=1, approved_on=IN_TIME, content="{}", checksum="x", recorded_by="office"
            )
        )


def joint(engine: Engine) -> None:
    """The round's rulebook asks for one joint report."""
    content = rulebook_text().replace(
        "joint_supervision_report = { value = false", "joint_supervision_report = { value = true"
    )
    with writing(engine) as session:
        stored = RulebookVersion(key="joint", version=1, content=content, checksum=checksum(content))
        session.add(stored)
        session.flush()
        session.get(Round, 1).rulebook_version_id = stored.id


def filled(engine: Engine, rows: dict[int, tuple[object, ...]], who: Actor = DISCIPLINE) -> bytes:
    """The template with the four last cells of some rows filled."""
    book = openpyxl.load_workbook(io.BytesIO(make_task_template(engine, who, 1)))
    for number, cells in rows.items():
        for column, value in enumerate(cells, 5):
            book.worksheets[0].cell(number, column, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
