"""Entries of routine supervision (R1–R3): whose, what, when, and until when."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine

from tests.factories import (
    FEEDBACK,
    OFFICE,
    actor,
    all_of,
    everything,
    make_inspection,
    make_round,
)
from tests.services.supervising import (
    DAY,
    DISCIPLINE,
    DUTY,
    IN_TIME,
    LEADS,
    NOWHERE,
    PERSONNEL,
    form,
    freeze,
    record,
    submit,
    supervision,
)
from tests.services.test_attachments import PDF
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.values import Role, ScoringUnit
from xczg.services.attachments import NewFile, fetch_attachment
from xczg.services.supervision import change_entry, record_entry, withdraw_entry
from xczg.services.supervision_exports import export_supervision
from xczg.services.supervision_readings import read_entries
from xczg.services.supervision_reports import return_report
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import AuditEntry, SupervisionEntry


@pytest.fixture
def inspection(engine: Engine) -> int:
    """An inspection of team 1."""
    return make_inspection(engine, make_round(engine), team=1)


def change(engine: Engine, entry: int, version: int = 1, who=DISCIPLINE, **more) -> None:
    change_entry(engine, who, entry, version, form(**more), today=IN_TIME, uploads=NOWHERE)


def test_an_entry_is_its_units_word_with_methods_and_tasks_in_the_order_of_the_rulebook(
    engine: Engine, inspection: int
) -> None:
    more = {"methods": ("其他", "个别座谈", "听取汇报"), "other_method": " 电话询问 ", "judgement": "较好"}
    record(engine, inspection, tasks=("1",), **more)
    record(engine, inspection, who=PERSONNEL)
    first, second = all_of(engine, SupervisionEntry)
    assert (first.unit, second.unit) == (ScoringUnit.DISCIPLINE, ScoringUnit.PERSONNEL)
    assert first.methods == ["听取汇报", "个别座谈", "其他：电话询问"]
    assert (first.tasks, first.on_date, first.judgement, first.recorded_by) == (
        ["1"],
        DAY,
        "较好",
        "discipline",
    )
    cells = supervision(engine).cells
    assert cells[inspection, ScoringUnit.DISCIPLINE, DUTY].word == "较好"
    assert cells[inspection, ScoringUnit.PERSONNEL, DUTY].word == "已记录"
    assert [one.action for one in all_of(engine, AuditEntry)][-2:] == ["登记监督记录"] * 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"content": "别的内容"}, "请选择评估内容"),
        ({"methods": ()}, "至少选择一种监督方式"),
        ({"methods": ("暗访",)}, "没有“暗访”这种监督方式"),
        ({"methods": ("其他",)}, "说明是什么方式"),
        ({"methods": ("其他",), "other_method": "长" * 101}, "说明是什么方式"),
        ({"tasks": ("2",)}, "没有第2项任务"),
        ({"judgement": "优秀"}, "评估判断应为好、较好、一般、差之一"),
        ({"seen": "  "}, "了解到的情况应为1至4000字"),
        ({"seen": "长" * 4001}, "了解到的情况应为1至4000字"),
        ({"on_date": date(2024, 10, 4)}, "晚于今天"),
        ({"on_date": date(2024, 6, 27)}, "早于反馈日期2024年6月28日"),
    ],
)
def test_what_is_no_entry_is_refused_and_nothing_is_written(
    engine: Engine, inspection: int, given, sentence
) -> None:
    entry = record(engine, inspection)
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        record(engine, inspection, **given)
    with pytest.raises(RefusedError, match=sentence):
        change(engine, entry, **given)
    assert everything(engine) == before


@pytest.mark.parametrize("day", [FEEDBACK, IN_TIME])
def test_the_day_of_feedback_and_today_are_days_of_supervision(engine: Engine, inspection: int, day) -> None:
    assert record(engine, inspection, on_date=day)


def test_an_organisation_with_a_later_feedback_date_is_supervised_from_then(engine: Engine) -> None:
    late = make_inspection(engine, make_round(engine), feedback_date=date(2024, 7, 11))
    with pytest.raises(RefusedError, match="早于反馈日期2024年7月11日"):
        record(engine, late)
    assert [one.organization for one in supervision(engine).laggards] == ["甲局党组"]


def test_a_unit_writes_nothing_for_the_other(engine: Engine, inspection: int) -> None:
    entry = record(engine, inspection)
    before = everything(engine)
    with pytest.raises(RefusedError, match="由另一单位登记"):
        change(engine, entry, who=PERSONNEL)
    with pytest.raises(RefusedError, match="由另一单位登记"):
        withdraw_entry(engine, PERSONNEL, entry, 1, today=IN_TIME)
    for role in set(Role) - {Role.DISCIPLINE, Role.PERSONNEL}:
        scope = {Role.TEAM: {"team": 1}, Role.ORGANIZATION: {"organization_id": 1}}.get(role, {})
        with pytest.raises(PermissionRefusedError):
            record(engine, inspection, who=actor(role, **scope))
    assert everything(engine) == before


def test_a_change_is_logged_with_what_it_was(engine: Engine, inspection: int) -> None:
    entry = record(engine, inspection)
    change(engine, entry, seen="又去看了一次")
    (stored,) = all_of(engine, SupervisionEntry)
    assert (stored.seen, stored.version) == ("又去看了一次", 2)
    assert all_of(engine, AuditEntry)[-1].detail["变动"] == {"seen": ["查看了台账", "又去看了一次"]}


def test_a_withdrawn_entry_counts_no_more_and_its_number_is_never_given_again(
    engine: Engine, inspection: int
) -> None:
    entry = record(engine, inspection)
    withdraw_entry(engine, DISCIPLINE, entry, 1, today=IN_TIME)
    assert supervision(engine).cells[inspection, ScoringUnit.DISCIPLINE, DUTY].word == "空白"
    assert read_entries(engine, DISCIPLINE, inspection).entries == ()
    for again in (
        lambda: change(engine, entry, 2),
        lambda: withdraw_entry(engine, DISCIPLINE, entry, 2, today=IN_TIME),
    ):
        with pytest.raises(RefusedError, match="没有找到这条记录"):
            again()
    assert record(engine, inspection) != entry


def test_the_second_of_two_writers_is_shown_what_the_first_wrote(engine: Engine, inspection: int) -> None:
    entry = record(engine, inspection)
    change(engine, entry, seen="先写的")
    for act in (
        lambda: change(engine, entry, seen="后写的"),
        lambda: withdraw_entry(engine, DISCIPLINE, entry, 1, today=IN_TIME),
    ):
        with pytest.raises(StaleError) as stale:
            act()
        assert (stale.value.stored.seen, stale.value.stored.version) == ("先写的", 2)
    change(engine, entry, 2, seen="后写的")


def test_of_two_at_the_same_moment_one_passes(engine: Engine, inspection: int) -> None:
    entry = record(engine, inspection)

    def attempt(text: str) -> str:
        try:
            change(engine, entry, seen=text)
        except StaleError:
            return "stale"
        return "written"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(attempt, ("甲", "乙"))) == ["stale", "written"]


def test_a_submitted_report_locks_its_units_entries_and_a_return_opens_them(
    engine: Engine, inspection: int
) -> None:
    entry = record(engine, inspection)
    number = submit(engine)
    before = everything(engine)
    for act in (
        lambda: record(engine, inspection),
        lambda: change(engine, entry),
        lambda: withdraw_entry(engine, DISCIPLINE, entry, 1, today=IN_TIME),
    ):
        with pytest.raises(RefusedError, match="已锁定"):
            act()
    assert everything(engine) == before
    assert not supervision(engine).may_write()
    assert record(engine, inspection, who=PERSONNEL), "the other unit goes on"
    return_report(engine, OFFICE, number, reason="请补充")
    assert supervision(engine).may_write()
    change(engine, entry)
    assert record(engine, inspection)


def test_a_frozen_round_takes_no_entries(engine: Engine, inspection: int) -> None:
    entry = record(engine, inspection)
    freeze(engine)
    for act in (
        lambda: record(engine, inspection),
        lambda: change(engine, entry),
        lambda: withdraw_entry(engine, DISCIPLINE, entry, 1, today=IN_TIME),
    ):
        with pytest.raises(RefusedError, match="冻结"):
            act()


# Who reads


def test_a_team_reads_its_own_inspections_without_leads_and_an_organisation_nothing(
    engine: Engine, inspection: int
) -> None:
    other = make_inspection(engine, 1, "乙局党组", team=2)
    for where in (inspection, other):
        record(engine, where)
        record(engine, where, LEADS)
    team = actor(Role.TEAM, team=1)
    found = supervision(engine, team)
    assert [one.organization for one in found.organizations] == ["甲局党组"]
    assert LEADS not in found.contents
    assert not [place for place in found.cells if place[2] == LEADS or place[0] == other]
    assert [one.content for one in read_entries(engine, team, inspection).entries] == [DUTY]
    with pytest.raises(RefusedError, match="没有找到这条记录"):
        read_entries(engine, team, other)
    for role in (Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL):
        assert len(read_entries(engine, actor(role), other).entries) == 2
    with pytest.raises(PermissionRefusedError):
        read_entries(engine, actor(Role.ORGANIZATION, organization_id=1), inspection)
    with pytest.raises(PermissionRefusedError):
        supervision(engine, actor(Role.ORGANIZATION, organization_id=1))


def test_the_files_of_an_entry_are_read_by_those_who_read_the_entry(
    engine: Engine, inspection: int, tmp_path: Path
) -> None:
    for content in (DUTY, LEADS):
        record_entry(
            engine,
            DISCIPLINE,
            inspection,
            form(content, files=(NewFile("谈话提纲.pdf", PDF),)),
            today=IN_TIME,
            uploads=tmp_path,
        )
    duty, leads = (rows[0].id for _, rows in sorted(read_entries(engine, OFFICE, inspection).files.items()))
    team = actor(Role.TEAM, team=1)
    assert fetch_attachment(engine, team, tmp_path, duty).content == PDF
    with pytest.raises(PermissionRefusedError):
        fetch_attachment(engine, team, tmp_path, leads)
    for number in (duty, leads):
        assert fetch_attachment(engine, PERSONNEL, tmp_path, number).content == PDF
        with pytest.raises(PermissionRefusedError):
            fetch_attachment(engine, actor(Role.ORGANIZATION, organization_id=1), tmp_path, number)


def test_an_export_holds_what_the_person_sees(engine: Engine, inspection: int) -> None:
    other = make_inspection(engine, 1, "乙局党组", team=2, exempted=True)
    record(engine, inspection, seen="=1+1")
    record(engine, inspection, LEADS, seen="移交3件")
    record(engine, other, seen="别家的")
    whole = sheets(export_supervision(engine, OFFICE, 1, today=IN_TIME))
    assert whole["监督记录矩阵"][1][0] == "数据截至2024年10月3日。"
    assert ["乙局党组", "市纪委监委", *["免于评估"] * 8] in whole["监督记录矩阵"]
    assert [row[6] for row in whole["监督记录"][4:]] == ["=1+1", "移交3件", "别家的"]
    team = sheets(export_supervision(engine, actor(Role.TEAM, team=1), 1, today=IN_TIME))
    assert [row[6] for row in team["监督记录"][4:]] == ["=1+1"]
    assert LEADS not in team["监督记录矩阵"][3]
    with pytest.raises(PermissionRefusedError):
        export_supervision(engine, actor(Role.ORGANIZATION, organization_id=1), 1, today=IN_TIME)


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
