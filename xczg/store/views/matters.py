"""Matters kept by number （移交事项）: how many there are and how many are handled."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, select
from sqlmodel import Session, col

from xczg.rules.values import NamedMatterKind
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import Inspection, NamedMatter, Organization
from xczg.store.views.rounds import in_scope


@dataclass(frozen=True, slots=True)
class MatterCount:
    """The matters of one kind of one inspection; `kind` None where there are none at all."""

    inspection_id: int
    organization: str
    kind: NamedMatterKind | None
    total: int
    handled: int


def matter_counts(session: Session, round_id: int, scope: Scope = EVERYTHING) -> tuple[MatterCount, ...]:
    """Per inspection of a round and kind: total and handled; one without any has one row. One statement."""
    return tuple(MatterCount(*row) for row in session.execute(_counts(scope), {"round": round_id}))


@lru_cache(maxsize=128)
def _counts(scope: Scope) -> Select[*tuple[Any, ...]]:
    handled = func.coalesce(func.sum(case((col(NamedMatter.handled), 1), else_=0)), 0)
    return (
        select(
            col(Inspection.id),
            col(Organization.name),
            col(NamedMatter.kind),
            func.count(col(NamedMatter.id)),
            handled,
        )
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .outerjoin(NamedMatter, col(NamedMatter.inspection_id) == Inspection.id)
        .where(col(Inspection.round_id) == bindparam("round", type_=Integer), in_scope(scope))
        .group_by(col(Inspection.id), col(Organization.name), col(NamedMatter.kind))
        .order_by(col(Organization.name), col(Inspection.id), col(NamedMatter.kind))
    )


def matter_list(session: Session, inspection_id: int, scope: Scope = EVERYTHING) -> tuple[NamedMatter, ...]:
    """The matters of one inspection by number. One statement."""
    found = session.scalars(_list(scope), {"inspection": inspection_id}).all()
    session.expunge_all()
    return tuple(found)


@lru_cache(maxsize=128)
def _list(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(NamedMatter)
        .join(Inspection, col(Inspection.id) == NamedMatter.inspection_id)
        .where(col(NamedMatter.inspection_id) == bindparam("inspection", type_=Integer), in_scope(scope))
        .order_by(col(NamedMatter.number), col(NamedMatter.id))
    )
