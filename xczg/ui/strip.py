"""The quiet strip at the right of the menu bar: what must not be entered here, who is signed in, 退出.

It lies in Streamlit's own header, so that it takes no line from the page.
"""

from pathlib import Path

import streamlit as st

from xczg.access.gate import BANNER, sign_out_button
from xczg.access.own_password import change_password_button
from xczg.access.permissions import Actor
from xczg.ui.words import plain

_STYLE = """<style>
.st-key-strip { position: fixed; top: 0; right: 1rem; height: 3.75rem; width: auto; z-index: 999991;
  justify-content: center; align-items: flex-end; gap: 0.1rem; }
.st-key-strip [data-testid="stCaptionContainer"], .st-key-strip [data-testid="stMarkdownContainer"] {
  margin: 0; }
.st-key-strip p { font-size: 0.8rem; line-height: 1.3; margin: 0; white-space: nowrap; }
.st-key-strip button { min-height: 0; padding: 0; line-height: 1.3; }
.st-key-who { width: auto; align-items: center; justify-content: flex-end; gap: 0.8rem; }
.st-key-strip-style { display: none; }
div:has(> .st-key-gate) { position: absolute; height: 0; overflow: hidden; }
[data-testid="stHeader"] { padding-right: 22rem; }
@media (max-width: 640px) {
  [data-testid="stHeader"] { padding-right: 1rem; }
  .st-key-strip { z-index: 999990; }
  .st-key-strip p { font-size: 0.72rem; }
}
@media print { .st-key-strip { position: static; } .st-key-who { display: none; } }
</style>"""


_CHINESE = Path(__file__).with_name("streamlit.css")


def strip(actor: Actor) -> None:
    """Draw it; the way out is drawn here and nowhere else."""
    roles = "、".join(role.label for role in sorted(actor.roles))
    with st.container(key="strip-style"):
        st.html(_STYLE)
        st.html(_CHINESE)
    with st.container(key="strip"):
        st.caption(BANNER)
        with st.container(key="who", horizontal=True, horizontal_alignment="right"):
            st.caption(plain(f"{actor.name}（{roles}）"))
            change_password_button()
            sign_out_button()
