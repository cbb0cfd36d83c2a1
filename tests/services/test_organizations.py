"""The directory: one organisation under all the names it ever had, merged whole, never lost."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import build
from tests.factories import (
    OFFICE,
    ROUND,
    TODAY,
    all_of,
    confirm,
    counted_statements,
    everything,
    import_file,
    make_finding,
    make_inspection,
    make_organization,
    make_round,
    make_scored,
    read,
)
from xczg.access.accounts import add_account, organization_choices
from xczg.cli.commands import _organization_id
from xczg.rules.values import Role, ScoringUnit
from xczg.services.exports import export_results
from xczg.services.freezing import freeze_round
from xczg.services.organizations import (
    add_organization,
    add_other_name,
    archive_organization,
    delete_organization,
    merge_organizations,
    preview_merge,
    read_directory,
    read_organization_card,
    rename_organization,
    restore_organization,
)
from xczg.services.readings import list_rounds, present_name, read_organization
from xczg.services.score_import import import_scores, make_scores_template
from xczg.services.tenures import TenureFields, add_tenure
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import reading, writing
from xczg.store.tables import (
    Account,
    AssessmentGroup,
    AuditEntry,
    Finding,
    GroupMember,
    Inspection,
    Organization,
    OrganizationName,
    Tenure,
)
from xczg.store.views.hanging import WORDS, references

OLD, NEW, OTHER = "市粮食局党组", "市粮食和物资储备局党组", "市粮食和储备局党组"
HEADER = ["序号", "被巡察党组织", "反馈问题", "整改情况"]


def rename(engine: Engine, organization: int, name: str, *, version: int = 1, reason: str = "机构改革"):
    rename_organization(engine, OFFICE, organization, version, name, reason=reason)


def merge(engine: Engine, source: int, target: int, *, version: int = 1):
    merge_organizations(engine, OFFICE, source, target, version, reason="同一单位的两种写法")


def actions(engine: Engine) -> list[str]:
    return [entry.action for entry in all_of(engine, AuditEntry)]


# Names


def test_a_new_organisation_has_a_name_of_its_own(engine: Engine):
    number = add_organization(engine, OFFICE, " 市粮食局党组 ")
    assert [one.name for one in all_of(engine, Organization)] == [OLD]
    for name in (OLD, "市粮食局 党组"):
        with pytest.raises(RefusedError, match=f"名录中已有“{OLD}”"):
            add_organization(engine, OFFICE, name)
    rename(engine, number, NEW)
    with pytest.raises(RefusedError, match=f"名录中已有“{NEW}”（又名“{OLD}”）"):
        add_organization(engine, OFFICE, OLD)
    with pytest.raises(RefusedError, match="1至200字"):
        add_organization(engine, OFFICE, "  ")


def test_a_renamed_organisation_keeps_its_former_names(engine: Engine):
    number = make_organization(engine, OLD)
    rename(engine, number, OTHER)
    rename(engine, number, NEW, version=2, reason="更正")
    card = read_organization_card(engine, OFFICE, number)
    assert card is not None
    assert card.organization.name == NEW
    assert [(one.name, one.reason, one.recorded_by) for one in card.names] == [
        (OTHER, "更正", "office"),
        (OLD, "机构改革", "office"),
    ]
    last = all_of(engine, AuditEntry)[-1]
    assert (last.action, last.object) == ("党组织更名", OTHER)
    assert last.detail == {"原名": OTHER, "新名": NEW, "原因": "更正"}


def test_back_to_a_former_name(engine: Engine):
    number = make_organization(engine, OLD)
    rename(engine, number, NEW)
    rename(engine, number, OLD, version=2)
    assert [one.name for one in all_of(engine, OrganizationName)] == [NEW]
    assert all_of(engine, Organization)[0].name == OLD


def test_another_spacing_is_no_former_name(engine: Engine):
    number = make_organization(engine, "市粮食局 党组")
    rename(engine, number, OLD)
    assert all_of(engine, OrganizationName) == []
    assert all_of(engine, Organization)[0].name == OLD


@pytest.mark.parametrize("name", [NEW, OTHER])
def test_a_name_of_another_organisation_is_refused_and_merging_named(engine: Engine, name: str):
    number, other = make_organization(engine, OLD), make_organization(engine, OTHER)
    rename(engine, other, NEW)
    before = everything(engine)
    with pytest.raises(
        RefusedError, match=f"“{name}”是名录中“{NEW}”的名称或曾用名。如为同一党组织，请用“合并”"
    ):
        rename(engine, number, name)
    assert everything(engine) == before


@pytest.mark.parametrize(
    ("name", "reason", "said"),
    [(OLD, "x", "新名称与现名称相同"), (" ", "x", "1至200字"), (NEW, " ", "请填写更名原因")],
)
def test_a_rename_needs_another_name_and_a_reason(engine: Engine, name: str, reason: str, said: str):
    with pytest.raises(RefusedError, match=said):
        rename(engine, make_organization(engine, OLD), name, reason=reason)


def test_two_people_rename_the_same_organisation(engine: Engine):
    number = make_organization(engine, OLD)
    rename(engine, number, NEW)
    with pytest.raises(StaleError) as stale:
        rename(engine, number, OTHER)
    assert stale.value.stored.name == NEW
    assert [one.name for one in all_of(engine, OrganizationName)] == [OLD]


def test_another_spelling_leads_to_the_organisation_too(engine: Engine):
    number = make_organization(engine, OLD)
    add_other_name(engine, OFFICE, number, "市粮食局", reason="简称")
    with pytest.raises(RefusedError, match=f"“市粮食局”已是“{OLD}”的名称或曾用名"):
        add_other_name(engine, OFFICE, make_organization(engine, OTHER), "市粮食局", reason="简称")
    assert present_name(engine, OFFICE, "市粮食 局") == OLD
    assert present_name(engine, OFFICE, "没有") is None


# Every door in by name


def former_and_merged(engine: Engine) -> int:
    """An organisation that was renamed, and another spelling of it merged into it."""
    number = make_organization(engine, OLD)
    rename(engine, number, NEW)
    merge(engine, make_organization(engine, OTHER), number)
    return number


@pytest.mark.parametrize("name", [OLD, OTHER, NEW, "市粮食和 储备局党组"])
def test_a_ledger_under_any_name_lands_on_the_right_organisation(engine: Engine, name: str):
    number, round_id = former_and_merged(engine), make_round(engine)
    report = import_file(
        engine,
        round_id,
        build([HEADER, ["1", name, "学习不深入", "未完成"]]),
        create_organizations=False,
    )
    assert not report.faults
    assert report.organizations == (NEW,)
    (inspection,) = all_of(engine, Inspection)
    assert inspection.organization_id == number


def test_two_spellings_in_one_ledger_are_one_organisation(engine: Engine):
    former_and_merged(engine)
    rows = [
        ["1", OLD, "学习不深入", "未完成"],
        ["2", OTHER, "作风不实", "未完成"],
        ["3", NEW, "用人不当", ""],
    ]
    report = import_file(engine, make_round(engine), build([HEADER, *rows]), create_organizations=False)
    assert report.organizations == (NEW,)
    assert len(all_of(engine, Inspection)) == 1
    assert len(all_of(engine, Finding)) == 3


def test_the_same_finding_under_two_spellings_is_a_duplicate(engine: Engine):
    former_and_merged(engine)
    rows = [["1", OLD, "学习不深入", "未完成"], ["2", OTHER, "学习不深入", "未完成"]]
    report = import_file(engine, make_round(engine), build([HEADER, *rows]))
    assert [(one.row, one.fault) for one in report.faults] == [(3, "duplicate")]


def test_the_chosen_organisation_and_its_former_name_do_not_contradict(engine: Engine):
    former_and_merged(engine)
    content = build([HEADER, ["1", OLD, "学习不深入", "未完成"]])
    report = import_file(engine, make_round(engine), content, organization=NEW, create_organizations=False)
    assert not report.faults
    content = build([["填报单位：" + OTHER], ["序号", "反馈问题", "整改情况"], ["1", "作风不实", "未完成"]])
    report = import_file(
        engine, make_round(engine, "第七轮"), content, organization=OLD, create_organizations=False
    )
    assert not report.faults
    assert report.organizations == (NEW,)


def test_scores_under_a_former_name_are_understood(engine: Engine, tmp_path):
    round_id = make_round(engine)
    make_inspection(engine, round_id, OLD)
    template = make_scores_template(engine, OFFICE, round_id)
    rename(engine, make_organization(engine, OLD), NEW)
    report = import_scores(engine, OFFICE, round_id, content=template, name="评分表.xlsx", uploads=tmp_path)
    assert not report.faults


def test_accounts_find_it_by_every_name_and_choose_the_present_one(engine: Engine):
    number = former_and_merged(engine)
    with reading(engine) as session:
        assert {_organization_id(session, name) for name in (OLD, OTHER, NEW)} == {number}
        assert organization_choices(session) == {number: NEW}
        with pytest.raises(RefusedError, match="没有名为"):
            _organization_id(session, "没有")


def test_a_frozen_result_keeps_the_name_of_then_and_is_found_by_the_present_one(engine: Engine):
    round_id = make_round(engine)
    made = make_scored(engine, round_id, {OLD: ("90", "91", "92"), "乙局": ("80", "80", "80")})
    confirm(engine, round_id)
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="纪要", today=TODAY)
    rename(engine, make_organization(engine, OLD), NEW)
    assert [row.organization for row in read(engine, round_id).result.rows] == [OLD, "乙局"]
    (row,) = list_rounds(engine, OFFICE)
    for name in (OLD, NEW):
        found = read_organization(engine, OFFICE, row, name, TODAY)
        assert found is not None
        assert found.row.inspection_id == made[OLD]
    assert read_organization(engine, OFFICE, row, "没有", TODAY) is None
    assert export_results(engine, OFFICE, round_id, today=TODAY)


# Merging


def filled(engine: Engine, name: str) -> int:
    """An organisation on which one of everything hangs."""
    round_id = make_round(engine, f"{name}的轮次")
    make_finding(engine, make_inspection(engine, round_id, name))
    number = make_organization(engine, name)
    with writing(engine) as session:
        add_account(
            session,
            actor="t",
            username="liang",
            name="某",
            role=Role.ORGANIZATION,
            organization_id=number,
        )
        group = AssessmentGroup(round_id=round_id, name="第一组", recorded_by="office")
        session.add(group)
        session.flush()
        session.add(
            GroupMember(
                group_id=group.id,
                unit=ScoringUnit.TEAM,
                name="张某某",
                organization_id=number,
                recorded_by="office",
            )
        )
    add_tenure(engine, OFFICE, number, TenureFields("张某某", "党组书记", date(2020, 1, 1), date(2022, 1, 1)))
    add_other_name(engine, OFFICE, number, "市粮食局", reason="简称")
    earlier = make_organization(engine, "市粮站")
    merge(engine, earlier, number)
    return number


def test_everything_that_hangs_on_an_organisation_is_named_and_moves(engine: Engine):
    source, target = filled(engine, OLD), make_organization(engine, NEW)
    plan = preview_merge(engine, OFFICE, source, target)
    assert not plan.obstacle
    assert plan.words == (
        "巡察1次、账号1个、任职记录1条、督查组成员1人、曾用名和其他写法2个、此前并入的党组织1个"
    )
    merge(engine, source, target)
    for table, field in (
        (Inspection, "organization_id"),
        (Account, "organization_id"),
        (Tenure, "organization_id"),
        (GroupMember, "organization_id"),
        (OrganizationName, "organization_id"),
    ):
        assert {getattr(one, field) for one in all_of(engine, table)} == {target}, table
    rows = {one.name: one for one in all_of(engine, Organization)}
    assert rows[OLD].merged_into_id == rows["市粮站"].merged_into_id == target
    assert {one.name for one in all_of(engine, OrganizationName)} == {"市粮食局", "市粮站", OLD}
    last = all_of(engine, AuditEntry)[-1]
    assert (last.action, last.object, last.detail["并入"]) == ("合并党组织", NEW, OLD)
    assert last.detail["转移"] == plan.words
    for name in (OLD, "市粮食局", "市粮站"):
        assert present_name(engine, OFFICE, name) == NEW


def test_every_table_that_can_hang_on_something_has_a_word():
    for parent, words in WORDS.items():
        assert {column.table.name for column in references(parent)} == set(words), parent


def test_two_in_the_same_round_are_not_merged_and_the_round_is_named(engine: Engine):
    round_id = make_round(engine)
    for name in (OLD, NEW):
        make_inspection(engine, round_id, name)
    source, target = make_organization(engine, OLD), make_organization(engine, NEW)
    before = everything(engine)
    assert ROUND in preview_merge(engine, OFFICE, source, target).obstacle
    with pytest.raises(RefusedError, match=f"“{OLD}”和“{NEW}”同在{ROUND}中，不能合并"):
        merge(engine, source, target)
    assert everything(engine) == before


def test_tenures_that_overlap_stand_against_merging(engine: Engine):
    source, target = make_organization(engine, OLD), make_organization(engine, NEW)
    add_tenure(engine, OFFICE, source, TenureFields("张某某", "书记", date(2020, 1, 1)))
    add_tenure(engine, OFFICE, target, TenureFields("李某某", "书记", date(2021, 1, 1)))
    with pytest.raises(RefusedError, match="任职记录有重叠（张某某）"):
        merge(engine, source, target)


def test_a_merged_organisation_takes_nothing_any_more(engine: Engine):
    source, target = make_organization(engine, OLD), make_organization(engine, NEW)
    merge(engine, source, target)
    for act in (
        lambda: merge(engine, source, target),
        lambda: rename(engine, source, OTHER, version=2),
        lambda: add_tenure(engine, OFFICE, source, TenureFields("张某某", "书记", TODAY)),
        lambda: restore_organization(engine, OFFICE, source, 2),
        lambda: delete_organization(engine, OFFICE, source),
    ):
        with pytest.raises(RefusedError, match="已并入其他党组织"):
            act()
    with pytest.raises(RefusedError, match="不能与自身合并"):
        merge(engine, target, target)


def test_the_target_may_take_the_name_of_what_was_merged_into_it(engine: Engine):
    source, target = make_organization(engine, OLD), make_organization(engine, NEW)
    merge(engine, source, target)
    rename(engine, target, OLD)
    assert present_name(engine, OFFICE, OLD) == present_name(engine, OFFICE, NEW) == OLD


def test_a_rename_since_the_preview_stops_the_merge(engine: Engine):
    source, target = make_organization(engine, OLD), make_organization(engine, NEW)
    rename(engine, source, OTHER)
    with pytest.raises(StaleError):
        merge(engine, source, target)
    assert {one.merged_into_id for one in all_of(engine, Organization)} == {None}


# Archiving and deleting


def test_an_archived_organisation_is_no_longer_offered_and_comes_back(engine: Engine):
    number = make_organization(engine, OLD)
    archive_organization(engine, OFFICE, number, 1)
    with reading(engine) as session:
        assert organization_choices(session) == {}
    report = import_file(engine, make_round(engine), build([HEADER, ["1", OLD, "学习不深入", ""]]))
    assert [one.fault for one in report.faults] == ["archived organization"]
    with pytest.raises(RefusedError, match="已经归档"):
        archive_organization(engine, OFFICE, number, 2)
    restore_organization(engine, OFFICE, number, 2)
    with reading(engine) as session:
        assert organization_choices(session) == {number: OLD}
    assert actions(engine)[-1] == "恢复党组织"


def test_an_archived_organisation_in_the_round_still_gets_its_ledger(engine: Engine):
    round_id = make_round(engine)
    make_inspection(engine, round_id, OLD)
    archive_organization(engine, OFFICE, make_organization(engine, OLD), 1)
    report = import_file(engine, round_id, build([HEADER, ["1", OLD, "学习不深入", ""]]))
    assert not report.faults


def test_deleting_is_for_what_nothing_hangs_on(engine: Engine):
    number = make_organization(engine, OLD)
    rename(engine, number, NEW)
    delete_organization(engine, OFFICE, number)
    assert all_of(engine, Organization) == all_of(engine, OrganizationName) == []
    assert actions(engine)[-1] == "删除党组织"


def test_deleting_says_what_hangs_on_it_and_offers_the_archive(engine: Engine):
    number = filled(engine, OLD)
    before = everything(engine)
    said = "名下有巡察1次、账号1个、任职记录1条、督查组成员1人、此前并入的党组织1个，不能删除。.*请归档"
    with pytest.raises(RefusedError, match=said):
        delete_organization(engine, OFFICE, number)
    assert everything(engine) == before


# The directory


def test_the_directory_finds_by_present_and_former_names(engine: Engine):
    number = make_organization(engine, OLD)
    make_organization(engine, "市教育局党组")
    make_inspection(engine, make_round(engine), OLD)
    make_inspection(engine, make_round(engine, "第七轮", date(2025, 1, 1)), OLD)
    add_tenure(engine, OFFICE, number, TenureFields("张某某", "党组书记", date(2020, 1, 1), date(2024, 1, 1)))
    add_tenure(engine, OFFICE, number, TenureFields("李某某", "党组书记", date(2024, 1, 1)))
    rename(engine, number, NEW)
    for text in ("粮食局", "物资 储备", NEW):
        found = read_directory(engine, OFFICE, text, TODAY, size=10)
        assert [row.name for row in found.rows] == [NEW], text
        assert found.total == 1
    (row,) = found.rows
    assert (row.rounds, row.last_round, row.principal, row.post) == (2, "第七轮", "李某某", "党组书记")
    assert row.other_names == (OLD,)
    for text in ("%", "_", "/"):
        assert read_directory(engine, OFFICE, text, TODAY, size=10).total == 0
    assert [row.principal for row in read_directory(engine, OFFICE, "粮", date(2022, 1, 1), size=9).rows] == [
        "张某某"
    ]


def test_the_directory_is_paged_in_sql(engine: Engine):
    for number in range(7):
        make_organization(engine, f"{number}局")
    with counted_statements(engine) as seen:
        found = read_directory(engine, OFFICE, "", TODAY, page=2, size=3)
    assert len(seen) == 3
    assert ([row.name for row in found.rows], found.total) == (["3局", "4局", "5局"], 7)
    assert len(read_directory(engine, OFFICE, "", TODAY, page=9, size=3).rows) == 1
    archive_organization(engine, OFFICE, make_organization(engine, "3局"), 1)
    away = read_directory(engine, OFFICE, "", TODAY, archived=True, size=9)
    assert [row.name for row in away.rows] == ["3局"]
