"""Principals with their handovers: no two at once, nothing overwritten."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.factories import OFFICE, all_of, everything, make_inspection, make_organization, make_round
from xczg.services.inspections import read_inspections
from xczg.services.tenures import (
    Departure,
    TenureFields,
    add_tenure,
    change_tenure,
    principal_on,
    remove_tenure,
)
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import AuditEntry, Tenure

START, CHANGE = date(2022, 3, 1), date(2024, 8, 15)
FIRST = TenureFields("张某某", "党组书记、局长", START)
SECOND = TenureFields("李某某", "党组书记、局长", CHANGE)


@pytest.fixture
def organization(engine: Engine) -> int:
    return make_organization(engine, "甲局党组")


def test_a_change_of_principals_is_one_act_with_its_handover(engine: Engine, organization: int):
    first = add_tenure(engine, OFFICE, organization, FIRST)
    departure = Departure(first, 1, CHANGE, CHANGE + timedelta(3), "移交台账和未完成事项清单")
    add_tenure(engine, OFFICE, organization, SECOND, departure=departure)
    before, after = all_of(engine, Tenure)
    assert (before.ended_on, before.handed_over_on, before.handover_note) == (
        CHANGE,
        CHANGE + timedelta(3),
        "移交台账和未完成事项清单",
    )
    assert after.ended_on is None
    for day, name in ((CHANGE - timedelta(1), "张某某"), (CHANGE, "李某某")):
        assert principal_on(engine, OFFICE, organization, day).name == name
    assert principal_on(engine, OFFICE, organization, START - timedelta(1)) is None
    entries = all_of(engine, AuditEntry)
    assert [entry.action for entry in entries] == [
        "登记主要负责人任职",
        "修改主要负责人任职",
        "登记主要负责人任职",
    ]
    assert entries[1].detail["修改"]["离任"] == f"→{CHANGE}"


def test_a_departure_and_an_entry_that_do_not_fit_write_nothing(engine: Engine, organization: int):
    first = add_tenure(engine, OFFICE, organization, FIRST)
    before = everything(engine)
    late = Departure(first, 1, CHANGE + timedelta(9), None, "")
    with pytest.raises(RefusedError, match="重叠"):
        add_tenure(engine, OFFICE, organization, SECOND, departure=late)
    other = make_organization(engine, "乙局党组")
    before["organization"] = everything(engine)["organization"]
    with pytest.raises(RefusedError, match="没有找到"):
        add_tenure(engine, OFFICE, other, SECOND, departure=replace(late, ended_on=CHANGE))
    assert everything(engine) == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (SECOND, r"与张某某的任期（2022-03-01起，尚未登记离任）重叠"),
        (replace(FIRST, name=" "), "请填写主要负责人姓名"),
        (replace(FIRST, post=""), "请填写职务"),
        (replace(FIRST, ended_on=START - timedelta(1)), "离任日期早于任职日期"),
        (replace(FIRST, handed_over_on=CHANGE), "请先填写离任日期"),
        (
            replace(FIRST, ended_on=CHANGE, handed_over_on=START - timedelta(1)),
            "交接日期早于任职日期",
        ),
        (replace(FIRST, handover_note="x" * 501), "不超过500字"),
    ],
)
def test_what_cannot_be_a_tenure_is_refused(engine: Engine, organization: int, fields, said: str):
    add_tenure(engine, OFFICE, organization, FIRST)
    before = everything(engine)
    with pytest.raises(RefusedError, match=said):
        add_tenure(engine, OFFICE, organization, fields)
    assert everything(engine) == before


def test_a_correction_does_not_overlap_itself_but_others(engine: Engine, organization: int):
    first = add_tenure(engine, OFFICE, organization, replace(FIRST, ended_on=CHANGE))
    add_tenure(engine, OFFICE, organization, SECOND)
    change_tenure(engine, OFFICE, first, 1, replace(FIRST, ended_on=CHANGE - timedelta(2)))
    with pytest.raises(RefusedError, match="与李某某的任期"):
        change_tenure(engine, OFFICE, first, 2, FIRST)


def test_two_people_correct_the_same_tenure(engine: Engine, organization: int):
    first = add_tenure(engine, OFFICE, organization, FIRST)
    change_tenure(engine, OFFICE, first, 1, replace(FIRST, post="党组书记"))
    with pytest.raises(StaleError) as stale:
        change_tenure(engine, OFFICE, first, 1, replace(FIRST, name="王某某"))
    assert stale.value.stored.post == "党组书记"
    with pytest.raises(StaleError):
        remove_tenure(engine, OFFICE, first, 1)
    remove_tenure(engine, OFFICE, first, 2)
    assert all_of(engine, Tenure) == []
    assert all_of(engine, AuditEntry)[-1].detail["职务"] == "党组书记"


def test_a_departure_in_the_rectification_without_handover_shows_in_the_round(
    engine: Engine, organization: int
):
    round_id = make_round(engine, feedback=date(2024, 6, 28))
    make_inspection(engine, round_id, "甲局党组")
    first = add_tenure(engine, OFFICE, organization, FIRST)

    def shown(day: date):
        (row,) = read_inspections(engine, OFFICE, round_id, day)
        return row.principal, row.departed

    assert shown(CHANGE) == ("张某某", False)
    add_tenure(engine, OFFICE, organization, SECOND, departure=Departure(first, 1, CHANGE, None, ""))
    assert shown(CHANGE - timedelta(1)) == ("张某某", False)
    assert shown(CHANGE) == ("李某某", True)
    change_tenure(engine, OFFICE, first, 2, replace(FIRST, ended_on=CHANGE, handed_over_on=CHANGE))
    assert shown(CHANGE) == ("李某某", False)
