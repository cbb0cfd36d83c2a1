"""The directory of organisations: known by every name they ever had, listed with principal and rounds."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    func,
    or_,
    select,
    union_all,
)
from sqlmodel import Session, col

from xczg.rules.text import text_key
from xczg.rules.values import InspectionKind
from xczg.store.tables import Inspection, Organization, OrganizationName, Round, Tenure


@dataclass(frozen=True, slots=True)
class KnownOrganization:
    """An organisation as a name leads to it: under the name it has now."""

    id: int
    name: str
    archived: bool


def known_organizations(session: Session, keys: Collection[str]) -> dict[str, KnownOrganization]:
    """The organisations of some names, by key: present, former, merged spellings. One statement."""
    if not keys:
        return {}
    return _by_key(session.execute(_known(), {"keys": list(keys)}))


def _by_key(found: Iterable[Any]) -> dict[str, KnownOrganization]:
    return {key: KnownOrganization(number, name, away is not None) for key, number, name, away in found}


@cache
def _known() -> CompoundSelect[Any]:
    keys: Any = bindparam("keys", expanding=True)
    about = (col(Organization.id), col(Organization.name), col(Organization.archived_at))
    present = select(col(Organization.name_key), *about).where(
        col(Organization.name_key).in_(keys), col(Organization.merged_into_id).is_(None)
    )
    former = (
        select(col(OrganizationName.name_key), *about)
        .join(Organization, col(Organization.id) == OrganizationName.organization_id)
        .where(col(OrganizationName.name_key).in_(keys))
    )
    return union_all(former, present)


def all_names(session: Session) -> dict[str, KnownOrganization]:
    """Every name that leads to an organisation, by key. One statement."""
    return _by_key(session.execute(_all_names()))


@cache
def _all_names() -> CompoundSelect[Any]:
    about = (col(Organization.id), col(Organization.name), col(Organization.archived_at))
    present = select(col(Organization.name_key), *about).where(col(Organization.merged_into_id).is_(None))
    former = select(col(OrganizationName.name_key), *about).join(
        Organization, col(Organization.id) == OrganizationName.organization_id
    )
    return union_all(former, present)


def other_names(session: Session) -> dict[str, str]:
    """Former names and other spellings → the present name, for readers of files. One statement."""
    found = session.execute(
        select(col(OrganizationName.name_key), col(Organization.name)).join(
            Organization, col(Organization.id) == OrganizationName.organization_id
        )
    )
    return {row[0]: row[1] for row in found}


def selectable(session: Session) -> dict[int, str]:
    """The organisations one can choose now: neither merged nor archived; by number. One statement."""
    found = session.execute(_selectable())
    return {row[0]: row[1] for row in found}


@cache
def _selectable() -> Select[*tuple[Any, ...]]:
    return (
        select(col(Organization.id), col(Organization.name))
        .where(col(Organization.merged_into_id).is_(None), col(Organization.archived_at).is_(None))
        .order_by(col(Organization.name))
    )


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """One line of the directory; the principal is the one in office on the day asked for."""

    id: int
    name: str
    version: int
    archived_at: datetime | None
    rounds: int
    last_round: str | None
    principal: str | None
    post: str | None
    accounts: int
    other_names: tuple[str, ...] = field(default=())


def directory_total(session: Session, text: str, *, archived: bool) -> int:
    """How many organisations the search finds. One statement."""
    query = select(func.count(col(Organization.id))).where(_found(), _standing(archived=archived))
    return int(session.execute(query, {"text": _pattern(text)}).scalar_one())


def directory(
    session: Session, text: str, today: date, *, archived: bool, page: int, size: int
) -> tuple[OrganizationRow, ...]:
    """One page of the directory by name, counted from 1. Two statements."""
    asked = {"text": _pattern(text), "day": today, "size": size, "skip": (page - 1) * size}
    rows = session.execute(_directory(archived), asked).all()
    names: dict[int, list[str]] = {}
    for number, name in session.execute(_other_names(), {"ids": [row.id for row in rows] or [0]}):
        names.setdefault(number, []).append(name)
    return tuple(replace(OrganizationRow(*row), other_names=tuple(names.get(row[0], ()))) for row in rows)


def _pattern(text: str) -> str:
    escaped = text_key(text).replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


def _found() -> ColumnElement[bool]:
    """Whether a present or former name holds the text."""
    text = bindparam("text", type_=String)
    former = (
        select(col(OrganizationName.id))
        .where(
            col(OrganizationName.organization_id) == Organization.id,
            col(OrganizationName.name_key).like(text, escape="/"),
        )
        .correlate(Organization)
        .exists()
    )
    return or_(col(Organization.name_key).like(text, escape="/"), former)


def _standing(*, archived: bool) -> ColumnElement[bool]:
    away = col(Organization.archived_at)
    unmerged = col(Organization.merged_into_id).is_(None)
    return unmerged & (away.is_not(None) if archived else away.is_(None))


@cache
def _directory(archived: bool) -> Select[*tuple[Any, ...]]:
    day = bindparam("day", type_=Date)
    serving = (
        select(col(Tenure.id))
        .where(
            col(Tenure.organization_id) == Organization.id,
            col(Tenure.started_on) <= day,
            or_(col(Tenure.ended_on).is_(None), col(Tenure.ended_on) >= day),
        )
        .order_by(col(Tenure.started_on).desc())
        .limit(1)
        .correlate(Organization)
        .scalar_subquery()
    )
    return (
        select(
            col(Organization.id),
            col(Organization.name),
            col(Organization.version),
            col(Organization.archived_at),
            _count("inspection"),
            _last_round(),
            col(Tenure.name),
            col(Tenure.post),
            _count("account"),
        )
        .outerjoin(Tenure, col(Tenure.id) == serving)
        .where(_found(), _standing(archived=archived))
        .order_by(col(Organization.name), col(Organization.id))
        .limit(bindparam("size", type_=Integer))
        .offset(bindparam("skip", type_=Integer))
    )


def _count(table: str) -> ColumnElement[int]:
    from_table = Organization.metadata.tables[table]
    return (
        select(func.count())
        .select_from(from_table)
        .where(from_table.c.organization_id == Organization.id)
        .correlate(Organization)
        .scalar_subquery()
    )


def _last_round() -> ColumnElement[str]:
    return (
        select(col(Round.name))
        .join(Inspection, col(Inspection.round_id) == Round.id)
        .where(col(Inspection.organization_id) == Organization.id)
        .order_by(col(Round.feedback_date).desc(), col(Round.id).desc())
        .limit(1)
        .correlate(Organization)
        .scalar_subquery()
    )


@cache
def _other_names() -> Select[*tuple[Any, ...]]:
    return (
        select(col(OrganizationName.organization_id), col(OrganizationName.name))
        .where(col(OrganizationName.organization_id).in_(bindparam("ids", expanding=True)))
        .order_by(col(OrganizationName.id))
    )


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """One organisation of a round as the office edits it; `own_feedback` None means that of the round."""

    id: int
    version: int
    organization_id: int
    organization: str
    team: int | None
    own_feedback: date | None
    kind: InspectionKind
    contact: str
    contact_phone: str
    exempted_on: date | None
    exempted_by: str
    exemption_basis: str | None
    principal: str | None
    departed: bool


def inspection_rows(session: Session, round_id: int, today: date) -> tuple[InspectionRow, ...]:
    """The inspections of a round by organisation. One statement."""
    asked = {"round": round_id, "day": today}
    return tuple(InspectionRow(*row) for row in session.execute(_inspections(), asked))


@cache
def _inspections() -> Select[*tuple[Any, ...]]:
    """With today's principal, and whether one left since the feedback without a recorded handover."""
    day = bindparam("day", type_=Date)
    of_organization = col(Tenure.organization_id) == Inspection.organization_id
    principal = (
        select(col(Tenure.name))
        .where(
            of_organization,
            col(Tenure.started_on) <= day,
            or_(col(Tenure.ended_on).is_(None), col(Tenure.ended_on) >= day),
        )
        .order_by(col(Tenure.started_on).desc())
        .limit(1)
        .correlate(Inspection)
        .scalar_subquery()
    )
    left = (
        select(col(Tenure.id))
        .where(
            of_organization,
            col(Tenure.ended_on) >= func.coalesce(Inspection.feedback_date, Round.feedback_date),
            col(Tenure.ended_on) <= day,
            col(Tenure.handed_over_on).is_(None),
        )
        .correlate(Inspection, Round)
        .exists()
    )
    return (
        select(
            col(Inspection.id),
            col(Inspection.version),
            col(Organization.id),
            col(Organization.name),
            col(Inspection.team),
            col(Inspection.feedback_date),
            col(Inspection.kind),
            col(Inspection.contact),
            col(Inspection.contact_phone),
            col(Inspection.exempted_on),
            col(Inspection.exempted_by),
            col(Inspection.exemption_basis),
            principal,
            left,
        )
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .where(col(Inspection.round_id) == bindparam("round", type_=Integer))
        .order_by(col(Organization.name), col(Inspection.id))
    )
