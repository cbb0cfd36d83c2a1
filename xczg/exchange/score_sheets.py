"""Score sheets as workbooks: the template to fill in, and reading it back."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.workbook import CellValue, Sheet, WrongFileError, open_workbook
from xczg.exchange.writer import Cell, Column, SheetPlan, TextPlan, write_workbook
from xczg.rules.rulebook import Criterion, Rulebook
from xczg.rules.sheets import PointsError, Typed, TypedLine, read_points
from xczg.rules.text import chinese_number, team_name, text_key
from xczg.rules.values import ScoringUnit

HEADERS = ("被巡察党组织", "评分单位", "细则编号", "细则", "满分", "得分", "扣分理由")
_TEAM = re.compile(r"第?(\d{1,2}|[一二三四五六七八九十]{1,3})?")


@dataclass(frozen=True, slots=True)
class ScoredOrganization:
    """An organisation to be scored and the team that inspected it."""

    inspection_id: int
    name: str
    team: int | None
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One filled line of a sheet."""

    criterion: str
    points: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class SheetDraft:
    """One unit's sheet for one organisation as it stands in the file; complete when no line is blank."""

    inspection_id: int
    organization: str
    unit: ScoringUnit
    lines: tuple[LineDraft, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class ScoreFault:
    """One cell that cannot be accepted."""

    row: int
    column: str
    fault: str
    message: str


@dataclass(frozen=True, slots=True)
class ScoresDraft:
    """What a file of score sheets holds."""

    sheets: tuple[SheetDraft, ...]
    faults: tuple[ScoreFault, ...]


class _CellError(ValueError):
    def __init__(self, column: str, code: str, message: str) -> None:
        super().__init__(message)
        self.column, self.code, self.message = column, code, message


def unit_label(unit: ScoringUnit, team: int | None, rulebook: Rulebook) -> str:
    """The unit's name; the team that inspected is told by its number: 市委第三巡察组."""
    name = rulebook.units.names.value[unit]
    if unit is not ScoringUnit.TEAM or team is None:
        return name
    return team_name(team, name)


def scores_template(
    organizations: Sequence[ScoredOrganization],
    rulebook: Rulebook,
    round_name: str,
    *,
    unit: ScoringUnit | None = None,
    filled: Mapping[int, Typed] | None = None,
) -> bytes:
    """One complete row per organisation × unit × criterion; 得分 and 扣分理由 are left to the unit.

    With `unit` for that unit alone, and then with what it has typed so far, by inspection.
    """
    rows: list[list[Cell]] = [
        [
            organization.name,
            unit_label(one, organization.team, rulebook),
            criterion.number,
            criterion.text,
            criterion.points,
            *_typed_cells(filled or {}, organization.inspection_id, criterion),
        ]
        for organization in organizations
        for one in (rulebook.units.weight_order.value if unit is None else (unit,))
        for criterion in rulebook.criteria.value
    ]
    columns = [
        Column(HEADERS[0], 30),
        Column(HEADERS[1], 16),
        Column(HEADERS[2], 10),
        Column(HEADERS[3], 50),
        Column(HEADERS[4], 8),
        Column(HEADERS[5], 10, editable=True),
        Column(HEADERS[6], 40, editable=True),
    ]
    lines = [
        f"{round_name}巡察整改集中督查评估评分表填写说明",
        "一、只填“得分”和“扣分理由”两栏，其他栏目不要改动，不要合并单元格，表下不要另加内容。",
        "二、得分在0与满分之间，最多两位小数；没有填写得分的行，该份评分表按未齐处理。",
        "三、细则来自办法附件2；标注“示例”的，以巡察办确认的为准。",
    ]
    return write_workbook([SheetPlan("评分表", columns, rows), TextPlan("填写说明", lines)])


def _typed_cells(filled: Mapping[int, Typed], inspection_id: int, criterion: Criterion) -> list[Cell]:
    line = filled.get(inspection_id, {}).get(criterion.number, TypedLine())
    try:
        return [read_points(line.points, criterion.points), line.reason or None]
    except PointsError:
        return [line.points or None, line.reason or None]


def read_scores(
    content: bytes, name: str, organizations: Sequence[ScoredOrganization], rulebook: Rulebook
) -> ScoresDraft:
    """Read filled sheets. Rows without 得分 are no fault: that sheet is 未齐.

    Raises:
        WrongFileError: when the file as a whole cannot be read, or holds no table of this kind.
    """
    sheet, header, places = _find_table(open_workbook(content, name))
    by_name = {text_key(name): item for item in organizations for name in (item.name, *item.other_names)}
    reader = _Reader(by_name, rulebook, places)
    for number, row in enumerate(sheet.rows[header + 1 :], header + 2):
        reader.take(number, row)
    return reader.draft()


def _find_table(sheets: Sequence[Sheet]) -> tuple[Sheet, int, dict[str, int]]:
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:20]):
            names = {text_key(cell_text(value)): place for place, value in enumerate(row)}
            if all(header in names for header in HEADERS if header not in ("细则", "满分", "扣分理由")):
                return sheet, number, names
    msg = f"没有找到评分表：表头应有{'、'.join(HEADERS)}，请使用系统提供的模板。"
    raise WrongFileError(msg)


class _Reader:
    """Takes rows one by one and gathers sheets and faults."""

    def __init__(
        self, organizations: Mapping[str, ScoredOrganization], rulebook: Rulebook, places: Mapping[str, int]
    ) -> None:
        self.organizations = organizations
        self.places = places
        self.rulebook = rulebook
        self.criteria = {text_key(item.number): item for item in rulebook.criteria.value}
        self.units = {text_key(name): unit for unit, name in rulebook.units.names.value.items()}
        self.lines: dict[tuple[int, ScoringUnit], dict[str, LineDraft]] = {}
        self.seen: dict[tuple[int, ScoringUnit, str], int] = {}
        self.faults: list[ScoreFault] = []

    def take(self, number: int, row: Sequence[CellValue]) -> None:
        if not any(cell_text(value) for value in row):
            return
        try:
            self._take(number, row)
        except _CellError as fault:
            message = f"第{number}行“{fault.column}”：{fault.message}"
            self.faults.append(ScoreFault(number, fault.column, fault.code, message))

    def _take(self, number: int, row: Sequence[CellValue]) -> None:
        organization = self._organization(self._cell(row, "被巡察党组织"))
        unit = self._unit(self._cell(row, "评分单位"), organization)
        text = cell_text(self._cell(row, "细则编号"))
        criterion = self.criteria.get(text_key(text))
        if criterion is None:
            raise _CellError(
                "细则编号", "unknown criterion", f"细则中没有编号“{text}”，请使用系统提供的模板。"
            )
        place = (organization.inspection_id, unit, criterion.number)
        if place in self.seen:
            raise _CellError("细则编号", "duplicate", f"与第{self.seen[place]}行重复，请删除其中一行。")
        self.seen[place] = number
        value = self._cell(row, "得分")
        if cell_text(value) == "":
            return
        points = _points(value, criterion.points)
        reason = cell_text(self._cell(row, "扣分理由"))
        if len(reason) > 1000:
            raise _CellError("扣分理由", "too long", f"超过1000字（现{len(reason)}字），请精简。")
        sheet = self.lines.setdefault(place[:2], {})
        sheet[criterion.number] = LineDraft(criterion.number, points, reason)

    def _cell(self, row: Sequence[CellValue], header: str) -> CellValue:
        place = self.places.get(header)
        return "" if place is None or place >= len(row) else row[place]

    def _organization(self, value: CellValue) -> ScoredOrganization:
        name = cell_text(value)
        found = self.organizations.get(text_key(name))
        if found is None:
            if not name:
                raise _CellError("被巡察党组织", "missing", "没有填写，请补充。")
            raise _CellError("被巡察党组织", "unknown organization", f"本轮没有“{name}”，请核对名称。")
        return found

    def _unit(self, value: CellValue, organization: ScoredOrganization) -> ScoringUnit:
        text = text_key(cell_text(value))
        if text in self.units:
            return self.units[text]
        team = text_key(self.rulebook.units.names.value[ScoringUnit.TEAM])
        head, _, tail = team.partition("巡察组")
        number = _team_number(text, head, tail)
        if number is None:
            names = "、".join(self.rulebook.units.names.value.values())
            raise _CellError("评分单位", "unknown unit", f"“{text}”不是评分单位，应为{names}。")
        if organization.team is not None and number != organization.team:
            own = unit_label(ScoringUnit.TEAM, organization.team, self.rulebook)
            raise _CellError(
                "评分单位", "unknown unit", f"{organization.name}由{own}巡察，不能由“{text}”评分。"
            )
        return ScoringUnit.TEAM

    def draft(self) -> ScoresDraft:
        names = {item.inspection_id: item.name for item in self.organizations.values()}
        needed = len(self.criteria)
        sheets = [
            SheetDraft(inspection, names[inspection], unit, tuple(lines.values()), len(lines) == needed)
            for (inspection, unit), lines in self.lines.items()
        ]
        return ScoresDraft(tuple(sheets), tuple(self.faults))


def _team_number(text: str, head: str, tail: str) -> int | None:
    """The number in 市委第三巡察组, 市委第3巡察组 or 市委巡察组3; None where the text is no team."""
    match = re.fullmatch(re.escape(head) + _TEAM.pattern + "巡察组" + re.escape(tail) + _TEAM.pattern, text)
    given = match and (match[1] or match[2])
    if not given:
        return None
    if given.isdigit():
        return int(given)
    return next((number for number in range(1, 100) if chinese_number(number) == given), None)


def _points(value: Any, maximum: Decimal) -> Decimal:
    """Points as an exact Decimal within 0…maximum and with at most two places."""
    text = text_key(cell_text(value))
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise _CellError("得分", "invalid points", f"“{text}”不是数，请改正。")
    try:
        return read_points(text, maximum)
    except PointsError as fault:
        raise _CellError("得分", fault.code, str(fault)) from fault
