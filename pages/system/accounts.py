"""账号权限: who may sign in, as what, and the four things an administrator does about it."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from xczg.access.accounts import AccountRow
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.values import Role
from xczg.services.account_management import (
    open_account,
    read_accounts,
    renew_password,
    sign_out_everywhere,
    switch_account,
)
from xczg.store.clock import SHANGHAI, moment_now
from xczg.ui.page import head
from xczg.ui.words import plain

NOTE = "accounts_note"


def moment(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y年%m月%d日 %H:%M}" if at else "从未登录"


def state(row: AccountRow) -> str:
    if not row.active:
        return "已停用"
    if row.locked_until and row.locked_until > moment_now():
        return f"锁定至{row.locked_until.astimezone(SHANGHAI):%H:%M}"
    return "正常"


def done(text: str, password: str = "") -> None:
    """Say it at the top of the next run, where the table shows the new state."""
    st.session_state[NOTE] = (text, password)
    st.rerun()


def show_note() -> None:
    text, password = st.session_state.pop(NOTE, ("", ""))
    if not text:
        return
    st.success(plain(text))
    if password:
        st.code(password, language=None)
        st.caption("一次性密码只显示这一次，请当面或电话告知本人，并提醒登录后修改。")


def show_table(rows: Sequence[AccountRow]) -> AccountRow | None:
    lines = [
        {
            "用户名": row.username,
            "姓名": row.name,
            "角色": row.role.label,
            "数据范围": row.scope,
            "状态": state(row),
            "上次登录": moment(row.last_sign_in_at),
        }
        for row in rows
    ]
    chosen = st.dataframe(
        lines,
        key="accounts_table",
        hide_index=True,
        height="auto",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
    )
    picked = [index for index in chosen.selection.rows if index < len(rows)]
    return rows[picked[0]] if picked else None


def show_actions(row: AccountRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(row.name)}**（{plain(row.username)}，{row.role.label}）")
        word = "停用" if row.active else "启用"
        with st.popover(word):
            st.write(f"{word}{plain(row.name)}的账号？" + ("本人将立即退出。" if row.active else ""))
            if st.button(f"确认{word}", key="toggle", type="primary"):
                switch_account(engine, account, row.username, active=not row.active)
                done(f"已{word}{row.name}的账号。")
        with st.popover("重置密码"):
            st.write(f"重置{plain(row.name)}的密码？原密码和已登录的设备立即失效。")
            if st.button("确认重置", key="reset", type="primary"):
                password = renew_password(engine, account, row.username)
                done(f"已重置{row.name}（{row.username}）的密码：", password)
        with st.popover("强制退出"):
            st.write(f"让{plain(row.name)}在所有设备上退出？密码不变。")
            if st.button("确认退出", key="revoke", type="primary"):
                sign_out_everywhere(engine, account, row.username)
                done(f"{row.name}已在所有设备上退出。")


def show_form(organizations: dict[int, str]) -> None:
    left, right = st.columns(2)
    username = left.text_input(
        "用户名", max_chars=40, help="小写字母、数字、点、下划线和短横线", key="new_username"
    )
    name = right.text_input("姓名", max_chars=80, key="new_name")
    role = left.selectbox("角色", list(Role), format_func=lambda role: role.label, key="new_role")
    organization, team, department = None, None, ""
    if role is Role.ORGANIZATION:
        organization = right.selectbox(
            "所属党组织",
            list(organizations),
            format_func=lambda key: organizations[key],
            index=None,
            placeholder="请选择",
            key="new_organization",
        )
    elif role is Role.TEAM:
        team = right.number_input("巡察组序号", min_value=1, value=1, step=1, key="new_team")
    elif role is Role.DEPARTMENT:
        department = right.text_input("职能部门名称", max_chars=100, key="new_department")
    if not st.button("新增账号", type="primary", key="add"):
        return
    fields = {
        "username": username,
        "name": name,
        "role": role,
        "organization_id": organization,
        "team": team,
        "department": department,
    }
    try:
        password = open_account(engine, account, fields)
    except ValueError as refusal:
        st.error(str(refusal))
        return
    for key in ("new_username", "new_name"):
        del st.session_state[key]
    done(f"已新增账号{name.strip()}（{username.strip().lower()}），一次性密码：", password)


account = require(UseCase.MANAGE_ACCOUNTS)
engine = runtime().engine
rows, organizations = read_accounts(engine, account)

active = sum(row.active for row in rows)
head("账号权限", f"共{len(rows)}个账号，其中{active}个启用。选中一行可停用、重置密码或强制退出。")
show_note()
picked = show_table(rows)
if picked is not None:
    show_actions(picked)
with st.expander("新增账号"):
    show_form(organizations)
