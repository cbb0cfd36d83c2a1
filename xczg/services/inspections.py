"""The inspected organisations of a round: their own dates and teams, exemption by decision, removal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.values import InspectionKind
from xczg.services.scoped import NOT_FOUND, InspectionRef, inspection_ref
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Inspection
from xczg.store.views.hanging import hanging, in_words
from xczg.store.views.organizations import InspectionRow, inspection_rows

MOST_TEAMS = 99
WORDS = {
    "team": "巡察组",
    "feedback_date": "反馈日期",
    "kind": "巡察类型",
    "contact": "联系人",
    "contact_phone": "联系电话",
}
# What decides the result of a round, or who scored it.
_RESULT = {"feedback_date", "team"}


@dataclass(frozen=True, slots=True)
class InspectionFields:
    """What the office says of one inspection; no feedback date means that of the round."""

    team: int | None = None
    feedback_date: date | None = None
    kind: InspectionKind = InspectionKind.REGULAR
    contact: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True)
class InspectionEdit:
    """One changed inspection, with the version that was on screen."""

    id: int
    version: int
    fields: InspectionFields


def checked_fields(fields: InspectionFields, name: str) -> dict[str, Any]:
    """The fields as columns.

    Raises:
        RefusedError: naming the organisation and the field that is not right.
    """
    if fields.team is not None and not 1 <= fields.team <= MOST_TEAMS:
        msg = f"{name}：巡察组序号应为1至{MOST_TEAMS}，请改正。"
        raise RefusedError(msg)
    contact, phone = fields.contact.strip(), fields.contact_phone.strip()
    if len(contact) > 40 or len(phone) > 40:
        msg = f"{name}：联系人和联系电话均不超过40字，请精简。"
        raise RefusedError(msg)
    return {
        "team": fields.team,
        "feedback_date": fields.feedback_date,
        "kind": fields.kind,
        "contact": contact,
        "contact_phone": phone,
    }


def read_inspections(engine: Engine, actor: Actor, round_id: int, today: date) -> tuple[InspectionRow, ...]:
    """The inspected organisations of a round by name, with today's principals."""
    demand(actor, UseCase.MANAGE_ROUNDS)
    with reading(engine) as session:
        return inspection_rows(session, round_id, today)


def change_inspections(engine: Engine, actor: Actor, round_id: int, edits: Sequence[InspectionEdit]) -> int:
    """Change several inspections of a round, all or none; returns how many were different.

    Raises:
        RefusedError: for a value that is not right, or one that would change a frozen result.
        StaleError: when somebody changed one of them meanwhile; `stored` tells which.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    with writing(engine) as session:
        return sum(_change(session, actor, round_id, edit) for edit in sorted(edits, key=lambda one: one.id))


def _change(session: Session, actor: Actor, round_id: int, edit: InspectionEdit) -> bool:
    ref = inspection_ref(session, actor, edit.id)
    if ref.inspection.round_id != round_id:
        raise RefusedError(NOT_FOUND)
    wanted = checked_fields(edit.fields, ref.organization)
    before = {key: getattr(ref.inspection, key) for key in wanted}
    changed = {key: value for key, value in wanted.items() if value != before[key]}
    if not changed:
        return False
    if ref.frozen and changed.keys() & _RESULT:
        what = "、".join(WORDS[key] for key in WORDS if key in changed.keys() & _RESULT)
        raise RefusedError(_frozen(ref, f"{ref.organization}的{what}"))
    change_versioned(session, Inspection, edit.id, edit.version, changed)
    words = {WORDS[key]: f"{_word(before[key])}→{_word(value)}" for key, value in changed.items()}
    audit.record(session, actor.username, "修改被巡察党组织", ref.label, **words)
    return True


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def _frozen(ref: InspectionRef, what: str) -> str:
    return f"“{ref.round_name}”的评估结果已经市委同意并冻结，不能再改动{what}。"


def exempt_inspection(  # noqa: PLR0913  a decision has all of these
    engine: Engine,
    actor: Actor,
    inspection_id: int,
    version: int,
    *,
    decided_by: str,
    decided_on: date,
    reason: str,
    today: date,
) -> None:
    """Record the decision that an organisation is not assessed in this round （免于评估）.

    Raises:
        RefusedError: for a frozen round, a missing decider or reason, or a date in the future.
        StaleError: when somebody changed the inspection meanwhile.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    decided_by, reason = decided_by.strip(), reason.strip()
    if not 1 <= len(decided_by) <= 100:
        raise RefusedError("请填写作出决定的机构或会议（1至100字）。")
    if not 1 <= len(reason) <= 500:
        raise RefusedError("请填写免于评估的理由（1至500字）。")
    if decided_on > today:
        raise RefusedError("决定日期晚于今天，请改正。")
    with writing(engine) as session:
        ref = _open(session, actor, inspection_id, "免于评估的决定")
        if ref.inspection.exempted_on is not None:
            msg = f"“{ref.organization}”已登记免于评估，请刷新页面。"
            raise RefusedError(msg)
        decision = {"exempted_on": decided_on, "exempted_by": decided_by, "exemption_basis": reason}
        change_versioned(session, Inspection, inspection_id, version, decision)
        audit.record(
            session,
            actor.username,
            "登记免于评估",
            ref.label,
            决定机构=decided_by,
            日期=str(decided_on),
            理由=reason,
        )


def withdraw_exemption(
    engine: Engine, actor: Actor, inspection_id: int, version: int, *, reason: str
) -> None:
    """Take an exemption back; the audit log keeps the decision that was withdrawn.

    Raises:
        RefusedError: for a frozen round, a missing reason, or where there is no exemption.
        StaleError: when somebody changed the inspection meanwhile.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    reason = reason.strip()
    if not 1 <= len(reason) <= 500:
        raise RefusedError("请填写撤销免于评估的理由（1至500字）。")
    with writing(engine) as session:
        ref = _open(session, actor, inspection_id, "免于评估的决定")
        row = ref.inspection
        if row.exempted_on is None:
            msg = f"“{ref.organization}”没有免于评估的记录，请刷新页面。"
            raise RefusedError(msg)
        was = f"{row.exempted_by} {row.exempted_on} {row.exemption_basis}".strip()
        nothing = {"exempted_on": None, "exempted_by": "", "exemption_basis": None}
        change_versioned(session, Inspection, inspection_id, version, nothing)
        audit.record(session, actor.username, "撤销免于评估", ref.label, 原决定=was, 理由=reason)


def remove_inspection(engine: Engine, actor: Actor, inspection_id: int) -> None:
    """Take an organisation out of a round while nothing hangs on it.

    Raises:
        RefusedError: for a frozen round, or saying what hangs on it.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    try:
        with writing(engine) as session:
            ref = _open(session, actor, inspection_id, "被巡察党组织")
            if found := hanging(session, "inspection", [inspection_id]):
                raise RefusedError(_hangs_on(ref, in_words("inspection", found)))
            session.execute(delete(Inspection).where(col(Inspection.id) == inspection_id))
            audit.record(session, actor.username, "移除被巡察党组织", ref.label)
    except IntegrityError as error:
        raise RefusedError(_hangs_on(ref, "他人刚刚登记的数据")) from error


def _hangs_on(ref: InspectionRef, what: str) -> str:
    return f"“{ref.organization}”在本轮已有{what}，不能移除。经决定不再评估的，请登记免于评估。"


def _open(session: Session, actor: Actor, inspection_id: int, what: str) -> InspectionRef:
    ref = inspection_ref(session, actor, inspection_id)
    if ref.frozen:
        raise RefusedError(_frozen(ref, what))
    return ref
