"""Close-out, extension and papers handed in: every transition, legal and illegal (R2, R9)."""

from datetime import date, timedelta
from itertools import product

import pytest

from tests.factories import rulebook
from xczg.access.permissions import PERMITTED, UseCase
from xczg.rules.flows import (
    CLOSE_OUT,
    EXTENSION,
    SUBMISSION,
    FindingStanding,
    FlowAct,
    days_late,
    extension_date_fault,
    extension_obstacle,
    submission_due,
)
from xczg.rules.values import (
    CloseOutState,
    ExtensionState,
    FindingStatus,
    Role,
    SubmissionKind,
    SubmissionState,
)

TABLES = [
    (
        CLOSE_OUT,
        CloseOutState,
        {
            (None, "申请销号"): "审核中",
            ("审核中", "同意销号"): "已销号",
            ("审核中", "退回补充"): "退回补充",
            ("退回补充", "申请销号"): "审核中",
            ("已销号", "重新整改"): "重新整改",
            ("重新整改", "申请销号"): "审核中",
            (None, "直接销号"): "已销号",
            ("退回补充", "直接销号"): "已销号",
            ("重新整改", "直接销号"): "已销号",
        },
    ),
    (
        EXTENSION,
        ExtensionState,
        {
            (None, "申请延期"): "申请延期",
            ("申请延期", "同意延期"): "同意延期",
            ("申请延期", "不同意延期"): "不同意延期",
            ("同意延期", "申请延期"): "申请延期",
            ("不同意延期", "申请延期"): "申请延期",
        },
    ),
    (
        SUBMISSION,
        SubmissionState,
        {
            (None, "报送"): "待审核",
            ("待审核", "审核通过"): "审核通过",
            ("待审核", "退回修改"): "退回修改",
            ("退回修改", "报送"): "待审核",
        },
    ),
]
USE_CASES = {
    FlowAct.CLAIM: UseCase.CLAIM_CLOSE_OUT,
    FlowAct.CLOSE: UseCase.REVIEW_CLOSE_OUT,
    FlowAct.CLOSE_AT_ONCE: UseCase.REVIEW_CLOSE_OUT,
    FlowAct.RETURN: UseCase.REVIEW_CLOSE_OUT,
    FlowAct.REOPEN: UseCase.REVIEW_CLOSE_OUT,
    FlowAct.ASK: UseCase.ASK_EXTENSION,
    FlowAct.GRANT: UseCase.DECIDE_EXTENSION,
    FlowAct.REFUSE: UseCase.DECIDE_EXTENSION,
    FlowAct.HAND_IN: UseCase.HAND_IN,
    FlowAct.ACCEPT: UseCase.REVIEW_SUBMISSION,
    FlowAct.RETURN_PAPER: UseCase.REVIEW_SUBMISSION,
}
TODAY = date(2024, 11, 20)
OPEN = FindingStanding(FindingStatus.NOT_COMPLETED, TODAY, long_term=False, closed_out=False)


@pytest.mark.parametrize(("flow", "states", "legal"), TABLES, ids=[flow.name for flow, _, _ in TABLES])
def test_what_is_in_the_table_is_possible_and_nothing_else(flow, states, legal):
    for state, act in product([None, *states], FlowAct):
        assert flow.target(state, act) == legal.get((state, act)), (state, act)


@pytest.mark.parametrize("flow", [flow for flow, _, _ in TABLES], ids=lambda flow: flow.name)
def test_who_may_act_is_who_has_the_permission(flow):
    for step in flow.steps:
        assert step.who == {role for role in Role if USE_CASES[step.act] in PERMITTED[role]}, step


def test_what_somebody_can_do_now():
    assert CLOSE_OUT.acts(None, {Role.ORGANIZATION}) == (FlowAct.CLAIM,)
    assert CLOSE_OUT.acts(CloseOutState.UNDER_REVIEW, {Role.ORGANIZATION}) == ()
    assert CLOSE_OUT.acts(CloseOutState.UNDER_REVIEW, {Role.OFFICE}) == (FlowAct.CLOSE, FlowAct.RETURN)
    assert CLOSE_OUT.acts(CloseOutState.CLOSED, set(Role) - {Role.OFFICE}) == ()
    assert EXTENSION.acts(ExtensionState.ASKED, {Role.LEADER, Role.ORGANIZATION}) == ()


@pytest.mark.parametrize(
    ("finding", "why"),
    [
        (OPEN, ""),
        (FindingStanding(FindingStatus.BASICALLY_COMPLETED, TODAY, long_term=False, closed_out=False), ""),
        (FindingStanding(FindingStatus.COMPLETED, TODAY, long_term=False, closed_out=True), "已销号"),
        (FindingStanding(FindingStatus.COMPLETED, TODAY, long_term=False, closed_out=False), "已完成整改"),
        (FindingStanding(FindingStatus.NOT_COMPLETED, None, long_term=True, closed_out=False), "长期坚持"),
        (FindingStanding(FindingStatus.NOT_COMPLETED, None, long_term=False, closed_out=False), "尚未确定"),
    ],
)
def test_what_has_no_date_or_is_done_needs_no_extension(finding, why):
    assert why in extension_obstacle(finding)
    assert bool(extension_obstacle(finding)) == bool(why)


@pytest.mark.parametrize(
    ("due", "asked", "why"),
    [
        (0, 1, ""),
        (0, 0, "晚于现完成时限"),
        (0, -1, "晚于现完成时限"),
        (-30, -1, "已经过去"),
        (-30, 0, ""),
        (30, 20, "晚于现完成时限"),
    ],
)
def test_a_new_date_is_later_than_the_old_one_and_not_past(due, asked, why):
    finding = FindingStanding(
        FindingStatus.NOT_COMPLETED, TODAY + timedelta(days=due), long_term=False, closed_out=False
    )
    fault = extension_date_fault(finding, TODAY + timedelta(days=asked), TODAY)
    assert why in fault
    assert bool(fault) == bool(why)


def test_r2_papers_are_due_by_the_rulebook_and_never_where_it_is_blank():
    periods = rulebook().periods
    feedback = date(2024, 6, 28)
    assert {submission_due(kind, feedback, periods) for kind in SubmissionKind} == {None}
    days = periods.submission_days.model_copy(update={"value": {SubmissionKind.PLAN: 15}})
    filled = periods.model_copy(update={"submission_days": days})
    assert submission_due(SubmissionKind.PLAN, feedback, filled) == date(2024, 7, 13)
    assert submission_due(SubmissionKind.PROGRESS_REPORT, feedback, filled) is None


@pytest.mark.parametrize(
    ("due", "handed_in", "late"),
    [
        (None, None, 0),
        (TODAY, None, 0),
        (TODAY - timedelta(days=3), None, 3),
        (TODAY, TODAY, 0),
        (TODAY - timedelta(days=5), TODAY - timedelta(days=3), 2),
    ],
)
def test_lateness_ends_with_the_first_handing_in(due, handed_in, late):
    assert days_late(due, handed_in, TODAY) == late
