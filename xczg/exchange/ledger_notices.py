"""What the reader of a sheet did on its own and says so: blank statuses, unread columns, new categories."""

from collections.abc import Sequence

from xczg.exchange.columns import Field
from xczg.exchange.headers import Header
from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.ledger_draft import Notice
from xczg.exchange.ledger_sheet import SheetReader
from xczg.exchange.workbook import Sheet

SHOWN_ROWS = 10


def sheet_notices(sheet: Sheet, header: Header, read: SheetReader) -> list[Notice]:
    """The notices that concern a sheet as a whole."""
    sentences = [*_blank_statuses(header, read), *_unread_columns(sheet, header)]
    notices = [Notice(sheet.name, None, sentence) for sentence in sentences]
    for category, row in read.other_categories.items():
        message = f"第{row}行问题类别“{category}”不在现有类别中，按原文导入。"
        notices.append(Notice(sheet.name, row, message))
    return notices


def _blank_statuses(header: Header, read: SheetReader) -> list[str]:
    rows = read.reader.without_status
    if not rows:
        return []
    if Field.STATUS not in header.columns:
        return [f"没有“{Field.STATUS.header}”列，{len(rows)}个问题均按“未完成”处理。"]
    return [f"{len(rows)}个问题的整改情况为空，按“未完成”处理（第{_listed(rows)}行）。"]


def _listed(rows: Sequence[int]) -> str:
    return "、".join(map(str, rows[:SHOWN_ROWS])) + ("等" if len(rows) > SHOWN_ROWS else "")


def _unread_columns(sheet: Sheet, header: Header) -> list[str]:
    """Columns that hold data but stand for no known field."""
    data = sheet.rows[header.last_row :]
    width = len(sheet.rows[0]) if sheet.rows else 0
    filled = [
        column
        for column in range(width)
        if column not in header.fields and any(row[column] != "" and cell_text(row[column]) for row in data)
    ]
    named = [f"“{header.texts[column]}”" for column in filled if column in header.texts]
    nameless = sum(column not in header.texts for column in filled)
    sentences = [f"以下列未能识别，未导入：{'、'.join(named)}。"] if named else []
    if nameless:
        sentences.append(f"有{nameless}列没有表头，其中的内容未导入。")
    return sentences
