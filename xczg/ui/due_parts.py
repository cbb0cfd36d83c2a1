"""The parts of the start page: how many tasks are how pressing, and the list that leads to each next step."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from xczg.access.permissions import Actor
from xczg.rules.due import DueTask, Screen, Urgency
from xczg.ui.navigation import pages_of
from xczg.ui.words import long_day

PAGE_OF = {
    Screen.LEDGER: "pages/office/ledger.py",
    Screen.CLOSE_OUT: "pages/office/close_out.py",
    Screen.EXTENSIONS: "pages/office/extensions.py",
    Screen.SUBMISSIONS: "pages/office/submissions.py",
    Screen.SUPERVISION: "pages/scoring/supervision.py",
    Screen.REPORT: "pages/scoring/report.py",
    Screen.CONSULTATION: "pages/office/consultation.py",
    Screen.GROUPS: "pages/office/groups.py",
    Screen.SCORE_SHEET: "pages/scoring/score_sheet.py",
    Screen.SCORES: "pages/office/scores.py",
    Screen.OVERVIEW: "pages/leadership/overview.py",
    Screen.PARAMETERS: "pages/system/parameters.py",
}
_COLOURS = {
    Urgency.OVERDUE: "red",
    Urgency.WARNING: "red",
    Urgency.REMINDER: "blue",
    Urgency.OPEN: "gray",
}
_HELP = {
    Urgency.OVERDUE: "完成时限早于今天、尚未完成的；没有时限的事项不计逾期。",
    Urgency.WARNING: "时限在预警天数之内的，天数见“参数”。",
    Urgency.REMINDER: "时限在提醒天数之内的，天数见“参数”。",
    Urgency.OPEN: "没有时限，或时限尚远的。",
}


def urgency_tiles(tasks: Sequence[DueTask]) -> None:
    """Four tiles: how many tasks are how pressing."""
    with st.grid(4, min_column_width=104, gap="small"):
        for step in Urgency:
            number = sum(task.urgency is step for task in tasks)
            st.metric(f"{step.value}（件）", str(number), help=_HELP[step], border=True, height="stretch")


def task_table(tasks: Sequence[DueTask], actor: Actor, today: date, *, everybody: bool) -> DueTask | None:
    """The tasks in order of urgency; returns the one that was clicked."""
    columns: dict[str, Any] = {
        "紧急程度": st.column_config.MultiselectColumn(
            options=[step.value for step in Urgency],
            color=[_COLOURS[step] for step in Urgency],
            width=80,
        ),
        "事项": st.column_config.TextColumn(width=330),
        "被巡察党组织": st.column_config.TextColumn(width=250),
        "期限": st.column_config.TextColumn(width=190),
    }
    mine = pages_of(actor)
    rows = [_row(task, today, everybody=everybody, reachable=PAGE_OF[task.screen] in mine) for task in tasks]
    chosen = st.dataframe(
        pd.DataFrame(rows),
        key="tasks",
        hide_index=True,
        height=min(560, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="",
        column_config=columns,
        alt="待办事项，按紧急程度排列；点一行可打开办理页面。",
    )
    cells = chosen["selection"]["cells"]
    return tasks[cells[0][0]] if cells and cells[0][0] < len(tasks) else None


def _row(task: DueTask, today: date, *, everybody: bool, reachable: bool) -> dict[str, Any]:
    return {
        "紧急程度": [task.urgency.value],
        "事项": task.words,
        "被巡察党组织": task.organization or "全轮",
        "期限": due_phrase(task.due, today),
        **({"由谁办理": task.owner.value} if everybody else {}),
        "轮次": task.round_name,
        "下一步": "点此办理" if reachable else "",
    }


def due_phrase(due: date | None, today: date) -> str:
    """2026年11月23日，逾期3天; 未定期限 where there is no date."""
    if due is None:
        return "未定期限"
    left = (due - today).days
    words = "今日到期" if left == 0 else f"剩余{left}天" if left > 0 else f"逾期{-left}天"
    return f"{long_day(due)}，{words}"


def open_task(task: DueTask, actor: Actor) -> None:
    """Go where the next step is taken, or say that it is for others to take."""
    page = PAGE_OF[task.screen]
    if page in pages_of(actor):
        st.switch_page(page, query_params=dict(task.query))
    st.info(f"这一事项由{task.owner.value}办理。")
