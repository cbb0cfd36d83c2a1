"""The data rows under a header: merged cells resolved, headings and notes told apart from findings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from xczg.exchange.columns import Field
from xczg.exchange.headers import Header, repeats_header
from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.workbook import CellValue, Merge, Sheet
from xczg.rules.text import normalized, text_key

_NOTE = re.compile(
    r"(合计|总计|共计|小计|填表说明|填报说明|填写说明|说明|备注|注|填表人|填报人|制表人?|审核人?|联系人|联系电话|"
    r"填报时间|填表时间|填报日期|(单位|党组织|主要)?(负责人|领导)签[字名])(\s*[:\d、.(]|$)"
)
_EXPLAINS = re.compile(r"填[表报写]说明|说明|备注|注")
_SUMS = frozenset({"合计", "总计", "共计", "小计"})
_HEADING = re.compile(r"(\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+[、.])")
HEADING_WIDTH = 3


class RowKind(Enum):
    """What a row below the header is."""

    DATA = auto()
    HEADING = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: `number` as on the sheet; a merged cell counts in every row it covers."""

    number: int
    cells: Mapping[Field, CellValue]
    origins: Mapping[Field, int]

    def value(self, field: Field) -> CellValue:
        """The cell's value, "" where the column or the value is missing."""
        return self.cells.get(field, "")

    def text(self, field: Field) -> str:
        """The cell's value as text."""
        return cell_text(self.cells.get(field, ""))

    def origin(self, field: Field) -> int:
        """The row in which the cell's value stands, further up for a merged cell."""
        return self.origins.get(field, self.number)

    def own(self, field: Field) -> str:
        """The text only if it stands in this very row."""
        return self.text(field) if self.origin(field) == self.number else ""


@dataclass(frozen=True, slots=True)
class GridLine:
    """A row with what it is; `text` is the heading's or the note's wording."""

    kind: RowKind
    row: Row
    text: str


def grid_lines(sheet: Sheet, header: Header) -> Iterator[GridLine]:
    """All rows below the header except empty ones and those that merely repeat the header."""
    top_left = _merged_cells(sheet.merges, header)
    wide = {(r1, c1): c2 for r1, c1, _, c2 in sheet.merges if c2 - c1 + 1 >= HEADING_WIDTH}
    header_rows = [
        [cell_text(value) for value in row] for row in sheet.rows[header.row - 1 : header.last_row]
    ]
    explaining = False
    for number in range(header.last_row + 1, len(sheet.rows) + 1):
        values = sheet.rows[number - 1]
        filled = [column for column, value in enumerate(values) if value != "" and cell_text(value)]
        texts = _texts(values, filled)
        if not filled or repeats_header(texts, header_rows):
            continue
        kind = _kind(texts, filled, header, wide_to=wide.get((number, filled[0] + 1)), explaining=explaining)
        explaining = explaining or (
            kind is RowKind.NOTE and bool(_EXPLAINS.match(normalized(texts[filled[0]])))
        )
        yield GridLine(kind, _row(sheet, header, top_left, number), texts[filled[0]])


def _texts(values: Sequence[CellValue], filled: Sequence[int]) -> list[str]:
    texts = [""] * len(values)
    for column in filled:
        texts[column] = cell_text(values[column])
    return texts


def _merged_cells(merges: Sequence[Merge], header: Header) -> dict[tuple[int, int], tuple[int, int]]:
    """Every merged cell of a recognised column below the header → its top left cell (row, column from 0)."""
    return {
        (row, column): (r1, c1 - 1)
        for r1, c1, r2, c2 in merges
        if r1 > header.last_row
        for column in range(c1 - 1, c2)
        if column in header.fields
        for row in range(r1, r2 + 1)
    }


def _row(
    sheet: Sheet, header: Header, top_left: Mapping[tuple[int, int], tuple[int, int]], number: int
) -> Row:
    values = sheet.rows[number - 1]
    if not top_left:
        return Row(number, {field: values[column] for column, field in header.fields.items()}, {})
    cells, origins = {}, {}
    for column, field in header.fields.items():
        row, source = top_left.get((number, column), (number, column))
        cells[field] = sheet.rows[row - 1][source]
        if row != number:
            origins[field] = row
    return Row(number, cells, origins)


def _kind(
    texts: Sequence[str], filled: Sequence[int], header: Header, *, wide_to: int | None, explaining: bool
) -> RowKind:
    first = filled[0]
    begin = normalized(texts[first])
    text_column = header.columns[Field.TEXT]
    if text_key(begin) in _SUMS and first != text_column:
        return RowKind.NOTE
    alone = len(filled) == 1
    if _NOTE.match(begin) and (
        all(_NOTE.match(normalized(texts[column])) for column in filled)
        or (len(filled) < 3 and not texts[text_column])
    ):
        return RowKind.NOTE
    if not alone or first == text_column:
        return RowKind.DATA
    if explaining and not begin.isdigit():
        return RowKind.NOTE
    covers_text = wide_to is not None and first < text_column < wide_to
    if covers_text or (first == header.columns.get(Field.SERIAL) and _HEADING.match(begin)):
        return RowKind.HEADING
    return RowKind.DATA
