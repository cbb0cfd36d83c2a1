"""One version of the regulation as data (R20): every number and list the program works with, and its source.

Nothing else in the code knows 5 : 3 : 2, 20 % or three months. A rulebook is read from
`data/rulebooks/*.toml`, validated here, and frozen in the database the moment a round uses it.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from xczg.rules.values import ScoringUnit, SubmissionKind

FULL_MARK = Decimal(100)
OTHER_CONTENT = "其他"
T = TypeVar("T")


class RulebookError(ValueError):
    """A rulebook that may not be used; the message is one Chinese sentence naming the key."""


class Source(StrEnum):
    """Where a value comes from; 录入 is what the office put there itself.

    What we inferred, chose or made up waits for the office's confirmation.
    """

    TEXT = "原文"
    INFERRED = "推断"
    DEFAULT = "默认"
    SAMPLE = "示例"
    BLANK = "待录入"
    ENTERED = "录入"


class Rounding(StrEnum):
    """How the bottom share of n organisations becomes a whole number."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half_up"

    @property
    def label(self) -> str:
        """The word used in the sentence about the cut."""
        return {"up": "向上取整", "down": "向下取整", "half_up": "四舍五入"}[self.value]


class Frozen(BaseModel):
    """A value object: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Sourced(Frozen, Generic[T]):
    """A value with its origin: the R-number it stands for, and a note where we had to choose."""

    value: T
    source: Source
    rule: str = Field(pattern=r"^R\d{1,2}a?$")
    title: str
    note: str = ""


PositiveWhole = Annotated[int, Field(gt=0)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
Words = Sourced[tuple[str, ...]]


class Periods(Frozen):
    """R1, R4, R5: how long each part of the assessment takes; days are counted from the feedback date."""

    rectification_months: Sourced[PositiveWhole]
    start: Sourced[str]
    report_days: Sourced[PositiveWhole]
    assessment_months: Sourced[PositiveWhole]
    month_end: Sourced[str]
    submission_days: Sourced[dict[SubmissionKind, PositiveWhole]]


class Units(Frozen):
    """R8: the three scoring units and their weights, in the order of the text."""

    names: Sourced[dict[ScoringUnit, str]]
    weights: Sourced[tuple[Decimal, ...]]
    weight_order: Sourced[tuple[ScoringUnit, ...]]
    routine_points: Sourced[bool]
    shared_criteria: Sourced[bool]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.names.value) != set(ScoringUnit) or set(self.weight_order.value) != set(ScoringUnit):
            raise ValueError("units.names 与 units.weight_order 必须各含三个评分单位")
        if len(self.weights.value) != len(ScoringUnit) or any(weight <= 0 for weight in self.weights.value):
            raise ValueError("units.weights 必须是三个大于0的数")
        return self

    @property
    def weight_of(self) -> dict[ScoringUnit, Decimal]:
        """Each unit's weight; only the proportions matter."""
        return dict(zip(self.weight_order.value, self.weights.value, strict=True))


class RankingRules(Frozen):
    """R11: who is in the bottom share."""

    bottom_share: Sourced[Share]
    share_rounding: Sourced[Rounding]
    population: Sourced[str]
    equal_scores: Sourced[str]
    ties_at_cut: Sourced[str]
    score_places: Sourced[Annotated[int, Field(ge=0, le=4)]]


class Definitions(Frozen):
    """R9: what the rates count."""

    completion: Sourced[str]
    unresolved: Sourced[str]
    satisfaction: Sourced[str]
    satisfaction_minimum_ballots: Sourced[PositiveWhole]
    zero_denominator: Sourced[str]


class Alerts(Frozen):
    """Days before a deadline at which a reminder and a warning are shown; whom 提示关注 names."""

    findings: Sourced[tuple[int, ...]]
    reports: Sourced[tuple[int, ...]]
    words: Words
    attention_overdue: Sourced[PositiveWhole]
    attention_overdue_share: Sourced[Share]
    attention_overdue_days: Sourced[PositiveWhole]
    attention_rate_below: Sourced[Share]


class Contents(Frozen):
    """R2, R3, R6, R7: what is looked at and how; the lists are open （等）."""

    assessed: Words
    routine_methods: Words
    visit_methods: Words
    consultation_items: Words
    phases: Words
    categories: Words
    judgements: Words


class TalkRoute(Frozen):
    """R11, R12, R12a: one way to a talk."""

    name: str
    condition: str
    held_by: tuple[str, ...]


class Consequences(Frozen):
    """R11 to R16, R18: talks, accountability, campaigns, follow-up."""

    talk_routes: Sourced[dict[str, TalkRoute]]
    circumstances: Words
    subjects: Words
    situations: Words
    procedure: Words
    measures: Sourced[dict[str, tuple[str, ...]]]
    campaigns: Words
    follow_up_contents: Words
    follow_up_methods: Words


class Papers(Frozen):
    """R8, R9, R10, R19, R20: tables, annexes, basis documents and who sees what when."""

    score_table: Words
    collation_table: Words
    annexes: Words
    basis_documents: Words
    one_assessment_per_round: Sourced[bool]
    joint_supervision_report: Sourced[bool]
    close_out_review: Sourced[Annotated[str, Field(pattern="^(巡察办审核|联合审核)$")]]
    circular_per_organization: Sourced[bool]
    circular_shows_rank: Sourced[bool]
    leaders_see_scores_from: Sourced[Annotated[str, Field(pattern="^(督查组已汇总|领导小组已审议)$")]]


class Criterion(Frozen):
    """One line of annex 2; points are the most a unit may give for it."""

    number: str
    block: str
    text: str
    points: Annotated[Decimal, Field(gt=0, decimal_places=2)]


class TaskItem(Frozen):
    """One task of annex 1: what a supervising unit looks at under one of the contents (R2, R19)."""

    number: str = Field(min_length=1, max_length=20)
    unit: ScoringUnit
    content: str
    text: str = Field(min_length=1, max_length=500)


class Rulebook(Frozen):
    """The whole regulation as the program understands it."""

    id: str = Field(pattern=r"^[a-z0-9-]{3,60}$")
    name: Sourced[str]
    issuer: Sourced[str]
    issued_on: Sourced[date]
    periods: Periods
    units: Units
    ranking: RankingRules
    definitions: Definitions
    alerts: Alerts
    contents: Contents
    consequences: Consequences
    papers: Papers
    tasks: Sourced[tuple[TaskItem, ...]]
    criteria: Sourced[tuple[Criterion, ...]]

    @model_validator(mode="after")
    def _points_sum_to_full_mark(self) -> Self:
        total = sum((criterion.points for criterion in self.criteria.value), Decimal(0))
        if total != FULL_MARK:
            raise ValueError(f"criteria 各项分值合计应为{FULL_MARK}分，现为{total}分")
        numbers = [criterion.number for criterion in self.criteria.value]
        if len(set(numbers)) != len(numbers):
            raise ValueError("criteria 的细则编号有重复")
        return self

    @model_validator(mode="after")
    def _tasks_are_known(self) -> Self:
        numbers = [(task.unit, task.number) for task in self.tasks.value]
        if len(set(numbers)) != len(numbers):
            raise ValueError("tasks 的任务编号在同一单位内有重复")
        for task in self.tasks.value:
            if task.unit is ScoringUnit.TEAM:
                raise ValueError(f"tasks 第{task.number}项的单位只能是市纪委监委或市委组织部")
            if task.content not in self.supervised_contents:
                raise ValueError(f"tasks 第{task.number}项的评估内容“{task.content}”不在评估内容之列")
        return self

    @property
    def supervised_contents(self) -> tuple[str, ...]:
        """The contents of R2 and, since the list is open （等）, 其他."""
        return (*self.contents.assessed.value, OTHER_CONTENT)

    @property
    def share(self) -> Fraction:
        """The bottom share as an exact fraction (R11)."""
        return Fraction(self.ranking.bottom_share.value)

    def values(self) -> Iterator[tuple[str, Sourced[Any]]]:
        """Every sourced value with its key, such as `periods.report_days`, in the order of the file."""
        for name in type(self).model_fields:
            part = getattr(self, name)
            if isinstance(part, Sourced):
                yield name, part
            elif isinstance(part, Frozen):
                for key in type(part).model_fields:
                    yield f"{name}.{key}", getattr(part, key)

    def open_points(self) -> dict[str, Sourced[Any]]:
        """What the text leaves open: the office confirms each before a result may be frozen."""
        waiting = {Source.INFERRED, Source.DEFAULT, Source.SAMPLE}
        return {key: value for key, value in self.values() if value.source in waiting}


def parse_rulebook(content: str) -> Rulebook:
    """Read and validate one rulebook.

    Raises:
        RulebookError: naming the first key that is wrong, and how.
    """
    try:
        return Rulebook.model_validate(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"制度文件不是有效的TOML：{error}") from error
    except ValidationError as error:
        raise RulebookError(_sentence(error)) from error


def checksum(content: str) -> str:
    """SHA-256 of the text, by which a stored version is known again."""
    return hashlib.sha256(content.encode()).hexdigest()


def newest(folder: Path) -> Path:
    """The rulebook issued last among the files of a folder, the default of a new round.

    Raises:
        RulebookError: when the folder holds none.
    """
    dated = [
        (parse_rulebook(path.read_text("utf-8")).issued_on.value, path) for path in folder.glob("*.toml")
    ]
    if not dated:
        raise RulebookError(f"文件夹{folder}中没有制度文件（*.toml）")
    return max(dated)[1]


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"] if part != "value")
    reasons = {
        "missing": "缺少这一项",
        "extra_forbidden": "是未知的键",
        "greater_than": "必须大于{gt}",
        "greater_than_equal": "不得小于{ge}",
        "less_than_equal": "不得大于{le}",
        "string_pattern_mismatch": "写法不符合规定",
        "enum": "取值不在允许范围内",
    }
    if first["type"] == "value_error":
        return f"制度文件有误：{first['ctx']['error']}。"
    reason = reasons.get(first["type"], "类型或取值不正确").format(**first.get("ctx", {}))
    return f"制度文件有误：{key} {reason}，请改正后重试。"
