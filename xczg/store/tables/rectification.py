"""What happens to findings on their way: close-out, extension, papers handed in, matters by number."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from xczg.rules.values import (
    CloseOutState,
    ExtensionState,
    NamedMatterKind,
    SubmissionKind,
    SubmissionState,
)
from xczg.store.columns import enum_column
from xczg.store.tables.base import now


class CloseOut(SQLModel, table=True):
    """One claim that a finding is done （申请销号）, and what the reviewer made of it.

    At most one claim of a finding is under review; the reviewer is never the claimant.
    """

    __tablename__ = "close_out"
    __table_args__ = (
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> claimed_by", name="reviewer_is_another"),
        CheckConstraint("state <> '退回补充' OR opinion <> ''", name="return_has_reason"),
        CheckConstraint("state <> '重新整改' OR reopened_reason <> ''", name="reopening_has_reason"),
        Index(
            "uq_close_out_open",
            "finding_id",
            unique=True,
            sqlite_where=text("state = '审核中'"),
            postgresql_where=text("state = '审核中'"),
        ),
        Index(None, "finding_id"),
        Index(None, "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    state: CloseOutState = Field(sa_column=enum_column(CloseOutState, "state"))
    summary: str = Field(max_length=4000)
    no_evidence_reason: str = Field(default="", max_length=500)
    claimed_by: str = Field(max_length=80)
    claimed_at: datetime = Field(default_factory=now)
    reviewed_by: str | None = Field(default=None, max_length=80)
    reviewed_at: datetime | None = None
    opinion: str = Field(default="", max_length=1000)
    reopened_by: str | None = Field(default=None, max_length=80)
    reopened_at: datetime | None = None
    reopened_reason: str = Field(default="", max_length=1000)
    version: int = Field(default=1, ge=1)


class Extension(SQLModel, table=True):
    """One request for a later due date （申请延期）; the old date stays visible."""

    __tablename__ = "extension"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("state <> '不同意延期' OR opinion <> ''", name="refusal_has_reason"),
        Index(
            "uq_extension_open",
            "finding_id",
            unique=True,
            sqlite_where=text("state = '申请延期'"),
            postgresql_where=text("state = '申请延期'"),
        ),
        Index(None, "finding_id"),
        Index(None, "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    state: ExtensionState = Field(sa_column=enum_column(ExtensionState, "state"))
    old_due_date: date | None = None
    asked_due_date: date
    reason: str = Field(max_length=1000)
    asked_by: str = Field(max_length=80)
    asked_at: datetime = Field(default_factory=now)
    decided_by: str | None = Field(default=None, max_length=80)
    decided_at: datetime | None = None
    opinion: str = Field(default="", max_length=1000)
    version: int = Field(default=1, ge=1)


class Submission(SQLModel, table=True):
    """A paper the organisation handed in, version by version, with the office's opinion （审核意见）."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("inspection_id", "kind", "version"),
        CheckConstraint("state <> '退回修改' OR opinion <> ''", name="return_has_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    kind: SubmissionKind = Field(sa_column=enum_column(SubmissionKind, "kind"))
    version: int = Field(default=1, ge=1)
    state: SubmissionState = Field(sa_column=enum_column(SubmissionState, "state"))
    meeting_on: date | None = None
    signed_on: date | None = None
    handed_in_on: date
    note: str = Field(default="", max_length=2000)
    handed_in_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)
    opinion: str = Field(default="", max_length=2000)
    reviewed_by: str | None = Field(default=None, max_length=80)
    reviewed_at: datetime | None = None


class NamedMatter(SQLModel, table=True):
    """A matter named at the secretary's meeting, an item of a topic report, a lead or a complaint.

    Kind, number, date, handled or not — there is no column for a name or for content (R2).
    """

    __tablename__ = "named_matter"
    __table_args__ = (
        UniqueConstraint("inspection_id", "kind", "number"),
        CheckConstraint("handled = (handled_on IS NOT NULL)", name="handled_has_date"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    kind: NamedMatterKind = Field(sa_column=enum_column(NamedMatterKind, "kind"))
    number: int = Field(ge=1)
    on_date: date
    handled: bool = False
    handled_on: date | None = None
    version: int = Field(default=1, ge=1)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)
