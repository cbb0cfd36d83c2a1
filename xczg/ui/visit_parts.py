"""The parts of the page 实地督导: the grid of findings, with what each party says side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.values import VisitOutcome
from xczg.services.assessment_readings import VisitReading
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.services.visits import CheckForm, CheckLine, record_checks
from xczg.store.views.assessment import CheckedFinding, VisitRow, going
from xczg.ui.assessment_parts import visit_days
from xczg.ui.forms import done, uploaded
from xczg.ui.page import section
from xczg.ui.words import long_day, plain

DAY = "YYYY-MM-DD"
OUTCOMES = [outcome.value for outcome in VisitOutcome]
Typed = dict[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid of one visit and what it keeps between runs.

    The findings stay as they were first drawn, so that what somebody else records meanwhile is told as
    two versions instead of appearing under the hands. What was typed is kept beside the editor, whose own
    state cannot be given back after a sign-in that ran out.
    """

    visit: VisitRow

    @property
    def key(self) -> str:
        """The key of the editor."""
        return f"checks_{self.visit.id}"

    @property
    def typed_key(self) -> str:
        """The key of what was typed; it outlives an expired sign-in."""
        return f"field_checks_{self.visit.id}_typed"

    @property
    def drawn(self) -> tuple[CheckedFinding, ...]:
        """The findings as they were first drawn."""
        found: tuple[CheckedFinding, ...] = st.session_state[f"{self.key}_drawn"]
        return found

    @property
    def seen(self) -> dict[int, int | None]:
        """The current check of each finding that the person has seen."""
        found: dict[int, int | None] = st.session_state[f"{self.key}_seen"]
        return found

    @property
    def files(self) -> int:
        """How often files were saved; part of the key of the uploader."""
        return int(st.session_state.get(f"{self.key}_files", 0))

    @property
    def forget(self) -> tuple[str, ...]:
        """What is forgotten after saving."""
        kept = (self.key, f"{self.key}_drawn", f"{self.key}_seen", f"{self.key}_base", self.typed_key)
        return (*kept, f"field_check_day_{self.visit.id}", f"field_check_members_{self.visit.id}")

    def begin(self, findings: tuple[CheckedFinding, ...]) -> None:
        """Draw the grid afresh where the editor has no state: the first time, or back from elsewhere."""
        if self.key in st.session_state and f"{self.key}_drawn" in st.session_state:
            return
        st.session_state[f"{self.key}_drawn"] = findings
        st.session_state[f"{self.key}_seen"] = {one.id: one.check_id for one in findings}
        st.session_state[f"{self.key}_base"] = dict(st.session_state.get(self.typed_key, {}))

    def frame(self) -> pd.DataFrame:
        """The table under the editor."""
        base: Typed = st.session_state[f"{self.key}_base"]
        rows = []
        for one in self.drawn:
            outcome, basis = base.get(one.id, _stored(one))
            rows.append(
                {
                    "序号": one.serial,
                    "反馈问题": one.text,
                    "单位自报": one.status.value,
                    "审核认定": "已销号" if one.closed_out_on else "",
                    "核实结论": outcome or None,
                    "核实依据": basis,
                    "整改成效（自报）": one.outcome_text,
                }
            )
        return pd.DataFrame(rows)


def _stored(one: CheckedFinding) -> tuple[str, str]:
    return (one.outcome.value if one.outcome else "", one.basis or "")


def which_visit(begun: Sequence[VisitRow], today: date) -> VisitRow:
    """The visit that is recorded: the last one begun, unless another is chosen."""
    if len(begun) == 1:
        return begun[0]
    by_id = {one.id: one for one in begun}
    chosen = st.selectbox(
        "哪一次实地督导",
        list(by_id),
        index=len(begun) - 1,
        format_func=lambda one: visit_days(by_id[one], today),
        key=f"which_visit_{begun[0].inspection_id}",
    )
    return by_id[chosen]


def check_grid(
    engine: Engine, actor: Actor, found: VisitReading, visit: VisitRow, uploads: Path, today: date
) -> None:
    """Recording what the visit found: one grid, one button, one transaction."""
    section("督查核实", f"已核实{found.checked}/{len(found.findings)}个；逐项选择结论、填写依据后一并保存")
    grid = Grid(visit)
    grid.begin(found.findings)
    group = found.groups.get(visit.group_id)
    there = [one.name for one in going(group, visit.member_ids, found.kept_away)] if group else []
    names = "、".join([*there, *(one.substitute for one in found.kept_away.values())])
    left, right = st.columns([1, 3])
    day = left.date_input(
        "核实日期",
        value=max(visit.from_date, min(visit.until_date, today)),
        min_value=visit.from_date,
        max_value=today,
        format=DAY,
        key=f"field_check_day_{visit.id}",
    )
    members = right.text_input("核实人员", value=names, max_chars=300, key=f"field_check_members_{visit.id}")
    changed = _changed(grid, _editor(grid))
    st.session_state[grid.typed_key] = changed
    below = st.container()
    with st.expander("附佐证材料（可不附）"):
        files = uploaded("现场核实材料", f"check_files_{visit.id}_{grid.files}")
    label = f"保存核实结论（{len(changed)}项）" if changed else "保存核实结论"
    if below.button(label, type="primary", key="save_checks", disabled=not changed and not files):
        lines = _lines(grid, changed)
        if lines is not None:
            with below:
                _save(
                    engine,
                    actor,
                    grid,
                    CheckForm(visit.id, day, lines, members or "", files),
                    uploads=uploads,
                    today=today,
                )


def _editor(grid: Grid) -> pd.DataFrame:
    frame = grid.frame()
    fixed = [name for name in frame.columns if name not in ("核实结论", "核实依据")]
    edited: pd.DataFrame = st.data_editor(
        frame,
        key=grid.key,
        hide_index=True,
        num_rows="fixed",
        height=min(400, 38 + 35 * len(frame)),
        disabled=fixed,
        placeholder="",
        column_config={
            "序号": st.column_config.TextColumn(width=46),
            "反馈问题": st.column_config.TextColumn(width=330),
            "单位自报": st.column_config.TextColumn(width=76),
            "审核认定": st.column_config.TextColumn(width=76),
            "核实结论": st.column_config.SelectboxColumn(options=OUTCOMES, width=110),
            "核实依据": st.column_config.TextColumn(max_chars=1000, width=300),
            "整改成效（自报）": st.column_config.TextColumn(width=260),
        },
    )
    return edited


def _changed(grid: Grid, edited: pd.DataFrame) -> Typed:
    """What differs from the record as it was drawn, by finding."""
    changed: Typed = {}
    for one, outcome, basis in zip(grid.drawn, edited["核实结论"], edited["核实依据"], strict=True):
        now = (_text(outcome), _text(basis))
        if now != _stored(one):
            changed[one.id] = now
    return changed


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  NaN


def _lines(grid: Grid, changed: Mapping[int, tuple[str, str]]) -> list[CheckLine] | None:
    """The lines to record; None where one is incomplete, which is told."""
    lines, faults = [], []
    by_id = {one.id: (place, one) for place, one in enumerate(grid.drawn, 1)}
    for key, (outcome, basis) in changed.items():
        place, one = by_id[key]
        name = f"第{one.serial or place}项"
        if not outcome:
            faults.append(f"{name}请选择核实结论" + ("（已有结论只能更正，不能清空）" if one.outcome else ""))
        elif not basis:
            faults.append(f"{name}请填写核实依据")
        else:
            lines.append(CheckLine(key, VisitOutcome(outcome), basis, grid.seen[key]))
    if faults:
        st.error(plain("；".join(faults) + "。尚未保存，已填内容保留。"))
        return None
    return lines


def _save(engine: Engine, actor: Actor, grid: Grid, form: CheckForm, *, uploads: Path, today: date) -> None:
    try:
        count = record_checks(engine, actor, form, uploads=uploads, today=today)
    except StaleError as stale:
        _both_versions(grid, form, stale.stored)
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
    else:
        files = f"，附件{len(form.files)}个" if form.files else ""
        st.session_state[f"{grid.key}_files"] = grid.files + 1  # an uploader is emptied by being another one
        done(f"已保存{count}项核实结论{files}。", *grid.forget)


def _both_versions(grid: Grid, form: CheckForm, stored: Any) -> None:
    mine = next(line for line in form.lines if line.finding_id == stored.finding_id)
    place, one = next((n, one) for n, one in enumerate(grid.drawn, 1) if one.id == stored.finding_id)
    st.error(plain(f"第{one.serial or place}项在您填写期间已由他人核实，尚未保存您填写的内容。请选择："))
    left, right = st.columns(2)
    left.caption(plain(f"您填写的：{mine.outcome.value}。{mine.basis}"))
    left.button(
        "以我填写的为准，再保存一次",
        key=f"mine_{stored.finding_id}",
        on_click=lambda: grid.seen.update({stored.finding_id: stored.id}),
    )
    right.caption(plain(f"他人保存的：{stored.outcome.value}。{stored.basis}（{long_day(stored.on_date)}）"))
    right.button(
        "采用他人保存的",
        key=f"theirs_{stored.finding_id}",
        on_click=_take_theirs,
        args=(grid, stored.finding_id),
    )


def _take_theirs(grid: Grid, finding_id: int) -> None:
    """Drop one's own line and draw the grid afresh from the record; the other lines stay."""
    typed: Typed = dict(st.session_state.get(grid.typed_key, {}))
    typed.pop(finding_id, None)
    st.session_state[grid.typed_key] = typed
    for one in (grid.key, f"{grid.key}_drawn"):
        st.session_state.pop(one, None)


def checks_table(found: VisitReading) -> None:
    """The outcomes for reading only."""
    if not found.checked:
        return
    section("督查核实", f"已核实{found.checked}/{len(found.findings)}个")
    rows = [
        {
            "序号": one.serial,
            "反馈问题": one.text,
            "单位自报": one.status.value,
            "审核认定": "已销号" if one.closed_out_on else "",
            "核实结论": one.outcome.value if one.outcome else "",
            "核实依据": one.basis or "",
            "核实日期": long_day(one.on_date) if one.on_date else "",
            "核实人员": one.members or "",
        }
        for one in found.findings
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(560, 38 + 35 * len(rows)),
        placeholder="",
        key="checks_table",
        alt="各反馈问题的督查核实结论。",
        column_config={"反馈问题": st.column_config.TextColumn(width=330)},
    )
