"""销号审核, 延期申请, 整改材料, 移交事项: what each role sees and does there; nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.factories import all_of, make_finding, make_inspection, make_round
from tests.office import Office, words
from tests.pages.looking import (
    CLOSE_OUT,
    CURRENT,
    EXTENSIONS,
    LEDGER,
    MATTERS,
    ORGANIZATION,
    OVERVIEW,
    OWN,
    SCORING,
    SUBMISSIONS,
    everything,
    go,
    look,
    table,
)
from xczg.access.permissions import Actor
from xczg.rules.values import (
    CloseOutState,
    ExtensionState,
    FindingStatus,
    NamedMatterKind,
    Role,
    SubmissionKind,
    SubmissionState,
)
from xczg.services.close_outs import Verdict, review_close_out
from xczg.services.example.city import members, read_city
from xczg.store.clock import today
from xczg.store.engine import writing
from xczg.store.tables import Attachment, CloseOut, Extension, Finding, NamedMatter, Submission
from xczg.ui.flow_lists import table_key
from xczg.ui.words import plain

PDF = ("制度.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF", "application/pdf")
SECOND = Actor("office2", "巡察办又某", frozenset({Role.OFFICE}))


@pytest.fixture
def finding(app: Office) -> int:
    """A completed finding and an open one of the organisation whose account there is."""
    inspection = make_inspection(app.engine, make_round(app.engine, feedback=today()), team=1)
    made = make_finding(app.engine, inspection, "一号问题", serial="1", status=FindingStatus.COMPLETED)
    make_finding(app.engine, inspection, "二号问题", serial="2", due_date=today(), position=2)
    return made


def select(test: AppTest, key: str, row: int = 0) -> AppTest:
    test.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    test.run()
    assert not test.exception
    return test


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def field(test: AppTest, kind: str, label: str):
    return next(one for one in getattr(test, kind) if one.label.startswith(label))


def claimed(app: Office, finding: int) -> AppTest:
    """The organisation's session after it has claimed the close-out with a file."""
    test = look(app, Role.ORGANIZATION, CLOSE_OUT)
    select(test, table_key("close_outs", [finding]))
    field(test, "text_area", "整改情况").input("已修订制度*3*项")
    test.file_uploader[0].set_value(PDF)
    return press(test, "申请销号")


def opened(app: Office, finding: int) -> AppTest:
    """The office's session with the claim open for review."""
    return select(look(app, Role.OFFICE, CLOSE_OUT), table_key("close_outs", [finding]))


def test_a_claim_without_grounds_keeps_what_was_typed(app: Office, finding: int) -> None:
    test = look(app, Role.ORGANIZATION, CLOSE_OUT)
    select(test, table_key("close_outs", [finding]))
    field(test, "text_area", "整改情况").input("已修订制度3项")
    press(test, "申请销号")
    assert [one.value for one in test.error] == [plain("请至少上传一份佐证材料；确实没有的，请写明原因。")]
    assert field(test, "text_area", "整改情况").value == "已修订制度3项"
    assert all_of(app.engine, CloseOut) == []


def test_from_the_claim_to_the_close_out(app: Office, finding: int) -> None:
    test = claimed(app, finding)
    assert [one.value for one in test.success] == [plain("已提交甲局党组第1号问题的销号申请，等待审核。")]
    assert "待申请0个、审核中1个" in words(test)
    assert [one.name for one in all_of(app.engine, Attachment)] == ["制度.pdf"]

    office = opened(app, finding)
    assert "已修订制度\\*3\\*项" in words(office)
    assert [button.label for button in office.get("download_button")][-1:] == [plain("制度.pdf（1KB）")]
    press(office, "退回补充")
    assert "退回补充必须填写审核意见" in office.error[0].value
    field(office, "text_area", "审核意见").input("同意")
    press(office, "同意销号")
    assert [one.value for one in office.success] == [plain("甲局党组第1号问题已销号。")]
    assert all_of(app.engine, Finding)[0].closed_out_on == today()
    assert "没有待审核的销号申请。" in words(office)


def test_the_second_reviewer_is_told_and_sees_what_was_typed(app: Office, finding: int) -> None:
    claimed(app, finding)
    office = opened(app, finding)
    review_close_out(app.engine, SECOND, 1, Verdict(1, closed=True, opinion="同意"), today=today())
    field(office, "text_area", "审核意见").input("缺少票据")
    press(office, "退回补充")
    (told,) = [one.value for one in office.error]
    for part in (
        "他人已处理了同一事项",
        "最新情况：“已销号”（office2），意见：同意。",
        "您刚才填写的是：缺少票据",
    ):
        assert plain(part) in told
    assert [one.state for one in all_of(app.engine, CloseOut)] == [CloseOutState.CLOSED]


def test_reopening_asks_once_and_names_the_finding(app: Office, finding: int) -> None:
    claimed(app, finding)
    press(opened(app, finding), "同意销号")
    office = select(look(app, Role.OFFICE, CLOSE_OUT, close_out="已销号"), table_key("close_outs", [finding]))
    assert plain("取消甲局党组第1号问题的销号，恢复为未完成？") in words(office)
    field(office, "text_area", "原因").input("抽查发现不到位")
    press(office, "确认重新整改")
    found = all_of(app.engine, Finding)[0]
    assert (found.status, found.closed_out_on) == (FindingStatus.NOT_COMPLETED, None)


def test_nobody_is_offered_the_review_of_their_own_claim(app: Office, finding: int) -> None:
    office = look(app, Role.OFFICE, CLOSE_OUT, close_out="待申请")
    select(office, table_key("close_outs", [finding]))
    field(office, "text_area", "整改情况").input("代为申请")
    field(office, "text_input", "没有佐证材料的").input("纸质件存档")
    press(office, "申请销号")
    office = opened(app, finding)
    assert "这是您本人提交的申请" in words(office)
    assert not [button for button in office.button if button.label == "同意销号"]


def test_an_extension_is_asked_and_granted(app: Office, finding: int) -> None:
    test = look(app, Role.ORGANIZATION, EXTENSIONS)
    test.selectbox[-1].select(finding + 1).run()
    press(test, "申请延期")
    assert [one.value for one in test.error] == [plain("请选择申请延至的日期。")]
    later = today() + timedelta(days=30)
    test.date_input[0].set_value(later)
    field(test, "text_area", "延期理由").input("等待批复")
    press(test, "申请延期")
    assert "等待审批；同意之前仍按原时限" in test.success[0].value
    office = look(app, Role.OFFICE, EXTENSIONS)
    select(office, table_key("extensions", [1]))
    press(office, "同意延期")
    (row,) = all_of(app.engine, Extension)
    assert (row.state, row.old_due_date) == (ExtensionState.GRANTED, today())
    assert all_of(app.engine, Finding)[1].due_date == later


def test_a_paper_is_handed_in_returned_and_handed_in_again(app: Office, finding: int) -> None:
    test = look(app, Role.ORGANIZATION, SUBMISSIONS)
    press(test, "报送整改方案")
    assert "请上传材料；只有纸质件的" in test.error[0].value
    test.text_area[0].input("纸质件存档案柜")
    press(test, "报送整改方案")
    office = look(app, Role.OFFICE, SUBMISSIONS)
    field(office, "text_area", "审核意见").input("责任科室不明确")
    press(office, "退回修改")
    test.run()
    assert "责任科室不明确" in words(test)
    test.text_area[0].input("已修改，存档案柜")
    press(test, "报送整改方案")
    found = [(one.kind, one.version, one.state) for one in all_of(app.engine, Submission)]
    assert found == [
        (SubmissionKind.PLAN, 1, SubmissionState.RETURNED),
        (SubmissionKind.PLAN, 2, SubmissionState.WAITING),
    ]


@pytest.mark.parametrize("role", [Role.LEADER, Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM])
def test_supervisors_read_the_papers_and_have_no_form(app: Office, finding: int, role: Role) -> None:
    test = look(app, role, SUBMISSIONS)
    assert [row["被巡察党组织"] for row in table(test, "整改方案")] == ["甲局党组"]
    assert not [button for button in test.button if "报送" in button.label or "审核" in button.label]


def test_numbers_are_entered_in_a_run_and_handled(app: Office, finding: int) -> None:
    test = select(look(app, Role.DISCIPLINE, MATTERS), "matters")
    assert test.selectbox[-1].value is NamedMatterKind.LEAD
    test.number_input[0].set_value(3)
    test.number_input[1].set_value(5)
    press(test, "登记编号")
    assert [one.value for one in test.success] == [plain("已登记甲局党组问题线索第3号至第5号。")]
    test.number_input[1].set_value(3)
    press(test, "登记办结")
    assert [(one.number, one.handled) for one in all_of(app.engine, NamedMatter)] == [
        (3, True),
        (4, False),
        (5, False),
    ]
    assert [row["问题线索"] for row in table(test, "问题线索")] == ["1/3"]
    assert not test.text_area, "there is no place for content"
    assert not test.text_input


@pytest.mark.parametrize("role", [Role.LEADER, Role.PERSONNEL])
def test_who_only_looks_at_matters_has_no_form(city: Office, role: Role) -> None:
    test = select(look(city, role, MATTERS), "matters")
    assert table(test, "问题线索")
    assert not [button for button in test.button if "登记" in button.label]


def test_the_office_enters_no_leads(city: Office) -> None:
    test = select(look(city, Role.OFFICE, MATTERS), "matters")
    kinds = [
        one.value for one in NamedMatterKind if one not in (NamedMatterKind.LEAD, NamedMatterKind.COMPLAINT)
    ]
    assert list(test.selectbox[-1].options) == kinds


@pytest.mark.parametrize("role", [Role.ORGANIZATION, Role.TEAM, Role.DEPARTMENT, Role.ADMIN])
def test_whether_there_are_leads_changes_nothing_for_those_who_may_not_know(city: Office, role: Role) -> None:
    """Every page they can open sends the same with all matters of the city as without any."""
    pages = (OVERVIEW, ORGANIZATION, LEDGER, CLOSE_OUT, EXTENSIONS, SUBMISSIONS, MATTERS)
    assert len(all_of(city.engine, NamedMatter)) > 500

    def sent() -> list[str]:
        test = city.session(role).run()
        seen = [everything(go(test, page, round=name)) for page in pages for name in (CURRENT, SCORING)]
        return [re.sub(r'"deferredFileId": "\w+"', "", text) for text in seen]  # made anew each run

    before = sent()
    with writing(city.engine) as session:
        session.connection().execute(NamedMatter.__table__.delete())
    assert sent() == before
    assert not [text for text in before if "移交事项" in text or "点人" in text]


def test_an_organisation_sees_its_own_flows_only(city: Office) -> None:
    others = {member.name for member in members(read_city())} - {OWN}
    test = city.session(Role.ORGANIZATION).run()
    for page, key, stages in (
        (CLOSE_OUT, "close_out", ["待申请", *CloseOutState]),
        (EXTENSIONS, "extension", list(ExtensionState)),
        (SUBMISSIONS, "paper_state", [None]),
    ):
        for stage in stages:
            go(test, page, round=SCORING, **({key: str(stage)} if stage else {}))
            sent = everything(test)
            assert [name for name in others if name in sent] == [], (page, stage)
