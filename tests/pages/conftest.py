"""The application on the example city, with an account of each role."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import make_url
from streamlit.components.v2 import manifest_scanner

from tests.office import Office
from tests.pages.looking import OWN, TEAM, organization_id
from xczg.rules.values import Role
from xczg.store.engine import open_engine
from xczg.store.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def _installed_packages_are_looked_through_once() -> Iterator[None]:
    """AppTest looks for components in every package anew for each session: a quarter of a second."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session")
def city_template(example_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example city with its accounts, closed and whole; each account takes a quarter of a second."""
    file = tmp_path_factory.mktemp("city") / "city.db"
    shutil.copy(example_template, file)
    engine = open_engine(f"sqlite:///{file}")
    office = Office(engine)
    scopes = {
        Role.TEAM: {"team": TEAM},
        Role.ORGANIZATION: {"organization_id": organization_id(engine, OWN)},
    }
    for role in Role:
        office.account(role, **scopes.get(role, {}))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture
def city(city_template: Path, settings: Settings, app: Office) -> Office:
    """The application on a copy of the example city; nothing has read the database before."""
    shutil.copy(city_template, str(make_url(settings.database_url).database))
    return app
