"""待办事项: where people arrive, what it lists, and the click that leads on."""

from datetime import timedelta

import pytest

from tests.factories import make_finding, make_inspection, make_round
from tests.office import Office, words
from tests.pages.looking import DUE, everything, go, look, metrics, table
from tests.pages.test_empty_and_speed import statements
from xczg.rules.values import Role
from xczg.store.clock import today

ARRIVAL = {Role.LEADER: "还没有", Role.ADMIN: "账号权限"}


@pytest.fixture
def late(app: Office) -> Office:
    """Two organisations, each with a finding ten days late."""
    round_id = make_round(app.engine, "一轮", today() - timedelta(days=30))
    for name in ("甲局党组", "乙局党组"):
        inspection = make_inspection(app.engine, round_id, name, team=1)
        make_finding(app.engine, inspection, due_date=today() - timedelta(days=10))
    return app


@pytest.mark.parametrize("role", list(Role))
def test_people_arrive_at_their_tasks_leaders_at_the_overview(app: Office, role: Role) -> None:
    test = app.session(role).run()
    if role in ARRIVAL:
        assert ARRIVAL[role] in words(test)
    else:
        assert test.title[0].value == "待办事项"


def test_the_office_starts_with_its_own_and_may_see_everybodys(late: Office) -> None:
    test = look(late, Role.OFFICE, DUE)
    assert test.selectbox(key="owner").value == "市委巡察办"
    assert {row["由谁办理"] for row in table(test, "由谁办理")} == {"市委巡察办"}
    test.selectbox(key="owner").set_value("全部单位").run()
    rows = table(test, "由谁办理")
    overdue = [row for row in rows if row["紧急程度"] == ["逾期"]]
    assert [row["被巡察党组织"] for row in overdue] == ["乙局党组", "甲局党组"]
    assert all(row["期限"].endswith("，逾期10天") for row in overdue)
    shown = metrics(test)
    assert shown["逾期（件）"][0] == "2"
    assert sum(int(value) for value, _ in shown.values()) == len(rows)
    go(test, DUE, owner="被巡察党组织", urgency="逾期")
    assert len(table(test, "由谁办理")) == 2


def test_an_organisation_sees_its_own_and_no_name_of_another(late: Office) -> None:
    test = look(late, Role.ORGANIZATION, DUE)
    assert [row["事项"] for row in table(test, "事项")] == ["1项反馈问题逾期未完成"]
    assert "乙局党组" not in everything(test)
    assert [one.label for one in test.selectbox] == ["提醒函（一个党组织一份）"]


def test_a_click_opens_the_page_of_the_next_step(late: Office) -> None:
    test = look(late, Role.ORGANIZATION, DUE)
    test.session_state["tasks"] = {"selection": {"rows": [], "columns": [], "cells": [(0, "事项")]}}
    test.run()
    assert test.title[0].value == "问题台账"
    assert test.query_params["only"] == ["逾期"] or test.query_params["only"] == "逾期"


def test_the_number_of_statements_is_fixed(late: Office) -> None:
    test = late.session(Role.OFFICE).run()
    before = len(statements(go(test, DUE)))
    round_id = make_round(late.engine, "又一轮", today())
    for n in range(20):
        make_finding(late.engine, make_inspection(late.engine, round_id, f"单位{n}"), due_date=today())
    assert len(statements(go(test, DUE))) == before == 15
