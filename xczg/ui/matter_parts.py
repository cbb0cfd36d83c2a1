"""The parts of 移交事项: counts per organisation and kind, the numbers of one, the forms to enter them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from xczg.access.permissions import Actor
from xczg.access.runtime import runtime
from xczg.rules.values import NamedMatterKind
from xczg.services.matters import (
    Numbers,
    correct_matter,
    handle_matters,
    record_matters,
    recordable,
    remove_matter,
)
from xczg.store.clock import today as present_day
from xczg.store.tables import NamedMatter
from xczg.store.views.matters import MatterCount
from xczg.ui.acting import perform, refuse
from xczg.ui.flow_lists import table_height
from xczg.ui.words import long_day, plain


def by_organization(counts: Sequence[MatterCount]) -> dict[int, list[MatterCount]]:
    """The counts of each inspection, in the order they came."""
    found: dict[int, list[MatterCount]] = {}
    for count in counts:
        found.setdefault(count.inspection_id, []).append(count)
    return found


def counts_table(rows: Sequence[list[MatterCount]]) -> int | None:
    """Handled and total per kind; returns the place of the selected organisation."""
    cells = []
    for row in rows:
        known = {count.kind: count for count in row}
        cells.append(
            {"被巡察党组织": row[0].organization}
            | {kind.value: _fraction(known.get(kind)) for kind in NamedMatterKind}
            | {"未办结": sum(count.total - count.handled for count in row)}
        )
    chosen = st.dataframe(
        pd.DataFrame(cells),
        key="matters",
        hide_index=True,
        height=table_height(len(rows)),
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt="各党组织移交事项的件数和办结情况，选中一行可在下方登记。",
        column_config={
            "被巡察党组织": st.column_config.TextColumn(width=330),
            "未办结": st.column_config.NumberColumn("未办结（件）", width=92),
            **{
                kind.value: st.column_config.TextColumn(kind.value, alignment="right", width=100)
                for kind in NamedMatterKind
            },
        },
    )
    picked = [place for place in chosen["selection"]["rows"] if place < len(rows)]
    return picked[0] if picked else None


def _fraction(count: MatterCount | None) -> str:
    return f"{count.handled}/{count.total}" if count and count.total else "—"


def numbers_table(matters: Sequence[NamedMatter]) -> int | None:
    """The numbers of one organisation; returns the place of the selected one."""
    cells = [
        {
            "类别": one.kind.value,
            "编号": one.number,
            "移交日期": long_day(one.on_date),
            "办理情况": f"{long_day(one.handled_on)}办结" if one.handled_on else "未办结",
        }
        for one in matters
    ]
    chosen = st.dataframe(
        pd.DataFrame(cells),
        key="matter_numbers",
        hide_index=True,
        height=table_height(len(matters)),
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt="移交事项的编号、日期和办理情况。",
    )
    picked = [place for place in chosen["selection"]["rows"] if place < len(matters)]
    return picked[0] if picked else None


def enter(account: Actor, inspection_id: int, organization: str) -> None:
    """Entering a run of numbers, or that it is handled."""
    kinds = recordable(account)
    usual = kinds.index(NamedMatterKind.LEAD) if NamedMatterKind.LEAD in kinds else 0
    key = str(inspection_id)
    with st.form(f"matters_{key}", enter_to_submit=False):
        st.selectbox(
            "类别", kinds, format_func=lambda kind: kind.value, key=f"field_matter_kind_{key}", index=usual
        )
        first, last = st.columns(2)
        first.number_input("从（号）", min_value=1, value=1, step=1, key=f"field_matter_first_{key}")
        last.number_input("到（号）", min_value=1, value=1, step=1, key=f"field_matter_last_{key}")
        today = present_day()
        st.date_input(
            "日期（新登记的填移交日期，登记办结的填办结日期）",
            value=today,
            max_value=today,
            format="YYYY-MM-DD",
            key=f"field_matter_day_{key}",
        )
        with st.container(horizontal=True):
            for label, handled in (("登记编号", False), ("登记办结", True)):
                st.form_submit_button(
                    label,
                    type="secondary" if handled else "primary",
                    key=f"matter_{handled}_{key}",
                    on_click=_send,
                    args=(account, inspection_id, organization, handled),
                )


def _send(account: Actor, inspection_id: int, organization: str, handled: bool) -> None:
    """Callback."""
    state, engine, today, key = st.session_state, runtime().engine, present_day(), str(inspection_id)
    names = ("kind", "first", "last", "day")
    kind, first, last, day = (state.get(f"field_matter_{name}_{key}") for name in names)
    if kind is None or first is None or last is None or day is None:
        refuse("请填写类别、编号和日期。")
        return
    numbers = Numbers(kind, int(first), int(last))

    def act(who: Actor) -> int:
        if handled:
            return handle_matters(engine, who, inspection_id, numbers, handled_on=day, today=today)
        return record_matters(engine, who, inspection_id, numbers, on_date=day, today=today)

    what = "登记办结" if handled else "登记"
    perform(account, act, f"已{what}{organization}{kind.value}{numbers}。")


def correct(account: Actor, one: NamedMatter) -> None:
    """Putting one matter right, or taking it out."""
    what = f"{one.kind.value}第{one.number}号"
    with st.form(f"matter_correct_{one.id}", enter_to_submit=False):
        st.caption(f"更正{what}")
        today = present_day()
        day, done = f"field_matter_on_{one.id}", f"field_matter_handled_{one.id}"
        dates: dict[str, Any] = {"max_value": today, "format": "YYYY-MM-DD"}
        st.date_input("移交日期", value=one.on_date, key=day, **dates)
        st.date_input("办结日期（未办结的留空）", value=one.handled_on, key=done, **dates)
        st.form_submit_button(
            "保存更正", key=f"matter_save_{one.id}", on_click=_send_correction, args=(account, one, day, done)
        )
    with st.popover("删除"):
        st.write(plain(f"删除{what}？用于编号登记有误，操作日志中将留痕。"))
        st.button(
            "确认删除",
            type="primary",
            key=f"matter_remove_{one.id}",
            on_click=_send_removal,
            args=(account, one),
        )


def _send_correction(account: Actor, one: NamedMatter, day: str, done: str) -> None:
    """Callback."""
    on_date: date | None = st.session_state.get(day)
    handled_on: date | None = st.session_state.get(done)
    if on_date is None or one.id is None:
        refuse("请填写移交日期。")
        return
    engine, today, number, version = runtime().engine, present_day(), one.id, one.version
    perform(
        account,
        lambda who: correct_matter(
            engine, who, number, version=version, on_date=on_date, handled_on=handled_on, today=today
        ),
        f"已更正{one.kind.value}第{one.number}号。",
    )


def _send_removal(account: Actor, one: NamedMatter) -> None:
    """Callback."""
    engine, number, version = runtime().engine, one.id, one.version
    assert number is not None
    perform(
        account,
        lambda who: remove_matter(engine, who, number, version=version),
        f"已删除{one.kind.value}第{one.number}号。",
    )
