"""What a page says while there is nothing to show, and how often it asks the database."""

from datetime import timedelta
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from tests.factories import counted_statements, make_findings, make_inspection, make_round, make_scored
from tests.office import Office, words
from tests.pages.looking import (
    ACCOUNTS,
    CLOSE_OUT,
    CONSULTATION,
    EXTENSIONS,
    FINDING,
    GROUPS,
    IMPORT,
    LEDGER,
    MATTERS,
    ORGANIZATION,
    ORGANIZATIONS,
    OVERVIEW,
    REPORT,
    ROUNDS,
    SATISFACTION,
    SCORE_SHEET,
    SCORES,
    SUBMISSIONS,
    SUPERVISION,
    TASKS,
    VISITS,
    WRAP_UP,
    go,
    links,
    look,
    metrics,
)
from xczg.access.runtime import runtime
from xczg.rules.phases import Act
from xczg.rules.values import FindingStatus, Role
from xczg.store.clock import today
from xczg.store.engine import writing
from xczg.store.tables import Account, RoundAct

NO_ROUND = "还没有可以查看的轮次。轮次由市委巡察办新建，导入整改台账后这里会显示整改和评估情况。"
OFFICE_PAGES = (OVERVIEW, ORGANIZATION, LEDGER, IMPORT, ROUNDS, SCORES)
OFFICE_PAGES += (CLOSE_OUT, EXTENSIONS, SUBMISSIONS, MATTERS)
OFFICE_PAGES += (TASKS, SUPERVISION, REPORT)
OFFICE_PAGES += (FINDING,)
OFFICE_PAGES += (ORGANIZATIONS,)
OFFICE_PAGES += (GROUPS, CONSULTATION, VISITS, SATISFACTION, WRAP_UP)


@pytest.mark.parametrize("role", list(Role))
def test_an_empty_database_says_what_comes_next(app: Office, role: Role) -> None:
    test = app.session(role).run()
    assert not test.exception
    assert not test.warning
    said = [one.value for one in test.info]
    if role is Role.ADMIN:
        assert test.title[0].value == "账号权限"
    elif role is Role.DEPARTMENT:
        assert "目前还没有" in said[0]
    elif role is Role.LEADER:
        assert said == [NO_ROUND]
    else:
        assert said == ["目前没有需要您办理的事项。有新的事项或期限临近时，会自动列在这里。"]
    if role is Role.OFFICE:
        go(test, OVERVIEW)
        assert [one.value for one in test.info] == [NO_ROUND]
        assert links(test) == [("去新建轮次", "rounds", {})]


def test_every_page_of_the_office_opens_on_an_empty_database(app: Office) -> None:
    test = app.session(Role.OFFICE).run()
    for page in OFFICE_PAGES:
        go(test, page)
        assert "还没有" in words(test), page
    go(test, ACCOUNTS)
    assert test.warning


def test_a_round_without_organisations(app: Office) -> None:
    make_round(app.engine, "测试轮")
    test = app.session(Role.OFFICE).run()
    for page in OFFICE_PAGES:
        go(test, page)
    go(test, OVERVIEW)
    shown = metrics(test)
    assert [shown[name][0] for name in ("被巡察党组织（个）", "反馈问题（个）", "评分完成（个）")] == [
        "0",
        "0",
        "0/0",
    ]
    said = words(test)
    assert "本轮还没有反馈问题，导入整改台账后这里显示各党组织的整改完成情况。" in said
    assert "没有需要提示的党组织" in said
    assert "没有未整改到位的事项。" in said
    go(test, ORGANIZATION)
    assert "请在右上方选择一个党组织" in words(test)
    go(test, LEDGER)
    assert "没有符合条件的反馈问题" in words(test)
    assert [link.value for link in test.page_link] == ["新增反馈问题", "去导入整改台账"]


def filled(app: Office, name: str, organizations: int) -> None:
    """A round with findings and scores, aggregated."""
    round_id = make_round(app.engine, name, today() - timedelta(days=400))
    scores = {
        f"{name}{n:02}局": (str(Decimal(60) + n % 40), "80", str(Decimal("70.5") + n % 20))
        for n in range(organizations)
    }
    late = today() - timedelta(days=365)
    for place, inspection in enumerate(make_scored(app.engine, round_id, scores).values()):
        texts = [
            {"text": f"问题{n}", "due_date": late, "status": list(FindingStatus)[n % 3], "category": f"{n}类"}
            for n in range(1 + place % 5 if organizations > 1 else 1)
        ]
        make_findings(app.engine, inspection, texts)
    with writing(app.engine) as session:
        session.add(RoundAct(round_id=round_id, act=Act.AGGREGATED, on_date=today(), recorded_by="office"))


def statements(test: AppTest) -> list[str]:
    with counted_statements(runtime().engine) as seen:
        test.run()
    assert not test.exception
    assert not [text for text in seen if not text.startswith(("SELECT", "WITH"))], "looking writes nothing"
    return seen


# Who it is, the rounds and their acts: three on every page. The page of rounds names later feedback dates.
STATEMENTS = {OVERVIEW: 8, ORGANIZATION: 11, LEDGER: 7, IMPORT: 4, ROUNDS: 4, SCORES: 7}
STATEMENTS |= {CLOSE_OUT: 6, EXTENSIONS: 7, SUBMISSIONS: 5, MATTERS: 4}
STATEMENTS |= {TASKS: 6, SUPERVISION: 9, REPORT: 7}
STATEMENTS |= {FINDING: 4}
STATEMENTS |= {ORGANIZATIONS: 4, ROUNDS: 5}
STATEMENTS |= {GROUPS: 10, CONSULTATION: 11, VISITS: 13, SATISFACTION: 4, WRAP_UP: 17}
STATEMENTS |= {SCORES: 10}


def test_the_number_of_statements_is_fixed_and_does_not_grow(app: Office) -> None:
    filled(app, "一家", 1)
    test = app.session(Role.OFFICE).run()
    one = {page: len(statements(go(test, page, round="一家", org="一家00局"))) for page in OFFICE_PAGES}
    assert one == STATEMENTS

    filled(app, "四十", 40)
    for n in range(3):
        make_round(app.engine, f"空轮{n}")
    forty = {page: len(statements(go(test, page, round="四十", org="四十07局"))) for page in OFFICE_PAGES}
    assert forty == STATEMENTS


def test_a_later_feedback_date_costs_no_statement(app: Office) -> None:
    round_id = make_round(app.engine)
    make_inspection(app.engine, round_id, feedback_date=today())
    test = look(app, Role.OFFICE, OVERVIEW)
    assert len(statements(test)) == STATEMENTS[OVERVIEW]


def test_the_sheet_of_a_unit_costs_a_fixed_number_of_statements(app: Office) -> None:
    filled(app, "一家", 1)
    filled(app, "四十", 40)
    test = app.session(Role.DISCIPLINE).run()
    counts = [
        len(statements(go(test, SCORE_SHEET, round=name, org=f"{name}00局"))) for name in ("一家", "四十")
    ]
    assert counts == [18, 18]


def test_a_selected_finding_costs_three_statements_more(app: Office) -> None:
    make_findings(app.engine, make_inspection(app.engine, make_round(app.engine), "甲局"), [{"text": "一"}])
    test = look(app, Role.OFFICE, LEDGER)
    before = len(statements(test))
    test.session_state["findings"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert len(statements(test)) == before + 3


def test_a_page_somebody_may_not_open_costs_one_statement(app: Office) -> None:
    make_round(app.engine)
    test = look(app, Role.LEADER, SCORES)
    (only,) = statements(test)
    assert Account.__tablename__ in only
