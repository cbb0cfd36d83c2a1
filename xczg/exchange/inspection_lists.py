"""Lists of inspected organisations: an Excel or CSV file, or names pasted one a line; and the blank list."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xczg.exchange.dates import parse_due
from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.workbook import CellValue, WrongFileError, open_workbook
from xczg.exchange.writer import Column, SheetPlan, TextPlan, write_workbook
from xczg.rules.text import chinese_number, normalized, text_key
from xczg.rules.values import InspectionKind

NAME, TEAM, FEEDBACK, KIND, CONTACT, PHONE = (
    "被巡察党组织",
    "巡察组",
    "反馈日期",
    "巡察类型",
    "联系人",
    "联系电话",
)
HEADERS = (NAME, TEAM, FEEDBACK, KIND, CONTACT, PHONE)
MOST_LINES = 1000
_NUMBERING = re.compile(r"^\s*(?:[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）、.．]\s*)")
_EXACT = re.compile(r"\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日?|\d{8}|\d{5}")
_TEAM = re.compile(r"(?:市委)?(?:巡察)?第?(\d{1,2}|[一二三四五六七八九十]{1,3})(?:巡察)?组?")


@dataclass(frozen=True, slots=True)
class ListedLine:
    """One organisation as a list names it; what the list leaves out keeps its default."""

    row: int
    name: str
    team: int | None = None
    feedback_date: dt.date | None = None
    kind: InspectionKind = InspectionKind.REGULAR
    contact: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True)
class ListDraft:
    """The lines of a list, and a Chinese sentence for each cell that is not understood."""

    lines: tuple[ListedLine, ...]
    faults: tuple[str, ...] = ()


def pasted_names(text: str) -> ListDraft:
    """Names one a line, with or without numbering. A 、 separates nothing: long names hold some."""
    names = (_NUMBERING.sub("", line) for line in re.split(r"[\n\r\t；;]", text))
    found = [name for one in names if (name := one.strip())]
    return ListDraft(tuple(ListedLine(place, name) for place, name in enumerate(found[:MOST_LINES], 1)))


def read_list(content: bytes, name: str) -> ListDraft:
    """The lines of the first sheet with a column 被巡察党组织.

    Raises:
        WrongFileError: when the file cannot be read or holds no such column.
    """
    for sheet in open_workbook(content, name):
        for number, row in enumerate(sheet.rows[:20]):
            places = {text_key(cell_text(value)): place for place, value in enumerate(row)}
            if NAME in places:
                return _read_rows(sheet.rows[number + 1 :], places, number + 2)
    msg = f"没有找到“{NAME}”列。表头应为：{'、'.join(HEADERS)}，后五列可以没有，也可下载空白名单填写。"
    raise WrongFileError(msg)


def _read_rows(rows: Sequence[Sequence[CellValue]], places: Mapping[str, int], first: int) -> ListDraft:
    lines, faults = [], []
    for number, row in enumerate(rows[:MOST_LINES], first):
        cells = {header: row[places[header]] for header in HEADERS if header in places}
        name = cell_text(cells[NAME])
        if not name:
            if any(cell_text(value) for value in cells.values()):
                faults.append(f"第{number}行“{NAME}”为空，请补填。")
            continue
        try:
            lines.append(_line(number, name, cells))
        except _CellError as error:
            faults.append(f"第{number}行{error}")
    return ListDraft(tuple(lines), tuple(faults))


class _CellError(ValueError):
    """One cell that is not understood; the rest of its sentence."""


def _line(number: int, name: str, cells: Mapping[str, CellValue]) -> ListedLine:
    return ListedLine(
        row=number,
        name=name,
        team=_team(cell_text(cells.get(TEAM, ""))),
        feedback_date=_day(cells.get(FEEDBACK, "")),
        kind=_kind(cell_text(cells.get(KIND, ""))),
        contact=cell_text(cells.get(CONTACT, "")),
        contact_phone=normalized(cell_text(cells.get(PHONE, ""))),
    )


def _team(text: str) -> int | None:
    if not text:
        return None
    match = _TEAM.fullmatch(text_key(text))
    if match is not None:
        given = match[1]
        numbers = range(1, 100)
        wanted = (n for n in numbers if given == str(n) or given == chinese_number(n))
        if (found := next(wanted, None)) is not None:
            return found
    msg = f"“{TEAM}”的“{text}”未能识别，请填写序号，如3或第三巡察组。"
    raise _CellError(msg)


def _day(value: CellValue) -> dt.date | None:
    text = cell_text(value)
    if not text:
        return None
    try:
        due = parse_due(value, feedback_date=dt.date(1, 1, 1))
    except (ValueError, OverflowError):
        due = None
    # A deadline may say 7月底前; the day of the feedback is a day.
    exact = not isinstance(value, str) or _EXACT.fullmatch(text_key(text))
    if due is None or due.date is None or due.long_term or not exact:
        msg = f"“{FEEDBACK}”的“{text}”未能识别，请填写2024年6月28日这样的日期。"
        raise _CellError(msg)
    return due.date


def _kind(text: str) -> InspectionKind:
    if not text:
        return InspectionKind.REGULAR
    key = text_key(text)
    for kind in InspectionKind:
        if key in (text_key(kind.value), text_key(kind.value).removesuffix("巡察")):
            return kind
    msg = f"“{KIND}”的“{text}”不在选项中，应为：{'、'.join(InspectionKind)}。"
    raise _CellError(msg)


def list_template(round_name: str) -> bytes:
    """A blank list with an explanation."""
    columns = (
        Column(NAME, 40, editable=True),
        Column(TEAM, 10, editable=True),
        Column(FEEDBACK, 16, editable=True),
        Column(KIND, 16, choices=[kind.value for kind in InspectionKind], editable=True),
        Column(CONTACT, 14, editable=True),
        Column(PHONE, 18, editable=True),
    )
    notes = [
        f"{round_name}被巡察党组织名单填写说明",
        "一、每行填写一个党组织，名称填全称；曾用名也能识别。",
        "二、巡察组填写序号，如3；反馈日期与本轮次相同的可不填；巡察类型不填的按常规巡察。",
        "三、联系人请填写经办人姓名，不得填写涉密信息。",
    ]
    return write_workbook(
        [SheetPlan("被巡察党组织名单", columns, (), blank_rows=60), TextPlan("填写说明", notes)]
    )
