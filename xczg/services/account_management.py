"""What an administrator does about accounts: each act checked, written and audited in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from xczg.access.accounts import (
    AccountRow,
    add_account,
    list_accounts,
    organization_choices,
    reset_password,
    revoke,
    set_active,
)
from xczg.access.permissions import Actor, UseCase, demand
from xczg.store.engine import reading, writing


def read_accounts(engine: Engine, actor: Actor) -> tuple[Sequence[AccountRow], dict[int, str]]:
    """All accounts, and the organisations one may be made for."""
    demand(actor, UseCase.MANAGE_ACCOUNTS)
    with reading(engine) as session:
        return list_accounts(session), organization_choices(session)


def open_account(engine: Engine, actor: Actor, fields: Mapping[str, Any]) -> str:
    """Make an account from the fields of the form; returns its one-time password.

    Raises:
        ValueError: with a Chinese sentence, when a field is not right.
    """
    demand(actor, UseCase.MANAGE_ACCOUNTS)
    with writing(engine) as session:
        return add_account(session, actor=actor.username, **fields)


def switch_account(engine: Engine, actor: Actor, username: str, *, active: bool) -> None:
    """Let an account sign in, or stop it at once."""
    demand(actor, UseCase.MANAGE_ACCOUNTS)
    with writing(engine) as session:
        set_active(session, actor=actor.username, username=username, active=active)


def renew_password(engine: Engine, actor: Actor, username: str) -> str:
    """A new one-time password; whoever is signed in with the old one is signed out."""
    demand(actor, UseCase.MANAGE_ACCOUNTS)
    with writing(engine) as session:
        return reset_password(session, actor=actor.username, username=username)


def sign_out_everywhere(engine: Engine, actor: Actor, username: str) -> None:
    """End every session and cookie of an account; its password stays."""
    demand(actor, UseCase.MANAGE_ACCOUNTS)
    with writing(engine) as session:
        revoke(session, username, actor=actor.username)
