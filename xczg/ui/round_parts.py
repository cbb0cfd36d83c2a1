"""The parts of the page 轮次: the list, the form of a round, putting it away."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.phases import LaterFeedback
from xczg.rules.text import normalized
from xczg.services.results import read_rulebook, state_of
from xczg.services.round_editing import (
    RulebookChoice,
    archive_round,
    delete_round,
    edit_round,
    read_work,
    restore_round,
    rulebook_choices,
)
from xczg.services.rounds import add_round
from xczg.store.settings import RULEBOOKS
from xczg.store.tables import Round
from xczg.store.views.rounds import RoundRow
from xczg.ui.conflict import drawn_version, save
from xczg.ui.figures import later_names
from xczg.ui.forms import attempt, done
from xczg.ui.page import ROUND_KEY, section
from xczg.ui.words import long_day, plain


def rounds_table(
    rounds: Sequence[RoundRow], late: Mapping[int, Sequence[LaterFeedback]], today: date
) -> None:
    """All rounds, newest first, with their dates and states, and whose later feedback moves the dates."""
    rows = []
    for row in rounds:
        rulebook, dates, state = state_of(row, today)
        marks = [word for word, holds in (("已冻结", row.frozen), ("已归档", row.archived)) if holds]
        rows.append(
            {
                "轮次": row.name,
                "届次": row.term,
                "反馈日期": long_day(row.feedback_date),
                "党组织（个）": row.organizations,
                "当前阶段": state.value,
                "集中整改期至": long_day(dates.rectification_end),
                "集中督查评估至": long_day(dates.assessment_due),
                "依据": rulebook.name.value,
                "结果": "、".join(marks),
                "反馈较晚的党组织": later_names(late[row.id]),
            }
        )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        placeholder="",
        key="rounds",
        height="content" if len(rows) <= 7 else 248,
        alt="各轮次一览，新的在前。",
    )


def new_round(engine: Engine, account: Actor, today: date) -> None:
    """The form for a new round; leads on to its organisations."""
    choices = rulebook_choices(engine, account, RULEBOOKS)
    with st.form("new_round", enter_to_submit=False):
        st.subheader("新建轮次", anchor=False)
        name = st.text_input(
            "轮次名称", max_chars=100, placeholder="如：三届市委第八轮", key="field_new_round_name"
        )
        term = st.text_input(
            "届次（可不填）", max_chars=60, placeholder="如：三届市委", key="field_new_round_term"
        )
        feedback = st.date_input("反馈日期", value=today, format="YYYY-MM-DD", key="field_new_round_feedback")
        rulebook = _rulebook_field(choices, 0, "field_new_round_rulebook")
        st.caption("集中整改期自反馈日期起算。开始登记问题或评估工作后，本轮次不能再更换办法版本。")
        pressed = st.form_submit_button("新建", type="primary")
    if pressed and attempt(
        partial(
            add_round,
            engine,
            account,
            name or "",
            feedback,
            rulebooks=RULEBOOKS,
            rulebook=rulebook.file if rulebook else None,
            version_id=rulebook.version_id if rulebook else None,
            term=term or "",
        )
    ):
        st.session_state["round_added"] = normalized(name or "")
        st.query_params[ROUND_KEY] = normalized(name or "")
        done("", "field_new_round*")


def _rulebook_field(choices: Sequence[RulebookChoice], index: int | None, key: str) -> RulebookChoice | None:
    chosen = st.selectbox(
        "适用的办法版本",
        range(len(choices)),
        format_func=lambda place: choices[place].label,
        index=index,
        key=key,
        placeholder="请选择",
    )
    return None if chosen is None else choices[chosen]


def round_settings(engine: Engine, account: Actor, row: RoundRow) -> None:
    """Change a round, put it away, or delete it while it is empty."""
    left, right = st.columns([2, 1], gap="medium")
    with left:
        _edit_form(engine, account, row)
    with right:
        section("归档和删除")
        _away(engine, account, row)
        _delete(engine, account, row)


def _edit_form(engine: Engine, account: Actor, row: RoundRow) -> None:
    work, choices = read_work(engine, account, row.id), rulebook_choices(engine, account, RULEBOOKS)
    form = f"edit_round_{row.id}"
    version = drawn_version(form, f"field_{form}_name", row.version)
    rulebook = None
    with st.form(form, enter_to_submit=False):
        st.subheader(plain(f"修改{row.name}"), anchor=False)
        name = st.text_input("轮次名称", row.name, max_chars=100, key=f"field_{form}_name") or ""
        term = st.text_input("届次（可不填）", row.term, max_chars=60, key=f"field_{form}_term") or ""
        feedback = st.date_input(
            "反馈日期（党组织未单独填写的，按此日期）",
            row.feedback_date,
            format="YYYY-MM-DD",
            key=f"field_{form}_feedback",
            disabled=row.frozen,
        )
        if work:
            bound = read_rulebook(row.rulebook_content).name.value
            st.caption(plain(f"本轮次已有{work}，不能再更换办法版本（现为《{bound}》）。"))
        else:
            ids = [choice.version_id for choice in choices]
            rulebook = _rulebook_field(choices, ids.index(row.rulebook_version_id), f"field_{form}_rulebook")
        if row.frozen:
            st.caption("评估结果已冻结，反馈日期不能再改动。")
        pressed = st.form_submit_button("保存修改", type="primary")
    mine = {"轮次名称": name.strip(), "届次": term.strip(), "反馈日期": long_day(feedback)}
    act = partial(
        _edit,
        engine,
        account,
        row.id,
        {
            "name": name,
            "term": term,
            "feedback_date": feedback,
            "rulebook": rulebook,
            "rulebooks": RULEBOOKS,
        },
    )
    if save(form, act, pressed=pressed, version=version, mine=mine, words=_round_words):
        st.query_params[ROUND_KEY] = normalized(name)
        done(f"已保存对{name.strip()}的修改。", f"field_{form}*")


def _edit(engine: Engine, account: Actor, round_id: int, fields: dict[str, object], version: int) -> None:
    edit_round(engine, account, round_id, version, **fields)  # type: ignore[arg-type]


def _round_words(row: Round) -> dict[str, str]:
    return {"轮次名称": row.name, "届次": row.term, "反馈日期": long_day(row.feedback_date)}


def _away(engine: Engine, account: Actor, row: RoundRow) -> None:
    if row.archived:
        st.caption("本轮次已归档，不在其他页面列出。")
        if st.button("恢复", key="restore_round") and attempt(
            partial(restore_round, engine, account, row.id, row.version)
        ):
            done(f"已恢复{row.name}。")
        return
    st.caption("归档后其他页面不再列出本轮次，数据不删除，随时可以恢复。")
    with st.popover("归档"):
        st.write(plain(f"归档{row.name}？"))
        if st.button("确认归档", key="archive_round", type="primary") and attempt(
            partial(archive_round, engine, account, row.id, row.version)
        ):
            done(f"已归档{row.name}。")


def _delete(engine: Engine, account: Actor, row: RoundRow) -> None:
    st.caption("名下没有任何数据的轮次可以删除。")
    with st.popover("删除"):
        st.write(plain(f"删除{row.name}？删除后不能恢复。"))
        if st.button("确认删除", key="delete_round", type="primary") and attempt(
            partial(delete_round, engine, account, row.id)
        ):
            st.query_params.pop("round", None)
            done(f"已删除{row.name}。")
