"""Tasks read from the database, each person's own; the letter and the calendar made of them."""

import io
from datetime import UTC, date, datetime

import pytest
from docx import Document
from docx.oxml.ns import qn
from icalendar import Calendar
from sqlalchemy import Engine

from tests.factories import (
    OFFICE,
    UNITS,
    actor,
    confirm,
    counted_statements,
    everything,
    make_finding,
    make_findings,
    make_inspection,
    make_round,
    make_sheet,
)
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.due import Owner, Screen, Urgency
from xczg.rules.values import CloseOutState, FindingStatus, Role, ScoringUnit
from xczg.services.due import make_calendar, make_letter, read_tasks
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import writing
from xczg.store.tables import CloseOut, ConsultationMeeting, ScoreDraft, SupervisionEntry

TODAY = date(2024, 9, 10)  # the round of the factories gave feedback on 2024-06-28
MOMENT = datetime(2024, 9, 10, 4, 0, tzinfo=UTC)
ORGANIZATION = actor(Role.ORGANIZATION, organization_id=1)


@pytest.fixture
def two(engine: Engine) -> tuple[int, int, int]:
    """A round with two organisations, each with an overdue finding, the second of another team."""
    round_id = make_round(engine)
    confirm(engine, round_id)
    first = make_inspection(engine, round_id, "甲局党组", team=1)
    second = make_inspection(engine, round_id, "乙局党组", team=2)
    for inspection in (first, second):
        make_findings(
            engine,
            inspection,
            [
                {"text": "逾期的", "due_date": date(2024, 8, 1)},
                {"text": "完成的", "due_date": date(2024, 8, 1), "status": FindingStatus.COMPLETED},
                {"text": "长期的", "due_date": date(2024, 8, 1), "long_term": True},
                {"text": "没有时限的"},
                {"text": "很久以后的", "due_date": date(2025, 8, 1)},
            ],
        )
    return round_id, first, second


def shown(engine: Engine, who, today: date = TODAY) -> set[tuple[str, str, str]]:
    return {(task.owner.value, task.organization, task.words) for task in read_tasks(engine, who, today)}


def test_the_office_sees_everybodys_and_each_its_own(engine: Engine, two):
    whole = read_tasks(engine, OFFICE, TODAY)
    assert {task.owner for task in whole} == {Owner.DISCIPLINE, Owner.PERSONNEL, Owner.ORGANIZATION}
    for role, scope, owners, organizations in (
        (Role.DISCIPLINE, {}, {Owner.DISCIPLINE}, {"甲局党组", "乙局党组", ""}),
        (Role.PERSONNEL, {}, {Owner.PERSONNEL}, {"甲局党组", "乙局党组", ""}),
        (Role.ORGANIZATION, {"organization_id": 1}, {Owner.ORGANIZATION}, {"甲局党组"}),
        (Role.TEAM, {"team": 1}, set(), set()),
        (Role.LEADER, {}, set(), set()),
        (Role.DEPARTMENT, {"department": "市财政局"}, set(), set()),
        (Role.ADMIN, {}, set(), set()),
    ):
        found = read_tasks(engine, actor(role, **scope), TODAY)
        assert {task.owner for task in found} == owners, role
        assert {task.organization for task in found} == organizations, role


def test_only_dated_open_findings_are_due(engine: Engine, two):
    found = read_tasks(engine, ORGANIZATION, TODAY)
    assert [(task.words, task.due, task.urgency) for task in found] == [
        ("1项反馈问题逾期未完成", date(2024, 8, 1), Urgency.OVERDUE)
    ]


def test_looking_writes_nothing_and_twice_gives_the_same(engine: Engine, two):
    before = everything(engine)
    assert read_tasks(engine, OFFICE, TODAY) == read_tasks(engine, OFFICE, TODAY)
    assert everything(engine) == before


def test_a_team_is_told_its_own_sheets_only(engine: Engine, two):
    _, first, _ = two
    october = date(2024, 10, 10)
    with writing(engine) as session:
        session.add(ScoreDraft(inspection_id=first, unit=ScoringUnit.TEAM, lines={}, updated_by="t"))
    make_sheet(engine, first, ScoringUnit.DISCIPLINE)
    assert shown(engine, actor(Role.TEAM, team=1), october) == {
        ("市委巡察组", "甲局党组", "评分表填写中，尚未提交")
    }
    assert shown(engine, actor(Role.TEAM, team=2), october) == {("市委巡察组", "乙局党组", "填写评分表")}


def test_tasks_go_as_the_work_is_done(engine: Engine, two):
    round_id, first, second = two
    october = date(2024, 10, 10)
    assert any(task.screen is Screen.CONSULTATION for task in read_tasks(engine, OFFICE, october))
    with writing(engine) as session:
        session.add(ConsultationMeeting(round_id=round_id, held_on=october, items={}, recorded_by="o"))
    assert not any(task.screen is Screen.CONSULTATION for task in read_tasks(engine, OFFICE, october))
    for inspection in (first, second):
        for unit in UNITS:
            make_sheet(engine, inspection, unit)
    left = {task.screen for task in read_tasks(engine, OFFICE, october)}
    assert Screen.SCORES in left
    assert Screen.SCORE_SHEET not in left


def test_what_a_unit_looked_at_counts_once_a_content(engine: Engine, two):
    _, first, _ = two
    with writing(engine) as session:
        for content in ("整改方案制定情况", "整改方案制定情况", "整改主体责任落实情况"):
            session.add(
                SupervisionEntry(
                    inspection_id=first,
                    unit=ScoringUnit.DISCIPLINE,
                    content=content,
                    on_date=TODAY,
                    seen="看了",
                    recorded_by="d",
                )
            )
    assert ("市纪委监委", "甲局党组", "日常监督尚有5项评估内容未登记") in shown(
        engine, actor(Role.DISCIPLINE)
    )


def test_only_the_newest_claim_of_a_finding_counts(engine: Engine, two):
    _, first, _ = two
    finding = make_finding(engine, first, "申请过的")
    with writing(engine) as session:
        for state, opinion in ((CloseOutState.RETURNED, "补充"), (CloseOutState.UNDER_REVIEW, "")):
            session.add(
                CloseOut(finding_id=finding, state=state, summary="完成", claimed_by="a", opinion=opinion)
            )
            session.flush()
    assert ("市委巡察办", "甲局党组", "审核1项销号申请") in shown(engine, OFFICE)
    assert not any("退回补充" in words for _, _, words in shown(engine, OFFICE))


def test_the_number_of_statements_is_fixed(engine: Engine, two):
    round_id, *_ = two
    with counted_statements(engine) as few:
        read_tasks(engine, OFFICE, TODAY)
    for n in range(30):
        make_finding(engine, make_inspection(engine, round_id, f"单位{n}"), due_date=date(2024, 8, 1))
    with counted_statements(engine) as many:
        read_tasks(engine, OFFICE, TODAY)
    assert len(few) == len(many) == 14


def test_the_letter_names_what_is_due_and_nothing_of_others(engine: Engine, two):
    document = Document(io.BytesIO(make_letter(engine, OFFICE, "甲局党组", TODAY)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert text.startswith("巡察整改提醒函\n\n甲局党组：")
    assert "1.1项反馈问题逾期未完成（最早应于2024年8月1日完成，逾期）。" in text
    assert "2024年9月10日" in text
    assert "乙局党组" not in text
    assert "数据截至" in text


def test_the_letter_is_laid_out_as_the_standard_says(engine: Engine, two):
    document = Document(io.BytesIO(make_letter(engine, OFFICE, "甲局党组", TODAY)))
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    for paragraph in document.paragraphs:
        assert paragraph.paragraph_format.line_spacing.pt == 28.95
        for run in paragraph.runs:
            assert run._element.rPr.rFonts.get(qn("w:eastAsia"))
    assert document.settings.odd_and_even_pages_header_footer


def test_a_letter_about_nothing_or_about_others_is_refused(engine: Engine, two):
    for who, name in ((OFFICE, "丙局党组"), (ORGANIZATION, "乙局党组")):
        with pytest.raises(RefusedError, match="没有需要提醒的事项"):
            make_letter(engine, who, name, TODAY)
    with pytest.raises(PermissionRefusedError):
        make_letter(engine, actor(Role.LEADER), "甲局党组", TODAY)


def test_the_calendar_holds_the_dated_tasks_and_can_be_imported_again(engine: Engine, two):
    first = Calendar.from_ical(make_calendar(engine, OFFICE, TODAY, MOMENT))
    events = first.walk("VEVENT")
    dated = [task for task in read_tasks(engine, OFFICE, TODAY) if task.due]
    assert len(events) == len(dated)
    assert sorted(event.decoded("dtstart") for event in events) == sorted(task.due for task in dated)
    later = Calendar.from_ical(make_calendar(engine, OFFICE, date(2024, 9, 12), MOMENT)).walk("VEVENT")
    identities = [str(event["uid"]) for event in events]
    assert len(set(identities)) == len(identities)
    assert set(identities) == {str(event["uid"]) for event in later}
