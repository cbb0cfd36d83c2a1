"""Versions of the rulebook: confirmed once, changed into new versions, never under a round (R19, R20)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from tests.factories import OFFICE, TODAY, actor, all_of, everything, make_round, rulebook
from xczg.access.permissions import PermissionRefusedError
from xczg.exchange.writer import Column, SheetPlan, write_workbook
from xczg.rules.values import Role
from xczg.services.rulebooks import (
    annexes_of,
    confirm_points,
    export_annexes,
    list_versions,
    save_version,
)
from xczg.services.unit_of_work import RefusedError
from xczg.store.settings import RULEBOOKS
from xczg.store.tables import AuditEntry, OpenPointConfirmation, Round, RulebookVersion

ADMIN = actor(Role.ADMIN)


def versions(engine: Engine):
    return list_versions(engine, OFFICE, RULEBOOKS)


def confirm(engine: Engine, version, *points: str, **values):
    given = {"confirmed_on": TODAY, "basis": "办公室会议", "today": TODAY} | values
    return confirm_points(engine, OFFICE, version, points, rulebooks=RULEBOOKS, **given)


def save(engine: Engine, parent, who=OFFICE, reason="修订", **changes):
    named = {key.replace("__", "."): value for key, value in changes.items()}
    return save_version(engine, who, parent, named, reason=reason, rulebooks=RULEBOOKS)


def test_before_any_round_the_file_that_ships_is_shown_and_nothing_is_written(engine: Engine):
    before = everything(engine)
    (only,) = versions(engine)
    assert (only.id, only.rulebook, only.rounds) == (None, rulebook(), ())
    assert set(only.waiting) == set(rulebook().open_points())
    assert everything(engine) == before


def test_a_point_is_confirmed_once_with_day_and_basis(engine: Engine):
    make_round(engine)
    (version,) = versions(engine)
    first, second, *_ = version.waiting
    assert confirm(engine, version.id, first) == 1
    assert confirm(engine, version.id, first, second, basis="另一次会议") == 1
    kept = versions(engine)[0].confirmations
    assert {key: one.basis for key, one in kept.items()} == {first: "办公室会议", second: "另一次会议"}
    assert [one.action for one in all_of(engine, AuditEntry)].count("确认待定事项") == 2


@pytest.mark.parametrize(
    ("points", "values", "sentence"),
    [
        (["units.routine_points"], {"basis": " "}, "请填写确认的依据"),
        (["units.routine_points"], {"confirmed_on": TODAY + timedelta(days=1)}, "晚于今天"),
        (["periods.rectification_months"], {}, "没有编号为“periods.rectification_months”的待定事项"),
        (["units.routine_points", "x"], {}, "没有编号为“x”的待定事项"),
    ],
)
def test_a_confirmation_that_says_nothing_is_refused(engine: Engine, points, values, sentence):
    make_round(engine)
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        confirm(engine, versions(engine)[0].id, *points, **values)
    assert everything(engine) == before


def test_confirming_before_any_round_stores_the_file(engine: Engine):
    confirm(engine, None, "units.routine_points")
    (stored,) = all_of(engine, RulebookVersion)
    make_round(engine)
    assert len(all_of(engine, RulebookVersion)) == 1, "the round is bound to that very version"
    assert all_of(engine, Round)[0].rulebook_version_id == stored.id
    assert "units.routine_points" in versions(engine)[0].confirmations


def test_a_change_makes_a_new_version_and_rounds_keep_theirs(engine: Engine):
    make_round(engine)
    (old,) = versions(engine)
    confirm(engine, old.id, "units.routine_points", "ranking.share_rounding")
    made = save(engine, old.id, periods__report_days=10, ranking__bottom_share=Decimal("0.15"))
    new, kept = versions(engine)
    assert (new.id, new.version, new.parent_id, new.reason) == (made, 2, old.id, "修订")
    assert new.rulebook.periods.report_days.value == 10
    assert new.rulebook.share == Decimal("0.15")
    assert kept.rounds == ("八届市委第六轮",)
    assert kept.rulebook == rulebook()
    assert new.rounds == ()
    assert set(new.confirmations) == {"units.routine_points", "ranking.share_rounding"}


def test_what_the_office_changed_no_longer_waits_and_its_old_confirmation_is_not_taken_over(engine: Engine):
    make_round(engine)
    (old,) = versions(engine)
    confirm(engine, old.id, "ranking.score_places")
    save(engine, old.id, ranking__score_places=1)
    new = versions(engine)[0]
    assert "ranking.score_places" not in new.rulebook.open_points()
    assert "ranking.score_places" not in new.confirmations


@pytest.mark.parametrize(
    ("changes", "reason", "sentence"),
    [
        ({}, "修订", "没有任何改动"),
        ({"periods__report_days": 7}, "修订", "没有任何改动"),
        ({"periods__report_days": 8}, " ", "请填写修改理由"),
        ({"periods__report_days": 0}, "修订", "periods.report_days"),
        ({"ranking__bottom_share": Decimal(2)}, "修订", "ranking.bottom_share"),
        ({"units__weights": (Decimal(5), Decimal(3))}, "修订", "units.weights"),
        ({"criteria": ()}, "修订", "criteria"),
    ],
)
def test_a_version_that_cannot_be_is_refused_and_nothing_is_written(
    engine: Engine, changes, reason, sentence
):
    make_round(engine)
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        save(engine, versions(engine)[0].id, reason=reason, **changes)
    assert everything(engine) == before


def test_the_same_content_is_never_stored_twice(engine: Engine):
    make_round(engine)
    (old,) = versions(engine)
    save(engine, old.id, periods__report_days=8)
    with pytest.raises(RefusedError, match="内容完全相同"):
        save(engine, old.id, periods__report_days=8)


def test_who_reads_who_changes_who_confirms(engine: Engine):
    make_round(engine)
    scopes = {Role.TEAM: {"team": 1}, Role.ORGANIZATION: {"organization_id": 1}}
    for role in Role:
        who = actor(role, **scopes.get(role, {}))
        assert list_versions(engine, who, RULEBOOKS)
        if role not in (Role.OFFICE, Role.ADMIN):
            with pytest.raises(PermissionRefusedError):
                save(engine, 1, who=who, periods__report_days=9)
        if role is not Role.OFFICE:
            with pytest.raises(PermissionRefusedError):
                confirm_points(
                    engine,
                    who,
                    1,
                    ["units.routine_points"],
                    confirmed_on=TODAY,
                    basis="x",
                    today=TODAY,
                    rulebooks=RULEBOOKS,
                )
    assert all_of(engine, OpenPointConfirmation) == []
    save(engine, 1, who=ADMIN, periods__report_days=9)


def test_annexes_go_out_and_come_back_the_same(engine: Engine):
    make_round(engine)
    (version,) = versions(engine)
    found = annexes_of(export_annexes(engine, OFFICE, version), "附件.xlsx", version)
    assert found == {"criteria": rulebook().criteria.value, "tasks": rulebook().tasks.value}


CRITERIA = ("细则编号", "板块", "细则", "满分")
TASKS = ("任务编号", "监督单位", "评估内容", "任务")


@pytest.mark.parametrize(
    ("name", "headers", "row", "sentence"),
    [
        ("评估细则", CRITERIA, ["1", "甲", "乙", "十"], "工作表“评估细则”第2行“满分”栏：“十”不是数字"),
        ("评估细则", CRITERIA, ["1", "甲", "乙", "0"], "第2行“满分”栏"),
        ("评估细则", CRITERIA, ["1", "甲", "乙", "1.005"], "第2行“满分”栏"),
        ("评估细则", CRITERIA[:3], ["1", "甲", "乙"], "没有表头行"),
        ("任务清单", TASKS, ["1", "市委巡察办", "其他", "看"], "第2行“监督单位”栏：“市委巡察办”不是监督单位"),
        ("任务清单", TASKS, ["1", "市纪委监委", "其他", ""], "第2行“任务”栏"),
        ("别的表", TASKS, ["1", "市纪委监委", "其他", "看"], "没有名为“评估细则”或“任务清单”的工作表"),
    ],
)
def test_a_faulty_annex_names_sheet_row_and_column(engine: Engine, name, headers, row, sentence):
    (version,) = versions(engine)
    content = write_workbook([SheetPlan(name, [Column(one) for one in headers], [row])])
    with pytest.raises(RefusedError, match=sentence):
        annexes_of(content, "附件.xlsx", version)


def test_a_task_outside_the_contents_is_refused_by_name(engine: Engine):
    (version,) = versions(engine)
    content = write_workbook(
        [SheetPlan("任务清单", [Column(one) for one in TASKS], [["1", "市委组织部", "天气", "看"]])]
    )
    found = annexes_of(content, "附件.xlsx", version)
    with pytest.raises(RefusedError, match="评估内容“天气”不在评估内容之列"):
        save(engine, None, **found)


def test_confirmations_and_versions_tell_when_in_the_audit_log(engine: Engine):
    make_round(engine)
    (old,) = versions(engine)
    save(engine, old.id, periods__report_days=8, reason="领导小组会议")
    entry = next(one for one in all_of(engine, AuditEntry) if one.action == "生成制度新版本")
    assert entry.detail == {"日常监督评估结果报告期限（集中整改期结束后，天）": "7→8"}
    assert entry.object == "sanmenxia-2024-trial第2版"
