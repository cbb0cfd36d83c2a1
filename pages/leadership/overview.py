"""总览: where the round stands and whom to look at, in ten seconds."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.readings import list_rounds, read_overview
from xczg.store.clock import today as present_day
from xczg.ui.figures import seven_figures
from xczg.ui.overview_parts import attention, categories_chart, completion, completion_chart, ranking
from xczg.ui.page import choose_round, footer, forget_organization, head_style, no_rounds, where_it_stands
from xczg.ui.words import plain

account = require(UseCase.VIEW_OVERVIEW)
engine, today = runtime().engine, present_day()

forget_organization()
rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)

found = read_overview(engine, account, chosen, today)
with title:
    st.title(plain(chosen.name), anchor=False)
    st.caption(where_it_stands(found, today))

seven_figures(found, today)

left, right = st.columns([2.15, 1], gap="medium")
with left:
    if found.with_scores:
        ranking(found)
    else:
        completion(found)
with right:
    attention(found)

left, right = st.columns([1.25, 1], gap="medium")
with left:
    completion_chart(found)
with right:
    categories_chart(found)
footer(found)
