"""满意度测评: the counts of each organisation, and one-time codes for the ballot on screen (R7, R9)."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.readings import list_rounds, rulebook_of
from xczg.services.survey_readings import read_surveys
from xczg.store.clock import today as present_day
from xczg.ui.forms import said
from xczg.ui.page import ORGANIZATION_KEY, choose, choose_round, head_style, no_rounds
from xczg.ui.survey_parts import code_form, show_codes, survey_form, survey_table
from xczg.ui.words import long_day, plain

account = require(UseCase.RECORD_VISIT)
engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
    rows = {row.organization: row for row in read_surveys(engine, account, chosen.id)}
    name = choose(
        "被巡察党组织",
        list(rows),
        ORGANIZATION_KEY,
        default=None,
        label_visibility="collapsed",
        width=300,
    )
definitions = rulebook_of(chosen).definitions
minimum = definitions.satisfaction_minimum_ballots.value
surveyed = sum(row.returned > 0 for row in rows.values())
with title:
    st.title("满意度测评", anchor=False)
    st.caption(plain(f"{chosen.name}：已测评{surveyed}/{len(rows)}个党组织"))

said()
show_codes()
if chosen.frozen:
    st.info("评估结果已经市委同意并冻结，满意度测评不再改动。")
elif name is None:
    st.info("请在右上方选择一个党组织，登记测评票数，或发放屏幕投票用的一次性投票码。")
else:
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        survey_form(engine, account, rows[name], minimum, today)
    if account.may(UseCase.MANAGE_ASSESSMENT):
        with right:
            code_form(engine, account, rows[name], today)
survey_table(list(rows.values()), minimum)
st.caption(
    f"数据截至{long_day(today)}。口径：整改满意度＝{definitions.satisfaction.value}；"
    f"有效票不足{minimum}张的屏幕投票不列分项。"
)
