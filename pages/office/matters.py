"""移交事项: leads, complaints, named matters and topic report items, by number and date alone."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.matters import read_matter_counts, read_matters, recordable
from xczg.services.readings import list_rounds
from xczg.store.clock import today as present_day
from xczg.ui.acting import told
from xczg.ui.matter_parts import by_organization, correct, counts_table, enter, numbers_table
from xczg.ui.page import choose_round, head_style, no_rounds
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_LEADS)
engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)

told()
counts = read_matter_counts(engine, account, chosen.id)
total, handled = sum(one.total for one in counts), sum(one.handled for one in counts)
with title:
    st.title("移交事项", anchor=False)
    st.caption(plain(f"{chosen.name}：共{total}件，已办结{handled}件，未办结{total - handled}件。"))
st.warning("只登记编号、日期和是否办结，严禁录入被反映人姓名和具体内容。被巡察党组织看不到本页。")

rows = list(by_organization(counts).values())
if not rows:
    st.info("本轮还没有被巡察党组织。")
else:
    place = counts_table(rows)
    if place is None:
        st.caption("各栏为已办结件数／总件数。选中一行，可在下方查看编号和登记。")
    else:
        head, matters = rows[place][0], read_matters(engine, account, rows[place][0].inspection_id)
        st.markdown(f"**{plain(head.organization)}**")
        left, right = st.columns([1.4, 1], gap="medium")
        with left:
            picked = numbers_table(matters) if matters else None
            if not matters:
                st.info("还没有登记移交事项。")
        with right:
            kinds = recordable(account)
            if picked is not None and matters[picked].kind in kinds:
                correct(account, matters[picked])
            elif kinds:
                enter(account, head.inspection_id, head.organization)
st.caption(
    f"数据截至{long_day(today)}。口径：件数＝登记的编号数，办结以登记的办结日期为准。"
    "问题线索和信访事项由市纪委监委登记，其他由市委巡察办登记。"
)
