"""Composition root: settings → database → sign-in → the pages of this role → run."""

import streamlit as st

from xczg.access.gate import TITLE, signed_in
from xczg.access.runtime import runtime
from xczg.ui.navigation import ballot_page, hold_address, menu
from xczg.ui.strip import strip

st.set_page_config(page_title=TITLE, layout="wide", initial_sidebar_state="auto")

if (ballot := ballot_page()) is not None:
    ballot.run()
    st.stop()

shared = runtime()
actor = signed_in(shared.engine, shared.settings)
if actor is None:
    hold_address()
    st.stop()

page = st.navigation(menu(actor), position="top")
strip(actor)
page.run()
