"""Result reports (R4): draft, submit, return; every version kept, every transition tried."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from sqlalchemy import Engine

from tests.factories import OFFICE, actor, all_of, everything, make_inspection, make_round
from tests.services.supervising import (
    DISCIPLINE,
    IN_TIME,
    PERSONNEL,
    freeze,
    joint,
    record,
    record_all,
    report,
    submit,
    supervision,
)
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.values import ReportState, Role, ScoringUnit
from xczg.services.supervision_exports import export_report
from xczg.services.supervision_reports import (
    draft_report,
    redraft_report,
    return_report,
    save_overall,
    save_section,
    submit_report,
)
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import ReportSection, SupervisionReport

LATE = date(2024, 10, 8)


@pytest.fixture
def inspections(engine: Engine) -> tuple[int, int]:
    """Two organisations, and one exempted that nobody reports on."""
    number = make_round(engine)
    make_inspection(engine, number, "丙局党组", exempted=True)
    return make_inspection(engine, number, "甲局党组"), make_inspection(engine, number, "乙局党组", team=2)


def send(engine: Engine, number: int, *, who=DISCIPLINE, blanks=None, edition=None, today=IN_TIME) -> None:
    found = report(engine, DISCIPLINE)
    submit_report(
        engine, who, number,
        found.edition if edition is None else edition,
        blanks_confirmed=found.blanks if blanks is None else blanks, today=today,
    )  # fmt: skip


def test_the_draft_has_a_section_for_each_organisation_made_of_its_units_entries(
    engine: Engine, inspections
) -> None:
    record(engine, inspections[0], seen="本单位所见")
    record(engine, inspections[1], who=PERSONNEL, seen="另一单位所见")
    draft_report(engine, DISCIPLINE, 1)
    found = report(engine)
    assert [one.organization for one in found.sections] == ["乙局党组", "甲局党组"]
    assert "本单位所见" in found.sections[1].text
    assert "另一单位所见" not in found.sections[0].text
    assert "对本轮2个党组织" in found.overall
    assert found.editable
    assert found.blanks == 2 * 7 - 1


def test_texts_are_saved_apart_so_that_colleagues_work_side_by_side(engine: Engine, inspections) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    save_section(engine, DISCIPLINE, number, inspections[0], 1, "甲")
    save_section(engine, DISCIPLINE, number, inspections[1], 1, "乙")
    save_overall(engine, DISCIPLINE, number, 1, "总")
    found = report(engine)
    assert (found.overall, [one.text for one in found.sections]) == ("总", ["乙", "甲"])
    with pytest.raises(StaleError) as stale:
        save_section(engine, DISCIPLINE, number, inspections[0], 1, "丙")
    assert (stale.value.stored.text, stale.value.stored.version) == ("甲", 2)
    with pytest.raises(StaleError) as stale:
        save_overall(engine, DISCIPLINE, number, 1, "丁")
    assert (stale.value.stored.overall, stale.value.stored.row_version) == ("总", 2)
    with pytest.raises(RefusedError, match="不超过8000字"):
        save_section(engine, DISCIPLINE, number, inspections[0], 2, "长" * 8001)


def test_redrafting_takes_in_new_entries_and_new_organisations(engine: Engine, inspections) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    edition = report(engine).edition
    record(engine, inspections[0], seen="新去看的")
    make_inspection(engine, 1, "丁局党组")
    redraft_report(engine, DISCIPLINE, number, edition)
    texts = {one.organization: one.text for one in report(engine).sections}
    assert "新去看的" in texts["甲局党组"]
    assert set(texts) == {"甲局党组", "乙局党组", "丁局党组"}
    with pytest.raises(StaleError):
        redraft_report(engine, DISCIPLINE, number, edition)


def test_blanks_are_confirmed_by_their_number(engine: Engine, inspections) -> None:
    record_all(engine, inspections[0])
    number = draft_report(engine, DISCIPLINE, 1)
    for told in (0, 6, 8):
        with pytest.raises(RefusedError, match="现有7项评估内容仍为空白"):
            send(engine, number, blanks=told)
    record_all(engine, inspections[1])
    with pytest.raises(RefusedError, match="现有0项"):
        send(engine, number, blanks=7)
    send(engine, number, blanks=0)
    assert report(engine).chosen.state is ReportState.SUBMITTED


def test_nothing_empty_is_submitted(engine: Engine, inspections) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    save_section(engine, DISCIPLINE, number, inspections[0], 1, " ")
    with pytest.raises(RefusedError, match="有1个党组织的分节没有内容"):
        send(engine, number)
    save_section(engine, DISCIPLINE, number, inspections[0], 2, "有")
    save_overall(engine, DISCIPLINE, number, 1, "")
    with pytest.raises(RefusedError, match="总体情况没有内容"):
        send(engine, number)


def test_who_submits_has_seen_what_is_submitted(engine: Engine, inspections) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    seen = report(engine).edition
    save_section(engine, DISCIPLINE, number, inspections[0], 1, "同事改的")
    with pytest.raises(StaleError, match="本单位其他同志已修改了报告"):
        send(engine, number, edition=seen)
    send(engine, number)


# The state machine


def acts(engine: Engine, number: int, inspection: int) -> dict[str, partial]:
    return {
        "draft": partial(draft_report, engine, DISCIPLINE, 1),
        "save overall": partial(save_overall, engine, DISCIPLINE, number, 1, "总"),
        "save section": partial(save_section, engine, DISCIPLINE, number, inspection, 1, "节"),
        "redraft": lambda: redraft_report(engine, DISCIPLINE, number, report(engine).edition),
        "submit": lambda: send(engine, number),
        "return": partial(return_report, engine, OFFICE, number, reason="请补充"),
    }


EDITING = {"save overall", "save section", "redraft", "submit"}
LEGAL = {"draft": EDITING, "submitted": {"return"}, "returned": set(), "frozen": set()}


@pytest.mark.parametrize("act", ["draft", "save overall", "save section", "redraft", "submit", "return"])
@pytest.mark.parametrize("state", LEGAL)
def test_every_act_in_every_state(engine: Engine, inspections, state: str, act: str) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    if state != "draft":
        send(engine, number)
    if state == "returned":
        return_report(engine, OFFICE, number, reason="请补充")
    if state == "frozen":
        freeze(engine)
    before = everything(engine)
    wanted = acts(engine, number, inspections[0])[act]
    if act in LEGAL[state]:
        wanted()
        assert everything(engine) != before
        return
    with pytest.raises(RefusedError):
        wanted()
    assert everything(engine) == before


def test_a_return_keeps_the_old_version_and_opens_a_copy(engine: Engine, inspections) -> None:
    record(engine, inspections[0], seen="第一版所见")
    number = submit(engine)
    for reason in ("", "长" * 1001):
        with pytest.raises(RefusedError, match="请填写退回原因"):
            return_report(engine, OFFICE, number, reason=reason)
    copy = return_report(engine, OFFICE, number, reason="请补充座谈情况")
    assert supervision(engine).standings[ScoringUnit.DISCIPLINE].state is ReportState.RETURNED
    save_section(engine, DISCIPLINE, copy, inspections[0], 1, "第二版")
    send(engine, copy, today=LATE)
    old, new = report(engine, version=1), report(engine)
    assert old.chosen.returned_reason == "请补充座谈情况"
    assert "第一版所见" in old.sections[1].text
    assert (new.chosen.version, new.sections[1].text) == (2, "第二版")
    standing = supervision(engine, today=LATE).standings[ScoringUnit.DISCIPLINE]
    assert (standing.state, standing.days_late, standing.submitted_on) == (ReportState.SUBMITTED, 0, LATE)
    assert len(all_of(engine, SupervisionReport)) == 2
    assert len(all_of(engine, ReportSection)) == 4


def test_lateness_goes_by_the_day_that_is_passed_in(engine: Engine, inspections) -> None:
    """R4: due one week after the period of three months ends."""
    due = date(2024, 10, 5)
    for today, state, late in (
        (due, ReportState.NOT_SUBMITTED, 0),
        (LATE, ReportState.OVERDUE, 3),
    ):
        found = supervision(engine, today=today).standings[ScoringUnit.DISCIPLINE]
        assert (found.state, found.days_late, found.due) == (state, late, due)
    submit(engine, today=LATE)
    found = supervision(engine, today=date(2025, 1, 1)).standings
    assert (found[ScoringUnit.DISCIPLINE].state, found[ScoringUnit.DISCIPLINE].days_late) == (
        ReportState.SUBMITTED,
        3,
    )
    assert found[ScoringUnit.PERSONNEL].state is ReportState.OVERDUE


# Whose


def test_a_unit_has_no_hand_in_the_others_report(engine: Engine, inspections) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    before = everything(engine)
    for act in (
        partial(save_overall, engine, PERSONNEL, number, 1, "总"),
        partial(save_section, engine, PERSONNEL, number, inspections[0], 1, "节"),
        partial(redraft_report, engine, PERSONNEL, number, 3),
        partial(send, engine, number, who=PERSONNEL),
    ):
        with pytest.raises(RefusedError, match="属于另一单位"):
            act()
    for role in set(Role) - {Role.OFFICE}:
        with pytest.raises(PermissionRefusedError):
            return_report(engine, actor(role), number, reason="x")
    assert everything(engine) == before


def test_a_draft_is_its_units_alone_and_a_report_is_for_those_who_see_everything(
    engine: Engine, inspections
) -> None:
    readers = {role: actor(role) for role in (Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL)}
    readers[Role.TEAM] = actor(Role.TEAM, team=2)
    number = draft_report(engine, DISCIPLINE, 1)
    assert {role for role, who in readers.items() if report(engine, who).chosen} == {Role.DISCIPLINE}
    send(engine, number)
    assert {role for role, who in readers.items() if report(engine, who).chosen} == set(readers) - {Role.TEAM}
    assert supervision(engine, readers[Role.TEAM]).standings[ScoringUnit.DISCIPLINE].submitted_on == IN_TIME
    with pytest.raises(RefusedError, match="没有找到这条记录"):
        export_report(engine, readers[Role.TEAM], 1, number, today=IN_TIME)
    with pytest.raises(PermissionRefusedError):
        export_report(engine, actor(Role.ORGANIZATION, organization_id=1), 1, number, today=IN_TIME)


def test_a_joint_report_is_written_by_both_and_locks_both(engine: Engine, inspections) -> None:
    joint(engine)
    record(engine, inspections[0], seen="纪委所见")
    record(engine, inspections[0], who=PERSONNEL, seen="组织部所见")
    number = draft_report(engine, PERSONNEL, 1)
    with pytest.raises(RefusedError, match="报告草稿已经生成"):
        draft_report(engine, DISCIPLINE, 1)
    save_section(engine, DISCIPLINE, number, inspections[1], 1, "改过")
    found = report(engine, DISCIPLINE, None)
    text = found.sections[1].text
    assert "市纪委监委采取审核资料方式了解情况。纪委所见。" in text
    assert "市委组织部采取审核资料方式了解情况。组织部所见。" in text
    assert found.blanks == (7 + 6) * 2 - 2
    submit_report(engine, DISCIPLINE, number, found.edition, blanks_confirmed=found.blanks, today=IN_TIME)
    for who in (DISCIPLINE, PERSONNEL):
        with pytest.raises(RefusedError, match="已锁定"):
            record(engine, inspections[0], who=who)
    assert list(supervision(engine).standings) == [None]


# At the same moment


def attempt(act) -> bool:
    try:
        act()
    except RefusedError:
        return False
    return True


@pytest.mark.parametrize("together", [False, True])
def test_of_two_drafts_begun_at_the_same_moment_there_is_one(engine: Engine, inspections, together) -> None:
    if together:
        joint(engine)
    who = (DISCIPLINE, PERSONNEL if together else DISCIPLINE)
    with ThreadPoolExecutor(2) as both:
        passed = list(both.map(attempt, [partial(draft_report, engine, one, 1) for one in who]))
    assert sorted(passed) == [False, True]
    assert len(all_of(engine, SupervisionReport)) == 1


def test_no_entry_slips_in_behind_a_submission(engine: Engine, inspections) -> None:
    """Either the entry came first, and the blanks were others; or the report did, and locked it out."""
    number = draft_report(engine, DISCIPLINE, 1)
    edition, left = report(engine).edition, report(engine).blanks
    race = [
        partial(send, engine, number, edition=edition, blanks=left),
        partial(record, engine, inspections[0]),
    ]
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(attempt, race)) == [False, True]


def test_submitted_twice_at_the_same_moment_it_is_submitted_once(engine: Engine, inspections) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    edition, left = report(engine).edition, report(engine).blanks
    act = partial(send, engine, number, edition=edition, blanks=left)
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(attempt, [act, act])) == [False, True]


# On paper


def test_the_paper_is_laid_out_as_official_papers_are(engine: Engine, inspections) -> None:
    record(engine, inspections[0], seen="查看了<台账>&附件")
    number = submit(engine)
    paper = docx.Document(io.BytesIO(export_report(engine, OFFICE, 1, number, today=LATE)))
    texts = [one.text for one in paper.paragraphs]
    assert texts[0] == "八届市委第六轮巡察整改日常监督评估结果报告"
    assert [one for one in texts if one.startswith("（")] == ["（一）乙局党组", "（二）甲局党组"]
    assert any("查看了<台账>&附件" in one for one in texts)
    assert "2024年10月3日" in texts, "the day of submission"
    assert any(one.startswith("数据截至2024年10月8日；第1版，已报送。口径：") for one in texts)
    page = paper.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert round(page.page_width / Mm(1)) == 210
    fonts = {
        run._r.rPr.rFonts.get(qn("w:eastAsia")) for one in paper.paragraphs for run in one.runs if run.text
    }
    assert fonts == {"方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"}


def test_a_draft_on_paper_says_that_it_is_one(engine: Engine, inspections) -> None:
    number = draft_report(engine, DISCIPLINE, 1)
    paper = docx.Document(io.BytesIO(export_report(engine, DISCIPLINE, 1, number, today=LATE)))
    assert "（草稿）" in [one.text for one in paper.paragraphs]


def test_a_version_that_is_not_there_shows_nothing(engine: Engine, inspections) -> None:
    submit(engine)
    assert report(engine, version=7).chosen is None
