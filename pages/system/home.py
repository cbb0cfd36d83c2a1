"""首页: where somebody arrives for whom there is no page yet, such as a functional department."""

import streamlit as st

from xczg.access.gate import require
from xczg.rules.values import Role
from xczg.ui.page import head
from xczg.ui.words import plain

account = require()

head("首页")
if Role.DEPARTMENT in account.roles:
    st.subheader(plain(account.department), anchor=False)
    st.info(
        "抄送贵部门的评估结果通报和转送的共性问题，将在这里列出。目前还没有。\n\n"
        "有新内容时这里会直接显示，无须办理其他手续。如有疑问，请联系市委巡察办。"
    )
else:
    st.info("您的账号目前没有可以打开的页面，请联系系统管理员核对角色。")
