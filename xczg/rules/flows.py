"""The state machines of close-out, extension and papers handed in: each one table, and nothing else decides.

Practice of the office, not in the text （R2, R9）; who may act is given by role. Texts are what a form needs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from xczg.rules.rulebook import Periods
from xczg.rules.values import (
    CloseOutState,
    ExtensionState,
    FindingStatus,
    Role,
    SubmissionKind,
    SubmissionState,
)

S = TypeVar("S", CloseOutState, ExtensionState, SubmissionState)


class FlowAct(StrEnum):
    """What somebody does in a flow; the value is the word in the sentence of a refusal."""

    CLAIM = "申请销号"
    CLOSE = "同意销号"
    CLOSE_AT_ONCE = "直接销号"
    RETURN = "退回补充"
    REOPEN = "重新整改"
    ASK = "申请延期"
    GRANT = "同意延期"
    REFUSE = "不同意延期"
    HAND_IN = "报送"
    ACCEPT = "审核通过"
    RETURN_PAPER = "退回修改"


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """One legal transition; `state` None is before anything was claimed, asked or handed in."""

    state: S | None
    act: FlowAct
    target: S
    who: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Flow(Generic[S]):
    """A state machine: what is not in its table is not possible."""

    name: str
    steps: tuple[Step[S], ...]

    def target(self, state: S | None, act: FlowAct) -> S | None:
        """The next state, or None where the act is not possible in this one."""
        return next((step.target for step in self.steps if (step.state, step.act) == (state, act)), None)

    def acts(self, state: S | None, roles: Iterable[Role]) -> tuple[FlowAct, ...]:
        """What somebody with these roles can do now, in the order of the table."""
        mine = frozenset(roles)
        return tuple(step.act for step in self.steps if step.state == state and step.who & mine)


_ASKING = frozenset({Role.OFFICE, Role.ORGANIZATION})
_DECIDING = frozenset({Role.OFFICE})
_UNDER_REVIEW, _CLOSED = CloseOutState.UNDER_REVIEW, CloseOutState.CLOSED
_RETURNED, _REOPENED = CloseOutState.RETURNED, CloseOutState.REOPENED

# A claim after a return or a reopening is a new one; the old one stays as it ended.
CLOSE_OUT: Flow[CloseOutState] = Flow(
    "销号",
    (
        Step(None, FlowAct.CLAIM, _UNDER_REVIEW, _ASKING),
        Step(None, FlowAct.CLOSE_AT_ONCE, _CLOSED, _DECIDING),
        Step(_UNDER_REVIEW, FlowAct.CLOSE, _CLOSED, _DECIDING),
        Step(_UNDER_REVIEW, FlowAct.RETURN, _RETURNED, _DECIDING),
        Step(_RETURNED, FlowAct.CLAIM, _UNDER_REVIEW, _ASKING),
        Step(_RETURNED, FlowAct.CLOSE_AT_ONCE, _CLOSED, _DECIDING),
        Step(_CLOSED, FlowAct.REOPEN, _REOPENED, _DECIDING),
        Step(_REOPENED, FlowAct.CLAIM, _UNDER_REVIEW, _ASKING),
        Step(_REOPENED, FlowAct.CLOSE_AT_ONCE, _CLOSED, _DECIDING),
    ),
)

# A completed finding that nobody has claimed yet; the stages of the list of close-outs, in its order.
NOT_CLAIMED = "待申请"
CLOSE_OUT_STAGES = (NOT_CLAIMED, *CloseOutState)

EXTENSION: Flow[ExtensionState] = Flow(
    "延期",
    (
        Step(None, FlowAct.ASK, ExtensionState.ASKED, _ASKING),
        Step(ExtensionState.ASKED, FlowAct.GRANT, ExtensionState.GRANTED, _DECIDING),
        Step(ExtensionState.ASKED, FlowAct.REFUSE, ExtensionState.REFUSED, _DECIDING),
        Step(ExtensionState.GRANTED, FlowAct.ASK, ExtensionState.ASKED, _ASKING),
        Step(ExtensionState.REFUSED, FlowAct.ASK, ExtensionState.ASKED, _ASKING),
    ),
)

SUBMISSION: Flow[SubmissionState] = Flow(
    "整改材料",
    (
        Step(None, FlowAct.HAND_IN, SubmissionState.WAITING, _ASKING),
        Step(SubmissionState.WAITING, FlowAct.ACCEPT, SubmissionState.ACCEPTED, _DECIDING),
        Step(SubmissionState.WAITING, FlowAct.RETURN_PAPER, SubmissionState.RETURNED, _DECIDING),
        Step(SubmissionState.RETURNED, FlowAct.HAND_IN, SubmissionState.WAITING, _ASKING),
    ),
)


@dataclass(frozen=True, slots=True)
class FindingStanding:
    """What the flows need to know of a finding."""

    status: FindingStatus
    due_date: date | None
    long_term: bool
    closed_out: bool


def extension_obstacle(finding: FindingStanding) -> str:
    """Why no extension can be asked for, or nothing: what has no date cannot be late."""
    if finding.closed_out:
        return "该问题已销号，不需要延期。"
    if finding.status is FindingStatus.COMPLETED:
        return "该问题已完成整改，不需要延期；如未整改到位，请先登记整改进展。"
    if finding.long_term:
        return "该问题为长期坚持事项，没有完成时限，不会逾期，不需要延期。"
    if finding.due_date is None:
        return "该问题尚未确定完成时限，不能申请延期，请先在台账中填写完成时限。"
    return ""


def extension_date_fault(finding: FindingStanding, asked: date, today: date) -> str:
    """What is wrong with the date asked for, or nothing."""
    if finding.due_date is not None and asked <= finding.due_date:
        return "申请的新时限应晚于现完成时限，请改正。"
    return "申请的新时限已经过去，请填写今天以后的日期。" if asked < today else ""


def submission_due(kind: SubmissionKind, feedback: date, periods: Periods) -> date | None:
    """R2: when a paper is due, reckoned from the inspection's feedback; None where the rulebook is blank."""
    days = periods.submission_days.value.get(kind)
    return None if days is None else feedback + timedelta(days=days)


def days_late(due: date | None, handed_in_on: date | None, today: date) -> int:
    """Days between the due date and the first handing in, or today while there is none; 0 if not late."""
    return 0 if due is None else max(0, ((handed_in_on or today) - due).days)
