"""The application as tests see it: accounts on demand, and sessions signed in as any role."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from xczg.access import gate
from xczg.access.accounts import add_account
from xczg.rules.values import Role
from xczg.store.engine import writing
from xczg.store.settings import PROJECT
from xczg.store.tables import Account, Organization


class Office:
    """A database behind app.py. `engine` is for arranging what the pages then show."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.passwords: dict[str, str] = {}

    def account(self, role: Role, *, username: str | None = None, name: str = "", **scope: object) -> str:
        """Make an account of this role, with a scope if none is given; returns its name."""
        username = username or role.value
        with writing(self.engine) as session:
            if session.exec(select(Account.id).where(Account.username == username)).first():
                return username
            given = {**_scope(session, role), **scope}
            self.passwords[username] = add_account(
                session, actor="test", username=username, name=name or f"{role.label}某", role=role, **given
            )
        return username

    def session(self, role: Role | None, page: str | None = None, **account: object) -> AppTest:
        """A browser's session, not run yet; `page` is a file below pages/ run *without* app.py."""
        file = PROJECT / "pages" / page if page else PROJECT / "app.py"
        test = AppTest.from_file(str(file), default_timeout=15)
        if role is not None:
            noted: dict[str, object] = {}
            gate.remember(noted, self.account(role, **account), datetime.now(UTC))
            for key, value in noted.items():
                test.session_state[key] = value
        return test

    def open(self, role: Role, page: str | None = None, **account: object) -> AppTest:
        """app.py run as this role, and then the page, given as a file below pages/."""
        test = self.session(role, **account).run()
        assert not test.exception
        if page:
            test.switch_page(str(Path("pages") / page)).run()
            assert not test.exception
        return test

    def change(self, username: str, /, **values: object) -> None:
        """Change an account behind the back of its session."""
        with writing(self.engine) as session:
            account = session.exec(select(Account).where(Account.username == username)).one()
            for field, value in values.items():
                setattr(account, field, value)


def _scope(session: Session, role: Role) -> dict[str, object]:
    if role is Role.TEAM:
        return {"team": 1}
    if role is Role.DEPARTMENT:
        return {"department": "市财政局"}
    if role is not Role.ORGANIZATION:
        return {}
    organization = session.exec(select(Organization)).first()
    if organization is None:
        organization = Organization(name="市水利局党组", name_key="市水利局党组")
        session.add(organization)
        session.flush()
    return {"organization_id": organization.id}


def words(test: AppTest) -> str:
    """All text on the page."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "info",
        "warning",
        "error",
        "success",
        "code",
    )
    found = [element.value for kind in kinds for element in getattr(test, kind)]
    found += [element.label for kind in ("button", "text_input") for element in getattr(test, kind)]
    return "\n".join(str(part) for part in found)
