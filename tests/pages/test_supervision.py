"""任务清单, 监督记录 and 结果报告: what is blank, recording and going on, drafting, submitting, returning."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.factories import all_of, make_inspection, make_round
from tests.office import Office, words
from tests.pages.looking import (
    CURRENT,
    DELIBERATED,
    REPORT,
    SCORING,
    SUPERVISION,
    TASKS,
    TEAM,
    everything,
    go,
    inspected_by,
    links,
    look,
    table,
)
from tests.services.supervising import DUTY, LEADS, NOWHERE, filled, form, joint
from xczg.access.permissions import Actor
from xczg.rules.values import ReportState, Role
from xczg.services.supervision import change_entry
from xczg.services.supervision_reports import save_section
from xczg.store.clock import today
from xczg.store.tables import ReportSection, SupervisionEntry, SupervisionReport

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLLEAGUE = Actor("discipline2", "同事", frozenset({Role.DISCIPLINE}))


@pytest.fixture
def three(app: Office) -> list[int]:
    """A round whose feedback is of today, with three organisations, the last exempted."""
    number = make_round(app.engine, "测试轮", today())
    return [
        make_inspection(app.engine, number, name, exempted=name == "丙局")
        for name in ("甲*局", "乙局", "丙局")
    ]


def press(test: AppTest, label: str, place: int = 0) -> AppTest:
    [button for button in test.button if button.label == label][place].click().run()
    assert not test.exception
    return test


def field(test: AppTest, kind: str, ending: str):
    return next(one for one in test.get(kind) if one.key and one.key.endswith(ending))


def fill(test: AppTest, seen: str = "查看了台账") -> AppTest:
    field(test, "button_group", "_methods").set_value(["审核资料"])
    field(test, "text_area", "_seen").set_value(seen)
    return test


def said(test: AppTest) -> list[str]:
    return [one.value for one in test.success]


def test_the_matrix_says_in_words_what_is_blank(app: Office, three: list[int]) -> None:
    test = look(app, Role.DISCIPLINE, SUPERVISION)
    assert "2个党组织，尚有14项空白" in words(test)
    rows = {row["被巡察党组织"]: row for row in table(test, "被巡察党组织", DUTY)}
    assert rows["乙局"][DUTY] == ["空白"]
    assert rows["乙局"]["其他"] == ["无任务"]
    assert (rows["乙局"]["空白"], rows["丙局"][DUTY]) == (7, ["免于评估"])
    go(test, SUPERVISION, by="两家并列")
    rows = {row["被巡察党组织"]: row for row in table(test, "被巡察党组织", DUTY)}
    assert list(rows["乙局"][LEADS]) == ["纪：空白", "组：无任务"]
    assert "尚有26项空白" in words(test)


def test_an_address_opens_an_organisation_at_a_content(app: Office, three: list[int]) -> None:
    test = look(app, Role.PERSONNEL, SUPERVISION, org="甲*局", content="整改方案制定情况")
    assert "登记监督记录：甲\\*局　整改方案制定情况" in words(test)
    go(test, SUPERVISION, org="甲*局")
    assert "在上方选择评估内容，或点选表中的一格" in words(test)
    go(test, SUPERVISION, org="丙局", content=DUTY)
    assert "该党组织经批准免于评估，不登记监督记录。" in words(test)


def test_recording_goes_on_to_the_next_organisation_at_the_same_content(
    app: Office, three: list[int]
) -> None:
    test = look(app, Role.DISCIPLINE, SUPERVISION, org="乙局", content=DUTY)
    press(fill(test), "保存并转到下一个党组织")
    (entry,) = all_of(app.engine, SupervisionEntry)
    assert (entry.seen, entry.methods, entry.tasks, entry.on_date) == (
        "查看了台账",
        ["审核资料"],
        ["1"],
        today(),
    )
    assert said(test) == [f"已登记乙局“{DUTY}”的监督记录。"]
    assert test.query_params["org"] == "甲*局"
    assert test.query_params["content"] == DUTY
    assert field(test, "text_area", "_seen").value == ""
    press(test, "上一个党组织")
    assert "查看了台账" in words(test)


def test_what_was_typed_survives_a_refusal_and_a_second_press_writes_nothing_more(
    app: Office, three: list[int]
) -> None:
    test = look(app, Role.DISCIPLINE, SUPERVISION, org="乙局", content=DUTY)
    field(test, "text_area", "_seen").set_value("已写的")
    press(test, "保存")
    assert [one.value for one in test.error] == ["请至少选择一种监督方式。"]
    assert field(test, "text_area", "_seen").value == "已写的"
    press(fill(test, "已写的"), "保存")
    press(test, "保存")
    assert len(all_of(app.engine, SupervisionEntry)) == 1


def test_a_colleagues_change_is_shown_beside_the_own_one(app: Office, three: list[int]) -> None:
    test = look(app, Role.DISCIPLINE, SUPERVISION, org="乙局", content=DUTY)
    press(fill(test, "原来的"), "保存")
    press(test, "修改")
    field(test, "text_area", "_seen").set_value("我改的")
    (entry,) = all_of(app.engine, SupervisionEntry)
    change_entry(
        app.engine,
        COLLEAGUE,
        entry.id,
        1,
        form(seen="同事改的", on_date=today()),
        today=today(),
        uploads=NOWHERE,
    )
    press(test, "保存修改")
    assert "他人已修改了同一记录" in test.error[0].value
    shown = words(test)
    assert "我改的" in shown
    assert "同事改的" in shown
    assert all_of(app.engine, SupervisionEntry)[0].seen == "同事改的"
    press(test, "以我填写的为准")
    assert all_of(app.engine, SupervisionEntry)[0].seen == "我改的"
    press(test, "修改")
    press(test, "确认撤回")
    assert said(test) == ["已撤回监督记录。"]


def test_who_only_reads_gets_no_form(city: Office) -> None:
    for role in (Role.LEADER, Role.OFFICE, Role.TEAM):
        name = min(inspected_by(city, TEAM, CURRENT))
        test = look(city, role, SUPERVISION, round=CURRENT, org=name, content=DUTY)
        assert not [one for one in test.button if one.label in ("保存", "修改", "确认撤回")], role
        assert not test.get("file_uploader")
        assert "监督记录（" in words(test)


def test_a_team_sees_its_own_inspections_and_nothing_of_leads(city: Office) -> None:
    own = inspected_by(city, TEAM, CURRENT)
    test = look(city, Role.TEAM, SUPERVISION, round=CURRENT)
    assert {row["被巡察党组织"] for row in table(test, "被巡察党组织", DUTY)} == own
    for page in (TASKS, SUPERVISION, REPORT):
        go(test, page, round=CURRENT)
        sent = everything(test)
        assert LEADS not in sent
        assert "移交" not in sent
    go(test, REPORT, round=SCORING)
    assert "结果报告涉及全轮各党组织" in words(test)
    assert not test.get("expander")


def test_the_task_list_counts_organisations_and_leads_to_the_records(app: Office, three: list[int]) -> None:
    test = look(app, Role.DISCIPLINE, SUPERVISION, org="乙局", content=DUTY)
    press(fill(test), "保存")
    go(test, TASKS)
    assert "7项任务，2个党组织，全部落实的0项" in words(test)
    rows = {row["编号"]: row for row in table(test, "编号", "任务")}
    assert (rows["1"]["已落实"], rows["1"]["未落实"], rows["2"]["已落实"]) == (1, 1, 0)
    test.session_state["tasks"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.run()
    assert "尚未落实的1个：甲\\*局。" in words(test)
    assert links(test) == [
        ("去登记这项评估内容", "supervision", {"round": ["测试轮"], "by": ["市纪委监委"], "content": [DUTY]})
    ]
    go(test, TASKS, by="市委组织部")
    assert f"市委组织部没有任务的评估内容：{LEADS}。" in words(test)


def test_whoever_leaves_a_change_finds_a_fresh_form_not_an_empty_change(
    app: Office, three: list[int]
) -> None:
    test = look(app, Role.DISCIPLINE, SUPERVISION, org="乙局", content=DUTY)
    press(fill(test), "保存")
    press(test, "修改")
    assert field(test, "text_area", "_seen").value == "查看了台账"
    press(test, "下一个党组织")
    press(test, "上一个党组织")
    assert "修改监督记录" not in words(test)
    assert "登记监督记录：乙局" in words(test)


def test_a_task_list_is_filled_in_away_from_the_program(app: Office, three: list[int]) -> None:
    test = look(app, Role.DISCIPLINE, TASKS)
    cells = {9: (f"{today():%Y-%m-%d}", "审核资料", "查看了台账", None)}
    test.file_uploader[0].set_value(
        ("清单.xlsx", filled(app.engine, {**cells, 3: (None, "暗访", "", "")}), XLSX)
    )
    test.run()
    press(test, "导入监督记录")
    assert [one.value for one in test.error] == ["有1行需要更正，没有写入任何记录。"]
    assert all_of(app.engine, SupervisionEntry) == []
    test.file_uploader[0].set_value(("清单.xlsx", filled(app.engine, cells), XLSX))
    test.run()
    press(test, "导入监督记录")
    assert said(test) == ["已登记1条监督记录。"]
    assert len(all_of(app.engine, SupervisionEntry)) == 1
    for role, address in ((Role.DISCIPLINE, {"by": "市委组织部"}), (Role.OFFICE, {})):
        assert not look(app, role, TASKS, **address).file_uploader


def test_a_report_from_draft_to_return(app: Office, three: list[int]) -> None:
    test = look(app, Role.DISCIPLINE, REPORT)
    press(test, "生成报告草稿")
    assert said(test) == ["已按监督记录生成报告草稿，请逐节核对。"]
    field(test, "text_area", f"section_{three[1]}").set_value("改过的一节")
    test.run()
    assert "有尚未保存的修改，请先保存，再报送或重新起草。" in [one.value for one in test.warning]
    press(test, "保存", 1)
    assert said(test) == ["已保存“乙局”。"]
    office = look(app, Role.OFFICE, REPORT)
    assert "市纪委监委尚未报送结果报告" in words(office)
    assert "改过的一节" not in everything(office)
    press(test, "确认有14项空白，仍然报送")
    (report,) = all_of(app.engine, SupervisionReport)
    assert (report.state, report.submitted_on) == (ReportState.SUBMITTED, today())
    assert not [one for one in test.button if one.label == "保存"]

    office.run()
    assert "改过的一节" in words(office)
    press(office, "确认退回")
    assert "请填写退回原因" in office.error[0].value
    field(office, "text_area", f"return_{report.id}").set_value("请补充*座谈")
    press(office, "确认退回")
    assert said(office) == ["已退回，原版保留，新版草稿已为该单位准备好。"]
    test.run()
    assert [one.value for one in test.warning] == ["市委巡察办退回第1版，原因：请补充\\*座谈"]
    assert "退回修改" in words(test)
    assert field(test, "text_area", f"section_{three[1]}").value == "改过的一节"


def test_a_submitted_report_locks_the_records_and_says_so(city: Office) -> None:
    test = look(city, Role.DISCIPLINE, SUPERVISION, round=SCORING)
    assert "本单位结果报告已报送，监督记录已锁定" in test.info[0].value
    test = look(city, Role.PERSONNEL, REPORT, round=SCORING)
    rows = {row["报告单位"]: row for row in table(test, "报告单位", "状态")}
    assert rows["市委组织部"]["状态"] == ["已报送"]
    assert rows["市委组织部"]["是否逾期"].startswith("逾期")
    assert rows["市纪委监委"]["是否逾期"] == "未逾期"


def test_every_version_stays_readable(city: Office) -> None:
    test = look(city, Role.OFFICE, REPORT, round=DELIBERATED, by="市委组织部")
    versions = next(one for one in test.selectbox if one.label == "版本")
    assert versions.options == ["第2版（已报送）", "第1版（退回修改）"]
    go(test, REPORT, round=DELIBERATED, by="市委组织部", version="第1版（退回修改）")
    assert "退回第1版，原因：部分党组织分节" in test.warning[0].value
    assert not [one for one in test.button if one.label == "确认退回"]


def test_a_colleagues_text_is_shown_beside_the_own_one(app: Office, three: list[int]) -> None:
    test = look(app, Role.DISCIPLINE, REPORT)
    press(test, "生成报告草稿")
    (report,) = all_of(app.engine, SupervisionReport)
    save_section(app.engine, COLLEAGUE, report.id, three[1], 1, "同事写的")
    field(test, "text_area", f"section_{three[1]}").set_value("我写的")
    press(test, "保存", 1)
    assert "他人已修改了同一记录" in test.error[0].value
    assert "同事写的" in words(test)
    assert field(test, "text_area", f"section_{three[1]}").value == "我写的", "nothing typed is lost"
    press(test, "以我填写的为准")
    (text,) = [one.text for one in all_of(app.engine, ReportSection) if one.inspection_id == three[1]]
    assert text == "我写的"


def test_a_joint_report_stands_alone(app: Office, three: list[int]) -> None:
    joint(app.engine)
    test = look(app, Role.PERSONNEL, REPORT)
    assert [row["报告单位"] for row in table(test, "报告单位", "状态")] == ["市纪委监委、市委组织部"]
    press(test, "生成报告草稿")
    assert "尚有26项评估内容空白" in words(test)
    press(look(app, Role.DISCIPLINE, REPORT), "确认有26项空白，仍然报送")
    for role in (Role.DISCIPLINE, Role.PERSONNEL):
        assert "监督记录已锁定" in look(app, role, SUPERVISION).info[0].value
