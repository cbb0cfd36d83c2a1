"""The consultation meeting with its three items, and the wrap-up meeting (R7, R8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.services.assessing import at_most, changeable_round, not_after, visible_round
from xczg.services.consultation_draft import draft_items
from xczg.services.results import read_rulebook
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.scope import EVERYTHING
from xczg.store.tables import ConsultationMeeting, WrapUpMeeting


@dataclass(frozen=True, slots=True)
class MeetingForm:
    """When, where and with whom; `items` are what was reported under each item of the consultation."""

    held_on: date
    place: str = ""
    participants: str = ""
    items: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ConsultationReading:
    """The meeting as recorded, None before; and the three items as the program would fill them now.

    Both item texts name every organisation of the round: they are empty for who sees only some.
    """

    titles: tuple[str, ...]
    recorded: ConsultationMeeting | None
    draft: Mapping[str, str]
    whole: bool


def read_consultation(engine: Engine, actor: Actor, round_id: int, today: date) -> ConsultationReading:
    """The consultation meeting of a round for somebody who sees the round."""
    demand(actor, UseCase.VIEW_ASSESSMENT)
    with reading(engine) as session:
        row = visible_round(session, actor, round_id)
        rulebook = read_rulebook(row.rulebook_content)
        titles = tuple(rulebook.contents.consultation_items.value)
        recorded = _consultation(session, round_id)
        if recorded is not None:
            session.expunge(recorded)
        whole = actor.scope == EVERYTHING
        draft = dict(zip(titles, draft_items(session, row, rulebook, today), strict=False)) if whole else {}
        return ConsultationReading(titles, recorded, draft, whole)


def record_consultation(
    engine: Engine, actor: Actor, round_id: int, form: MeetingForm, *, version: int | None, today: date
) -> None:
    """Record the consultation meeting, or correct it; `version` None for the first time (R7).

    Raises:
        StaleError: when somebody recorded or changed it meanwhile.
        RefusedError: for a day in the future, an item without text, or a frozen round.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    not_after(form.held_on, today, "会议日期")
    with writing(engine) as session:
        row = changeable_round(session, round_id)
        items = {}
        for title in read_rulebook(row.rulebook_content).contents.consultation_items.value:
            text = at_most((form.items or {}).get(title, ""), f"“{title}”", 4000)
            if not text:
                msg = f"请填写会商事项“{title}”。"
                raise RefusedError(msg)
            items[title] = text
        values: dict[str, Any] = {
            "held_on": form.held_on,
            "place": at_most(form.place, "会议地点", 100),
            "participants": at_most(form.participants, "参会人员", 1000),
            "items": items,
            "recorded_by": actor.username,
        }
        known = _consultation(session, round_id)
        if known is None:
            session.add(ConsultationMeeting(round_id=round_id, **values))
        else:
            assert known.id is not None
            change_versioned(session, ConsultationMeeting, known.id, version or 0, values)
        action = "登记会商会议" if known is None else "修改会商会议"
        audit.record(session, actor.username, action, row.name, 日期=str(form.held_on))


def open_wrap_up(engine: Engine, actor: Actor, round_id: int, form: MeetingForm, *, today: date) -> None:
    """Open the wrap-up meeting: it is logged, and lifts the blindness of the whole round at once (R8).

    Raises:
        RefusedError: when it is open already, the day lies in the future or before what precedes it,
            no organisation was visited, or the round is frozen.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    not_after(form.held_on, today, "总结会日期")
    with writing(engine) as session:
        row = changeable_round(session, round_id)
        if row.wrap_up_on is not None:
            msg = f"总结会已于{row.wrap_up_on.isoformat()}登记，不必重复登记。"
            raise RefusedError(msg)
        for before, what in ((row.consultation_on, "会商会议"), (row.visits_from, "首次实地督导")):
            if before is not None and form.held_on < before:
                msg = f"总结会日期早于{what}（{before.isoformat()}），请改正。"
                raise RefusedError(msg)
        if row.visits_from is None:
            raise RefusedError("本轮还没有安排实地督导，请先在“督查组与日程”中安排。")
        session.add(
            WrapUpMeeting(
                round_id=round_id,
                held_on=form.held_on,
                place=at_most(form.place, "会议地点", 100),
                participants=at_most(form.participants, "参会人员", 1000),
                opened_by=actor.username,
            )
        )
        audit.record(session, actor.username, "召开集中督查总结会", row.name, 日期=str(form.held_on))


def read_wrap_up(engine: Engine, actor: Actor, round_id: int) -> WrapUpMeeting | None:
    """The wrap-up meeting of a round, None before it is opened."""
    demand(actor, UseCase.VIEW_ASSESSMENT)
    with reading(engine) as session:
        visible_round(session, actor, round_id)
        found = session.exec(select(WrapUpMeeting).where(col(WrapUpMeeting.round_id) == round_id)).first()
        if found is not None:
            session.expunge(found)
        return found


def _consultation(session: Session, round_id: int) -> ConsultationMeeting | None:
    return session.exec(
        select(ConsultationMeeting).where(col(ConsultationMeeting.round_id) == round_id)
    ).first()
