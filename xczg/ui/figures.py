"""The seven figures of a round; each can say what it is, what it is made of, and by which rule."""

from datetime import date

import streamlit as st

from xczg.rules.rates import Rate
from xczg.services.readings import Overview
from xczg.ui.bases import basis_words
from xczg.ui.words import days_left, long_day, short_day, short_state


def seven_figures(found: Overview, today: date) -> None:
    """Seven tiles in a row on a desk, two a row on a phone."""
    counts, definitions = found.counts, found.rulebook.definitions
    with_open = sum(row.counts.not_completed > 0 for row in found.rows)
    with_overdue = sum(row.counts.overdue > 0 for row in found.rows)
    exempted = sum(row.exempted for row in found.rows)
    with st.grid(7, min_column_width=150, gap="small"):
        _tile(
            "被巡察党组织（个）",
            str(len(found.rows)),
            f"免于评估{exempted}个"
            if exempted
            else f"有反馈问题{sum(r.counts.findings > 0 for r in found.rows)}个",
            f"本轮被巡察的党组织，其中应评分{found.assessed}个。",
        )
        _tile(
            "反馈问题（个）",
            str(counts.findings),
            f"已完成{counts.completed}个",
            f"已完成{counts.completed}个、基本完成{counts.basically_completed}个、未完成{counts.not_completed}个。",
        )
        _tile(
            "整改完成率（%）",
            percent(counts.strict),
            f"含基本完成{percent(counts.lenient)}%" if counts.lenient.exists else "无反馈问题",
            f"{definitions.completion.value}"
            f"（{definitions.completion.source.value}，{definitions.completion.rule}）。  \n"
            f"严格口径：{fraction(counts.strict)}；含基本完成：{fraction(counts.lenient)}；"
            f"到期应完成：{fraction(counts.of_due)}。来源：{basis_words(found.rows)}。",
        )
        _tile(
            "未整改到位事项（个）",
            str(counts.not_completed),
            f"涉及{with_open}个党组织",
            f"{definitions.unresolved.value}（{definitions.unresolved.source.value}，{definitions.unresolved.rule}）。"
            f"另有基本完成{counts.basically_completed}个。",
        )
        _tile(
            "逾期未完成（个）",
            str(counts.overdue),
            f"涉及{with_overdue}个党组织",
            f"完成时限早于{long_day(today)}、尚未完成的反馈问题；长期坚持和未定时限的不计。",
        )
        left = found.assessed - found.scored
        _tile(
            "评分完成（个）",
            f"{found.scored}/{found.assessed}",
            f"{left}个未齐" if left else "已齐",
            f"三家评分单位均已评分的党组织数÷应评分的党组织数；评分表已交{found.sheets_complete}/"
            f"{found.sheets_expected}份（R8）。",
        )
        _tile("当前阶段", short_state(found.state), _clock(found, today), _phase_help(found))


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


def _phase_help(found: Overview) -> str:
    dates = found.dates
    return (
        f"{found.state.value}。期限按反馈日期{long_day(dates.feedback)}起算：集中整改期至"
        f"{long_day(dates.rectification_end)}（R1），日常监督评估结果报告至{long_day(dates.report_due)}（R4），"
        f"集中督查评估至{long_day(dates.assessment_due)}（R5）。节假日不顺延。"
    )
