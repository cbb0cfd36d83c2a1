"""督查组与日程: who assesses, who stands back, who visits whom and when (R5, R7)."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.assessment_readings import read_assessment
from xczg.services.organization_choices import read_all_organizations
from xczg.services.readings import list_rounds
from xczg.store.clock import today as present_day
from xczg.ui.assessment_parts import (
    course_sentence,
    groups_table,
    recusals_table,
    schedule_table,
    standing_back,
)
from xczg.ui.forms import said
from xczg.ui.group_forms import (
    Desk,
    change_member,
    new_exception,
    new_group,
    new_member,
    new_recusal,
    rename,
)
from xczg.ui.page import choose_round, head_style, no_rounds
from xczg.ui.schedule_forms import edit_visit, new_visit
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_ASSESSMENT)
engine, today = runtime().engine, present_day()

FORMS = {
    "成立督查组": new_group,
    "增加成员": new_member,
    "成员变动": change_member,
    "督查组更名": rename,
    "登记回避": new_recusal,
    "安排实地督导": new_visit,
    "调整日程": edit_visit,
    "评估例外": new_exception,
}

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
found = read_assessment(engine, account, chosen)
manages = account.may(UseCase.MANAGE_ASSESSMENT)
with title:
    st.title("督查组与日程", anchor=False)
    st.caption(plain(f"{chosen.name}：{course_sentence(found, today)}"))

said()
standing_back(found)
left, right = st.columns([1.6, 1], gap="medium") if manages and not chosen.frozen else (st.container(), None)
with left:
    schedule_table(found, today)
    groups_table(found, own_organizations=manages)
    recusals_table(found)
if chosen.frozen and manages:
    st.info("评估结果已经市委同意并冻结，督查组和日程不再改动。")
if right is not None:
    with right:
        following = "安排实地督导" if any(group.present for group in found.groups) else "增加成员"
        first = following if found.groups else "成立督查组"
        act = st.selectbox(
            "办理", list(FORMS), index=list(FORMS).index(first), key="groups_act", placeholder="请选择"
        )
        FORMS[act](Desk(engine, account, chosen.id, found, read_all_organizations(engine, account), today))
st.caption(
    f"数据截至{long_day(today)}。口径：同一人员同一天不安排到两个党组织；成员来自被巡察党组织的应当回避；"
    f"期限按集中整改期结束后一个月计算，节假日不顺延。依据《{found.rulebook.name.value}》。"
)
