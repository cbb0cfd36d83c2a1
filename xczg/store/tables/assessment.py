"""Score sheets, satisfaction surveys and judgements."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from xczg.rules.triggers import JudgementKind
from xczg.rules.values import ScoringUnit, SheetState
from xczg.store.columns import Hundredths, enum_column
from xczg.store.tables.base import now


class ScoreSheet(SQLModel, table=True):
    """One unit's sheet for one inspection （评分表）. Every version is kept; the current one counts."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        UniqueConstraint("inspection_id", "unit", "version"),
        CheckConstraint("version >= 1", name="version_positive"),
        CheckConstraint("state NOT IN ('未填写', '填写中')", name="stored_states"),
        CheckConstraint("state <> '退回修改' OR returned_reason <> ''", name="return_has_reason"),
        Index(
            "uq_score_sheet_current",
            "inspection_id",
            "unit",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    unit: ScoringUnit = Field(sa_column=enum_column(ScoringUnit, "unit"))
    version: int = 1
    current: bool = True
    complete: bool
    state: SheetState = Field(
        default=SheetState.SUBMITTED,
        sa_column=enum_column(SheetState, "state", server_default=SheetState.SUBMITTED.value),
    )
    proxy: bool = False
    proxy_evidence_id: int | None = Field(default=None, foreign_key="evidence.id")
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)
    confirmed_by: str | None = Field(default=None, max_length=80)
    confirmed_at: datetime | None = None
    returned_by: str | None = Field(default=None, max_length=80)
    returned_at: datetime | None = None
    returned_reason: str = Field(default="", max_length=1000)


class ScoreLine(SQLModel, table=True):
    """The points for one criterion on one sheet."""

    __tablename__ = "score_line"
    __table_args__ = (
        UniqueConstraint("sheet_id", "criterion"),
        CheckConstraint("points BETWEEN 0 AND 10000", name="points_range"),
        Index(None, "sheet_id", "points"),
    )

    id: int | None = Field(default=None, primary_key=True)
    sheet_id: int = Field(foreign_key="score_sheet.id")
    criterion: str = Field(max_length=20)
    points: Decimal = Field(sa_column=Column(Hundredths, nullable=False))
    reason: str = Field(default="", max_length=1000)


class ScoreDraft(SQLModel, table=True):
    """A sheet being filled in: points and reasons by criterion, as typed. Submitting makes a sheet of it."""

    __tablename__ = "score_draft"
    __table_args__ = (UniqueConstraint("inspection_id", "unit"),)

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    unit: ScoringUnit = Field(sa_column=enum_column(ScoringUnit, "unit"))
    lines: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    version: int = Field(default=1, ge=1)
    updated_by: str = Field(max_length=80)
    updated_at: datetime = Field(default_factory=now)


class SatisfactionSurvey(SQLModel, table=True):
    """The ballots of one inspection's satisfaction survey （满意度测评）: counts per option."""

    __tablename__ = "satisfaction_survey"
    __table_args__ = (
        CheckConstraint(
            "satisfied >= 0 AND basically_satisfied >= 0 AND dissatisfied >= 0 "
            "AND unaware >= 0 AND invalid >= 0",
            name="counts_not_negative",
        ),
        CheckConstraint(
            "issued IS NULL OR issued >= satisfied + basically_satisfied + dissatisfied + unaware + invalid",
            name="not_more_than_issued",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id", unique=True)
    satisfied: int
    basically_satisfied: int
    dissatisfied: int
    unaware: int = 0
    invalid: int = 0
    issued: int | None = None
    held_on: date | None = None
    version: int = Field(default=1, ge=1)
    recorded_by: str = Field(default="", max_length=80)


class Judgement(SQLModel, table=True):
    """A judgement about an organisation: drafted by the office; only a decided one counts (R11, R12)."""

    __tablename__ = "judgement"
    __table_args__ = (
        UniqueConstraint("inspection_id", "kind", "text"),
        CheckConstraint("decided_on IS NULL OR basis <> ''", name="decision_has_basis"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    kind: JudgementKind = Field(sa_column=enum_column(JudgementKind, "kind"))
    text: str = Field(default="", max_length=500)
    decided_on: date | None = None
    basis: str = Field(default="", max_length=500)
    recorded_by: str = Field(max_length=80)
