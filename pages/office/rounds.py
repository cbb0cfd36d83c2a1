"""轮次: the rounds there are, and opening a new one."""

import pandas as pd
import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.readings import list_rounds, read_later_feedback
from xczg.services.results import state_of
from xczg.services.rounds import add_round
from xczg.services.unit_of_work import RefusedError
from xczg.store.clock import today as present_day
from xczg.store.settings import RULEBOOKS
from xczg.ui.figures import later_names
from xczg.ui.page import IMPORT_PAGE, ROUND_KEY, head
from xczg.ui.words import long_day, plain

account = require(UseCase.MANAGE_ROUNDS)
engine, today = runtime().engine, present_day()

head("轮次")
if name := st.session_state.pop("round_added", None):
    st.success(f"已新建{plain(name)}。下一步：导入整改台账。")
    st.page_link(IMPORT_PAGE, label="去导入整改台账", query_params={ROUND_KEY: name})

rounds = list_rounds(engine, account)
if rounds:
    late = read_later_feedback(engine, account, rounds)
    rows = []
    for row in rounds:
        rulebook, dates, state = state_of(row, today)
        rows.append(
            {
                "轮次": row.name,
                "反馈日期": long_day(row.feedback_date),
                "党组织（个）": row.organizations,
                "当前阶段": state.value,
                "集中整改期至": long_day(dates.rectification_end),
                "集中督查评估至": long_day(dates.assessment_due),
                "依据": rulebook.name.value,
                "结果": "已冻结" if row.frozen else "",
                "反馈较晚的党组织": later_names(late[row.id]),
            }
        )
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, placeholder="", key="rounds", alt="各轮次一览，新的在前。"
    )
else:
    st.info("还没有轮次。先在下面新建一个，再导入整改台账。")

st.caption(
    f"数据截至{long_day(today)}。口径：期限自反馈日期起按日历月计算，月末取当月最后一日，节假日不顺延；有党组织反馈较晚的，该党组织单独计算，全轮期限随最晚的反馈日期。"
)

with st.form("new_round", enter_to_submit=False):
    st.subheader("新建轮次", anchor=False)
    name = st.text_input("轮次名称", max_chars=100, placeholder="如：三届市委第八轮", key="round_name")
    feedback = st.date_input("反馈日期", value=today, format="YYYY-MM-DD", key="round_feedback")
    st.caption("集中整改期自反馈日期起算。轮次一经新建，即固定使用当前最新的办法版本。")
    if st.form_submit_button("新建", type="primary"):
        try:
            add_round(engine, account, name or "", feedback, rulebooks=RULEBOOKS)
        except RefusedError as refusal:
            st.error(plain(str(refusal)))
        else:
            st.session_state["round_added"] = name
            st.rerun()
