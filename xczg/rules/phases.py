"""Periods, deadlines and the states of a round (R1, R4, R5). Today is always a parameter."""

import calendar
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from xczg.rules.rulebook import Periods


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later, clamped to the end of the month.

    2024-11-30 and three months give 2025-02-28. Holidays do not move dates.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The dates that follow from one feedback date."""

    feedback: date
    rectification_end: date
    report_due: date
    assessment_due: date


def deadlines(feedback: date, periods: Periods) -> Deadlines:
    """R1: the period of rectification; R4: the report a week after; R5: the assessment a month after."""
    end = add_months(feedback, periods.rectification_months.value)
    return Deadlines(
        feedback=feedback,
        rectification_end=end,
        report_due=end + timedelta(days=periods.report_days.value),
        assessment_due=add_months(end, periods.assessment_months.value),
    )


@dataclass(frozen=True, slots=True)
class LaterFeedback:
    """An organisation whose findings were handed over later than those of its round."""

    organization: str
    feedback_date: date


def later_feedback(round_feedback: date, own: Iterable[tuple[str, date | None]]) -> tuple[LaterFeedback, ...]:
    """Who has a feedback date of its own later than the round's, the latest first."""
    late = [LaterFeedback(name, day) for name, day in own if day is not None and day > round_feedback]
    return tuple(sorted(late, key=lambda one: (-one.feedback_date.toordinal(), one.organization)))


class Act(StrEnum):
    """What people record about a round; the recorded acts drive its state."""

    AGGREGATED = "督查组汇总"
    DELIBERATED = "领导小组审议"
    CONSENTED = "市委同意"
    CIRCULATED = "结果通报"
    CLOSED = "办结"


ACT_ORDER = tuple(Act)


class RoundState(StrEnum):
    """The states of a round, in order; the value is the word on screen."""

    RECTIFICATION = "集中整改期"
    REPORTING = "日常监督评估结果报送"
    CONSULTATION = "会商会议"
    FIELD_VISITS = "实地督导"
    SCORING = "评分中"
    AGGREGATED = "督查组已汇总"
    DELIBERATED = "领导小组已审议"
    CONSENTED = "市委已同意"
    CIRCULATED = "已通报"
    FOLLOW_UP = "约谈和问责、持续监督"
    CLOSED = "办结"

    @property
    def position(self) -> int:
        """The place in the order, from 0."""
        return STATE_ORDER.index(self)

    def reached(self, other: "RoundState") -> bool:
        """Whether this state is `other` or later."""
        return self.position >= other.position


STATE_ORDER = tuple(RoundState)

_STATE_AFTER = {
    Act.CLOSED: RoundState.CLOSED,
    Act.CIRCULATED: RoundState.CIRCULATED,
    Act.CONSENTED: RoundState.CONSENTED,
    Act.DELIBERATED: RoundState.DELIBERATED,
    Act.AGGREGATED: RoundState.AGGREGATED,
}


def round_state(
    acts: Collection[Act],
    *,
    scoring_begun: bool,
    rectification_end: date,
    today: date,
    consultation_on: date | None = None,
    visits_from: date | None = None,
) -> RoundState:
    """The state of a round: the furthest recorded act, else what the calendar says.

    The acts, from the last: those of `Act`, the first score sheet, the first day of the first field visit,
    the consultation meeting (R7). A meeting or a visit that is only planned moves nothing yet.
    """
    for act, state in _STATE_AFTER.items():
        if act in acts:
            return state
    if scoring_begun:
        return RoundState.SCORING
    if visits_from is not None and visits_from <= today:
        return RoundState.FIELD_VISITS
    if consultation_on is not None and consultation_on <= today:
        return RoundState.CONSULTATION
    return RoundState.RECTIFICATION if today <= rectification_end else RoundState.REPORTING


@dataclass(frozen=True, slots=True)
class PhaseClock:
    """Where a round stands: the state, the deadline that is running, and the days left (negative: past)."""

    state: RoundState
    deadline: date | None
    days_left: int | None


def phase_clock(state: RoundState, dates: Deadlines, today: date) -> PhaseClock:
    """The deadline of the present state; from the aggregation on no date of the regulation runs."""
    if state is RoundState.RECTIFICATION:
        deadline = dates.rectification_end
    elif state is RoundState.REPORTING and today <= dates.report_due:
        deadline = dates.report_due
    elif not state.reached(RoundState.AGGREGATED):
        deadline = dates.assessment_due
    else:
        return PhaseClock(state, None, None)
    return PhaseClock(state, deadline, (deadline - today).days)
