"""One finding out of its rows: the first holds it, the others are further measures."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xczg.exchange.columns import LEFT_BLANK, OF_MEASURE, Field
from xczg.exchange.dates import Due, parse_due
from xczg.exchange.headers import Header
from xczg.exchange.ledger_cells import cell_text, limit_of, parse_flag, parse_kind, parse_measure_types
from xczg.exchange.ledger_draft import Fault, FaultCode, FindingDraft, MeasureDraft
from xczg.exchange.ledger_grid import Row
from xczg.exchange.statuses import AmbiguousStatus, UnknownStatus, own_words, parse_status, says_long_term
from xczg.rules.values import FindingKind, FindingStatus

NO_DUE = Due(None, long_term=False, immediate=False)
_DATE_ADVICE = "请填写“2024年7月31日”“2024年7月底前”这样的日期或“长期坚持”"
_STATUS_ADVICE = "请改为“未完成”“基本完成”或“已完成”"


@dataclass(slots=True)
class FindingReader:
    """Reads the groups of rows of one sheet and gathers what is wrong with them."""

    sheet: str
    header: Header
    feedback_date: dt.date
    answers: Mapping[tuple[str, int], FindingStatus]
    faults: dict[tuple[int, str, FaultCode], Fault] = field(default_factory=dict)
    without_status: list[int] = field(default_factory=list)
    _dues: dict[tuple[int, Field], Due] = field(default_factory=dict)
    _statuses: dict[int, FindingStatus | None] = field(default_factory=dict)

    def fault(self, row: int, column: Field, code: FaultCode, trouble: str) -> None:
        """Note one fault; the same one of a merged cell is noted once."""
        name = self.header.text_of(column)
        message = f"第{row}行“{name}”{trouble}。"
        self.faults.setdefault((row, name, code), Fault(self.sheet, row, name, code, message))

    def read(self, rows: Sequence[Row], organization: str, category: str) -> FindingDraft:
        """The finding of a group of rows."""
        head = rows[0]
        dues = [self._due(row, Field.DUE) for row in rows]
        of_measures = [self._due_of_measure(row) for row in rows]
        kinds = [kind for row in rows if (kind := self._kind(row))]
        immediate = any(due.immediate for due in [*dues, *of_measures])
        texts = {column: self._limited(head, column, head.text(column)) for column in _OF_HEAD}
        bearers = [head, *(row for row in rows[1:] if not _has_measure(row))]
        texts |= {column: self._joined(bearers, column) for column in _OF_MEASURES}
        texts |= {column: self._joined(rows, column) for column in _OF_ALL_ROWS}
        return FindingDraft(
            sheet=self.sheet,
            row=head.number,
            organization=organization,
            serial=texts[Field.SERIAL],
            category=texts[Field.CATEGORY] or category,
            subcategory=texts[Field.SUBCATEGORY],
            text=texts[Field.TEXT],
            target=texts[Field.TARGET],
            status=self._least_status(rows),
            status_text=texts[Field.STATUS],
            due=self._latest(rows, dues, of_measures),
            long_term=self._is_long_term(rows, dues, of_measures),
            kind=kinds[0] if kinds else FindingKind.IMMEDIATE if immediate else FindingKind.INSPECTION,
            key_matter=bool(self._flag(rows, Field.KEY_MATTER)),
            within_period=self._flag(rows, Field.WITHIN_PERIOD),
            leader=texts[Field.LEADER],
            unit=texts[Field.UNIT],
            outcome=texts[Field.OUTCOME],
            evidence=texts[Field.EVIDENCE],
            remark=texts[Field.REMARK],
            measures=tuple(
                self._measure(row, due)
                for row, due in zip(rows, of_measures, strict=True)
                if _has_measure(row)
            ),
        )

    def _measure(self, row: Row, due: Due) -> MeasureDraft:
        texts = {column: self._text_of_measure(row, column) for column in _OF_MEASURE}
        return MeasureDraft(
            row=row.number,
            text=texts[Field.MEASURE],
            types=self._types(row),
            leader=texts[Field.LEADER],
            unit=texts[Field.UNIT],
            due=due.date,
            long_term=due.long_term,
            status=self._status_of_measure(row),
            outcome=texts[Field.OUTCOME],
        )

    def _text_of_measure(self, row: Row, column: Field) -> str:
        own = OF_MEASURE.get(column, column)
        text = row.text(own)
        if text == LEFT_BLANK:
            return ""
        return self._limited(row, own, text) if text else self._limited(row, column, row.text(column))

    def _joined(self, rows: Sequence[Row], column: Field) -> str:
        """The first row's text and what further rows add to it: nothing a row holds is dropped."""
        if len(rows) == 1:
            return self._limited(rows[0], column, _words(column, rows[0].text(column)))
        texts = [rows[0].text(column), *(row.own(column) for row in rows[1:])]
        parts = dict.fromkeys(_words(column, text) for text in texts)
        return self._limited(rows[0], column, "；".join(part for part in parts if part))

    def _limited(self, row: Row, column: Field, text: str) -> str:
        if len(text) > limit_of(column):
            trouble = f"有{len(text)}字，超过{limit_of(column)}字的上限，请精简"
            self.fault(row.number, column, FaultCode.TOO_LONG, trouble)
        return text

    @staticmethod
    def _latest(rows: Sequence[Row], dues: Sequence[Due], of_measures: Sequence[Due]) -> dt.date | None:
        """The finding's own date, of several the latest; the measures' where its own column says nothing."""
        said = any(row.text(Field.DUE) for row in rows)
        return max((due.date for due in (dues if said else of_measures) if due.date), default=None)

    def _is_long_term(self, rows: Sequence[Row], dues: Sequence[Due], of_measures: Sequence[Due]) -> bool:
        """长期坚持 by the due date or the flag; where neither is given, by a measure or the status."""
        if any(due.long_term for due in dues):
            return True
        flag = self._flag(rows, Field.LONG_TERM)
        if flag is not None:
            return flag
        return any(due.long_term for due in of_measures) or any(
            says_long_term(own_words(row.text(Field.STATUS))) for row in rows
        )

    def _due_of_measure(self, row: Row) -> Due:
        text = row.text(Field.MEASURE_DUE)
        if text == LEFT_BLANK:
            return NO_DUE
        return self._due(row, Field.MEASURE_DUE if text else Field.DUE)

    def _due(self, row: Row, column: Field) -> Due:
        place = row.origin(column), column
        if place not in self._dues:
            self._dues[place] = self._parsed_due(row, *place)
        return self._dues[place]

    def _parsed_due(self, row: Row, origin: int, column: Field) -> Due:
        if row.text(column) == LEFT_BLANK:
            return NO_DUE
        try:
            return parse_due(row.value(column), feedback_date=self.feedback_date)
        except (ValueError, OverflowError):
            trouble = f"填写的{_quoted(row, column)}不是可识别的日期，{_DATE_ADVICE}"
            self.fault(origin, column, FaultCode.INVALID_DATE, trouble)
            return NO_DUE

    def _status_of_measure(self, row: Row) -> FindingStatus | None:
        """The measure's own status; its column takes the three words only: there is nothing to ask."""
        text = row.text(Field.MEASURE_STATUS)
        if not text or text == LEFT_BLANK:
            return None if text else self._status(row)
        try:
            return parse_status(text)
        except (UnknownStatus, AmbiguousStatus):
            trouble = f"填写的{_quoted(row, Field.MEASURE_STATUS)}不能确定是否已完成，{_STATUS_ADVICE}"
            origin = row.origin(Field.MEASURE_STATUS)
            self.fault(origin, Field.MEASURE_STATUS, FaultCode.INVALID_VALUE, trouble)
            return None

    def _status(self, row: Row) -> FindingStatus | None:
        origin = row.origin(Field.STATUS)
        if origin not in self._statuses:
            self._statuses[origin] = self._parsed_status(row, origin)
        return self._statuses[origin]

    def _parsed_status(self, row: Row, origin: int) -> FindingStatus | None:
        text = row.text(Field.STATUS)
        if not text:
            return None
        try:
            return parse_status(text)
        except (UnknownStatus, AmbiguousStatus) as error:
            if answer := self.answers.get((self.sheet, origin)):
                return answer
            unknown = isinstance(error, UnknownStatus)
            trouble = "无法识别为整改状态" if unknown else "不能确定是否已完成"
            code = FaultCode.UNKNOWN_STATUS if unknown else FaultCode.AMBIGUOUS_STATUS
            self.fault(
                origin, Field.STATUS, code, f"填写的{_quoted(row, Field.STATUS)}{trouble}，{_STATUS_ADVICE}"
            )
            return None

    def _least_status(self, rows: Sequence[Row]) -> FindingStatus:
        """The finding's own status, of several the least complete; the measures' where its own is blank."""
        said = any(row.text(Field.STATUS) for row in rows)
        read = self._status if said else self._status_of_measure
        statuses = [status for row in rows if (status := read(row))]
        if not said and not statuses:
            self.without_status.append(rows[0].number)
        return min(statuses, key=lambda status: status.rank, default=FindingStatus.NOT_COMPLETED)

    def _kind(self, row: Row) -> FindingKind | None:
        try:
            return parse_kind(row.text(Field.KIND))
        except ValueError as error:
            self._invalid(row, Field.KIND, error)
            return None

    def _flag(self, rows: Sequence[Row], column: Field) -> bool | None:
        """Yes if any row says so; 是否集中整改期完成 only if none says no."""
        if column not in self.header.columns:
            return None
        given = []
        for row in rows:
            try:
                given.append(parse_flag(row.text(column), column))
            except ValueError as error:
                self._invalid(row, column, error)
        known = [flag for flag in given if flag is not None]
        if not known:
            return None
        return all(known) if column is Field.WITHIN_PERIOD else any(known)

    def _types(self, row: Row) -> dict[str, Decimal | None]:
        try:
            return parse_measure_types(row.own(Field.MEASURE_TYPE))
        except ValueError as error:
            self._invalid(row, Field.MEASURE_TYPE, error)
            return {}

    def _invalid(self, row: Row, column: Field, error: ValueError) -> None:
        trouble = f"填写的{_quoted(row, column)}有误：{error}，请更正"
        self.fault(row.origin(column), column, FaultCode.INVALID_VALUE, trouble)


_OF_HEAD = (Field.SERIAL, Field.CATEGORY, Field.SUBCATEGORY, Field.TEXT)
_OF_MEASURES = (Field.LEADER, Field.UNIT, Field.OUTCOME)
_OF_ALL_ROWS = (Field.TARGET, Field.STATUS, Field.EVIDENCE, Field.REMARK)
_OF_MEASURE = (Field.MEASURE, Field.LEADER, Field.UNIT, Field.OUTCOME)


def _words(column: Field, text: str) -> str:
    return own_words(text) if column is Field.STATUS else text


def _has_measure(row: Row) -> bool:
    return bool(row.own(Field.MEASURE) or row.own(Field.MEASURE_TYPE))


def _quoted(row: Row, column: Field) -> str:
    text = cell_text(row.value(column))
    return f"“{text[:30]}…”" if len(text) > 30 else f"“{text}”"
