"""R7, R8, R9: the consultation meeting and its three items, the wrap-up meeting, problems and suggestions."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.factories import OFFICE, TODAY, actor, all_of, everything, make_inspection, make_round, read
from tests.services.test_assessment_groups_and_visits import freeze, go, row, staffed
from xczg.rules.phases import RoundState
from xczg.rules.values import (
    ReportState,
    Role,
    ScoringUnit,
    SubmissionKind,
    SubmissionState,
)
from xczg.services.assessment_readings import read_visit
from xczg.services.meetings import (
    MeetingForm,
    open_wrap_up,
    read_consultation,
    read_wrap_up,
    record_consultation,
)
from xczg.services.problems import add_problem, add_suggestion, withdraw_problem, withdraw_suggestion
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import (
    AuditEntry,
    ConsultationMeeting,
    ProminentProblem,
    Submission,
    SupervisionEntry,
    SupervisionReport,
    WrapUpMeeting,
    now,
)

DAY = date(2024, 10, 8)
TEAM = actor(Role.TEAM, team=1)


def titles(engine, round_id):
    return read_consultation(engine, OFFICE, round_id, TODAY).titles


def hold(engine, round_id, day=DAY, version=None, texts=("一", "二", "三"), today=TODAY):
    items = dict(zip(titles(engine, round_id), texts, strict=True))
    form = MeetingForm(day, "会议室", "各单位", items)
    record_consultation(engine, OFFICE, round_id, form, version=version, today=today)


def test_the_three_items_are_those_of_the_regulation_and_filled_from_what_is_on_record(engine: Engine):
    round_id = make_round(engine)
    first, second = (make_inspection(engine, round_id, name) for name in ("甲局党组", "乙局党组"))
    report = {"round_id": round_id, "recorded_by": "x"}
    paper = {"inspection_id": first, "kind": SubmissionKind.PROGRESS_REPORT, "handed_in_on": DAY}
    with writing(engine) as session:
        session.add_all(
            [
                SupervisionReport(
                    **report,
                    unit=ScoringUnit.DISCIPLINE,
                    state=ReportState.SUBMITTED,
                    submitted_at=now(),
                    submitted_on=DAY,
                ),
                SupervisionReport(**report, unit=ScoringUnit.PERSONNEL),
                SupervisionEntry(
                    inspection_id=second,
                    unit=ScoringUnit.DISCIPLINE,
                    content="整改方案制定情况",
                    on_date=DAY,
                    seen="已看",
                    recorded_by="x",
                ),
                Submission(**paper, version=1, state=SubmissionState.WAITING, handed_in_by="x"),
                Submission(**paper, version=2, state=SubmissionState.ACCEPTED, handed_in_by="x"),
            ]
        )
    group, _ = staffed(engine, round_id)
    go(engine, second, group, DAY + timedelta(1), days=1)
    found = read_consultation(engine, OFFICE, round_id, DAY)
    assert found.titles == ("通报日常监督评估情况", "会商集中整改进展报告", "安排实地督导事宜")
    assert list(found.draft.values()) == [
        (
            "日常监督评估结果报告：市纪委监委已报送，市委组织部未报送。"
            "共登记监督记录1条，涉及1/2个党组织，尚无监督记录的：甲局党组。"
        ),
        "集中整改进展报告已报送1/2份（审核通过1份），尚未报送的：乙局党组。",
        (
            "集中督查评估应于2024年10月28日前完成。已安排1/2个党组织，尚未安排的：甲局党组。\n"
            "10月9日至10月10日　乙局党组（第一督查组）"
        ),
    ]


def test_recording_the_meeting_moves_the_round_on_and_is_logged(engine: Engine):
    round_id = make_round(engine)
    make_inspection(engine, round_id)
    hold(engine, round_id)
    assert read(engine, round_id).state is RoundState.CONSULTATION
    assert read(engine, round_id, DAY - timedelta(1)).state is RoundState.REPORTING
    assert all_of(engine, AuditEntry)[-1].action == "登记会商会议"
    hold(engine, round_id, version=1, texts=("一改", "二", "三"))
    (stored,) = all_of(engine, ConsultationMeeting)
    assert (stored.version, list(stored.items.values())) == (2, ["一改", "二", "三"])


def test_of_two_who_record_the_meeting_the_second_is_shown_the_first(engine: Engine):
    round_id = make_round(engine)
    make_inspection(engine, round_id)
    hold(engine, round_id)
    for version in (None, 7):
        with pytest.raises(StaleError) as stale:
            hold(engine, round_id, version=version, texts=("甲", "乙", "丙"))
        assert list(stale.value.stored.items.values()) == ["一", "二", "三"]


def test_a_meeting_in_the_future_or_without_its_items_is_refused(sqlite_engine: Engine):
    round_id = make_round(sqlite_engine)
    make_inspection(sqlite_engine, round_id)
    with pytest.raises(RefusedError, match="晚于今天"):
        hold(sqlite_engine, round_id, TODAY + timedelta(1))
    with pytest.raises(RefusedError, match="请填写会商事项“会商集中整改进展报告”"):
        hold(sqlite_engine, round_id, texts=("一", " ", "三"))
    assert all_of(sqlite_engine, ConsultationMeeting) == []


def test_who_sees_some_organisations_only_does_not_read_what_is_said_of_all(sqlite_engine: Engine):
    round_id = make_round(sqlite_engine)
    make_inspection(sqlite_engine, round_id, team=1)
    found = read_consultation(sqlite_engine, TEAM, round_id, TODAY)
    assert (found.whole, found.draft) == (False, {})
    with pytest.raises(RefusedError, match="不在您的数据范围内"):
        read_consultation(sqlite_engine, actor(Role.TEAM, team=2), round_id, TODAY)


# The wrap-up meeting


def test_the_wrap_up_is_opened_once_after_what_precedes_it_and_logged(engine: Engine):
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id)
    with pytest.raises(RefusedError, match="还没有安排实地督导"):
        open_wrap_up(engine, OFFICE, round_id, MeetingForm(DAY), today=TODAY)
    hold(engine, round_id)
    group, _ = staffed(engine, round_id)
    go(engine, inspection, group, DAY + timedelta(1))
    for day, sentence in (
        (DAY - timedelta(1), "早于会商会议"),
        (DAY, "早于首次实地督导"),
        (TODAY + timedelta(1), "晚于今天"),
    ):
        with pytest.raises(RefusedError, match=sentence):
            open_wrap_up(engine, OFFICE, round_id, MeetingForm(day), today=TODAY)
    assert read_wrap_up(engine, OFFICE, round_id) is None
    open_wrap_up(engine, OFFICE, round_id, MeetingForm(TODAY, "会议室"), today=TODAY)
    assert row(engine, round_id).wrap_up_on == TODAY
    assert all_of(engine, AuditEntry)[-1].action == "召开集中督查总结会"
    with pytest.raises(RefusedError, match="不必重复登记"):
        open_wrap_up(engine, OFFICE, round_id, MeetingForm(TODAY), today=TODAY)
    assert [one.opened_by for one in all_of(engine, WrapUpMeeting)] == ["office"]


# Problems and suggestions


def test_problems_and_suggestions_are_kept_with_their_source_and_withdrawn_with_a_reason(engine: Engine):
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id, team=1)
    problem = add_problem(engine, TEAM, inspection, text=" 整改走过场 ", source="集中督查评估")
    suggestion = add_suggestion(engine, TEAM, inspection, text="限期整改")
    found = read_visit(engine, OFFICE, row(engine, round_id), inspection)
    assert [(one.text, one.source) for one in found.problems] == [("整改走过场", "集中督查评估")]
    assert [one.text for one in found.suggestions] == ["限期整改"]
    with pytest.raises(RefusedError, match="请填写撤回原因"):
        withdraw_problem(engine, TEAM, problem, reason=" ")
    withdraw_problem(engine, TEAM, problem, reason="重复登记")
    withdraw_suggestion(engine, TEAM, suggestion, reason="已办结")
    with pytest.raises(RefusedError, match="已经撤回"):
        withdraw_problem(engine, TEAM, problem, reason="再撤")
    assert [one.withdrawn_reason for one in all_of(engine, ProminentProblem)] == ["重复登记"]


def test_a_team_says_nothing_of_what_it_did_not_inspect(sqlite_engine: Engine):
    inspection = make_inspection(sqlite_engine, make_round(sqlite_engine), team=1)
    problem = add_problem(sqlite_engine, TEAM, inspection, text="问题", source="其他")
    stranger = actor(Role.TEAM, team=2)
    for act in (
        lambda: add_problem(sqlite_engine, stranger, inspection, text="问题", source="其他"),
        lambda: add_suggestion(sqlite_engine, stranger, inspection, text="建议"),
        lambda: withdraw_problem(sqlite_engine, stranger, problem, reason="原因"),
    ):
        with pytest.raises(RefusedError, match="不在您的数据范围内"):
            act()


def test_a_frozen_round_takes_no_meetings_problems_or_suggestions(engine: Engine):
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id)
    problem = add_problem(engine, OFFICE, inspection, text="问题", source="其他")
    freeze(engine, round_id)
    before = everything(engine)
    for act in (
        lambda: hold(engine, round_id),
        lambda: open_wrap_up(engine, OFFICE, round_id, MeetingForm(DAY), today=TODAY),
        lambda: add_problem(engine, OFFICE, inspection, text="又一个", source="其他"),
        lambda: add_suggestion(engine, OFFICE, inspection, text="建议"),
        lambda: withdraw_problem(engine, OFFICE, problem, reason="原因"),
    ):
        with pytest.raises(RefusedError, match="冻结"):
            act()
    assert everything(engine) == before
