"""The parts of the page 党组织名录: the list, and what the office does about one organisation."""

from collections.abc import Sequence
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.tenures import handover_missing, in_office
from xczg.services.organizations import (
    OrganizationCard,
    add_organization,
    add_other_name,
    archive_organization,
    delete_organization,
    merge_organizations,
    preview_merge,
    read_selectable,
    rename_organization,
    restore_organization,
)
from xczg.services.tenures import Departure, TenureFields, add_tenure, change_tenure, remove_tenure
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import Organization, Tenure
from xczg.store.views.organizations import OrganizationRow
from xczg.ui.conflict import drawn_version, save
from xczg.ui.forms import attempt, done
from xczg.ui.page import section
from xczg.ui.words import long_day, plain


def directory_table(rows: Sequence[OrganizationRow], key: str) -> OrganizationRow | None:
    """One page of the directory; the selected organisation."""
    lines = [
        {
            "党组织": row.name,
            "曾用名和其他写法": "、".join(row.other_names),
            "主要负责人": "，".join(part for part in (row.principal, row.post) if part),
            "参加轮次（个）": row.rounds,
            "最近轮次": row.last_round or "",
            "账号（个）": row.accounts,
        }
        for row in rows
    ]
    chosen = st.dataframe(
        pd.DataFrame(lines),
        key=key,
        hide_index=True,
        height="content" if len(rows) <= 12 else 390,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        column_config={"党组织": st.column_config.TextColumn(width="large")},
        alt="党组织名录，选中一行办理。",
    )
    picked = [index for index in chosen.selection.rows if index < len(rows)]
    return rows[picked[0]] if picked else None


def new_form(engine: Engine, account: Actor) -> None:
    """Enter an organisation."""
    with st.form("new_organization", enter_to_submit=False):
        name = st.text_input("党组织全称", max_chars=200, key="field_new_organization") or ""
        pressed = st.form_submit_button("新建", type="primary")
    if pressed and attempt(partial(add_organization, engine, account, name)):
        done(f"已新建{name.strip()}。", "field_new_organization")


# Principals


def tenures_part(engine: Engine, account: Actor, card: OrganizationCard, today: date) -> None:
    """Who led the organisation from when to when, a new principal, corrections."""
    serving = in_office(card.tenures, today)
    if card.tenures:
        _tenures_table(card.tenures, serving)
    else:
        st.caption("还没有登记主要负责人。约谈对象为现任，问责对象为时任，均以此处的任职记录为准。")
    left, right = st.columns(2, gap="medium")
    with left:
        _new_tenure(engine, account, card, today)
    with right:
        if card.tenures:
            _change_tenure(engine, account, card)


def _tenures_table(tenures: Sequence[Tenure], serving: Tenure | None) -> None:
    lines = [
        {
            "姓名": one.name,
            "职务": one.post,
            "任职日期": long_day(one.started_on),
            "离任日期": long_day(one.ended_on) if one.ended_on else "",
            "整改责任交接": _handover(one),
            "交接说明": one.handover_note,
            "说明": "现任" if one is serving else "",
        }
        for one in tenures
    ]
    st.dataframe(pd.DataFrame(lines), hide_index=True, placeholder="", height="content")


def _handover(one: Tenure) -> str:
    if one.handed_over_on:
        return long_day(one.handed_over_on)
    return "未登记" if handover_missing(one, one.handed_over_on) else ""


def _new_tenure(engine: Engine, account: Actor, card: OrganizationCard, today: date) -> None:
    before = next((one for one in card.tenures if one.ended_on is None), None)
    prefix = f"field_tenure_new_{card.organization.id}"
    with st.form("new_tenure", enter_to_submit=False):
        section("登记新任主要负责人")
        name = st.text_input("姓名", max_chars=40, key=f"{prefix}_name") or ""
        post = st.text_input("职务", before.post if before else "", max_chars=100, key=f"{prefix}_post") or ""
        started = st.date_input("任职日期", today, format="YYYY-MM-DD", key=f"{prefix}_from")
        departure = None
        if before is not None and before.id is not None:
            st.caption(plain(f"{before.name}的离任日期按新任的任职日期登记。"))
            handed = st.date_input(
                f"{before.name}整改责任交接日期（尚未交接的不填）",
                None,
                format="YYYY-MM-DD",
                key=f"{prefix}_handover",
            )
            note = st.text_input("交接说明", max_chars=500, key=f"{prefix}_note") or ""
            departure = Departure(before.id, before.version, started, handed, note)
        pressed = st.form_submit_button("登记", type="primary")
    fields = TenureFields(name, post, started)
    if pressed and attempt(
        partial(add_tenure, engine, account, card.organization.id or 0, fields, departure=departure)
    ):
        done(f"已登记{name.strip()}任职。", f"{prefix}*")


def _change_tenure(engine: Engine, account: Actor, card: OrganizationCard) -> None:
    labels = {f"{one.name}（{long_day(one.started_on)}任职）": one for one in card.tenures}
    chosen = st.selectbox("更正或补登", list(labels), key="tenure_chosen", placeholder="请选择")
    one = labels.get(chosen or "", card.tenures[0])
    form = f"tenure_{one.id}"
    version = drawn_version(form, f"field_{form}_name", one.version)
    with st.form(form, enter_to_submit=False):
        fields = _tenure_fields(form, one)
        pressed = st.form_submit_button("保存修改", type="primary")
    act = partial(_change, engine, account, one.id or 0, fields)
    if save(form, act, pressed=pressed, version=version, mine=_words(fields), words=_words):
        done(f"已保存{fields.name.strip()}的任职记录。", f"field_{form}*")
    with st.popover("删除误登的记录"):
        st.write(plain(f"删除{one.name}自{long_day(one.started_on)}起的任职记录？操作日志仍会保留原内容。"))
        if st.button("确认删除", key="remove_tenure", type="primary") and attempt(
            partial(remove_tenure, engine, account, one.id or 0, one.version)
        ):
            done(f"已删除{one.name}的任职记录。", f"field_{form}*", "tenure_chosen")


def _change(engine: Engine, account: Actor, tenure_id: int, fields: TenureFields, version: int) -> None:
    change_tenure(engine, account, tenure_id, version, fields)


def _tenure_fields(form: str, one: Tenure) -> TenureFields:
    key = f"field_{form}"
    name = st.text_input("姓名", one.name, max_chars=40, key=f"{key}_name") or ""
    post = st.text_input("职务", one.post, max_chars=100, key=f"{key}_post") or ""
    with st.grid(3, min_column_width=120):
        started = st.date_input("任职日期", one.started_on, format="YYYY-MM-DD", key=f"{key}_from")
        ended = st.date_input("离任日期", one.ended_on, format="YYYY-MM-DD", key=f"{key}_until")
        handed = st.date_input(
            "整改责任交接日期", one.handed_over_on, format="YYYY-MM-DD", key=f"{key}_handover"
        )
    note = st.text_input("交接说明", one.handover_note, max_chars=500, key=f"{key}_note") or ""
    return TenureFields(name, post, started, ended, handed, note)


def _words(row: Tenure | TenureFields) -> dict[str, str]:
    days = {"任职日期": row.started_on, "离任日期": row.ended_on, "整改责任交接": row.handed_over_on}
    return {
        "姓名": row.name.strip(),
        "职务": row.post.strip(),
        **{name: long_day(day) if day else "" for name, day in days.items()},
        "交接说明": row.handover_note.strip(),
    }


# Names


def names_part(engine: Engine, account: Actor, card: OrganizationCard) -> None:
    """Former names and other spellings, renaming, one more spelling."""
    row = card.organization
    if card.names:
        lines = [{"名称": one.name, "说明": one.reason, "登记人": one.recorded_by} for one in card.names]
        st.dataframe(pd.DataFrame(lines), hide_index=True, placeholder="", height="content")
    else:
        st.caption("没有曾用名。更名后，用原名称填报的台账、评分表仍会归到本党组织。")
    left, right = st.columns(2, gap="medium")
    with left:
        _rename(engine, account, row)
    with right, st.form("other_name", enter_to_submit=False):
        prefix = f"field_spelling_{row.id}"
        section("登记其他写法", "台账中常见的简称、旧称")
        name = st.text_input("写法", max_chars=200, key=f"{prefix}_name") or ""
        reason = st.text_input("说明", max_chars=500, key=f"{prefix}_reason") or ""
        pressed = st.form_submit_button("登记")
    if pressed and attempt(partial(add_other_name, engine, account, row.id or 0, name, reason=reason)):
        done(f"已登记{row.name}的其他写法“{name.strip()}”。", f"{prefix}*")


def _rename(engine: Engine, account: Actor, row: Organization) -> None:
    form = f"rename_{row.id}"
    version = drawn_version(form, f"field_{form}_name", row.version)
    with st.form(form, enter_to_submit=False):
        section("更名", "原名称保留为曾用名")
        name = st.text_input("新名称", max_chars=200, key=f"field_{form}_name") or ""
        reason = st.text_input(
            "更名原因", max_chars=500, key=f"field_{form}_reason", placeholder="如：机构改革"
        )
        pressed = st.form_submit_button("更名", type="primary")
    act = partial(_do_rename, engine, account, row.id or 0, name, reason or "")
    mine = {"名称": name.strip()}
    if save(form, act, pressed=pressed, version=version, mine=mine, words=lambda one: {"名称": one.name}):
        done(f"{row.name}已更名为{name.strip()}。", f"field_{form}*")


def _do_rename(engine: Engine, account: Actor, number: int, name: str, reason: str, version: int) -> None:
    rename_organization(engine, account, number, version, name, reason=reason)


# Merging, archiving, deleting


def merge_part(engine: Engine, account: Actor, card: OrganizationCard) -> None:
    """Choose the organisation to merge into, see what moves, confirm."""
    row = card.organization
    others = {key: name for key, name in read_selectable(engine, account).items() if key != row.id}
    st.caption(
        plain(
            f"“{row.name}”与名录中另一个是同一党组织时，把它并入另一个。合并后不能撤销，其名称保留为另一个的其他写法。"
        )
    )
    prefix = f"field_merge_{row.id}"
    target = st.selectbox(
        "并入",
        list(others),
        format_func=others.__getitem__,
        index=None,
        key=f"{prefix}_target",
        placeholder="请选择",
        width=420,
    )
    if target is None:
        return
    try:
        plan = preview_merge(engine, account, row.id or 0, target)
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    if plan.obstacle:
        st.error(plain(plan.obstacle))
        return
    st.info(plain(f"将转移到“{plan.target.name}”：{plan.words}。"))
    reason = st.text_input("合并原因", max_chars=500, key=f"{prefix}_reason") or ""
    with st.popover("合并"):
        st.write(plain(f"将“{row.name}”并入“{plan.target.name}”？合并后不能撤销。"))
        version = plan.source.version
        if st.button("确认合并", key="merge", type="primary") and attempt(
            partial(merge_organizations, engine, account, row.id or 0, target, version, reason=reason)
        ):
            done(f"已将{row.name}并入{plan.target.name}。", f"{prefix}*", "directory*")


def away_part(engine: Engine, account: Actor, card: OrganizationCard) -> None:
    """Put an organisation away, take it back, or delete it while nothing hangs on it."""
    row = card.organization
    number = row.id or 0
    if row.archived_at is not None:
        st.caption("已归档：新建轮次和账号时不再列出，以往数据照常可查。")
        if st.button("恢复", key="restore") and attempt(
            partial(restore_organization, engine, account, number, row.version)
        ):
            done(f"已恢复{row.name}。", "directory*")
    else:
        st.caption("归档后，新建轮次和账号时不再列出，以往数据照常可查，随时可以恢复。")
        with st.popover("归档"):
            st.write(plain(f"归档{row.name}？"))
            if st.button("确认归档", key="archive", type="primary") and attempt(
                partial(archive_organization, engine, account, number, row.version)
            ):
                done(f"已归档{row.name}。", "directory*")
    st.caption("名下没有任何数据的党组织可以删除。")
    with st.popover("删除"):
        st.write(plain(f"删除{row.name}？删除后不能恢复。"))
        if st.button("确认删除", key="delete", type="primary") and attempt(
            partial(delete_organization, engine, account, number)
        ):
            done(f"已删除{row.name}。", "directory*")
