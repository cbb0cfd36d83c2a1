"""Accounts: the only writers of that table, and the one query that says who somebody is right now.

Writers are called inside `writing(engine)`; each leaves an audit entry in the same transaction.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy import select as _select
from sqlmodel import Session, col, select

from xczg.access.passwords import check_password_length, generate_password, hash_password
from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.text import team_name
from xczg.rules.values import Role
from xczg.store.audit import record
from xczg.store.tables import Account, Organization, SignInAttempt, now
from xczg.store.views.organizations import selectable

__all__ = [
    "AccountRow",
    "KnownAccount",
    "add_account",
    "check_password_length",
    "choose_password",
    "find_account",
    "generate_password",
    "hash_password",
    "list_accounts",
    "organization_choices",
    "reset_password",
    "revoke",
    "set_active",
]

_USERNAME = re.compile(r"[a-z0-9._-]{2,40}")


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as the database has it at this moment."""

    actor: Actor
    active: bool
    revoked_at: datetime | None

    def accepts(self, signed_in_at: datetime) -> bool:
        """Whether a sign-in of that moment still counts."""
        return self.active and (self.revoked_at is None or signed_in_at > self.revoked_at)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the table of accounts."""

    username: str
    name: str
    role: Role
    scope: str
    active: bool
    locked_until: datetime | None
    last_sign_in_at: datetime | None


def is_username(username: str) -> bool:
    """Whether an account could have this name at all."""
    return _USERNAME.fullmatch(username) is not None


def find_account(engine: Engine, username: str) -> KnownAccount | None:
    """Who this is right now: one statement, asked on every click."""
    columns = (
        col(Account.username),
        col(Account.name),
        col(Account.role),
        col(Account.organization_id),
        col(Account.team),
        col(Account.department),
        col(Account.active),
        col(Account.revoked_at),
    )
    with engine.connect() as connection:
        row = connection.execute(_select(*columns).where(col(Account.username) == username)).first()
    if row is None:
        return None
    actor = Actor(
        row.username, row.name, frozenset({row.role}), row.organization_id, row.team, row.department
    )
    return KnownAccount(actor, row.active, row.revoked_at)


def present(engine: Engine, actor: Actor) -> Actor:
    """The same person as the database has them now, for work that begins long after the page was drawn.

    Raises:
        PermissionRefusedError: when the account was stopped or removed since.
    """
    account = find_account(engine, actor.username)
    if account is None or not account.active:
        raise PermissionRefusedError("登录已失效，请重新登录。")
    return account.actor


def list_accounts(session: Session) -> Sequence[AccountRow]:
    """All accounts in the order of their names, with what each belongs to in words."""
    query = (
        select(Account, Organization.name)
        .join(Organization, col(Account.organization_id) == col(Organization.id), isouter=True)
        .order_by(col(Account.username))
    )
    return [
        AccountRow(
            account.username,
            account.name,
            account.role,
            _scope(account, organization),
            account.active,
            account.locked_until,
            account.last_sign_in_at,
        )
        for account, organization in session.exec(query)
    ]


def organization_choices(session: Session) -> dict[int, str]:
    """The organisations an account can belong to, by their number."""
    return selectable(session)


def add_account(  # noqa: PLR0913  one parameter for each field of the form
    session: Session,
    *,
    actor: str,
    username: str,
    name: str,
    role: Role,
    organization_id: int | None = None,
    team: int | None = None,
    department: str = "",
) -> str:
    """Make an account and return its one-time password, which is stored nowhere.

    Raises:
        ValueError: with a Chinese sentence.
    """
    username, name, department = username.strip().lower(), name.strip(), department.strip()
    _check_names(session, username, name)
    _check_scope(session, role, organization_id, team, department)
    password = generate_password()
    account = Account(
        username=username,
        name=name,
        role=role,
        organization_id=organization_id,
        team=team,
        department=department,
        password_hash=hash_password(password),
    )
    session.add(account)
    scope = {"organization_id": organization_id, "team": team, "department": department}
    record(session, actor, "新增账号", username, name=name, role=role.value, **scope)
    return password


def set_active(session: Session, *, actor: str, username: str, active: bool) -> None:
    """Let an account sign in, or stop it at once."""
    account = _get(session, username)
    if account.active == active:
        return
    account.active = active
    if not active:
        account.revoked_at = now()
    record(session, actor, "启用账号" if active else "停用账号", account.username)


def reset_password(session: Session, *, actor: str, username: str) -> str:
    """Give a new one-time password, end a lock-out and every session of the account."""
    account = _get(session, username)
    password = generate_password()
    account.password_hash = hash_password(password)
    account.failures, account.locked_until = 0, None
    account.revoked_at = now()
    session.add(SignInAttempt(username=account.username, outcome="reset"))
    record(session, actor, "重置密码", account.username)
    return password


def choose_password(session: Session, *, username: str, password: str) -> None:
    """Set the password somebody chose for themselves; other sessions of the account end.

    Raises:
        ValueError: when it is too short or too long, with a Chinese sentence.
    """
    check_password_length(password)
    account = _get(session, username)
    account.password_hash = hash_password(password)
    account.revoked_at = now()
    record(session, account.username, "修改密码", account.username)


def revoke(session: Session, username: str, *, actor: str | None = None, action: str = "强制退出") -> None:
    """End every session and cookie of an account that began before this moment."""
    account = _get(session, username)
    account.revoked_at = now()
    record(session, actor or account.username, action, account.username)


def _get(session: Session, username: str) -> Account:
    account = session.exec(select(Account).where(Account.username == username.strip().lower())).first()
    if account is None:
        msg = f"没有账号“{username}”。"
        raise ValueError(msg)
    session.add(account)
    return account


def _check_names(session: Session, username: str, name: str) -> None:
    if not is_username(username):
        msg = "用户名须为2至40个字符，只用小写字母、数字、点、下划线和短横线。"
        raise ValueError(msg)
    if not name or len(name) > 80:
        msg = "请填写姓名，最多80个字。"
        raise ValueError(msg)
    if session.exec(select(Account.id).where(Account.username == username)).first() is not None:
        msg = f"用户名“{username}”已存在。"
        raise ValueError(msg)


def _check_scope(
    session: Session, role: Role, organization_id: int | None, team: int | None, department: str
) -> None:
    given = {Role.ORGANIZATION: organization_id, Role.TEAM: team, Role.DEPARTMENT: department or None}
    words = {Role.ORGANIZATION: "所属党组织", Role.TEAM: "巡察组序号", Role.DEPARTMENT: "职能部门名称"}
    for kind, value in given.items():
        if kind is role and value is None:
            msg = f"角色“{role.label}”须填写{words[kind]}。"
            raise ValueError(msg)
        if kind is not role and value is not None:
            msg = f"角色“{role.label}”不填写{words[kind]}。"
            raise ValueError(msg)
    if team is not None and team < 1:
        msg = "巡察组序号须为1、2、3……。"
        raise ValueError(msg)
    if len(department) > 100:
        msg = "职能部门名称最多100个字。"
        raise ValueError(msg)
    if organization_id is not None and session.get(Organization, organization_id) is None:
        msg = "所选党组织不存在，请重新选择。"
        raise ValueError(msg)


def _scope(account: Account, organization: str | None) -> str:
    if account.role is Role.TEAM and account.team is not None:
        return team_name(account.team)
    if account.role is Role.ADMIN:
        return "无业务数据"
    return organization or account.department or "全市"
