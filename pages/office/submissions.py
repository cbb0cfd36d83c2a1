"""整改材料: what each organisation handed in, version by version, with 审核意见."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.values import SubmissionKind
from xczg.services.flow_readings import read_paper_versions, read_papers
from xczg.services.readings import list_rounds
from xczg.store.clock import today as present_day
from xczg.ui.acting import told
from xczg.ui.flow_lists import counts_words
from xczg.ui.page import ORGANIZATION_KEY, choose, choose_round, head_style, no_rounds
from xczg.ui.submission_parts import STATES, matrix, paper
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_ORGANIZATION)
engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)

told()
papers = read_papers(engine, account, chosen, today)
states = [cell.state for row in papers for cell in row.cells]
with title:
    st.title("整改材料", anchor=False)
    counts = {state: states.count(state) for state in STATES}
    st.caption(plain(f"{chosen.name}：{counts_words(counts, STATES)}（每个党组织3种材料）。"))

shown = papers
if len(papers) > 1:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = [row.organization for row in papers]
        name = choose("被巡察党组织", names, ORGANIZATION_KEY, default=None, width=300)
        only = st.segmented_control("只看", list(STATES), key="paper_state", bind="query-params")
    shown = tuple(
        row
        for row in papers
        if name in (None, row.organization) and (not only or only in {cell.state for cell in row.cells})
    )
if not papers:
    st.info("本轮还没有被巡察党组织。")
elif not shown:
    st.info("没有符合条件的党组织，可以放宽上方的筛选条件。")
else:
    place = matrix(shown)
    place = 0 if place is None and len(shown) == 1 else place
    if place is None:
        st.caption("选中一行，可在下方查看各版本、报送或审核。")
    else:
        row = shown[place]
        versions, files = read_paper_versions(engine, account, row.inspection_id)
        st.markdown(f"**{plain(row.organization)}**")
        for column, cell in zip(st.columns(len(SubmissionKind), gap="medium"), row.cells, strict=True):
            with column:
                paper(account, row, cell, [one for one in versions if one.kind is cell.kind], files)
dated = any(cell.due for row in papers for cell in row.cells)
due = "报送期限自反馈日期起计算。" if dated else "办法未规定报送期限，尚未录入的不计逾期。"
st.caption(f"数据截至{long_day(today)}。口径：以最新版本的状态为准；{due}")
