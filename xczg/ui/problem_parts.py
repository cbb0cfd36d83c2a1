"""Prominent problems found, and suggestions, at the foot of the page 实地督导 (R9)."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.services.assessment_readings import Noted, VisitReading
from xczg.services.problems import (
    SOURCES,
    add_problem,
    add_suggestion,
    withdraw_problem,
    withdraw_suggestion,
)
from xczg.ui.forms import attempt, done
from xczg.ui.page import section
from xczg.ui.words import plain

Withdraw = Callable[..., None]


def problems(engine: Engine, actor: Actor, found: VisitReading) -> None:
    """发现的突出问题: the list, and one more."""
    standing = [one for one in found.problems if not one.withdrawn_reason]
    section("发现的突出问题", f"{len(standing)}条，列入评估结果梳理汇总（R9）" if standing else "")
    _list(engine, actor, found, found.problems, withdraw_problem, "problem")
    if found.frozen:
        return
    with st.form("problem", enter_to_submit=False):
        text = st.text_area(
            "问题", max_chars=1000, height=68, key=f"field_problem_{found.inspection_id}_text"
        )
        source = st.selectbox("来源", SOURCES, index=1, key=f"field_problem_{found.inspection_id}_source")
        sent = st.form_submit_button("登记突出问题")
    if sent and attempt(
        lambda: add_problem(engine, actor, found.inspection_id, text=text or "", source=source)
    ):
        done("已登记突出问题。", f"field_problem_{found.inspection_id}_*")


def suggestions(engine: Engine, actor: Actor, found: VisitReading) -> None:
    """整改意见建议: the list, and one more."""
    standing = [one for one in found.suggestions if not one.withdrawn_reason]
    section("整改意见建议", f"{len(standing)}条，列入评估结果梳理汇总（R9）" if standing else "")
    _list(engine, actor, found, found.suggestions, withdraw_suggestion, "suggestion")
    if found.frozen:
        return
    with st.form("suggestion", enter_to_submit=False):
        text = st.text_area(
            "意见建议", max_chars=1000, height=68, key=f"field_suggestion_{found.inspection_id}_text"
        )
        sent = st.form_submit_button("登记意见建议")
    if sent and attempt(lambda: add_suggestion(engine, actor, found.inspection_id, text=text or "")):
        done("已登记意见建议。", f"field_suggestion_{found.inspection_id}_*")


def _list(
    engine: Engine, actor: Actor, found: VisitReading, noted: Sequence[Noted], withdraw: Withdraw, key: str
) -> None:
    for number, one in enumerate(noted, 1):
        source = f"（{one.source}）" if one.source else ""
        if one.withdrawn_reason:
            st.caption(plain(f"{number}．{one.text}{source}　已撤回：{one.withdrawn_reason}"))
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(plain(f"{number}．{one.text}{source}"))
            if not found.frozen:
                _withdraw(engine, actor, one, withdraw, key)


def _withdraw(engine: Engine, actor: Actor, one: Noted, withdraw: Withdraw, key: str) -> None:
    name = f"field_withdraw_{key}_{one.id}"
    with st.popover("撤回", type="tertiary"):
        st.write(plain(f"撤回“{one.text[:40]}”？记录保留，不再列入汇总。"))
        reason: Any = st.text_input("撤回原因", max_chars=500, key=name)
        if st.button("确认撤回", key=f"confirm_{key}_{one.id}", type="primary") and attempt(
            lambda: withdraw(engine, actor, one.id, reason=reason or "")
        ):
            done("已撤回。", name)
