"""The grid of a score sheet: typed by keyboard, its total growing, nothing typed lost on the way.

What is typed and not saved yet lies in the session under a name of the person and the sheet: it outlives a
look at another page and a sign-in that ran out, and is never shown to somebody else in the same browser.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from xczg.rules.rulebook import Criterion
from xczg.rules.sheets import SheetCheck, TypedLine, check_sheet
from xczg.services.score_writing import Seen

_COLUMNS = ["细则编号", "细则", "满分", "得分", "扣分理由"]


@dataclass(frozen=True, slots=True)
class Typing:
    """What stands in the grid, which versions it began from, and whether it differs from them."""

    seen: Seen
    lines: Mapping[str, TypedLine]
    changed: bool
    check: SheetCheck


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet's grid; `place` names person and sheet."""

    place: str
    criteria: tuple[Criterion, ...]

    @property
    def typed_key(self) -> str:
        """Where unsaved lines lie."""
        return f"field_sheet_{self.place}"

    @property
    def base_key(self) -> str:
        """Where the lines lie that the editor on screen began with."""
        return f"xczg_sheet_base_{self.place}"

    @property
    def number_key(self) -> str:
        """How often the editor was begun anew."""
        return f"xczg_sheet_number_{self.place}"

    @property
    def key(self) -> str:
        """The editor's own key."""
        return f"sheet_grid_{self.place}_{st.session_state.get(self.number_key, 0)}"

    def waiting(self) -> tuple[Seen, dict[str, TypedLine]] | None:
        """Unsaved lines with the versions they began from."""
        waiting: tuple[Seen, dict[str, TypedLine]] | None = st.session_state.get(self.typed_key)
        return waiting

    def draw(self, stored: Mapping[str, TypedLine], seen: Seen) -> Typing:
        """The editor, begun from what is stored unless something typed waits."""
        state, stored = st.session_state, self._whole(stored)
        waiting = self.waiting()
        if waiting is None and self.base_key in state and state[self.base_key][0] != seen:
            self.forget()  # a colleague saved, and nothing was typed here
        if self.key not in state or self.base_key not in state:
            state[self.base_key] = waiting or (seen, stored)
        began, base = state[self.base_key]
        lines = self._edit(base)
        changed = lines != stored
        if changed:
            state[self.typed_key] = (began, lines)
        else:
            state.pop(self.typed_key, None)
        return Typing(began, lines, changed, check_sheet(self.criteria, lines))

    def forget(self) -> None:
        """Begin anew from what is stored."""
        state = st.session_state
        state.pop(self.typed_key, None)
        state.pop(self.base_key, None)
        state[self.number_key] = state.get(self.number_key, 0) + 1

    def rebase(self, seen: Seen) -> None:
        """Keep what was typed, as an answer to the versions there are now."""
        waiting = self.waiting()
        self.forget()
        if waiting is not None:
            st.session_state[self.typed_key] = (seen, waiting[1])

    def _whole(self, lines: Mapping[str, TypedLine]) -> dict[str, TypedLine]:
        return {one.number: lines.get(one.number, TypedLine()) for one in self.criteria}

    def _edit(self, base: Mapping[str, TypedLine]) -> dict[str, TypedLine]:
        edited = st.data_editor(
            _frame(self.criteria, base),
            key=self.key,
            hide_index=True,
            height="content",
            disabled=_COLUMNS[:3],
            placeholder="",
            column_config=_columns(),
        )
        rows = edited.to_dict("records")
        return {row["细则编号"]: TypedLine(_text(row["得分"]), _text(row["扣分理由"])) for row in rows}


def sheet_table(criteria: Sequence[Criterion], lines: Mapping[str, TypedLine], key: str) -> None:
    """A sheet that is locked."""
    st.dataframe(
        _frame(criteria, lines),
        key=key,
        hide_index=True,
        height="content",
        placeholder="",
        column_config=_columns(),
    )


def _frame(criteria: Sequence[Criterion], lines: Mapping[str, TypedLine]) -> pd.DataFrame:
    rows = [
        [one.number, one.text, float(one.points), line.points, line.reason]
        for one in criteria
        for line in [lines.get(one.number, TypedLine())]
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "细则编号": config.TextColumn("编号", width=46),
        "细则": config.TextColumn(width=400),
        "满分": config.NumberColumn(format="%g", width=46),
        # Text, so that what is typed arrives as it was typed, full-width digits and all.
        "得分": config.TextColumn(width=64, alignment="right", max_chars=20),
        "扣分理由": config.TextColumn(width=260, max_chars=1000),
    }


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
