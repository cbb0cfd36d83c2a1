"""The one writer of workbooks: every text stays text, never a formula, never a link.

`DataFrame.to_excel` would turn `=1+1` from a ledger into a live formula. XlsxWriter with both conversions off
does not; so everything that leaves the program as Excel passes here.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

Cell = str | int | Decimal | date | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, its width in characters, and the choices of its drop-down."""

    header: str
    width: int = 14
    choices: Sequence[str] = ()
    editable: bool = False


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet: a header row, rows under it, and nothing below them. `title` puts rows above the header."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: Sequence[str] = ()
    blank_rows: int = 0


@dataclass(frozen=True, slots=True)
class TextPlan:
    """A sheet of plain sentences: instructions, definitions."""

    name: str
    lines: Sequence[str]


_BASE = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "vcenter"}
_FORMATS: Mapping[str, dict[str, Any]] = {
    "text": {**_BASE, "border": 1},
    "input": {**_BASE, "border": 1, "bg_color": "#FFF9E5"},
    "number": {**_BASE, "border": 1, "num_format": "0.00"},
    "whole": {**_BASE, "border": 1, "num_format": "0"},
    "date": {**_BASE, "border": 1, "num_format": "yyyy-mm-dd"},
    "header": {**_BASE, "bold": True, "border": 1, "bg_color": "#F0EFEC", "align": "center"},
    "title": {**_BASE, "bold": True, "font_size": 16, "text_wrap": False},
    "note": {**_BASE, "text_wrap": False, "font_color": "#555555"},
    "line": {**_BASE},
}


@dataclass(slots=True)
class _Book:
    book: Any
    formats: dict[str, Any] = field(default_factory=dict)

    def format(self, name: str) -> Any:
        if name not in self.formats:
            self.formats[name] = self.book.add_format(_FORMATS[name])
        return self.formats[name]


def write_workbook(plans: Sequence[SheetPlan | TextPlan]) -> bytes:
    """The sheets as the bytes of an .xlsx file."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        for plan in plans:
            draw = _write_sheet if isinstance(plan, SheetPlan) else _write_text
            draw(_Book(book), plan)  # type: ignore[arg-type]
    return buffer.getvalue()


def _write_sheet(book: _Book, plan: SheetPlan) -> None:
    sheet = book.book.add_worksheet(plan.name)
    for number, line in enumerate(plan.title):
        sheet.write_string(number, 0, line, book.format("title" if number == 0 else "note"))
    header = len(plan.title)
    for place, column in enumerate(plan.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(header, place, column.header, book.format("header"))
    last = header
    for last, row in enumerate(plan.rows, header + 1):
        for place, value in enumerate(row):
            _write_cell(book, sheet, (last, place), value, editable=plan.columns[place].editable)
    _add_choices(sheet, plan, header + 1, last + plan.blank_rows)
    sheet.freeze_panes(header + 1, 0)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header)
    sheet.print_area(0, 0, last, len(plan.columns) - 1)


def _write_cell(book: _Book, sheet: Any, place: tuple[int, int], value: Cell, *, editable: bool) -> None:
    if value is None or value == "":
        sheet.write_blank(*place, None, book.format("input" if editable else "text"))
    elif isinstance(value, bool):
        sheet.write_string(*place, "是" if value else "否", book.format("text"))
    elif isinstance(value, Decimal):
        sheet.write_number(*place, float(value), book.format("number"))
    elif isinstance(value, int):
        sheet.write_number(*place, value, book.format("whole"))
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, book.format("date"))
    else:
        sheet.write_string(*place, value, book.format("text"))


def _add_choices(sheet: Any, plan: SheetPlan, first: int, last: int) -> None:
    if last < first:
        return
    for place, column in enumerate(plan.columns):
        if column.choices:
            rule = {
                "validate": "list",
                "source": list(column.choices),
                "error_title": "请从列表中选择",
                "error_message": f"{column.header}应为：{'、'.join(column.choices)}"[:250],
                "error_type": "warning",
            }
            sheet.data_validation(first, place, last, place, rule)


def _write_text(book: _Book, plan: TextPlan) -> None:
    sheet = book.book.add_worksheet(plan.name)
    sheet.set_column(0, 0, 100)
    for number, line in enumerate(plan.lines):
        sheet.write_string(number, 0, line, book.format("title" if number == 0 else "line"))
