"""The forms of the page 督查组与日程, one at a time: each is one use case of the office."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.values import ScoringUnit
from xczg.services.assessment_groups import (
    EXCEPTION_KINDS,
    ExceptionForm,
    NewMember,
    add_group,
    add_member,
    appoint_leader,
    leave_group,
    record_exception,
    record_recusal,
    rename_group,
)
from xczg.services.assessment_readings import AssessmentReading
from xczg.store.views.assessment import GroupRow, MemberRow
from xczg.ui.assessment_parts import unit_options
from xczg.ui.forms import attempt, done

DAY = "YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Desk:
    """What every form needs."""

    engine: Engine
    actor: Actor
    round_id: int
    found: AssessmentReading
    organizations: dict[int, str]
    today: date


def new_group(desk: Desk) -> None:
    """成立督查组."""
    with st.form("group", enter_to_submit=False):
        name = st.text_input("督查组名称", max_chars=60, placeholder="如：第一督查组", key="field_group_name")
        sent = st.form_submit_button("成立督查组", type="primary")
    if sent and attempt(lambda: add_group(desk.engine, desk.actor, desk.round_id, name or "")):
        done(f"已成立{(name or '').strip()}。下一步：增加成员。", "field_group_*")


def rename(desk: Desk) -> None:
    """督查组更名; the form carries the version it was drawn with."""
    group = _group(desk, "field_rename_group")
    if group is None:
        return
    with st.form("rename", enter_to_submit=False):
        name = st.text_input("新名称", max_chars=60, key="field_rename_name")
        sent = st.form_submit_button("更名", type="primary")
    if sent and attempt(
        lambda: rename_group(desk.engine, desk.actor, group.id, version=group.version, name=name or "")
    ):
        done(f"已更名为{(name or '').strip()}。", "field_rename_*")


def new_member(desk: Desk) -> None:
    """增加成员."""
    group = _group(desk, "field_member_group")
    if group is None:
        return
    units = unit_options(desk.found.rulebook)
    with st.form("member", enter_to_submit=False):
        left, right = st.columns(2)
        name = left.text_input("姓名", max_chars=40, key="field_member_name")
        unit = right.selectbox("来自", list(units), format_func=units.__getitem__, key="field_member_unit")
        post = left.text_input("职务", max_chars=100, key="field_member_post")
        own = right.selectbox(
            "本人所在党组织（用于回避，可不选）",
            list(desk.organizations),
            format_func=desk.organizations.__getitem__,
            index=None,
            placeholder="不在列表中",
            key="field_member_organization",
        )
        leader = st.checkbox("任组长", key="field_member_leader")
        sent = st.form_submit_button("增加成员", type="primary")
    member = NewMember(unit, name or "", post or "", leader=leader, organization_id=own)
    if sent and attempt(lambda: add_member(desk.engine, desk.actor, group.id, member)):
        done(
            f"已将{(name or '').strip()}编入{group.name}。",
            "field_member_name",
            "field_member_post",
            "field_member_organization",
            "field_member_leader",
        )


def change_member(desk: Desk) -> None:
    """成员变动: the leader, or leaving."""
    member = _member(desk, "field_change_member")
    if member is None:
        return
    with st.form("change_member", enter_to_submit=False):
        kind = st.radio("变动", ("担任组长", "离组"), horizontal=True, key="field_change_kind")
        left, right = st.columns([1, 2])
        day = left.date_input(
            "离组日期", value=desk.today, max_value=desk.today, format=DAY, key="field_change_day"
        )
        reason = right.text_input("离组原因（离组时必填）", max_chars=500, key="field_change_reason")
        sent = st.form_submit_button("登记变动", type="primary")
    if not sent:
        return
    act: Callable[[], Any] = (
        (lambda: appoint_leader(desk.engine, desk.actor, member.id))
        if kind == "担任组长"
        else lambda: leave_group(
            desk.engine, desk.actor, member.id, on_date=day, reason=reason or "", today=desk.today
        )
    )
    if attempt(act):
        done(f"已登记：{member.name}{kind}。", "field_change_*")


def new_recusal(desk: Desk) -> None:
    """登记回避: a member or a scoring unit, and who stands in."""
    places = {place.inspection_id: place.organization for place in desk.found.places}
    units = unit_options(desk.found.rulebook)
    options: list[int | ScoringUnit] = [member.id for member in _members(desk)]
    options += list(units)
    names: dict[int | ScoringUnit, str] = {member.id: _label(desk, member) for member in _members(desk)}
    names |= {unit: f"{name}（评分单位）" for unit, name in units.items()}
    with st.form("recusal", enter_to_submit=False):
        left, right = st.columns(2)
        where = left.selectbox(
            "被巡察党组织",
            list(places),
            format_func=places.__getitem__,
            index=None,
            placeholder="请选择",
            key="field_recusal_place",
        )
        who = right.selectbox(
            "回避人员或单位",
            options,
            format_func=names.__getitem__,
            index=None,
            placeholder="请选择",
            key="field_recusal_who",
        )
        substitute = left.text_input("替补人员或单位", max_chars=100, key="field_recusal_substitute")
        reason = right.text_input("原因", max_chars=500, key="field_recusal_reason")
        sent = st.form_submit_button("登记回避", type="primary")
    if not sent:
        return
    if where is None or who is None:
        st.error("请选择被巡察党组织和回避人员或单位。")
        return
    if attempt(
        lambda: record_recusal(
            desk.engine, desk.actor, where, who=who, reason=reason or "", substitute=substitute or ""
        )
    ):
        done("已登记回避和替补。", "field_recusal_*")


def new_exception(desk: Desk) -> None:
    """登记评估例外 (R5: 原则上一轮一评估)."""
    st.caption("原则上一轮一评估（R5）。确需第二次评估，或与其他轮次合并评估的，在此登记批准情况。")
    with st.form("exception", enter_to_submit=False):
        left, right = st.columns(2)
        kind = left.selectbox("情形", EXCEPTION_KINDS, key="field_exception_kind")
        day = right.date_input(
            "批准日期", value=desk.today, max_value=desk.today, format=DAY, key="field_exception_day"
        )
        approver = left.text_input("批准机关或批准人", max_chars=100, key="field_exception_approver")
        reason = right.text_input("原因", max_chars=500, key="field_exception_reason")
        sent = st.form_submit_button("登记", type="primary")
    form = ExceptionForm(kind, approver or "", reason or "", day)
    if sent and attempt(
        lambda: record_exception(desk.engine, desk.actor, desk.round_id, form, today=desk.today)
    ):
        done(f"已登记{kind}的批准情况。", "field_exception_*")


def _group(desk: Desk, key: str) -> GroupRow | None:
    if not desk.found.groups:
        st.info("请先成立督查组。")
        return None
    by_id = {group.id: group for group in desk.found.groups}
    chosen = st.selectbox("督查组", list(by_id), format_func=lambda one: by_id[one].name, key=key)
    return by_id.get(chosen)


def _members(desk: Desk) -> list[MemberRow]:
    return [member for group in desk.found.groups for member in group.present]


def _member(desk: Desk, key: str) -> MemberRow | None:
    by_id = {member.id: member for member in _members(desk)}
    if not by_id:
        st.info("督查组还没有成员，请先增加成员。")
        return None
    chosen = st.selectbox("成员", list(by_id), format_func=lambda one: _label(desk, by_id[one]), key=key)
    return by_id.get(chosen)


def _label(desk: Desk, member: MemberRow) -> str:
    group = next(group for group in desk.found.groups if group.id == member.group_id)
    return f"{member.name}（{group.name}{'，组长' if member.leader else ''}）"
