"""参数: confirming what the text leaves open, changing values into a new version, comparing versions."""

from typing import Any

import streamlit as st

from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.rulebook_changes import can_edit, differences, value_words
from xczg.services.rulebooks import VersionRow, confirm_points, list_versions, save_version
from xczg.store.clock import today as present_day
from xczg.store.settings import RULEBOOKS
from xczg.ui.forms import attempt, done, said
from xczg.ui.page import head_style, section
from xczg.ui.rulebook_parts import about, choose_version, confirmation_words, value_field
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_RULEBOOK)
engine, today = runtime().engine, present_day()


def open_points(version: VersionRow) -> None:
    """What the text leaves open, with our default, and the office's confirmation of it."""
    points = version.rulebook.open_points()
    section("待定事项", f"原文未写明、由系统拟定的{len(points)}项，其中{len(version.waiting)}项待确认")
    if version.waiting and account.may(UseCase.CONFIRM_OPEN_POINTS):
        confirmation_form(version)
    st.table(
        [
            {
                "条目": one.rule,
                "事项": plain(one.title),
                "取值": plain(value_words(key, one.value)),
                "来源": one.source.value,
                "确认": confirmation_words(key, version),
                "说明": plain(one.note),
            }
            for key, one in points.items()
        ]
    )


def confirmation_form(version: VersionRow) -> None:
    """Once each, with date and basis."""
    points = version.rulebook.open_points()
    with st.form("confirm", enter_to_submit=False):
        chosen = st.multiselect(
            "确认的事项",
            list(version.waiting),
            default=list(version.waiting),
            format_func=lambda key: points[key].title,
            placeholder="请选择",
            key="field_confirm_points",
        )
        day = st.date_input(
            "确认日期", value=today, max_value=today, format="YYYY-MM-DD", key="field_confirm_day"
        )
        basis = st.text_input("依据（会议名称、文号等）", max_chars=500, key="field_confirm_basis")
        if st.form_submit_button("确认所选事项", type="primary"):
            ok = attempt(
                lambda: confirm_points(
                    engine,
                    account,
                    version.id,
                    chosen,
                    confirmed_on=day,
                    basis=basis,
                    today=today,
                    rulebooks=RULEBOOKS,
                )
            )
            if ok:
                done(f"已确认{len(chosen)}个待定事项。", "field_confirm_*")


def editing(version: VersionRow) -> None:
    """Values that a form can hold; the rounds that use this version keep it."""
    section("修改参数", "保存为新版本；已使用本版本的轮次不受影响")
    editable = {key: one for key, one in version.rulebook.values() if can_edit(one)}
    key = st.selectbox(
        "要修改的事项",
        list(editable),
        index=None,
        format_func=lambda one: f"{editable[one].title}（{editable[one].rule}）",
        placeholder="请选择",
        key="edit_key",
    )
    if key is None:
        return
    with st.form("edit", enter_to_submit=False):
        value = value_field(key, editable[key])
        reason = st.text_input("修改理由（文号、会议等）", max_chars=500, key="field_edit_reason")
        if st.form_submit_button("保存为新版本", type="primary"):
            save(version, key, value, reason)


def save(version: VersionRow, key: str, value: Any, reason: str) -> None:
    """Write it, or say what is wrong and keep what was typed."""
    if value is None:
        st.error("数值的写法不对，请填写数字，每行一项。")
        return
    if attempt(
        lambda: save_version(engine, account, version.id, {key: value}, reason=reason, rulebooks=RULEBOOKS)
    ):
        done("已保存为新版本，今后新建的轮次可以选用。", "field_rulebook_*", "field_edit_reason", "edit_key")


def comparison(version: VersionRow, others: list[VersionRow]) -> None:
    """Two versions side by side: only what differs."""
    section("版本比较", "只列不同之处")
    labels = {f"第{one.version}版": one for one in others}
    name = st.selectbox("与哪个版本比较", list(labels), index=None, placeholder="请选择", key="compare_with")
    if name is None:
        return
    found = differences(labels[name].rulebook, version.rulebook)
    if not found:
        st.info("两个版本的内容相同。")
        return
    st.table(
        [
            {"事项": plain(one.title), name: plain(one.old), f"第{version.version}版": plain(one.new)}
            for one in found
        ]
    )


versions = list_versions(engine, account, RULEBOOKS)
head_style()
with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    current = choose_version(versions)
with title:
    st.title("参数", anchor=False)
    about(current, account)

said()
open_points(current)
if account.may(UseCase.EDIT_RULEBOOK):
    editing(current)
if len(versions) > 1:
    comparison(current, [one for one in versions if one.id != current.id])
st.caption(
    f"数据截至{long_day(today)}。口径：一个轮次新建时即固定使用一个版本，以后的修改只影响新建的轮次；"
    "推断、默认、示例的取值经巡察办确认后，方可冻结评估结果。"
)
