"""What forms share: a quiet word after saving, refusals in place, files up and down."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from xczg.access.permissions import PermissionRefusedError
from xczg.services.attachments import AttachmentRow, NewFile, StoredFile
from xczg.services.unit_of_work import RefusedError
from xczg.ui.words import plain

_SAID = "xczg_said"


def said() -> None:
    """Show what the last act did, once, at the place where it is called."""
    if words := st.session_state.pop(_SAID, None):
        st.success(plain(words))


def done(words: str, *clear: str) -> None:
    """After a write: forget the fields with these keys or prefixes, run again, and say it there."""
    for key in list(st.session_state):
        if any(str(key) == one or (one.endswith("*") and str(key).startswith(one[:-1])) for one in clear):
            del st.session_state[key]
    st.session_state[_SAID] = words
    st.rerun()


def attempt(act: Callable[[], Any]) -> bool:
    """Run a service; a refusal is shown in its own words and what was typed stays."""
    try:
        act()
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
        return False
    return True


def uploaded(label: str, key: str, *, most: int = 10) -> list[NewFile]:
    """A field for evidence files."""
    files = st.file_uploader(
        f"{label}（PDF、图片、Word、Excel，每个不超过10MB，最多{most}个）",
        accept_multiple_files=True,
        key=key,
    )
    return [NewFile(file.name, file.getvalue()) for file in files]


def download_links(files: Sequence[AttachmentRow], fetch: Callable[[int], StoredFile], key: str) -> None:
    """A button for each file; the content is read, and the permission checked, when it is pressed."""
    for file in files:
        st.download_button(
            plain(f"{file.name}（{_size(file.size)}）"),
            data=partial(_content, fetch, file.id),
            file_name=file.name,
            on_click="ignore",
            key=f"{key}_{file.id}",
            type="tertiary",
        )


def _content(fetch: Callable[[int], StoredFile], attachment_id: int) -> bytes:
    return fetch(attachment_id).content


def _size(size: int) -> str:
    return f"{size / 2**20:.1f}MB" if size >= 2**20 else f"{max(1, size // 1024)}KB"
