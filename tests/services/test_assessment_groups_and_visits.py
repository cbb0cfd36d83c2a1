"""R5, R7: groups, 回避, the schedule, and 督查核实 finding by finding, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from tests.factories import (
    OFFICE,
    TODAY,
    actor,
    all_of,
    everything,
    make_finding,
    make_findings,
    make_inspection,
    make_organization,
    make_round,
    read,
)
from xczg.rules.phases import RoundState
from xczg.rules.values import Basis, FindingStatus, Role, ScoringUnit, VisitOutcome
from xczg.services.assessment_groups import (
    ExceptionForm,
    NewMember,
    add_group,
    add_member,
    appoint_leader,
    leave_group,
    record_exception,
    record_recusal,
    rename_group,
)
from xczg.services.assessment_readings import read_assessment, read_visit
from xczg.services.meetings import MeetingForm, open_wrap_up
from xczg.services.results import round_row
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.services.visits import (
    CheckForm,
    CheckLine,
    VisitForm,
    cancel_visit,
    change_visit,
    record_checks,
    schedule_visit,
)
from xczg.store.engine import reading, writing
from xczg.store.settings import PROJECT
from xczg.store.tables import (
    AuditEntry,
    FieldVisit,
    Finding,
    FrozenResult,
    GroupMember,
    Inspection,
    VisitCheck,
)

UPLOADS = PROJECT / "nowhere"
METHODS = ("查阅资料",)
DAY = date(2024, 10, 9)
TEAM = actor(Role.TEAM, team=1)


def row(engine, round_id):
    with reading(engine) as session:
        return round_row(session, round_id)


def staffed(engine, round_id, name="第一督查组", people=("张某某", "李某某", "王某某"), **first):
    """A group with one person of each unit; returns its number and theirs."""
    group = add_group(engine, OFFICE, round_id, name)
    members = [
        add_member(engine, OFFICE, group, NewMember(unit, person, **(first if place == 0 else {})))
        for place, (unit, person) in enumerate(zip(ScoringUnit, people, strict=True))
    ]
    return group, members


def go(engine, inspection, group, first=DAY, days=0, members=(), **more):
    form = VisitForm(inspection, group, first, first + timedelta(days), METHODS, tuple(members), **more)
    return schedule_visit(engine, OFFICE, form)


def check(engine, visit, *lines, who=OFFICE, today=TODAY, on=DAY):
    return record_checks(engine, who, CheckForm(visit, on, lines, "张某某"), uploads=UPLOADS, today=today)


def freeze(engine, round_id):
    with writing(engine) as session:
        session.add(
            FrozenResult(
                round_id=round_id,
                version=1,
                approved_on=TODAY,
                content='{"facts": [], "results": []}',
                checksum="x",
                recorded_by="office",
            )
        )


# Groups


def test_a_group_has_people_of_all_three_units_and_one_leader(engine: Engine):
    round_id = make_round(engine)
    make_inspection(engine, round_id)
    _, members = staffed(engine, round_id, leader=True)
    found = read_assessment(engine, OFFICE, row(engine, round_id)).groups[0]
    assert (found.missing_units, [one.leader for one in found.members]) == ((), [True, False, False])
    appoint_leader(engine, OFFICE, members[2])
    leaders = [one.name for one in all_of(engine, GroupMember) if one.leader]
    assert leaders == ["王某某"]
    leave_group(engine, OFFICE, members[2], on_date=TODAY, reason="岗位调整", today=TODAY)
    found = read_assessment(engine, OFFICE, row(engine, round_id)).groups[0]
    assert found.missing_units == (ScoringUnit.TEAM,)
    assert not any(one.leader for one in found.members)
    with pytest.raises(RefusedError, match="已离组，不能担任组长"):
        appoint_leader(engine, OFFICE, members[2])
    with pytest.raises(RefusedError, match="不必重复登记"):
        leave_group(engine, OFFICE, members[2], on_date=TODAY, reason="再次", today=TODAY)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda e, r, g, m: add_group(e, OFFICE, r, "第一督查组"), "本轮已有“第一督查组”"),
        (lambda e, r, g, m: add_group(e, OFFICE, r, "  "), "请填写督查组名称"),
        (
            lambda e, r, g, m: add_member(e, OFFICE, g, NewMember(ScoringUnit.TEAM, "张某某")),
            "已有成员“张某某”",
        ),
        (lambda e, r, g, m: add_member(e, OFFICE, g, NewMember(ScoringUnit.TEAM, "")), "请填写成员姓名"),
        (
            lambda e, r, g, m: leave_group(e, OFFICE, m[0], on_date=TODAY, reason=" ", today=TODAY),
            "请填写离组原因",
        ),
        (
            lambda e, r, g, m: leave_group(
                e, OFFICE, m[0], on_date=TODAY + timedelta(1), reason="调整", today=TODAY
            ),
            "晚于今天",
        ),
        (
            lambda e, r, g, m: record_exception(
                e, OFFICE, r, ExceptionForm("第二次评估", "", "另有安排", TODAY), today=TODAY
            ),
            "请填写批准机关或批准人",
        ),
    ],
)
def test_what_is_wrong_with_a_group_is_told_and_nothing_written(sqlite_engine: Engine, act, sentence):
    round_id = make_round(sqlite_engine)
    group, members = staffed(sqlite_engine, round_id)
    before = everything(sqlite_engine)
    with pytest.raises(RefusedError, match=sentence):
        act(sqlite_engine, round_id, group, members)
    assert everything(sqlite_engine) == before


def test_of_two_who_rename_a_group_the_second_is_shown_the_first(engine: Engine):
    group = add_group(engine, OFFICE, make_round(engine), "一组")
    rename_group(engine, OFFICE, group, version=1, name="第一督查组")
    with pytest.raises(StaleError) as stale:
        rename_group(engine, OFFICE, group, version=1, name="第1督查组")
    assert stale.value.stored.name == "第一督查组"


# The schedule


def test_nobody_is_sent_to_two_places_on_one_day(engine: Engine):
    round_id = make_round(engine)
    one, other = (make_inspection(engine, round_id, name) for name in ("甲局党组", "乙局党组"))
    group, members = staffed(engine, round_id)
    go(engine, one, group, days=2)
    with pytest.raises(RefusedError, match=r"李某某在2024-10-09至2024-10-11已安排到甲局党组，不能同时到两处"):
        go(engine, other, group, DAY + timedelta(2), members=members[1:2])
    go(engine, other, group, DAY + timedelta(3), members=members[1:2])
    # The same person in a second group is still one person.
    second, _ = staffed(engine, round_id, "第二督查组", ("张某某", "孙某某", "周某某"))
    third = make_inspection(engine, round_id, "丙局党组")
    with pytest.raises(RefusedError, match="张某某在"):
        go(engine, third, second, DAY)


def test_two_who_plan_at_once_do_not_send_somebody_to_two_places(engine: Engine):
    round_id = make_round(engine)
    places = [make_inspection(engine, round_id, name) for name in ("甲局党组", "乙局党组")]
    group, _ = staffed(engine, round_id)

    def plan(inspection):
        try:
            return go(engine, inspection, group)
        except RefusedError as refusal:
            return str(refusal)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(plan, places))
    assert sorted(type(one).__name__ for one in outcomes) == ["int", "str"]
    assert len(all_of(engine, FieldVisit)) == 1


def test_who_comes_from_the_inspected_organisation_stands_back_and_a_substitute_is_named(engine: Engine):
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id)
    own = make_organization(engine, "甲局党组")
    group, members = staffed(engine, round_id, organization_id=own)
    warned = read_assessment(engine, OFFICE, row(engine, round_id)).standing_back
    assert warned == ("张某某（第一督查组）来自甲局党组，应当回避，尚未登记替补人员",)
    for wanted in ((), members[:1]):
        with pytest.raises(RefusedError, match="张某某来自甲局党组，应当回避"):
            go(engine, inspection, group, members=wanted)
    record_recusal(engine, OFFICE, inspection, who=members[0], reason="本人所在单位", substitute="赵某某")
    found = read_assessment(engine, OFFICE, row(engine, round_id))
    assert (found.standing_back, found.substitutes(inspection)) == ((), ("赵某某",))
    go(engine, inspection, group)
    with pytest.raises(RefusedError, match="已登记回避甲局党组，请改派替补人员"):
        go(engine, inspection, group, DAY + timedelta(1), members=members[:1])


def test_a_scoring_unit_that_is_inspected_itself_is_warned_of_until_a_substitute_is_named(engine: Engine):
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id, "崤陵市委组织部部务会")
    (warning,) = read_assessment(engine, OFFICE, row(engine, round_id)).standing_back
    assert "市委组织部本身是本轮被巡察党组织" in warning
    who = ScoringUnit.PERSONNEL
    record_recusal(engine, OFFICE, inspection, who=who, reason="本身被巡察", substitute="市委党建办")
    assert read_assessment(engine, OFFICE, row(engine, round_id)).standing_back == ()
    with pytest.raises(RefusedError, match="不必重复登记"):
        record_recusal(engine, OFFICE, inspection, who=who, reason="本身被巡察", substitute="市委党建办")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"until_date": DAY - timedelta(1)}, "结束日期早于开始日期"),
        ({"methods": ()}, "请至少选择一种督导方式"),
        ({"members": (99,)}, "不在该督查组或已离组"),
        ({"group_id": 99}, "没有找到这个督查组"),
    ],
)
def test_a_visit_that_cannot_be_is_refused(sqlite_engine: Engine, values, sentence):
    round_id = make_round(sqlite_engine)
    inspection = make_inspection(sqlite_engine, round_id)
    group, _ = staffed(sqlite_engine, round_id)
    form = {
        "inspection_id": inspection,
        "group_id": group,
        "from_date": DAY,
        "until_date": DAY,
        "methods": METHODS,
    }
    with pytest.raises(RefusedError, match=sentence):
        schedule_visit(sqlite_engine, OFFICE, VisitForm(**form | values))
    assert all_of(sqlite_engine, FieldVisit) == []


def test_of_two_who_change_a_visit_the_second_is_shown_the_first(engine: Engine):
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id)
    group, _ = staffed(engine, round_id)
    visit = go(engine, inspection, group)
    later = VisitForm(inspection, group, DAY + timedelta(1), DAY + timedelta(1), METHODS)
    change_visit(engine, OFFICE, visit, later, version=1)
    with pytest.raises(StaleError) as stale:
        change_visit(engine, OFFICE, visit, later, version=1)
    assert stale.value.stored.from_date == DAY + timedelta(1)
    with pytest.raises(StaleError):
        cancel_visit(engine, OFFICE, visit, version=1)
    cancel_visit(engine, OFFICE, visit, version=2)
    assert all_of(engine, FieldVisit) == []


def test_after_the_wrap_up_another_visit_needs_an_approved_exception(engine: Engine):
    """R5: one assessment per round, in principle."""
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id)
    group, _ = staffed(engine, round_id)
    go(engine, inspection, group)
    open_wrap_up(engine, OFFICE, round_id, MeetingForm(DAY), today=TODAY)
    with pytest.raises(RefusedError, match="原则上一轮一评估"):
        go(engine, inspection, group, DAY + timedelta(9))
    record_exception(
        engine,
        OFFICE,
        round_id,
        ExceptionForm("第二次评估", "市委巡察工作领导小组", "首次评估后情况有变", TODAY),
        today=TODAY,
    )
    go(engine, inspection, group, DAY + timedelta(9))


# 督查核实


@pytest.fixture
def visited(engine: Engine):
    """An inspection by team 1 with three findings, reported 已完成, 已完成 and 未完成, and a visit to it."""
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id, team=1)
    done = FindingStatus.COMPLETED
    texts = [{"text": "一", "status": done}, {"text": "二", "status": done}, {"text": "三"}]
    findings = make_findings(engine, inspection, texts)
    group, _ = staffed(engine, round_id)
    return round_id, inspection, findings, go(engine, inspection, group)


def test_partly_checked_the_row_stays_self_reported_but_what_was_found_open_counts(engine: Engine, visited):
    round_id, _, findings, visit = visited
    assert read(engine, round_id).state is RoundState.FIELD_VISITS
    assert check(engine, visit, CheckLine(findings[0], VisitOutcome.NOT_COMPLETED, "现场未见")) == 1
    (one,) = read(engine, round_id).result.rows
    assert (one.basis, one.counts.completed, one.counts.checked) == (Basis.SELF_REPORTED, 2, 1)
    assert one.counts.not_completed == 2


def test_wholly_checked_every_figure_rests_on_the_visit(engine: Engine, visited):
    round_id, _, findings, visit = visited
    outcomes = (VisitOutcome.COMPLETED, VisitOutcome.NOT_COMPLETED, VisitOutcome.BASICALLY_COMPLETED)
    lines = [CheckLine(key, outcome, "查阅资料") for key, outcome in zip(findings, outcomes, strict=True)]
    assert check(engine, visit, *lines) == 3
    (one,) = read(engine, round_id).result.rows
    assert one.basis is Basis.VERIFIED
    counts = one.counts
    assert (counts.completed, counts.basically_completed, counts.not_completed) == (1, 1, 1)
    assert (one.reported.completed, one.reported.strict.text()) == (2, "66.7%")
    make_finding(engine, visited[1], "四")
    assert read(engine, round_id).result.rows[0].basis is Basis.SELF_REPORTED, "no longer whole"


def test_a_correction_makes_a_new_current_check_and_keeps_the_old_one(engine: Engine, visited):
    _, inspection, findings, visit = visited
    check(engine, visit, CheckLine(findings[0], VisitOutcome.COMPLETED, "查阅资料"))
    (first,) = all_of(engine, VisitCheck)
    same = CheckLine(findings[0], VisitOutcome.COMPLETED, " 查阅资料 ", first.id)
    assert check(engine, visit, same) == 0, "nothing has changed"
    check(engine, visit, CheckLine(findings[0], VisitOutcome.NOT_COMPLETED, "复看有误", first.id))
    assert [(one.outcome, one.current) for one in all_of(engine, VisitCheck)] == [
        (VisitOutcome.COMPLETED, False),
        (VisitOutcome.NOT_COMPLETED, True),
    ]
    found = read_visit(engine, OFFICE, row(engine, visited[0]), inspection).findings[0]
    assert (found.outcome, found.basis, found.status) == (
        VisitOutcome.NOT_COMPLETED,
        "复看有误",
        FindingStatus.COMPLETED,
    )
    entries = [one for one in all_of(engine, AuditEntry) if one.action == "登记督查核实"]
    assert entries[-1].detail["结论"] == [f"{findings[0]}：已整改到位→未整改到位"]


def test_a_grid_is_written_whole_or_not_at_all(engine: Engine, visited):
    _, _, findings, visit = visited
    stranger = make_finding(engine, make_inspection(engine, visited[0], "乙局党组"))
    good = CheckLine(findings[0], VisitOutcome.COMPLETED, "查阅资料")
    for bad, sentence in (
        (CheckLine(findings[1], VisitOutcome.COMPLETED, "  "), "请填写第2项的核实依据"),
        (CheckLine(stranger, VisitOutcome.COMPLETED, "查阅资料"), "没有找到这条记录"),
    ):
        with pytest.raises(RefusedError, match=sentence):
            check(engine, visit, good, bad)
        assert all_of(engine, VisitCheck) == []


@pytest.mark.parametrize(
    ("on", "today", "sentence"),
    [(DAY - timedelta(1), TODAY, "早于这次实地督导的开始日期"), (TODAY, TODAY - timedelta(1), "晚于今天")],
)
def test_a_check_is_made_on_the_visit_or_later_and_not_in_the_future(engine, visited, on, today, sentence):
    line = CheckLine(visited[2][0], VisitOutcome.COMPLETED, "查阅资料")
    with pytest.raises(RefusedError, match=sentence):
        check(engine, visited[3], line, on=on, today=today)


def test_of_two_who_check_a_finding_the_second_is_shown_the_first_and_chooses(engine: Engine, visited):
    _, _, findings, visit = visited
    mine = CheckLine(findings[0], VisitOutcome.COMPLETED, "查阅资料")
    check(engine, visit, CheckLine(findings[0], VisitOutcome.NOT_COMPLETED, "现场查看"))
    with pytest.raises(StaleError) as stale:
        check(engine, visit, CheckLine(findings[1], VisitOutcome.COMPLETED, "查阅资料"), mine)
    assert (stale.value.stored.outcome, stale.value.stored.basis) == (
        VisitOutcome.NOT_COMPLETED,
        "现场查看",
    )
    assert len(all_of(engine, VisitCheck)) == 1, "nothing of the grid was written"
    again = CheckLine(findings[0], VisitOutcome.COMPLETED, "查阅资料", stale.value.stored.id)
    assert check(engine, visit, again) == 1


def test_two_checks_at_once_leave_one_current(engine: Engine, visited):
    _, _, findings, visit = visited

    def act(outcome):
        try:
            return check(engine, visit, CheckLine(findings[0], outcome, f"{outcome.value}的依据"))
        except StaleError as stale:
            return stale.stored.outcome

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(act, (VisitOutcome.COMPLETED, VisitOutcome.NOT_COMPLETED)))
    (kept,) = all_of(engine, VisitCheck)
    assert sorted(map(str, outcomes)) == sorted(["1", kept.outcome.value])


def test_a_team_checks_what_it_inspected_and_nothing_else(engine: Engine, visited):
    line = CheckLine(visited[2][0], VisitOutcome.COMPLETED, "查阅资料")
    with pytest.raises(RefusedError, match="不在您的数据范围内"):
        check(engine, visited[3], line, who=actor(Role.TEAM, team=2))
    assert check(engine, visited[3], line, who=TEAM) == 1


def test_a_visit_with_checks_is_not_cancelled(engine: Engine, visited):
    check(engine, visited[3], CheckLine(visited[2][0], VisitOutcome.COMPLETED, "查阅资料"))
    with pytest.raises(RefusedError, match="已有核实结论，不能取消"):
        cancel_visit(engine, OFFICE, visited[3], version=1)


def test_a_frozen_round_takes_no_groups_visits_or_checks(engine: Engine, visited):
    round_id, inspection, findings, visit = visited
    group = all_of(engine, FieldVisit)[0].group_id
    member = all_of(engine, GroupMember)[0].id
    freeze(engine, round_id)
    before = everything(engine)
    line = CheckLine(findings[0], VisitOutcome.COMPLETED, "查阅资料")
    form = VisitForm(inspection, group, DAY, DAY, METHODS)
    for act in (
        lambda: add_group(engine, OFFICE, round_id, "第二督查组"),
        lambda: rename_group(engine, OFFICE, group, version=1, name="另一组"),
        lambda: add_member(engine, OFFICE, group, NewMember(ScoringUnit.TEAM, "赵某某")),
        lambda: appoint_leader(engine, OFFICE, member),
        lambda: leave_group(engine, OFFICE, member, on_date=TODAY, reason="调整", today=TODAY),
        lambda: record_recusal(engine, OFFICE, inspection, who=member, reason="回避", substitute="赵某某"),
        lambda: record_exception(
            engine, OFFICE, round_id, ExceptionForm("其他", "领导小组", "原因", TODAY), today=TODAY
        ),
        lambda: schedule_visit(engine, OFFICE, form),
        lambda: change_visit(engine, OFFICE, visit, form, version=1),
        lambda: cancel_visit(engine, OFFICE, visit, version=1),
        lambda: check(engine, visit, line),
    ):
        with pytest.raises(RefusedError, match="冻结"):
            act()
    assert everything(engine) == before


def test_the_three_bases_stand_side_by_side_from_one_reckoning(engine: Engine, visited):
    """单位自报 2/3, 审核认定 1/3, 督查核实 0/3: what the page shows comes from the row alone."""
    round_id, _, findings, visit = visited
    with writing(engine) as session:
        session.get(Finding, findings[0]).closed_out_on = DAY
    check(engine, visit, *(CheckLine(key, VisitOutcome.NOT_COMPLETED, "现场查看") for key in findings))
    (one,) = read(engine, round_id).result.rows
    told = [rate.text() for rate in (one.reported.strict, one.counts.reviewed, one.counts.verified)]
    assert told == ["66.7%", "33.3%", "0.0%"]
    with reading(engine) as session:
        assert session.exec(select(Inspection.id).where(col(Inspection.id) == one.inspection_id)).one()
