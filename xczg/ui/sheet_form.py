"""One score sheet on screen: filling it in, submitting it once, answering what was recorded by proxy."""

from collections.abc import Callable

import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.sheets import Typed
from xczg.rules.values import SheetState
from xczg.services.score_readings import SheetReading
from xczg.services.score_sheets import confirm_proxy, reject_proxy, save_draft, submit_sheet
from xczg.services.unit_of_work import StaleError
from xczg.ui.forms import attempt, done
from xczg.ui.page import ORGANIZATION_KEY
from xczg.ui.sheet_grid import Grid, Typing
from xczg.ui.sheet_parts import both_versions
from xczg.ui.words import plain

ASKING = "xczg_sheet_asking"


class SheetForm:
    """The form of one sheet for one person; `following` is the organisation after it."""

    def __init__(self, engine: Engine, actor: Actor, sheet: SheetReading, following: str | None) -> None:
        self.engine, self.actor, self.sheet, self.following = engine, actor, sheet, following
        self.grid = Grid(f"{actor.username}_{sheet.inspection_id}", sheet.criteria)

    def draw(self) -> None:
        """The notes on top, the grid, the total, the buttons."""
        waiting = self.grid.waiting()
        if waiting is not None and waiting[0] != self.sheet.seen:
            self._choose_version(waiting[1])
            return
        typing = self.grid.draw(self.sheet.lines, self.sheet.seen)
        self._total(typing)
        with st.container(horizontal=True):
            save = st.button("保存草稿", key="sheet_save", disabled=not typing.changed)
            send = st.button("提交", key="sheet_submit", type="primary")
            go_on = self._next_button()
        if save and self._save(typing):
            done(f"已保存{self.sheet.organization}的评分草稿。")
        if go_on and (not typing.changed or self._save(typing)):
            self._go_on(f"{self.sheet.organization}的评分草稿已保存。" if typing.changed else "")
        if send:
            self._ask(typing)
        if st.session_state.get(ASKING) == self.grid.place:
            self._submit(typing)

    def move_on(self) -> None:
        """Only the way to the next one, under a sheet that is locked."""
        if self._next_button():
            self._go_on("")

    def _next_button(self) -> bool:
        return st.button(
            "下一个党组织",
            key="sheet_next",
            disabled=self.following is None,
            help="已填写的内容先存为草稿，再打开下一份未提交的评分表。",
        )

    def _go_on(self, words: str) -> None:
        assert self.following is not None
        st.session_state.pop(ASKING, None)
        st.query_params[ORGANIZATION_KEY] = self.following
        if words:
            done(words)
        st.rerun()

    def _total(self, typing: Typing) -> None:
        check = typing.check
        blank = sum(not line.points for line in typing.lines.values())
        faults = len(check.missing) - blank
        words = [f"**总分{check.total:.2f}分**".replace(".", "\\.")]
        words += [f"还有{blank}项未填得分"] if blank else []
        words += [f"{faults}处需要更正或补写扣分理由"] if faults else []
        words += ["有未保存的改动"] if typing.changed else []
        st.markdown("　".join(words))

    def _save(self, typing: Typing) -> bool:
        kept = self._write(save_draft, typing)
        if kept:
            self.grid.forget()
        return kept

    def _write(self, act: Callable[..., int], typing: Typing) -> bool:
        """Save or submit; where a colleague was quicker, the next run shows both versions."""

        def write() -> None:
            try:
                act(self.engine, self.actor, self.sheet.inspection_id, typing.lines, typing.seen)
            except StaleError:
                st.rerun()

        return attempt(write)

    def _ask(self, typing: Typing) -> None:
        st.session_state.pop(ASKING, None)
        if typing.check.complete:
            st.session_state[ASKING] = self.grid.place
            return
        listed = "\n".join(f"- {plain(one)}" for one in typing.check.missing)
        st.error(f"还不能提交，请先补齐以下{len(typing.check.missing)}处：\n\n{listed}")

    def _submit(self, typing: Typing) -> None:
        if not typing.check.complete:  # changed since it was asked
            st.session_state.pop(ASKING, None)
            return
        name, total = self.sheet.organization, f"{typing.check.total:.2f}分"
        st.warning(plain(f"将提交{name}的评分表，总分{total}。提交后即锁定，如需修改须由市委巡察办退回。"))
        with st.container(horizontal=True):
            sure = st.button(f"确认提交（{plain(total)}）", key="sheet_sure", type="primary")
            if st.button("再看看", key="sheet_not_yet"):
                st.session_state.pop(ASKING, None)
                st.rerun()
        if not sure:
            return
        st.session_state.pop(ASKING, None)
        if self._write(submit_sheet, typing):
            self.grid.forget()
            done(f"已提交{name}的评分表，总分{total}。")

    def _choose_version(self, mine: Typed) -> None:
        both_versions(self.sheet, mine, self.sheet.saved_by)
        if self.sheet.state in (SheetState.SUBMITTED, SheetState.AWAITING_CONFIRMATION):
            st.info("该评分表已提交或已代录，不能再覆盖。您填写的内容可在上表中查看、抄录。")
            if st.button("以已保存的为准", key="sheet_take_theirs"):
                self.grid.forget()
                st.rerun()
            return
        with st.container(horizontal=True):
            if st.button("以已保存的为准", key="sheet_take_theirs"):
                self.grid.forget()
                st.rerun()
            if st.button("保留我填写的", key="sheet_keep_mine", type="primary"):
                self.grid.rebase(self.sheet.seen)
                st.rerun()

    def answer(self) -> None:
        """Confirm or reject what the office recorded without a scan （代录待确认）."""
        sheet = self.sheet
        assert sheet.sheet_id is not None
        number = sheet.sheet_id
        reason = st.text_input("不认可的，请写明原因", key=f"field_reject_{number}", max_chars=1000)
        with st.container(horizontal=True):
            yes = st.button("确认代录的评分", key="sheet_confirm", type="primary")
            no = st.button("不认可，退回", key="sheet_reject")
        if yes and attempt(lambda: confirm_proxy(self.engine, self.actor, number)):
            done(f"已确认{sheet.organization}的代录评分。", f"field_reject_{number}")
        if no and attempt(lambda: reject_proxy(self.engine, self.actor, number, reason or "")):
            done(f"已退回{sheet.organization}的代录评分，请自行填写。", f"field_reject_{number}")
