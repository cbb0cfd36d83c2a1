"""All organisations by name, for choosing where a member of a group works (回避)."""

from sqlalchemy import Engine
from sqlmodel import col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.store.engine import reading
from xczg.store.tables import Organization


def read_all_organizations(engine: Engine, actor: Actor) -> dict[int, str]:
    """Names by number, those merged into another left out. One statement."""
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    with reading(engine) as session:
        query = (
            select(col(Organization.id), col(Organization.name))
            .where(col(Organization.merged_into_id).is_(None))
            .order_by(col(Organization.name))
        )
        return {row[0]: row[1] for row in session.execute(query)}
