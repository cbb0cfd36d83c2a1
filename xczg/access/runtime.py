"""What one server process shares: the engine and the settings."""

from dataclasses import dataclass

import streamlit as st
from sqlalchemy import Engine

from xczg.store.engine import open_engine
from xczg.store.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """The database and the folder this process works on."""

    engine: Engine
    settings: Settings


@st.cache_resource(show_spinner=False, on_release=lambda shared: shared.engine.dispose())
def runtime() -> Runtime:
    """Opened at the first call. Tests set XCZG_DATABASE_URL and clear the cache."""
    settings = load_settings()
    return Runtime(open_engine(settings.database_url), settings)
