"""What the services of the concentrated assessment share: rounds that may still change, and words."""

from datetime import date

from sqlmodel import Session, col, select

from xczg.access.permissions import Actor
from xczg.services.results import unfrozen_round
from xczg.services.scoped import NOT_FOUND, InspectionRef, inspection_ref
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import Inspection, Organization, Round
from xczg.store.views.rounds import RoundRow, in_scope, rounds


def changeable_round(session: Session, round_id: int) -> RoundRow:
    """A round that is not frozen, held for this transaction: what is checked in it stays true until the end.

    Raises:
        RefusedError: when there is none, or its result is frozen.
    """
    session.execute(select(Round.id).where(col(Round.id) == round_id).with_for_update())
    return unfrozen_round(session, round_id)


def changeable_inspection(session: Session, actor: Actor, inspection_id: int) -> InspectionRef:
    """An inspection in the actor's scope whose round is not frozen, held for this transaction.

    Raises:
        RefusedError: when there is none, or the result of its round is frozen.
    """
    session.execute(select(Inspection.id).where(col(Inspection.id) == inspection_id).with_for_update())
    found = inspection_ref(session, actor, inspection_id)
    if found.frozen:
        msg = f"“{found.round_name}”的评估结果已经市委同意并冻结，不能再改动。"
        raise RefusedError(msg)
    return found


def visible_round(session: Session, actor: Actor, round_id: int) -> RoundRow:
    """A round in which the actor sees anything.

    Raises:
        RefusedError: when there is none.
    """
    found = next(iter(rounds(session, scope=actor.scope, only=round_id)), None)
    if found is None:
        raise RefusedError(NOT_FOUND)
    return found


def in_round(session: Session, actor: Actor, round_id: int) -> dict[int, tuple[int, str]]:
    """The inspections of a round in the actor's scope: organisation number and name, by inspection."""
    query = (
        select(col(Inspection.id), col(Organization.id), col(Organization.name))
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(col(Inspection.round_id) == round_id, in_scope(actor.scope))
        .order_by(col(Organization.name))
    )
    return {key: (organization, name) for key, organization, name in session.execute(query)}


def required(text: str, what: str, most: int) -> str:
    """A text that must be there, without outer white space.

    Raises:
        RefusedError: when it is empty or longer than `most` characters.
    """
    text = text.strip()
    if not text:
        msg = f"请填写{what}。"
        raise RefusedError(msg)
    return at_most(text, what, most)


def at_most(text: str, what: str, most: int) -> str:
    """A text of at most so many characters, without outer white space.

    Raises:
        RefusedError: when it is longer.
    """
    text = text.strip()
    if len(text) > most:
        msg = f"{what}最多{most}字，现在是{len(text)}字，请精简。"
        raise RefusedError(msg)
    return text


def not_after(day: date, today: date, what: str) -> date:
    """A day that is not in the future.

    Raises:
        RefusedError: when it is.
    """
    if day > today:
        msg = f"{what}{day.isoformat()}晚于今天，请改正。"
        raise RefusedError(msg)
    return day
