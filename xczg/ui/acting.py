"""Acts of the flows: run when the button is pressed, before the page is drawn again.

Somebody else may have decided meanwhile, and the form is then gone from the page that is drawn next. A
callback still runs, with the version the form was drawn with; what was typed is shown beside the refusal.
"""

from collections.abc import Callable
from datetime import date, datetime

import streamlit as st

from xczg.access.accounts import present
from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.access.runtime import runtime
from xczg.services.attachments import NewFile, StoredFile, fetch_attachment
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.clock import SHANGHAI
from xczg.store.tables import CloseOut, Extension, Finding, Submission
from xczg.ui.forms import said
from xczg.ui.words import long_day, plain

_SAID, _REFUSED = "xczg_said", "xczg_refused"


def told() -> None:
    """What the last act did, or why it was refused, once."""
    said()
    if refusal := st.session_state.pop(_REFUSED, None):
        st.error(plain(refusal))


def refuse(sentence: str) -> None:
    """What is wrong with a form before any service is asked."""
    st.session_state[_REFUSED] = sentence


def perform(account: Actor, act: Callable[[Actor], object], words: str, typed: str = "") -> None:
    """Run a service for the person as they are now; to be called from a callback."""
    try:
        act(present(runtime().engine, account))
    except StaleError as stale:
        mine = f"您刚才填写的是：{typed}" if typed else ""
        st.session_state[_REFUSED] = f"{stale}{_as_it_stands(stale.stored)}{mine}"
    except (RefusedError, PermissionRefusedError) as refusal:
        st.session_state[_REFUSED] = str(refusal)
    else:
        st.session_state[_SAID] = words


def _as_it_stands(stored: object) -> str:
    if isinstance(stored, Finding):
        day = f"，完成时限{long_day(stored.due_date)}" if stored.due_date else ""
        closed = "，已销号" if stored.closed_out_on else ""
        return f"该问题现为“{stored.status.value}”{day}{closed}。"
    who = ""
    if isinstance(stored, CloseOut | Submission):
        who = stored.reviewed_by or ""
    elif isinstance(stored, Extension):
        who = stored.decided_by or ""
    if isinstance(stored, CloseOut | Extension | Submission):
        opinion = f"，意见：{stored.opinion}" if stored.opinion else ""
        return f"最新情况：“{stored.state.value}”{f'（{who}）' if who else ''}{opinion}。"
    return ""


def files_in(key: str) -> tuple[NewFile, ...]:
    """What was put into an uploader."""
    return tuple(NewFile(file.name, file.getvalue()) for file in st.session_state.get(key) or ())


def fetcher(account: Actor) -> Callable[[int], StoredFile]:
    """Fetches a file for the person as they are when they press the button."""
    shared = runtime()
    return lambda number: fetch_attachment(
        shared.engine, present(shared.engine, account), shared.settings.uploads, number
    )


def day_of(at: datetime | date | None) -> str:
    """A moment as its day in Shanghai."""
    if at is None:
        return ""
    return long_day(at.astimezone(SHANGHAI).date() if isinstance(at, datetime) else at)
