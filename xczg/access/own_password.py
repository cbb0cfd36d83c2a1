"""修改密码: the one-time password an administrator hands out is replaced by one's own."""

import streamlit as st

from xczg.access.accounts import check_password_length, choose_password
from xczg.access.gate import renew, require
from xczg.access.permissions import Actor
from xczg.access.runtime import runtime
from xczg.access.sign_in import sign_in
from xczg.store.engine import writing


def change_password_button() -> None:
    """A quiet button that opens the form."""
    if st.button("修改密码", key="change-password", type="tertiary"):
        _dialog()


@st.dialog("修改密码")
def _dialog() -> None:
    account = require()
    with st.form("change-password-form", border=False):
        current = st.text_input("现用密码", type="password", autocomplete="current-password")
        chosen = st.text_input("新密码（至少12个字符）", type="password", autocomplete="new-password")
        again = st.text_input("再输入一次新密码", type="password", autocomplete="new-password")
        sent = st.form_submit_button("保存", type="primary")
    if sent:
        problem = change_password(account, current, chosen, again)
        if problem:
            st.error(problem)
        else:
            st.rerun()


def change_password(account: Actor, current: str, chosen: str, again: str) -> str:
    """Change it and keep this session alive; all others of the account end. The problem, or nothing."""
    shared = runtime()
    if chosen.strip() != again.strip():
        return "两次输入的新密码不一致。"
    try:
        check_password_length(chosen)
    except ValueError as refusal:
        return str(refusal)
    outcome = sign_in(shared.engine, account.username, current)
    if outcome.username is None:
        return outcome.message
    with writing(shared.engine) as session:
        choose_password(session, username=account.username, password=chosen)
    renew(account.username)
    return ""
