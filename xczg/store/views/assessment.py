"""Groups, the schedule of field visits and what was found on them, as lists."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlmodel import Session, col

from xczg.rules.values import FindingStatus, ScoringUnit, VisitOutcome
from xczg.rules.visits import Person, PlannedVisit
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import (
    AssessmentGroup,
    FieldVisit,
    Finding,
    GroupMember,
    Inspection,
    Organization,
    Recusal,
    VisitCheck,
)
from xczg.store.views.rounds import in_scope
from xczg.store.views.verified import current_check

_ROUND = bindparam("round", type_=Integer)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a group; `organization_id` is their own one."""

    id: int
    group_id: int
    unit: ScoringUnit
    name: str
    post: str
    leader: bool
    organization_id: int | None
    organization: str | None
    left_on: date | None
    leaving_reason: str

    @property
    def person(self) -> Person:
        """The member as the rules see them."""
        return Person(self.unit, self.name, self.organization_id)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with its members, the leader first, then by unit."""

    id: int
    name: str
    version: int
    members: tuple[MemberRow, ...]

    @property
    def present(self) -> tuple[MemberRow, ...]:
        """Those who have not left."""
        return tuple(member for member in self.members if member.left_on is None)

    @property
    def missing_units(self) -> tuple[ScoringUnit, ...]:
        """The scoring units that nobody of the group comes from (R5)."""
        units = {member.unit for member in self.present}
        return tuple(unit for unit in ScoringUnit if unit not in units)


def groups(session: Session, round_id: int) -> tuple[GroupRow, ...]:
    """The groups of a round with their members. Two statements."""
    members: dict[int, list[MemberRow]] = defaultdict(list)
    for row in session.execute(_members_query(), {"round": round_id}):
        members[row.group_id].append(MemberRow(*row))
    units = list(ScoringUnit)
    return tuple(
        GroupRow(
            row.id,
            row.name,
            row.version,
            tuple(sorted(members[row.id], key=lambda one: (not one.leader, units.index(one.unit), one.id))),
        )
        for row in session.execute(_groups_query(), {"round": round_id})
    )


@cache
def _groups_query() -> Select[*tuple[Any, ...]]:
    return (
        select(col(AssessmentGroup.id), col(AssessmentGroup.name), col(AssessmentGroup.version))
        .where(col(AssessmentGroup.round_id) == _ROUND)
        .order_by(col(AssessmentGroup.id))
    )


@cache
def _members_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(GroupMember.id),
            col(GroupMember.group_id),
            col(GroupMember.unit),
            col(GroupMember.name),
            col(GroupMember.post),
            col(GroupMember.leader),
            col(GroupMember.organization_id),
            col(Organization.name),
            col(GroupMember.left_on),
            col(GroupMember.leaving_reason),
        )
        .join(AssessmentGroup, col(AssessmentGroup.id) == GroupMember.group_id)
        .outerjoin(Organization, col(Organization.id) == GroupMember.organization_id)
        .where(col(AssessmentGroup.round_id) == _ROUND)
        .order_by(col(GroupMember.id))
    )


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One field visit of the schedule; `member_ids` empty means the whole group."""

    id: int
    inspection_id: int
    organization_id: int
    organization: str
    group_id: int
    group: str
    from_date: date
    until_date: date
    methods: tuple[str, ...]
    member_ids: tuple[int, ...]
    note: str
    version: int
    checked: int


def visits(session: Session, round_id: int, scope: Scope = EVERYTHING) -> tuple[VisitRow, ...]:
    """The schedule of a round in the order of the days. One statement."""
    found = session.execute(_visits_query(scope), {"round": round_id})
    return tuple(_visit_row(row) for row in found)


def _visit_row(row: Any) -> VisitRow:
    return replace(VisitRow(*row), methods=tuple(row.methods), member_ids=tuple(row.members))


@lru_cache(maxsize=128)
def _visits_query(scope: Scope) -> Select[*tuple[Any, ...]]:
    checked = (
        select(func.count(col(VisitCheck.id)))
        .where(col(VisitCheck.visit_id) == FieldVisit.id)
        .correlate(FieldVisit)
        .scalar_subquery()
    )
    return (
        select(
            col(FieldVisit.id),
            col(FieldVisit.inspection_id),
            col(Organization.id),
            col(Organization.name),
            col(FieldVisit.group_id),
            col(AssessmentGroup.name),
            col(FieldVisit.from_date),
            col(FieldVisit.until_date),
            col(FieldVisit.methods),
            col(FieldVisit.members),
            col(FieldVisit.note),
            col(FieldVisit.version),
            checked,
        )
        .join(Inspection, col(Inspection.id) == FieldVisit.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(AssessmentGroup, col(AssessmentGroup.id) == FieldVisit.group_id)
        .where(col(Inspection.round_id) == _ROUND, in_scope(scope))
        .order_by(col(FieldVisit.from_date), col(Organization.name), col(FieldVisit.id))
    )


@dataclass(frozen=True, slots=True)
class RecusalRow:
    """Who is kept away from which organisation, and who stands in."""

    id: int
    inspection_id: int
    organization: str
    member_id: int | None
    unit: ScoringUnit | None
    reason: str
    substitute: str


def recusals(session: Session, round_id: int, scope: Scope = EVERYTHING) -> tuple[RecusalRow, ...]:
    """The recusals of a round. One statement."""
    found = session.execute(_recusals_query(scope), {"round": round_id})
    return tuple(RecusalRow(*row) for row in found)


@lru_cache(maxsize=128)
def _recusals_query(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Recusal.id),
            col(Recusal.inspection_id),
            col(Organization.name),
            col(Recusal.member_id),
            col(Recusal.unit),
            col(Recusal.reason),
            col(Recusal.substitute),
        )
        .join(Inspection, col(Inspection.id) == Recusal.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(col(Inspection.round_id) == _ROUND, in_scope(scope))
        .order_by(col(Recusal.id))
    )


def going(
    group: GroupRow, member_ids: Sequence[int], kept_away: Mapping[int, RecusalRow] | None = None
) -> tuple[MemberRow, ...]:
    """Who goes on a visit: the members named, or the whole group less those kept away."""
    if member_ids:
        return tuple(member for member in group.members if member.id in member_ids)
    return tuple(member for member in group.present if member.id not in (kept_away or {}))


def planned(
    visit: VisitRow, group: GroupRow, kept_away: Mapping[int, RecusalRow] | None = None
) -> PlannedVisit:
    """A visit as the rules see it."""
    people = tuple(member.person for member in going(group, visit.member_ids, kept_away))
    return PlannedVisit(visit.organization_id, visit.organization, visit.from_date, visit.until_date, people)


@dataclass(frozen=True, slots=True)
class CheckedFinding:
    """A finding as the visit meets it: what the organisation reports, what the reviewer and a visit found."""

    id: int
    serial: str
    text: str
    status: FindingStatus
    outcome_text: str
    closed_out_on: date | None
    check_id: int | None
    outcome: VisitOutcome | None
    basis: str | None
    on_date: date | None
    members: str | None


def checked_findings(session: Session, inspection_id: int) -> tuple[CheckedFinding, ...]:
    """The findings of one inspection as the ledger orders them, with their current checks. One statement."""
    found = session.execute(_checked_query(), {"inspection": inspection_id})
    return tuple(CheckedFinding(*row) for row in found)


@cache
def _checked_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Finding.id),
            col(Finding.serial),
            col(Finding.text),
            col(Finding.status),
            col(Finding.outcome),
            col(Finding.closed_out_on),
            col(VisitCheck.id),
            col(VisitCheck.outcome),
            col(VisitCheck.basis),
            col(VisitCheck.on_date),
            col(VisitCheck.members),
        )
        .outerjoin(VisitCheck, current_check())
        .where(col(Finding.inspection_id) == bindparam("inspection", type_=Integer))
        .order_by(col(Finding.position), col(Finding.id))
    )
