"""Rounds, the rulebook they are bound to, organisations and inspections."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from xczg.rules.phases import Act
from xczg.rules.values import InspectionKind
from xczg.store.columns import enum_column
from xczg.store.tables.base import now


class RulebookVersion(SQLModel, table=True):
    """A rulebook as it stood when a round first used it (R20). Triggers refuse any change."""

    __tablename__ = "rulebook_version"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=60)
    version: int = Field(ge=1)
    content: str
    checksum: str = Field(max_length=64, unique=True)
    parent_id: int | None = Field(default=None, foreign_key="rulebook_version.id")
    reason: str = Field(default="", max_length=500)
    stored_by: str = Field(default="", max_length=80)
    stored_at: datetime = Field(default_factory=now)


class OpenPointConfirmation(SQLModel, table=True):
    """The office's confirmation of one point the text leaves open: once, with date and basis."""

    __tablename__ = "open_point_confirmation"
    __table_args__ = (UniqueConstraint("rulebook_version_id", "point"),)

    id: int | None = Field(default=None, primary_key=True)
    rulebook_version_id: int = Field(foreign_key="rulebook_version.id")
    point: str = Field(max_length=80)
    confirmed_on: date
    basis: str = Field(default="", max_length=500)
    confirmed_by: str = Field(max_length=80)


class Round(SQLModel, table=True):
    """One batch of inspections （轮次）, bound to one rulebook version for good."""

    __tablename__ = "round"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    term: str = Field(default="", max_length=60)
    feedback_date: date = Field(index=True)
    rulebook_version_id: int = Field(foreign_key="rulebook_version.id", index=True)
    archived_at: datetime | None = None
    version: int = Field(default=1, ge=1)
    created_at: datetime = Field(default_factory=now)


class RoundAct(SQLModel, table=True):
    """One recorded act of people that moves a round to its next state."""

    __tablename__ = "round_act"
    __table_args__ = (UniqueConstraint("round_id", "act"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    act: Act = Field(sa_column=enum_column(Act, "act"))
    on_date: date
    basis: str = Field(default="", max_length=500)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class FrozenResult(SQLModel, table=True):
    """The whole result of a round as the committee consented to it, with a checksum. Triggers keep it."""

    __tablename__ = "frozen_result"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    version: int = Field(ge=1)
    approved_on: date
    basis: str = Field(default="", max_length=500)
    content: str
    checksum: str = Field(max_length=64)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class Organization(SQLModel, table=True):
    """An inspected party organisation （被巡察党组织）; known again by its name without white space.

    One that was merged into another keeps its row and names it; nothing new hangs on it.
    """

    __tablename__ = "organization"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    name_key: str = Field(max_length=200, unique=True)
    merged_into_id: int | None = Field(default=None, foreign_key="organization.id")
    archived_at: datetime | None = None
    version: int = Field(default=1, ge=1)
    created_at: datetime = Field(default_factory=now)


class OrganizationName(SQLModel, table=True):
    """A former name or another spelling of an organisation; ledgers that still use it are understood."""

    __tablename__ = "organization_name"
    __table_args__ = (UniqueConstraint("name_key"), Index(None, "organization_id"))

    id: int | None = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    name: str = Field(max_length=200)
    name_key: str = Field(max_length=200)
    reason: str = Field(default="", max_length=500)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class Tenure(SQLModel, table=True):
    """Who led an organisation from when to when, and when 整改责任 was handed over to the next."""

    __tablename__ = "tenure"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        Index(None, "organization_id", "started_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    name: str = Field(max_length=40)
    post: str = Field(max_length=100)
    started_on: date
    ended_on: date | None = None
    handed_over_on: date | None = None
    handover_note: str = Field(default="", max_length=500)
    version: int = Field(default=1, ge=1)
    recorded_by: str = Field(max_length=80)
    recorded_at: datetime = Field(default_factory=now)


class Inspection(SQLModel, table=True):
    """One organisation in one round; everything below hangs on it."""

    __tablename__ = "inspection"
    __table_args__ = (
        UniqueConstraint("round_id", "organization_id"),
        CheckConstraint("team IS NULL OR team BETWEEN 1 AND 99", name="team_number"),
        CheckConstraint("(exempted_on IS NULL) = (exemption_basis IS NULL)", name="exemption_has_basis"),
        Index(None, "organization_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    organization_id: int = Field(foreign_key="organization.id")
    feedback_date: date | None = None
    team: int | None = None
    kind: InspectionKind = Field(
        default=InspectionKind.REGULAR,
        sa_column=enum_column(InspectionKind, "inspection_kind", server_default=InspectionKind.REGULAR.value),
    )
    contact: str = Field(default="", max_length=40)
    contact_phone: str = Field(default="", max_length=40)
    exempted_on: date | None = None
    exempted_by: str = Field(default="", max_length=100)
    exemption_basis: str | None = Field(default=None, max_length=500)
    version: int = Field(default=1, ge=1)
