"""The ledger on screen: filters from the address and by hand, pages, one finding in full, the export."""

import re
from datetime import UTC, date, datetime

import pytest

from tests.factories import (
    OFFICE,
    actor,
    make_finding,
    make_findings,
    make_inspection,
    make_measure,
    make_round,
)
from tests.office import Office, words
from tests.pages.looking import CIRCULATED, CURRENT, DELIBERATED, LEDGER, look, table
from xczg.rules.values import FindingKind, FindingStatus, Role
from xczg.services.readings import list_rounds, read_choices, read_finding, read_ledger_rows
from xczg.store.clock import today
from xczg.store.engine import writing
from xczg.store.tables import ProgressEntry
from xczg.store.views.ledger import LedgerFilter, LedgerRow
from xczg.ui.words import long_day, plain

NOT_COMPLETED = FindingStatus.NOT_COMPLETED


def findings(app: Office, name: str = CURRENT, **wanted: object) -> tuple[LedgerRow, ...]:
    """All that a filter finds, as the services have it."""
    row = next(row for row in list_rounds(app.engine, OFFICE) if row.name == name)
    return read_ledger_rows(app.engine, OFFICE, LedgerFilter(row.id, **wanted), today(), page=1, size=5000)


def shown(test) -> list[tuple[str, str]]:
    return [(row["被巡察党组织"], row["反馈问题"]) for row in table(test, "反馈问题", "措施")]


def expected(rows) -> list[tuple[str, str]]:
    return [(row.organization, row.text) for row in rows]


def test_without_a_filter_the_first_fifty_of_all(city: Office) -> None:
    rows = findings(city)
    test = look(city, Role.LEADER, LEDGER)
    assert shown(test) == expected(rows[:50])
    counts = [sum(row.status is status for row in rows) for status in FindingStatus]
    total = "、".join(f"{status.value}{n}个" for status, n in zip(FindingStatus, counts, strict=True))
    assert f"{CURRENT}：全部反馈问题，共{len(rows)}个（{total}）。" in words(test).replace("\\", "")
    assert "数据截至" in test.caption[-1].value
    assert "口径" in test.caption[-1].value


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ({"status": "基本完成"}, {"status": FindingStatus.BASICALLY_COMPLETED}),
        ({"only": "逾期"}, {"overdue": True}),
        (
            {"only": "长期坚持", "status": "未完成"},
            {"long_term": True, "status": NOT_COMPLETED},
        ),
        ({"only": "重点关注"}, {"key_matter": True}),
        ({"kind": "立行立改"}, {"kind": FindingKind.IMMEDIATE}),
        ({"q": "资金"}, {"text": "资金"}),
        ({"q": "%"}, {"text": "%"}),
        ({"unit": "办公室"}, {"unit": "办公室"}),
        ({"category": "群众身边不正之风和腐败问题"}, {"category": "群众身边不正之风和腐败问题"}),
    ],
)
def test_a_filter_in_the_address(city: Office, address: dict, wanted: dict) -> None:
    rows = findings(city, **wanted)
    test = look(city, Role.OFFICE, LEDGER, **address)
    assert f"共{len(rows)}个" in words(test)
    if rows:
        assert shown(test) == expected(rows[:50])
        assert test.get("download_button")[0].label == f"导出筛选结果（{len(rows)}个）"


def test_filters_by_hand_come_back_to_the_first_page(city: Office) -> None:
    test = look(city, Role.OFFICE, LEDGER, page="3")
    assert shown(test) == expected(findings(city)[100:150])
    test.selectbox(key="status").select("未完成").run()
    rows = findings(city, status=NOT_COMPLETED)
    assert shown(test) == expected(rows[:50])
    test.button_group(key="only").set_value(["逾期"]).run()
    overdue = findings(city, status=NOT_COMPLETED, overdue=True)
    assert shown(test) == expected(overdue[:50])
    name = overdue[0].organization
    test.selectbox(key="org").select(name).run()
    mine = [row for row in overdue if row.organization == name]
    assert shown(test) == expected(mine)
    assert f"{name}、未完成、逾期未完成，共{len(mine)}个" in words(test).replace("\\", "")
    test.selectbox(key="round").select(DELIBERATED).run()
    assert not test.exception
    assert DELIBERATED in words(test)


def test_every_finding_stands_on_exactly_one_page(city: Office) -> None:
    rows = findings(city)
    pages = -(-len(rows) // 50)
    test = look(city, Role.LEADER, LEDGER)
    seen = []
    for number in range(1, pages + 1):
        test.pagination(key="page").set_value(number).run()
        seen += shown(test)
    assert seen == expected(rows)


@pytest.mark.parametrize(
    "address",
    [
        {"status": "差不多"},
        {"kind": "<b>"},
        {"category": "没有这一类"},
        {"unit": "没有这个单位"},
        {"only": "没有这一项"},
        {"page": "abc"},
        {"page": "-1"},
        {"page": "0"},
        {"org": "没有这个单位"},
        {"round": "没有这一轮"},
        {"status": "", "kind": "", "q": "", "only": "", "page": ""},
    ],
)
def test_bad_values_in_the_address_fall_back(city: Office, address: dict[str, str]) -> None:
    test = look(city, Role.LEADER, LEDGER, **address)
    assert shown(test) == expected(findings(city)[:50])


def test_a_page_that_does_not_exist_falls_back(city: Office) -> None:
    test = look(city, Role.LEADER, LEDGER, page="9999")
    rows = expected(findings(city))
    assert shown(test) in (rows[:50], rows[-(len(rows) % 50 or 50) :])


def test_a_page_past_the_end_of_a_narrower_filter(city: Office) -> None:
    test = look(city, Role.LEADER, LEDGER, page="9", only="逾期")
    assert shown(test)


def test_a_selected_finding_is_shown_in_full(city: Office) -> None:
    rows = findings(city, "三届市委第四轮")
    row = next(row for row in rows[:50] if row.measures > 1)
    detail = read_finding(city.engine, OFFICE, row.id)
    test = look(city, Role.LEADER, LEDGER, round="三届市委第四轮")
    assert "选中一行，可在下方查看该问题的整改措施和历次进展。" in words(test)
    test.session_state["findings"] = {"selection": {"rows": [rows.index(row)], "columns": [], "cells": []}}
    test.run()
    assert not test.exception
    card = [one.value for one in test.markdown]
    assert f"**{plain(row.organization)}　{plain(row.serial)}**　{plain(row.text)}" in card
    assert f"整改措施（{row.measures}条）" in card
    measures = table(test, "措施", "类型")
    assert [line["措施"] for line in measures] == [one.text for one in detail.measures]
    history = table(test, "时间", "来源")
    assert [line["情况"] for line in history] == [one.summary for one in detail.history]
    assert history[-1]["来源"] == "台账导入"
    assert [list(line["状态"]) for line in measures] == [
        [one.status.value] if one.status else [] for one in detail.measures
    ]
    dues = [long_day(one.due_date) for one in detail.measures if one.due_date]
    assert [line["完成时限"] for line in measures if "年" in line["完成时限"]] == dues
    assert all(re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日\d\d:\d\d", line["时间"]) for line in history)
    assert {line["登记人"] for line in history} <= {"市委巡察办某", "被巡察党组织某"}


def test_the_history_names_the_person_and_tells_the_command_line_as_such(app: Office) -> None:
    number = make_finding(app.engine, make_inspection(app.engine, make_round(app.engine)))
    make_measure(
        app.engine, number, 1, status=FindingStatus.COMPLETED, due_date=date(2026, 11, 23), long_term=True
    )
    make_measure(app.engine, number, 2)
    with writing(app.engine) as session:
        for minute, who in enumerate(("cli:root", "office", "gone")):
            at = datetime(2026, 11, 23, 6, minute, tzinfo=UTC)
            session.add(
                ProgressEntry(finding_id=number, status=NOT_COMPLETED, recorded_by=who, recorded_at=at)
            )
    test = look(app, Role.OFFICE, LEDGER)
    test.session_state["findings"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.run()
    history = table(test, "时间", "来源")
    assert [(line["时间"], line["登记人"]) for line in history] == [
        ("2026年11月23日14:02", "gone"),
        ("2026年11月23日14:01", "市委巡察办某"),
        ("2026年11月23日14:00", "命令行"),
    ]
    measures = table(test, "措施", "类型")
    assert [(list(line["状态"]), line["完成时限"]) for line in measures] == [
        (["已完成"], "2026年11月23日，长期坚持"),
        ([], ""),
    ]


def test_a_selection_that_is_not_on_the_page_any_more_is_ignored(city: Office) -> None:
    test = look(city, Role.LEADER, LEDGER, only="逾期")
    test.session_state["findings"] = {"selection": {"rows": [49], "columns": [], "cells": []}}
    test.selectbox(key="status").select("基本完成").run()
    assert not test.exception


def test_nothing_found_says_how_to_go_on(city: Office) -> None:
    test = look(city, Role.OFFICE, LEDGER, q="没有一个问题这样写")
    assert [one.value for one in test.info] == ["没有符合条件的反馈问题，可以放宽上方的筛选条件。"]
    assert [link.value for link in test.page_link] == ["新增反馈问题", "去导入整改台账"]
    assert test.get("download_button")[0].proto.disabled
    leader = look(city, Role.LEADER, LEDGER, q="没有一个问题这样写")
    assert not leader.page_link


def test_what_an_organisation_filters_by_stays_in_its_scope(app: Office) -> None:
    round_id = make_round(app.engine)
    first = make_inspection(app.engine, round_id, "甲局党组")
    second = make_inspection(app.engine, round_id, "乙局党组")
    make_findings(app.engine, first, [{"text": "甲的问题", "unit": "甲科", "category": "甲类"}])
    make_findings(app.engine, second, [{"text": "乙的问题", "unit": "乙科", "category": "乙类"}])
    test = look(app, Role.ORGANIZATION, LEDGER, unit="乙科", org="乙局党组", category="乙类")
    assert shown(test) == [("甲局党组", "甲的问题")]
    assert test.selectbox(key="unit").options == ["甲科"]
    assert test.selectbox(key="category").options == ["甲类"]
    own = actor(Role.ORGANIZATION, organization_id=1)
    assert list(read_choices(app.engine, own, round_id).organizations) == ["甲局党组"]


def test_the_ledger_of_a_frozen_round_is_headed_as_the_present_state(city: Office) -> None:
    test = look(city, Role.OFFICE, LEDGER, round=CIRCULATED)
    said = next(one.value for one in test.caption if one.value.startswith("现状"))
    assert said.startswith(f"现状（截至{long_day(today())}）：评估结果已于")
    assert "冻结，此后仍在整改" in said
    other = look(city, Role.OFFICE, LEDGER, round=DELIBERATED)
    assert not [one for one in other.caption if one.value.startswith("现状")]
