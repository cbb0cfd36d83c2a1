"""What the pages of the concentrated assessment read: checked, and within the scope of who looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.phases import Deadlines, deadlines
from xczg.rules.rulebook import Rulebook
from xczg.rules.values import AttachmentKind, ScoringUnit
from xczg.rules.visits import AssessmentCourse, assessment_course, inspected_units
from xczg.services.assessing import in_round
from xczg.services.attachments import AttachmentRow, attachments
from xczg.services.results import read_rulebook
from xczg.services.scoped import inspection_ref
from xczg.store.engine import reading
from xczg.store.scope import EVERYTHING
from xczg.store.tables import AssessmentException, ProminentProblem, Suggestion
from xczg.store.views.assessment import (
    CheckedFinding,
    GroupRow,
    RecusalRow,
    VisitRow,
    checked_findings,
    groups,
    recusals,
    visits,
)
from xczg.store.views.rounds import RoundRow


@dataclass(frozen=True, slots=True)
class Place:
    """One organisation of the round, as a visit goes there."""

    inspection_id: int
    organization_id: int
    organization: str


@dataclass(frozen=True, slots=True)
class AssessmentReading:
    """Groups, schedule and 回避 of a round, and where the assessment stands in time (R5)."""

    rulebook: Rulebook
    dates: Deadlines
    course: AssessmentCourse
    places: tuple[Place, ...]
    groups: tuple[GroupRow, ...]
    visits: tuple[VisitRow, ...]
    recusals: tuple[RecusalRow, ...]
    exceptions: tuple[AssessmentException, ...]
    standing_back: tuple[str, ...]

    @property
    def unvisited(self) -> tuple[Place, ...]:
        """The organisations without a visit in the schedule."""
        planned = {visit.inspection_id for visit in self.visits}
        return tuple(place for place in self.places if place.inspection_id not in planned)

    def substitutes(self, inspection_id: int) -> tuple[str, ...]:
        """Who stands in at an organisation for those kept away."""
        return tuple(one.substitute for one in self.recusals if one.inspection_id == inspection_id)


def read_assessment(engine: Engine, actor: Actor, row: RoundRow) -> AssessmentReading:
    """The concentrated assessment of a round; a team sees the visits to what it inspected. Six statements."""
    demand(actor, UseCase.VIEW_ASSESSMENT)
    rulebook = read_rulebook(row.rulebook_content)
    dates = deadlines(row.latest_feedback, rulebook.periods)
    with reading(engine) as session:
        places = tuple(Place(key, *one) for key, one in in_round(session, actor, row.id).items())
        every_group = groups(session, row.id)
        every_visit = visits(session, row.id)
        kept_away = recusals(session, row.id, actor.scope)
        exceptions = tuple(
            session.exec(
                select(AssessmentException)
                .where(col(AssessmentException.round_id) == row.id)
                .order_by(col(AssessmentException.id))
            )
        )
        session.expunge_all()
    mine = {place.inspection_id for place in places}
    days = [(visit.from_date, visit.until_date) for visit in every_visit]
    return AssessmentReading(
        rulebook=rulebook,
        dates=dates,
        course=assessment_course(days, consultation=row.consultation_on, wrap_up=row.wrap_up_on, dates=dates),
        places=places,
        groups=every_group,
        visits=tuple(visit for visit in every_visit if visit.inspection_id in mine),
        recusals=kept_away,
        exceptions=exceptions,
        standing_back=_standing_back(places, every_group, kept_away, rulebook)
        if actor.scope == EVERYTHING
        else (),
    )


def _standing_back(
    places: tuple[Place, ...],
    every_group: tuple[GroupRow, ...],
    kept_away: tuple[RecusalRow, ...],
    rulebook: Rulebook,
) -> tuple[str, ...]:
    """回避 that nobody recorded yet, each as a sentence."""
    done: set[tuple[int, int | ScoringUnit | None]] = {
        (one.inspection_id, one.unit or one.member_id) for one in kept_away
    }
    names, found = rulebook.units.names.value, []
    for place in places:
        found += [
            f"{member.name}（{group.name}）来自{place.organization}，应当回避，尚未登记替补人员"
            for group in every_group
            for member in group.present
            if member.organization_id == place.organization_id
            and (place.inspection_id, member.id) not in done
        ]
        found += [
            f"{names[unit]}本身是本轮被巡察党组织（{place.organization}），评分应当回避，尚未登记替补单位"
            for unit in inspected_units(place.organization, names)
            if (place.inspection_id, unit) not in done
        ]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Noted:
    """A problem found or a suggestion, as it stands on record."""

    id: int
    text: str
    source: str
    withdrawn_reason: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class VisitReading:
    """One organisation on a visit: its findings with what was found, problems, suggestions, files."""

    inspection_id: int
    organization: str
    visits: tuple[VisitRow, ...]
    groups: Mapping[int, GroupRow]
    kept_away: Mapping[int, RecusalRow]
    findings: tuple[CheckedFinding, ...]
    problems: tuple[Noted, ...]
    suggestions: tuple[Noted, ...]
    files: tuple[AttachmentRow, ...]
    frozen: bool

    @property
    def checked(self) -> int:
        """How many findings have an outcome."""
        return sum(one.check_id is not None for one in self.findings)


def read_places(engine: Engine, actor: Actor, row: RoundRow) -> tuple[Place, ...]:
    """The organisations of a round in the scope, by name. One statement."""
    demand(actor, UseCase.RECORD_VISIT)
    with reading(engine) as session:
        return tuple(Place(key, *one) for key, one in in_round(session, actor, row.id).items())


def read_visit(engine: Engine, actor: Actor, row: RoundRow, inspection_id: int) -> VisitReading:
    """What a visit to one organisation shows and fills in. Ten statements.

    Raises:
        RefusedError: when the inspection is not in the scope.
    """
    demand(actor, UseCase.RECORD_VISIT)
    with reading(engine) as session:
        inspection = inspection_ref(session, actor, inspection_id)
        here = tuple(
            visit for visit in visits(session, row.id, actor.scope) if visit.inspection_id == inspection_id
        )
        files = attachments(session, AttachmentKind.VISIT, [visit.id for visit in here])
        return VisitReading(
            inspection_id=inspection_id,
            organization=inspection.organization,
            visits=here,
            groups={group.id: group for group in groups(session, row.id)},
            kept_away={
                one.member_id: one
                for one in recusals(session, row.id, actor.scope)
                if one.member_id is not None and one.inspection_id == inspection_id
            },
            findings=checked_findings(session, inspection_id),
            problems=_noted(session, ProminentProblem, inspection_id),
            suggestions=_noted(session, Suggestion, inspection_id),
            files=tuple(file for visit in here for file in files.get(visit.id, ())),
            frozen=inspection.frozen,
        )


def _noted(
    session: Session, table: type[ProminentProblem] | type[Suggestion], inspection_id: int
) -> tuple[Noted, ...]:
    query = select(table).where(col(table.inspection_id) == inspection_id).order_by(col(table.id))
    found: list[Any] = list(session.exec(query))
    return tuple(
        Noted(one.id, one.text, getattr(one, "source", ""), one.withdrawn_reason, one.recorded_by)
        for one in found
    )
