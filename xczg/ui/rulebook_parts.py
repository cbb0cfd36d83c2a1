"""The parts of the three rulebook pages: the version, values with their origin, fields to change them."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import streamlit as st

from xczg.access.permissions import Actor, UseCase
from xczg.rules.regulation import Rule
from xczg.rules.rulebook import Rounding, Sourced
from xczg.rules.rulebook_changes import value_words
from xczg.rules.values import ScoringUnit
from xczg.services.rulebooks import VersionRow
from xczg.store.clock import SHANGHAI
from xczg.ui.page import choose
from xczg.ui.words import long_day, plain

VERSION_KEY = "version"

# Where a rule is worked; pages that somebody may not open lead to the sentence that says who can.
SCREENS = {
    "R1": ("监督记录", "pages/scoring/supervision.py"),
    "R2": ("监督记录", "pages/scoring/supervision.py"),
    "R3": ("监督记录", "pages/scoring/supervision.py"),
    "R4": ("结果报告", "pages/scoring/report.py"),
    "R5": ("督查组与日程", "pages/office/groups.py"),
    "R6": ("实地督导", "pages/scoring/visits.py"),
    "R7": ("会商会议", "pages/office/consultation.py"),
    "R8": ("评估打分", "pages/scoring/score_sheet.py"),
    "R9": ("总览", "pages/leadership/overview.py"),
    "R11": ("总览", "pages/leadership/overview.py"),
    "R19": ("附件", "pages/system/annexes.py"),
    "R20": ("参数", "pages/system/parameters.py"),
}


def choose_version(versions: Sequence[VersionRow]) -> VersionRow:
    """The version of the address bar, else the newest."""
    by_label = {f"第{one.version}版": one for one in versions}
    name = choose(
        "版本",
        list(by_label),
        VERSION_KEY,
        default=next(iter(by_label)),
        label_visibility="collapsed",
        width=160,
    )
    return by_label[name or next(iter(by_label))]


def about(version: VersionRow, actor: Actor) -> None:
    """What this version is: its name, whence it came, and which rounds are bound to it."""
    rulebook = version.rulebook
    used = f"；适用轮次：{'、'.join(version.rounds)}" if version.rounds else "；尚无轮次使用"
    used = used if actor.may(UseCase.VIEW_OVERVIEW) else ""
    stored = ""
    if version.stored_at is not None:
        day = long_day(version.stored_at.astimezone(SHANGHAI).date())
        stored = f"；{day}存入，{version.reason or '新建轮次时存入'}"
    st.caption(
        plain(
            f"《{rulebook.name.value}》，{rulebook.issuer.value}，{long_day(rulebook.issued_on.value)}印发{used}{stored}。"
        )
    )


def rule_card(rule: Rule, version: VersionRow, pages: set[str]) -> None:
    """One rule with the values that stand for it."""
    values = [(key, one) for key, one in version.rulebook.values() if one.rule == rule.number]
    with st.container(border=True, gap="small"):
        st.markdown(f"**{rule.number}**　{plain(rule.text)}")
        if values:
            st.table([_value_row(key, one, version) for key, one in values])
        label, page = SCREENS.get(rule.number, ("", ""))
        if page in pages:
            st.page_link(page, label=f"在“{label}”中办理")


def _value_row(key: str, one: Sourced[Any], version: VersionRow) -> dict[str, str]:
    return {
        "事项": plain(one.title),
        "取值": plain(value_words(key, one.value)),
        "来源": one.source.value,
        "确认": confirmation_words(key, version, basis=False),
        "说明": plain(one.note),
    }


def confirmation_words(key: str, version: VersionRow, *, basis: bool = True) -> str:
    """When and on what basis it was confirmed, 待确认, or — where nothing is to be confirmed."""
    if key not in version.rulebook.open_points():
        return "—"
    found = version.confirmations.get(key)
    if found is None:
        return "待确认"
    return plain(f"{long_day(found.confirmed_on)}确认" + (f"，{found.basis}" if basis else ""))


def value_field(key: str, one: Sourced[Any]) -> Any:
    """A field for one value, filled with it; what it holds afterwards, None where it cannot be read."""
    label, field = plain(one.title), f"field_rulebook_{key}"
    value = one.value
    if isinstance(value, bool):
        return st.radio(
            label,
            [True, False],
            format_func=lambda yes: "是" if yes else "否",
            index=int(not value),
            key=field,
            horizontal=True,
        )
    if isinstance(value, Rounding):
        return st.selectbox(
            label,
            list(Rounding),
            format_func=lambda way: way.label,
            index=list(Rounding).index(value),
            key=field,
        )
    if isinstance(value, int):
        return st.number_input(label, value=value, step=1, key=field)
    if isinstance(value, Decimal):
        return _decimal(st.text_input(f"{label}（填小数，如0.20）", f"{value.normalize():f}", key=field))
    if isinstance(value, tuple):
        return _list_field(label, value, field)
    return st.text_input(label, str(value), max_chars=500, key=field)


def _list_field(label: str, value: tuple[Any, ...], field: str) -> tuple[Any, ...] | None:
    numbers = bool(value) and isinstance(value[0], Decimal)
    shown = "\n".join(f"{one.normalize():f}" if numbers else str(one) for one in value)
    lines = [line.strip() for line in st.text_area(f"{label}（每行一项）", shown, key=field).splitlines()]
    if not numbers:
        return tuple(line for line in lines if line)
    found = [_decimal(line) for line in lines if line]
    return None if None in found else tuple(found)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def unit_names(version: VersionRow) -> dict[ScoringUnit, str]:
    """The supervising units by name."""
    names = version.rulebook.units.names.value
    return {unit: names[unit] for unit in (ScoringUnit.DISCIPLINE, ScoringUnit.PERSONNEL)}
