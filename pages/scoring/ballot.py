"""满意度测评投票: anonymous, by a one-time code; without sign-in, menu or anything of the rest."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.runtime import runtime
from xczg.services.satisfaction import Choice, ballot_organization, cast_ballot
from xczg.services.unit_of_work import RefusedError
from xczg.store.clock import moment_now
from xczg.store.clock import today as present_day
from xczg.ui.words import plain

CODE = "ballot_code"
CHECKED = "ballot_checked"
CAST = "ballot_cast"
STYLE = """<style>
.st-key-ballot { max-width: 30rem; margin: 3vh auto 0; }
.st-key-ballot h1 { font-size: 1.5rem; padding: 0; }
.st-key-ballot button { width: 100%; min-height: 2.9rem; }
.st-key-ballot [role="radiogroup"] { gap: 0.9rem; }
.st-key-ballot [data-testid="InputInstructions"] { display: none; }
</style>"""

voter = require(ballot_code=st.query_params.get("code", ""))
engine, today = runtime().engine, present_day()
address = str(st.context.ip_address or "")


def ask_for_code() -> None:
    """First step: the code, checked before anything is chosen."""
    with st.form("ballot_code_form"):
        code = st.text_input(
            "投票码",
            value=st.query_params.get("code", ""),
            max_chars=20,
            placeholder="如：ab3k-9wxy-p2qr",
            key=CODE,
        )
        sent = st.form_submit_button("下一步", type="primary", width="stretch")
    if not sent:
        return
    try:
        organization = ballot_organization(engine, code or "", address=address, at=moment_now(), today=today)
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    st.session_state[CHECKED] = (code, organization)
    st.rerun()


def ask_for_choice(code: str, organization: str) -> None:
    """Second step: one choice, and it is done."""
    with st.form("ballot_choice_form"):
        choice = st.radio(
            f"您对{plain(organization)}巡察整改情况的评价",
            list(Choice),
            index=None,
            format_func=lambda one: one.value,
            key="ballot_choice",
        )
        sent = st.form_submit_button("投票", type="primary", width="stretch")
    st.caption("投票后不能修改。")
    if not sent:
        return
    if choice is None:
        st.error("请先选择一项。")
        return
    try:
        cast_ballot(engine, code, choice, address=address, at=moment_now(), today=today)
    except RefusedError as refusal:
        st.session_state.pop(CHECKED)
        st.error(plain(str(refusal)))
        return
    for key in (CHECKED, CODE, "ballot_choice"):
        st.session_state.pop(key, None)
    st.session_state[CAST] = True
    st.query_params.clear()
    st.rerun()


with st.container(key="ballot"):
    st.html(STYLE)
    st.title("整改满意度测评", anchor=False)
    st.caption("本测评匿名进行，一码一票；系统不记录投票人，也不记录哪个投票码投了什么票。")
    if st.session_state.get(CAST):
        st.success("投票已完成，感谢您的参与。可以关闭本页。")
        if st.button("下一位投票"):
            del st.session_state[CAST]
            st.rerun()
    elif CHECKED in st.session_state:
        ask_for_choice(*st.session_state[CHECKED])
    else:
        ask_for_code()
