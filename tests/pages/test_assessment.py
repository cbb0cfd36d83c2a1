"""The pages of the concentrated assessment, and the anonymous ballot that needs no account."""

from datetime import timedelta

import pytest

from tests.factories import OFFICE, all_of, make_findings, make_inspection, make_round
from tests.office import Office, words
from tests.pages.looking import (
    BALLOT,
    CIRCULATED,
    CONSULTATION,
    CURRENT,
    DELIBERATED,
    GROUPS,
    ORGANIZATION,
    OVERVIEW,
    OWN,
    SATISFACTION,
    SCORING,
    TEAM,
    VISITS,
    WRAP_UP,
    everything,
    inspected_by,
    look,
    reckoned,
    table,
)
from tests.services.test_assessment_groups_and_visits import go as visit
from tests.services.test_assessment_groups_and_visits import staffed
from xczg.access.gate import BANNER
from xczg.rules.values import Basis, FindingStatus, Role, VisitOutcome
from xczg.services.satisfaction import Choice, issue_codes
from xczg.store.clock import today
from xczg.store.tables import (
    AssessmentGroup,
    ConsultationMeeting,
    GroupMember,
    SatisfactionSurvey,
    VisitCheck,
    WrapUpMeeting,
)

NAME = "甲局党组"


@pytest.fixture
def visited(app: Office) -> Office:
    """A round after its period, one organisation with two findings, a group, and a visit since yesterday."""
    round_id = make_round(app.engine, "测试轮", today() - timedelta(110))
    inspection = make_inspection(app.engine, round_id, NAME, team=1)
    make_findings(app.engine, inspection, [{"text": "一", "status": FindingStatus.COMPLETED}, {"text": "二"}])
    group, _ = staffed(app.engine, round_id)
    visit(app.engine, inspection, group, today() - timedelta(1))
    return app


def press(test, label):
    """Press a button by its label."""
    next(one for one in test.button if one.label == label).click().run()
    assert not test.exception
    return test


def fill(test, rows):
    """What somebody types into the grid: conclusion and basis by row."""
    edited = {row: {"核实结论": outcome, "核实依据": basis} for row, (outcome, basis) in rows.items()}
    test.session_state["checks_1"] = {"edited_rows": edited, "added_rows": [], "deleted_rows": []}
    return test.run()


# Groups and schedule


def test_the_office_forms_a_group_and_a_rejected_form_keeps_what_was_typed(app: Office) -> None:
    make_inspection(app.engine, make_round(app.engine), NAME)
    test = look(app, Role.OFFICE, GROUPS)
    assert "还没有成立督查组" in words(test)
    test.text_input(key="field_group_name").set_value("第一督查组")
    press(test, "成立督查组")
    assert [one.name for one in all_of(app.engine, AssessmentGroup)] == ["第一督查组"]
    assert "已成立第一督查组。下一步：增加成员。" in words(test).replace("\\", "")
    test.selectbox(key="groups_act").select("增加成员").run()
    test.text_input(key="field_member_post").set_value("室主任")
    press(test, "增加成员")
    assert "请填写成员姓名" in words(test)
    assert test.text_input(key="field_member_post").value == "室主任"
    test.text_input(key="field_member_name").set_value("张某某")
    press(test, "增加成员")
    assert [one.post for one in all_of(app.engine, GroupMember)] == ["室主任"]


@pytest.mark.parametrize("role", [Role.LEADER, Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM])
def test_others_read_groups_and_schedule_without_forms(city: Office, role: Role) -> None:
    test = look(city, role, GROUPS, round=SCORING)
    shown = {row["被巡察党组织"] for row in table(test, "日期", "督查组")}
    everyone = {row.organization for row in reckoned(city, SCORING).result.rows}
    expected = inspected_by(city, TEAM, SCORING) if role is Role.TEAM else everyone
    assert shown == expected
    assert "办理" not in [one.label for one in test.selectbox]
    if role is Role.TEAM:
        sent = everything(test)
        assert [name for name in everyone - expected if name in sent] == []


def test_the_schedule_says_where_the_assessment_stands_in_its_month(city: Office) -> None:
    assert "前完成（R5），已于" in words(look(city, Role.OFFICE, GROUPS, round=SCORING))
    frozen = look(city, Role.OFFICE, GROUPS, round=CIRCULATED)
    assert "冻结" in words(frozen)
    assert "办理" not in [one.label for one in frozen.selectbox]


# Meetings


def test_the_consultation_comes_filled_in_and_is_recorded(visited: Office) -> None:
    test = look(visited, Role.OFFICE, CONSULTATION)
    assert [one.label for one in test.text_area] == [
        "一、通报日常监督评估情况",
        "二、会商集中整改进展报告",
        "三、安排实地督导事宜",
    ]
    assert "集中整改进展报告已报送0/1份" in test.text_area[1].value
    test.text_area[0].set_value("已通报。")
    press(test, "登记会商会议")
    (meeting,) = all_of(visited.engine, ConsultationMeeting)
    assert meeting.items["通报日常监督评估情况"] == "已通报。"
    assert "已保存会商会议情况" in words(test)


def test_a_team_reads_of_the_consultation_that_it_was_held_not_what_was_said_of_others(city: Office) -> None:
    sent = everything(look(city, Role.TEAM, CONSULTATION, round=SCORING))
    others = {row.organization for row in reckoned(city, SCORING).result.rows} - inspected_by(
        city, TEAM, SCORING
    )
    assert "召开" in sent
    assert [name for name in others if name in sent] == []


def test_the_wrap_up_is_asked_once_and_says_what_is_still_missing(visited: Office) -> None:
    test = look(visited, Role.OFFICE, WRAP_UP)
    assert "评分表已交0/3份" in words(test)
    test.button(key="confirm_wrap_up").click().run()
    assert len(all_of(visited.engine, WrapUpMeeting)) == 1
    assert "不能撤回" not in words(test)
    assert "登记督查组汇总" in words(test)


# 督查核实


def test_a_grid_is_filled_in_and_saved_and_the_figures_follow(visited: Office) -> None:
    test = look(visited, Role.TEAM, VISITS, org=NAME)
    fill(test, {0: ("未整改到位", "现场查看"), 1: ("基本到位", "查阅资料")})
    assert test.button(key="save_checks").label == "保存核实结论（2项）"
    test.button(key="save_checks").click().run()
    assert [one.outcome for one in all_of(visited.engine, VisitCheck)] == [
        VisitOutcome.NOT_COMPLETED,
        VisitOutcome.BASICALLY_COMPLETED,
    ]
    assert "已保存2项核实结论" in words(test)
    helps = [tile.help for tile in look(visited, Role.OFFICE, OVERVIEW).metric]
    assert "来源：督查核实" in helps[2]
    page = look(visited, Role.OFFICE, ORGANIZATION, org=NAME)
    sent = everything(page)
    assert "来源为督查核实" in words(page)
    for line in ("50.0%（1/2）", "0.0%（0/2）"):
        assert line in sent


def test_what_is_incomplete_is_named_and_what_was_typed_stays(visited: Office) -> None:
    test = look(visited, Role.DISCIPLINE, VISITS, org=NAME)
    fill(test, {0: ("未整改到位", ""), 1: (None, "查阅资料")})
    test.button(key="save_checks").click().run()
    assert "请填写核实依据" in words(test)
    assert "请选择核实结论" in words(test)
    assert all_of(visited.engine, VisitCheck) == []
    assert test.session_state["field_checks_1_typed"] == {1: ("未整改到位", ""), 2: ("", "查阅资料")}


def test_nobody_checks_before_the_visit_or_after_the_freeze(city: Office) -> None:
    test = look(city, Role.OFFICE, VISITS, round=CIRCULATED, org=OWN)
    assert "核实结论不再改动" in words(test)
    assert "save_checks" not in [one.key for one in test.button]
    test = look(city, Role.OFFICE, VISITS, round=CURRENT, org=OWN)
    assert "还没有安排到这个党组织的实地督导" in words(test)


@pytest.mark.parametrize("name", [CURRENT, SCORING, DELIBERATED])
def test_figures_name_what_they_rest_on(city: Office, name: str) -> None:
    rows = reckoned(city, name).result.rows
    verified = sum(row.basis is Basis.VERIFIED for row in rows)
    test = look(city, Role.OFFICE, OVERVIEW, round=name)
    source = next(tile.help for tile in test.metric if tile.label == "整改完成率（%）").split("来源：")[1]
    counted = [row for row in rows if row.counts.findings]
    if not verified:
        assert source == "单位自报。"
    elif verified == len(counted):
        assert source == "督查核实。"
    else:
        assert source == f"单位自报，其中{verified}个党组织已全部核实、以督查核实为准。"
    assert f"来源为{source.removesuffix('。')}" in test.caption[-1].value


# Satisfaction


def test_counts_are_recorded_and_too_many_are_refused_without_losing_them(visited: Office) -> None:
    test = look(visited, Role.TEAM, SATISFACTION, org=NAME)
    for name, value in (("issued", 5), ("satisfied", 6)):
        test.number_input(key=f"field_survey_1_{name}").set_value(value)
    press(test, "保存票数")
    assert "收回6张，多于发出的5张" in words(test)
    assert test.number_input(key="field_survey_1_satisfied").value == 6
    test.number_input(key="field_survey_1_issued").set_value(8)
    press(test, "保存票数")
    (one,) = all_of(visited.engine, SatisfactionSurvey)
    assert (one.issued, one.satisfied) == (8, 6)
    assert "发放投票码" not in words(test), "codes are the office's"


def test_codes_are_shown_once(visited: Office) -> None:
    test = look(visited, Role.OFFICE, SATISFACTION, org=NAME)
    test.number_input(key="field_codes_number").set_value(2)
    press(test, "发放投票码")
    assert everything(test).count("整改满意度测评<br>") == 2
    test.run()
    assert "整改满意度测评<br>" not in everything(test)


# The ballot


def ballot(app: Office):
    """The page as anybody opens it, without an account."""
    return app.session(None, page=BALLOT).run()


def test_whoever_has_a_code_votes_once_without_an_account(visited: Office) -> None:
    (code,) = issue_codes(visited.engine, OFFICE, 1, number=1, expires_on=today(), today=today())
    test = ballot(visited)
    assert test.title[0].value == "整改满意度测评"
    test.text_input(key="ballot_code").set_value(code)
    press(test, "下一步")
    press(test, "投票")
    assert "请先选择一项" in words(test)
    test.radio(key="ballot_choice").set_value(Choice.DISSATISFIED)
    press(test, "投票")
    assert "投票已完成" in words(test)
    (one,) = all_of(visited.engine, SatisfactionSurvey)
    assert (one.satisfied, one.dissatisfied) == (0, 1)
    again = ballot(visited)
    again.text_input(key="ballot_code").set_value(code)
    press(again, "下一步")
    assert "已使用" in words(again)
    assert (all_of(visited.engine, SatisfactionSurvey)[0].dissatisfied) == 1


def test_the_ballot_shows_nothing_of_the_rest(visited: Office) -> None:
    test = ballot(visited)
    sent = everything(test)
    for hidden in (NAME, "测试轮", "总览", "台账", BANNER):
        assert hidden not in sent
    test.text_input(key="ballot_code").set_value("aaaa-bbbb-cccc")
    press(test, "下一步")
    assert "投票码无效" in words(test)
    assert NAME not in everything(test)


def test_the_ballot_is_in_nobodys_menu_and_lets_through_no_other_page(visited: Office) -> None:
    for page in (GROUPS, VISITS, SATISFACTION):
        test = visited.session(None, page=page).run()
        assert "请先登录" in words(test)
    for role in (Role.OFFICE, Role.TEAM):
        assert BALLOT not in str(look(visited, role, GROUPS)._tree)
