"""What is due for whom (R1–R8): computed from facts and today's date, never stored.

Running it twice or skipping a day changes nothing. What has no date is never called overdue.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from xczg.rules.phases import Deadlines, RoundState, deadlines
from xczg.rules.rulebook import Alerts, Rulebook
from xczg.rules.supervision import SUPERVISING, required_contents
from xczg.rules.values import ScoringUnit, SheetState, SubmissionKind, SubmissionState


class Urgency(StrEnum):
    """How pressing a task is, the most pressing first; the words are those of the alert ladder."""

    OVERDUE = "逾期"
    WARNING = "预警"
    REMINDER = "提醒"
    OPEN = "待办"

    @property
    def rank(self) -> int:
        """0 for the most pressing."""
        return list(Urgency).index(self)


class Owner(StrEnum):
    """Whose turn it is."""

    OFFICE = "市委巡察办"
    DISCIPLINE = "市纪委监委"
    PERSONNEL = "市委组织部"
    TEAM = "市委巡察组"
    ORGANIZATION = "被巡察党组织"
    LEADER = "市领导"


OWNER_OF = {
    ScoringUnit.DISCIPLINE: Owner.DISCIPLINE,
    ScoringUnit.PERSONNEL: Owner.PERSONNEL,
    ScoringUnit.TEAM: Owner.TEAM,
}


class Screen(StrEnum):
    """Where the next step of a task is taken."""

    LEDGER = "ledger"
    CLOSE_OUT = "close_out"
    EXTENSIONS = "extensions"
    SUBMISSIONS = "submissions"
    SUPERVISION = "supervision"
    REPORT = "report"
    CONSULTATION = "consultation"
    GROUPS = "groups"
    SCORE_SHEET = "score_sheet"
    SCORES = "scores"
    OVERVIEW = "overview"
    PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True)
class DueTask:
    """One thing to do: whose it is, what, about whom, until when, how pressing, and where."""

    owner: Owner
    words: str
    round_name: str
    screen: Screen
    urgency: Urgency = Urgency.OPEN
    due: date | None = None
    organization: str = ""
    team: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InspectionDue:
    """What the tasks of one inspection rest on. Numbers count findings; `due_soon` holds their dates."""

    organization: str
    feedback: date
    team: int | None
    exempted: bool
    open_dates: Sequence[tuple[date, int]] = ()
    under_review: int = 0
    returned_claims: int = 0
    extensions_asked: int = 0
    submissions: Mapping[SubmissionKind, SubmissionState] = field(default_factory=dict)
    looked_at: Mapping[ScoringUnit, frozenset[str]] = field(default_factory=dict)
    sheets: Mapping[ScoringUnit, SheetState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundDue:
    """What the tasks of one round rest on."""

    name: str
    state: RoundState
    dates: Deadlines
    frozen: bool
    inspections: Sequence[InspectionDue]
    reports: frozenset[ScoringUnit | None] = frozenset()
    consulted: bool = False
    visited: frozenset[str] = frozenset()
    wrapped_up: bool = False
    unconfirmed: int = 0


def urgency(due: date | None, today: date, ladder: Sequence[int]) -> Urgency:
    """The step of the ladder a date stands on; the last step is the date itself, past it comes 逾期."""
    if due is None:
        return Urgency.OPEN
    left = (due - today).days
    if left < 0:
        return Urgency.OVERDUE
    steps = ladder[:-1]
    if len(steps) > 1 and left <= steps[1]:
        return Urgency.WARNING
    return Urgency.REMINDER if steps and left <= steps[0] else Urgency.OPEN


def due_tasks(found: RoundDue, rulebook: Rulebook, today: date) -> tuple[DueTask, ...]:
    """All tasks of a round, the most pressing first. The order does not depend on that of the facts."""
    if found.state is RoundState.CLOSED:
        return ()
    tasks = [*_round_tasks(found, rulebook, today)]
    for one in found.inspections:
        tasks += _organization_tasks(found, one, rulebook, today)
        tasks += _office_tasks(found, one)
        if not found.frozen and not one.exempted:
            tasks += _unit_tasks(found, one, rulebook, today)
    return tuple(sorted(tasks, key=pressing))


def pressing(task: DueTask) -> tuple[int, date, str, str, str, str]:
    """The order of tasks: urgency, date (undated last), then names."""
    place = (task.round_name, task.organization, task.owner.value, task.words)
    return (task.urgency.rank, task.due or date.max, *place)


def _organization_tasks(
    found: RoundDue, one: InspectionDue, rulebook: Rulebook, today: date
) -> Iterator[DueTask]:
    yield from _finding_tasks(found, one, rulebook.alerts, today)
    if one.returned_claims:
        words = f"{one.returned_claims}项销号申请被退回补充，请补充佐证后重新申请"
        yield _of(found, one, Owner.ORGANIZATION, words, Screen.CLOSE_OUT)
    for kind, state in one.submissions.items():
        if state is SubmissionState.RETURNED:
            words = f"{kind.value}被退回修改，请修改后重新报送"
            yield _of(found, one, Owner.ORGANIZATION, words, Screen.SUBMISSIONS)
    for kind, days in rulebook.periods.submission_days.value.items():
        if kind not in one.submissions:
            when = _when(one.feedback + timedelta(days=days), today, rulebook.alerts.reports.value)
            yield _of(found, one, Owner.ORGANIZATION, f"报送{kind.value}", Screen.SUBMISSIONS, when)


def _finding_tasks(found: RoundDue, one: InspectionDue, alerts: Alerts, today: date) -> Iterator[DueTask]:
    by_step: dict[Urgency, list[tuple[date, int]]] = {}
    for due, number in one.open_dates:
        by_step.setdefault(urgency(due, today, alerts.findings.value), []).append((due, number))
    for step, dated in by_step.items():
        if step is Urgency.OPEN:
            continue
        count, first = sum(number for _, number in dated), min(due for due, _ in dated)
        late = step is Urgency.OVERDUE
        words = f"{count}项反馈问题" + ("逾期未完成" if late else "临近完成时限")
        task = _of(found, one, Owner.ORGANIZATION, words, Screen.LEDGER, _When(first, step))
        yield replace(task, query={**task.query, "only": "逾期"}) if late else task


def _office_tasks(found: RoundDue, one: InspectionDue) -> Iterator[DueTask]:
    if one.under_review:
        yield _of(found, one, Owner.OFFICE, f"审核{one.under_review}项销号申请", Screen.CLOSE_OUT)
    if one.extensions_asked:
        yield _of(found, one, Owner.OFFICE, f"审批{one.extensions_asked}项延期申请", Screen.EXTENSIONS)
    waiting = [kind.value for kind, state in one.submissions.items() if state is SubmissionState.WAITING]
    if waiting:
        yield _of(found, one, Owner.OFFICE, f"审核{'、'.join(waiting)}", Screen.SUBMISSIONS)


def _unit_tasks(found: RoundDue, one: InspectionDue, rulebook: Rulebook, today: date) -> Iterator[DueTask]:
    own, ladder = deadlines(one.feedback, rulebook.periods), rulebook.alerts.findings.value
    if found.state is RoundState.RECTIFICATION:
        when = _when(own.rectification_end, today, ladder)
        for unit in SUPERVISING:
            left = len(set(required_contents(rulebook, unit)) - one.looked_at.get(unit, frozenset()))
            if left:
                words = f"日常监督尚有{left}项评估内容未登记"
                yield _of(found, one, OWNER_OF[unit], words, Screen.SUPERVISION, when)
    if found.state in (RoundState.RECTIFICATION, RoundState.REPORTING) and not one.sheets:
        return  # scoring comes with the concentrated assessment
    when = _when(own.assessment_due, today, ladder)
    for unit in ScoringUnit:
        words = _SHEET_WORDS.get(one.sheets.get(unit, SheetState.BLANK), "")
        if words:
            yield _of(found, one, OWNER_OF[unit], words, Screen.SCORE_SHEET, when)


_SHEET_WORDS = {
    SheetState.BLANK: "填写评分表",
    SheetState.FILLING: "评分表填写中，尚未提交",
    SheetState.RETURNED: "评分表被退回，请修改后提交",
    SheetState.AWAITING_CONFIRMATION: "确认巡察办代录的评分表",
}


def _round_tasks(found: RoundDue, rulebook: Rulebook, today: date) -> Iterator[DueTask]:
    if found.frozen:
        return
    if found.unconfirmed:
        words = f"确认{found.unconfirmed}个待定事项，确认前不能冻结评估结果"
        yield _whole(found, Owner.OFFICE, words, Screen.PARAMETERS)
    if not found.inspections:
        return
    if found.state is RoundState.AGGREGATED:
        yield _whole(found, Owner.LEADER, "督查组已汇总，待领导小组审议", Screen.OVERVIEW)
    if not found.state.reached(RoundState.AGGREGATED):
        yield from _report_tasks(found, rulebook, today)
        yield from _assessment_tasks(found, rulebook, today)


def _report_tasks(found: RoundDue, rulebook: Rulebook, today: date) -> Iterator[DueTask]:
    when = _when(found.dates.report_due, today, rulebook.alerts.reports.value)
    joint = rulebook.papers.joint_supervision_report.value
    for unit in (None,) if joint else SUPERVISING:
        if unit not in found.reports:
            owner = OWNER_OF[unit] if unit else Owner.DISCIPLINE
            words = "报送日常监督评估结果报告" + ("" if unit else "（两家联合）")
            yield _whole(found, owner, words, Screen.REPORT, when)


def _assessment_tasks(found: RoundDue, rulebook: Rulebook, today: date) -> Iterator[DueTask]:
    when = _when(found.dates.assessment_due, today, rulebook.alerts.findings.value)
    assessed = [one for one in found.inspections if not one.exempted]
    sheets = [one.sheets.get(unit) for one in assessed for unit in ScoringUnit]
    if sheets and all(state is SheetState.SUBMITTED for state in sheets):
        words = "三家评分单位均已评分，登记督查组汇总"
        yield _whole(found, Owner.OFFICE, words, Screen.SCORES, when)
        return
    if today <= found.dates.rectification_end:
        return
    if not found.consulted:
        yield _whole(found, Owner.OFFICE, "召开巡察整改会商会议", Screen.CONSULTATION, when)
    unvisited = sum(one.organization not in found.visited for one in assessed)
    if unvisited:
        words = f"安排实地督导，尚有{unvisited}个党组织未安排"
        yield _whole(found, Owner.OFFICE, words, Screen.GROUPS, when)


class _When(NamedTuple):
    """A date and how pressing it is."""

    due: date | None = None
    urgency: Urgency = Urgency.OPEN


_UNDATED = _When()


def _when(due: date, today: date, ladder: Sequence[int]) -> _When:
    return _When(due, urgency(due, today, ladder))


def _of(
    found: RoundDue, one: InspectionDue, owner: Owner, words: str, screen: Screen, when: _When = _UNDATED
) -> DueTask:
    address = {"round": found.name, "org": one.organization}
    return DueTask(
        owner, words, found.name, screen, when.urgency, when.due, one.organization, one.team, address
    )


def _whole(found: RoundDue, owner: Owner, words: str, screen: Screen, when: _When = _UNDATED) -> DueTask:
    return DueTask(owner, words, found.name, screen, when.urgency, when.due, query={"round": found.name})
