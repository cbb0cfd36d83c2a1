"""The inspected organisations of a round on screen: one table to edit, and decisions about one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.values import InspectionKind
from xczg.services.inspections import (
    InspectionEdit,
    InspectionFields,
    change_inspections,
    exempt_inspection,
    remove_inspection,
    withdraw_exemption,
)
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import Inspection
from xczg.store.views.organizations import InspectionRow
from xczg.store.views.rounds import RoundRow
from xczg.ui.conflict import THEIRS, both_versions
from xczg.ui.forms import attempt, done
from xczg.ui.page import section
from xczg.ui.words import long_day, plain

_BASE, _TURN, _STALE = "inspections_base", "inspections_turn", "inspections_stale"
TEAM, FEEDBACK, KIND, CONTACT, PHONE = "巡察组", "单独的反馈日期", "巡察类型", "联系人", "联系电话"


def editor_key(round_id: int) -> str:
    """The key of the table; a new one after each saving, so that it starts without edits."""
    return f"inspections_{round_id}_{st.session_state.get(_TURN, 0)}"


def inspections_table(engine: Engine, account: Actor, row: RoundRow, found: Sequence[InspectionRow]) -> None:
    """All organisations of the round, edited in place and saved together."""
    key = editor_key(row.id)
    rows = _drawn_rows(key, found)
    st.data_editor(
        pd.DataFrame([_line(one) for one in rows]),
        key=key,
        hide_index=True,
        num_rows="fixed",
        placeholder="",
        height="content" if len(rows) <= 12 else 400,
        disabled=["被巡察党组织", "主要负责人", "说明", *([TEAM, FEEDBACK] if row.frozen else [])],
        column_config={
            "被巡察党组织": st.column_config.TextColumn(width="large"),
            TEAM: st.column_config.NumberColumn("巡察组（第N组）", min_value=1, max_value=99, step=1),
            FEEDBACK: st.column_config.DateColumn(format="YYYY年M月D日"),
            KIND: st.column_config.SelectboxColumn(options=[kind.value for kind in InspectionKind]),
            CONTACT: st.column_config.TextColumn(max_chars=40),
            PHONE: st.column_config.TextColumn(max_chars=40),
        },
    )
    edits = _edits(rows, st.session_state.get(key))
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("保存修改", key="save_inspections", type="primary", disabled=not edits)
        st.caption(
            f"有{len(edits)}个党组织的修改尚未保存。"
            if edits
            else f"直接在表中修改，改完一并保存。未单独填写反馈日期的，按{long_day(row.feedback_date)}。"
        )
    if pressed:
        _save(engine, account, row.id, edits)
    elif _STALE in st.session_state:
        _choose(engine, account, row.id, rows)


def _drawn_rows(key: str, found: Sequence[InspectionRow]) -> Sequence[InspectionRow]:
    """The rows as they were when the first edit was typed: what is saved is a change of those."""
    kept = st.session_state.get(_BASE)
    if _raw_edits(st.session_state.get(key)) and kept is not None and kept[0] == key:
        rows: Sequence[InspectionRow] = kept[1]
        return rows
    st.session_state[_BASE] = (key, found)
    return found


def _raw_edits(state: Any) -> Mapping[Any, Mapping[str, Any]]:
    return dict(state["edited_rows"]) if state else {}


def _line(one: InspectionRow) -> dict[str, Any]:
    remarks = []
    if one.exempted_on:
        remarks.append("免于评估")
    if one.departed:
        remarks.append("主要负责人已变动，整改责任交接未登记")
    return {
        "被巡察党组织": one.organization,
        TEAM: one.team,
        FEEDBACK: one.own_feedback,
        KIND: one.kind.value,
        CONTACT: one.contact,
        PHONE: one.contact_phone,
        "主要负责人": one.principal or "",
        "说明": "；".join(remarks),
    }


def _edits(rows: Sequence[InspectionRow], state: Any) -> list[InspectionEdit]:
    found = []
    for place, cells in _raw_edits(state).items():
        row = rows[int(place)]
        values = _line(row) | dict(cells)
        own = values[FEEDBACK]
        fields = InspectionFields(
            team=None if values[TEAM] is None else int(values[TEAM]),
            feedback_date=date.fromisoformat(str(own)[:10]) if own else None,
            kind=InspectionKind(values[KIND] or InspectionKind.REGULAR),
            contact=values[CONTACT] or "",
            contact_phone=values[PHONE] or "",
        )
        found.append(InspectionEdit(row.id, row.version, fields))
    return found


def _save(engine: Engine, account: Actor, round_id: int, edits: list[InspectionEdit]) -> None:
    try:
        number = change_inspections(engine, account, round_id, edits)
    except StaleError as stale:
        st.session_state[_STALE] = (edits, stale.stored)
        st.rerun()
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
        return
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    st.session_state.pop(_STALE, None)
    done(f"已保存{number}个党组织的修改。")


def _choose(engine: Engine, account: Actor, round_id: int, rows: Sequence[InspectionRow]) -> None:
    """Both versions of the inspection that somebody else changed; the other edits wait with it."""
    edits, stored = st.session_state[_STALE]
    mine = next(one for one in edits if one.id == stored.id)
    name = next((row.organization for row in rows if row.id == stored.id), "")
    st.markdown(f"**{plain(name)}**")
    choice = both_versions(_STALE, _words(mine.fields), _words(stored))
    if choice is None:
        return
    others = [one for one in edits if one.id != stored.id]
    kept = others if choice == THEIRS else [*others, replace(mine, version=stored.version)]
    _save(engine, account, round_id, kept)


def _words(row: InspectionFields | Inspection) -> dict[str, str]:
    return {
        TEAM: str(row.team or ""),
        FEEDBACK: long_day(row.feedback_date) if row.feedback_date else "",
        KIND: row.kind.value,
        CONTACT: row.contact.strip(),
        PHONE: row.contact_phone.strip(),
    }


def decisions(
    engine: Engine, account: Actor, row: RoundRow, found: Sequence[InspectionRow], today: date
) -> None:
    """Exemption by decision, its withdrawal, and removal, for one organisation."""
    section("免于评估和移除", "免于评估须有决定；移除只限名下没有数据的。")
    if row.frozen:
        st.caption("评估结果已冻结，被巡察党组织和免于评估的决定不能再改动。")
        return
    by_name = {one.organization: one for one in found}
    name = st.selectbox(
        "党组织",
        list(by_name),
        index=None,
        key="field_decision_organization",
        placeholder="请选择",
        width=420,
    )
    one = by_name.get(name or "")
    if one is None:
        return
    if one.exempted_on is None:
        _exempt_form(engine, account, one, today)
    else:
        _withdraw_form(engine, account, one)
    with st.popover("移除"):
        st.write(plain(f"将{one.organization}移出{row.name}？"))
        if st.button("确认移除", key="remove_inspection", type="primary") and attempt(
            partial(remove_inspection, engine, account, one.id)
        ):
            done(f"已将{one.organization}移出{row.name}。", "field_decision*")


def _exempt_form(engine: Engine, account: Actor, one: InspectionRow, today: date) -> None:
    with st.form("exempt", enter_to_submit=False):
        decided_by = st.text_input(
            "作出决定的机构或会议", max_chars=100, key="field_decision_by", placeholder="如：领导小组会议"
        )
        decided_on = st.date_input(
            "决定日期", value=today, max_value=today, format="YYYY-MM-DD", key="field_decision_on"
        )
        reason = st.text_area("理由", max_chars=500, key="field_decision_reason")
        pressed = st.form_submit_button("登记免于评估", type="primary")
    if pressed and attempt(
        partial(
            exempt_inspection,
            engine,
            account,
            one.id,
            one.version,
            decided_by=decided_by or "",
            decided_on=decided_on,
            reason=reason or "",
            today=today,
        )
    ):
        done(f"已登记{one.organization}免于评估，不再计入评分和排名。", "field_decision*")


def _withdraw_form(engine: Engine, account: Actor, one: InspectionRow) -> None:
    assert one.exempted_on is not None
    by = f"{one.exempted_by}于" if one.exempted_by else ""
    st.caption(plain(f"{by}{long_day(one.exempted_on)}决定免于评估。理由：{one.exemption_basis or '未登记'}"))
    with st.form("withdraw", enter_to_submit=False):
        reason = st.text_area("撤销理由", max_chars=500, key="field_decision_withdrawal")
        pressed = st.form_submit_button("撤销免于评估", type="primary")
    if pressed and attempt(
        partial(withdraw_exemption, engine, account, one.id, one.version, reason=reason or "")
    ):
        done(f"已撤销{one.organization}的免于评估，重新计入评分和排名。", "field_decision*")
