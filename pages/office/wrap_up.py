"""总结会: opening it, which lifts the blindness, and the aggregation by the assessment group (R8)."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.phases import Act
from xczg.services.assessment_readings import read_assessment
from xczg.services.meetings import read_wrap_up
from xczg.services.readings import list_rounds, read_overview
from xczg.services.rounds import record_act
from xczg.store.clock import today as present_day
from xczg.ui.assessment_parts import course_sentence
from xczg.ui.forms import attempt, done, said
from xczg.ui.meeting_parts import DAY, wrap_up_form, wrap_up_record
from xczg.ui.page import choose_round, footer, head_style, no_rounds, section
from xczg.ui.words import long_day, plain

account = require(UseCase.MANAGE_ASSESSMENT)
engine, today = runtime().engine, present_day()


def aggregation() -> None:
    """登记督查组汇总: the assessment group has weighted the scores."""
    section("督查组汇总", "三家评分按权重汇总为每个党组织的最终得分（R8）")
    act = next((one for one in chosen.acts if one.act is Act.AGGREGATED), None)
    if act is not None:
        st.success(plain(f"已于{long_day(act.on_date)}登记。{act.basis}"))
        return
    left = found.sheets_expected - found.sheets_complete
    if left or not found.sheets_expected:
        st.info(
            f"评分表已交{found.sheets_complete}/{found.sheets_expected}份，全部交齐后在此登记督查组汇总。"
        )
        return
    with st.form("aggregate", enter_to_submit=False):
        day = st.date_input("汇总日期", value=today, max_value=today, format=DAY, key="field_aggregate_day")
        basis = st.text_input("依据（会议名称、文号等）", max_chars=500, key="field_aggregate_basis")
        st.caption("登记后，市领导和督查组可以看到得分和名次。")
        sent = st.form_submit_button("登记督查组汇总", type="primary")
    if sent and attempt(
        lambda: record_act(
            engine, account, chosen.id, Act.AGGREGATED, on_date=day, basis=basis or "", today=today
        )
    ):
        done("已登记督查组汇总。", "field_aggregate_*")


rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
found = read_overview(engine, account, chosen, today)
assessment = read_assessment(engine, account, chosen)
meeting = read_wrap_up(engine, account, chosen.id)
with title:
    st.title("总结会", anchor=False)
    st.caption(plain(f"{chosen.name}：{course_sentence(assessment, today)}"))

said()
section("集中督查总结会", "登记后，本轮评分不再互相保密")
progress = f"评分表已交{found.sheets_complete}/{found.sheets_expected}份。"
if meeting is not None:
    wrap_up_record(meeting)
elif chosen.frozen:
    st.info("评估结果已经市委同意并冻结，本轮没有登记总结会。")
else:
    st.caption(progress)
    wrap_up_form(engine, account, chosen.id, chosen.name, progress, today)
aggregation()
footer(found)
