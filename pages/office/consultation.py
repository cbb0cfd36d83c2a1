"""会商会议: the three items, filled by the program from what is on record, corrected by the office (R7)."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.meetings import read_consultation
from xczg.services.readings import list_rounds
from xczg.store.clock import today as present_day
from xczg.ui.forms import said
from xczg.ui.meeting_parts import consultation_form, consultation_record
from xczg.ui.page import choose_round, head_style, no_rounds
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_ASSESSMENT)
engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
found = read_consultation(engine, account, chosen.id, today)
with title:
    st.title("会商会议", anchor=False)
    when = f"已于{long_day(found.recorded.held_on)}召开" if found.recorded else "尚未登记"
    st.caption(plain(f"{chosen.name}：{when}。会商事项：{'；'.join(found.titles)}（R7）。"))

said()
if account.may(UseCase.MANAGE_ASSESSMENT) and not chosen.frozen:
    consultation_form(engine, account, chosen.id, found, today)
else:
    consultation_record(found)
st.caption(
    f"数据截至{long_day(today)}。口径：会商事项的内容由程序按日常监督评估记录和结果报告、集中整改进展报告、"
    "实地督导日程草拟，以会议登记的为准。"
)
