"""An uploaded file → its sheets, as plain rows with the sheet's own row numbers.

A file is known by its content, never by its name. What could hurt (macros, zip bombs, a single cell far out,
which makes the reader build a grid of gigabytes) is refused before the reader sees it.
"""

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from xczg.exchange.biff import SIGNATURE, check_old_workbook
from xczg.exchange.packages import repacked
from xczg.exchange.wrong_file import CORRUPT, ENCRYPTED, NOT_A_WORKBOOK, Limits, WrongFileError

CellValue = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta
Merge = tuple[int, int, int, int]

__all__ = ["CellValue", "Limits", "Merge", "Sheet", "WrongFileError", "open_workbook"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: `rows[0]` is row 1, an empty cell is "", merges are (row, column) twice, from 1."""

    name: str
    rows: list[list[CellValue]]
    merges: list[Merge]
    hidden: bool


DEFAULT_LIMITS = Limits()


def open_workbook(content: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> list[Sheet]:
    """All worksheets of an .xlsx, .xls or CSV file; `name` only names the sheet of a CSV file."""
    if not content:
        raise WrongFileError("文件是空的（0字节），请检查后重新选择文件。")
    if len(content) > limits.max_bytes:
        msg = f"文件超过{limits.max_bytes / 1024 / 1024:g}MB，请删除图片等无关内容或拆分后再导入。"
        raise WrongFileError(msg)
    if content.startswith(b"PK"):
        return _sheets(repacked(content, limits), limits)
    if content.startswith(SIGNATURE):
        check_old_workbook(content, limits)
        return _sheets(content, limits)
    return [_text_sheet(content, name, limits)]


def _sheets(content: bytes, limits: Limits) -> list[Sheet]:
    try:
        return _read(content, limits)
    except PasswordError as error:
        raise WrongFileError(ENCRYPTED) from error
    except (CalamineError, OSError, UnicodeError, OverflowError) as error:
        raise WrongFileError(CORRUPT) from error
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # a Rust panic, no Exception, of a type nobody can import
            raise
        raise WrongFileError(CORRUPT) from error


def _read(content: bytes, limits: Limits) -> list[Sheet]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets, cells = [], 0
    for index, about in enumerate(book.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        found = book.get_sheet_by_index(index)
        rows: list[list[CellValue]] = found.to_python(skip_empty_area=False)
        limits.check_grid(len(rows), len(rows[0]) if rows else 0)
        cells += sum(map(len, rows))
        if cells > limits.max_cells:
            raise WrongFileError("工作簿内容过多，请拆分后分次导入。")
        merges = _merges(found.merged_cell_ranges or [], rows)
        sheets.append(Sheet(about.name, rows, merges, about.visible != SheetVisibleEnum.Visible))
    return sheets


def _merges(
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], rows: Sequence[Sequence[CellValue]]
) -> list[Merge]:
    """Merged ranges, cut to the filled part of the sheet; real ones never overlap: their sum is bounded."""
    height, width = len(rows), len(rows[0]) if rows else 0
    merges, covered = [], 0
    for (top, left), (bottom, right) in ranges:
        last_row, last_column = min(bottom + 1, height), min(right + 1, width)
        if top >= last_row or left >= last_column:
            continue
        covered += (last_row - top) * (last_column - left)
        if covered > height * width:
            raise WrongFileError(CORRUPT)
        merges.append((top + 1, left + 1, last_row, last_column))
    return sorted(merges)


def _text_sheet(content: bytes, name: str, limits: Limits) -> Sheet:
    text = _decoded(content)
    first_line = text.strip().partition("\n")[0]
    delimiter = "\t" if "\t" in first_line and "," not in first_line else ","
    if delimiter not in text:
        raise WrongFileError(NOT_A_WORKBOOK)
    rows: list[list[CellValue]] = []
    width = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(list(row))
            width = max(width, len(row))
            limits.check_grid(len(rows), width)
    except csv.Error as error:
        raise WrongFileError(CORRUPT) from error
    for cells in rows:
        cells.extend([""] * (width - len(cells)))
    return Sheet(name, rows, [], hidden=False)


def _decoded(content: bytes) -> str:
    """The text of a CSV file; anything that looks like another kind of file is refused."""
    if b"\0" in content or content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[", b"%", b""):
        raise WrongFileError(NOT_A_WORKBOOK)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(character in "\t\r\n" or unicodedata.category(character) != "Cc" for character in set(text)):
            return text
    raise WrongFileError(NOT_A_WORKBOOK)
