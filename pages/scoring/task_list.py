"""任务清单: annex 1 of each unit by content, when it is due, and how far it is done (R4, R19)."""

import pandas as pd
import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.rulebook import OTHER_CONTENT, Source
from xczg.rules.supervision import tasks_of
from xczg.services.readings import list_rounds
from xczg.services.supervision_readings import read_supervision
from xczg.store.clock import today as present_day
from xczg.ui.forms import said
from xczg.ui.page import ROUND_KEY, choose, choose_round, head_style, no_rounds
from xczg.ui.supervision_matrix import table_height
from xczg.ui.supervision_words import (
    BY_KEY,
    CONTENT_KEY,
    SUPERVISION_PAGE,
    days_to,
    foot,
    laggards_sentence,
    units_by_name,
)
from xczg.ui.task_import import offline
from xczg.ui.words import long_day, plain, short_day

account = require(UseCase.VIEW_SUPERVISION)
engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
found = read_supervision(engine, account, chosen, today)
names = units_by_name(found.rulebook)
own = next((name for name, unit in names.items() if unit is found.own_unit), next(iter(names)))
with st.container(horizontal=True, vertical_alignment="bottom", key="bar"):
    by = choose("监督单位", list(names), BY_KEY, default=own, width=180) or own
unit, end = names[by], found.dates.rectification_end
tasks = [task for task in tasks_of(found.rulebook, unit) if task.content in found.contents]
whole = len(found.counted)
finished = sum(len(found.tasks[unit][task.number]) == whole for task in tasks) if whole else 0
with title:
    st.title("任务清单", anchor=False)
    st.caption(
        plain(
            f"{chosen.name}：{by}{len(tasks)}项任务，{whole}个党组织，全部落实的{finished}项；"
            f"期限为集中整改期结束之日{short_day(end, today)}（{days_to(end, today)}）。"
        )
    )
said()
if found.rulebook.tasks.source is Source.SAMPLE:
    st.caption("附件1未公布，本任务清单为示例，由市委巡察办在办法参数中替换。")
if not tasks:
    st.info(f"任务清单中还没有{by}的任务，由市委巡察办在办法参数中录入。未录入前，各项评估内容均应登记。")
    st.stop()

order = {content: place for place, content in enumerate(found.contents)}
tasks.sort(key=lambda task: order[task.content])
rows = [
    {
        "评估内容": task.content,
        "编号": task.number,
        "任务": task.text,
        "期限": long_day(end),
        "已落实": len(found.tasks[unit][task.number]),
        "未落实": whole - len(found.tasks[unit][task.number]),
        "进度": 100 * len(found.tasks[unit][task.number]) / whole if whole else None,
    }
    for task in tasks
]
selected = st.dataframe(
    pd.DataFrame(rows),
    key="tasks",
    hide_index=True,
    height=table_height(len(rows)),
    on_select="rerun",
    selection_mode="single-row",
    placeholder="",
    alt="任务清单，选中一项可在下方查看尚未落实的党组织。",
    column_config={
        "评估内容": st.column_config.TextColumn(width=250),
        "编号": st.column_config.TextColumn(width=46),
        "任务": st.column_config.TextColumn(width=410),
        "期限": st.column_config.TextColumn(width=120),
        "已落实": st.column_config.NumberColumn("已落实（个）", width=84, format="%d"),
        "未落实": st.column_config.NumberColumn("未落实（个）", width=84, format="%d"),
        "进度": st.column_config.ProgressColumn(
            "进度（%）", format="%.1f", min_value=0, max_value=100, color="green"
        ),
    },
)["selection"]["rows"]
if selected and selected[0] < len(tasks):
    task = tasks[selected[0]]
    left = [one for one in found.counted if one.inspection_id not in found.tasks[unit][task.number]]
    st.markdown(f"**{plain(f'{task.number}．{task.text}')}**")
    st.caption(
        plain(f"尚未落实的{len(left)}个：{'、'.join(one.organization for one in left)}。")
        if left
        else "各党组织均已落实。"
    )
    st.page_link(
        SUPERVISION_PAGE,
        label="去登记这项评估内容"
        if found.may_write() and unit is found.own_unit
        else "查看这项评估内容的监督记录",
        query_params={ROUND_KEY: chosen.name, BY_KEY: by, CONTENT_KEY: task.content},
    )
else:
    st.caption("选中一项，查看尚未落实的党组织。")
if found.may_write() and unit is found.own_unit:
    offline(engine, account, chosen.id, today)
without = [
    content
    for content in found.contents
    if content != OTHER_CONTENT and content not in {task.content for task in tasks}
]
remark = f"{by}没有任务的评估内容：{'、'.join(without)}。" if without else ""
st.caption(
    plain(f"{remark}已落实＝监督记录中选了这项任务的党组织数。{laggards_sentence(found)}{foot(found, today)}")
)
