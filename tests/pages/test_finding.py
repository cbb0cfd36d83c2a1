"""The page of one finding: what each may do, that nothing typed is lost and nobody overwrites unseen."""

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.factories import (
    OFFICE,
    actor,
    all_of,
    counted_statements,
    make_finding,
    make_inspection,
    make_measure,
    make_round,
)
from tests.office import Office, words
from tests.pages.looking import FINDING, LEDGER, everything, go, look, table
from tests.services.test_attachments import PDF
from xczg.access.runtime import runtime
from xczg.rules.values import FindingStatus, Role
from xczg.services.attachments import NewFile
from xczg.services.findings import edit_finding
from xczg.services.progress import NewEvidence, record_progress
from xczg.store.clock import today
from xczg.store.engine import writing
from xczg.store.tables import Finding, Measure, ProgressEntry, now

NOT, BASIC, DONE = FindingStatus
SECRET = "某某情形，另行掌握"


@pytest.fixture
def number(app: Office) -> int:
    """A key matter of the first organisation, with two measures; a second organisation is in the round."""
    round_id = make_round(app.engine, feedback=today() - timedelta(days=40))
    first = make_inspection(app.engine, round_id, "甲局党组", team=1)
    make_finding(app.engine, make_inspection(app.engine, round_id, "乙局党组", team=2), "乙的问题")
    finding = make_finding(
        app.engine, first, "学习不深入", unit="办公室", key_matter=True, circumstance=SECRET, category="其他"
    )
    for place in (1, 2):
        make_measure(app.engine, finding, place, types={"建章立制": "2"}, status=NOT)
    return finding


def stored(app: Office, number: int) -> Finding:
    return next(one for one in all_of(app.engine, Finding) if one.id == number)


def see(app: Office, role: Role, number: int) -> AppTest:
    return look(app, role, FINDING, finding=str(number))


def press(test: AppTest, key: str) -> AppTest:
    test.button(key=key).click().run()
    assert not test.exception
    return test


def change_elsewhere(app: Office, number: int, **changed: object) -> None:
    """Somebody else of the office saves first."""
    finding = stored(app, number)
    fields = {"text": finding.text, "unit": finding.unit, "category": finding.category}
    fields |= {"key_matter": finding.key_matter, "circumstance": finding.circumstance}
    edit_finding(app.engine, OFFICE, number, finding.version, fields | changed)


def said(test: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in (*test.success, *test.error)]


# Who


@pytest.mark.parametrize("role", [Role.LEADER, Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM])
def test_readers_see_everything_and_change_nothing(app: Office, number: int, role: Role) -> None:
    test = see(app, role, number)
    assert [tab.label for tab in test.tabs] == ["整改进展", "整改措施"]
    assert not {"save_progress", "save_finding", "save_measure", "new"} & {one.key for one in test.button}
    assert SECRET in everything(test)


def test_an_organisation_records_progress_on_its_own_and_never_learns_why_it_matters(
    app: Office, number: int
) -> None:
    test = see(app, Role.ORGANIZATION, number)
    assert [tab.label for tab in test.tabs] == ["整改进展", "整改措施"]
    keys = {button.key for button in test.button}
    assert "save_progress" in keys
    assert not {"save_finding", "save_measure", "new"} & keys
    assert SECRET not in everything(test)
    for page in (go(test, LEDGER), see(app, Role.ORGANIZATION, number)):
        assert SECRET not in everything(page)


@pytest.mark.parametrize("wanted", ["1", "999", "abc", "-1", "", "١"])
def test_what_is_not_one_s_own_does_not_exist(app: Office, number: int, wanted: str) -> None:
    test = look(app, Role.ORGANIZATION, FINDING, finding=wanted)
    assert "乙" not in everything(test)
    assert "没有找到这个反馈问题" in words(test)
    assert not test.text_area


def test_the_statements_of_the_page_do_not_grow(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    with counted_statements(runtime().engine) as few:
        test.run()
    for place in range(3, 9):
        make_measure(app.engine, number, place)
    for version in range(1, 6):
        given = {"on_date": today(), "status": NOT, "summary": "已研究"}
        evidence = NewEvidence(runtime().settings.uploads, [NewFile("a.pdf", PDF)])
        record_progress(app.engine, OFFICE, number, version, given, evidence=evidence, today=today())
    with counted_statements(runtime().engine) as many:
        test.run()
    assert len(few) == 9, "who it is, the finding, its measures, its history; five of close-out and extension"
    assert len(many) == 10, "and the files"


# A new one


def test_the_office_adds_a_finding_and_goes_on_with_its_measures(app: Office, number: int) -> None:
    test = look(app, Role.OFFICE, FINDING)
    test.text_area(key="field_new_finding_text").input("执行制度不严")
    press(test, "create_finding")
    assert said(test) == ["请选择“被巡察党组织”。"]
    assert test.text_area(key="field_new_finding_text").value == "执行制度不严"
    test.selectbox(key="field_new_finding_org").select("乙局党组")
    press(test, "create_finding")
    added = all_of(app.engine, Finding)[-1]
    assert added.text == "执行制度不严"
    assert test.query_params["finding"] == str(added.id)
    assert said(test) == ["已新增反馈问题。下一步：添加整改措施。"]
    assert "乙局党组" in words(test)
    press(test, "new")
    assert test.text_area(key="field_new_finding_text").value == ""


# Describing it


def test_the_office_changes_the_description(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    prefix = f"field_f{number}_"
    assert test.text_area(key=f"{prefix}text").value == "学习不深入"
    test.text_input(key=f"{prefix}unit").input("机关党委")
    press(test, "save_finding")
    assert said(test) == ["已保存对反馈问题的修改。"]
    assert stored(app, number).unit == "机关党委"
    assert "责任单位：机关党委" in words(test).replace("\\", "")


def test_a_rejected_form_keeps_what_was_typed(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    prefix = f"field_f{number}_"
    test.text_area(key=f"{prefix}text").input("")
    test.text_input(key=f"{prefix}remark").input("另附说明")
    test.checkbox(key=f"{prefix}withheld").check()
    press(test, "save_finding")
    assert said(test) == ["请填写“反馈问题”。拟不公开的，请填写“不公开理由”。"]
    assert test.text_input(key=f"{prefix}remark").value == "另附说明"
    assert stored(app, number).version == 1


def test_the_second_writer_sees_both_versions_and_may_insist(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    prefix = f"field_f{number}_"
    change_elsewhere(app, number, unit="财务科")
    test.text_input(key=f"{prefix}unit").input("人事科")
    press(test, "save_finding")
    assert "他人已修改了同一反馈问题" in words(test)
    assert table(test, "我填写的", "已保存的") == [
        {"栏目": "责任单位", "我填写的": "人事科", "已保存的": "财务科"}
    ]
    assert test.text_input(key=f"{prefix}unit").value == "人事科", "nothing typed is lost"
    assert stored(app, number).unit == "财务科", "nothing is overwritten"
    press(test, f"mine_{prefix}")
    assert said(test) == ["已保存对反馈问题的修改。"]
    assert (stored(app, number).unit, stored(app, number).version) == ("人事科", 3)


def test_the_second_writer_may_take_what_is_saved(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    prefix = f"field_f{number}_"
    change_elsewhere(app, number, unit="财务科")
    test.text_input(key=f"{prefix}unit").input("人事科")
    press(test, "save_finding")
    press(test, f"stored_{prefix}")
    assert test.text_input(key=f"{prefix}unit").value == "财务科"
    assert "他人已修改" not in words(test)
    test.text_input(key=f"{prefix}remark").input("再改")
    press(test, "save_finding")
    assert (stored(app, number).unit, stored(app, number).remark) == ("财务科", "再改")


def test_progress_meanwhile_is_no_conflict_for_the_description(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    own = actor(Role.ORGANIZATION, organization_id=1)
    given = {"on_date": today(), "status": BASIC, "summary": "已研究"}
    evidence = NewEvidence(runtime().settings.uploads)
    record_progress(app.engine, own, number, 1, given, evidence=evidence, today=today())
    test.text_input(key=f"field_f{number}_unit").input("人事科")
    press(test, "save_finding")
    assert said(test) == ["已保存对反馈问题的修改。"]
    assert (stored(app, number).unit, stored(app, number).status) == ("人事科", BASIC)


# Measures


def test_measures_are_added_changed_moved_and_removed(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)

    def texts() -> list[str]:
        return [line["措施"] for line in table(test, "措施", "类型")]

    new = f"field_m{number}_0_"
    test.text_area(key=f"{new}text").input("修订制度")
    test.number_input(key=f"{new}建章立制").set_value(3)
    press(test, "save_measure")
    assert said(test) == ["填了“建章立制”的数量，没有选中这个措施类型，请选中，或者清空数量。"]
    test.button_group(key=f"{new}types").set_value(["建章立制", "重大措施"])
    press(test, "save_measure")
    assert said(test) == ["已新增第3条措施。"]
    assert all_of(app.engine, Measure)[-1].types == {"建章立制": "3", "重大措施": None}
    assert table(test, "措施", "类型")[-1]["类型"] == "建章立制3项、重大措施"

    test.selectbox(key=f"field_m{number}_number").select(3).run()
    press(test, "measure_up")
    assert texts() == ["措施1", "修订制度", "措施2"]
    test.selectbox(key=f"field_m{number}_number").select(1).run()
    test.text_area(key=f"field_m{number}_1_text").input("开展学习")
    press(test, "save_measure")
    press(test, "measure_down")
    assert texts() == ["修订制度", "开展学习", "措施2"]
    test.selectbox(key=f"field_m{number}_number").select(3).run()
    press(test, "measure_remove")
    assert texts() == ["修订制度", "开展学习"]
    assert said(test) == ["已删除该条措施。"]


def test_a_measure_that_became_another_one_is_not_removed_in_its_place(app: Office, number: int) -> None:
    from xczg.services.measures import move_measure

    test = see(app, Role.OFFICE, number)
    test.selectbox(key=f"field_m{number}_number").select(1).run()
    move_measure(app.engine, OFFICE, number, 1, 1, up=False)
    press(test, "measure_remove")
    assert "他人已修改了同一反馈问题的措施" in words(test)
    assert len(all_of(app.engine, Measure)) == 2


# Progress


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ORGANIZATION])
def test_progress_is_recorded_with_measures_and_evidence(app: Office, number: int, role: Role) -> None:
    test = see(app, role, number)
    prefix = f"field_p{number}_"
    test.radio(key=f"{prefix}status").set_value("已完成")
    if role is Role.OFFICE:
        test.text_input(key=f"{prefix}reason").input("根据单位书面报告")
    test.multiselect(key=f"{prefix}done").set_value([1])
    test.number_input(key=f"{prefix}追责问责").set_value(2)
    press(test, "save_progress")
    assert said(test) == ["状态为已完成的，请填写“进展情况”，写明做了什么、有何成效。"]
    assert test.multiselect(key=f"{prefix}done").value == [1], "nothing typed is lost"
    test.text_area(key=f"{prefix}summary").input("制度已印发")
    press(test, "save_progress")
    assert said(test) == ["已登记整改进展。"]
    (entry,) = all_of(app.engine, ProgressEntry)
    assert (entry.status, entry.summary, entry.quantities, entry.on_date) == (
        DONE,
        "制度已印发",
        {"追责问责": "2"},
        today(),
    )
    assert [one.status for one in all_of(app.engine, Measure)] == [DONE, NOT]
    assert table(test, "时间", "来源")[0]["情况"] == "制度已印发"
    shown = [one.value.replace("\\", "") for one in test.warning]
    assert shown == ["填写的内容前后不一致，请核对：反馈问题的状态为已完成，第2条措施尚未完成。"]
    assert test.text_area(key=f"{prefix}summary").value == ""


def test_a_status_changed_meanwhile_is_shown_before_it_is_overwritten(app: Office, number: int) -> None:
    test = see(app, Role.ORGANIZATION, number)
    prefix = f"field_p{number}_"
    given = {"on_date": today(), "status": BASIC, "summary": "办公室登记", "reason": "电话核实"}
    evidence = NewEvidence(runtime().settings.uploads)
    record_progress(app.engine, OFFICE, number, 1, given, evidence=evidence, today=today())
    test.text_area(key=f"{prefix}summary").input("单位填报")
    press(test, "save_progress")
    assert table(test, "我填写的", "已保存的") == [
        {"栏目": "整改状态", "我填写的": "未完成", "已保存的": "基本完成"},
        {"栏目": "整改成效", "我填写的": "单位填报", "已保存的": "办公室登记"},
    ]
    assert SECRET not in everything(test)
    press(test, f"mine_{prefix}")
    assert [one.summary for one in all_of(app.engine, ProgressEntry)] == ["办公室登记", "单位填报"]


def test_what_is_closed_out_says_how_to_go_on(app: Office, number: int) -> None:
    with writing(app.engine) as session:
        session.get(Finding, number).closed_out_on = date(2024, 10, 8)
    for role in (Role.OFFICE, Role.ORGANIZATION):
        test = see(app, role, number)
        assert "重新整改" in words(test)
        assert not {"save_progress", "save_finding", "save_measure"} & {one.key for one in test.button}


def test_evidence_stands_beside_its_step(app: Office, number: int) -> None:
    given = {"on_date": today(), "status": NOT, "summary": "已研究"}
    evidence = NewEvidence(runtime().settings.uploads, [NewFile("会议纪要.pdf", PDF)])
    record_progress(app.engine, OFFICE, number, 1, given, evidence=evidence, today=today())
    for role in (Role.OFFICE, Role.ORGANIZATION, Role.LEADER):
        labels = [one.label.replace("\\", "") for one in see(app, role, number).get("download_button")]
        assert labels == ["会议纪要.pdf（1KB）"]


# A sign-in that runs out


def sign_in(app: Office, test: AppTest, username: str) -> AppTest:
    test.text_input[0].input(username)
    test.text_input[1].input(app.passwords[username])
    test.button[0].click().run()
    assert not test.exception
    return test


def interrupted(app: Office, test: AppTest, username: str, key: str) -> AppTest:
    """The account's sessions end; then the form is sent."""
    app.change(username, revoked_at=now())
    press(test, key)
    assert "登录已失效，请重新登录。" in words(test)
    return test


def test_a_draft_of_progress_outlives_the_sign_in(app: Office, number: int) -> None:
    prefix = f"field_p{number}_"
    test = see(app, Role.ORGANIZATION, number)
    test.text_area(key=f"{prefix}summary").input("写了一大段")
    test.multiselect(key=f"{prefix}done").set_value([2])
    test.number_input(key=f"{prefix}追责问责").set_value(2)
    interrupted(app, test, "organization", "save_progress")
    assert all_of(app.engine, ProgressEntry) == []
    sign_in(app, test, "organization")
    go(test, FINDING, finding=str(number))
    assert test.text_area(key=f"{prefix}summary").value == "写了一大段"
    assert test.multiselect(key=f"{prefix}done").value == [2]
    assert test.number_input(key=f"{prefix}追责问责").value == 2
    press(test, "save_progress")
    assert said(test) == ["已登记整改进展。"]


def test_a_draft_of_the_description_and_of_a_measure_outlives_the_sign_in(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    test.text_input(key=f"field_f{number}_unit").input("人事科")
    test.date_input(key=f"field_f{number}_due_date").set_value(date(2026, 1, 5))
    interrupted(app, test, "office", "save_finding")
    sign_in(app, test, "office")
    go(test, FINDING, finding=str(number))
    assert test.text_input(key=f"field_f{number}_unit").value == "人事科"
    assert test.date_input(key=f"field_f{number}_due_date").value == date(2026, 1, 5)

    test.selectbox(key=f"field_m{number}_number").select(2).run()
    test.text_area(key=f"field_m{number}_2_text").input("另一种写法")
    test.button_group(key=f"field_m{number}_2_types").set_value(["举一反三"])
    interrupted(app, test, "office", "save_measure")
    sign_in(app, test, "office")
    go(test, FINDING, finding=str(number))
    assert test.selectbox(key=f"field_m{number}_number").value == 2
    assert test.text_area(key=f"field_m{number}_2_text").value == "另一种写法"
    assert test.button_group(key=f"field_m{number}_2_types").value == ["举一反三"]


def test_a_draft_of_a_new_finding_outlives_the_sign_in(app: Office, number: int) -> None:
    test = look(app, Role.OFFICE, FINDING)
    test.selectbox(key="field_new_finding_org").select("乙局党组")
    test.text_area(key="field_new_finding_text").input("执行制度不严")
    interrupted(app, test, "office", "create_finding")
    assert len(all_of(app.engine, Finding)) == 2
    go(sign_in(app, test, "office"), FINDING)
    press(test, "create_finding")
    assert all_of(app.engine, Finding)[-1].text == "执行制度不严"


def test_a_draft_that_was_overtaken_still_overwrites_nobody(app: Office, number: int) -> None:
    test = see(app, Role.OFFICE, number)
    test.text_input(key=f"field_f{number}_unit").input("人事科")
    interrupted(app, test, "office", "save_finding")
    change_elsewhere(app, number, unit="财务科")
    sign_in(app, test, "office")
    go(test, FINDING, finding=str(number))
    press(test, "save_finding")
    assert "他人已修改了同一反馈问题" in words(test)
    assert stored(app, number).unit == "财务科"


def test_a_draft_is_for_the_same_person_only(app: Office, number: int) -> None:
    app.account(Role.OFFICE, username="colleague")
    test = see(app, Role.OFFICE, number)
    test.selectbox(key=f"field_m{number}_number").select(2).run()
    test.text_area(key=f"field_m{number}_2_text").input("草稿甲")
    test.text_area(key=f"field_p{number}_summary").input("草稿乙")
    interrupted(app, test, "office", "save_measure")
    sign_in(app, test, "colleague")
    go(test, FINDING, finding=str(number))
    test.selectbox(key=f"field_m{number}_number").select(2).run()
    assert "草稿" not in everything(test)
    assert "草稿" not in str(test.session_state)


# Many at once, on the ledger


def select_rows(test: AppTest, *rows: int) -> AppTest:
    test.session_state["findings"] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    test.run()
    assert not test.exception
    return test


def test_selected_rows_are_changed_after_a_preview(app: Office, number: int) -> None:
    make_finding(app.engine, 1, "已销号的", position=9, closed_out_on=date(2024, 10, 8))
    test = select_rows(look(app, Role.OFFICE, LEDGER), 0, 1, 2)
    test.button_group(key="bulk_field").set_value("责任单位").run()
    test.text_input(key="field_bulk_unit").input("机关党委")
    press(test, "bulk_preview")
    assert said(test) == ["请填写“修改理由”。"]
    test.text_input(key="field_bulk_reason").input("机构改革")
    press(test, "bulk_preview")
    rows = {
        line["反馈问题"]: (line["原为"], line["改为"], line["处理"]) for line in table(test, "原为", "处理")
    }
    assert rows["学习不深入"] == ("办公室", "机关党委", "将修改")
    assert rows["已销号的"][2].startswith("该反馈问题已于2024年10月8日销号")
    assert stored(app, number).unit == "办公室", "a preview writes nothing"
    press(test, "bulk_apply")
    assert said(test) == ["已修改2个反馈问题的责任单位。"]
    assert sorted(one.unit for one in all_of(app.engine, Finding)) == ["", "机关党委", "机关党委"]


def test_another_selection_or_value_wants_another_preview(app: Office, number: int) -> None:
    make_finding(app.engine, 1, "第三个", position=9)
    test = select_rows(look(app, Role.OFFICE, LEDGER), 0, 1)
    test.selectbox(key="field_bulk_status").select("基本完成")
    test.text_input(key="field_bulk_reason").input("会议议定")
    press(test, "bulk_preview")
    assert "bulk_apply" in [one.key for one in test.button]
    select_rows(test, 0, 1, 2)
    assert "bulk_apply" not in [one.key for one in test.button]


def test_one_selected_finding_opens_on_its_page(app: Office, number: int) -> None:
    for role, label in (
        (Role.OFFICE, "打开这个反馈问题：登记进展、修改、编辑措施"),
        (Role.ORGANIZATION, "登记整改进展"),
        (Role.LEADER, "打开这个反馈问题"),
    ):
        test = select_rows(look(app, role, LEDGER, q="学习"), 0)
        (link,) = [one for one in test.page_link if one.label == label]
        assert link.page == "finding"
        assert link.query_string == f"finding={number}"


def test_only_the_office_selects_several(app: Office, number: int) -> None:
    test = select_rows(look(app, Role.LEADER, LEDGER), 0, 1)
    assert "批量修改" not in everything(test)
