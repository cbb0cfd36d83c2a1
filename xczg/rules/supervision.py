"""Routine supervision (R1–R4): what is still blank, the newest judgement, where a result report stands.

Today and the stored rows are parameters; nothing here is stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xczg.rules.rulebook import OTHER_CONTENT, Rulebook, TaskItem
from xczg.rules.values import ReportState, ScoringUnit

# R1: done mainly by these two.
SUPERVISING = (ScoringUnit.DISCIPLINE, ScoringUnit.PERSONNEL)
OTHER_METHOD = "其他"

# What these words name is for those alone who may see leads and complaints (domain: 问题线索和信访事项).
_CONFIDENTIAL = ("线索", "信访")


def is_confidential(content: str) -> bool:
    """Whether a content of R2 is about leads or complaints, which a team and an organisation never see."""
    return any(word in content for word in _CONFIDENTIAL)


def tasks_of(rulebook: Rulebook, unit: ScoringUnit, content: str | None = None) -> tuple[TaskItem, ...]:
    """Annex 1 of one unit (R4, R19), of one content or of all."""
    return tuple(
        task
        for task in rulebook.tasks.value
        if task.unit is unit and (content is None or task.content == content)
    )


def required_contents(rulebook: Rulebook, unit: ScoringUnit) -> tuple[str, ...]:
    """The contents a unit has to look at: those its task list names (R4); all of R2 where it has no list.

    其他 is never required: the list is open （等）.
    """
    named = {task.content for task in tasks_of(rulebook, unit)} - {OTHER_CONTENT}
    return tuple(content for content in rulebook.contents.assessed.value if not named or content in named)


class Coverage(StrEnum):
    """Whether a unit has looked at a content of an organisation."""

    BLANK = "空白"
    RECORDED = "已记录"
    NOT_REQUIRED = "无任务"


@dataclass(frozen=True, slots=True)
class Look:
    """One entry as the rules need it; `id` decides between entries of one day."""

    id: int
    inspection_id: int
    unit: ScoringUnit
    content: str
    on_date: date
    judgement: str = ""
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit at one content of one organisation; `judgement` is the newest one given, if any."""

    coverage: Coverage
    looks: int = 0
    judgement: str = ""
    last_on: date | None = None

    @property
    def word(self) -> str:
        """The judgement, else whether there is anything."""
        return self.judgement or self.coverage.value


Place = tuple[int, ScoringUnit, str]


def newest_judgement(looks: Iterable[Look]) -> str:
    """The judgement of the latest entry that has one; empty where none has."""
    judged = [look for look in looks if look.judgement]
    return max(judged, key=lambda look: (look.on_date, look.id)).judgement if judged else ""


def matrix(
    inspections: Iterable[int], looks: Iterable[Look], rulebook: Rulebook, units: Sequence[ScoringUnit]
) -> dict[Place, Cell]:
    """Every cell of organisations × units × contents (R2 and 其他)."""
    by_place: dict[Place, list[Look]] = defaultdict(list)
    for look in looks:
        by_place[look.inspection_id, look.unit, look.content].append(look)
    required = {unit: set(required_contents(rulebook, unit)) for unit in units}
    return {
        (inspection, unit, content): _cell(
            by_place.get((inspection, unit, content), []), required=content in required[unit]
        )
        for inspection in inspections
        for unit in units
        for content in rulebook.supervised_contents
    }


def _cell(looks: Sequence[Look], *, required: bool) -> Cell:
    if not looks:
        return Cell(Coverage.BLANK if required else Coverage.NOT_REQUIRED)
    last = max(look.on_date for look in looks)
    return Cell(Coverage.RECORDED, len(looks), newest_judgement(looks), last)


def blanks(cells: Mapping[Place, Cell]) -> list[Place]:
    """The required cells nothing is recorded in."""
    return [place for place, cell in cells.items() if cell.coverage is Coverage.BLANK]


def task_progress(
    looks: Iterable[Look], inspections: Iterable[int], rulebook: Rulebook, unit: ScoringUnit
) -> dict[str, frozenset[int]]:
    """At which of the organisations each task of annex 1 was looked at, by task number."""
    wanted, done = set(inspections), defaultdict(set)
    for look in looks:
        if look.unit is unit and look.inspection_id in wanted:
            for number in look.tasks:
                done[number].add(look.inspection_id)
    return {task.number: frozenset(done[task.number]) for task in tasks_of(rulebook, unit)}


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """One stored version of a result report: a draft without a state, submitted, or returned."""

    version: int
    state: ReportState | None = None
    submitted_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReportStanding:
    """Where a unit's report stands, and by how many days its first submission was or is late."""

    state: ReportState
    due: date
    days_late: int = 0
    submitted_on: date | None = None


def report_locked(versions: Iterable[ReportVersion]) -> bool:
    """Whether the newest version is submitted: the entries it rests on are locked with it."""
    newest = max(versions, key=lambda one: one.version, default=None)
    return newest is not None and newest.state is ReportState.SUBMITTED


def report_standing(versions: Sequence[ReportVersion], due: date, today: date) -> ReportStanding:
    """R4: the state on a day. A returned report was handed in: it is 退回修改, never 逾期未报送."""
    handed_in = [one.submitted_on for one in versions if one.submitted_on is not None]
    first = min(handed_in, default=None)
    late = max(0, ((first or today) - due).days)
    if report_locked(versions):
        return ReportStanding(ReportState.SUBMITTED, due, late, max(handed_in))
    if first is not None:
        return ReportStanding(ReportState.RETURNED, due, late, max(handed_in))
    state = ReportState.OVERDUE if late else ReportState.NOT_SUBMITTED
    return ReportStanding(state, due, late)
