"""What services share: the refusal that becomes a sentence, and the change that overwrites nobody."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, SQLModel


class RefusedError(ValueError):
    """A use case that may not go on; the message is a Chinese sentence that says what to do."""


class StaleError(RefusedError):
    """Somebody changed the record after the form was drawn; `stored` is the row as it stands now.

    The page shows both versions and lets the person choose; nothing has been written.
    """

    def __init__(self, message: str, stored: SQLModel) -> None:
        super().__init__(message)
        self.stored = stored


def change_versioned(
    session: Session, table: type[Any], key: int, version: int, values: Mapping[str, Any]
) -> None:
    """Write `values` to one row if it still has the version that the form was drawn with.

    Raises:
        StaleError: when it has another one.
        RefusedError: when there is no such row any more.
    """
    changed = session.execute(
        update(table)
        .where(table.id == key, table.version == version)
        .values(**values, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount == 1:  # type: ignore[attr-defined]
        return
    session.expire_all()
    stored = session.get(table, key)
    if stored is None:
        raise RefusedError("该记录已被删除，请刷新页面。")
    session.expunge(stored)
    raise StaleError("在您填写期间，他人已修改了同一记录。请对照两个版本后选择。", stored)
