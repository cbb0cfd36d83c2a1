"""党组织名录: every organisation once, under all its names, with its principals."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.organizations import read_directory, read_organization_card
from xczg.store.clock import today as present_day
from xczg.ui.forms import said
from xczg.ui.organization_forms import (
    away_part,
    directory_table,
    merge_part,
    names_part,
    new_form,
    tenures_part,
)
from xczg.ui.page import head_style
from xczg.ui.words import long_day, plain

SIZE = 50
account = require(UseCase.MANAGE_ORGANIZATIONS)
PRINCIPALS, NAMES, MERGE, AWAY = "主要负责人", "更名和曾用名", "合并", "归档和删除"

engine, today = runtime().engine, present_day()

head_style()
with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    with st.container(width="stretch"):
        st.title("党组织名录", anchor=False)
        caption = st.empty()
    text = st.text_input(
        "查找", key="find", bind="query-params", placeholder="名称或曾用名", max_chars=100, width=240
    )
    archived = st.checkbox("已归档的", key="archived", bind="query-params")
said()

number = int(st.session_state.get("directory_page", 1))
found = read_directory(engine, account, text or "", today, archived=archived, page=number, size=SIZE)
kind = "已归档的党组织" if archived else "党组织"
caption.caption(f"共{found.total}个{kind}。选中一行，登记主要负责人、更名、合并或归档。")
if not found.rows:
    st.info(
        "没有符合条件的党组织，可以换个名称查找。"
        if text or archived
        else "名录中还没有党组织。可以在下面新建，也可以在“轮次”中粘贴或导入名单，或直接导入整改台账。"
    )
picked = directory_table(found.rows, f"directory_{number}_{archived}_{text}") if found.rows else None
if found.total > SIZE:
    st.pagination(-(-found.total // SIZE), key="directory_page")
card = read_organization_card(engine, account, picked.id) if picked else None
if card is not None:
    st.subheader(plain(card.organization.name), anchor=False)
    view = st.segmented_control(
        "办理",
        (PRINCIPALS, NAMES, MERGE, AWAY),
        key="directory_view",
        default=PRINCIPALS,
        label_visibility="collapsed",
    )
    if view == NAMES:
        names_part(engine, account, card)
    elif view == MERGE:
        merge_part(engine, account, card)
    elif view == AWAY:
        away_part(engine, account, card)
    else:
        tenures_part(engine, account, card, today)
else:
    with st.expander("新建党组织", expanded=not found.rows and not text and not archived):
        new_form(engine, account)
st.caption(f"数据截至{long_day(today)}。口径：主要负责人为今日在任的；曾用名和其他写法在导入时视同本名称。")
