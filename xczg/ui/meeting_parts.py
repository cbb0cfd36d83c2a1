"""The parts of the pages of the two meetings: 会商会议 and 总结会."""

from datetime import date
from typing import Any

import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.services.meetings import ConsultationReading, MeetingForm, open_wrap_up, record_consultation
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import WrapUpMeeting
from xczg.ui.forms import attempt, done
from xczg.ui.page import section
from xczg.ui.words import long_day, plain

_NUMBERS = "一二三四五六七八九十"
DAY = "YYYY-MM-DD"


def consultation_record(found: ConsultationReading) -> None:
    """The meeting for those who only read it."""
    recorded = found.recorded
    if recorded is None:
        st.info("会商会议尚未登记。会议由市委巡察办组织，登记后这里显示会议情况。")
        return
    _head(recorded.held_on, recorded.place, recorded.participants)
    if not found.whole:
        st.caption("会商事项涉及其他党组织，内容由市委巡察办掌握。")
        return
    for place, (title, text) in enumerate(recorded.items.items()):
        section(f"{_NUMBERS[place % 10]}、{title}")
        st.markdown(plain(text).replace("\n", "  \n"))


def _head(held_on: date, place: str, participants: str) -> None:
    parts = [f"{long_day(held_on)}召开", f"地点：{place}" if place else ""]
    parts.append(f"参会：{participants}" if participants else "")
    st.markdown(plain("；".join(part for part in parts if part)) + "。")


def consultation_form(
    engine: Engine, actor: Actor, round_id: int, found: ConsultationReading, today: date
) -> None:
    """Recording the meeting; each item begins with what the program drafted, or with what was recorded."""
    recorded, key = found.recorded, f"field_consultation_{round_id}"
    version = st.session_state.setdefault(f"{key}_version", recorded.version if recorded else None)
    kept = recorded.items if recorded else {}
    for place, title in enumerate(found.titles):
        st.session_state.setdefault(f"{key}_item{place}", kept.get(title) or found.draft.get(title, ""))
    if recorded is not None:
        _refill(found, key)
    with st.form("consultation", enter_to_submit=False):
        left, middle, right = st.columns([1, 1.4, 3])
        held_on = left.date_input(
            "会议日期",
            value=recorded.held_on if recorded else today,
            max_value=today,
            format=DAY,
            key=f"{key}_day",
        )
        place_ = middle.text_input(
            "地点", value=recorded.place if recorded else "", max_chars=100, key=f"{key}_place"
        )
        people = right.text_input(
            "参会人员",
            value=recorded.participants if recorded else "",
            max_chars=1000,
            placeholder="单位和职务，如：市纪委监委、市委组织部、各巡察组有关负责人",
            key=f"{key}_people",
        )
        texts = {
            title: st.text_area(
                f"{_NUMBERS[number % 10]}、{title}",
                max_chars=4000,
                height="content",
                key=f"{key}_item{number}",
            )
            for number, title in enumerate(found.titles)
        }
        sent = st.form_submit_button("保存修改" if recorded else "登记会商会议", type="primary")
    if not sent:
        return
    form = MeetingForm(held_on, place_ or "", people or "", texts)
    try:
        record_consultation(engine, actor, round_id, form, version=version, today=today)
    except StaleError as stale:
        _both_versions(stale.stored, key)
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
    else:
        done("已保存会商会议情况。下一步：开展实地督导。", f"{key}_*")


def _refill(found: ConsultationReading, key: str) -> None:
    """What is on record now may differ from what was drafted for the meeting: offered, never forced."""
    changed = {
        number: found.draft[title]
        for number, title in enumerate(found.titles)
        if title in found.draft and found.draft[title] != st.session_state.get(f"{key}_item{number}")
    }
    if changed:
        st.button(
            "按目前记录重新草拟三项内容",
            key="redraft",
            help="只改写下面三栏文字，保存后才生效。",
            on_click=lambda: st.session_state.update(
                {f"{key}_item{number}": text for number, text in changed.items()}
            ),
        )


def _both_versions(stored: Any, key: str) -> None:
    st.error("在您填写期间，他人已登记了本次会议。您填写的内容仍在上方，他人保存的是：")
    for title, text in stored.items.items():
        st.caption(plain(f"{title}：{text}"))
    mine, theirs = st.columns(2)
    mine.button(
        "以我填写的为准，再保存一次",
        key="consultation_mine",
        on_click=lambda: st.session_state.update({f"{key}_version": stored.version}),
    )
    theirs.button("放弃我填写的", key="consultation_theirs", on_click=_forget, args=(f"{key}_",))


def _forget(prefix: str) -> None:
    for one in [name for name in st.session_state if str(name).startswith(prefix)]:
        del st.session_state[one]


def wrap_up_record(found: WrapUpMeeting) -> None:
    """The wrap-up meeting once it is open."""
    _head(found.held_on, found.place, found.participants)
    st.caption(plain(f"由{found.opened_by}登记；自登记之时起，各评分单位的评分对本轮三家单位公开。"))


def wrap_up_form(engine: Engine, actor: Actor, round_id: int, name: str, progress: str, today: date) -> None:
    """Opening the wrap-up meeting, asked once more, because it cannot be taken back."""
    left, middle, right = st.columns([1, 1.4, 3])
    held_on = left.date_input("总结会日期", value=today, max_value=today, format=DAY, key="field_wrap_up_day")
    place = middle.text_input("地点", max_chars=100, key="field_wrap_up_place")
    people = right.text_input("参会人员", max_chars=1000, key="field_wrap_up_people")
    with st.popover("登记总结会", type="primary"):
        st.write(
            plain(
                f"登记{name}的集中督查总结会已召开？登记后，本轮各评分单位互相可以看到评分，不能撤回。{progress}"
            )
        )
        sent = st.button("确认登记", key="confirm_wrap_up", type="primary")
    form = MeetingForm(held_on, place or "", people or "")
    if sent and attempt(lambda: open_wrap_up(engine, actor, round_id, form, today=today)):
        done("已登记总结会。评分表全部提交后，即可登记督查组汇总。", "field_wrap_up_*")
