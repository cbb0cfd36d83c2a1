"""Keeping files: each under its SHA-256, its original name only for display."""

import hashlib
import secrets
from pathlib import Path

from sqlmodel import Session, col, select

from xczg.store.tables import Evidence


def keep_file(session: Session, folder: Path, content: bytes, name: str, media_type: str = "") -> int:
    """Store a file once and return the id of its row; the same content is never stored twice.

    The file is written before the row: what is left by a failed transaction is an unreferenced file,
    never a row without its file.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = stored_path(folder, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{secrets.token_hex(6)}.part")
        part.write_bytes(content)
        part.replace(path)
    known = session.exec(select(Evidence.id).where(col(Evidence.checksum) == digest)).first()
    if known is not None:
        return known
    kept = Evidence(checksum=digest, name=Path(name).name[:255], size=len(content), media_type=media_type)
    session.add(kept)
    session.flush()
    assert kept.id is not None
    return kept.id


def stored_path(folder: Path, digest: str) -> Path:
    """Where a file with this SHA-256 lies."""
    return folder / digest[:2] / digest
