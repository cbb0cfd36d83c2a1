"""Accounts, attempts to sign in, and the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from xczg.rules.values import Role
from xczg.store.columns import enum_column
from xczg.store.tables.base import now


class Account(SQLModel, table=True):
    """Someone who may sign in. Role and scope are read anew on every click."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("username = lower(username) AND username <> ''", name="username_lower"),
        CheckConstraint(
            "(role = 'organization') = (organization_id IS NOT NULL)",
            name="organization_role_has_organization",
        ),
        CheckConstraint("(role = 'team') = (team IS NOT NULL)", name="team_role_has_team"),
        CheckConstraint("(role = 'department') = (department <> '')", name="department_role_has_department"),
    )

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=80)
    role: Role = Field(sa_column=enum_column(Role, "role"))
    organization_id: int | None = Field(default=None, foreign_key="organization.id")
    team: int | None = None
    department: str = Field(default="", max_length=100)
    password_hash: str = Field(max_length=100)
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = None
    revoked_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    created_at: datetime = Field(default_factory=now)


class SignInAttempt(SQLModel, table=True):
    """One attempt to sign in, successful or not. Unknown names are kept too, so that guessing shows."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "username", "attempted_at"),)

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=60)
    outcome: str = Field(max_length=20)
    attempted_at: datetime = Field(default_factory=now)


class AuditEntry(SQLModel, table=True):
    """Who did what to which object, and when. Triggers refuse change and removal."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "recorded_at"),)

    id: int | None = Field(default=None, primary_key=True)
    recorded_at: datetime = Field(default_factory=now)
    actor: str = Field(max_length=80)
    action: str = Field(max_length=60)
    object: str = Field(default="", max_length=300)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
