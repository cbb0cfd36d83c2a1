"""The parts of 评估打分: whose sheets are mine, what is known of the organisation, the ways through it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from xczg.exchange.score_sheets import unit_label
from xczg.rules.rulebook import Rulebook
from xczg.rules.sheets import Typed
from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.score_readings import Scoring, SheetHistory, SheetReading, SheetRow, SideBySide
from xczg.store.clock import SHANGHAI
from xczg.ui.figures import fraction
from xczg.ui.page import LEDGER_PAGE, ORGANIZATION_KEY, ORGANIZATION_PAGE, ROUND_KEY, section
from xczg.ui.sheet_grid import sheet_table
from xczg.ui.words import plain

STATE_COLORS = ["gray", "blue", "green", "red", "orange"]
INCOMPLETE, PROXY = "未齐", "代录"


def state_words(row: SheetRow) -> list[str]:
    """The state, and what must be said beside it."""
    proxied = row.sheet is not None and row.sheet.proxy and row.state is SheetState.SUBMITTED
    incomplete = row.state is SheetState.SUBMITTED and not row.done
    return [row.state.value, *([INCOMPLETE] if incomplete else []), *([PROXY] if proxied else [])]


def state_column(label: str, width: int = 150) -> Any:
    """Sheet states, each always in its own colour."""
    return st.column_config.MultiselectColumn(
        label,
        options=[*(state.value for state in SheetState), INCOMPLETE, PROXY],
        color=[*STATE_COLORS, "orange", "gray"],
        width=width,
    )


def counts_sentence(scoring: Scoring) -> str:
    """Mine by state, and n/N of the round."""
    mine = "、".join(
        f"{state.value}{number}份"
        for state in SheetState
        if (number := sum(row.state is state for row in scoring.rows))
    )
    return (
        f"本单位应评{len(scoring.rows)}个党组织（{mine or '没有'}）；"
        f"本轮评分表已交{scoring.submitted}/{scoring.expected}份"
    )


def blind_sentence(scoring: Scoring) -> str:
    """Why one sees what one sees."""
    if scoring.view.with_sheets:
        return "评分已公开：督查组成员可以对照三家评分。"
    return "全部评分表提交或总结会召开前，各单位只能看到本单位的评分。"


def my_list(scoring: Scoring, shown: int | None) -> None:
    """All sheets of the unit; a click goes to one."""
    rows = scoring.rows
    key = f"sheet_list_{shown}"

    def go() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        if picked and picked[0] < len(rows):
            st.query_params[ORGANIZATION_KEY] = rows[picked[0]].organization

    st.dataframe(
        pd.DataFrame(
            [
                {
                    "被巡察党组织": ("▸" if row.inspection_id == shown else "") + row.organization,
                    "评分表": state_words(row),
                }
                for row in rows
            ]
        ),
        key=key,
        hide_index=True,
        height=520 if len(rows) > 15 else "content",
        on_select=go,
        selection_mode="single-row",
        placeholder="",
        alt="本单位的评分表，选中一行即打开。",
        column_config={
            "被巡察党组织": st.column_config.TextColumn(width=176),
            "评分表": state_column("评分表", 118),
        },
    )


def following(rows: Sequence[SheetRow], shown: int) -> SheetRow | None:
    """The next organisation of the list whose sheet is still to be done, round to the beginning."""
    place = next((n for n, row in enumerate(rows) if row.inspection_id == shown), 0)
    others = [*rows[place + 1 :], *rows[:place]]
    return next((row for row in others if row.state is not SheetState.SUBMITTED), None)


def known_facts(scoring: Scoring, row: SheetRow, sheet: SheetReading) -> None:
    """What the scorer should have before them: completion, lateness, routine judgements, the lists."""
    counts = row.counts
    st.caption(
        plain(
            f"整改完成率{fraction(counts.strict)}（单位自报），含基本完成{fraction(counts.lenient)}；"
            f"未整改到位{counts.not_completed}个，基本完成{counts.basically_completed}个，逾期{counts.overdue}个。"
        )
    )
    if sheet.routine:
        names = scoring.rulebook.units.names.value
        said = "；".join(f"{content}：{word}（{names[unit]}）" for content, unit, word in sheet.routine)
        st.caption(plain(f"日常监督评估：{said}。"))
    query = {ROUND_KEY: scoring.round.name, ORGANIZATION_KEY: row.organization}
    with st.container(horizontal=True):
        st.page_link(LEDGER_PAGE, label="未整改到位事项", query_params={**query, "status": "未完成"})
        st.page_link(ORGANIZATION_PAGE, label="党组织情况", query_params=query)


def both_versions(sheet: SheetReading, mine: Typed, saved_by: str) -> None:
    """The stored version and what was typed, where they differ."""
    rows = []
    for criterion in sheet.criteria:
        stored, typed = sheet.lines.get(criterion.number), mine.get(criterion.number)
        if stored != typed and not (stored is None and typed is not None and not typed.points + typed.reason):
            rows.append(
                {
                    "编号": criterion.number,
                    "已保存的得分": stored.points if stored else "",
                    "已保存的理由": stored.reason if stored else "",
                    "您填写的得分": typed.points if typed else "",
                    "您填写的理由": typed.reason if typed else "",
                }
            )
    st.warning(
        plain(f"{saved_by or '本单位其他人员'}在您填写期间保存了这份评分表。请对照后选择，您填写的内容仍在。")
    )
    st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="", key="both_versions")


def side_by_side(found: SideBySide, sheet: SheetReading, rulebook: Rulebook, team: int | None) -> None:
    """The three units' points, criterion by criterion."""
    section("三家评分对照", "按评估细则逐项列出；最终得分在督查组汇总后形成")
    names = {
        unit: unit_label(unit, team, rulebook) + ("（代录）" if unit in found.proxied else "")
        for unit in rulebook.units.weight_order.value
    }
    table = [
        {
            "编号": criterion.number,
            "细则": criterion.text,
            "满分": float(criterion.points),
            **{names[unit]: _points(found, unit, criterion.number) for unit in names},
            "扣分理由": "；".join(
                f"{names[unit]}：{line.reason}"
                for unit in names
                if (line := found.lines.get(unit, {}).get(criterion.number)) and line.reason
            ),
        }
        for criterion in sheet.criteria
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, placeholder="", key="side_by_side_table")


def _points(found: SideBySide, unit: ScoringUnit, number: str) -> str:
    line = found.lines.get(unit, {}).get(number)
    return line.points if line else "未交"


def history(found: SheetHistory, sheet_criteria: Any, key: str) -> None:
    """All versions of a sheet, newest first."""
    if not found.versions:
        st.caption("还没有提交过的版本。")
    for version in found.versions:
        sheet = version.sheet
        total = sum((float(line.points) for line in version.lines.values()), 0.0)
        parts = [
            f"第{sheet.version}版{'（现行）' if version.current else ''}",
            sheet.state.value + ("（未齐）" if not sheet.complete else ""),
            f"总分{total:.2f}分" if found.with_points else "评分公开后可查看分数",
            ("代录，附扫描件" if sheet.evidenced else "代录，未附扫描件") if sheet.proxy else "",
            f"{sheet.recorded_by}于{sheet.recorded_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}登记",
            f"{version.confirmed_by}已确认" if version.confirmed_by else "",
            f"{sheet.returned_by}退回：{sheet.returned_reason}" if sheet.returned_by else "",
        ]
        st.caption(plain("；".join(part for part in parts if part) + "。"))
        if version.lines:
            sheet_table(sheet_criteria, version.lines, f"{key}_{sheet.version}")
