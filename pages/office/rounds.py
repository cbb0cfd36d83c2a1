"""轮次: the rounds there are, their inspected organisations, and opening a new one."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.inspections import read_inspections
from xczg.services.readings import list_rounds, read_later_feedback
from xczg.store.clock import today as present_day
from xczg.ui.forms import said
from xczg.ui.inspection_list_parts import add_part
from xczg.ui.inspection_parts import decisions, inspections_table
from xczg.ui.page import IMPORT_PAGE, ROUND_KEY, choose_round, head_style
from xczg.ui.round_parts import new_round, round_settings, rounds_table
from xczg.ui.words import long_day, plain

account = require(UseCase.MANAGE_ROUNDS)
ORGANIZATIONS, ADD, SETTINGS, OPEN = "被巡察党组织", "增加党组织", "轮次设置", "新建轮次"
VIEWS = (ORGANIZATIONS, ADD, SETTINGS, OPEN)

engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account, archived=True)
head_style()
with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    with st.container(width="stretch"):
        st.title("轮次", anchor=False)
        if rounds:
            st.caption("先选轮次，再办理：核对被巡察党组织、增加党组织、修改轮次；也可以新建轮次。")
    chosen = choose_round(rounds) if rounds else None
if name := st.session_state.pop("round_added", None):
    st.success(f"已新建{plain(name)}。下一步：在“增加党组织”中选择被巡察党组织，或直接导入整改台账。")
    st.page_link(IMPORT_PAGE, label="去导入整改台账", query_params={ROUND_KEY: name})
    st.session_state.pop("xczg_said", None)
said()

if chosen is None:
    st.info("还没有轮次。先在下面新建一个，再选择被巡察党组织或导入整改台账。")
    new_round(engine, account, today)
else:
    rounds_table(rounds, read_later_feedback(engine, account, rounds), today)
    view = st.segmented_control(
        "办理", VIEWS, key="view", bind="query-params", default=ORGANIZATIONS, label_visibility="collapsed"
    )
    if view == OPEN:
        new_round(engine, account, today)
    elif view == SETTINGS:
        round_settings(engine, account, chosen)
    else:
        found = read_inspections(engine, account, chosen.id, today)
        if view == ADD:
            add_part(engine, account, chosen, [one.organization_id for one in found])
        elif not found:
            st.info(
                "本轮还没有被巡察党组织。点“增加党组织”选择、粘贴或导入名单；导入整改台账时也会自动加入。"
            )
        else:
            inspections_table(engine, account, chosen, found)
            decisions(engine, account, chosen, found, today)

st.caption(
    f"数据截至{long_day(today)}。口径：期限自反馈日期起按日历月计算，月末取当月最后一日，节假日不顺延；"
    "有党组织反馈较晚的，该党组织单独计算，全轮期限随最晚的反馈日期。"
)
