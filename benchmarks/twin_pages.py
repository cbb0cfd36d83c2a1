"""The served app with a static twin beside each of its pages.

app.py itself runs, from its own place (links between pages and .streamlit/config.toml are found relative to
it); only its menu is given more pages. So sign-in, menu and strip are in both, only the page body differs.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.navigation.page import Page

from benchmarks.twin import Event, record, replay
from xczg import server
from xczg.access.gate import require
from xczg.access.permissions import Actor
from xczg.store.settings import PROJECT
from xczg.ui import navigation

_recorded: dict[str, list[Event]] = {}


def _twin_of(path: str, key: str) -> Callable[[], None]:
    """A page that draws the recorded calls; the first run records them."""

    def draw() -> None:
        require()
        if key in _recorded:
            replay(_recorded[key])
        else:
            _recorded[key] = record(PROJECT / "pages" / path)

    return draw


def serve(port: int) -> None:
    """Run the launcher with the longer menu."""
    plain_menu = navigation.menu

    def menu(actor: Actor) -> dict[str, list[Page]]:
        twins = [
            st.Page(_twin_of(entry.path, entry.url_path), title="孪生", url_path=f"twin_{entry.url_path}")
            for entry in navigation.PAGES
        ]
        return {**plain_menu(actor), "孪生": twins}

    navigation.menu = menu
    server.run(port=port)
