"""The parts of 整改材料: the matrix of organisations and kinds, the versions of one paper, its two forms."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from xczg.access.permissions import Actor
from xczg.access.runtime import runtime
from xczg.rules.flows import SUBMISSION, FlowAct
from xczg.rules.values import SubmissionKind, SubmissionState
from xczg.services.attachments import AttachmentRow
from xczg.services.flow_readings import NOT_HANDED_IN, OVERDUE, PaperCell, PapersOfOne
from xczg.services.submissions import Paper, hand_in, review_submission
from xczg.store.clock import today as present_day
from xczg.store.views.submissions import PaperVersion
from xczg.ui.acting import day_of, fetcher, files_in, perform, refuse
from xczg.ui.flow_lists import table_height
from xczg.ui.forms import download_links, uploaded
from xczg.ui.page import section
from xczg.ui.words import long_day, plain

STATES = (NOT_HANDED_IN, OVERDUE, *(state.value for state in SubmissionState))
_COLOURS = ["gray", "red", "blue", "green", "orange"]


def matrix(rows: Sequence[PapersOfOne]) -> int | None:
    """Organisations × kinds with the state of the newest version; returns the place of the selected one."""
    cells = [
        {"被巡察党组织": row.organization} | {cell.kind.value: [cell.state] for cell in row.cells}
        for row in rows
    ]
    column = st.column_config.MultiselectColumn
    chosen = st.dataframe(
        pd.DataFrame(cells),
        key="papers",
        hide_index=True,
        height=table_height(len(rows)),
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt="各党组织整改材料报送情况，选中一行可在下方查看各版本和办理。",
        column_config={
            "被巡察党组织": st.column_config.TextColumn(width=330),
            **{kind.value: column(kind.value, options=STATES, color=_COLOURS) for kind in SubmissionKind},
        },
    )
    picked = [place for place in chosen["selection"]["rows"] if place < len(rows)]
    return picked[0] if picked else None


def paper(
    account: Actor,
    row: PapersOfOne,
    cell: PaperCell,
    versions: Sequence[PaperVersion],
    files: dict[int, list[AttachmentRow]],
) -> None:
    """One kind of paper of one organisation: the form for what comes next, then its versions."""
    section(cell.kind.value, _when(cell))
    acts = SUBMISSION.acts(cell.newest.state if cell.newest else None, account.roles)
    older, newest = list(versions), next(iter(versions), None)
    if newest is not None:
        _version(account, older.pop(0), files.get(newest.id, []))  # read first, then act
    if newest is not None and FlowAct.ACCEPT in acts:
        _review(account, row, newest)
    elif FlowAct.HAND_IN in acts:
        _hand_in(account, row, cell)
    elif newest is not None and newest.state is SubmissionState.WAITING:
        st.caption("已报送，等待市委巡察办审核。")
    for one in older:
        _version(account, one, files.get(one.id, []))


def _when(cell: PaperCell) -> str:
    parts = [cell.state]
    if cell.due:
        parts.append(f"报送期限{long_day(cell.due)}")
    if cell.late:
        parts.append(f"逾期{cell.late}天" if cell.newest is None else f"首次报送逾期{cell.late}天")
    return "，".join(parts)


def _version(account: Actor, one: PaperVersion, files: list[AttachmentRow]) -> None:
    dates = [
        ("报送", one.handed_in_on),
        ("会议", one.meeting_on),
        ("主要负责人签字", one.signed_on),
    ]
    with st.container(border=True):
        said = "，".join(f"{what}{long_day(day)}" for what, day in dates if day)
        st.markdown(plain(f"第{one.version}版　{one.state.value}　{said}（{one.handed_in_by}）"))
        if one.note:
            st.caption(plain(f"说明：{one.note}"))
        download_links(files, fetcher(account), f"paper_{one.id}_file")
        if one.reviewed_by:
            opinion = f"：{one.opinion}" if one.opinion else ""
            st.caption(plain(f"审核意见　{day_of(one.reviewed_at)}　{one.reviewed_by}{opinion or '：同意'}"))


def _hand_in(account: Actor, row: PapersOfOne, cell: PaperCell) -> None:
    key = f"{row.inspection_id}_{cell.kind.name.lower()}_{cell.newest.version if cell.newest else 0}"
    today = present_day()
    with st.form(f"paper_{key}", enter_to_submit=False):
        days: dict[str, Any] = {"max_value": today, "format": "YYYY-MM-DD"}
        st.date_input("报送日期", value=today, key=f"field_paper_day_{key}", **days)
        meeting = cell.kind is SubmissionKind.DEMOCRATIC_LIFE_MEETING
        label = "民主生活会召开日期" if meeting else "党组织会议审议日期（可不填）"
        st.date_input(label, value=None, key=f"field_paper_meeting_{key}", **days)
        st.date_input("主要负责人签字日期（可不填）", value=None, key=f"field_paper_signed_{key}", **days)
        st.text_area(
            "说明（只有纸质件的，写明存放处）", key=f"field_paper_note_{key}", max_chars=2000, height=70
        )
        uploaded("材料", f"paper_files_{key}")
        st.form_submit_button(
            f"报送{cell.kind.value}",
            type="primary",
            key=f"paper_send_{key}",
            on_click=_send_paper,
            args=(account, row, cell, key),
        )


def _send_paper(account: Actor, row: PapersOfOne, cell: PaperCell, key: str) -> None:
    """Callback."""
    state, shared, today = st.session_state, runtime(), present_day()
    handed_in: date | None = state.get(f"field_paper_day_{key}")
    if handed_in is None:
        refuse("请填写报送日期。")
        return
    given = Paper(
        kind=cell.kind,
        after=cell.newest.version if cell.newest else 0,
        handed_in_on=handed_in,
        meeting_on=state.get(f"field_paper_meeting_{key}"),
        signed_on=state.get(f"field_paper_signed_{key}"),
        note=state.get(f"field_paper_note_{key}") or "",
        files=files_in(f"paper_files_{key}"),
    )
    uploads = shared.settings.uploads
    perform(
        account,
        lambda who: hand_in(shared.engine, who, uploads, row.inspection_id, given, today=today),
        f"已报送{row.organization}{cell.kind.value}，等待审核。",
        given.note,
    )


def _review(account: Actor, row: PapersOfOne, one: PaperVersion) -> None:
    with st.form(f"paper_review_{one.id}", enter_to_submit=False):
        opinion = f"field_paper_opinion_{one.id}"
        st.text_area("审核意见（退回的必须填写）", key=opinion, max_chars=2000, height=70)
        with st.container(horizontal=True):
            for label, accepted in (("审核通过", True), ("退回修改", False)):
                st.form_submit_button(
                    label,
                    type="primary" if accepted else "secondary",
                    key=f"paper_review_{one.id}_{accepted}",
                    on_click=_send_review,
                    args=(account, row, one, accepted, opinion),
                )


def _send_review(account: Actor, row: PapersOfOne, one: PaperVersion, accepted: bool, opinion: str) -> None:
    """Callback."""
    typed, engine = st.session_state.get(opinion) or "", runtime().engine
    perform(
        account,
        lambda who: review_submission(engine, who, one.id, accepted=accepted, opinion=typed),
        f"{row.organization}{one.kind.value}{'审核通过' if accepted else '已退回修改'}。",
        typed,
    )
