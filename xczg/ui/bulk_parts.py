"""批量修改: what to change in the selected findings, the preview row by row, and one confirmation."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.values import FindingStatus
from xczg.services.bulk_change import BulkField, BulkOrder, BulkPreview, apply_bulk, preview_bulk
from xczg.ui.forms import attempt, done
from xczg.ui.ledger_parts import short

_PREFIX, _PREVIEW = "field_bulk_", "xczg_bulk_preview"


def bulk_change(engine: Engine, actor: Actor, selected: tuple[int, ...], today: date) -> None:
    """The whole of it, below the table of the ledger."""
    with st.container(border=True, key="bulk"):
        st.markdown(f"批量修改选中的{len(selected)}个反馈问题")
        field = BulkField(
            st.segmented_control(
                "修改内容",
                [one.value for one in BulkField],
                default=BulkField.STATUS.value,
                required=True,
                key="bulk_field",
            )
        )
        with st.form("bulk_form", enter_to_submit=False):
            with st.grid(2, min_column_width=260, gap="small"):
                value = _value(field)
                reason = st.text_input("修改理由（必填）", max_chars=500, key=f"{_PREFIX}reason")
            sent = st.form_submit_button("预览", key="bulk_preview")
        order = BulkOrder(selected, field, value, reason or "")
        if sent:
            st.session_state.pop(_PREVIEW, None)
            attempt(lambda: _keep(preview_bulk(engine, actor, order)))
        preview: BulkPreview | None = st.session_state.get(_PREVIEW)
        if preview is not None and preview.order == order:
            _confirm(engine, actor, preview, today)


def _keep(preview: BulkPreview) -> None:
    st.session_state[_PREVIEW] = preview


def _value(field: BulkField) -> Any:
    if field is BulkField.STATUS:
        chosen = st.selectbox(
            "改为",
            [status.value for status in FindingStatus],
            index=None,
            placeholder="请选择",
            key=f"{_PREFIX}status",
        )
        return FindingStatus(chosen) if chosen else None
    if field is BulkField.DUE_DATE:
        return st.date_input("改为", value=None, format="YYYY-MM-DD", key=f"{_PREFIX}due")
    return st.text_input("改为", max_chars=200, key=f"{_PREFIX}unit")


def _confirm(engine: Engine, actor: Actor, preview: BulkPreview, today: date) -> None:
    changes = len(preview.changes)
    refused = len(preview.rows) - changes
    st.caption(f"将修改{changes}个" + (f"，{refused}个不能修改（见“处理”栏）。" if refused else "。"))
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "被巡察党组织": row.organization,
                    "序号": row.serial,
                    "反馈问题": row.text,
                    "原为": row.before,
                    "改为": row.after,
                    "处理": row.refusal or "将修改",
                }
                for row in preview.rows
            ]
        ),
        hide_index=True,
        height=short(len(preview.rows)),
        placeholder="",
        column_config={"反馈问题": st.column_config.TextColumn(width=260)},
        key="bulk_rows",
    )
    if not changes:
        return
    label = f"确认修改{changes}个反馈问题的{preview.order.field.value}"
    if st.button(label, type="primary", key="bulk_apply") and attempt(
        lambda: apply_bulk(engine, actor, preview, today=today)
    ):
        st.session_state.pop(_PREVIEW, None)
        done(f"已修改{changes}个反馈问题的{preview.order.field.value}。", f"{_PREFIX}*")
