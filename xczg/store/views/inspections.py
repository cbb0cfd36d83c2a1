"""The inspections of a round by the name of the organisation, for forms that hang something on one."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select
from sqlmodel import Session, col

from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import Inspection, Organization
from xczg.store.views.rounds import in_scope

_ROUND = bindparam("round", type_=Integer)


def inspections_by_name(session: Session, round_id: int, scope: Scope = EVERYTHING) -> dict[str, int]:
    """The number of each inspection by its organisation. One statement."""
    return {row[0]: row[1] for row in session.execute(_query(scope), {"round": round_id})}


@lru_cache(maxsize=128)
def _query(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(col(Organization.name), col(Inspection.id))
        .join(Inspection, col(Inspection.organization_id) == Organization.id)
        .where(col(Inspection.round_id) == _ROUND, in_scope(scope))
        .order_by(col(Organization.name))
    )
