"""Many findings at once: previewed, whole or not at all, with a reason in the log."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.factories import (
    OFFICE,
    TODAY,
    actor,
    all_of,
    counted_statements,
    everything,
    make_findings,
    make_inspection,
    make_round,
)
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.values import FindingStatus, Role
from xczg.services.bulk_change import BulkField, BulkOrder, BulkPreview, apply_bulk, preview_bulk
from xczg.services.findings import edit_finding
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import AuditEntry, Finding, ProgressEntry

NOT, BASIC, DONE = FindingStatus
DUE, LATER = date(2024, 9, 20), date(2024, 12, 31)
CLOSED = "该反馈问题已于2024年10月8日销号，不能再修改。确需继续整改的，请先办理“重新整改”。"
SAME = "与现在相同，不必修改。"


@pytest.fixture
def ids(engine: Engine) -> list[int]:
    """Four findings: open, open with an outcome, completed, closed out."""
    inspection = make_inspection(engine, make_round(engine), team=1)
    return make_findings(
        engine,
        inspection,
        [
            {"text": "一", "unit": "办公室", "due_date": DUE},
            {"text": "二", "outcome": "制度已印发"},
            {"text": "三", "status": DONE, "outcome": "已整改", "due_date": LATER, "unit": "财务科"},
            {"text": "四", "status": DONE, "outcome": "已整改", "closed_out_on": date(2024, 10, 8)},
        ],
    )


def order(ids, field: BulkField, value, reason: str = "领导小组会议议定") -> BulkOrder:
    return BulkOrder(tuple(ids), field, value, reason)


def seen(preview: BulkPreview) -> list[tuple[str, str, str, str]]:
    return [(row.text, row.before, row.after, row.refusal) for row in preview.rows]


@pytest.mark.parametrize(
    ("field", "value", "rows"),
    [
        (
            BulkField.STATUS,
            BASIC,
            [
                ("一", "未完成", "基本完成", ""),
                ("二", "未完成", "基本完成", ""),
                ("三", "已完成", "基本完成", ""),
                ("四", "已完成", "基本完成", CLOSED),
            ],
        ),
        (
            BulkField.STATUS,
            DONE,
            [
                (
                    "一",
                    "未完成",
                    "已完成",
                    "没有填写整改成效，不能批量改为已完成，请逐个登记整改进展。",
                ),
                ("二", "未完成", "已完成", ""),
                ("三", "已完成", "已完成", SAME),
                ("四", "已完成", "已完成", CLOSED),
            ],
        ),
        (
            BulkField.DUE_DATE,
            LATER,
            [
                ("一", "2024年9月20日", "2024年12月31日", ""),
                ("二", "未定", "2024年12月31日", ""),
                ("三", "2024年12月31日", "2024年12月31日", SAME),
                ("四", "未定", "2024年12月31日", CLOSED),
            ],
        ),
        (
            BulkField.UNIT,
            " 财务科 ",
            [
                ("一", "办公室", "财务科", ""),
                ("二", "（空）", "财务科", ""),
                ("三", "财务科", "财务科", SAME),
                ("四", "（空）", "财务科", CLOSED),
            ],
        ),
    ],
)
def test_the_preview_is_what_then_happens(engine: Engine, ids, field, value, rows):
    before = everything(engine)
    preview = preview_bulk(engine, OFFICE, order(ids, field, value))
    assert seen(preview) == rows
    assert everything(engine) == before, "a preview writes nothing"

    changed = apply_bulk(engine, OFFICE, preview, today=TODAY)
    assert changed == sum(not refusal for *_, refusal in rows)
    again = preview_bulk(engine, OFFICE, order(ids, field, value))
    assert [now for _, now, *_ in seen(again)] == [
        before if refusal else after for _, before, after, refusal in rows
    ]
    versions = [one.version for one in all_of(engine, Finding)]
    assert versions == [1 if refusal else 2 for *_, refusal in rows]


def test_one_entry_in_the_log_tells_all_of_it(engine: Engine, ids):
    preview = preview_bulk(engine, OFFICE, order(ids[:3], BulkField.DUE_DATE, LATER))
    apply_bulk(engine, OFFICE, preview, today=TODAY)
    told = all_of(engine, AuditEntry)[-1]
    assert (told.actor, told.action, told.object) == ("office", "批量修改完成时限", "八届市委第六轮")
    assert told.detail == {
        "数量": 2,
        "理由": "领导小组会议议定",
        "变更": [
            f"甲局党组反馈问题1（编号{ids[0]}）：2024年9月20日→2024年12月31日",
            f"甲局党组反馈问题2（编号{ids[1]}）：未定→2024年12月31日",
        ],
    }
    assert all_of(engine, ProgressEntry) == []


def test_a_changed_status_stands_in_the_history(engine: Engine, ids):
    apply_bulk(engine, OFFICE, preview_bulk(engine, OFFICE, order(ids, BulkField.STATUS, DONE)), today=TODAY)
    (entry,) = all_of(engine, ProgressEntry)
    assert (entry.finding_id, entry.status, entry.summary, entry.on_date, entry.recorded_by) == (
        ids[1],
        DONE,
        "批量修改状态：领导小组会议议定",
        TODAY,
        "office",
    )
    assert all_of(engine, Finding)[1].outcome == "制度已印发"


@pytest.mark.parametrize(
    ("field", "value", "reason", "sentence"),
    [
        (BulkField.UNIT, "办公室", " ", "请填写“修改理由”。"),
        (BulkField.UNIT, "办公室", "长" * 501, "“修改理由”最多500字，请精简。"),
        (BulkField.UNIT, " ", "会议", "请填写有效的“责任单位”。"),
        (BulkField.UNIT, "长" * 201, "会议", "请填写有效的“责任单位”。"),
        (BulkField.DUE_DATE, None, "会议", "请填写有效的“完成时限”。"),
        (BulkField.DUE_DATE, date(1024, 1, 1), "会议", "请填写有效的“完成时限”。"),
        (BulkField.STATUS, "差不多", "会议", "请填写有效的“整改状态”。"),
    ],
)
def test_an_incomplete_order_is_refused(engine: Engine, ids, field, value, reason, sentence):
    wanted = order(ids, field, value, reason)
    for act in (
        lambda: preview_bulk(engine, OFFICE, wanted),
        lambda: apply_bulk(engine, OFFICE, BulkPreview(wanted, ()), today=TODAY),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert str(refused.value) == sentence


def test_too_many_or_none_are_refused(engine: Engine, ids):
    with pytest.raises(RefusedError, match="请先在表中选中"):
        preview_bulk(engine, OFFICE, order([], BulkField.UNIT, "办公室"))
    with pytest.raises(RefusedError, match="一次最多修改200个"):
        preview_bulk(engine, OFFICE, order(range(201), BulkField.UNIT, "办公室"))


def test_what_changed_after_the_preview_stops_all_of_it(engine: Engine, ids):
    preview = preview_bulk(engine, OFFICE, order(ids, BulkField.UNIT, "人事科"))
    edit_finding(engine, OFFICE, ids[1], 1, {"text": "二", "unit": "机关党委"})
    before = everything(engine)
    with pytest.raises(RefusedError, match="预览之后有反馈问题被他人修改，本次没有修改任何内容"):
        apply_bulk(engine, OFFICE, preview, today=TODAY)
    assert everything(engine) == before


def test_nothing_to_change_is_said(engine: Engine, ids):
    preview = preview_bulk(engine, OFFICE, order(ids[3:], BulkField.UNIT, "人事科"))
    with pytest.raises(RefusedError, match="没有可以修改的反馈问题"):
        apply_bulk(engine, OFFICE, preview, today=TODAY)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OFFICE}))
def test_only_the_office_changes_in_bulk(engine: Engine, ids, role):
    preview = preview_bulk(engine, OFFICE, order(ids, BulkField.UNIT, "人事科"))
    who = actor(role, **({"organization_id": 1} if role is Role.ORGANIZATION else {}))
    before = everything(engine)
    with pytest.raises(PermissionRefusedError):
        preview_bulk(engine, who, preview.order)
    with pytest.raises(PermissionRefusedError):
        apply_bulk(engine, who, preview, today=TODAY)
    assert everything(engine) == before


def test_a_preview_is_one_statement_however_many_rows(engine: Engine, ids):
    with counted_statements(engine) as seen_statements:
        preview_bulk(engine, OFFICE, order(ids, BulkField.UNIT, "人事科"))
    assert len(seen_statements) == 1
