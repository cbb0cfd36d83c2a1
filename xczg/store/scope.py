"""Which inspections a reader may see at all; every view takes one and filters in SQL."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything, or one organisation's own data, or what one team inspected."""

    organization_id: int | None = None
    team: int | None = None


EVERYTHING = Scope()
