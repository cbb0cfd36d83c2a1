"""Routine supervision of the example city: complete where it is over, under way where it is not."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.factories import OFFICE, actor, all_of
from xczg.rules.values import ReportState, Role, ScoringUnit
from xczg.services.example import load_example
from xczg.services.readings import list_rounds
from xczg.services.supervision_readings import SupervisionReading, read_report, read_supervision
from xczg.store.settings import RULEBOOKS
from xczg.store.tables import SupervisionEntry

DISCIPLINE, PERSONNEL = ScoringUnit.DISCIPLINE, ScoringUnit.PERSONNEL


@pytest.mark.parametrize("today", [date(2026, 7, 14), date(2024, 2, 29), date(2027, 3, 31)])
def test_the_four_rounds(sqlite_engine: Engine, today: date) -> None:
    load_example(sqlite_engine, today=today, rulebooks=RULEBOOKS)
    rows = list_rounds(sqlite_engine, OFFICE)
    current, scoring, deliberated, circulated = (
        read_supervision(sqlite_engine, OFFICE, row, today) for row in rows
    )
    for over in (scoring, deliberated, circulated):
        assert states(over) == {ReportState.SUBMITTED}
        assert over.blanks(DISCIPLINE, PERSONNEL) == []
    late = {unit: standing.days_late for unit, standing in scoring.standings.items()}
    assert late[DISCIPLINE] == 0 < late[PERSONNEL]
    returned = read_report(sqlite_engine, OFFICE, rows[2], PERSONNEL, today)
    assert [one.state for one in returned.versions] == [ReportState.SUBMITTED, ReportState.RETURNED]
    assert states(current) == {ReportState.NOT_SUBMITTED}
    assert len(current.laggards) == 1
    for unit in (DISCIPLINE, PERSONNEL):
        required = sum(place[1] is unit and place[2] != "其他" for place in current.cells)
        assert required * 0.3 < len(current.blanks(unit)) < required * 0.9
    for entry in all_of(sqlite_engine, SupervisionEntry):
        assert entry.on_date < today
    assert read_supervision(sqlite_engine, actor(Role.DISCIPLINE), rows[0], today).may_write()


def states(found: SupervisionReading) -> set[ReportState]:
    return {standing.state for standing in found.standings.values()}
