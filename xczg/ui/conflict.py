"""When two people change one record: the second sees both versions and chooses; nothing typed is lost."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from xczg.access.permissions import PermissionRefusedError
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.ui.words import plain

MINE, THEIRS = "mine", "theirs"
Words = Mapping[str, str]


def drawn_version(form: str, first_field: str, version: int) -> int:
    """The version a form was first drawn with: its fields keep what was typed, so they keep that too."""
    key = f"field_{form}_version"
    if first_field not in st.session_state or key not in st.session_state:
        st.session_state[key] = version
    return int(st.session_state[key])


def both_versions(key: str, mine: Words, stored: Words) -> str | None:
    """Show what differs and ask which one is to stand; MINE, THEIRS or None while nobody chose."""
    st.warning("在您填写期间，他人已修改了同一记录。请对照后选择，选择前不会写入任何内容。")
    rows = [
        {"项目": name, "您填写的": mine[name] or "（空）", "现有内容": stored.get(name, "") or "（空）"}
        for name in mine
        if mine[name] != stored.get(name, "")
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="", height="content")
    else:
        st.caption("两个版本内容相同。")
    with st.container(horizontal=True):
        if st.button("用我填写的覆盖", key=f"{key}_mine", type="primary"):
            return MINE
        if st.button("保留现有内容", key=f"{key}_theirs"):
            return THEIRS
    return None


def save(
    form: str,
    act: Callable[[int], Any],
    *,
    pressed: bool,
    version: int,
    mine: Words,
    words: Callable[[Any], Words],
) -> bool:
    """Write a form with the version it was drawn with; True once it is written.

    `words` puts the stored row into the same fields as `mine`. A refusal is shown and what was typed stays.
    """
    key = f"stale_{form}"
    stored = st.session_state.get(key)
    if stored is not None and not pressed:
        choice = both_versions(key, mine, words(stored))
        if choice is None:
            return False
        del st.session_state[key]
        if choice == THEIRS:
            for field in [one for one in st.session_state if str(one).startswith(f"field_{form}")]:
                del st.session_state[field]
            st.rerun()
        version = stored.version
    elif not pressed:
        return False
    try:
        act(version)
    except StaleError as stale:
        st.session_state[key] = stale.stored
        st.rerun()
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
        return False
    st.session_state.pop(key, None)
    return True
