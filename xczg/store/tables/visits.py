"""Concentrated assessment (R5–R7): groups, meetings, field visits, and what was verified on them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from xczg.rules.values import ScoringUnit, VisitOutcome
from xczg.store.columns import enum_column
from xczg.store.tables.base import now


class AssessmentGroup(SQLModel, table=True):
    """One group （集中督查组） of a round, with people from all three units (R5)."""

    __tablename__ = "assessment_group"
    __table_args__ = (UniqueConstraint("round_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    name: str = Field(max_length=60)
    version: int = Field(default=1, ge=1)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class GroupMember(SQLModel, table=True):
    """A member of a group. `organization_id` is their own one, for 回避."""

    __tablename__ = "group_member"
    __table_args__ = (
        UniqueConstraint("group_id", "name"),
        CheckConstraint("left_on IS NULL OR leaving_reason <> ''", name="leaving_has_reason"),
        Index(None, "group_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="assessment_group.id")
    unit: ScoringUnit = Field(sa_column=enum_column(ScoringUnit, "unit"))
    name: str = Field(max_length=40)
    post: str = Field(default="", max_length=100)
    leader: bool = False
    organization_id: int | None = Field(default=None, foreign_key="organization.id")
    left_on: date | None = None
    leaving_reason: str = Field(default="", max_length=500)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class Recusal(SQLModel, table=True):
    """A member or a scoring unit kept away from one organisation （回避）, and the substitute."""

    __tablename__ = "recusal"
    __table_args__ = (
        CheckConstraint("(member_id IS NULL) <> (unit IS NULL)", name="member_or_unit"),
        Index(None, "inspection_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    member_id: int | None = Field(default=None, foreign_key="group_member.id")
    unit: ScoringUnit | None = Field(default=None, sa_column=enum_column(ScoringUnit, "unit", nullable=True))
    reason: str = Field(max_length=500)
    substitute: str = Field(max_length=100)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class ConsultationMeeting(SQLModel, table=True):
    """The consultation meeting of a round （会商会议） with its three items (R7)."""

    __tablename__ = "consultation_meeting"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", unique=True)
    held_on: date
    place: str = Field(default="", max_length=100)
    participants: str = Field(default="", max_length=1000)
    items: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    version: int = Field(default=1, ge=1)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class FieldVisit(SQLModel, table=True):
    """One field visit （实地督导） to an organisation: a group, its dates, methods (R7)."""

    __tablename__ = "field_visit"
    __table_args__ = (
        CheckConstraint("until_date >= from_date", name="ends_after_start"),
        Index(None, "inspection_id"),
        Index(None, "group_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    group_id: int = Field(foreign_key="assessment_group.id")
    from_date: date
    until_date: date
    methods: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    members: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    note: str = Field(default="", max_length=2000)
    version: int = Field(default=1, ge=1)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class VisitCheck(SQLModel, table=True):
    """What a visit found about one finding （督查核实）; all are kept, the current one counts."""

    __tablename__ = "visit_check"
    __table_args__ = (
        CheckConstraint("basis <> ''", name="has_basis"),
        Index(
            "uq_visit_check_current",
            "finding_id",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
        Index(None, "finding_id"),
        Index(None, "visit_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    visit_id: int = Field(foreign_key="field_visit.id")
    outcome: VisitOutcome = Field(sa_column=enum_column(VisitOutcome, "outcome"))
    basis: str = Field(max_length=1000)
    on_date: date
    members: str = Field(default="", max_length=300)
    current: bool = True
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class BallotCode(SQLModel, table=True):
    """A one-time code for the anonymous ballot on screen. Whether it was used is all that is kept of it."""

    __tablename__ = "ballot_code"
    __table_args__ = (Index(None, "inspection_id"),)

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    code_hash: str = Field(max_length=64, unique=True)
    expires_on: date
    used: bool = False


class WrapUpMeeting(SQLModel, table=True):
    """The wrap-up meeting （集中督查总结会）; opening it lifts the blindness of the round (R8)."""

    __tablename__ = "wrap_up_meeting"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", unique=True)
    held_on: date
    place: str = Field(default="", max_length=100)
    participants: str = Field(default="", max_length=1000)
    opened_by: str = Field(max_length=80)
    opened_at: datetime = Field(default_factory=now)


class ProminentProblem(SQLModel, table=True):
    """A prominent problem found on routine supervision or concentrated assessment and reported (R9)."""

    __tablename__ = "prominent_problem"
    __table_args__ = (CheckConstraint("text <> ''", name="has_text"), Index(None, "inspection_id"))

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    text: str = Field(max_length=1000)
    source: str = Field(max_length=40)
    withdrawn_reason: str = Field(default="", max_length=500)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class Suggestion(SQLModel, table=True):
    """A suggestion for further rectification （整改意见建议） (R9)."""

    __tablename__ = "suggestion"
    __table_args__ = (CheckConstraint("text <> ''", name="has_text"), Index(None, "inspection_id"))

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    text: str = Field(max_length=1000)
    withdrawn_reason: str = Field(default="", max_length=500)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class AssessmentException(SQLModel, table=True):
    """A second or a joint assessment of a round (R5: one in principle), by decision."""

    __tablename__ = "assessment_exception"
    __table_args__ = (
        CheckConstraint("reason <> '' AND approver <> ''", name="has_reason_and_approver"),
        Index(None, "round_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    kind: str = Field(max_length=40)
    approver: str = Field(max_length=100)
    reason: str = Field(max_length=500)
    approved_on: date
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)
