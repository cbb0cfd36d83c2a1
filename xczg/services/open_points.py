"""What the text leaves open: each point with its value, its source, and whether the office confirmed it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.rulebook import Criterion, Rounding, Rulebook
from xczg.rules.values import ScoringUnit
from xczg.services.results import read_rulebook, round_row
from xczg.store.engine import reading
from xczg.store.tables import OpenPointConfirmation
from xczg.store.views.rounds import RoundRow


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One open point as a person reads it; the last three are empty until it is confirmed."""

    key: str
    title: str
    value: str
    source: str
    note: str
    confirmed_on: date | None
    basis: str
    confirmed_by: str


def read_open_points(engine: Engine, actor: Actor, round_id: int) -> tuple[OpenPoint, ...]:
    """The open points of the round's rulebook, in the order of the file."""
    demand(actor, UseCase.MANAGE_ROUNDS)
    with reading(engine) as session:
        return open_points(session, round_row(session, round_id))


def open_points(session: Session, row: RoundRow) -> tuple[OpenPoint, ...]:
    """The same within a session that is open already; asks for no permission."""
    rulebook = read_rulebook(row.rulebook_content)
    found = session.exec(
        select(OpenPointConfirmation).where(
            col(OpenPointConfirmation.rulebook_version_id) == row.rulebook_version_id
        )
    )
    confirmed = {one.point: one for one in found}
    return tuple(
        _point(key, sourced, rulebook, confirmed.get(key)) for key, sourced in rulebook.open_points().items()
    )


def _point(key: str, sourced: Any, rulebook: Rulebook, said: OpenPointConfirmation | None) -> OpenPoint:
    return OpenPoint(
        key=key,
        title=sourced.title,
        value=in_words(sourced.value, rulebook),
        source=sourced.source.value,
        note=sourced.note,
        confirmed_on=said.confirmed_on if said else None,
        basis=said.basis if said else "",
        confirmed_by=said.confirmed_by if said else "",
    )


def in_words(value: Any, rulebook: Rulebook) -> str:
    """A value of the rulebook as text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        mark = "；" if value and isinstance(value[0], Criterion) else "、"
        return mark.join(in_words(one, rulebook) for one in value)
    if isinstance(value, Criterion):
        return f"{value.number} {value.text}（{value.points:f}分）"
    if isinstance(value, ScoringUnit):
        return rulebook.units.names.value[value]
    return value.label if isinstance(value, Rounding) else str(value)
