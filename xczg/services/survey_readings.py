"""What the page of the satisfaction survey reads: one row an organisation, counts and codes."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, Integer, Select, bindparam, case, func, select
from sqlmodel import col

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.rates import Ballots
from xczg.store.engine import reading
from xczg.store.scope import Scope
from xczg.store.tables import BallotCode, Inspection, Organization, SatisfactionSurvey
from xczg.store.views.rounds import in_scope


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """The survey of one organisation; `version` None before anything was recorded."""

    inspection_id: int
    organization: str
    version: int | None
    ballots: Ballots | None
    issued: int | None
    held_on: date | None
    codes: int
    codes_used: int

    @property
    def returned(self) -> int:
        """All that came back, valid or not."""
        one = self.ballots
        if one is None:
            return 0
        return one.satisfied + one.basically_satisfied + one.dissatisfied + one.unaware + one.invalid

    def may_split(self, minimum: int) -> bool:
        """Whether the options are shown one by one: of few ballots on screen they would tell too much."""
        return self.ballots is not None and (not self.codes or self.ballots.may_split(minimum))


def read_surveys(engine: Engine, actor: Actor, round_id: int) -> tuple[SurveyRow, ...]:
    """The surveys of a round in the scope, every organisation to be assessed, by name. One statement."""
    demand(actor, UseCase.RECORD_VISIT)
    with reading(engine) as session:
        found = session.execute(_query(actor.scope), {"round": round_id})
        return tuple(_row(row) for row in found)


def _row(row: Any) -> SurveyRow:
    counts = (row.satisfied, row.basically_satisfied, row.dissatisfied, row.unaware, row.invalid)
    return SurveyRow(
        inspection_id=row.id,
        organization=row.name,
        version=row.version,
        ballots=None if row.version is None else Ballots(*counts),
        issued=row.issued,
        held_on=row.held_on,
        codes=row.codes or 0,
        codes_used=int(row.used or 0),
    )


@lru_cache(maxsize=128)
def _query(scope: Scope) -> Select[*tuple[Any, ...]]:
    codes = (
        select(
            col(BallotCode.inspection_id).label("of"),
            func.count(col(BallotCode.id)).label("codes"),
            func.sum(case((col(BallotCode.used), 1), else_=0)).label("used"),
        )
        .group_by(col(BallotCode.inspection_id))
        .subquery()
    )
    survey = SatisfactionSurvey
    return (
        select(
            col(Inspection.id),
            col(Organization.name),
            col(survey.version),
            col(survey.satisfied),
            col(survey.basically_satisfied),
            col(survey.dissatisfied),
            col(survey.unaware),
            col(survey.invalid),
            col(survey.issued),
            col(survey.held_on),
            codes.c.codes,
            codes.c.used,
        )
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .outerjoin(survey, col(survey.inspection_id) == Inspection.id)
        .outerjoin(codes, codes.c.of == Inspection.id)
        .where(
            col(Inspection.round_id) == bindparam("round", type_=Integer),
            col(Inspection.exempted_on).is_(None),
            in_scope(scope),
        )
        .order_by(col(Organization.name))
    )
