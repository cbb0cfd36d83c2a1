"""Secrets of this installation: made once, readable by the owner alone, never in git."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from xczg.store.settings import Settings

COOKIE_KEY = "cookie.key"
SERVER_KEY = "server.key"


def ensure_keys(settings: Settings) -> None:
    """Make the keys that are missing; never replace one, for that would end every session."""
    settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (COOKIE_KEY, SERVER_KEY):
        _create(settings.keys / name)


def read_key(settings: Settings, name: str) -> str:
    """A key of this installation, made now if it is missing."""
    ensure_keys(settings)
    return (settings.keys / name).read_text("ascii").strip()


def _create(path: Path) -> None:
    """Write beside and link into place, so that nobody ever reads half a key or two processes differ."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
