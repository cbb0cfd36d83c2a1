"""The launcher: start-up checks and response headers around app.py.

`python -m xczg serve` and `make run` come here. Plain `streamlit run app.py` is as safe for the data, but
sends no headers and greets the first deep link after a restart with an English dialog.
"""

import gc
import logging
import os
import re
import secrets
import sys
from typing import TYPE_CHECKING

import streamlit as st
from sqlalchemy.engine import make_url
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from streamlit.runtime.pages_manager import PagesManager

from xczg.access import cookie
from xczg.access.accounts import find_account
from xczg.access.keys import COOKIE_KEY, SERVER_KEY, read_key
from xczg.store.engine import open_engine
from xczg.store.migrate import is_current
from xczg.store.settings import PROJECT, Settings, load_settings
from xczg.store.tables import now

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

APP = PROJECT / "app.py"
NOT_READY = "数据库尚未初始化或版本不符，请先运行：python -m xczg init"

# The inline scripts of Streamlit's own index.html and of the cookie component.
_INLINE = (
    "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA=' "
    "'sha256-CLFEkP0dgnFU04lAyNI12tJzuaDySVyrOCO6rb04XmE='"
)
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'self'; script-src 'self' {_INLINE}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
# What Streamlit answers without sign-in and nobody here needs.
_CLOSED = ("/_stcore/metrics", "/_stcore/agent")
# Where Streamlit keeps what a download button built; it asks nobody who they are.
_MEDIA = re.compile(r"(?<!/static)/media/")


class NotReadyError(RuntimeError):
    """The server cannot start; the message is a Chinese sentence that says how to mend it."""


class Guard:
    """Adds the security headers to every answer and closes what is not for the outside.

    Downloads are for those who are signed in: their address is hard to guess, but it stands in histories
    and logs. The account is read again for each, so that a revocation holds here as it does on a page.
    """

    def __init__(self, app: "ASGIApp", engine: "Engine", key: str) -> None:
        self._app, self._engine, self._key = app, engine, key

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, unless it is for a closed address or a file of somebody signed in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        kept = _MEDIA.search(scope["path"]) is not None

        async def with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if kept:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        target: ASGIApp = self._app
        if any(part in scope["path"] for part in _CLOSED):
            target = PlainTextResponse("没有这个地址。", status_code=404)
        elif kept and not await run_in_threadpool(self._signed_in, Request(scope).cookies.get(cookie.NAME)):
            target = PlainTextResponse("请先登录，再下载文件。", status_code=401)
        await target(scope, receive, with_headers)

    def _signed_in(self, token: str | None) -> bool:
        """Whether a cookie is one of ours and its account still accepts it, as the gate asks on a page."""
        claim = cookie.read(self._key, token, now())
        account = find_account(self._engine, claim.username) if claim else None
        return claim is not None and account is not None and account.accepts(claim.at)


def build(settings: Settings) -> st.App:
    """The application with its headers.

    The class attribute is private to Streamlit: it spares the first visitor after a restart the dialog
    "Page not found", and keeps page files from ever being run without app.py. A browser test holds it.
    """
    PagesManager.uses_pages_directory = False
    guard = Middleware(Guard, engine=open_engine(settings.database_url), key=read_key(settings, COOKIE_KEY))
    return st.App(APP, middleware=[guard], on_script_error=_say_it_failed)


def run(host: str = "127.0.0.1", port: int = 8501, settings: Settings | None = None) -> None:
    """Serve until stopped.

    Raises:
        NotReadyError: when the database is missing or of another version.
    """
    settings = settings or load_settings()
    check(settings)
    _pass_on(settings)
    application = build(settings)
    # Streamlit looks for .streamlit/config.toml beside the script it believes to run.
    sys.argv = [str(APP)]
    _freeze_imports()
    sys.stdout.write(f"系统地址：http://{_shown(host)}:{port}（按Ctrl+C停止）\n")
    sys.stdout.flush()
    application.run(
        config={
            "server.address": host,
            "server.port": port,
            "browser.serverAddress": _shown(host),
            "logger.hideWelcomeMessage": True,  # it is in English; the address was told above
        }
    )


def _say_it_failed(error: Exception) -> bool:
    """Log the error and show a Chinese sentence, instead of an English one with links to the outside."""
    number = secrets.token_hex(3).upper()
    logging.getLogger("xczg").error("错误%s", number, exc_info=error)
    st.error(
        f"页面出错，刚才的操作可能没有完成。请刷新页面后再试；仍然出错时，请把错误编号{number}告知系统管理员。"
    )
    return True


def check(settings: Settings) -> None:
    """Refuse to start on a database that is missing or of another version."""
    address = make_url(settings.database_url)
    if address.get_backend_name() == "sqlite" and not os.path.exists(address.database or ""):  # noqa: PTH110
        raise NotReadyError(NOT_READY)
    engine = open_engine(settings.database_url)
    try:
        if not is_current(engine):
            raise NotReadyError(NOT_READY)
    finally:
        engine.dispose()


def _pass_on(settings: Settings) -> None:
    """Tell app.py, which reads its settings from the environment, what was asked for here."""
    os.environ["XCZG_DATABASE_URL"] = settings.database_url
    os.environ["XCZG_DATA_DIR"] = str(settings.data_dir)
    os.environ["STREAMLIT_SERVER_COOKIE_SECRET"] = read_key(settings, SERVER_KEY)


def _freeze_imports() -> None:
    """Import what the pages need and take it out of the collector's sight.

    Streamlit's full collection after every click (runner.postScriptGC) walks all of pandas and plotly for
    70 ms. It is switched off; Python's own collector still runs, over what a click has made.
    Not the authenticator: its cookie component must be imported while the server runs, or it is not found.
    """
    import pandas as pd  # noqa: F401, PLC0415
    import plotly.graph_objects as go  # noqa: F401, PLC0415

    gc.collect()
    gc.freeze()


def _shown(host: str) -> str:
    return "localhost" if host in {"", "0.0.0.0", "::"} else host  # noqa: S104
