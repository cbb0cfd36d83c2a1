"""A ledger file → a draft of its findings with every fault and notice. Nothing is written here."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from xczg.exchange.columns import EXPORT_NOTES, INSTRUCTIONS, Field
from xczg.exchange.headers import Header, absent_header, locate_header, parse_overrides
from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.ledger_draft import (
    ColumnDraft,
    Fault,
    FaultCode,
    FindingDraft,
    LedgerDraft,
    Notice,
    SheetDraft,
)
from xczg.exchange.ledger_findings import FindingReader
from xczg.exchange.ledger_grid import grid_lines
from xczg.exchange.ledger_notices import sheet_notices
from xczg.exchange.ledger_sheet import SheetReader
from xczg.exchange.workbook import Sheet, open_workbook
from xczg.rules.text import text_key
from xczg.rules.values import FindingStatus

PROGRESS_STEP = 500
Progress = Callable[[float], None]


def read_ledger(  # noqa: PLR0913  a draft depends on all of these, and each has its own name
    content: bytes,
    name: str,
    *,
    feedback_date: dt.date,
    organization: str | None = None,
    columns: Mapping[str, str] | None = None,
    categories: Sequence[str] = (),
    answers: Mapping[tuple[str, int], FindingStatus] | None = None,
    known_as: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> LedgerDraft:
    """Read every visible sheet with a recognised header.

    Args:
        content: the file.
        name: its name, for the sheet of a CSV file.
        feedback_date: dates without a year are the first such dates from this day on.
        organization: the organisation of rows that name none.
        columns: header as in the sheet → field, before every recognition.
        categories: the known categories; spellings of them are brought to the list's own, others kept.
        answers: (sheet, row) → status, by a person, for statuses that are not understood.
        known_as: key of a former name or another spelling of an organisation → its present name.
        progress: called with the share done, between 0 and 1.

    Raises:
        WrongFileError: the file as a whole cannot be read.
        ValueError: `columns` names an absent header or an unknown field; both with a Chinese sentence.
    """
    sheets = open_workbook(content, name)
    overrides = parse_overrides(columns or {})
    headers = {
        index: locate_header(sheet, overrides) for index, sheet in enumerate(sheets) if not sheet.hidden
    }
    _check_overrides(columns or {}, headers.values())
    reading = _Reading(feedback_date, organization or None, categories, answers or {}, known_as or {})
    for index, sheet in enumerate(sheets):
        if header := headers.get(index):
            share = _share_of(progress, index / len(sheets), len(sheets))
            reading.add(sheet, header, share)
        else:
            reading.leave_out(sheet)
    if progress:
        progress(1.0)
    return reading.draft(sheets)


def _check_overrides(columns: Mapping[str, str], headers: Iterable[Header | None]) -> None:
    present = {text_key(text) for header in headers if header for text in header.texts.values()}
    for name in columns:
        if text_key(name) not in present:
            raise ValueError(absent_header(name))


def _share_of(progress: Progress | None, start: float, parts: int) -> Progress:
    return (lambda done: progress(start + done / parts)) if progress else (lambda _: None)


class _Reading:
    """What has been read of the file so far."""

    def __init__(
        self,
        feedback_date: dt.date,
        organization: str | None,
        categories: Sequence[str],
        answers: Mapping[tuple[str, int], FindingStatus],
        known_as: Mapping[str, str],
    ) -> None:
        self._feedback_date, self._organization = feedback_date, organization
        self._categories, self._answers, self._known_as = categories, answers, known_as
        self._seen: dict[tuple[str, str], tuple[str, int]] = {}
        self._sheets: list[SheetDraft] = []
        self._findings: list[FindingDraft] = []
        self._faults: list[Fault] = []
        self._notices: list[Notice] = []
        self._homeless: list[tuple[str, Header]] = []

    def leave_out(self, sheet: Sheet) -> None:
        """A sheet without a header, or a hidden one; the program's own sentences need no notice."""
        if sheet.name in (INSTRUCTIONS, EXPORT_NOTES):
            return
        if sheet.hidden:
            self._notices.append(Notice(sheet.name, None, f"工作表“{sheet.name}”已隐藏，未读取。"))
        elif any(cell_text(value) for row in sheet.rows for value in row):
            self._notices.append(Notice(sheet.name, None, f"工作表“{sheet.name}”未识别出台账表头，未读取。"))

    def add(self, sheet: Sheet, header: Header, progress: Progress) -> None:
        """One sheet with its header."""
        reader = FindingReader(sheet.name, header, self._feedback_date, self._answers)
        rows = SheetReader(
            sheet.name,
            header,
            reader,
            self._organization,
            self._categories,
            self._seen,
            self._known_as,
        )
        for count, group in enumerate(rows.groups(grid_lines(sheet, header))):
            rows.add(group)
            if count % PROGRESS_STEP == 0:
                progress(group.rows[0].number / len(sheet.rows))
        if rows.ask_for_organizations():
            self._homeless.append((sheet.name, header))
        above = rows.contradiction_above()
        faults = [above, *reader.faults.values()] if above else reader.faults.values()
        places = {text: column for column, text in header.texts.items()}
        self._faults += sorted(faults, key=lambda fault: (fault.row, places.get(fault.column, -1)))
        self._findings += rows.findings
        self._notices += [*rows.notices, *sheet_notices(sheet, header, rows)]
        self._sheets.append(_sheet_draft(sheet, header))

    def draft(self, sheets: Sequence[Sheet]) -> LedgerDraft:
        """Everything together; the questions about the file as a whole come last."""
        for name, header in self._homeless:
            message = f"工作表“{name}”未注明被巡察党组织，请选择这份台账所属的党组织。"
            self._notices.append(Notice(name, header.row, message))
        if self._homeless and not self._faults:
            self._faults = [_missing_organization(name, header) for name, header in self._homeless]
        if not self._sheets:
            self._faults.append(_no_header(sheets))
        return LedgerDraft(
            tuple(self._sheets), tuple(self._findings), tuple(self._faults), tuple(self._notices)
        )


def _missing_organization(sheet: str, header: Header) -> Fault:
    message = "台账未注明被巡察党组织，请选择所属党组织，或在表头上方填写“填报单位：……”。"
    column = header.text_of(Field.ORGANIZATION)
    return Fault(sheet, header.row, column, FaultCode.MISSING_ORGANIZATION, message)


def _no_header(sheets: Sequence[Sheet]) -> Fault:
    name = next((sheet.name for sheet in sheets if not sheet.hidden), "")
    message = "未识别出表头，请确认表中有“反馈问题”列和至少一个其他列，或指定列对应关系。"
    return Fault(name, 1, "", FaultCode.NO_HEADER, message)


def _sheet_draft(sheet: Sheet, header: Header) -> SheetDraft:
    rows = (header.row,) if header.second_row is None else (header.row, header.second_row)
    columns = (ColumnDraft(text, header.fields.get(column)) for column, text in header.texts.items())
    return SheetDraft(sheet.name, rows, tuple(columns))
