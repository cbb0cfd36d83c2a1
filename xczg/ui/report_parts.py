"""The result report on screen: its standing, its texts to read or to write, and the acts on it (R4)."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.supervision_draft import LONGEST
from xczg.rules.values import ReportState
from xczg.services.supervision_exports import unit_name
from xczg.services.supervision_readings import ReportReading, SupervisionReading
from xczg.services.supervision_reports import (
    redraft_report,
    return_report,
    save_overall,
    save_section,
    submit_report,
)
from xczg.services.unit_of_work import StaleError
from xczg.store.views.supervision import SectionRow
from xczg.ui.forms import attempt, done
from xczg.ui.supervision_matrix import stepper, table_height
from xczg.ui.words import long_day, plain

_CONFLICT = "report_conflict"
STATE_COLORS = {
    ReportState.NOT_SUBMITTED: "gray",
    ReportState.SUBMITTED: "green",
    ReportState.RETURNED: "orange",
    ReportState.OVERDUE: "red",
}


def standings_table(found: SupervisionReading) -> None:
    """Each report of the round: state, dates, lateness, and what is still blank."""
    rows = [
        {
            "报告单位": unit_name(unit, found.rulebook),
            "状态": [standing.state.value],
            "期限": long_day(standing.due),
            "最近报送": long_day(standing.submitted_on) if standing.submitted_on else "",
            "是否逾期": f"逾期{standing.days_late}天" if standing.days_late else "未逾期",
            "空白": len(found.blanks(unit)) if unit else len(found.blanks(*found.tasks)),
        }
        for unit, standing in found.standings.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="standings",
        hide_index=True,
        height=table_height(len(rows)),
        placeholder="",
        alt="各单位日常监督评估结果报告的报送情况。",
        column_config={
            "状态": st.column_config.MultiselectColumn(
                options=[state.value for state in STATE_COLORS], color=list(STATE_COLORS.values()), width=110
            ),
            "是否逾期": st.column_config.TextColumn(help="按首次报送的日期计算；尚未报送的计至今日。"),
            "空白": st.column_config.NumberColumn("尚未登记的评估内容（项）", format="%d"),
        },
    )


class Writer:
    """The own draft on one run of the page."""

    def __init__(self, engine: Engine, actor: Actor, report: ReportReading, today: date) -> None:
        assert report.chosen is not None
        self.unsaved = False
        self.engine, self.actor, self.report, self.today = engine, actor, report, today
        self.id, self.row = report.chosen.id, report.chosen

    def texts(self, name: str | None) -> None:
        """The opening, and the section of one organisation, each saved by itself."""
        report = self.report
        self._text(
            "一、总体情况",
            "overall",
            (report.overall, self.row.row_version),
            lambda version, text: save_overall(self.engine, self.actor, self.id, version, text),
            height=130,
        )
        section = next((one for one in report.sections if one.organization == name), None)
        st.markdown("**二、各党组织情况**")
        with st.container(horizontal=True, vertical_alignment="center", key="section_steps"):
            names = [one.organization for one in report.sections]
            stepper(names, name)
            if name in names:
                st.caption(f"第{names.index(name) + 1}个，共{len(names)}个")
        if section is None:
            st.caption("请在上方选择党组织，修改该党组织的分节。")
            return
        self._section(section)

    def _section(self, section: SectionRow) -> None:
        self._text(
            section.organization,
            f"section_{section.inspection_id}",
            (section.text, section.version),
            lambda version, text: save_section(
                self.engine, self.actor, self.id, section.inspection_id, version, text
            ),
            height=300,
        )

    def _text(
        self,
        label: str,
        name: str,
        stored: tuple[str, int],
        save: Callable[[int, str], None],
        *,
        height: int,
    ) -> None:
        """One text. The field keeps the version it was first drawn with; a newer stored one is a conflict."""
        key = f"field_report_{self.id}_{name}"
        drawn = f"{key}_version"
        if key not in st.session_state:
            st.session_state[key], st.session_state[drawn] = stored
        elif st.session_state[key] == stored[0]:
            st.session_state[drawn] = stored[1]
        typed = st.text_area(plain(label), key=key, max_chars=LONGEST, height=height)
        version = st.session_state.get(drawn, stored[1])
        changed = typed != stored[0]
        self.unsaved = self.unsaved or changed
        if st.button("保存", key=f"save_{name}"):
            self._save(name, version, typed, save, label)
        if changed and st.session_state.get(_CONFLICT) == (self.id, name):
            self._settle(key, stored, typed, name, save, label)

    def _save(
        self, name: str, version: int, typed: str, save: Callable[[int, str], None], label: str
    ) -> None:
        key = f"field_report_{self.id}_{name}"

        def act() -> None:
            try:
                save(version, typed)
            except StaleError:
                st.session_state[_CONFLICT] = (self.id, name)
                raise

        if attempt(act):
            st.session_state.pop(_CONFLICT, None)
            done(f"已保存“{label}”。", key, f"{key}_version")

    def _settle(
        self,
        key: str,
        stored: tuple[str, int],
        typed: str,
        name: str,
        save: Callable[[int, str], None],
        label: str,
    ) -> None:
        """The stored text beside the typed one; the person chooses."""
        st.caption("他人已保存的版本：")
        st.markdown(plain(stored[0]).replace("\n", "  \n"))
        with st.container(horizontal=True):
            if st.button("以我填写的为准", key=f"mine_{name}"):
                self._save(name, stored[1], typed, save, label)
            st.button("采用他人保存的", key=f"theirs_{name}", on_click=_take_stored, args=(key, stored))

    def acts(self, blanks: Sequence[tuple[str, int]], period_end: date) -> None:
        """Submitting and drafting anew, after `texts`; each asks once and names what it touches."""
        report, count = self.report, len(self.report.sections)
        with st.container(border=True):
            st.markdown("**报送**")
            if report.blanks:
                names = "、".join(f"{name}{number}项" for name, number in blanks[:5])
                more = f"等{len(blanks)}个党组织" if len(blanks) > 5 else ""
                st.caption(plain(f"尚有{report.blanks}项评估内容空白：{names}{more}。"))
            else:
                st.caption("任务清单所列评估内容均已登记。")
            if self.unsaved:
                st.warning("有尚未保存的修改，请先保存，再报送或重新起草。")
            if self.today <= period_end:
                st.caption(f"集中整改期至{long_day(period_end)}，尚未结束。")
            with st.popover("报送结果报告", type="primary", disabled=self.unsaved):
                blank = f"仍有{report.blanks}项评估内容空白，" if report.blanks else ""
                st.markdown(f"{blank}报送后，本报告和本单位的监督记录即锁定，须由市委巡察办退回才能再改。")
                label = f"确认有{report.blanks}项空白，仍然报送" if report.blanks else "确认报送"
                if st.button(label, type="primary", key="submit") and attempt(self._submit):
                    done("结果报告已报送市委巡察办。", "field_report_*")
        with st.container(border=True):
            st.markdown("**重新起草**")
            st.caption("生成草稿以后又登记了监督记录的，可按现有记录重新起草。")
            with st.popover("按监督记录重新起草", disabled=self.unsaved):
                st.markdown(f"将用现有监督记录重写总体情况和全部{count}个党组织的分节，已作的修改会被替换。")
                if st.button("确认重新起草", key="redraft") and attempt(
                    lambda: redraft_report(self.engine, self.actor, self.id, report.edition)
                ):
                    done("已按监督记录重新起草。", "field_report_*")

    def _submit(self) -> None:
        submit_report(
            self.engine,
            self.actor,
            self.id,
            self.report.edition,
            blanks_confirmed=self.report.blanks,
            today=self.today,
        )


def _take_stored(key: str, stored: tuple[str, int]) -> None:
    st.session_state[key], st.session_state[f"{key}_version"] = stored
    st.session_state.pop(_CONFLICT, None)


def reading_texts(report: ReportReading, name: str | None) -> None:
    """The report as it was submitted: the opening, and one organisation or all of them."""
    st.markdown("**一、总体情况**")
    _paragraphs(report.overall)
    st.markdown("**二、各党组织情况**")
    names = [one.organization for one in report.sections]
    with st.container(horizontal=True, vertical_alignment="center", key="section_steps"):
        stepper(names, name)
    for section in report.sections:
        if name in (None, section.organization):
            with st.expander(plain(section.organization), expanded=name is not None):
                _paragraphs(section.text)


def _paragraphs(text: str) -> None:
    st.markdown("  \n".join(plain(line) for line in text.splitlines()) or "（无内容）")


def return_form(engine: Engine, actor: Actor, report_id: int, label: str) -> None:
    """The office returns a submitted report, with a reason."""
    with st.container(border=True):
        st.markdown("**退回修改**")
        st.caption(plain(f"退回{label}的结果报告后，该单位可以修改监督记录和报告，重新报送为新的一版。"))
        key = f"field_return_{report_id}"
        reason = st.text_area("退回原因", key=key, max_chars=1000, height=100)
        with st.popover("退回"):
            st.markdown(plain(f"将退回{label}的结果报告。"))
            if st.button("确认退回", key="return_report", type="primary") and attempt(
                lambda: return_report(engine, actor, report_id, reason=reason or "")
            ):
                done("已退回，原版保留，新版草稿已为该单位准备好。", key)


def version_words(found: Any) -> str:
    """第2版（已报送）, as the list of versions names it."""
    return f"第{found.version}版（{found.state.value if found.state else '草稿'}）"
