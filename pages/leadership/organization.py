"""单位: one organisation in one round, and how each of its figures came about."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.exchange.score_sheets import unit_label
from xczg.rules.values import ScoringUnit
from xczg.services.readings import list_rounds, present_name, read_organization, read_organization_names
from xczg.store.clock import today as present_day
from xczg.ui.organization_parts import (
    completion_card,
    earlier_rounds,
    phase_line,
    score_card,
    status_line,
    unresolved_table,
)
from xczg.ui.page import ORGANIZATION_KEY, choose, choose_round, footer, head_style, no_rounds
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
    names = read_organization_names(engine, account, chosen.id)
    asked = st.query_params.get(ORGANIZATION_KEY)
    if asked and asked not in names and (now_called := present_name(engine, account, asked)) in names:
        st.query_params[ORGANIZATION_KEY] = str(now_called)  # an address with a former name
    name = choose(
        "被巡察党组织",
        names,
        ORGANIZATION_KEY,
        default=names[0] if len(names) == 1 else None,
        label_visibility="collapsed",
        width=300,
    )

found = read_organization(engine, account, chosen, name, today) if name else None
if found is None:
    with title:
        st.title("被巡察党组织", anchor=False)
        st.caption(plain(f"{chosen.name}共{len(names)}个"))
    st.info("请在右上方选择一个党组织，查看其整改进度、得分由来、未整改到位事项和历次巡察情况。")
    st.stop()

with title:
    st.title(plain(found.row.organization), anchor=False)
    team = unit_label(ScoringUnit.TEAM, found.head.team, found.overview.rulebook) if found.head.team else ""
    st.caption(
        plain(
            "；".join(
                part
                for part in (
                    chosen.name,
                    team,
                    f"反馈日期{long_day(found.head.feedback_date)}",
                    f"以下为{long_day(found.overview.as_of)}冻结的评估结果" if chosen.frozen else "",
                )
                if part
            )
        )
    )

phase_line(found, today)
status_line(found)
left, right = st.columns([1, 1.45], gap="medium")
with left, st.container(border=True):
    score_card(found)
with right:
    with st.container(border=True):
        completion_card(found)
    unresolved_table(found, today)
    earlier_rounds(found)
footer(found.overview)
