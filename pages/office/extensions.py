"""延期申请: requests by state, their decision, and the form to ask."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.values import ExtensionState
from xczg.services.flow_readings import read_extension_counts, read_extensions, read_open_findings
from xczg.services.readings import list_rounds
from xczg.store.clock import today as present_day
from xczg.ui.acting import told
from xczg.ui.flow_forms import extension_part
from xczg.ui.flow_lists import (
    PAGE_SIZE,
    chosen_finding,
    counts_words,
    extension_table,
    flow_filter,
    page_number,
)
from xczg.ui.page import choose_round, head_style, no_rounds, section
from xczg.ui.words import long_day, plain

account = require(UseCase.ASK_EXTENSION)
engine, today = runtime().engine, present_day()


def ask_for_another(round_id: int, organization_id: int | None) -> None:
    """Choosing a finding for which to ask."""
    section("申请延期", "未完成且有完成时限的问题，长期坚持和未定时限的不需要延期")
    if organization_id is None:
        st.caption("请先在上方选择被巡察党组织，再选择要延期的问题。")
        return
    open_ones = {one.id: one for one in read_open_findings(engine, account, round_id, organization_id)}
    if not open_ones:
        st.caption("没有可以申请延期的问题。")
        return
    picked = st.selectbox(
        "反馈问题（按完成时限先后）",
        list(open_ones),
        index=None,
        format_func=lambda key: (
            f"{open_ones[key].serial}　{open_ones[key].text}（{long_day(open_ones[key].due_date)}）"
        ),
        placeholder="请选择",
        key=f"ask_finding_{organization_id}",
    )
    found = chosen_finding(account, picked, today) if picked else None
    if found:
        extension_part(found, account)


rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)

stages = [state.value for state in ExtensionState]
told()
wanted = flow_filter(account, chosen.id, stages, "extension", default=ExtensionState.ASKED.value)
counts = read_extension_counts(engine, account, wanted)
with title:
    st.title("延期申请", anchor=False)
    st.caption(plain(f"{chosen.name}：{counts_words(counts, stages)}。"))

total = counts.get(ExtensionState(wanted.stage), 0)
selected = None
if not total:
    waiting = wanted.stage == ExtensionState.ASKED
    st.info("没有待审批的延期申请。" if waiting else f"没有{wanted.stage}的申请。")
else:
    table = st.container()
    number = page_number(total)
    with table:
        rows = read_extensions(engine, account, wanted, page=number, size=PAGE_SIZE)
        selected = extension_table(rows)
    found = chosen_finding(account, selected, today) if selected else None
    if found:
        extension_part(found, account)
    else:
        st.caption("选中一行，可在下方查看详情和办理。")
if selected is None:
    ask_for_another(chosen.id, wanted.organization_id or account.organization_id)
st.caption(
    f"数据截至{long_day(today)}。口径：同意延期后按新时限计算逾期，原时限保留可查；同意之前仍按原时限。"
)
