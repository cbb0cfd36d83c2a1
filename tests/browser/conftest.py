"""A real server behind a real browser. A missing browser is a failure, not a skipped test."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from xczg.access.accounts import add_account
from xczg.rules.values import Role
from xczg.store.engine import open_engine, writing
from xczg.store.settings import PROJECT, Settings

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


class Server:
    """The launcher in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, from a foreign working directory, and wait until it answers."""
        environment = os.environ | {
            "PYTHONPATH": str(PROJECT),
            "XCZG_DATABASE_URL": self.settings.database_url,
            "XCZG_DATA_DIR": str(self.settings.data_dir),
        }
        command = f"from xczg.server import run; run('127.0.0.1', {self.port})"
        log = (self.settings.data_dir / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", command],
                env=environment,
                cwd=self.settings.data_dir,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1):
                    return
            except OSError:
                assert self._process.poll() is None, self.log
                time.sleep(0.1)
        pytest.fail(f"the server did not answer: {self.log}")

    def stop(self) -> None:
        """Stop it and wait for its end."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def restart(self) -> None:
        """As after a power cut: same database, same keys, nothing in memory."""
        self.stop()
        self.start()

    @property
    def log(self) -> str:
        """What the server wrote."""
        return (self.settings.data_dir / "server.log").read_text("utf-8")

    def account(self, role: Role, username: str | None = None, **scope: object) -> tuple[str, str]:
        """Make an account; returns its name and password."""
        username = username or role.value
        engine = open_engine(self.settings.database_url)
        with writing(engine) as session:
            password = add_account(
                session, actor="test", username=username, name=f"{role.label}某", role=role, **scope
            )
        engine.dispose()
        return username, password


@dataclass
class Visitor:
    """A browser of its own, with everything it complained about and everything it asked for."""

    context: BrowserContext
    page: Page
    console_errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """A running server on a fresh database."""
    started = Server(settings)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one named by XCZG_CHROMIUM, else the system's, else Playwright's."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_chromium(playwright), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Make visitors; each is a browser without cookies."""
    contexts: list[BrowserContext] = []

    def make(viewport: dict[str, int] = DESK, **options: object) -> Visitor:
        context = browser.new_context(locale="zh-CN", viewport=viewport, **options)
        contexts.append(context)
        visitor = Visitor(context, context.new_page())
        visitor.page.on("console", lambda said: _note_error(visitor, said))
        visitor.page.on("pageerror", lambda error: visitor.console_errors.append(str(error)))
        visitor.page.on("request", lambda request: visitor.requests.append(request.url))
        return visitor

    yield make
    for context in contexts:
        context.close()


def wait_ready(page: Page) -> None:
    """Wait until the page is connected and its script has been still for a moment."""
    still = (
        '[data-testid="stApp"][data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'
    )
    page.wait_for_selector(still, timeout=20_000)
    quiet = 0
    for _ in range(200):
        quiet = quiet + 1 if page.query_selector(still) else 0
        if quiet == 4:
            return
        page.wait_for_timeout(100)
    pytest.fail("the page never came to rest")


def sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the form and wait for what comes."""
    page.get_by_label("用户名", exact=True).fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    wait_ready(page)


def _note_error(visitor: Visitor, said: ConsoleMessage) -> None:
    """Keep what is an error. On a deep link Streamlit probes for its own base path; that is none."""
    probe = said.location.get("url", "").endswith(("/_stcore/health", "/_stcore/host-config"))
    if said.type == "error" and not probe:
        visitor.console_errors.append(said.text)


def _chromium(playwright: Playwright) -> str:
    named = os.environ.get("XCZG_CHROMIUM")
    places = [named] if named else [shutil.which("chromium"), shutil.which("google-chrome")]
    own = playwright.chromium.executable_path
    found = next((place for place in [*places, own] if place and Path(place).exists()), None)
    if found is None:
        pytest.fail("no Chromium: install one, name it in XCZG_CHROMIUM, or run playwright install chromium")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
