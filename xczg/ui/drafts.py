"""Forms that remember what they were drawn with, so that nobody overwrites unseen and nothing typed is lost.

The keys of a form share a prefix that begins with `field_`: they survive an expired sign-in (`gate`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from xczg.access.permissions import PermissionRefusedError
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.ui.words import plain


@dataclass(frozen=True, slots=True)
class Drawn:
    """The version a form was drawn with, and the stored values it is about."""

    version: int
    values: Mapping[str, Any]


def fill(
    prefix: str, fields: Mapping[str, Any], version: int, watched: Mapping[str, Any] | None = None
) -> None:
    """Fill the fields of a form when it is first drawn; later runs leave what was typed.

    `watched` are the stored values the form would overwrite, `fields` themselves unless said. While they
    stay the same, a new version of the record is no conflict and the form moves on with it.
    """
    state, now = st.session_state, Drawn(version, dict(fields if watched is None else watched))
    drawn = state.get(f"{prefix}drawn")
    if drawn is None or not any(f"{prefix}{name}" in state for name in fields):
        forget(prefix)
        state[f"{prefix}drawn"] = now
    elif drawn.values == now.values:
        state[f"{prefix}drawn"] = now
    for name, value in fields.items():
        if f"{prefix}{name}" not in state:
            state[f"{prefix}{name}"] = value


def typed(prefix: str, names: Sequence[str]) -> dict[str, Any]:
    """What stands in the fields."""
    return {name: st.session_state[f"{prefix}{name}"] for name in names}


def drawn_version(prefix: str) -> int:
    """The version the form was drawn with."""
    version: int = st.session_state[f"{prefix}drawn"].version
    return version


def forget(prefix: str) -> None:
    """Forget the form; it is filled anew when it is drawn again."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def send(prefix: str, act: Callable[[], Any]) -> bool:
    """Run a service for a form. A refusal is shown where the form is; a conflict is shown above it."""
    try:
        act()
    except StaleError:
        st.session_state[f"{prefix}conflict"] = True
        st.rerun()
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
        return False
    return True


def chose_mine(prefix: str) -> bool:
    """Whether the person just chose to write the own version in spite of the other one."""
    return bool(st.session_state.pop(f"{prefix}mine", False))


def conflict(
    prefix: str, labels: Mapping[str, str], mine: Mapping[str, Any], stored: Drawn, name: str = ""
) -> None:
    """Both versions side by side and the choice, after somebody else was faster."""
    if not st.session_state.get(f"{prefix}conflict"):
        return
    rows = [
        {"栏目": label, "我填写的": spoken(mine[key]), "已保存的": spoken(stored.values[key])}
        for key, label in labels.items()
        if spoken(mine[key]) != spoken(stored.values[key])
    ]
    with st.container(border=True, key=f"conflict_{prefix}"):
        st.warning(
            f"在您填写期间，他人已修改了同一{name or '反馈问题'}，您填写的内容尚未保存。请对照后选择。"
        )
        if rows:
            st.dataframe(
                pd.DataFrame(rows), hide_index=True, placeholder="", key=f"versions_{prefix}", row_height=60
            )
        else:
            st.caption("两个版本内容相同。")
        with st.container(horizontal=True):
            st.button("以我的为准", key=f"mine_{prefix}", on_click=_mine, args=(prefix, stored))
            st.button("采用已保存的", key=f"stored_{prefix}", on_click=forget, args=(prefix,))


def _mine(prefix: str, stored: Drawn) -> None:
    state = st.session_state
    state[f"{prefix}drawn"] = stored
    state[f"{prefix}mine"] = True
    state.pop(f"{prefix}conflict", None)


def spoken(value: Any) -> str:
    """A value of a form in words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    if isinstance(value, Mapping):
        return "、".join(f"{name}{'' if one is None else one}" for name, one in value.items())
    return "" if value is None else str(value)
