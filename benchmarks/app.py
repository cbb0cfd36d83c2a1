"""The real app with its pages, and beside each its static twin; run by the benchmark's own server.

The same lines as in /app.py, so that sign-in, menu and strip are in both; only the page body differs.
"""

import streamlit as st

from benchmarks.twin import record, replay
from xczg.access.gate import TITLE, require, signed_in
from xczg.access.runtime import runtime
from xczg.store.settings import PROJECT
from xczg.ui.navigation import PAGES, menu
from xczg.ui.strip import strip

st.set_page_config(page_title=TITLE, layout="wide", initial_sidebar_state="auto")


@st.cache_resource
def recorded() -> dict[str, list]:
    """The calls of each page by its address."""
    return {}


def twin_of(path: str, key: str):  # type: ignore[no-untyped-def]
    """A page that draws the recorded calls; the first run records them."""

    def draw() -> None:
        require()
        if key in recorded():
            replay(recorded()[key])
        else:
            recorded()[key] = record(PROJECT / "pages" / path)

    return draw


shared = runtime()
actor = signed_in(shared.engine, shared.settings)
if actor is None:
    st.stop()
pages = menu(actor)
pages["孪生"] = [
    st.Page(
        twin_of(entry.path, entry.url_path), title=f"{entry.title}孪生", url_path=f"twin_{entry.url_path}"
    )
    for entry in PAGES
]
page = st.navigation(pages, position="top")
strip(actor)
page.run()
