"""The parts of one organisation's page."""

from datetime import date
from fractions import Fraction
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from xczg.exchange.score_sheets import unit_label
from xczg.rules.blindness import ScoreView
from xczg.rules.phases import Act, RoundState
from xczg.rules.rates import Rate, StatusCounts, round_half_up
from xczg.rules.values import FindingStatus
from xczg.services.readings import OrganizationReading
from xczg.ui.bases import basis_words
from xczg.ui.charts import palette
from xczg.ui.figures import fraction
from xczg.ui.overview_parts import cut_sentence
from xczg.ui.page import LEDGER_PAGE, ORGANIZATION_KEY, ORGANIZATION_PAGE, ROUND_KEY, section
from xczg.ui.words import due_words, long_day, plain, short_day

STEP_STATES = (
    ("反馈", RoundState.RECTIFICATION),
    ("集中整改期满", RoundState.REPORTING),
    ("结果报告", RoundState.CONSULTATION),
    ("集中督查评估", RoundState.SCORING),
    ("督查组汇总", RoundState.AGGREGATED),
    ("领导小组审议", RoundState.DELIBERATED),
    ("市委同意", RoundState.CONSENTED),
    ("结果通报", RoundState.CIRCULATED),
    ("持续监督", RoundState.FOLLOW_UP),
)


def phase_line(found: OrganizationReading, today: date) -> None:
    """The steps of the assessment with their dates; done ones filled, the present one marked."""
    state = found.overview.state
    present = max(place for place, (_, step) in enumerate(STEP_STATES) if state.reached(step))
    days = _step_days(found, today)
    items = []
    for place, (name, _) in enumerate(STEP_STATES):
        mark = "now" if place == present else "done" if place < present else ""
        spoken = "当前" if place == present else "已完成" if place < present else "未到"
        items.append(
            f'<li class="{mark}" aria-label="{name}：{spoken}">{name}'
            f"<small>{escape(days[place])}</small></li>"
        )
    st.html(f'<ol class="phases">{"".join(items)}</ol>')


def _step_days(found: OrganizationReading, today: date) -> list[str]:
    dates = found.dates
    acts = {act.act: short_day(act.on_date, today) for act in found.overview.round.acts}
    return [
        short_day(dates.feedback, today),
        short_day(dates.rectification_end, today),
        f"{short_day(dates.report_due, today)}前",
        f"{short_day(dates.assessment_due, today)}前",
        *(
            acts.get(act, "未登记")
            for act in (Act.AGGREGATED, Act.DELIBERATED, Act.CONSENTED, Act.CIRCULATED)
        ),
        acts.get(Act.CLOSED, "—"),
    ]


def score_card(found: OrganizationReading) -> None:
    """The final score and how it came about; or why it is not shown."""
    overview, row = found.overview, found.row
    section("最终得分", "三家评分单位加权汇总（R8）")
    if row.exempted:
        st.info(plain(f"经批准免于评估：{found.head.exemption_basis}。"))
    elif overview.view in (ScoreView.PROGRESS_ONLY, ScoreView.SHEETS):
        st.info(
            f"得分和名次尚不可见（当前：{overview.state.value}）。"
            f"评分表已交{overview.sheets_complete}/{overview.sheets_expected}份。"
        )
    elif row.final is None:
        names = "、".join(overview.rulebook.units.names.value[unit] for unit in row.missing)
        st.warning(f"评分未齐：{names}尚未评分，没有最终得分和名次。" if names else "本轮结果尚未形成。")
    else:
        _score(found)


def _score(found: OrganizationReading) -> None:
    row, overview = found.row, found.overview
    assert row.final is not None
    provisional = "（暂计）" if row.provisional else ""
    if row.rank is None:
        st.metric(f"最终得分{provisional}", f"{row.final_score}分")
        return
    mark = "　◆排名最后比例之内" if row.bottom_share else ""
    st.metric(
        f"最终得分{provisional}",
        f"{row.final_score}分",
        f"{row.rank_text}，共{overview.assessed}个{mark}",
        delta_color="inverse" if row.bottom_share else "off",
        delta_arrow="off",
    )
    if row.final.parts:
        st.html(_reckoning(found))
    if overview.cut:
        st.caption(_distance(found))


def _reckoning(found: OrganizationReading) -> str:
    final = found.row.final
    assert final is not None
    weights = sum(part.weight for part in final.parts)
    places = _places([final.exact, *(part.part for part in final.parts)])
    proxied = found.row.proxied
    lines = "".join(
        f"<tr><td>{unit_label(part.unit, found.head.team, found.overview.rulebook)}"
        f"{'（代录）' if part.unit in proxied else ''}</td><td>{part.score}</td>"
        f"<td>{part.weight}/{weights}</td><td>{round_half_up(part.part, places)}</td></tr>"
        for part in final.parts
    )
    return (
        '<table class="reckoning"><tr><th>评分单位</th><th>得分</th><th>权重</th><th>计入</th></tr>'
        f"{lines}<tr><td>合计</td><td></td><td></td><td>{round_half_up(final.exact, places)}</td></tr>"
        f"<tr><td>最终得分（四舍五入）</td><td></td><td></td><td>{final.published}</td></tr></table>"
    )


def _places(values: list[Fraction]) -> int:
    """How many decimals a column needs so that all its values stand in it exactly; no more than six."""
    return next((n for n in range(2, 6) if all(round_half_up(value, n) == value for value in values)), 6)


def _distance(found: OrganizationReading) -> str:
    cut, row = found.overview.cut, found.row
    assert cut is not None
    assert row.final is not None
    words = f"{cut_sentence(cut, provisional=found.overview.provisional)}。"
    if cut.line is None:
        return words
    gap = row.final.published - cut.line
    place = "即为入列线" if gap == 0 else f"{'高' if gap > 0 else '低'}于入列线{abs(gap)}分"
    return f"最后一名列入的得分为{cut.line}分，本党组织{place}。{words}"


def completion_card(found: OrganizationReading) -> None:
    """The bases of completion side by side, with numerator and denominator."""
    counts = found.row.reported
    section("整改完成率", f"{counts.findings}个反馈问题，各来源并列")
    bases: list[tuple[str, Rate | None]] = [
        ("单位自报", counts.strict),
        ("　含基本完成", counts.lenient),
        ("　到期应完成", counts.of_due),
        ("审核认定（已销号）", counts.reviewed),
        (_verified_label(counts), counts.verified if counts.checked else None),
    ]
    st.html(f'<div class="bars">{"".join(_bar(name, rate) for name, rate in bases)}</div>')


def _verified_label(counts: StatusCounts) -> str:
    """督查核实, and how far it has come while it is not whole."""
    return (
        "督查核实" if counts.fully_checked or not counts.checked else f"督查核实（已核实{counts.checked}个）"
    )


def _bar(name: str, rate: Rate | None) -> str:
    if rate is None or rate.fraction is None:
        return f'<span>{name}</span><span class="none">{"尚未开展" if rate is None else "—"}</span>'
    return (
        f'<span>{name}</span><i style="--share:{float(rate.fraction):.2%}"></i>'
        f"<span>{rate.text()}（{rate.numerator}/{rate.denominator}）</span>"
    )


def status_line(found: OrganizationReading) -> None:
    """Findings by status and the satisfaction survey, as tiles."""
    counts, definitions = found.row.counts, found.overview.rulebook.definitions
    day = long_day(found.overview.as_of)
    tiles = [
        ("反馈问题（个）", counts.findings, "本轮巡察反馈的具体问题，以整改台账为准。"),
        ("未整改到位（个）", counts.not_completed, f"{definitions.unresolved.value}（R9）。"),
        ("基本完成（个）", counts.basically_completed, "状态为基本完成的反馈问题，不计入整改完成率，另列。"),
        (
            "已完成（个）",
            counts.completed,
            f"整改完成率{fraction(counts.strict)}。来源：{basis_words([found.row])}。",
        ),
        (
            "逾期未完成（个）",
            counts.overdue,
            f"完成时限早于{day}、尚未完成的反馈问题（含基本完成）；长期坚持和未定时限的不计。",
        ),
    ]
    with st.grid(6, min_column_width=104, gap="small"):
        for label, number, explanation in tiles:
            st.metric(label, number, help=explanation, border=True, height="stretch")
        _satisfaction(found)


def _satisfaction(found: OrganizationReading) -> None:
    ballots, definitions = found.row.ballots, found.overview.rulebook.definitions
    explained = definitions.satisfaction.value
    if ballots is None:
        value, explanation = "—", f"尚无满意度测评。{explained}。"
    else:
        split = (
            f"满意{ballots.satisfied}、基本满意{ballots.basically_satisfied}、不满意{ballots.dissatisfied}、"
            f"不了解{ballots.unaware}、无效{ballots.invalid}。"
            if ballots.may_split(definitions.satisfaction_minimum_ballots.value)
            else f"有效票不足{definitions.satisfaction_minimum_ballots.value}张，不列分项。"
        )
        value = ballots.rate.text().removesuffix("%")
        explanation = f"{fraction(ballots.rate)}。{split}{explained}。"
    st.metric("整改满意度（%）", value, help=explanation, border=True, height="stretch")


def unresolved_table(found: OrganizationReading, today: date) -> None:
    """What is not completed, the longest overdue first: always the present state."""
    _unresolved_head(found, today)
    if not found.row.counts.findings:
        st.info("本轮没有反馈问题，或者整改台账尚未导入。")
        return
    if not found.unresolved:
        st.success("反馈问题均已完成整改。")
        return
    table = pd.DataFrame(
        [
            {
                "序号": item.serial,
                "反馈问题": item.text,
                "状态": [item.status.value],
                "完成时限": due_words(
                    item.due_date,
                    long_term=item.long_term,
                    days_overdue=item.days_overdue(today),
                    completed=False,
                ),
                "责任单位": item.unit,
            }
            for item in found.unresolved
        ]
    )
    st.dataframe(
        table,
        hide_index=True,
        height="auto",
        placeholder="",
        column_config={
            "序号": st.column_config.TextColumn(width=46),
            "反馈问题": st.column_config.TextColumn(width=300),
            "状态": status_column("状态"),
            "完成时限": st.column_config.TextColumn(width=176),
            "责任单位": st.column_config.TextColumn(width=96),
        },
        alt="未整改到位和基本完成的反馈问题一览。",
        key="unresolved",
    )
    st.page_link(
        LEDGER_PAGE,
        label="在问题台账中查看全部",
        query_params={
            ROUND_KEY: found.overview.round.name,
            ORGANIZATION_KEY: found.row.organization,
        },
    )


def _unresolved_head(found: OrganizationReading, today: date) -> None:
    title = "未整改到位和基本完成的反馈问题"
    now = {status: sum(item.status is status for item in found.unresolved) for status in FindingStatus}
    if not found.overview.round.frozen:
        section(title, f"现有{len(found.unresolved)}个，按完成时限先后")
        return
    then = found.row.counts
    section(f"现状（截至{long_day(today)}）", f"{title}，评估结果冻结后仍在整改")
    st.caption(
        f"冻结时（{long_day(found.overview.as_of)}）：未完成{then.not_completed}个，基本完成"
        f"{then.basically_completed}个。  \n现在：未完成{now[FindingStatus.NOT_COMPLETED]}个，"
        f"基本完成{now[FindingStatus.BASICALLY_COMPLETED]}个，逐项列在下面。上方各项数字和得分不随之变动。"
    )


def status_column(label: str) -> Any:
    """A column of status words, each always in the colour it has in the charts."""
    colours = palette()
    return st.column_config.MultiselectColumn(
        label,
        options=[status.value for status in FindingStatus],
        color=[colours.of(status) for status in FindingStatus],
        width=88,
    )


def earlier_rounds(found: OrganizationReading) -> None:
    """The same organisation in other rounds."""
    section("其他轮次", f"{len(found.others)}轮，均为现状" if found.others else "")
    if not found.others:
        st.caption("没有其他轮次的巡察记录。")
        return
    for other in found.others:
        counts = other.counts
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                ORGANIZATION_PAGE,
                label=plain(other.name),
                query_params={ROUND_KEY: other.name, ORGANIZATION_KEY: found.row.organization},
            )
            st.caption(
                f"反馈{other.feedback_date.isoformat()}，反馈问题{counts.findings}个，"
                f"完成率{fraction(counts.strict)}，未整改到位{counts.not_completed}个"
            )
