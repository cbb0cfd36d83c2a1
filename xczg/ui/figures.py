"""The seven figures of a round; each can say what it is, what it is made of, and by which rule."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from xczg.rules.phases import LaterFeedback
from xczg.rules.rates import Rate
from xczg.services.readings import Overview
from xczg.store.views.rounds import RoundRow
from xczg.ui.bases import basis_words
from xczg.ui.words import days_left, long_day, plain, short_day, short_state


def seven_figures(found: Overview, today: date) -> None:
    """Seven tiles in a row on a desk, three a row on a phone; for a team they count what it inspected."""
    with st.grid(7, min_column_width=104, gap="small"):
        _organizations(found)
        _findings(found)
        _completion(found)
        _unresolved(found)
        _overdue(found)
        _scored(found)
        _tile("当前阶段", short_state(found.state), _clock(found, today), phase_help(found))


def _whose(found: Overview) -> str:
    """What a team's figures count; the others count the whole round."""
    return "" if found.team is None else "本组巡察的党组织："


def _organizations(found: Overview) -> None:
    exempted = sum(row.exempted for row in found.rows)
    with_findings = sum(row.counts.findings > 0 for row in found.rows)
    own = found.team is not None
    _tile(
        "本组巡察党组织（个）" if own else "被巡察党组织（个）",
        str(len(found.rows)),
        f"免于评估{exempted}个" if exempted else f"有反馈问题{with_findings}个",
        f"{'本组巡察' if own else '本轮被巡察'}的党组织，其中应评分{len(found.rows) - exempted}个。",
    )


def _findings(found: Overview) -> None:
    counts = found.counts
    split = "、".join(f"{status.value}{number}个" for status, number in counts.by_status.items())
    _tile(
        "反馈问题（个）",
        str(counts.findings),
        f"已完成{counts.completed}个",
        f"{_whose(found)}{split}。",
    )


def _completion(found: Overview) -> None:
    counts, definition = found.counts, found.rulebook.definitions.completion
    _tile(
        "整改完成率（%）",
        percent(counts.strict),
        f"含基本完成{percent(counts.lenient)}%" if counts.lenient.exists else "无反馈问题",
        f"{_whose(found)}{definition.value}（{definition.source.value}，{definition.rule}）。  \n"
        f"严格口径：{fraction(counts.strict)}；含基本完成：{fraction(counts.lenient)}；"
        f"到期应完成：{fraction(counts.of_due)}。来源：{basis_words(found.rows)}。",
    )


def _unresolved(found: Overview) -> None:
    counts, definition = found.counts, found.rulebook.definitions.unresolved
    _tile(
        "未整改到位事项（个）",
        str(counts.not_completed),
        f"涉及{sum(row.counts.not_completed > 0 for row in found.rows)}个党组织",
        f"{_whose(found)}{definition.value}（{definition.source.value}，{definition.rule}）。"
        f"另有基本完成{counts.basically_completed}个。",
    )


def _overdue(found: Overview) -> None:
    _tile(
        "逾期未完成（个）",
        str(found.counts.overdue),
        f"涉及{sum(row.counts.overdue > 0 for row in found.rows)}个党组织",
        f"{_whose(found)}完成时限早于{long_day(found.as_of)}、尚未完成的反馈问题；长期坚持和未定时限的不计。",
    )


def _scored(found: Overview) -> None:
    """The progress of the whole round, which everybody may see; what of its own is scored a team may not."""
    left = found.assessed - found.scored
    _tile(
        "评分完成（个）" if found.team is None else "全轮评分完成（个）",
        f"{found.scored}/{found.assessed}",
        f"{left}个未齐" if left else "已齐",
        f"全轮三家评分单位均已评分的党组织数÷应评分的党组织数；评分表已交{found.sheets_complete}/"
        f"{found.sheets_expected}份（R8）。",
    )


def _tile(label: str, value: str, note: str, explanation: str) -> None:
    st.metric(
        label,
        value,
        note or None,
        delta_color="off",
        delta_arrow="off",
        help=explanation,
        border=True,
        height="stretch",
    )


def percent(rate: Rate, places: int = 1) -> str:
    """76.4, or — without a denominator."""
    value = rate.percent(places)
    return "—" if value is None else str(value)


def fraction(rate: Rate) -> str:
    """684/895＝76.4%, or — without a denominator."""
    return f"{rate.numerator}/{rate.denominator}＝{rate.text()}" if rate.exists else "—"


def _clock(found: Overview, today: date) -> str:
    if found.clock.deadline is None:
        return "已冻结" if found.round.frozen else f"{short_day(found.round.acts[-1].on_date, today)}登记"
    return days_left(found.clock)


def phase_help(found: Overview) -> str:
    """The deadlines of the round and which feedback date they follow."""
    dates = found.dates
    which = "最晚的" if later(found.round) else ""
    return (
        f"{found.state.value}。期限按{which}反馈日期{long_day(dates.feedback)}起算"
        f"{_late_words(found)}：集中整改期至{long_day(dates.rectification_end)}（R1），日常监督评估结果报告至"
        f"{long_day(dates.report_due)}（R4），集中督查评估至{long_day(dates.assessment_due)}（R5）。节假日不顺延。"
    )


def later(row: RoundRow) -> bool:
    """Whether an organisation of the round has a later feedback date, which the deadlines follow."""
    return row.latest_feedback > row.feedback_date


def _late_words(found: Overview) -> str:
    if not later(found.round):
        return ""
    named = f"，反馈较晚的：{plain(later_names(found.later))}" if found.later else ""
    return f"（本轮反馈日期{long_day(found.round.feedback_date)}{named}）"


def later_names(late: Sequence[LaterFeedback]) -> str:
    """甲局党组（2026年10月1日）、乙镇党委（…）: who had a later feedback date."""
    return "、".join(f"{one.organization}（{long_day(one.feedback_date)}）" for one in late)
