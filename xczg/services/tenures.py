"""Principals of organisations: who led from when to when, and the handover of rectification between them."""

from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.tenures import in_office, overlapping
from xczg.services.organizations import held
from xczg.services.scoped import NOT_FOUND
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Tenure


@dataclass(frozen=True, slots=True)
class TenureFields:
    """A tenure as it is typed."""

    name: str
    post: str
    started_on: date
    ended_on: date | None = None
    handed_over_on: date | None = None
    handover_note: str = ""


@dataclass(frozen=True, slots=True)
class Departure:
    """How the tenure before ends when a new one is entered: one act, so that no gap is left by mistake."""

    tenure_id: int
    version: int
    ended_on: date
    handed_over_on: date | None
    handover_note: str


def add_tenure(
    engine: Engine,
    actor: Actor,
    organization_id: int,
    fields: TenureFields,
    *,
    departure: Departure | None = None,
) -> int:
    """Enter a principal, and with `departure` the end of the one before.

    Raises:
        RefusedError: for a missing name or post, dates the wrong way round, or an overlap, naming whom.
        StaleError: when the tenure before was changed meanwhile.
    """
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    fields = _checked(fields)
    with writing(engine) as session:
        organization = held(session, organization_id).name
        if departure is not None:
            _end(session, actor, organization_id, organization, departure)
        _refuse_overlap(session, organization_id, fields, None)
        added = Tenure(organization_id=organization_id, recorded_by=actor.username, **asdict(fields))
        session.add(added)
        session.flush()
        audit.record(session, actor.username, "登记主要负责人任职", organization, **_words(fields))
        assert added.id is not None
        return added.id


def change_tenure(engine: Engine, actor: Actor, tenure_id: int, version: int, fields: TenureFields) -> None:
    """Correct a tenure, or record its end and the handover （整改责任交接）.

    Raises:
        RefusedError: as `add_tenure`.
        StaleError: when somebody changed it meanwhile.
    """
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    fields = _checked(fields)
    with writing(engine) as session:
        organization_id = _tenure(session, tenure_id).organization_id
        organization = held(session, organization_id).name
        _refuse_overlap(session, organization_id, fields, tenure_id)
        _change(session, actor, organization, tenure_id, version, fields)


def remove_tenure(engine: Engine, actor: Actor, tenure_id: int, version: int) -> None:
    """Take back a tenure entered by mistake; the audit log keeps what it said."""
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    with writing(engine) as session:
        row = _tenure(session, tenure_id)
        organization, before = held(session, row.organization_id).name, _words(_fields(row))
        change_versioned(session, Tenure, tenure_id, version, {})
        session.execute(delete(Tenure).where(col(Tenure.id) == tenure_id))
        audit.record(session, actor.username, "删除主要负责人任职", organization, **before)


def principal_on(engine: Engine, actor: Actor, organization_id: int, day: date) -> Tenure | None:
    """The principal in office on that day; None where none is recorded."""
    demand(actor, UseCase.VIEW_ORGANIZATION)
    with reading(engine) as session:
        terms = session.exec(select(Tenure).where(col(Tenure.organization_id) == organization_id)).all()
        found = in_office(terms, day)
        session.expunge_all()
        return found


def _tenure(session: Session, tenure_id: int) -> Tenure:
    row = session.get(Tenure, tenure_id)
    if row is None:
        raise RefusedError(NOT_FOUND)
    return row


def _fields(row: Tenure) -> TenureFields:
    return TenureFields(
        row.name, row.post, row.started_on, row.ended_on, row.handed_over_on, row.handover_note
    )


def _end(session: Session, actor: Actor, organization_id: int, name: str, departure: Departure) -> None:
    row = _tenure(session, departure.tenure_id)
    if row.organization_id != organization_id:
        raise RefusedError(NOT_FOUND)
    fields = replace(
        _fields(row),
        ended_on=departure.ended_on,
        handed_over_on=departure.handed_over_on,
        handover_note=departure.handover_note,
    )
    _change(session, actor, name, departure.tenure_id, departure.version, _checked(fields))


def _change(
    session: Session, actor: Actor, name: str, tenure_id: int, version: int, fields: TenureFields
) -> None:
    before = _words(_fields(_tenure(session, tenure_id)))
    change_versioned(session, Tenure, tenure_id, version, asdict(fields))
    after = _words(fields)
    changes = {key: f"{before[key]}→{after[key]}" for key in after if before[key] != after[key]}
    audit.record(session, actor.username, "修改主要负责人任职", name, 姓名=fields.name, 修改=changes)


def _words(fields: TenureFields) -> dict[str, str]:
    return {
        "姓名": fields.name,
        "职务": fields.post,
        "任职": str(fields.started_on),
        "离任": str(fields.ended_on or ""),
        "整改责任交接": str(fields.handed_over_on or ""),
        "交接说明": fields.handover_note,
    }


def _checked(fields: TenureFields) -> TenureFields:
    fields = replace(
        fields, name=fields.name.strip(), post=fields.post.strip(), handover_note=fields.handover_note.strip()
    )
    if not 1 <= len(fields.name) <= 40:
        raise RefusedError("请填写主要负责人姓名（1至40字）。")
    if not 1 <= len(fields.post) <= 100:
        raise RefusedError("请填写职务（1至100字）。")
    if len(fields.handover_note) > 500:
        raise RefusedError("交接说明不超过500字，请精简。")
    if fields.ended_on is not None and fields.ended_on < fields.started_on:
        raise RefusedError("离任日期早于任职日期，请改正。")
    if fields.handed_over_on is not None:
        if fields.ended_on is None:
            raise RefusedError("整改责任交接在离任时办理，请先填写离任日期。")
        if fields.handed_over_on < fields.started_on:
            raise RefusedError("整改责任交接日期早于任职日期，请改正。")
    return fields


def _refuse_overlap(session: Session, organization_id: int, fields: TenureFields, but: int | None) -> None:
    others = session.exec(
        select(Tenure).where(col(Tenure.organization_id) == organization_id).order_by(col(Tenure.started_on))
    ).all()
    found = overlapping([one for one in others if one.id != but], fields)
    if found is not None:
        until = f"至{found.ended_on}" if found.ended_on else "起，尚未登记离任"
        msg = f"与{found.name}的任期（{found.started_on}{until}）重叠，请先核对任职和离任日期。"
        raise RefusedError(msg)
