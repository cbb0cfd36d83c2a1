"""Findings and measures entered by the office: what is taken, what is refused and in which words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import build
from tests.factories import (
    FEEDBACK,
    OFFICE,
    TODAY,
    actor,
    all_of,
    everything,
    import_file,
    make_finding,
    make_inspection,
    make_measure,
    make_round,
)
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.values import FindingKind, FindingStatus, Role
from xczg.services.checked_input import InvalidError
from xczg.services.exports import export_ledger
from xczg.services.finding_reading import contradictions_of, read_finding_page, read_inspection_choices
from xczg.services.findings import create_finding, edit_finding
from xczg.services.measures import add_measure, edit_measure, move_measure, remove_measure
from xczg.services.readings import read_finding
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import AuditEntry, Finding, FrozenResult, Measure
from xczg.store.views.ledger import LedgerFilter

DUE = date(2024, 9, 20)
FULL: dict[str, Any] = {
    "serial": "7",
    "kind": FindingKind.IDEOLOGY,
    "category": "其他",
    "subcategory": "阵地管理",
    "text": "阵地管理不严",
    "target": "健全制度",
    "leader": "分管副职",
    "unit": "办公室",
    "due_date": DUE,
    "long_term": False,
    "within_period": True,
    "key_matter": True,
    "circumstance": "上级关注",
    "withheld": True,
    "withheld_reason": "涉及工作秘密",
    "remark": "无",
}
ORGANIZATION = actor(Role.ORGANIZATION, organization_id=1)


@pytest.fixture
def inspection(engine: Engine) -> int:
    return make_inspection(engine, make_round(engine), team=1)


def ledger(columns: list[str], row: list[str]) -> bytes:
    return build([["被巡察党组织", "反馈问题", *columns], row])


def stored(engine: Engine, finding_id: int) -> Finding:
    return next(one for one in all_of(engine, Finding) if one.id == finding_id)


def fields(finding: Finding, **changed: Any) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in FULL} | changed


def measures(engine: Engine) -> list[str]:
    return [one.text for one in sorted(all_of(engine, Measure), key=lambda one: one.position)]


def last_audit(engine: Engine) -> AuditEntry:
    return all_of(engine, AuditEntry)[-1]


# A new finding


def test_a_new_finding_stands_last_in_the_ledger_and_is_not_completed(engine: Engine, inspection: int):
    make_finding(engine, inspection, position=4)
    added = stored(engine, create_finding(engine, OFFICE, inspection, FULL))
    assert fields(added) == FULL
    assert (added.position, added.status, added.version) == (5, FindingStatus.NOT_COMPLETED, 1)
    entry = last_audit(engine)
    assert (entry.actor, entry.action, entry.object) == (
        "office",
        "新增反馈问题",
        "甲局党组（八届市委第六轮）反馈问题7",
    )


def test_the_text_is_enough(engine: Engine, inspection: int):
    added = stored(engine, create_finding(engine, OFFICE, inspection, {"text": " 学习不深入 "}))
    assert (added.text, added.kind, added.due_date) == ("学习不深入", FindingKind.INSPECTION, None)


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        ({"text": " "}, {"text": "请填写“反馈问题”。"}),
        ({"text": None}, {"text": "请填写“反馈问题”。"}),
        ({"text": "长" * 4001}, {"text": "“反馈问题”有4001字，最多4000字，请精简。"}),
        ({"serial": "1" * 41}, {"serial": "“序号”有41字，最多40字，请精简。"}),
        ({"kind": "某专项"}, {"kind": "“专项”的值不在可选范围内，请重新选择。"}),
        ({"due_date": "九月底"}, {"due_date": "“完成时限”不是有效的日期，请改正。"}),
        (
            {"due_date": date(1024, 9, 1)},
            {"due_date": "日期1024-09-01应在2000年至2099年之间，请改正。"},
        ),
        ({"withheld_reason": ""}, {"withheld_reason": "拟不公开的，请填写“不公开理由”。"}),
        ({"key_matter": False}, {"circumstance": "填了“重点关注情形”的，请同时勾选“重点关注”。"}),
        (
            {"remark": "长" * 2001, "text": "", "unit": "长" * 201},
            {
                "text": "请填写“反馈问题”。",
                "unit": "“责任单位”有201字，最多200字，请精简。",
                "remark": "“备注”有2001字，最多2000字，请精简。",
            },
        ),
    ],
)
def test_each_wrong_field_gets_its_sentence(engine: Engine, inspection: int, wrong, faults):
    before = everything(engine)
    with pytest.raises(InvalidError) as refused:
        create_finding(engine, OFFICE, inspection, FULL | wrong)
    assert refused.value.faults == faults
    assert list(refused.value.faults) == list(faults), "in the order of the form"
    assert everything(engine) == before


def test_the_same_text_again_is_refused_within_one_inspection_only(engine: Engine, inspection: int):
    make_finding(engine, inspection, "学习 不深入", serial="3")
    with pytest.raises(RefusedError, match=r"已有相同的反馈问题（序号3）：学习不深入。请核对。"):
        create_finding(engine, OFFICE, inspection, {"text": "学习不深入"})
    other = make_inspection(engine, make_round(engine, "另一轮"))
    assert create_finding(engine, OFFICE, other, {"text": "学习不深入"})


def test_a_frozen_round_takes_no_new_finding_but_its_findings_live_on(engine: Engine, inspection: int):
    finding = make_finding(engine, inspection)
    freeze(engine)
    with pytest.raises(RefusedError, match="评估结果已冻结，不能再新增反馈问题"):
        create_finding(engine, OFFICE, inspection, FULL)
    edit_finding(engine, OFFICE, finding, 1, fields(stored(engine, finding), unit="财务科"))
    assert stored(engine, finding).unit == "财务科"


def freeze(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(
            FrozenResult(
                round_id=1,
                version=1,
                approved_on=FEEDBACK,
                content="{}",
                checksum="x",
                recorded_by="office",
            )
        )


# Editing


def test_what_changed_is_told_from_and_to(engine: Engine, inspection: int):
    finding = create_finding(engine, OFFICE, inspection, FULL)
    changed = FULL | {"unit": "", "due_date": date(2024, 9, 28), "circumstance": "另一情形"}
    edit_finding(engine, OFFICE, finding, 1, changed, reason="领导小组会议同意")
    now = stored(engine, finding)
    assert fields(now) == changed
    assert now.version == 2
    assert last_audit(engine).detail == {
        "责任单位": "办公室→（空）",
        "完成时限": "2024年9月20日→2024年9月28日",
        "重点关注情形": "已修改",
        "理由": "领导小组会议同意",
    }


@pytest.mark.parametrize("moved", [{"due_date": date(2024, 10, 1)}, {"due_date": None}, {"long_term": True}])
def test_a_moved_deadline_needs_a_reason(engine: Engine, inspection: int, moved):
    finding = create_finding(engine, OFFICE, inspection, FULL)
    before = everything(engine)
    with pytest.raises(RefusedError, match="请填写“调整时限的理由”"):
        edit_finding(engine, OFFICE, finding, 1, FULL | moved, reason="  ")
    assert everything(engine) == before


def test_the_text_may_change_but_not_into_another_finding(engine: Engine, inspection: int):
    make_finding(engine, inspection, "学习不深入")
    finding = create_finding(engine, OFFICE, inspection, FULL)
    with pytest.raises(RefusedError, match="已有相同的反馈问题"):
        edit_finding(engine, OFFICE, finding, 1, FULL | {"text": "学习不 深入"})
    edit_finding(engine, OFFICE, finding, 1, FULL | {"text": "阵地管理不够严"})
    report = import_file(engine, 1, ledger([], ["甲局党组", "阵地管理不够严"]), mode="skip")
    assert report.findings_skipped == 1, "it is known again by its new text"


def test_a_closed_out_finding_stands_still(engine: Engine, inspection: int):
    finding = make_finding(engine, inspection, closed_out_on=date(2024, 10, 8))
    make_measure(engine, finding)
    before = everything(engine)
    for act in (
        lambda: edit_finding(engine, OFFICE, finding, 1, FULL),
        lambda: add_measure(engine, OFFICE, finding, 1, {"text": "新"}),
        lambda: edit_measure(engine, OFFICE, finding, 1, 1, {"text": "新"}),
        lambda: move_measure(engine, OFFICE, finding, 1, 1, up=True),
        lambda: remove_measure(engine, OFFICE, finding, 1, 1),
    ):
        with pytest.raises(RefusedError, match=r"已于2024年10月8日销号.*重新整改"):
            act()
    assert everything(engine) == before


def test_the_second_writer_gets_both_versions(engine: Engine, inspection: int):
    finding = create_finding(engine, OFFICE, inspection, FULL)
    edit_finding(engine, OFFICE, finding, 1, FULL | {"unit": "财务科"})
    before = everything(engine)
    with pytest.raises(StaleError) as stale:
        edit_finding(engine, OFFICE, finding, 1, FULL | {"unit": "人事科"})
    assert (stale.value.stored.unit, stale.value.stored.version) == ("财务科", 2)
    assert everything(engine) == before
    edit_finding(engine, OFFICE, finding, 2, FULL | {"unit": "人事科"})
    assert stored(engine, finding).unit == "人事科"


def test_of_writers_at_the_same_moment_one_wins(engine: Engine, inspection: int):
    finding = create_finding(engine, OFFICE, inspection, FULL)

    def write(unit: str) -> str:
        try:
            edit_finding(engine, OFFICE, finding, 1, FULL | {"unit": unit})
        except StaleError as stale:
            return f"stale:{stale.stored.unit}"
        return unit

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(write, ["一科", "二科", "三科", "四科"]))
    (winner,) = [one for one in outcomes if not one.startswith("stale")]
    assert [one for one in outcomes if one.startswith("stale")] == [f"stale:{winner}"] * 3
    assert (stored(engine, finding).unit, stored(engine, finding).version) == (winner, 2)


# Measures


def test_measures_are_added_changed_moved_and_removed(engine: Engine, inspection: int):
    finding = make_finding(engine, inspection)
    for version, text in enumerate(["甲", "乙", "丙"], 1):
        add_measure(engine, OFFICE, finding, version, {"text": text})
    move_measure(engine, OFFICE, finding, 4, 3, up=True)
    assert measures(engine) == ["甲", "丙", "乙"]
    move_measure(engine, OFFICE, finding, 5, 1, up=False)
    assert measures(engine) == ["丙", "甲", "乙"]
    edit_measure(engine, OFFICE, finding, 6, 2, {"text": "丁", "unit": "办公室", "status": "已完成"})
    assert last_audit(engine).detail == {
        "第几条": 2,
        "整改措施": "甲→丁",
        "责任单位": "（空）→办公室",
        "措施状态": "（空）→已完成",
    }
    remove_measure(engine, OFFICE, finding, 7, 1)
    assert measures(engine) == ["丁", "乙"]
    assert [one.position for one in all_of(engine, Measure)] == [1, 2]
    assert last_audit(engine).detail == {"第几条": 1, "措施": "丙"}
    assert stored(engine, finding).version == 8


def test_the_first_measure_moves_no_higher(engine: Engine, inspection: int):
    finding = make_finding(engine, inspection)
    make_measure(engine, finding)
    move_measure(engine, OFFICE, finding, 1, 1, up=True)
    assert measures(engine) == ["措施1"]


@pytest.mark.parametrize(
    ("types", "kept"),
    [
        ({"建章立制": 2}, {"建章立制": "2"}),
        ({"挽回损失": "1.5", "建章立制": "0"}, {"建章立制": "0", "挽回损失": "1.50"}),
        ({"追责问责": None}, {"追责问责": None}),
        ({"重大措施": 5}, {"重大措施": None}),
        ({}, {}),
    ],
)
def test_quantities_are_kept_exactly(engine: Engine, inspection: int, types, kept):
    finding = make_finding(engine, inspection)
    add_measure(engine, OFFICE, finding, 1, {"text": "甲", "types": types})
    assert all_of(engine, Measure)[0].types == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"types": {"建章立制": -1}}, "“建章立制”的数量不得为负数，请改正。"),
        ({"types": {"建章立制": "1.5"}}, "“建章立制”的数量应为整数，请改正。"),
        ({"types": {"挽回损失": "0.005"}}, "“挽回损失”的数量最多两位小数，请改正。"),
        ({"types": {"追责问责": "若干"}}, "“追责问责”的数量不是有效的数字，请改正。"),
        ({"types": {"追责问责": "NaN"}}, "“追责问责”的数量不是有效的数字，请改正。"),
        ({"text": ""}, "请填写“整改措施”。"),
        ({"status": "差不多"}, "“措施状态”的值不在可选范围内，请重新选择。"),
    ],
)
def test_what_is_no_measure_is_refused(engine: Engine, inspection: int, typed, sentence):
    finding = make_finding(engine, inspection)
    before = everything(engine)
    with pytest.raises(InvalidError) as refused:
        add_measure(engine, OFFICE, finding, 1, {"text": "甲"} | typed)
    assert str(refused.value) == sentence
    assert everything(engine) == before


def test_measures_follow_the_version_of_the_finding(engine: Engine, inspection: int):
    finding = make_finding(engine, inspection)
    make_measure(engine, finding)
    add_measure(engine, OFFICE, finding, 1, {"text": "乙"})
    before = everything(engine)
    for act in (
        lambda: add_measure(engine, OFFICE, finding, 1, {"text": "丙"}),
        lambda: edit_measure(engine, OFFICE, finding, 1, 1, {"text": "丙"}),
        lambda: move_measure(engine, OFFICE, finding, 1, 1, up=False),
        lambda: remove_measure(engine, OFFICE, finding, 1, 1),
    ):
        with pytest.raises(StaleError):
            act()
    assert everything(engine) == before


def test_a_measure_that_is_not_there_is_refused(engine: Engine, inspection: int):
    finding = make_finding(engine, inspection)
    for number in (0, 1, -1):
        with pytest.raises(RefusedError, match="没有找到这条记录"):
            remove_measure(engine, OFFICE, finding, 1, number)


# Who


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OFFICE}))
def test_findings_are_the_office_s_alone(engine: Engine, inspection: int, role: Role):
    finding = make_finding(engine, inspection)
    make_measure(engine, finding)
    scope = {
        Role.ORGANIZATION: {"organization_id": 1},
        Role.TEAM: {"team": 1},
        Role.DEPARTMENT: {"department": "某局"},
    }
    who = actor(role, **scope.get(role, {}))
    before = everything(engine)
    for act in (
        lambda: create_finding(engine, who, inspection, FULL),
        lambda: edit_finding(engine, who, finding, 1, FULL),
        lambda: add_measure(engine, who, finding, 1, {"text": "甲"}),
        lambda: edit_measure(engine, who, finding, 1, 1, {"text": "甲"}),
        lambda: move_measure(engine, who, finding, 1, 1, up=True),
        lambda: remove_measure(engine, who, finding, 1, 1),
        lambda: read_inspection_choices(engine, who, 1),
    ):
        with pytest.raises(PermissionRefusedError):
            act()
    assert everything(engine) == before


def test_why_it_is_a_key_matter_is_not_for_the_organisation_nor_for_exports(engine: Engine, inspection: int):
    finding = create_finding(engine, OFFICE, inspection, FULL | {"circumstance": "某某情形之一"})
    for who, seen in (
        (OFFICE, "某某情形之一"),
        (actor(Role.LEADER), "某某情形之一"),
        (actor(Role.TEAM, team=1), "某某情形之一"),
        (ORGANIZATION, ""),
    ):
        assert read_finding(engine, who, finding).finding.circumstance == seen
        assert read_finding_page(engine, who, finding).detail.finding.circumstance == seen
        content = export_ledger(engine, who, LedgerFilter(1), today=TODAY)
        assert "某某情形之一" not in sheet_text(content)
        assert "阵地管理不严" in sheet_text(content)
    assert "某某情形之一" not in str([one.detail for one in all_of(engine, AuditEntry)])


def sheet_text(content: bytes) -> str:
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


# Together with the rest


def test_contradictions_of_a_stored_finding(engine: Engine, inspection: int):
    finding = make_finding(
        engine, inspection, within_period=True, due_date=date(2024, 9, 29), status=FindingStatus.COMPLETED
    )
    make_measure(engine, finding, types={"建章立制": "0"}, status=FindingStatus.NOT_COMPLETED)
    assert contradictions_of(read_finding(engine, OFFICE, finding)) == (
        "反馈问题的状态为已完成，第1条措施尚未完成。",
        "反馈问题的状态为已完成，整改成效未填写。",
        "已填“集中整改期完成”，完成时限2024年9月29日晚于集中整改期届满之日2024年9月28日。",
        "第1条措施的类型含“建章立制”，数量为0。",
    )


def test_an_inspection_with_a_later_feedback_date_has_its_own_period(engine: Engine):
    inspection = make_inspection(engine, make_round(engine), feedback_date=date(2024, 7, 28))
    finding = make_finding(engine, inspection, within_period=True, due_date=date(2024, 10, 1))
    assert contradictions_of(read_finding(engine, OFFICE, finding)) == ()


def test_an_import_renews_what_was_edited_and_keeps_a_closed_out_status(engine: Engine, inspection: int):
    finding = create_finding(engine, OFFICE, inspection, {"text": "学习不深入", "unit": "办公室"})
    with writing(engine) as session:
        row = session.get(Finding, finding)
        row.status, row.closed_out_on = FindingStatus.COMPLETED, date(2024, 10, 8)
    content = ledger(["责任单位", "整改情况"], ["甲局党组", "学习不深入", "机关党委", "未完成"])
    report = import_file(engine, 1, content, mode="update")
    now = stored(engine, finding)
    assert (now.unit, now.status, now.closed_out_on) == (
        "机关党委",
        FindingStatus.COMPLETED,
        date(2024, 10, 8),
    )
    assert any("已保留系统中的情况" in one for one in report.notices)
