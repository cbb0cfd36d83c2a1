"""Writing the audit log. An entry belongs to the transaction of the act it tells of."""

from typing import Any

from sqlmodel import Session

from xczg.store.tables import AuditEntry


def record(session: Session, actor: str, action: str, subject: str = "", **detail: Any) -> None:
    """Add one entry: who did what to which object, with what changed (before → after, counts)."""
    session.add(AuditEntry(actor=actor, action=action, object=subject[:300], detail=detail))
