"""轮次 and 党组织名录 as the office works with them: lists in, edits saved, two people, refusals in place."""

from tests.factories import OFFICE, all_of, make_finding, make_inspection, make_organization, make_round
from tests.office import Office, words
from tests.pages.looking import LEDGER, ORGANIZATION, ORGANIZATIONS, ROUNDS, go, links, look, table
from tests.pages.test_rounds_and_scores import press
from xczg.rules.values import Role
from xczg.services.inspections import InspectionEdit, InspectionFields, change_inspections
from xczg.services.organizations import rename_organization
from xczg.services.round_editing import edit_round
from xczg.services.tenures import TenureFields, add_tenure
from xczg.store.clock import today
from xczg.store.tables import Inspection, Organization, Round, Tenure
from xczg.ui.inspection_parts import CONTACT, TEAM
from xczg.ui.words import plain

ROUND = "测试轮"


def edit(test, round_id: int, turn: int = 0, **cells):
    """Type into the table of organisations; `cells` by row number as r0, r1."""
    rows = {int(place[1:]): values for place, values in cells.items()}
    state = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    test.session_state[f"inspections_{round_id}_{turn}"] = state
    test.run()
    assert not test.exception
    return test


def test_organisations_are_edited_in_the_table_and_saved_together(app: Office) -> None:
    round_id = make_round(app.engine, ROUND)
    for name in ("甲局", "乙局"):
        make_inspection(app.engine, round_id, name)
    test = look(app, Role.OFFICE, ROUNDS)
    first, second = (row["被巡察党组织"] for row in table(test, "被巡察党组织", CONTACT))
    edit(test, round_id, r0={TEAM: 3, "单独的反馈日期": "2026-07-01"}, r1={CONTACT: "王某"})
    assert "有2个党组织的修改尚未保存。" in words(test)
    press(test, "保存修改")
    assert [one.value for one in test.success] == ["已保存2个党组织的修改。"]
    saved = {row["被巡察党组织"]: row for row in table(test, "被巡察党组织", CONTACT)}
    assert (saved[first][TEAM], saved[second][CONTACT]) == (3, "王某")


def test_two_people_edit_the_same_inspection_and_the_second_chooses(app: Office) -> None:
    round_id = make_round(app.engine, ROUND)
    inspection = make_inspection(app.engine, round_id, "甲局")
    for button, kept in (("保留现有内容", "李某"), ("用我填写的覆盖", "王某")):
        test = edit(look(app, Role.OFFICE, ROUNDS), round_id, r0={CONTACT: "王某"})
        (row,) = all_of(app.engine, Inspection)
        other = InspectionEdit(inspection, row.version, InspectionFields(contact="李某", team=row.version))
        change_inspections(app.engine, OFFICE, round_id, [other])
        press(test, "保存修改")
        differing = {one["项目"]: (one["您填写的"], one["现有内容"]) for one in table(test, "您填写的")}
        assert differing["联系人"] == ("王某", "李某")
        assert all_of(app.engine, Inspection)[0].contact == "李某", "nothing is written before the choice"
        press(test, button)
        assert all_of(app.engine, Inspection)[0].contact == kept


def test_a_pasted_list_is_shown_line_by_line_before_it_is_added(app: Office) -> None:
    round_id = make_round(app.engine, ROUND)
    make_inspection(app.engine, round_id, "市教育局党组")
    water = make_organization(app.engine, "市水利局党组")
    test = look(app, Role.OFFICE, ROUNDS, view="增加党组织")
    test.radio(key="add_way").set_value("粘贴名单").run()
    test.text_area(key="field_add_text").input("1、水利局\n2、市教育局党组\n3、市气象局党组").run()
    shown = {row["名单中的名称"]: row["情况"] for row in table(test, "名单中的名称")}
    assert shown == {"水利局": "不能确定", "市教育局党组": "已在本轮", "市气象局党组": "名录中没有"}
    assert test.button(key="add_list").disabled
    test.selectbox(key="field_add_answer_水利局").set_value(water).run()
    test.checkbox(key="field_add_create").check().run()
    press(test, "加入2个党组织")
    said = f"已将2个党组织加入{ROUND}，其中新建1个；另有1个已在本轮，未作改动。"
    assert [one.value for one in test.success] == [said]
    assert len(all_of(app.engine, Inspection)) == 3


def test_an_unanswered_name_is_refused_and_the_list_stays(app: Office) -> None:
    make_round(app.engine, ROUND)
    make_organization(app.engine, "市水利局党组")
    make_organization(app.engine, "市教育局党组")
    test = look(app, Role.OFFICE, ROUNDS, view="增加党组织")
    test.radio(key="add_way").set_value("粘贴名单").run()
    test.text_area(key="field_add_text").input("水利局\n市教育局党组").run()
    press(test, "加入1个党组织")
    assert [one.value for one in test.error] == ["不能确定：水利局。请逐个选择所指的党组织。"]
    assert test.text_area(key="field_add_text").value == "水利局\n市教育局党组"
    assert all_of(app.engine, Inspection) == []


def test_exemption_and_removal_of_one_organisation(app: Office) -> None:
    round_id = make_round(app.engine, ROUND)
    make_finding(app.engine, make_inspection(app.engine, round_id, "甲局"))
    test = look(app, Role.OFFICE, ROUNDS)
    test.selectbox(key="field_decision_organization").set_value("甲局").run()
    press(test, "确认移除")
    assert test.error[0].value.startswith(plain("“甲局”在本轮已有反馈问题1个，不能移除"))
    press(test, "登记免于评估")
    assert test.error[0].value.startswith("请填写作出决定的机构或会议")
    test.text_input(key="field_decision_by").input("领导小组会议")
    test.text_area(key="field_decision_reason").input("机构改革")
    press(test, "登记免于评估")
    assert [one.value for one in test.success] == ["已登记甲局免于评估，不再计入评分和排名。"]
    assert all_of(app.engine, Inspection)[0].exempted_on == today()
    test.selectbox(key="field_decision_organization").set_value("甲局").run()
    test.text_area(key="field_decision_withdrawal").input("方案调整")
    press(test, "撤销免于评估")
    assert all_of(app.engine, Inspection)[0].exempted_on is None


def test_two_people_change_the_same_round(app: Office) -> None:
    round_id = make_round(app.engine, ROUND)
    test = look(app, Role.OFFICE, ROUNDS, view="轮次设置")
    edit_round(app.engine, OFFICE, round_id, 1, name=ROUND, term="八届市委", feedback_date=today())
    test.text_input(key=f"field_edit_round_{round_id}_term").input("九届市委")
    press(test, "保存修改")
    differing = {one["项目"]: (one["您填写的"], one["现有内容"]) for one in table(test, "您填写的")}
    assert differing["届次"] == ("九届市委", "八届市委")
    press(test, "用我填写的覆盖")
    assert all_of(app.engine, Round)[0].term == "九届市委"


def test_a_round_in_use_is_not_deleted_and_may_be_archived(app: Office) -> None:
    make_inspection(app.engine, make_round(app.engine, ROUND), "甲局")
    test = look(app, Role.OFFICE, ROUNDS, view="轮次设置")
    press(test, "确认删除")
    assert "名下有被巡察党组织1个，不能删除" in test.error[0].value
    press(test, "确认归档")
    assert [row["结果"] for row in table(test, "轮次", "结果")] == ["已归档"]
    go(test, LEDGER)
    assert "还没有可以查看的轮次" in words(test)
    go(test, ROUNDS, view="轮次设置")
    press(test, "恢复")
    assert [row["结果"] for row in table(test, "轮次", "结果")] == [""]


# 党组织名录


def chosen(app: Office, name: str, view: str = "主要负责人", **address: str):
    """The directory with one organisation selected and one of its four tasks open."""
    test = look(app, Role.OFFICE, ORGANIZATIONS, find=name, **address)
    test.session_state["directory_view"] = view
    archived = bool(address)
    selection = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.session_state[f"directory_1_{archived}_{name}"] = selection
    test.run()
    assert not test.exception
    assert name in words(test)
    return test


def test_renaming_keeps_the_former_name_and_old_addresses_work(app: Office) -> None:
    round_id = make_round(app.engine, ROUND)
    make_inspection(app.engine, round_id, "市粮食局党组")
    number = make_organization(app.engine, "市粮食局党组")
    test = chosen(app, "市粮食局党组", "更名和曾用名")
    test.text_input(key=f"field_rename_{number}_name").input("市储备局党组")
    press(test, "更名")
    assert test.error[0].value.startswith("请填写更名原因")
    test.text_input(key=f"field_rename_{number}_reason").input("机构改革")
    press(test, "更名")
    assert [one.value for one in test.success] == ["市粮食局党组已更名为市储备局党组。"]
    (row,) = table(test, "党组织", "曾用名和其他写法")
    assert (row["党组织"], row["曾用名和其他写法"]) == ("市储备局党组", "市粮食局党组")
    go(test, ORGANIZATION, round=ROUND, org="市粮食局党组")
    assert test.title[0].value == "市储备局党组"


def test_two_people_rename_the_same_organisation(app: Office) -> None:
    number = make_organization(app.engine, "甲局")
    test = chosen(app, "甲局", "更名和曾用名")
    rename_organization(app.engine, OFFICE, number, 1, "甲局党组", reason="规范名称")
    test.text_input(key=f"field_rename_{number}_name").input("甲局党委")
    test.text_input(key=f"field_rename_{number}_reason").input("规范名称")
    press(test, "更名")
    assert table(test, "您填写的")[0]["现有内容"] == "甲局党组"
    press(test, "保留现有内容")
    assert all_of(app.engine, Organization)[0].name == "甲局党组"


def test_a_change_of_principals_and_a_refusal_that_keeps_what_was_typed(app: Office) -> None:
    number = make_organization(app.engine, "甲局")
    add_tenure(app.engine, OFFICE, number, TenureFields("张某某", "书记", today().replace(year=2020, day=1)))
    test = chosen(app, "甲局")
    prefix = f"field_tenure_new_{number}"
    assert test.text_input(key=f"{prefix}_post").value == "书记"
    press(test, "登记")
    assert test.error[0].value == plain("请填写主要负责人姓名（1至40字）。")
    test.text_input(key=f"{prefix}_name").input("李某某")
    press(test, "登记")
    assert [one.value for one in test.success] == ["已登记李某某任职。"]
    first, second = all_of(app.engine, Tenure)
    assert (first.ended_on, second.started_on) == (today(), today())
    shown = {row["姓名"]: (row["整改责任交接"], row["说明"]) for row in table(test, "姓名", "说明")}
    assert shown == {"张某某": ("未登记", ""), "李某某": ("", "现任")}


def test_merging_shows_what_moves_or_why_not(app: Office) -> None:
    round_id = make_round(app.engine, ROUND)
    make_inspection(app.engine, round_id, "甲局")
    source, target = make_organization(app.engine, "甲局"), make_organization(app.engine, "乙局党组")
    test = chosen(app, "甲局", "合并")
    test.selectbox(key=f"field_merge_{source}_target").set_value(target).run()
    assert [one.value for one in test.info] == ["将转移到“乙局党组”：巡察1次。"]
    test.text_input(key=f"field_merge_{source}_reason").input("同一单位")
    press(test, "确认合并")
    assert [one.value for one in test.success] == ["已将甲局并入乙局党组。"]
    assert all_of(app.engine, Inspection)[0].organization_id == target
    make_inspection(app.engine, round_id, "丙局")
    clash = make_organization(app.engine, "丙局")
    test = chosen(app, "丙局", "合并")
    test.selectbox(key=f"field_merge_{clash}_target").set_value(target).run()
    assert f"同在{ROUND}中，不能合并" in test.error[0].value
    assert not [one for one in test.button if one.label == "确认合并"]


def test_deleting_with_something_hanging_on_it_offers_the_archive(app: Office) -> None:
    make_inspection(app.engine, make_round(app.engine, ROUND), "甲局")
    test = chosen(app, "甲局", "归档和删除")
    press(test, "确认删除")
    assert "名下有巡察1次，不能删除。不再使用的，请归档。" in test.error[0].value
    press(test, "确认归档")
    assert "没有符合条件的党组织" in words(test)
    test = chosen(app, "甲局", "归档和删除", archived="true")
    press(test, "恢复")
    assert all_of(app.engine, Organization)[0].archived_at is None


def test_the_city_shows_its_directory(city: Office) -> None:
    test = look(city, Role.OFFICE, ORGANIZATIONS, find="农业局")
    (row,) = table(test, "党组织", "曾用名和其他写法")
    assert row["党组织"] == "崤陵市农业农村局党组"
    assert row["主要负责人"].endswith("某某，党组书记、局长")
    assert links(test) == []
