"""The form of a finding, in the order of the ledger: for a new one and for one there is."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.values import FindingKind
from xczg.services.checked_input import label
from xczg.services.finding_inputs import FindingInput
from xczg.services.findings import create_finding, edit_finding
from xczg.store.views.ledger import FindingDetail
from xczg.ui.drafts import Drawn, chose_mine, conflict, drawn_version, fill, forget, send, typed
from xczg.ui.forms import done
from xczg.ui.page import FINDING_KEY

NEW = "field_new_finding_"
FIELDS = tuple(FindingInput.model_fields)
LABELS = {name: label(FindingInput, name) for name in FIELDS}
_YES_NO = {True: "是", False: "否"}


def new_finding_form(
    engine: Engine, actor: Actor, inspections: Mapping[str, int], categories: Sequence[str]
) -> None:
    """新增反馈问题: whose, and what; afterwards its own page opens, where measures are added."""
    blank: dict[str, Any] = {name: FindingInput.model_fields[name].default for name in FIELDS}
    fill(NEW, {**blank, "text": "", "kind": FindingKind.INSPECTION.value, "category": None, "org": None}, 0)
    if st.session_state[f"{NEW}org"] not in inspections:
        st.session_state[f"{NEW}org"] = None
    with st.form("new_finding", enter_to_submit=False):
        st.selectbox("被巡察党组织", list(inspections), index=None, placeholder="请选择", key=f"{NEW}org")
        _fields(NEW, categories)
        sent = st.form_submit_button("新增", type="primary", key="create_finding")
    if not sent:
        return
    organization = st.session_state[f"{NEW}org"]
    if organization is None:
        st.error("请选择“被巡察党组织”。")
        return
    made: list[int] = []
    if send(NEW, lambda: made.append(create_finding(engine, actor, inspections[organization], _typed(NEW)))):
        st.query_params[FINDING_KEY] = str(made[0])
        done("已新增反馈问题。下一步：添加整改措施。", f"{NEW}*")


def edit_finding_form(engine: Engine, actor: Actor, detail: FindingDetail, categories: Sequence[str]) -> None:
    """修改反馈问题; when somebody else was faster, both versions stand side by side."""
    finding = detail.finding
    assert finding.id is not None
    prefix = f"field_f{finding.id}_"
    stored = Drawn(finding.version, _stored(detail))
    fill(prefix, {**stored.values, "reason": ""}, stored.version, stored.values)
    above = st.container()
    with st.form(f"edit_finding_{finding.id}", enter_to_submit=False):
        _fields(prefix, categories)
        st.text_input("调整时限的理由（调整完成时限、长期坚持的必填）", max_chars=500, key=f"{prefix}reason")
        sent = st.form_submit_button("保存修改", type="primary", key="save_finding")
    with above:
        conflict(prefix, LABELS, typed(prefix, FIELDS), stored)
    if not (sent or chose_mine(prefix)):
        return
    number, reason = finding.id, st.session_state[f"{prefix}reason"]
    if send(
        prefix,
        lambda: edit_finding(engine, actor, number, drawn_version(prefix), _typed(prefix), reason=reason),
    ):
        forget(prefix)
        done("已保存对反馈问题的修改。")


def _stored(detail: FindingDetail) -> dict[str, Any]:
    """The stored values as the widgets hold them."""
    values = {name: getattr(detail.finding, name) for name in FIELDS}
    return values | {"kind": detail.finding.kind.value, "category": detail.finding.category or None}


def _typed(prefix: str) -> dict[str, Any]:
    values = typed(prefix, FIELDS)
    return values | {"category": values["category"] or ""}


def _fields(prefix: str, categories: Sequence[str]) -> None:
    """All fields; their values are in the session already."""
    current = st.session_state[f"{prefix}category"]
    known = [*categories, *([current] if current and current not in categories else [])]
    with st.grid(4, min_column_width=200, gap="small"):
        st.text_input(LABELS["serial"], max_chars=40, key=f"{prefix}serial")
        st.selectbox(LABELS["kind"], [kind.value for kind in FindingKind], key=f"{prefix}kind")
        st.selectbox(
            LABELS["category"],
            known,
            index=None,
            placeholder="请选择或填写",
            accept_new_options=True,
            key=f"{prefix}category",
        )
        st.text_input(LABELS["subcategory"], max_chars=200, key=f"{prefix}subcategory")
    st.text_area(f"{LABELS['text']}（必填）", max_chars=4000, height=90, key=f"{prefix}text")
    st.text_area(LABELS["target"], max_chars=2000, height=70, key=f"{prefix}target")
    with st.grid(4, min_column_width=200, gap="small"):
        st.text_input(LABELS["leader"], max_chars=200, key=f"{prefix}leader")
        st.text_input(LABELS["unit"], max_chars=200, key=f"{prefix}unit")
        st.date_input(LABELS["due_date"], value=None, format="YYYY-MM-DD", key=f"{prefix}due_date")
        st.selectbox(
            LABELS["within_period"],
            list(_YES_NO),
            index=None,
            format_func=lambda one: _YES_NO[one],
            placeholder="未填写",
            key=f"{prefix}within_period",
        )
    with st.container(horizontal=True):
        st.checkbox(LABELS["long_term"], key=f"{prefix}long_term")
        st.checkbox(LABELS["key_matter"], key=f"{prefix}key_matter")
        st.checkbox(LABELS["withheld"], key=f"{prefix}withheld")
    with st.grid(2, min_column_width=300, gap="small"):
        st.text_input(
            f"{LABELS['circumstance']}（被巡察党组织看不到，也不导出）",
            max_chars=1000,
            key=f"{prefix}circumstance",
        )
        st.text_input(
            f"{LABELS['withheld_reason']}（拟不公开的必填）", max_chars=500, key=f"{prefix}withheld_reason"
        )
    st.text_input(LABELS["remark"], max_chars=2000, key=f"{prefix}remark")
