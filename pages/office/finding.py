"""反馈问题: one finding with measures, progress and its history; without one, the form for a new one."""

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.finding_reading import FindingPage, read_finding_page, read_inspection_choices
from xczg.services.readings import list_rounds, rulebook_of
from xczg.store.clock import today as present_day
from xczg.ui.finding_flows import flows
from xczg.ui.finding_form import edit_finding_form, new_finding_form
from xczg.ui.forms import said
from xczg.ui.ledger_parts import finding_facts, measures_table
from xczg.ui.measure_form import measures_editor
from xczg.ui.page import FINDING_KEY, LEDGER_PAGE, choose_round, head_style, no_rounds
from xczg.ui.progress_form import history, progress_form
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_LEDGER)
shared, today = runtime(), present_day()
engine = shared.engine
head_style()


def asked() -> int | None:
    """The number of the finding in the address."""
    value = st.query_params.get(FINDING_KEY, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def new_one() -> None:
    """Without a finding in the address: the way to one, and for the office the form for a new one."""
    rounds = list_rounds(engine, account)
    if not rounds:
        no_rounds(account)
    with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            st.title("反馈问题", anchor=False)
            st.caption("一个反馈问题的措施、进展和佐证材料。")
        current = choose_round(rounds)
    said()
    if FINDING_KEY in st.query_params:
        st.info("没有找到这个反馈问题，可能已被删除，或不在您的数据范围内。")
    st.page_link(LEDGER_PAGE, label="在问题台账中选择一个反馈问题")
    if not account.may(UseCase.EDIT_FINDING):
        st.info("请先在问题台账中选中一个反馈问题，再从下方的卡片打开它。")
    elif current.frozen:
        st.info("本轮评估结果已冻结，不能再新增反馈问题；已有的问题可以继续登记进展。")
    elif inspections := read_inspection_choices(engine, account, current.id):
        st.subheader("新增反馈问题", anchor=False)
        new_finding_form(engine, account, inspections, rulebook_of(current).contents.categories.value)
    else:
        st.info("本轮还没有被巡察党组织，先确定被巡察党组织，或者导入整改台账。")
    st.caption(f"数据截至{long_day(today)}。口径：状态为单位自报。")


def one(page: FindingPage) -> None:
    """A finding in full, with what this person may do about it."""
    detail, office = page.detail, account.may(UseCase.EDIT_FINDING)
    with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            st.title("反馈问题", anchor=False)
            st.caption(plain(f"{detail.round_name}　{detail.organization}"))
        st.page_link(LEDGER_PAGE, label="返回问题台账")
        if office:
            st.button("新增反馈问题", key="new", on_click=st.query_params.pop, args=(FINDING_KEY, None))
    said()
    with st.container(border=True):
        finding_facts(detail, today)
    if office:
        progress, measures, description = st.tabs(["整改进展", "整改措施", "修改反馈问题"])
    else:
        progress, measures = st.tabs(["整改进展", "整改措施"])
    with progress:
        if account.may(UseCase.RECORD_PROGRESS):
            progress_form(shared, account, detail, today)
        history(shared, account, page, today)
    with measures:
        if office and not detail.finding.closed_out_on:
            measures_editor(engine, account, detail)
        else:
            measures_table(detail)
    if office:
        with description:
            if detail.finding.closed_out_on:
                st.info("该反馈问题已销号，不能再修改。确需继续整改的，请先办理“重新整改”。")
            else:
                edit_finding_form(engine, account, detail, page.categories)
    flows(detail, account)
    st.caption(
        f"数据截至{long_day(today)}。口径：状态为单位自报；逾期＝超过完成时限仍未完成，不含长期坚持和未定时限的。"
    )


number = asked()
found = read_finding_page(engine, account, number) if number is not None else None
if found is None:
    new_one()
else:
    one(found)
