"""The matrix of organisations × contents: what is blank at a glance, and a click that opens it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import Cell, Coverage
from xczg.rules.values import ScoringUnit
from xczg.services.supervision_readings import SupervisionReading
from xczg.store.views.supervision import Supervised
from xczg.ui.page import ORGANIZATION_KEY
from xczg.ui.supervision_words import CONTENT_KEY

_TURN = "supervision_turn"
EXEMPT = "免于评估"
_ORGANIZATION, _BLANK = "被巡察党组织", "空白"
_SHORT = {ScoringUnit.DISCIPLINE: "纪", ScoringUnit.PERSONNEL: "组"}


def table_height(rows: int) -> int:
    """The height at which a table shows its header and so many rows, and nothing below them."""
    return 35 + 31 * rows


def words_of(unit: ScoringUnit, cell: Cell, *, both: bool) -> str:
    """空白, or with both units in one cell 纪：空白."""
    return f"{_SHORT[unit]}：{cell.word}" if both else cell.word


def supervision_matrix(
    found: SupervisionReading,
    shown: Sequence[Supervised],
    units: Sequence[ScoringUnit],
    *,
    height: int,
) -> None:
    """One row per organisation, one column per content; a click writes both into the address."""
    both = len(units) > 1
    rows = [_row(found, one, units, both=both) for one in shown]
    options, colors = _options(found.rulebook, units, both=both)
    config = st.column_config
    columns: dict[str, Any] = {
        content: config.MultiselectColumn(
            f"{number} {content}",
            help=content,
            options=options,
            color=colors,
            width=152 if both else 106,
        )
        for number, content in enumerate(found.contents, 1)
    }
    key = f"matrix_{st.session_state.get(_TURN, 0)}"
    st.dataframe(
        pd.DataFrame(rows),
        key=key,
        hide_index=True,
        height=min(height, table_height(len(rows))),
        on_select=partial(_open, key, [one.organization for one in shown], found.contents),
        selection_mode="single-cell",
        placeholder="",
        alt="各党组织各项评估内容的监督记录一览，点选一格可在下方查看和登记。",
        column_config={
            _ORGANIZATION: config.TextColumn(width=190, pinned=True),
            _BLANK: config.NumberColumn("空白（项）", width=66, format="%d"),
            **columns,
        },
    )


def _row(
    found: SupervisionReading, one: Supervised, units: Sequence[ScoringUnit], *, both: bool
) -> dict[str, Any]:
    if one.exempted:
        return {
            _ORGANIZATION: one.organization,
            _BLANK: None,
            **{content: [EXEMPT] for content in found.contents},
        }
    cells = found.cells
    blank = sum(
        cells[one.inspection_id, unit, content].coverage is Coverage.BLANK
        for unit in units
        for content in found.contents
    )
    return {
        _ORGANIZATION: one.organization,
        _BLANK: blank,
        **{
            content: [words_of(unit, cells[one.inspection_id, unit, content], both=both) for unit in units]
            for content in found.contents
        },
    }


def _options(rulebook: Rulebook, units: Sequence[ScoringUnit], *, both: bool) -> tuple[list[str], list[str]]:
    """Every word a cell may hold with its colour: blank is red, the better half of judgements green."""
    judgements = rulebook.contents.judgements.value
    half = (len(judgements) + 1) // 2
    pairs = {
        Coverage.BLANK.value: "red",
        Coverage.RECORDED.value: "blue",
        Coverage.NOT_REQUIRED.value: "gray",
        **{word: "green" if place < half else "orange" for place, word in enumerate(judgements)},
    }
    prefixes = [f"{_SHORT[unit]}：" for unit in units] if both else [""]
    named = {f"{prefix}{word}": color for prefix in prefixes for word, color in pairs.items()}
    named[EXEMPT] = "gray"
    return list(named), list(named.values())


def _open(key: str, organizations: Sequence[str], contents: Sequence[str]) -> None:
    cells = st.session_state[key]["selection"]["cells"]
    if not cells:
        return
    row, column = cells[0]
    if row < len(organizations):
        st.query_params[ORGANIZATION_KEY] = organizations[row]
    if column in contents:
        st.query_params[CONTENT_KEY] = column


def go_to(organization: str) -> None:
    """Open another organisation; the content stays, and no cell is marked that is not the open one."""
    st.query_params[ORGANIZATION_KEY] = organization
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def stepper(names: Sequence[str], current: str | None) -> None:
    """上一个党组织 and 下一个党组织, in the order of the list."""
    place = names.index(current) if current in names else -1
    before = names[place - 1] if place > 0 else None
    after = names[place + 1] if place + 1 < len(names) else None
    for label, target in (("上一个党组织", before), ("下一个党组织", after)):
        st.button(
            label,
            key=f"step_{label}",
            disabled=target is None,
            on_click=go_to,
            args=(target or "",),
        )
