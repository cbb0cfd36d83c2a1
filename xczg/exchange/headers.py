"""Where the header of a sheet stands, which field each column holds, and who filled the sheet in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xczg.exchange.columns import Field, field_of, header_key, recognised
from xczg.exchange.workbook import CellValue, Sheet
from xczg.rules.text import text_key

IGNORE = "ignore"  # the field that says: leave this column out
SEARCH_ROWS = 40  # a header further down than this is none
_UNIT_LINE = re.compile(
    r"\s*(?:填报|上报|报送)(?:单位|党组织)\s*(?:[(（][^)）]*[)）])?\s*[:：]\s*(.*)", re.DOTALL
)
_AFTER_UNIT = re.compile(
    r"\s*(?:填报|填表|上报|报送)(?:时间|日期|人)|\s+(?:时间|日期|单位)[:：]|\s{2,}|[\t\n]|[(（](?:盖章|公章|章)[)）]"
)
_LABEL = re.compile(r"[:：]")


@dataclass(frozen=True, slots=True)
class Header:
    """A recognised header. Rows count from 1 as on the sheet, columns from 0."""

    row: int
    second_row: int | None
    fields: Mapping[int, Field]
    columns: Mapping[Field, int]
    texts: Mapping[int, str]
    organization: str | None
    organization_row: int | None

    @property
    def last_row(self) -> int:
        """The last row of the header; data begin below it."""
        return self.second_row or self.row

    def text_of(self, field: Field) -> str:
        """The header of a field as it stands in the sheet, else the canonical one."""
        column = self.columns.get(field)
        return field.header if column is None else self.texts[column]


def parse_overrides(overrides: Mapping[str, str]) -> dict[str, Field | None]:
    """Header key → field, or None to ignore the column; ValueError with a Chinese sentence."""
    chosen: dict[str, Field | None] = {}
    for header, name in overrides.items():
        if name == IGNORE:
            chosen[text_key(header)] = None
            continue
        field = field_of(name)
        if field is None:
            msg = f"列对应关系“{header}={name}”中的字段“{name}”无法识别，请改用系统字段名称。"
            raise ValueError(msg)
        if field in chosen.values():
            msg = f"列对应关系中字段“{name}”（{field.header}）被指定了两次，请只保留一列。"
            raise ValueError(msg)
        chosen[text_key(header)] = field
    return chosen


def find_header(sheet: Sheet, overrides: Mapping[str, str] | None = None) -> Header | None:
    """The header of a sheet, or None if no row holds a finding's text column and at least one other.

    Raises:
        ValueError: an override names a header the sheet does not have, or an unknown field.
    """
    chosen = parse_overrides(overrides or {})
    header = locate_header(sheet, chosen)
    present = {text_key(text) for text in header.texts.values()} if header else set()
    for name in overrides or {}:
        if text_key(name) not in present:
            raise ValueError(absent_header(name))
    return header


def absent_header(name: str) -> str:
    """The sentence for an override whose header is nowhere."""
    return f"表头中没有名为“{name}”的列，请核对列对应关系。"


def locate_header(sheet: Sheet, chosen: Mapping[str, Field | None]) -> Header | None:
    """As `find_header`, with overrides parsed; those that name no header here are left aside."""
    for index, upper in enumerate(_texts(row) for row in sheet.rows[:SEARCH_ROWS]):
        lower = _texts(sheet.rows[index + 1]) if index + 1 < len(sheet.rows) else []
        both = [low or up for up, low in zip(upper, lower, strict=False)]
        single, double = _fields(upper, chosen), _fields(both, chosen)
        if _is_header(double) and _splits(upper, lower, chosen):
            return _header(sheet, index, index + 1, double, both)
        if _is_header(single):
            return _header(sheet, index, None, single, upper)
    return None


def _texts(row: Sequence[CellValue]) -> list[str]:
    return [value.strip() if isinstance(value, str) else str(value) for value in row]


def _is_header(fields: Mapping[int, Field]) -> bool:
    return Field.TEXT in fields.values() and len(fields) > 1


def _splits(upper: Sequence[str], lower: Sequence[str], chosen: Mapping[str, Field | None]) -> bool:
    """Whether the second row names columns under group cells of the first, which itself names others.

    A group cell is followed by blanks that its lower cells fill; a cell of one column has nothing below.
    """
    named_below = any(text and _claim(text, chosen) for text in lower)
    named_above = any(up and not low and _claim(up, chosen) for up, low in zip(upper, lower, strict=False))
    spans = [not up or not following for up, following in zip(upper, [*upper[1:], "x"], strict=True)]
    fits = all(spanning for spanning, low in zip(spans, lower, strict=False) if low)
    return named_below and named_above and fits


def _claim(text: str, chosen: Mapping[str, Field | None]) -> tuple[Field, int] | None:
    """The field a header claims and how strongly: a person's choice before every name."""
    key = text_key(text)
    if key not in chosen:
        return recognised(text)
    field = chosen[key]
    return None if field is None else (field, -1)


def _fields(texts: Sequence[str], chosen: Mapping[str, Field | None]) -> dict[int, Field]:
    best: dict[Field, tuple[int, int]] = {}
    for column, text in enumerate(texts):
        claim = _claim(text, chosen) if text else None
        if claim and (claim[0] not in best or claim[1] < best[claim[0]][0]):
            best[claim[0]] = (claim[1], column)
    return {column: field for field, (_, column) in sorted(best.items(), key=lambda item: item[1][1])}


def _header(
    sheet: Sheet, first: int, last: int | None, fields: Mapping[int, Field], texts: Sequence[str]
) -> Header:
    organization, row = _unit_line(sheet.rows[:first])
    return Header(
        row=first + 1,
        second_row=None if last is None else last + 1,
        fields=fields,
        columns={field: column for column, field in fields.items()},
        texts={column: text for column, text in enumerate(texts) if text},
        organization=organization,
        organization_row=row,
    )


def _unit_line(rows: Sequence[Sequence[CellValue]]) -> tuple[str | None, int | None]:
    """The organisation of a line 填报单位（盖章）：… above the header, and its row."""
    for number, row in enumerate(rows, 1):
        texts = _texts(row)
        for column, text in enumerate(texts):
            if not (match := _UNIT_LINE.match(text)):
                continue
            following = next(
                (other for other in texts[column + 1 :] if other and not _LABEL.search(other)), ""
            )
            for candidate in (match[1].strip(), following):
                if name := _AFTER_UNIT.split(candidate, maxsplit=1)[0].strip():
                    return name, number
    return None, None


def repeats_header(row: Sequence[str], sheet_rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row merely repeats one of the header's rows, as on every printed page."""
    filled = [column for column, text in enumerate(row) if text]
    return len(filled) > 1 and any(
        all(header_key(row[column]) == header_key(header[column]) for column in filled)
        for header in sheet_rows
    )
