"""What the text leaves open: each point with its value, its source, and whether the office confirmed it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.rulebook import Sourced
from xczg.rules.rulebook_changes import value_words
from xczg.services.results import read_rulebook, round_row
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import reading
from xczg.store.tables import OpenPointConfirmation, RulebookVersion
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
    demand(actor, UseCase.CONFIRM_OPEN_POINTS)
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
    return tuple(_point(key, sourced, confirmed.get(key)) for key, sourced in rulebook.open_points().items())


def _point(key: str, sourced: Sourced[Any], said: OpenPointConfirmation | None) -> OpenPoint:
    return OpenPoint(
        key=key,
        title=sourced.title,
        value=value_words(key, sourced.value, entries=True),
        source=sourced.source.value,
        note=sourced.note,
        confirmed_on=said.confirmed_on if said else None,
        basis=said.basis if said else "",
        confirmed_by=said.confirmed_by if said else "",
    )


@dataclass(frozen=True, slots=True)
class Confirming:
    """A confirmation as it is given: the day and the basis, checked."""

    confirmed_on: date
    basis: str


def checked(confirmed_on: date, basis: str, today: date) -> Confirming:
    """What the form gave.

    Raises:
        RefusedError: for an empty or overlong basis, or a day to come.
    """
    basis = basis.strip()
    if not basis:
        raise RefusedError("请填写确认的依据，如会议名称、日期和文号。")
    if len(basis) > 500:
        raise RefusedError("依据最多500字，请精简。")
    if confirmed_on > today:
        msg = f"确认日期{confirmed_on.isoformat()}晚于今天，请改正。"
        raise RefusedError(msg)
    return Confirming(confirmed_on, basis)


def confirm(
    session: Session,
    actor: Actor,
    version: RulebookVersion,
    given: Confirming,
    points: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Record the office's confirmation of open points of a version, all or the named ones, once each.

    Returns the titles of those that were new. They hold for every round of the same version.

    Raises:
        RefusedError: for a key that is no open point of this version.
    """
    open_ones = read_rulebook(version.content).open_points()
    unknown = [key for key in points or () if key not in open_ones]
    if unknown:
        msg = f"没有编号为“{unknown[0]}”的待定事项，请核对编号。"
        raise RefusedError(msg)
    known = set(
        session.exec(
            select(OpenPointConfirmation.point).where(
                col(OpenPointConfirmation.rulebook_version_id) == version.id
            )
        )
    )
    wanted = open_ones if points is None else dict.fromkeys(points)
    new = [key for key in wanted if key not in known]
    session.add_all(
        OpenPointConfirmation(
            rulebook_version_id=version.id or 0,
            point=key,
            confirmed_on=given.confirmed_on,
            basis=given.basis,
            confirmed_by=actor.username,
        )
        for key in new
    )
    if new:
        detail = {"事项": new, "日期": str(given.confirmed_on), "依据": given.basis}
        audit.record(session, actor.username, "确认待定事项", version.key, **detail)
    return tuple(open_ones[key].title for key in new)
