"""The office's part of 得分汇总: where every sheet stands, returning one, recording a paper sheet."""

from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.exchange.score_sheets import unit_label
from xczg.rules.rulebook import Rulebook
from xczg.rules.sheets import TRANSITIONS, SheetEvent
from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.score_readings import Scoring, SheetRow, read_versions
from xczg.services.score_review import PaperSheet, record_proxy, return_sheet
from xczg.services.score_writing import Seen
from xczg.ui.forms import attempt, done, uploaded
from xczg.ui.page import section
from xczg.ui.sheet_grid import Grid
from xczg.ui.sheet_parts import history, state_column, state_words
from xczg.ui.words import plain

ALL = "全部"


def matrix(scoring: Scoring) -> SheetRow | None:
    """Organisations × units as states, the ones not in yet on demand; returns the sheet chosen below it."""
    rulebook = scoring.rulebook
    section("评分表办理情况", f"已交{scoring.submitted}/{scoring.expected}份；不显示分数")
    names = list(dict.fromkeys(row.organization for row in scoring.rows))
    if not names:
        return None
    by_place = {(row.organization, row.unit): row for row in scoring.rows}
    units = rulebook.units.names.value
    table = [
        {
            "被巡察党组织": name,
            **{units[unit]: state_words(by_place[name, unit]) for unit in rulebook.units.weight_order.value},
        }
        for name in sorted(names, key=lambda one: (all(by_place[one, u].done for u in ScoringUnit), one))
    ]
    st.dataframe(
        pd.DataFrame(table),
        key="sheet_matrix",
        hide_index=True,
        height=280 if len(table) > 7 else "content",
        placeholder="",
        alt="各党组织三家评分单位的评分表办理情况，未齐的在前。",
        column_config={
            "被巡察党组织": st.column_config.TextColumn(width=210),
            **{units[unit]: state_column(units[unit], 130) for unit in units},
        },
    )
    left, right = st.columns(2)
    name = left.selectbox("办理哪个党组织的评分表", names, index=None, key="sheet_of", placeholder="请选择")
    unit = right.selectbox(
        "评分单位",
        list(rulebook.units.weight_order.value),
        index=None,
        format_func=lambda one: units[one],
        key="sheet_unit",
        placeholder="请选择",
    )
    return by_place.get((name, unit)) if name and unit else None


class OfficeSheet:
    """What the office may do with one sheet in the state it is in."""

    def __init__(self, engine: Engine, actor: Actor, scoring: Scoring, row: SheetRow) -> None:
        self.engine, self.actor, self.scoring, self.row = engine, actor, scoring, row
        self.label = f"{row.organization}·{unit_label(row.unit, row.team, scoring.rulebook)}"

    def draw(self, uploads: Path, today: date) -> None:
        """Versions, return and proxy entry, whichever there are."""
        row = self.row
        section("办理评分表", "")
        st.markdown(f"**{plain(self.label)}**　{'、'.join(state_words(row))}")
        if row.recused:
            st.warning(plain(f"该评分单位应当回避：{row.recused}。"))
        if row.sheet is not None:
            found = read_versions(self.engine, self.actor, row.inspection_id, row.unit, today)
            history(found, self.scoring.rulebook.criteria.value, "office_version")
        if self.scoring.round.frozen:
            return
        if (row.state, SheetEvent.RETURN) in TRANSITIONS:
            self._return()
        if (row.state, SheetEvent.PROXY) in TRANSITIONS:
            self._proxy(self.scoring.rulebook, uploads)

    def _return(self) -> None:
        assert self.row.sheet is not None
        number = self.row.sheet.id
        with st.form(f"return_{number}", enter_to_submit=False, border=False):
            reason = st.text_input("退回原因", key=f"field_return_{number}", max_chars=1000)
            sent = st.form_submit_button("退回修改")
        if sent and attempt(lambda: return_sheet(self.engine, self.actor, number, reason or "")):
            done(f"已退回{self.label}的评分表，重新提交前不计入评分。", f"field_return_{number}")

    def _proxy(self, rulebook: Rulebook, uploads: Path) -> None:
        row = self.row
        place = f"{self.actor.username}_proxy_{row.inspection_id}_{row.unit.value}"
        st.caption(
            "按签字的纸质评分表代录：附扫描件的当即计入评分；未附的待评分单位确认后计入。代录的评分均注明“代录”。"
        )
        seen = Seen(row.sheet.version if row.sheet else 0, row.draft.version if row.draft else 0)
        grid = Grid(place, rulebook.criteria.value)
        if (waiting := grid.waiting()) is not None and waiting[0] != seen:
            st.warning("在您填写期间，评分单位保存或提交了这份评分表。您填写的内容仍在，请核对状态后继续。")
            grid.rebase(seen)
        typing = grid.draw({}, seen)
        st.markdown(f"**总分{typing.check.total:.2f}分**".replace(".", "\\."))
        scans = uploaded("签字评分表扫描件", f"proxy_scan_{place}_{st.session_state.get(grid.number_key, 0)}")
        paper = PaperSheet(row.inspection_id, row.unit, typing.lines, scans)
        if not st.button(
            f"代录{'（附扫描件）' if scans else '（待单位确认）'}", key="proxy_save", type="primary"
        ):
            return
        kept: list[SheetState] = []
        if attempt(
            lambda: kept.append(record_proxy(self.engine, self.actor, paper, typing.seen, uploads=uploads))
        ):
            grid.forget()
            done(f"已代录{self.label}的评分表，现为“{kept[0].value}”。")
