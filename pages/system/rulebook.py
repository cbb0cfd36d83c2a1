"""办法要点: the regulation rule by rule, as the program understands it, with the origin of every value."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.regulation import RULES
from xczg.services.rulebooks import list_versions
from xczg.store.clock import today as present_day
from xczg.store.settings import RULEBOOKS
from xczg.ui.navigation import pages_of
from xczg.ui.page import head_style
from xczg.ui.rulebook_parts import about, choose_version, rule_card
from xczg.ui.words import long_day

account = require(UseCase.VIEW_RULEBOOK)

versions = list_versions(runtime().engine, account, RULEBOOKS)
head_style()
with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    version = choose_version(versions)
with title:
    st.title("办法要点", anchor=False)
    about(version, account)

waiting = len(version.waiting)
if waiting:
    st.warning(f"本版本尚有{waiting}个待定事项未经巡察办确认，确认前不能冻结评估结果。")
    if account.may(UseCase.CONFIRM_OPEN_POINTS):
        st.page_link("pages/system/parameters.py", label="去确认待定事项")
mine = pages_of(account)
for rule in RULES:
    rule_card(rule, version, mine)
st.caption(
    f"数据截至{long_day(present_day())}。口径：R1至R20为本系统对办法要点的编号；原文＝公开发布的答记者问；推断、默认、示例＝原文未写明、由系统拟定，"
    "经巡察办确认后使用；待录入＝原文未公布，由巡察办录入；录入＝巡察办自行录入。"
)
