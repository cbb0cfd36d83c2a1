"""The organisations of a round: chosen by list, changed by two, exempted by decision, removed when empty."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import build
from tests.factories import (
    FEEDBACK,
    OFFICE,
    ROUND,
    TODAY,
    UNITS,
    all_of,
    confirm,
    everything,
    make_finding,
    make_inspection,
    make_organization,
    make_round,
    make_scored,
    make_sheet,
    read,
)
from xczg.exchange.inspection_lists import ListedLine, pasted_names
from xczg.rules.values import InspectionKind
from xczg.services.freezing import freeze_round
from xczg.services.inspection_lists import (
    NEW,
    AddReport,
    LineState,
    add_inspections,
    make_list_template,
    place_lines,
    read_list_file,
)
from xczg.services.inspections import (
    InspectionEdit,
    InspectionFields,
    change_inspections,
    exempt_inspection,
    read_inspections,
    remove_inspection,
    withdraw_exemption,
)
from xczg.services.organizations import archive_organization, rename_organization
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import AuditEntry, Inspection


@pytest.fixture
def round_id(engine: Engine) -> int:
    return make_round(engine)


def frozen(engine: Engine, round_id: int) -> int:
    """A frozen round of one organisation."""
    (inspection,) = make_scored(engine, round_id, {"甲局": ("90", "91", "92")}).values()
    confirm(engine, round_id)
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="纪要", today=TODAY)
    return inspection


def change(engine: Engine, round_id: int, inspection: int, version: int = 1, **fields):
    edit = InspectionEdit(inspection, version, InspectionFields(**fields))
    return change_inspections(engine, OFFICE, round_id, [edit])


def exempt(engine: Engine, inspection: int, version: int = 1, **more):
    fields = {
        "decided_by": "领导小组会议",
        "decided_on": FEEDBACK,
        "reason": "机构改革",
        "today": TODAY,
    } | more
    exempt_inspection(engine, OFFICE, inspection, version, **fields)


# Choosing by list


def lines(*names: str) -> list[ListedLine]:
    return [ListedLine(place, name) for place, name in enumerate(names, 1)]


def states(engine: Engine, round_id: int, *names: str, **more) -> list[LineState]:
    return [one.state for one in place_lines(engine, OFFICE, round_id, lines(*names), **more)]


def test_each_line_says_what_would_become_of_it(engine: Engine, round_id: int):
    make_inspection(engine, round_id, "市教育局党组")
    renamed = make_organization(engine, "市粮食局党组")
    rename_organization(engine, OFFICE, renamed, 1, "市储备局党组", reason="机构改革")
    archive_organization(engine, OFFICE, make_organization(engine, "市体改委党组"), 1)
    make_organization(engine, "市水利局党组")
    assert states(
        engine,
        round_id,
        "市储备局党组",
        "市粮食局党组",
        "市教育局 党组",
        "市体改委党组",
        "水利局",
        "市审计局党组",
        "市审计局党组",
    ) == [
        LineState.ADDED,
        LineState.REPEATED,
        LineState.ALREADY,
        LineState.ARCHIVED,
        LineState.AMBIGUOUS,
        LineState.UNKNOWN,
        LineState.REPEATED,
    ]


def test_an_unclear_name_is_answered_by_a_person(engine: Engine, round_id: int):
    water = make_organization(engine, "市水利局党组")
    assert states(engine, round_id, "水利局", answers={"水利局": water}) == [LineState.ADDED]
    assert states(engine, round_id, "水利局", answers={"水利局": NEW}) == [LineState.UNKNOWN]
    (asked,) = place_lines(engine, OFFICE, round_id, lines("水利局"))
    assert asked.candidates == {water: "市水利局党组"}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("水利局",), "不能确定：水利局。请逐个选择"),
        (("市审计局党组", "市水利局党组"), "名录中没有：市审计局党组。请核对名称"),
        (("市体改委党组",), "已归档：市体改委党组。请先在党组织名录中恢复"),
        ((), "名单是空的"),
    ],
)
def test_an_unclear_list_writes_nothing(engine: Engine, round_id: int, names, said: str):
    make_organization(engine, "市水利局党组")
    archive_organization(engine, OFFICE, make_organization(engine, "市体改委党组"), 1)
    before = everything(engine)
    with pytest.raises(RefusedError, match=said):
        add_inspections(engine, OFFICE, round_id, lines(*names))
    assert everything(engine) == before


def test_a_list_is_added_once_and_unknown_names_only_on_request(engine: Engine, round_id: int):
    make_inspection(engine, round_id, "甲局")
    make_organization(engine, "乙局党组")
    wanted = lines("甲局", "乙局党组", "丙局", "丙局")
    report = add_inspections(engine, OFFICE, round_id, wanted, create=True)
    assert report == AddReport(added=2, already=1, created=("丙局",))
    names = {row.organization for row in read_inspections(engine, OFFICE, round_id, TODAY)}
    assert names == {"甲局", "乙局党组", "丙局"}
    again = add_inspections(engine, OFFICE, round_id, wanted)
    assert (again.added, again.already) == (0, 3)
    entry = next(one for one in all_of(engine, AuditEntry) if one.action == "加入被巡察党组织")
    assert entry.detail == {"个数": 2, "党组织": ["乙局党组", "丙局"]}


def test_a_file_brings_its_columns(engine: Engine, round_id: int):
    content = build(
        [
            ["第六轮被巡察党组织名单"],
            ["序号", "被巡察党组织", "巡察组", "反馈日期", "巡察类型", "联系人", "联系电话"],
            ["1", "甲局党组", "市委第三巡察组", "2024年7月1日", "专项", "王某", "0398-2800001"],
            ["2", "乙局党组", 4, "", "", "", 2800002],
        ]
    )
    draft = read_list_file(engine, OFFICE, content, "名单.xlsx")
    assert draft.faults == ()
    add_inspections(engine, OFFICE, round_id, draft.lines, create=True)
    first, second = all_of(engine, Inspection)
    assert (first.team, first.feedback_date, first.kind) == (3, date(2024, 7, 1), InspectionKind.SPECIAL)
    assert (first.contact, first.contact_phone) == ("王某", "0398-2800001")
    assert (second.team, second.feedback_date, second.kind, second.contact_phone) == (
        4,
        None,
        InspectionKind.REGULAR,
        "2800002",
    )


def test_a_file_without_the_column_or_a_table_is_refused(engine: Engine):
    for content in (build([["单位", "备注"], ["甲局", ""]]), b"no workbook"):
        with pytest.raises(RefusedError):
            read_list_file(engine, OFFICE, content, "名单.xlsx")


def test_the_template_is_read_back(engine: Engine, round_id: int):
    content = make_list_template(engine, OFFICE, round_id)
    assert read_list_file(engine, OFFICE, content, "名单.xlsx").lines == ()


def test_a_frozen_round_takes_no_organisation_and_loses_none(engine: Engine, round_id: int):
    inspection = frozen(engine, round_id)
    make_organization(engine, "乙局")
    with pytest.raises(RefusedError, match="冻结"):
        add_inspections(engine, OFFICE, round_id, pasted_names("乙局").lines)
    with pytest.raises(RefusedError, match="冻结，不能再改动被巡察党组织"):
        remove_inspection(engine, OFFICE, inspection)


# Changing


def test_several_are_changed_in_one_go_and_only_what_differs_is_written(engine: Engine, round_id: int):
    first, second = make_inspection(engine, round_id, "甲局"), make_inspection(engine, round_id, "乙局")
    day = FEEDBACK + timedelta(14)
    edits = [
        InspectionEdit(first, 1, InspectionFields(3, day, InspectionKind.RAISED, " 王某 ", "2800001")),
        InspectionEdit(second, 1, InspectionFields()),
    ]
    assert change_inspections(engine, OFFICE, round_id, edits) == 1
    rows = {row.id: row for row in all_of(engine, Inspection)}
    assert (rows[first].team, rows[first].feedback_date, rows[first].contact) == (3, day, "王某")
    assert (rows[first].version, rows[second].version) == (2, 1)
    assert all_of(engine, AuditEntry)[-1].detail == {
        "巡察组": "→3",
        "反馈日期": f"→{day}",
        "巡察类型": "常规巡察→提级巡察",
        "联系人": "→王某",
        "联系电话": "→2800001",
    }


def test_two_people_change_the_same_inspection_and_nothing_of_the_second_is_written(
    engine: Engine, round_id: int
):
    first, second = make_inspection(engine, round_id, "甲局"), make_inspection(engine, round_id, "乙局")
    change(engine, round_id, second, contact="李某")
    before = everything(engine)
    mine = [
        InspectionEdit(first, 1, InspectionFields(contact="王某")),
        InspectionEdit(second, 1, InspectionFields(contact="赵某")),
    ]
    with pytest.raises(StaleError) as stale:
        change_inspections(engine, OFFICE, round_id, mine)
    assert (stale.value.stored.id, stale.value.stored.contact) == (second, "李某")
    assert everything(engine) == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"team": 0}, "甲局：巡察组序号应为1至99"),
        ({"team": 100}, "甲局：巡察组序号应为1至99"),
        ({"contact": "x" * 41}, "甲局：联系人和联系电话均不超过40字"),
        ({"contact_phone": "1" * 41}, "甲局：联系人和联系电话均不超过40字"),
    ],
)
def test_a_wrong_value_names_the_organisation(engine: Engine, round_id: int, fields, said: str):
    inspection = make_inspection(engine, round_id, "甲局")
    before = everything(engine)
    with pytest.raises(RefusedError, match=said):
        change(engine, round_id, inspection, **fields)
    assert everything(engine) == before


def test_an_inspection_of_another_round_is_not_found(engine: Engine, round_id: int):
    inspection = make_inspection(engine, make_round(engine, "第七轮"), "甲局")
    with pytest.raises(RefusedError, match="没有找到"):
        change(engine, round_id, inspection, team=1)


def test_in_a_frozen_round_only_the_contact_changes(engine: Engine, round_id: int):
    inspection = frozen(engine, round_id)
    for fields, what in (
        ({"feedback_date": FEEDBACK}, "反馈日期"),
        ({"team": 2}, "巡察组"),
        ({"team": 2, "feedback_date": FEEDBACK}, "巡察组、反馈日期"),
    ):
        with pytest.raises(RefusedError, match=f"不能再改动甲局的{what}"):
            change(engine, round_id, inspection, **fields)
    change(engine, round_id, inspection, contact="王某", kind=InspectionKind.MOBILE)
    assert all_of(engine, Inspection)[0].contact == "王某"


# Exemption


def test_an_exemption_is_a_recorded_decision_and_changes_the_result(engine: Engine, round_id: int):
    inspection = make_inspection(engine, round_id, "甲局")
    exempt(engine, inspection)
    (row,) = all_of(engine, Inspection)
    assert (row.exempted_on, row.exempted_by, row.exemption_basis) == (FEEDBACK, "领导小组会议", "机构改革")
    assert [one.exempted for one in read(engine, round_id).result.rows] == [True]
    entry = all_of(engine, AuditEntry)[-1]
    assert (entry.action, entry.object) == ("登记免于评估", f"甲局（{ROUND}）")
    with pytest.raises(RefusedError, match="已登记免于评估"):
        exempt(engine, inspection, 2)
    withdraw_exemption(engine, OFFICE, inspection, 2, reason="改革方案调整")
    assert [one.exempted for one in read(engine, round_id).result.rows] == [False]
    assert all_of(engine, AuditEntry)[-1].detail == {
        "原决定": f"领导小组会议 {FEEDBACK} 机构改革",
        "理由": "改革方案调整",
    }
    with pytest.raises(RefusedError, match="没有免于评估的记录"):
        withdraw_exemption(engine, OFFICE, inspection, 3, reason="改革方案调整")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"decided_by": " "}, "请填写作出决定的机构或会议"),
        ({"reason": ""}, "请填写免于评估的理由"),
        ({"reason": "x" * 501}, "请填写免于评估的理由"),
        ({"decided_on": TODAY + timedelta(1)}, "决定日期晚于今天"),
    ],
)
def test_a_decision_has_a_decider_a_date_and_a_reason(engine: Engine, round_id: int, more, said: str):
    inspection = make_inspection(engine, round_id)
    with pytest.raises(RefusedError, match=said):
        exempt(engine, inspection, **more)
    with pytest.raises(RefusedError, match="请填写撤销"):
        withdraw_exemption(engine, OFFICE, inspection, 1, reason=" ")
    assert all_of(engine, Inspection)[0].exempted_on is None


def test_two_people_decide_about_the_same_inspection(engine: Engine, round_id: int):
    inspection = make_inspection(engine, round_id)
    change(engine, round_id, inspection, contact="王某")
    with pytest.raises(StaleError):
        exempt(engine, inspection)


def test_in_a_frozen_round_no_exemption_is_made_or_taken_back(engine: Engine, round_id: int):
    exempted = make_inspection(engine, round_id, "乙局", exempted=True)
    scored = frozen(engine, round_id)
    with pytest.raises(RefusedError, match="冻结，不能再改动免于评估的决定"):
        exempt(engine, scored)
    with pytest.raises(RefusedError, match="冻结，不能再改动免于评估的决定"):
        withdraw_exemption(engine, OFFICE, exempted, 1, reason="x")


# Removing


def test_an_empty_inspection_is_removed_and_one_with_work_is_not(engine: Engine, round_id: int):
    empty, worked = make_inspection(engine, round_id, "甲局"), make_inspection(engine, round_id, "乙局")
    make_finding(engine, worked)
    make_sheet(engine, worked, UNITS[0])
    before = everything(engine)
    with pytest.raises(RefusedError, match="“乙局”在本轮已有反馈问题1个、评分表1份，不能移除"):
        remove_inspection(engine, OFFICE, worked)
    assert everything(engine) == before
    remove_inspection(engine, OFFICE, empty)
    assert [row.id for row in all_of(engine, Inspection)] == [worked]
    assert all_of(engine, AuditEntry)[-1].object == f"甲局（{ROUND}）"
    with pytest.raises(RefusedError, match="没有找到"):
        remove_inspection(engine, OFFICE, empty)
