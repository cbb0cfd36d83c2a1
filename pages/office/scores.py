"""得分汇总: where every sheet stands, the office's provisional reckoning, 登记督查组汇总."""

import pandas as pd
import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.exchange.score_sheets import unit_label
from xczg.rules.phases import Act
from xczg.services.exports import export_results
from xczg.services.readings import list_rounds
from xczg.services.rounds import record_act
from xczg.services.score_import import import_scores, make_scores_template
from xczg.services.score_readings import read_matrix
from xczg.services.unit_of_work import RefusedError
from xczg.store.clock import today as present_day
from xczg.ui.forms import said
from xczg.ui.import_parts import SHOWN_FAULTS, wrapped_table
from xczg.ui.overview_parts import ranking
from xczg.ui.page import choose_round, footer, head_style, no_rounds, section, where_it_stands
from xczg.ui.score_matrix import OfficeSheet, matrix
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_PROVISIONAL)
shared, today = runtime(), present_day()
engine = shared.engine

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
    st.download_button(
        "导出结果表",
        data=lambda: export_results(engine, present(engine, account), chosen.id, today=today),
        file_name=f"评估结果{today:%Y%m%d}.xlsx",
        on_click="ignore",
        key="export_results",
    )
found, sheets = read_matrix(engine, account, chosen, today)
with title:
    st.title("得分汇总", anchor=False)
    st.caption(plain(f"{chosen.name}：{where_it_stands(found, today)}"))


def sheets_in() -> None:
    """Recording filled sheets: the template out, the workbook in."""
    section("代录评分表", "由评分单位填好的工作簿，逐份记录为新版本，原表存为凭证")
    st.download_button(
        "下载评分表模板",
        data=lambda: make_scores_template(engine, present(engine, account), chosen.id),
        file_name="评分表模板.xlsx",
        on_click="ignore",
        key="scores_template",
    )
    number = st.session_state.get("scores_number", 0)
    upload = st.file_uploader("填好的评分表（.xlsx）", key=f"scores_file_{number}")
    if upload is None or not st.button("记录评分表", key="record_scores", type="primary"):
        return
    try:
        report = import_scores(
            engine,
            account,
            chosen.id,
            content=upload.getvalue(),
            name=upload.name,
            uploads=shared.settings.uploads,
        )
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    if report.faults:
        st.error(f"有{len(report.faults)}处需要更正，没有记录任何评分。")
        wrapped_table(
            [
                {"行": str(one.row), "栏目": one.column, "说明": one.message}
                for one in report.faults[:SHOWN_FAULTS]
            ],
            alt="需要更正的内容一览。",
        )
        return
    st.session_state["scores_said"] = (
        f"已记录{report.sheets_written}份，未变动{report.sheets_unchanged}份，本轮尚有{len(report.incomplete)}份未齐。"
    )
    st.session_state["scores_number"] = number + 1
    st.rerun()


def missing_sheets() -> None:
    """Who has not scored whom."""
    section("评分未齐", "按党组织列出尚未交齐的评分单位")
    missing = [
        {
            "被巡察党组织": row.organization,
            "尚未交齐": "、".join(
                unit_label(unit, found.teams.get(row.inspection_id), found.rulebook) for unit in row.missing
            ),
        }
        for row in found.rows
        if row.missing and not row.exempted
    ]
    if missing:
        st.dataframe(
            pd.DataFrame(missing),
            hide_index=True,
            height="auto",
            placeholder="",
            key="missing",
        )
    elif found.sheets_expected:
        st.success("三家评分单位均已评分。")
    else:
        st.info("本轮还没有被巡察党组织。")


def acts() -> None:
    """登记督查组汇总 and 领导小组审议: each moves the round on and lifts the blindness."""
    section("登记进程", "登记督查组汇总后，市领导和督查组可以看到得分和名次")
    done = {act.act: act for act in found.round.acts}
    for act in (Act.AGGREGATED, Act.DELIBERATED):
        if act in done:
            st.caption(plain(f"{act.value}：{long_day(done[act].on_date)}　{done[act].basis}"))
    following = next((act for act in (Act.AGGREGATED, Act.DELIBERATED) if act not in done), None)
    if following is None:
        return
    with st.form("act", enter_to_submit=False):
        day = st.date_input(
            f"{following.value}日期", value=today, max_value=today, format="YYYY-MM-DD", key="act_day"
        )
        basis = st.text_input("依据（会议名称、文号等）", max_chars=500, key="act_basis")
        if st.form_submit_button(f"登记{following.value}", type="primary"):
            try:
                record_act(engine, account, chosen.id, following, on_date=day, basis=basis or "", today=today)
            except RefusedError as refusal:
                st.error(plain(str(refusal)))
            else:
                st.session_state["scores_said"] = f"已登记{following.value}。"
                st.rerun()


if words := st.session_state.pop("scores_said", None):
    st.success(words)
said()
left, right = st.columns([2.65, 1], gap="medium")  # the table of the left with 暂计 in full
with left:
    ranking(found, key="provisional")
    missing_sheets()
    picked = matrix(sheets)
    if picked:
        OfficeSheet(engine, account, sheets, picked).draw(shared.settings.uploads, today)
with right:
    if chosen.frozen:
        st.info("评估结果已经市委同意并冻结，不再录入评分。")
    else:
        sheets_in()
    acts()
footer(found)
