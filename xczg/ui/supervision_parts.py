"""The entries of one organisation, and the form in which a unit records or changes its own."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st
from sqlalchemy import Engine

from xczg.access.accounts import present
from xczg.access.permissions import Actor
from xczg.rules.supervision import OTHER_METHOD, is_confidential, tasks_of
from xczg.rules.values import ScoringUnit
from xczg.services.attachments import StoredFile, fetch_attachment
from xczg.services.supervision import LONGEST_SEEN, EntryForm, change_entry, record_entry, withdraw_entry
from xczg.services.supervision_readings import EntriesReading, SupervisionReading
from xczg.services.unit_of_work import StaleError
from xczg.store.tables import SupervisionEntry
from xczg.store.views.supervision import EntryRow, Supervised
from xczg.ui.forms import attempt, done, download_links, said, uploaded
from xczg.ui.words import long_day, plain

_EDITING, _CONFLICT, _TURN = "supervision_editing", "supervision_conflict", "supervision_form_turn"
_FIELDS = ("tasks", "methods", "other", "day", "seen", "judgement")
WARNING = "不得录入被反映人姓名及问题线索、信访事项具体内容，只登记件数和办理进度。"


class Desk:
    """What the parts share on one run of the page: who, where, and what is read."""

    def __init__(
        self,
        engine: Engine,
        actor: Actor,
        uploads: Path,
        found: SupervisionReading,
        organization: Supervised,
        today: date,
    ) -> None:
        self.engine, self.actor, self.uploads = engine, actor, uploads
        self.found, self.organization, self.today = found, organization, today
        self.writable = found.may_write(organization)

    def fetch(self, attachment_id: int) -> StoredFile:
        """A file, for who is present when its button is pressed."""
        return fetch_attachment(self.engine, present(self.engine, self.actor), self.uploads, attachment_id)


def entry_list(
    desk: Desk, reading: EntriesReading, content: str | None, units: Sequence[ScoringUnit]
) -> None:
    """The entries, the newest first, of the chosen content and units."""
    entries = [one for one in reading.entries if one.unit in units and content in (None, one.content)]
    st.markdown(f"**监督记录（{len(entries)}条，新的在前）**")
    if not entries:
        st.caption(
            "还没有监督记录。" + ("请在表单中登记。" if desk.writable else "由市纪委监委、市委组织部登记。")
        )
    for entry in entries:
        with st.container(border=True, key=f"entry_{entry.id}"):
            _entry(desk, entry, reading)


def _entry(desk: Desk, entry: EntryRow, reading: EntriesReading) -> None:
    rulebook = desk.found.rulebook
    verdict = f"　评估判断：{entry.judgement}" if entry.judgement else ""
    st.markdown(f"**{plain(entry.content)}**{plain(verdict)}")
    after = "（集中整改期后）" if entry.on_date > desk.found.dates.rectification_end else ""
    facts = [
        f"{long_day(entry.on_date)}{after}",
        rulebook.units.names.value[entry.unit],
        "、".join(entry.methods),
        f"任务第{'、'.join(entry.tasks)}项" if entry.tasks else "",
        f"登记人{entry.recorded_by}",
    ]
    st.caption(plain("；".join(fact for fact in facts if fact)))
    st.markdown(plain(entry.seen))
    download_links(reading.files.get(entry.id, []), desk.fetch, f"file_{entry.id}")
    if desk.writable and entry.unit is desk.found.own_unit:
        with st.container(horizontal=True):
            st.button("修改", key=f"edit_{entry.id}", on_click=_edit, args=(entry,))
            with st.popover("撤回"):
                _withdraw(desk, entry)


def _withdraw(desk: Desk, entry: EntryRow) -> None:
    st.markdown(
        plain(f"将撤回{desk.organization.organization}{long_day(entry.on_date)}“{entry.content}”的监督记录。")
    )
    if st.button("确认撤回", key=f"withdraw_{entry.id}", type="primary"):
        act = lambda: withdraw_entry(desk.engine, desk.actor, entry.id, entry.version, today=desk.today)  # noqa: E731
        if attempt(act):
            done("已撤回监督记录。")


def _edit(entry: EntryRow) -> None:
    """Open the form on an entry, filled with what it holds and with the version it was read at."""
    prefix = f"field_entry_{entry.id}_"
    other = next((one for one in entry.methods if one.startswith(f"{OTHER_METHOD}：")), "")
    known = [one for one in entry.methods if one != other]
    values = {
        "tasks": list(entry.tasks),
        "methods": [*known, OTHER_METHOD] if other else known,
        "other": other.removeprefix(f"{OTHER_METHOD}："),
        "day": entry.on_date,
        "seen": entry.seen,
        "judgement": entry.judgement or None,
    }
    for name, value in values.items():
        st.session_state[prefix + name] = value
    st.session_state[_EDITING] = (entry.id, entry.version, entry.content)
    st.session_state.pop(_CONFLICT, None)


def _leave() -> None:
    st.session_state.pop(_EDITING, None)
    st.session_state.pop(_CONFLICT, None)


def entry_form(
    desk: Desk, reading: EntriesReading, content: str | None, following: str | None, go: Callable[[str], None]
) -> None:
    """The form of a new entry, or of the one that is being changed."""
    editing = st.session_state.get(_EDITING)
    if editing is not None and _still_open(editing[0], reading):
        _change_form(desk, *editing)
    elif content is None:
        st.info("在上方选择评估内容，或点选表中的一格，即可登记监督记录。")
        said()
    else:
        _new_form(desk, content, following, go)


def _still_open(entry_id: int, reading: EntriesReading) -> bool:
    """Whoever went elsewhere in between has left the change: its fields are gone, and so is the form."""
    return f"field_entry_{entry_id}_seen" in st.session_state and any(
        one.id == entry_id for one in reading.entries
    )


def _new_form(desk: Desk, content: str, following: str | None, go: Callable[[str], None]) -> None:
    turn = st.session_state.get(_TURN, 0)
    prefix = f"field_new_{turn}_{desk.organization.inspection_id}_{content}_"
    with st.container(border=True, key="supervision_form"):
        st.markdown(f"**登记监督记录：{plain(desk.organization.organization)}　{plain(content)}**")
        given = _fields(desk, content, prefix, turn)
        with st.container(horizontal=True):
            save = st.button("保存", type="primary", key="save_entry")
            on = following is not None and st.button("保存并转到下一个党组织", key="save_and_next")
        said()
        if (save or on) and attempt(
            lambda: record_entry(
                desk.engine,
                desk.actor,
                desk.organization.inspection_id,
                given,
                today=desk.today,
                uploads=desk.uploads,
            )
        ):
            st.session_state[_TURN] = turn + 1
            if on and following:
                go(following)
            done(f"已登记{desk.organization.organization}“{content}”的监督记录。", f"{prefix}*")


def _change_form(desk: Desk, entry_id: int, version: int, content: str) -> None:
    prefix = f"field_entry_{entry_id}_"
    with st.container(border=True, key="supervision_form"):
        st.markdown(f"**修改监督记录：{plain(desk.organization.organization)}　{plain(content)}**")
        given = _fields(desk, content, prefix, entry_id)
        with st.container(horizontal=True):
            save = st.button("保存修改", type="primary", key="save_change")
            st.button("不改了", key="leave_change", on_click=_leave)
        said()
        if save:
            _save_change(desk, entry_id, version, given, prefix)
        stored = st.session_state.get(_CONFLICT)
        if stored is not None:
            _settle(desk, stored, given, prefix)


def _save_change(desk: Desk, entry_id: int, version: int, given: EntryForm, prefix: str) -> None:
    def act() -> None:
        try:
            change_entry(
                desk.engine, desk.actor, entry_id, version, given, today=desk.today, uploads=desk.uploads
            )
        except StaleError as stale:
            st.session_state[_CONFLICT] = stale.stored
            raise

    if attempt(act):
        _leave()
        done("已保存修改。", f"{prefix}*")


def _settle(desk: Desk, stored: SupervisionEntry, given: EntryForm, prefix: str) -> None:
    """Both versions side by side; the person chooses, nothing typed is lost."""
    assert stored.id is not None
    mine, theirs = st.columns(2)
    with mine:
        st.caption("您填写的")
        st.markdown(plain(f"{long_day(given.on_date)}；{given.judgement or '不作判断'}。{given.seen}"))
        if st.button("以我填写的为准", key="keep_mine"):
            _save_change(desk, stored.id, stored.version, given, prefix)
    with theirs:
        st.caption("他人已保存的")
        st.markdown(plain(f"{long_day(stored.on_date)}；{stored.judgement or '不作判断'}。{stored.seen}"))
        st.button("采用他人保存的", key="keep_theirs", on_click=_leave)


def _fields(desk: Desk, content: str, prefix: str, turn: int) -> EntryForm:
    """The fields in the order of the task list: which tasks, how, when, what was seen, the judgement."""
    rulebook, unit = desk.found.rulebook, desk.found.own_unit
    assert unit is not None
    tasks = {task.number: task.text for task in tasks_of(rulebook, unit, content)}
    _default(prefix + "tasks", list(tasks) if len(tasks) == 1 else [])
    _default(prefix + "day", desk.today)
    chosen: Sequence[str] = []
    if tasks:
        chosen = st.multiselect(
            "任务（附件1）",
            list(tasks),
            format_func=lambda number: f"{number}．{tasks[number]}",
            key=prefix + "tasks",
            placeholder="请选择",
        )
    methods = st.pills(
        "监督方式（可多选）",
        [*rulebook.contents.routine_methods.value, OTHER_METHOD],
        selection_mode="multi",
        key=prefix + "methods",
    )
    other = ""
    if OTHER_METHOD in methods:
        other = st.text_input("其他方式说明", key=prefix + "other", max_chars=100) or ""
    day = st.date_input(
        "监督日期",
        min_value=min(desk.organization.feedback, desk.today),
        max_value=desk.today,
        format="YYYY-MM-DD",
        key=prefix + "day",
    )
    seen = st.text_area(
        "了解到的情况",
        key=prefix + "seen",
        max_chars=LONGEST_SEEN,
        height=140,
        help=WARNING if is_confidential(content) else None,
    )
    if is_confidential(content):
        st.caption(WARNING)
    judgement = st.pills(
        "评估判断（可不作）", list(rulebook.contents.judgements.value), key=prefix + "judgement"
    )
    files = uploaded("附件", f"files_{prefix}{turn}")
    return EntryForm(
        content=content,
        tasks=tuple(chosen),
        methods=tuple(methods),
        on_date=day if isinstance(day, date) else desk.today,
        seen=seen or "",
        judgement=judgement or "",
        other_method=other,
        files=files,
    )


def _default(key: str, value: Any) -> None:
    if key not in st.session_state:
        st.session_state[key] = value
