"""The head and the foot that every screen of a round shares."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from xczg.access.permissions import Actor, UseCase
from xczg.rules.phases import Act
from xczg.rules.text import team_name
from xczg.rules.values import ScoringUnit
from xczg.services.readings import Overview
from xczg.store.views.rounds import RoundRow
from xczg.ui.bases import basis_words
from xczg.ui.words import days_left, long_day, short_day

ROUND_KEY = "round"
_CHOSEN = "xczg_chosen_round"
ORGANIZATION_KEY = "org"
ORGANIZATION_PAGE = "pages/leadership/organization.py"
LEDGER_PAGE = "pages/office/ledger.py"
FINDING_PAGE = "pages/office/finding.py"
FINDING_KEY = "finding"
IMPORT_PAGE = "pages/office/ledger_import.py"
ROUNDS_PAGE = "pages/office/rounds.py"

_STYLE = Path(__file__).with_name("style.css")


def no_rounds(actor: Actor) -> None:
    """What a screen says while there is no round to show; stops the page."""
    st.info("还没有可以查看的轮次。轮次由市委巡察办新建，导入整改台账后这里会显示整改和评估情况。")
    if actor.may(UseCase.MANAGE_ROUNDS):
        st.page_link(ROUNDS_PAGE, label="去新建轮次")
    st.stop()


def choose_round(rounds: Sequence[RoundRow]) -> RoundRow:
    """The round of the address bar, else the one chosen last, else the newest."""
    by_name = {row.name: row for row in rounds}
    context = get_script_run_ctx()
    here = context.page_script_hash if context else ""
    page, remembered = st.session_state.get(_CHOSEN, (here, None))
    # The menu's links carry no parameters; a step back on the same page means what its address says.
    forgotten = page != here and ROUND_KEY not in st.query_params
    if forgotten and remembered in by_name and remembered != rounds[0].name:
        st.query_params[ROUND_KEY] = remembered
    name = choose(
        "轮次", list(by_name), ROUND_KEY, default=rounds[0].name, label_visibility="collapsed", width=260
    )
    st.session_state[_CHOSEN] = (here, name)
    return by_name[name or rounds[0].name]


def choose(label: str, options: Sequence[str], key: str, *, default: str | None, **look: Any) -> str | None:
    """A selectbox whose value stands in the address bar under `key`, shared by all pages that draw it.

    The address is the truth, so that links, reload, back and forward all lead to what they name.
    `bind="query-params"` would not do: on the way to another page it takes away what this page was bound
    to, and a step back lands on the default. A value that is not among the options falls back to it.
    """
    named = st.query_params.get(key)
    st.session_state[key] = named if named in options else default
    chosen: str | None = st.selectbox(
        label, options, key=key, on_change=_to_address, args=(key,), placeholder="请选择", **look
    )
    return chosen


def _to_address(key: str) -> None:
    value = st.session_state[key]
    if value is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def forget_organization() -> None:
    """Take the organisation out of the address of a page that shows all of them.

    A click in a table leaves it there for the step back: Streamlit sets the parameters before the page.
    """
    st.query_params.pop(ORGANIZATION_KEY, None)


def head_style() -> None:
    """The few rules of style that the theme cannot express."""
    st.html(_STYLE)


def where_it_stands(found: Overview, today: date) -> str:
    """The state of the round in one sentence: what runs, until when, what has come in."""
    dates, state = found.dates, found.state
    parts = [f"当前处于{state.value}阶段"]
    if found.clock.deadline:
        parts.append(
            f"{_deadline_name(found)}{days_left(found.clock)}（{short_day(found.clock.deadline, today)}止）"
        )
    if today > dates.rectification_end:
        parts.append(f"集中整改期已于{short_day(dates.rectification_end, today)}结束")
    if found.clock.deadline and found.sheets_complete:
        parts.append(f"评分表已交{found.sheets_complete}/{found.sheets_expected}份")
    parts += [f"{act.act.value}于{short_day(act.on_date, today)}登记" for act in found.round.acts[-1:]]
    if found.round.frozen:
        parts.append(f"以下为{long_day(found.as_of)}冻结的评估结果")
    sentence = "，".join(parts) + "。"
    if found.team is None:
        return sentence
    team = team_name(found.team, found.rulebook.units.names.value[ScoringUnit.TEAM])
    return f"{sentence}只列{team}巡察的{len(found.rows)}个党组织；阶段和评分进度为全轮的。"


def present_state(row: RoundRow, today: date) -> str:
    """What heads a list of the present state where the result of the round is frozen."""
    consented = next((act.on_date for act in row.acts if act.act is Act.CONSENTED), None)
    day = f"已于{long_day(consented)}经市委同意" if consented else "已"
    return (
        f"现状（截至{long_day(today)}）：评估结果{day}冻结，此后仍在整改。"
        "本页为现在的状态；总览和被巡察党组织页面的数字为冻结时的评估结果，不随之变动。"
    )


def _deadline_name(found: Overview) -> str:
    if found.clock.deadline == found.dates.rectification_end:
        return ""
    return "结果报送期限" if found.clock.deadline == found.dates.report_due else "集中督查评估"


def head(title: str, remark: str = "") -> None:
    """The title of a page without a round, at the height where the others have theirs."""
    head_style()
    with (
        st.container(key="head", horizontal=True, vertical_alignment="bottom"),
        st.container(width="stretch"),
    ):
        st.title(title, anchor=False)
        if remark:
            st.caption(remark)


def section(title: str, remark: str = "", *, explanation: str = "") -> None:
    """A heading with a quiet remark beside it. All are the program's own words, never data."""
    text = f'<p class="section"><b>{title}</b><span>{remark}</span></p>'
    if explanation:
        st.markdown(text, unsafe_allow_html=True, help=explanation, width="content")
    else:
        st.html(text)


def footer(found: Overview) -> None:
    """数据截至 and 口径, on every screen."""
    definitions = found.rulebook.definitions
    frozen = "（评估结果冻结之日，此后的整改情况见问题台账）" if found.round.frozen else ""
    st.caption(
        f"数据截至{long_day(found.as_of)}{frozen}。口径：整改完成率＝{definitions.completion.value}；"
        f"未整改到位事项＝{definitions.unresolved.value}；逾期＝超过完成时限仍未完成，不含长期坚持和未定时限的；"
        f"来源为{basis_words(found.rows)}。依据《{found.rulebook.name.value}》，节假日不顺延。"
    )
