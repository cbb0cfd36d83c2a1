"""What reading a ledger gives: findings not yet written, faults and notices."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xczg.exchange.columns import Field
from xczg.rules.values import FindingKind, FindingStatus


class FaultCode(StrEnum):
    """Why a row cannot be taken as it stands; the values are part of the command line."""

    MISSING = "missing"
    INVALID_DATE = "invalid date"
    UNKNOWN_STATUS = "unknown status"
    AMBIGUOUS_STATUS = "ambiguous status"
    DUPLICATE = "duplicate"
    INVALID_VALUE = "invalid value"
    TOO_LONG = "too long"
    CONTRADICTORY_ORGANIZATION = "contradictory organization"
    MISSING_ORGANIZATION = "missing organization"
    NO_HEADER = "no header"


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """One measure; its status is None where the row has none of its own."""

    row: int
    text: str
    types: Mapping[str, Decimal | None]
    leader: str
    unit: str
    due: dt.date | None
    long_term: bool
    status: FindingStatus | None
    outcome: str


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """One finding with its measures; `row` is its first row on the sheet."""

    sheet: str
    row: int
    organization: str
    serial: str
    category: str
    subcategory: str
    text: str
    target: str
    status: FindingStatus
    status_text: str
    due: dt.date | None
    long_term: bool
    kind: FindingKind
    key_matter: bool
    within_period: bool | None
    leader: str
    unit: str
    outcome: str
    evidence: str
    remark: str
    measures: tuple[MeasureDraft, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What stops the import: where, of what kind, and a Chinese sentence saying what to do."""

    sheet: str
    row: int
    column: str
    fault: FaultCode
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader did on its own; `row` is None where it concerns the whole sheet."""

    sheet: str
    row: int | None
    message: str


@dataclass(frozen=True, slots=True)
class ColumnDraft:
    """A column as it stands in the sheet and what it was taken for."""

    header: str
    field: Field | None


@dataclass(frozen=True, slots=True)
class SheetDraft:
    """A sheet that was read."""

    name: str
    header_rows: tuple[int, ...]
    columns: tuple[ColumnDraft, ...]


@dataclass(frozen=True, slots=True)
class LedgerDraft:
    """A whole ledger. With faults, `findings` is for display only and must not be written."""

    sheets: tuple[SheetDraft, ...]
    findings: tuple[FindingDraft, ...]
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]
