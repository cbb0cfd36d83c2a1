"""Many rows at once, past the ORM, which would take most of the time of a large import."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel


def add_rows(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows within the session's transaction; every row names the same columns."""
    if rows:
        target = cast("Table", table.__table__)  # type: ignore[attr-defined]
        session.connection().execute(insert(target), list(rows))
