"""Filling in the task list away from the program: the workbook out, the filled one in."""

from datetime import date

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.accounts import present
from xczg.access.permissions import Actor
from xczg.services.supervision_import import import_entries, make_task_template
from xczg.services.unit_of_work import RefusedError
from xczg.ui.forms import done
from xczg.ui.page import section
from xczg.ui.words import plain

_TURN = "task_file_turn"


def offline(engine: Engine, actor: Actor, round_id: int, today: date) -> None:
    """下载 and 导入, for the unit whose task list it is."""
    section("离线填报", "下载本单位任务清单，填好后导入；有一行不符合要求，整表都不写入")
    st.download_button(
        "下载任务清单",
        data=lambda: make_task_template(engine, present(engine, actor), round_id),
        file_name="日常监督评估任务清单.xlsx",
        on_click="ignore",
        key="task_template",
    )
    turn = st.session_state.get(_TURN, 0)
    upload = st.file_uploader("填好的任务清单（.xlsx）", key=f"task_file_{turn}")
    if upload is None or not st.button("导入监督记录", key="import_tasks", type="primary"):
        return
    try:
        report = import_entries(
            engine, actor, round_id, content=upload.getvalue(), name=upload.name, today=today
        )
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    if report.faults:
        st.error(f"有{len(report.faults)}行需要更正，没有写入任何记录。")
        st.dataframe(
            pd.DataFrame([{"行": one.row, "说明": one.message} for one in report.faults]),
            hide_index=True,
            placeholder="",
            key="task_faults",
        )
        return
    st.session_state[_TURN] = turn + 1
    known = f"，另有{report.known}条此前已登记，没有重复写入" if report.known else ""
    done(f"已登记{report.written}条监督记录{known}。")
