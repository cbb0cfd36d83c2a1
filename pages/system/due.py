"""待办事项: what is due for this person, the most pressing first, each one click from its next step."""

import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.due import Owner, Urgency
from xczg.rules.values import Role
from xczg.services.due import letter_tasks, make_calendar, make_letter, read_tasks
from xczg.store.clock import moment_now
from xczg.store.clock import today as present_day
from xczg.ui.due_parts import open_task, task_table, urgency_tiles
from xczg.ui.page import choose, head_style
from xczg.ui.words import long_day, plain

EVERYBODY, ALL = "全部单位", "全部紧急程度"

account = require(UseCase.VIEW_DUE)
engine, today = runtime().engine, present_day()
everybody = Role.OFFICE in account.roles

tasks = read_tasks(engine, account, today)
letters = sorted({task.organization for task in tasks if letter_tasks(tasks, task.organization)})
owner = None
head_style()
with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    if everybody:
        look = {"label_visibility": "collapsed"}
        owners, steps = [EVERYBODY, *(one.value for one in Owner)], [ALL, *(one.value for one in Urgency)]
        owner = choose("由谁办理", owners, "owner", default=Owner.OFFICE.value, width=180, **look)
        step = choose("紧急程度", steps, "urgency", default=ALL, width=140, **look)
        shown = [task for task in tasks if owner in (EVERYBODY, task.owner.value)]
        tasks = tuple(task for task in shown if step in (ALL, task.urgency.value))
    if tasks:
        st.download_button(
            "导出日程（.ics）",
            data=lambda: make_calendar(engine, present(engine, account), today, moment_now()),
            file_name=f"待办日程{today:%Y%m%d}.ics",
            mime="text/calendar",
            on_click="ignore",
            key="calendar",
        )
with title:
    st.title("待办事项", anchor=False)
    late = sum(task.urgency is Urgency.OVERDUE for task in tasks)
    whose = "您" if not everybody else "各单位" if owner == EVERYBODY else owner or ""
    st.caption(
        plain(
            f"{whose}共有{len(tasks)}件待办，其中逾期{late}件。点一行即可办理。"
            if tasks
            else whose + "目前没有待办。"
        )
    )

if tasks:
    urgency_tiles(tasks)
    chosen = task_table(tasks, account, today, everybody=everybody)
    if chosen is not None:
        open_task(chosen, account)
elif Role.DEPARTMENT in account.roles:
    st.subheader(plain(account.department), anchor=False)
    st.info(
        "抄送贵部门的评估结果通报和转送的共性问题，将在这里列出。目前还没有。\n\n"
        "有新内容时这里会直接显示，无须办理其他手续。如有疑问，请联系市委巡察办。"
    )
else:
    st.info("目前没有需要您办理的事项。有新的事项或期限临近时，会自动列在这里。")

if letters and account.may(UseCase.EXPORT_DUE):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.selectbox(
            "提醒函（一个党组织一份）",
            letters,
            index=None,
            placeholder="请选择党组织",
            key="letter_to",
            width=360,
        )
        if wanted:
            st.download_button(
                "下载提醒函（Word）",
                data=lambda: make_letter(engine, present(engine, account), wanted, today),
                file_name=f"巡察整改提醒函（{wanted}）.docx",
                on_click="ignore",
                key="letter",
            )
st.caption(
    f"数据截至{long_day(today)}。口径：待办由系统按日期和登记情况推算，不另行存储；逾期＝超过期限尚未办理，"
    "没有期限的不计逾期；节假日不顺延。"
)
