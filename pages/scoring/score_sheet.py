"""评估打分: a scoring unit fills in its own sheets, organisation by organisation (R8)."""

import pandas as pd
import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.exchange.score_sheets import unit_label
from xczg.rules.values import SheetState
from xczg.services.readings import list_rounds
from xczg.services.score_files import FilledWorkbook, OwnReport, import_own_scores, make_own_template
from xczg.services.score_readings import (
    SheetReading,
    SheetRow,
    read_scoring,
    read_sheet,
    read_side_by_side,
    read_versions,
)
from xczg.services.unit_of_work import RefusedError
from xczg.store.clock import today as present_day
from xczg.ui.forms import done, said
from xczg.ui.page import ORGANIZATION_KEY, choose, choose_round, head_style, no_rounds, section
from xczg.ui.sheet_form import SheetForm
from xczg.ui.sheet_grid import sheet_table
from xczg.ui.sheet_parts import (
    blind_sentence,
    counts_sentence,
    following,
    history,
    known_facts,
    my_list,
    side_by_side,
    state_words,
)
from xczg.ui.words import long_day, plain

account = require(UseCase.FILL_SHEET)
engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
    scoring = read_scoring(engine, account, chosen, today)
    rows = {row.organization: row for row in scoring.rows}
    first = next((row for row in scoring.rows if row.state is not SheetState.SUBMITTED), None)
    name = choose(
        "被巡察党组织",
        list(rows),
        ORGANIZATION_KEY,
        default=first.organization if first else next(iter(rows), None),
        label_visibility="collapsed",
        width=300,
    )
with title:
    st.title("评估打分", anchor=False)
    st.caption(plain(f"{chosen.name}：{counts_sentence(scoring)}。{blind_sentence(scoring)}"))
said()


def one_sheet(row: SheetRow, sheet: SheetReading) -> None:
    """The sheet of one organisation with what is known of it."""
    unit = unit_label(row.unit, row.team, scoring.rulebook)
    section("评分表", f"{unit}，{'、'.join(state_words(row))}")
    st.subheader(plain(row.organization), anchor=False)
    if row.recused:
        st.warning(plain(f"本单位对该党组织应当回避：{row.recused}。"))
    known_facts(scoring, row, sheet)
    after = following(scoring.rows, row.inspection_id)
    form = SheetForm(engine, account, sheet, after.organization if after else None)
    if chosen.frozen:
        st.info("评估结果已经市委同意并冻结，评分表不再改动。")
        sheet_table(sheet.criteria, sheet.lines, "sheet_locked")
    elif sheet.state is SheetState.AWAITING_CONFIRMATION:
        st.warning(
            "市委巡察办按纸质评分表代录了本单位的评分，未附扫描件。请核对后在下方确认，确认后计入评分。"
        )
        sheet_table(sheet.criteria, sheet.lines, "sheet_locked")
        form.answer()
        form.move_on()
    elif sheet.state is SheetState.SUBMITTED and not form.grid.waiting():
        total = sum(float(line.points) for line in sheet.lines.values())
        proxied = "由市委巡察办代录，" if sheet.proxy else ""
        st.success(f"已提交，{proxied}总分{total:.2f}分。如需修改，请联系市委巡察办退回。")
        sheet_table(sheet.criteria, sheet.lines, "sheet_locked")
        form.move_on()
    else:
        if sheet.returned_reason:
            st.warning(plain(f"评分表已退回修改。原因：{sheet.returned_reason}"))
        form.draw()


def more(row: SheetRow, sheet: SheetReading) -> None:
    """On demand: earlier versions, and once the round is open the other units' sheets."""
    if sheet.sheet_id and st.toggle("查看历次版本", key="sheet_versions"):
        found = read_versions(engine, account, row.inspection_id, row.unit, today)
        history(found, sheet.criteria, "sheet_version")
    if scoring.view.with_sheets and st.toggle("对照三家评分", key="sheet_side_by_side"):
        side_by_side(
            read_side_by_side(engine, account, row.inspection_id, today), sheet, scoring.rulebook, row.team
        )


def offline() -> None:
    """The unit's own template out, and its filled sheets in."""
    with st.expander("离线填写（Excel模板）"):
        st.caption("模板只含本单位尚未提交的评分表，已填写的草稿一并带出。填好后原样导入。")
        st.download_button(
            "下载本单位模板",
            data=lambda: make_own_template(engine, present(engine, account), chosen.id),
            file_name="评分表模板.xlsx",
            on_click="ignore",
            key="own_template",
            disabled=first is None or chosen.frozen,
        )
        number = st.session_state.get("own_number", 0)
        upload = st.file_uploader("填好的评分表（.xlsx）", key=f"own_file_{number}")
        way = st.radio("导入后", ("存为草稿", "直接提交"), key="own_way", horizontal=True)
        replace = st.checkbox("替换已有草稿", key="own_replace")
        if upload is None or not st.button("导入评分表", key="own_import", type="primary"):
            return
        filled = FilledWorkbook(upload.getvalue(), upload.name, way == "直接提交", replace)
        try:
            report = import_own_scores(engine, account, chosen.id, filled)
        except RefusedError as refusal:
            st.error(plain(str(refusal)))
            return
        if report.faults:
            faults(report)
            return
        st.session_state["own_number"] = number + 1
        verb = "提交" if filled.submit else "存为草稿"
        done(f"已导入{len(report.written)}份并{verb}，未变动{len(report.unchanged)}份。", "own_replace")


def faults(report: OwnReport) -> None:
    """What has to be mended in the file."""
    st.error(f"有{len(report.faults)}处需要更正，没有导入任何评分。")
    shown = [{"行": one.row, "栏目": one.column, "说明": one.message} for one in report.faults]
    st.dataframe(pd.DataFrame(shown), hide_index=True, placeholder="", key="own_faults")


if not rows:
    st.info("本单位在本轮没有应评分的党组织。分工由市委巡察办登记，有疑问请联系市委巡察办。")
else:
    current = rows[name or next(iter(rows))]
    left, right = st.columns([1, 2.7], gap="medium")
    with right:
        reading = read_sheet(engine, account, current.inspection_id)
        one_sheet(current, reading)
        more(current, reading)
    with left:
        my_list(scoring, current.inspection_id)
        if not chosen.frozen:
            offline()
st.caption(
    f"数据截至{long_day(today)}。口径：按评估细则逐项计分，满分100分，得分最多两位小数，扣分须写理由（R8）；"
    "整改完成情况为单位自报。"
)
