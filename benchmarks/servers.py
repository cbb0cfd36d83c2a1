"""The two servers of a run: ours as it is served, and the usual one with Streamlit's defaults."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from xczg.store.settings import PROJECT, Settings

OURS = "import sys; from benchmarks.twin_pages import serve; serve(int(sys.argv[1]))"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    address: str
    pid: int

    def memory(self) -> float:
        """Resident memory in MB."""
        return psutil.Process(self.pid).memory_info().rss / 2**20


@contextmanager
def our_server(settings: Settings) -> Iterator[Server]:
    """The launcher, with the static twins in its menu."""
    port = _free_port()
    with _started([sys.executable, "-c", OURS, str(port)], port, settings) as server:
        yield server


@contextmanager
def usual_server(settings: Settings) -> Iterator[Server]:
    """`streamlit run` with its own defaults."""
    port = _free_port()
    script = str(PROJECT / "benchmarks" / "usual.py")
    options = ["--server.port", str(port), "--server.headless=true", "--browser.gatherUsageStats=false"]
    options += ["--browser.serverAddress=localhost", "--runner.postScriptGC=true"]
    with _started([sys.executable, "-m", "streamlit", "run", script, *options], port, settings) as server:
        yield server


@contextmanager
def _started(command: list[str], port: int, settings: Settings) -> Iterator[Server]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "XCZG_DATABASE_URL": settings.database_url,
        "XCZG_DATA_DIR": str(settings.data_dir),
    }
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process)
        yield Server(f"127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return
        except OSError:
            if process.poll() is not None:
                raise
            time.sleep(0.1)
    raise TimeoutError(f"no server on port {port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
