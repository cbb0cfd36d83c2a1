"""销号审核: claims by stage, their review, and the claim form for what is completed."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.flows import CLOSE_OUT_STAGES, NOT_CLAIMED
from xczg.rules.values import CloseOutState
from xczg.services.flow_readings import read_close_out_counts, read_close_outs
from xczg.services.readings import list_rounds
from xczg.store.clock import today as present_day
from xczg.ui.acting import told
from xczg.ui.flow_forms import close_out_part
from xczg.ui.flow_lists import (
    PAGE_SIZE,
    chosen_finding,
    close_out_table,
    counts_words,
    flow_filter,
    page_number,
)
from xczg.ui.page import LEDGER_PAGE, ROUND_KEY, choose_round, head_style, no_rounds
from xczg.ui.words import long_day, plain

account = require(UseCase.CLAIM_CLOSE_OUT)
engine, today = runtime().engine, present_day()
EMPTY = {
    NOT_CLAIMED: "没有已完成而尚未申请销号的问题。尚未完成的，请先在问题台账中登记整改进展。",
    CloseOutState.UNDER_REVIEW: "没有待审核的销号申请。",
    CloseOutState.CLOSED: "还没有已销号的问题。",
    CloseOutState.RETURNED: "没有退回补充的申请。",
    CloseOutState.REOPENED: "没有重新整改的问题。",
}

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)

reviews = account.may(UseCase.REVIEW_CLOSE_OUT)
default = CloseOutState.UNDER_REVIEW.value if reviews else NOT_CLAIMED
stages = [str(stage) for stage in CLOSE_OUT_STAGES]
told()
wanted = flow_filter(account, chosen.id, stages, "close_out", default=default)
counts = read_close_out_counts(engine, account, wanted)
with title:
    st.title("销号审核", anchor=False)
    st.caption(plain(f"{chosen.name}：{counts_words(counts, stages)}。"))

total = counts.get(wanted.stage, 0)
if not total:
    st.info(EMPTY[wanted.stage])
    st.page_link(LEDGER_PAGE, label="去问题台账", query_params={ROUND_KEY: chosen.name})
else:
    table = st.container()
    number = page_number(total)
    with table:
        selected = close_out_table(read_close_outs(engine, account, wanted, page=number, size=PAGE_SIZE))
    found = chosen_finding(account, selected, today) if selected else None
    if found:
        close_out_part(found, account)
    else:
        what = "审核、退回或申请销号" if reviews else "申请销号或查看审核意见"
        st.caption(f"选中一行，可在下方{what}。")
st.caption(
    f"数据截至{long_day(today)}。口径：销号须有整改情况说明和佐证材料（或无材料的说明），申请人与审核人不得为同一人；"
    "审核认定的完成率按已销号的问题计算。销号为工作惯例，办法未作规定。"
)
