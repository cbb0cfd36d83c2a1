"""登记整改进展: the form, and the history with its evidence."""

from datetime import date
from typing import Any

import streamlit as st

from xczg.access.accounts import present
from xczg.access.permissions import Actor, UseCase
from xczg.access.runtime import Runtime
from xczg.rules.values import FindingStatus
from xczg.services.attachments import StoredFile, fetch_attachment
from xczg.services.finding_reading import FindingPage
from xczg.services.progress import NewEvidence, record_progress
from xczg.store.views.ledger import FindingDetail
from xczg.ui.drafts import Drawn, chose_mine, conflict, drawn_version, fill, forget, send
from xczg.ui.forms import done, download_links, uploaded
from xczg.ui.ledger_parts import history_table
from xczg.ui.measure_form import COUNTED
from xczg.ui.page import section
from xczg.ui.words import long_day, plain, short_day

_LABELS = {"status": "整改状态", "outcome": "整改成效"}


def progress_form(shared: Runtime, actor: Actor, detail: FindingDetail, today: date) -> None:
    """One step: day, status, what was done, quantities, measures that are done with it, evidence."""
    finding = detail.finding
    assert finding.id is not None
    if finding.closed_out_on:
        st.info(f"该反馈问题已于{long_day(finding.closed_out_on)}销号。如需再登记进展，请先办理“重新整改”。")
        return
    prefix, upload_key = f"field_p{finding.id}_", f"progress_files_{finding.id}_{finding.version}"
    watched = {"status": finding.status.value, "outcome": finding.outcome}
    fields: dict[str, Any] = {
        "on_date": today,
        "status": finding.status.value,
        "summary": "",
        "done": [],
        "reason": "",
    }
    fill(prefix, {**fields, **{kind.value: None for kind in COUNTED}}, finding.version, watched)
    above = st.container()
    with st.form(f"progress_{finding.id}", enter_to_submit=False):
        _fields(prefix, actor, detail)
        files = uploaded("佐证材料", st.session_state.setdefault(f"{prefix}upload", upload_key))
        sent = st.form_submit_button("登记进展", type="primary", key="save_progress")
    with above:
        mine = {
            "status": st.session_state[f"{prefix}status"],
            "outcome": st.session_state[f"{prefix}summary"],
        }
        conflict(prefix, _LABELS, mine, Drawn(finding.version, watched))
    if not (sent or chose_mine(prefix)):
        return
    key, evidence = finding.id, NewEvidence(shared.settings.uploads, files)
    if send(
        prefix,
        lambda: record_progress(
            shared.engine,
            actor,
            key,
            drawn_version(prefix),
            _typed(prefix, detail),
            evidence=evidence,
            today=today,
        ),
    ):
        forget(prefix)
        done("已登记整改进展。")


def _fields(prefix: str, actor: Actor, detail: FindingDetail) -> None:
    with st.grid(2, min_column_width=300, gap="small"):
        st.radio(
            "整改状态", [status.value for status in FindingStatus], horizontal=True, key=f"{prefix}status"
        )
        st.date_input("进展日期", value=None, format="YYYY-MM-DD", key=f"{prefix}on_date")
    st.text_area(
        "进展情况（已完成的必填，写明做了什么、有何成效）", max_chars=4000, height=110, key=f"{prefix}summary"
    )
    if open_ones := _open_measures(detail):
        st.multiselect(
            "本次完成的措施",
            list(open_ones),
            format_func=lambda number: f"第{number}条：{open_ones[number][:30]}",
            placeholder="没有的不选",
            key=f"{prefix}done",
        )
    with st.expander("本次工作数量（没有的不填）"), st.grid(5, min_column_width=130, gap="small"):
        for kind in COUNTED:
            step = 0.01 if kind.unit == "万元" else 1
            st.number_input(
                f"{kind.value}（{kind.unit}）", value=None, step=step, key=f"{prefix}{kind.value}"
            )
    if actor.may(UseCase.EDIT_FINDING):
        st.text_input(
            "变更状态的理由（变更状态的必填，如根据单位书面报告）", max_chars=500, key=f"{prefix}reason"
        )


def _open_measures(detail: FindingDetail) -> dict[int, str]:
    return {
        number: measure.text
        for number, measure in enumerate(detail.measures, 1)
        if measure.status is not FindingStatus.COMPLETED
    }


def _typed(prefix: str, detail: FindingDetail) -> dict[str, Any]:
    state, open_ones = st.session_state, _open_measures(detail)
    amounts = {kind.value: state[f"{prefix}{kind.value}"] for kind in COUNTED}
    return {
        "on_date": state[f"{prefix}on_date"],
        "status": state[f"{prefix}status"],
        "summary": state[f"{prefix}summary"],
        "reason": state[f"{prefix}reason"],
        "measures_done": [number for number in state[f"{prefix}done"] if number in open_ones],
        "quantities": {name: amount for name, amount in amounts.items() if amount is not None},
    }


def history(shared: Runtime, actor: Actor, page: FindingPage, today: date) -> None:
    """What was recorded, and the files beside it; each is fetched with a check when it is asked for."""
    section("历次进展", "新的在前")
    history_table(page.detail)

    def fetch(attachment_id: int) -> StoredFile:
        who = present(shared.engine, actor)
        return fetch_attachment(shared.engine, who, shared.settings.uploads, attachment_id)

    for entry in page.detail.history:
        if files := page.files.get(entry.id or 0):
            day = short_day(entry.on_date, today) if entry.on_date else ""
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(plain(f"{day}的佐证材料："), width="content")
                download_links(files, fetch, f"evidence_{entry.id}")
