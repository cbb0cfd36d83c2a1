"""Adding organisations to a round: from the directory, by pasting names, or by a file."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.accounts import present
from xczg.access.permissions import Actor
from xczg.exchange.inspection_lists import HEADERS, ListedLine, pasted_names
from xczg.services.inspection_lists import (
    NEW,
    AddReport,
    LineState,
    PlacedLine,
    add_inspections,
    make_list_template,
    place_lines,
    read_list_file,
)
from xczg.services.organizations import read_selectable
from xczg.services.unit_of_work import RefusedError
from xczg.store.views.rounds import RoundRow
from xczg.ui.forms import done
from xczg.ui.words import long_day, plain

DIRECTORY, PASTE, FILE = "从名录中选择", "粘贴名单", "导入名单"
WAYS = (DIRECTORY, PASTE, FILE)


def add_part(engine: Engine, account: Actor, row: RoundRow, taken: Sequence[int]) -> None:
    """The three ways to add organisations."""
    if row.frozen:
        st.info("评估结果已冻结，不能再增加被巡察党组织。")
        return
    way = st.radio("方式", WAYS, horizontal=True, key="add_way", label_visibility="collapsed")
    if way == DIRECTORY:
        _from_directory(engine, account, row, taken)
    elif way == PASTE:
        text = st.text_area(
            "党组织名称，每行一个", key="field_add_text", height=180, help="可以带序号；曾用名也能识别。"
        )
        _confirm(engine, account, row, pasted_names(text or "").lines)
    else:
        _from_file(engine, account, row)


def _from_directory(engine: Engine, account: Actor, row: RoundRow, taken: Sequence[int]) -> None:
    names = {key: name for key, name in read_selectable(engine, account).items() if key not in set(taken)}
    chosen = st.multiselect(
        "党组织（输入名称查找）",
        list(names.values()),
        key="field_add_chosen",
        placeholder="请选择" if names else "名录中的党组织都已在本轮",
    )
    if not names:
        st.caption("名录中没有的党组织，可以粘贴或导入名单，一并新建。")
    if st.button("加入本轮", key="add_chosen", type="primary", disabled=not chosen):
        lines = [ListedLine(place, name) for place, name in enumerate(chosen, 1)]
        _add(engine, account, row, lines, {}, create=False)


def _from_file(engine: Engine, account: Actor, row: RoundRow) -> None:
    upload = st.file_uploader(
        "被巡察党组织名单（.xlsx、.xls或CSV，不超过10MB）",
        key=f"add_file_{st.session_state.get('add_number', 0)}",
    )
    if upload is None:
        st.caption(f"表头：{'、'.join(HEADERS)}，除第一列外都可以没有。")
        st.download_button(
            "下载空白名单",
            data=lambda: make_list_template(engine, present(engine, account), row.id),
            file_name="被巡察党组织名单.xlsx",
            on_click="ignore",
            key="list_template",
        )
        return
    try:
        draft = read_list_file(engine, account, upload.getvalue(), upload.name)
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    if draft.faults:
        st.error(f"有{len(draft.faults)}处需要更正，更正后请重新选择文件：")
        st.dataframe(pd.DataFrame({"问题": draft.faults}), hide_index=True, height="content", placeholder="")
        return
    _confirm(engine, account, row, draft.lines)


def _confirm(engine: Engine, account: Actor, row: RoundRow, lines: Sequence[ListedLine]) -> None:
    """What each line is, the questions about it, and the button."""
    if not lines:
        return
    placed = place_lines(engine, account, row.id, lines)
    answers = _questions([one for one in placed if one.state is LineState.AMBIGUOUS])
    if answers:
        placed = place_lines(engine, account, row.id, lines, answers=answers)
    unknown = sum(one.state is LineState.UNKNOWN for one in placed)
    create = bool(unknown) and st.checkbox(
        f"新建名录中没有的{unknown}个党组织",
        key="field_add_create",
        help="请先核对名称，确属新的党组织再勾选。",
    )
    _preview(placed)
    number = sum(
        one.state is LineState.ADDED or (create and one.state is LineState.UNKNOWN) for one in placed
    )
    if st.button(f"加入{number}个党组织", key="add_list", type="primary", disabled=not number):
        _add(engine, account, row, lines, answers, create=create)


def _questions(unclear: Sequence[PlacedLine]) -> dict[str, int]:
    answers = {}
    for one in unclear:
        names = dict(one.candidates) | {NEW: "都不是，按新的党组织处理"}
        answer = st.selectbox(
            plain(f"“{one.line.name}”指的是"),
            list(names),
            format_func=names.__getitem__,
            index=None,
            key=f"field_add_answer_{one.line.name}",
            placeholder="请选择",
            width=420,
        )
        if answer is not None:
            answers[one.line.name] = answer
    return answers


def _preview(placed: Sequence[PlacedLine]) -> None:
    rows = [
        {
            "名单中的名称": one.line.name,
            "情况": one.state.value,
            "名录中的名称": one.organization.name if one.organization else "",
            "巡察组": f"第{one.line.team}组" if one.line.team else "",
            "反馈日期": long_day(one.line.feedback_date) if one.line.feedback_date else "",
            "巡察类型": one.line.kind.value,
            "联系人": one.line.contact,
        }
        for one in placed
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, placeholder="", height="content" if len(rows) <= 10 else 320
    )


def _add(
    engine: Engine,
    account: Actor,
    row: RoundRow,
    lines: Sequence[ListedLine],
    answers: dict[str, int],
    *,
    create: bool,
) -> None:
    act = partial(add_inspections, engine, account, row.id, lines, answers=answers, create=create)
    try:
        report = act()
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    st.session_state["add_number"] = st.session_state.get("add_number", 0) + 1
    done(_said(row.name, report), "field_add*")


def _said(name: str, report: AddReport) -> str:
    words = f"已将{report.added}个党组织加入{name}"
    if report.created:
        words += f"，其中新建{len(report.created)}个"
    if report.already:
        words += f"；另有{report.already}个已在本轮，未作改动"
    return words + "。"
