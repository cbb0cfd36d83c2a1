"""The lists of close-outs and extensions: their filter bar, their tables, the finding that was chosen."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zlib import crc32

import pandas as pd
import streamlit as st

from xczg.access.permissions import Actor
from xczg.access.runtime import runtime
from xczg.rules.values import FindingStatus
from xczg.services.flow_readings import FindingFlows, read_finding_flows
from xczg.services.readings import read_choices
from xczg.store.views.flows import CloseOutRow, ExtensionRow, FlowFilter
from xczg.ui.acting import day_of
from xczg.ui.page import ORGANIZATION_KEY, choose
from xczg.ui.words import due_words, long_day, plain

PAGE_SIZE = 50
PAGE_KEY = "page"


def flow_filter(
    account: Actor, round_id: int, stages: Sequence[str], key: str, *, default: str
) -> FlowFilter:
    """One bar: the organisation, where there are several, and the stage; both stand in the address."""
    organizations = read_choices(runtime().engine, account, round_id).organizations
    name = next(iter(organizations)) if len(organizations) == 1 else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(organizations) != 1:
            name = choose("被巡察党组织", list(organizations), ORGANIZATION_KEY, default=None, width=300)
        stage = st.segmented_control(
            "状态", list(stages), default=default, key=key, bind="query-params", on_change=_first_page
        )
    return FlowFilter(round_id, stage or default, organizations.get(name or ""))


def _first_page() -> None:
    st.session_state[PAGE_KEY] = 1


def counts_words(counts: Mapping[Any, int], stages: Sequence[str]) -> str:
    """待申请3个、审核中2个, and so on."""
    return "、".join(f"{stage!s}{counts.get(stage, 0)}个" for stage in stages)


def page_number(total: int) -> int:
    """The page of a list; pages are shown only where there are several."""
    pages = -(-total // PAGE_SIZE)
    return min(st.pagination(pages, key=PAGE_KEY, bind="query-params"), pages) if pages > 1 else 1


def close_out_table(rows: Sequence[CloseOutRow]) -> int | None:
    """The findings of one stage; returns the id of the selected one."""
    cells = [
        {
            "被巡察党组织": row.organization,
            "序号": row.serial,
            "反馈问题": row.text,
            "专项": row.kind.value,
            "申请日期": day_of(row.claimed_at),
            "审核日期": day_of(row.reviewed_at),
            "审核意见": row.opinion or "",
        }
        for row in rows
    ]
    key = table_key("close_outs", [row.finding_id for row in rows])
    place = _table(cells, key, "各问题的销号情况，选中一行可在下方办理。")
    return rows[place].finding_id if place is not None else None


def extension_table(rows: Sequence[ExtensionRow]) -> int | None:
    """The requests of one state; returns the id of the finding of the selected one."""
    cells = [
        {
            "被巡察党组织": row.organization,
            "序号": row.serial,
            "反馈问题": row.text,
            "原时限": long_day(row.old_due_date) if row.old_due_date else "未定",
            "申请延至": long_day(row.asked_due_date),
            "延期理由": row.reason,
            "申请日期": day_of(row.asked_at),
            "审批日期": day_of(row.decided_at),
        }
        for row in rows
    ]
    key = table_key("extensions", [row.id for row in rows])
    place = _table(cells, key, "各问题的延期申请，选中一行可在下方办理。")
    return rows[place].finding_id if place is not None else None


def table_height(rows: int, *, most: int = 420) -> Any:
    """Fitting for a short table, else a height within which it scrolls."""
    return "auto" if rows <= 9 else most


def table_key(name: str, ids: Sequence[int]) -> str:
    """The key of a table: with other rows it is another one, so that no selection slides to a neighbour."""
    return f"{name}_{crc32(repr(list(ids)).encode())}"


def _table(cells: list[dict[str, Any]], key: str, alt: str) -> int | None:
    """A table without the columns that are empty throughout; returns the place of the selected row."""
    frame = pd.DataFrame(cells)
    kept = frame.loc[:, [bool(column.astype(bool).any()) for _, column in frame.items()]]
    chosen = st.dataframe(
        kept,
        key=key,
        hide_index=True,
        height=table_height(len(cells), most=360),
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt=alt,
        column_config={
            "被巡察党组织": st.column_config.TextColumn(width=190),
            "序号": st.column_config.TextColumn(width=46),
            "反馈问题": st.column_config.TextColumn(width=360),
        },
    )
    picked = [place for place in chosen["selection"]["rows"] if place < len(cells)]
    return picked[0] if picked else None


def chosen_finding(account: Actor, finding_id: int, today: date) -> FindingFlows | None:
    """The head of the selected finding, and what is known of its flows."""
    found = read_finding_flows(runtime().engine, account, finding_id)
    if found is None:
        return None
    finding = found.finding
    completed = finding.status is FindingStatus.COMPLETED
    late = finding.due_date and not finding.long_term and not completed
    days = max(0, (today - finding.due_date).days) if late and finding.due_date else 0
    due = due_words(finding.due_date, long_term=finding.long_term, days_overdue=days, completed=completed)
    facts = [
        ("状态", finding.status.value),
        ("完成时限", due),
        ("专项", finding.kind.value),
        ("责任领导", finding.leader),
        ("责任单位", finding.unit),
        ("整改目标", finding.target),
        ("整改成效", finding.outcome),
    ]
    st.markdown(f"**{plain(found.detail.organization)}　{plain(finding.serial)}**　{plain(finding.text)}")
    st.caption(plain("；".join(f"{name}：{value}" for name, value in facts if value) + "。"))
    return found
