"""Findings, their measures, and the append-only history of progress."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from xczg.rules.values import FindingKind, FindingStatus
from xczg.store.columns import enum_column
from xczg.store.tables.base import now


class Finding(SQLModel, table=True):
    """One finding （反馈问题）, the unit that is counted.

    `text_key` is the SHA-256 of the text without white space: a finding is known again by its
    organisation and its text. `version` rises with each change, so that nobody overwrites unseen.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("inspection_id", "text_key"),
        CheckConstraint("length(text) BETWEEN 1 AND 4000", name="text_length"),
        CheckConstraint("NOT withheld OR withheld_reason <> ''", name="withheld_has_reason"),
        Index("ix_finding_counts", "inspection_id", "status", "due_date", "long_term", "closed_out_on"),
        Index("ix_finding_choices", "inspection_id", "category", "unit", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    position: int
    serial: str = Field(default="", max_length=40)
    text: str
    text_key: str = Field(max_length=64)
    category: str = Field(default="", max_length=200)
    subcategory: str = Field(default="", max_length=200)
    kind: FindingKind = Field(sa_column=enum_column(FindingKind, "kind"))
    target: str = Field(default="", max_length=2000)
    status: FindingStatus = Field(sa_column=enum_column(FindingStatus, "status"))
    status_text: str = Field(default="", max_length=2000)
    outcome: str = Field(default="", max_length=4000)
    due_date: date | None = None
    long_term: bool = False
    within_period: bool | None = None
    key_matter: bool = False
    circumstance: str = Field(default="", max_length=1000)
    withheld: bool = False
    withheld_reason: str = Field(default="", max_length=500)
    leader: str = Field(default="", max_length=200)
    unit: str = Field(default="", max_length=200, index=True)
    evidence_note: str = Field(default="", max_length=2000)
    remark: str = Field(default="", max_length=2000)
    closed_out_on: date | None = None
    version: int = Field(default=1, ge=1)
    updated_at: datetime = Field(default_factory=now)


class Measure(SQLModel, table=True):
    """One measure of a finding. `types` holds quantities as text by type, null where none was given."""

    __tablename__ = "measure"
    __table_args__ = (UniqueConstraint("finding_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    position: int
    text: str = Field(default="", max_length=4000)
    types: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    leader: str = Field(default="", max_length=200)
    unit: str = Field(default="", max_length=200)
    due_date: date | None = None
    long_term: bool = False
    status: FindingStatus | None = Field(
        default=None, sa_column=enum_column(FindingStatus, "status", nullable=True)
    )
    outcome: str = Field(default="", max_length=4000)


class ProgressEntry(SQLModel, table=True):
    """One step in the history of a finding （整改进展）. Triggers refuse change and removal."""

    __tablename__ = "progress_entry"
    __table_args__ = (Index(None, "finding_id", "recorded_at"),)

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    status: FindingStatus = Field(sa_column=enum_column(FindingStatus, "status"))
    summary: str = Field(default="", max_length=4000)
    on_date: date | None = None
    quantities: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )
    imported: bool = False
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)
