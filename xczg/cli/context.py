"""What a command works with: the database, the data folder, who acts and what day it is."""

import getpass
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from xczg.access.permissions import Actor
from xczg.rules.values import Role
from xczg.services.results import find_round
from xczg.services.unit_of_work import RefusedError
from xczg.store.clock import today
from xczg.store.engine import open_engine, reading
from xczg.store.migrate import is_current
from xczg.store.settings import Settings, load_settings
from xczg.store.views.rounds import RoundRow


@dataclass(frozen=True, slots=True)
class Context:
    """One run of the command line."""

    settings: Settings
    engine: Engine
    actor: Actor
    today: date

    def ready(self) -> bool:
        """Whether the database exists in its newest version. Looking never creates a file."""
        path = self.settings.database_path
        if path is not None and not path.exists():
            return False
        return is_current(self.engine)

    def round(self, name: str) -> RoundRow:
        """A round by its name.

        Raises:
            RefusedError: naming the rounds there are.
        """
        with reading(self.engine) as session:
            found = find_round(session, name)
        if found is None:
            msg = f"没有名为“{name}”的轮次，可用 python -m xczg round list 查看。"
            raise RefusedError(msg)
        return found


def open_context(database: str | None) -> Context:
    """The context of one command."""
    settings = load_settings(database)
    name = f"cli:{getpass.getuser()}"
    actor = Actor(username=name, name=name, roles=frozenset({Role.OFFICE, Role.ADMIN}))
    return Context(settings, open_engine(settings.database_url), actor, today())
