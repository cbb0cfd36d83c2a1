"""Routine supervision (R1–R4): what the two units looked at, and their result reports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from xczg.rules.values import ReportState, ScoringUnit
from xczg.store.columns import enum_column
from xczg.store.tables.base import now


class SupervisionEntry(SQLModel, table=True):
    """One look at one of the contents (R2) by one unit: tasks of annex 1, methods (R3), what was seen.

    A withdrawn one stays as a row, so that no later one gets its number and with it its files.
    """

    __tablename__ = "supervision_entry"
    __table_args__ = (
        CheckConstraint("unit IN ('discipline', 'personnel')", name="supervising_unit"),
        CheckConstraint("seen <> ''", name="has_text"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_by IS NULL)", name="withdrawal_is_whole"),
        Index(None, "inspection_id", "unit", "content"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    unit: ScoringUnit = Field(sa_column=enum_column(ScoringUnit, "unit"))
    content: str = Field(max_length=100)
    tasks: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    methods: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    on_date: date
    seen: str = Field(max_length=4000)
    judgement: str = Field(default="", max_length=40)
    withdrawn_on: date | None = None
    withdrawn_by: str | None = Field(default=None, max_length=80)
    version: int = Field(default=1, ge=1)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class SupervisionReport(SQLModel, table=True):
    """The result report of a unit for a round, or of both jointly (`unit` None) (R4).

    `state` None is a draft. Submitted ones are locked; a returned one is followed by a new version.
    `submitted_on` is the day by which lateness is reckoned, `submitted_at` the moment of writing.
    """

    __tablename__ = "supervision_report"
    __table_args__ = (
        UniqueConstraint("round_id", "unit", "version"),
        CheckConstraint("state IS NULL OR state IN ('已报送', '退回修改')", name="stored_states"),
        CheckConstraint("(state IS NULL) = (submitted_at IS NULL)", name="submission_has_moment"),
        CheckConstraint("(state IS NULL) = (submitted_on IS NULL)", name="submission_has_day"),
        CheckConstraint(
            "state IS NULL OR state <> '退回修改' OR returned_reason <> ''", name="return_has_reason"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    unit: ScoringUnit | None = Field(default=None, sa_column=enum_column(ScoringUnit, "unit", nullable=True))
    version: int = Field(default=1, ge=1)
    state: ReportState | None = Field(
        default=None, sa_column=enum_column(ReportState, "state", nullable=True)
    )
    overall: str = Field(default="", max_length=8000)
    row_version: int = Field(default=1, ge=1)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)
    submitted_by: str | None = Field(default=None, max_length=80)
    submitted_on: date | None = None
    submitted_at: datetime | None = None
    returned_by: str | None = Field(default=None, max_length=80)
    returned_at: datetime | None = None
    returned_reason: str = Field(default="", max_length=1000)


class ReportSection(SQLModel, table=True):
    """What a result report says of one organisation."""

    __tablename__ = "report_section"
    __table_args__ = (UniqueConstraint("report_id", "inspection_id"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="supervision_report.id")
    inspection_id: int = Field(foreign_key="inspection.id")
    text: str = Field(default="", max_length=8000)
    version: int = Field(default=1, ge=1)
