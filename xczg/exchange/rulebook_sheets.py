"""Annexes 1 and 2 as workbooks, out and in (R19): task list and criteria."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.workbook import Sheet, WrongFileError, open_workbook
from xczg.exchange.writer import Cell, Column, SheetPlan, write_workbook
from xczg.rules.rulebook import Criterion, Rulebook, TaskItem
from xczg.rules.text import text_key
from xczg.rules.values import ScoringUnit

CRITERIA_SHEET, TASK_SHEET = "评估细则", "任务清单"
_CRITERIA = {"细则编号": "number", "板块": "block", "细则": "text", "满分": "points"}
_TASKS = {"任务编号": "number", "监督单位": "unit", "评估内容": "content", "任务": "text"}
_WIDTHS = {"细则": 60, "任务": 60, "评估内容": 40, "监督单位": 16}


def annexes_workbook(rulebook: Rulebook) -> bytes:
    """Both annexes, a sheet each, ready to be changed and read back."""
    names = rulebook.units.names.value
    criteria: list[list[Cell]] = [
        [one.number, one.block, one.text, one.points] for one in rulebook.criteria.value
    ]
    tasks: list[list[Cell]] = [
        [one.number, names[one.unit], one.content, one.text] for one in rulebook.tasks.value
    ]
    units = [names[ScoringUnit.DISCIPLINE], names[ScoringUnit.PERSONNEL]]
    choices = {"监督单位": units, "评估内容": rulebook.supervised_contents}
    return write_workbook(
        [
            SheetPlan(CRITERIA_SHEET, _columns(_CRITERIA, {}), criteria),
            SheetPlan(TASK_SHEET, _columns(_TASKS, choices), tasks, blank_rows=30),
        ]
    )


def _columns(headers: Mapping[str, str], choices: Mapping[str, Any]) -> list[Column]:
    return [Column(one, _WIDTHS.get(one, 12), choices.get(one, ()), editable=True) for one in headers]


def read_annexes(content: bytes, name: str, rulebook: Rulebook) -> dict[str, tuple[Any, ...]]:
    """The annexes in a file by rulebook key; a sheet that is missing is left out.

    Raises:
        WrongFileError: for a file without either sheet, or naming sheet, row and column of the first fault.
    """
    sheets = {text_key(sheet.name): sheet for sheet in open_workbook(content, name)}
    found: dict[str, tuple[Any, ...]] = {}
    if CRITERIA_SHEET in sheets:
        found["criteria"] = tuple(_criteria(sheets[CRITERIA_SHEET]))
    if TASK_SHEET in sheets:
        found["tasks"] = tuple(_tasks(sheets[TASK_SHEET], rulebook))
    if not found:
        msg = f"文件中没有名为“{CRITERIA_SHEET}”或“{TASK_SHEET}”的工作表，请用本页导出的表修改后再导入。"
        raise WrongFileError(msg)
    return found


def _criteria(sheet: Sheet) -> Iterator[Criterion]:
    for row, values in _rows(sheet, _CRITERIA):
        try:
            points = Decimal(values["points"])
        except InvalidOperation as error:
            raise WrongFileError(_fault(sheet, row, "满分", f"“{values['points']}”不是数字")) from error
        yield _made(Criterion, sheet, row, _CRITERIA, {**values, "points": points})


def _tasks(sheet: Sheet, rulebook: Rulebook) -> Iterator[TaskItem]:
    units = {text_key(name): unit for unit, name in rulebook.units.names.value.items()}
    for row, values in _rows(sheet, _TASKS):
        unit = units.get(text_key(values["unit"]))
        if unit is None:
            raise WrongFileError(_fault(sheet, row, "监督单位", f"“{values['unit']}”不是监督单位"))
        yield _made(TaskItem, sheet, row, _TASKS, {**values, "unit": unit})


def _rows(sheet: Sheet, headers: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    rows = [[cell_text(value) for value in row] for row in sheet.rows]
    place = next((n for n, row in enumerate(rows) if set(headers) <= {text_key(one) for one in row}), None)
    if place is None:
        msg = f"工作表“{sheet.name}”没有表头行，应含：{'、'.join(headers)}。"
        raise WrongFileError(msg)
    columns = {text_key(one): number for number, one in enumerate(rows[place])}
    for number, row in enumerate(rows[place + 1 :], place + 2):
        values = {field: row[columns[header]].strip() for header, field in headers.items()}
        if any(values.values()):
            yield number, values


def _made(model: Any, sheet: Sheet, row: int, headers: Mapping[str, str], values: dict[str, Any]) -> Any:
    try:
        return model(**values)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        header = next(header for header, name in headers.items() if name == field)
        msg = _fault(sheet, row, header, f"“{values[field]}”不符合要求")
        raise WrongFileError(msg) from error


def _fault(sheet: Sheet, row: int, header: str, what: str) -> str:
    return f"工作表“{sheet.name}”第{row}行“{header}”栏：{what}，请改正后重新导入。"
