"""Where the database and the data folder are."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

PROJECT = Path(__file__).resolve().parents[2]
RULEBOOKS = PROJECT / "data" / "rulebooks"


@dataclass(frozen=True, slots=True)
class Settings:
    """The database's address and the folder of everything outside it: uploads and keys."""

    database_url: str
    data_dir: Path

    @property
    def database_path(self) -> Path | None:
        """The SQLite file, or None for another database."""
        address = make_url(self.database_url)
        if address.get_backend_name() != "sqlite" or not address.database:
            return None
        return Path(address.database).resolve()

    @property
    def keys(self) -> Path:
        """The folder of the secrets made at `init`; never in git, readable by the owner alone."""
        return self.data_dir / "keys"

    @property
    def uploads(self) -> Path:
        """The folder of stored files, each named by its SHA-256."""
        return self.data_dir / "uploads"


def load_settings(database: str | None = None) -> Settings:
    """Settings from the option, else the environment, else SQLite in the data folder.

    The data folder is `XCZG_DATA_DIR`, else the SQLite file's own folder, else `data/`.
    """
    given = database or os.environ.get("XCZG_DATABASE_URL")
    folder = os.environ.get("XCZG_DATA_DIR")
    if given is None:
        data_dir = Path(folder).resolve() if folder else PROJECT / "data"
        return Settings(f"sqlite:///{data_dir / 'xczg.db'}", data_dir)
    if folder:
        return Settings(given, Path(folder).resolve())
    address = make_url(given)
    if address.get_backend_name() == "sqlite" and address.database:
        return Settings(given, Path(address.database).resolve().parent)
    return Settings(given, PROJECT / "data")
