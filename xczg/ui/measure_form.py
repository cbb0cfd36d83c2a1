"""The measures of a finding: the list, and a form for one of them or a new one."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.values import FindingStatus, MeasureType
from xczg.services.checked_input import label
from xczg.services.finding_inputs import MeasureInput
from xczg.services.measures import add_measure, edit_measure, move_measure, remove_measure
from xczg.store.tables import Measure
from xczg.store.views.ledger import FindingDetail
from xczg.ui.drafts import Drawn, chose_mine, conflict, drawn_version, fill, forget, send, typed
from xczg.ui.forms import done
from xczg.ui.ledger_parts import measures_table
from xczg.ui.words import plain

COUNTED = [kind for kind in MeasureType if kind.unit]
_PLAIN = ("text", "leader", "unit", "due_date", "long_term", "status", "outcome")
LABELS = {
    **{name: label(MeasureInput, name) for name in ("text", "leader", "unit", "due_date", "long_term")},
    "types": label(MeasureInput, "types"),
    **{kind.value: f"{kind.value}（{kind.unit}）" for kind in COUNTED},
    "status": label(MeasureInput, "status"),
    "outcome": label(MeasureInput, "outcome"),
}


def measures_editor(engine: Engine, actor: Actor, detail: FindingDetail) -> None:
    """The list, then the one to change, or a new one."""
    finding = detail.finding
    assert finding.id is not None
    measures_table(detail)
    numbers = list(range(len(detail.measures) + 1))
    chosen_key = f"field_m{finding.id}_number"
    if st.session_state.get(chosen_key) not in numbers:
        st.session_state[chosen_key] = 0
    number: int = st.selectbox(
        "要填写的措施",
        numbers,
        format_func=lambda one: _name(detail, one),
        key=chosen_key,
    )
    _form(engine, actor, detail, number)
    if number:
        _order_buttons(engine, actor, detail, number)


def _name(detail: FindingDetail, number: int) -> str:
    if not number or number > len(detail.measures):
        return "新增一条"
    return f"第{number}条：{detail.measures[number - 1].text[:40]}"


def _form(engine: Engine, actor: Actor, detail: FindingDetail, number: int) -> None:
    finding = detail.finding
    assert finding.id is not None
    prefix, key = f"field_m{finding.id}_{number}_", finding.id
    measure = detail.measures[number - 1] if number else Measure(finding_id=key, position=0)
    stored = Drawn(finding.version, _stored(measure))
    fill(prefix, stored.values, stored.version)
    above = st.container()
    with st.form(f"measure_{prefix}", enter_to_submit=False):
        _fields(prefix)
        sent = st.form_submit_button("保存措施" if number else "新增措施", type="primary", key="save_measure")
    with above:
        conflict(prefix, LABELS, typed(prefix, tuple(stored.values)), stored, "反馈问题的措施")
    if not (sent or chose_mine(prefix)):
        return
    version, given = drawn_version(prefix), _typed(prefix)
    if given is None:
        return

    def save() -> None:
        if number:
            edit_measure(engine, actor, key, version, number, given)
        else:
            add_measure(engine, actor, key, version, given)

    if send(prefix, save):
        forget(prefix)
        done(f"已保存第{number}条措施。" if number else f"已新增第{len(detail.measures) + 1}条措施。")


def _fields(prefix: str) -> None:
    st.text_area(f"{LABELS['text']}（必填）", max_chars=4000, height=90, key=f"{prefix}text")
    st.pills(
        LABELS["types"], [kind.value for kind in MeasureType], selection_mode="multi", key=f"{prefix}types"
    )
    with st.grid(5, min_column_width=130, gap="small"):
        for kind in COUNTED:
            step = 0.01 if kind is MeasureType.LOSSES_RECOVERED else 1
            st.number_input(LABELS[kind.value], value=None, step=step, key=f"{prefix}{kind.value}")
    with st.grid(4, min_column_width=200, gap="small"):
        st.text_input(LABELS["leader"], max_chars=200, key=f"{prefix}leader")
        st.text_input(LABELS["unit"], max_chars=200, key=f"{prefix}unit")
        st.date_input(LABELS["due_date"], value=None, format="YYYY-MM-DD", key=f"{prefix}due_date")
        st.selectbox(
            LABELS["status"],
            [status.value for status in FindingStatus],
            index=None,
            placeholder="未填写",
            key=f"{prefix}status",
        )
    st.checkbox(LABELS["long_term"], key=f"{prefix}long_term")
    st.text_input(LABELS["outcome"], max_chars=4000, key=f"{prefix}outcome")


def _stored(measure: Measure) -> dict[str, Any]:
    """The stored values as the widgets hold them."""
    values = {name: getattr(measure, name) for name in _PLAIN}
    for kind in COUNTED:
        amount = measure.types.get(kind.value)
        whole = kind is not MeasureType.LOSSES_RECOVERED
        values[kind.value] = None if amount is None else int(float(amount)) if whole else float(amount)
    return values | {
        "types": list(measure.types),
        "status": measure.status.value if measure.status else None,
    }


def _typed(prefix: str) -> dict[str, Any] | None:
    """What was typed; None, said on screen, when a quantity stands beside a type that is not chosen."""
    given = typed(prefix, _PLAIN)
    types = st.session_state[f"{prefix}types"]
    stray = [
        kind.value
        for kind in COUNTED
        if st.session_state[f"{prefix}{kind.value}"] is not None and kind.value not in types
    ]
    if stray:
        st.error(f"填了“{'、'.join(stray)}”的数量，没有选中这个措施类型，请选中，或者清空数量。")
        return None
    return given | {"types": {name: st.session_state.get(f"{prefix}{name}") for name in types}}


def _order_buttons(engine: Engine, actor: Actor, detail: FindingDetail, number: int) -> None:
    finding = detail.finding
    assert finding.id is not None
    key, prefix = finding.id, f"field_m{finding.id}_{number}_"
    version = drawn_version(prefix)  # what is on screen, not what was read just now
    with st.container(horizontal=True):
        if st.button("上移", key="measure_up", disabled=number == 1):
            _change(prefix, lambda: move_measure(engine, actor, key, version, number, up=True), "已上移。")
        last = number == len(detail.measures)
        if st.button("下移", key="measure_down", disabled=last):
            _change(prefix, lambda: move_measure(engine, actor, key, version, number, up=False), "已下移。")
        with st.popover(f"删除第{number}条措施"):
            st.markdown(plain(f"将删除第{number}条措施：{detail.measures[number - 1].text}"))
            if st.button("确认删除", key="measure_remove", type="primary"):
                _change(
                    prefix, lambda: remove_measure(engine, actor, key, version, number), "已删除该条措施。"
                )


def _change(prefix: str, act: Callable[[], None], words: str) -> None:
    if send(prefix, act):
        forget(f"{prefix.rstrip('_').rpartition('_')[0]}_")  # of all measures: they have other numbers now
        done(words)
