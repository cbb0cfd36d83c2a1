"""Planning a field visit, changing it, taking it out again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from xczg.access.permissions import PermissionRefusedError
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.services.visits import VisitForm, cancel_visit, change_visit, schedule_visit
from xczg.store.views.assessment import GroupRow, VisitRow
from xczg.ui.assessment_parts import visit_days
from xczg.ui.forms import attempt, done
from xczg.ui.group_forms import DAY, Desk
from xczg.ui.words import long_day, plain


@dataclass(frozen=True, slots=True)
class _Before:
    """What the fields show at first."""

    from_date: date
    until_date: date
    methods: tuple[str, ...]
    members: tuple[int, ...]
    note: str


def new_visit(desk: Desk) -> None:
    """安排实地督导: those without a visit come first."""
    if not desk.found.groups:
        st.info("请先成立督查组、增加成员，再安排实地督导。")
        return
    first = [*desk.found.unvisited, *(one for one in desk.found.places if one not in desk.found.unvisited)]
    places = {place.inspection_id: place.organization for place in first}
    where = st.selectbox(
        "被巡察党组织",
        list(places),
        format_func=places.__getitem__,
        index=None,
        placeholder="请选择",
        key="field_visit_place",
    )
    group = _choose_group(desk, "field_visit_group", None)
    day = desk.today
    form = _fields(
        desk,
        group,
        "field_visit",
        where or 0,
        _Before(day, day, desk.found.rulebook.contents.visit_methods.value, (), ""),
    )
    if form is None:
        return
    if where is None:
        st.error("请选择被巡察党组织。")
    elif attempt(lambda: schedule_visit(desk.engine, desk.actor, form)):
        done(
            f"已安排到{places[where]}实地督导。",
            "field_visit_place",
            "field_visit_members*",
            "field_visit_note",
        )


def edit_visit(desk: Desk) -> None:
    """调整日程: change or cancel; of two people the second is shown both versions."""
    if not desk.found.visits:
        st.info("还没有可以调整的日程。")
        return
    by_id = {visit.id: visit for visit in desk.found.visits}
    chosen = st.selectbox(
        "日程",
        list(by_id),
        format_func=lambda one: f"{visit_days(by_id[one], desk.today)}　{by_id[one].organization}",
        key="edit_visit",
    )
    visit = by_id[chosen]
    key = f"field_edit_{visit.id}"
    # The version the form was first drawn with, not that of the present run: what is typed answers to it.
    version = st.session_state.setdefault(f"{key}_version", visit.version)
    group = _choose_group(desk, f"{key}_group", visit.group_id)
    before = _Before(visit.from_date, visit.until_date, visit.methods, visit.member_ids, visit.note)
    form = _fields(desk, group, key, visit.inspection_id, before, label="保存调整")
    if form is not None and _saved(desk, visit, form, version, key):
        done(f"已调整{visit.organization}的实地督导日程。", f"{key}_*")
    with st.popover("取消这次实地督导"):
        st.write(plain(f"取消{visit_days(visit, desk.today)}到{visit.organization}的实地督导？"))
        if st.button("确认取消", key=f"cancel_{visit.id}", type="primary") and attempt(
            lambda: cancel_visit(desk.engine, desk.actor, visit.id, version=visit.version)
        ):
            done(f"已取消到{visit.organization}的实地督导。", f"{key}_*", "edit_visit")


def _saved(desk: Desk, visit: VisitRow, form: VisitForm, version: int, key: str) -> bool:
    try:
        change_visit(desk.engine, desk.actor, visit.id, form, version=version)
    except StaleError as stale:
        _both_versions(visit, stale.stored, key)
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
    else:
        return True
    return False


def _both_versions(visit: VisitRow, stored: Any, key: str) -> None:
    st.error("在您填写期间，他人已调整了同一日程。您填写的内容仍在上方，他人保存的是：")
    st.caption(
        plain(
            f"{long_day(stored.from_date)}至{long_day(stored.until_date)}，"
            f"方式：{'、'.join(stored.methods)}。{stored.note}"
        )
    )
    mine, theirs = st.columns(2)
    mine.button(
        "以我填写的为准，再保存一次",
        key=f"mine_{visit.id}",
        on_click=lambda: st.session_state.update({f"{key}_version": stored.version}),
    )
    theirs.button("放弃我填写的", key=f"theirs_{visit.id}", on_click=_forget, args=(key,))


def _forget(key: str) -> None:
    for one in [name for name in st.session_state if str(name).startswith(f"{key}_")]:
        del st.session_state[one]


def _choose_group(desk: Desk, key: str, default: int | None) -> GroupRow:
    by_id = {group.id: group for group in desk.found.groups}
    ids = list(by_id)
    place = ids.index(default) if default in ids else 0
    return by_id[st.selectbox("督查组", ids, index=place, format_func=lambda one: by_id[one].name, key=key)]


def _fields(
    desk: Desk, group: GroupRow, key: str, inspection_id: int, before: _Before, *, label: str = "安排实地督导"
) -> VisitForm | None:
    """The fields of a visit; the form when it was sent."""
    names = {member.id: member.name for member in group.present}
    methods = list(dict.fromkeys([*desk.found.rulebook.contents.visit_methods.value, *before.methods]))
    with st.form(key, enter_to_submit=False):
        left, right = st.columns(2)
        from_date = left.date_input("开始日期", value=before.from_date, format=DAY, key=f"{key}_from")
        until_date = right.date_input("结束日期", value=before.until_date, format=DAY, key=f"{key}_until")
        members = st.multiselect(
            "人员（不选即全组）",
            list(names),
            default=[one for one in before.members if one in names],
            format_func=names.__getitem__,
            placeholder="全组",
            key=f"{key}_members_{group.id}",
        )
        chosen = st.multiselect(
            "方式（可另行填写）",
            methods,
            default=list(before.methods),
            accept_new_options=True,
            placeholder="请选择",
            key=f"{key}_methods",
        )
        note = st.text_input("备注", value=before.note, max_chars=2000, key=f"{key}_note")
        sent = st.form_submit_button(label, type="primary")
    if not sent:
        return None
    return VisitForm(
        inspection_id, group.id, from_date, until_date, tuple(chosen), tuple(members), note or ""
    )
