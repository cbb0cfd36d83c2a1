"""问题台账: every finding of a round, filtered, paged and exported as shown."""

import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import Actor, UseCase
from xczg.access.runtime import runtime
from xczg.rules.values import FindingStatus
from xczg.services.exports import export_ledger
from xczg.services.readings import (
    list_rounds,
    read_choices,
    read_finding,
    read_ledger_counts,
    read_ledger_rows,
)
from xczg.store.clock import today as present_day
from xczg.ui.bulk_parts import bulk_change
from xczg.ui.forms import said
from xczg.ui.ledger_parts import PAGE_KEY, PAGE_SIZE, Chosen, filter_bar, finding_card, findings_table
from xczg.ui.page import (
    FINDING_KEY,
    FINDING_PAGE,
    IMPORT_PAGE,
    choose_round,
    head_style,
    no_rounds,
    present_state,
)
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_LEDGER)
engine, today = runtime().engine, present_day()
office = account.may(UseCase.EDIT_FINDING)

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)


def export_button(actor: Actor, chosen: Chosen, total: int) -> None:
    """Builds the workbook only when it is asked for."""
    st.download_button(
        f"导出筛选结果（{total}个）",
        data=lambda: export_ledger(
            engine, present(engine, actor), chosen.filter, today=today, organization=chosen.organization
        ),
        file_name=f"整改台账{today:%Y%m%d}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        on_click="ignore",
        key="export",
        type="primary",
        disabled=not total,
    )


def open_label(actor: Actor) -> str:
    """What somebody can do on the page of a finding."""
    if actor.may(UseCase.EDIT_FINDING):
        return "打开这个反馈问题：登记进展、修改、编辑措施"
    return "登记整改进展" if actor.may(UseCase.RECORD_PROGRESS) else "打开这个反馈问题"


with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    current = choose_round(rounds)
    action = st.container(width="content")

if current.frozen:
    st.caption(present_state(current, today))
wanted = filter_bar(current.id, read_choices(engine, account, current.id))
found = read_ledger_counts(engine, account, wanted.filter, today)
with title:
    st.title("问题台账", anchor=False)
    counts = "、".join(f"{status.value}{found.by_status[status]}个" for status in FindingStatus)
    sentence = wanted.filter.sentence(wanted.organization)
    st.caption(plain(f"{current.name}：{sentence}，共{found.total}个（{counts}）。"))
with action, st.container(horizontal=True, vertical_alignment="center"):
    if office:
        st.page_link(FINDING_PAGE, label="新增反馈问题")
    if account.may(UseCase.EXPORT_LEDGER):
        export_button(account, wanted, found.total)
said()

if not found.total:
    st.info("没有符合条件的反馈问题，可以放宽上方的筛选条件。")
    if account.may(UseCase.IMPORT_LEDGER):
        st.page_link(IMPORT_PAGE, label="去导入整改台账")
else:
    table = st.container()
    pages = -(-found.total // PAGE_SIZE)
    number = st.pagination(pages, key=PAGE_KEY, bind="query-params") if pages > 1 else 1
    rows = read_ledger_rows(engine, account, wanted.filter, today, page=min(number, pages), size=PAGE_SIZE)
    with table:
        selected = findings_table(rows, today, several=office)
    detail = read_finding(engine, account, selected[0]) if len(selected) == 1 else None
    if detail:
        st.page_link(
            FINDING_PAGE, label=open_label(account), query_params={FINDING_KEY: str(detail.finding.id)}
        )
        finding_card(detail, today)
    elif selected:
        bulk_change(engine, account, selected, today)
    else:
        several = "选中多行，可批量修改。" if office else ""
        st.caption(f"选中一行，可在下方查看该问题的整改措施和历次进展。{several}")
st.caption(
    f"数据截至{long_day(today)}。口径：状态为单位自报；逾期＝超过完成时限仍未完成，不含长期坚持和未定时限的。"
)
