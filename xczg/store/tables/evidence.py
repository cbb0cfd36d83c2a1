"""Stored files, and what each of them proves."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from xczg.rules.values import AttachmentKind
from xczg.store.columns import enum_column
from xczg.store.tables.base import now


class Evidence(SQLModel, table=True):
    """A stored file （佐证材料）: kept under its SHA-256, the original name only for display."""

    __tablename__ = "evidence"

    id: int | None = Field(default=None, primary_key=True)
    checksum: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=255)
    size: int = Field(ge=1)
    media_type: str = Field(default="", max_length=100)
    stored_at: datetime = Field(default_factory=now)


class Attachment(SQLModel, table=True):
    """A stored file at the record it belongs to: `owner_id` is that record's number within its kind.

    `inspection_id` decides with the kind who may download it; None for what concerns a whole round.
    """

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "kind", "owner_id"), Index(None, "inspection_id"))

    id: int | None = Field(default=None, primary_key=True)
    evidence_id: int = Field(foreign_key="evidence.id")
    name: str = Field(max_length=255)
    kind: AttachmentKind = Field(sa_column=enum_column(AttachmentKind, "kind"))
    owner_id: int
    inspection_id: int | None = Field(default=None, foreign_key="inspection.id")
    added_by: str = Field(max_length=80)
    added_at: datetime = Field(default_factory=now)
