"""Annex 1 as a workbook to fill in away from the program, and reading it back (R4, R19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xczg.exchange.dates import parse_due
from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.workbook import CellValue, Sheet, WrongFileError, open_workbook
from xczg.exchange.writer import Cell, Column, SheetPlan, TextPlan, write_workbook
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import required_contents, tasks_of
from xczg.rules.text import text_key
from xczg.rules.values import ScoringUnit

ORGANIZATION, CONTENT, NUMBER, TASK = "被巡察党组织", "评估内容", "任务编号", "任务"
DAY, METHODS, SEEN, JUDGEMENT = "监督日期", "监督方式", "了解到的情况", "评估判断"
_NEEDED = (ORGANIZATION, CONTENT, NUMBER, DAY, METHODS, SEEN, JUDGEMENT)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One filled row; `on_date` is None where the cell is empty or not understood."""

    row: int
    organization: str
    content: str
    task: str
    on_date: date | None
    methods: tuple[str, ...]
    seen: str
    judgement: str


def task_template(
    unit: ScoringUnit, organizations: Sequence[str], rulebook: Rulebook, round_name: str
) -> bytes:
    """One row per organisation and task of one unit; the four last columns are left to it."""
    name = rulebook.units.names.value[unit]
    tasks = [
        (content, task.number, task.text)
        for content in rulebook.supervised_contents
        for task in tasks_of(rulebook, unit, content)
    ] or [(content, "", "") for content in required_contents(rulebook, unit)]
    rows: list[list[Cell]] = [
        [organization, *task, None, None, None, None] for organization in organizations for task in tasks
    ]
    columns = [
        Column(ORGANIZATION, 30),
        Column(CONTENT, 26),
        Column(NUMBER, 9),
        Column(TASK, 40),
        Column(DAY, 13, editable=True),
        Column(METHODS, 20, editable=True),
        Column(SEEN, 50, editable=True),
        Column(JUDGEMENT, 10, choices=rulebook.contents.judgements.value, editable=True),
    ]
    lines = [
        f"{round_name}{name}巡察整改日常监督评估任务清单填写说明",
        "一、每行是一个党组织的一项任务，只填“监督日期、监督方式、了解到的情况、评估判断”四栏；没有开展的行留空。",
        f"二、监督方式为{'、'.join(rulebook.contents.routine_methods.value)}，多种方式用顿号隔开；其他方式写“其他：说明”。",
        "三、评估判断可不填。同一任务有多次监督的，可复制该行另填一行。",
        "四、只登记件数和办理进度，不得录入被反映人姓名及问题线索、信访事项具体内容。",
    ]
    return write_workbook([SheetPlan("任务清单", columns, rows), TextPlan("填写说明", lines)])


def read_tasks(content: bytes, name: str, feedback: date) -> list[TaskRow]:
    """The filled rows of a workbook; rows in which nothing is filled are left out.

    Raises:
        WrongFileError: when the file as a whole cannot be read, or holds no table of this kind.
    """
    sheet, header, places = _find_table(open_workbook(content, name))
    found = []
    for number, row in enumerate(sheet.rows[header + 1 :], header + 2):
        cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        if any(cell_text(cells[key]) for key in (DAY, METHODS, SEEN, JUDGEMENT)):
            found.append(_row(number, cells, feedback))
    return found


def _row(number: int, cells: Mapping[str, CellValue], feedback: date) -> TaskRow:
    text = {key: cell_text(value) for key, value in cells.items()}
    try:
        day = parse_due(cells[DAY], feedback_date=feedback).date
    except ValueError:
        day = None
    methods = tuple(one.strip() for one in text[METHODS].replace(":", "：").split("、") if one.strip())
    return TaskRow(
        number,
        text[ORGANIZATION],
        text[CONTENT],
        text[NUMBER],
        day,
        methods,
        text[SEEN],
        text[JUDGEMENT],
    )


def _find_table(sheets: Sequence[Sheet]) -> tuple[Sheet, int, dict[str, int]]:
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:20]):
            names = {text_key(cell_text(value)): place for place, value in enumerate(row)}
            if all(header in names for header in _NEEDED):
                return sheet, number, {header: names[header] for header in _NEEDED}
    msg = f"没有找到任务清单：表头应有{'、'.join(_NEEDED)}，请使用系统提供的模板。"
    raise WrongFileError(msg)
