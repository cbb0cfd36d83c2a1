"""What an import would do: each finding of the file against what is stored."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from xczg.exchange.columns import Field
from xczg.exchange.ledger_draft import FindingDraft, LedgerDraft, MeasureDraft
from xczg.rules.text import text_key
from xczg.rules.values import FindingKind, FindingStatus
from xczg.store.tables import Finding, Inspection, Measure, ProgressEntry
from xczg.store.views.organizations import known_organizations


class Mode(StrEnum):
    """What happens to a finding that is stored already."""

    STOP = "stop"
    SKIP = "skip"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """What stops the import; `row` and `column` as they stand in the sheet."""

    sheet: str
    row: int
    column: str
    fault: str
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """A stored finding and what the file changes of it."""

    finding_id: int
    version: int
    values: Mapping[str, Any]
    measures: tuple[MeasureDraft, ...] | None
    status_changed: bool


@dataclass(slots=True)
class LedgerPlan:
    """New findings, changes, and everything that speaks against writing."""

    organizations: list[str] = field(default_factory=list)
    organization_ids: dict[str, int] = field(default_factory=dict)
    inspection_ids: dict[str, int] = field(default_factory=dict)
    new: list[FindingDraft] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    skipped: int = 0
    unknown_organizations: list[str] = field(default_factory=list)
    faults: list[PlannedFault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    measures_written: int = 0


_SIMPLE = {
    Field.SERIAL: ("serial", "serial"),
    Field.CATEGORY: ("category", "category"),
    Field.SUBCATEGORY: ("subcategory", "subcategory"),
    Field.TARGET: ("target", "target"),
    Field.DUE: ("due_date", "due"),
    Field.LEADER: ("leader", "leader"),
    Field.UNIT: ("unit", "unit"),
    Field.WITHIN_PERIOD: ("within_period", "within_period"),
    Field.KEY_MATTER: ("key_matter", "key_matter"),
    Field.EVIDENCE: ("evidence_note", "evidence"),
    Field.REMARK: ("remark", "remark"),
}


SERIAL_LIMIT, ORGANIZATION_LIMIT = 40, 200


def stored_key(text: str) -> str:
    """The identity of a finding's text in the database."""
    return hashlib.sha256(text_key(text).encode()).hexdigest()


def make_plan(
    session: Session, draft: LedgerDraft, round_id: int, mode: Mode, *, create_organizations: bool
) -> LedgerPlan:
    """Compare the file with the database. Reads only; the number of statements does not grow with rows."""
    plan = LedgerPlan(faults=[_from_reader(fault) for fault in draft.faults])
    plan.notices = [notice.message for notice in draft.notices]
    _place_organizations(session, plan, draft.findings, round_id, create=create_organizations)
    stored = _stored(session, list(plan.inspection_ids.values()))
    progressed = _with_own_progress(session, [finding.id for finding in stored.values() if finding.id])
    measures = _measures(session, list(stored.values())) if mode is Mode.UPDATE else {}
    present = {
        sheet.name: {column.field for column in sheet.columns if column.field} for sheet in draft.sheets
    }
    kept_progress = 0
    for item in draft.findings:
        plan.faults += _too_long(item, draft)
        inspection = plan.inspection_ids.get(text_key(item.organization))
        known = stored.get((inspection or 0, stored_key(item.text)))
        if known is None:
            plan.new.append(item)
            plan.measures_written += len(item.measures)
        elif mode is Mode.STOP:
            plan.faults.append(_exists(item, draft))
        elif mode is Mode.SKIP:
            plan.skipped += 1
        else:
            kept_progress += _plan_change(
                plan, item, known, present[item.sheet], progressed, measures.get(known.id or 0, [])
            )
    if kept_progress:
        plan.notices.append(
            f"有{kept_progress}个反馈问题在系统中登记过整改进展，其整改情况与文件不同，已保留系统中的情况。"
        )
    return plan


def _place_organizations(
    session: Session, plan: LedgerPlan, findings: Sequence[FindingDraft], round_id: int, *, create: bool
) -> None:
    first_rows: dict[str, FindingDraft] = {}
    for item in findings:
        if item.organization:
            first_rows.setdefault(text_key(item.organization), item)
    known = known_organizations(session, first_rows)
    inspections = session.exec(
        select(Inspection.organization_id, Inspection.id).where(col(Inspection.round_id) == round_id)
    )
    by_organization = {organization: inspection for organization, inspection in inspections if inspection}
    for key, item in first_rows.items():
        found = known.get(key)
        plan.organizations.append(found.name if found else item.organization)
        if found:
            plan.organization_ids[key] = found.id
            if found.id in by_organization:
                plan.inspection_ids[key] = by_organization[found.id]
            elif found.archived:
                plan.faults.append(_archived_organization(item, found.name))
        else:
            plan.unknown_organizations.append(item.organization)
            if not create:
                plan.faults.append(_unknown_organization(item))


def _stored(session: Session, inspections: Sequence[int]) -> dict[tuple[int, str], Finding]:
    found = session.exec(select(Finding).where(col(Finding.inspection_id).in_(inspections)))
    return {(finding.inspection_id, finding.text_key): finding for finding in found}


def _with_own_progress(session: Session, findings: Sequence[int]) -> frozenset[int]:
    """The findings with progress entered in the program, which no import may overwrite."""
    if not findings:
        return frozenset()
    entered = select(ProgressEntry.finding_id).where(col(ProgressEntry.imported).is_(False)).distinct()
    return frozenset(session.exec(entered)) & frozenset(findings)


def _measures(session: Session, findings: Sequence[Finding]) -> dict[int, list[Measure]]:
    inspections = {finding.inspection_id for finding in findings}
    query = (
        select(Measure)
        .join(Finding, col(Finding.id) == Measure.finding_id)
        .where(col(Finding.inspection_id).in_(inspections))
        .order_by(col(Measure.finding_id), col(Measure.position))
    )
    found: dict[int, list[Measure]] = {}
    for measure in session.exec(query):
        found.setdefault(measure.finding_id, []).append(measure)
    return found


def _plan_change(
    plan: LedgerPlan,
    item: FindingDraft,
    known: Finding,
    present: set[Field],
    progressed: frozenset[int],
    measures: Sequence[Measure],
) -> bool:
    """Plan the change of one stored finding; True when progress made since was kept against the file."""
    assert known.id is not None
    values = {
        name: getattr(item, drafted)
        for column, (name, drafted) in _SIMPLE.items()
        if column in present and getattr(item, drafted) != getattr(known, name)
    }
    said = {Field.LONG_TERM, Field.DUE, Field.MEASURE_DUE} & present or item.long_term
    if said and item.long_term != known.long_term:
        values["long_term"] = item.long_term
    if (Field.KIND in present or item.kind is FindingKind.IMMEDIATE) and item.kind is not known.kind:
        values["kind"] = item.kind
    progress = _progress_values(item, known, present)
    kept = bool(progress) and (known.id in progressed or known.closed_out_on is not None)
    if not kept:
        values |= progress
    renewed = None
    with_status = Field.MEASURE_STATUS in present or (Field.STATUS in present and known.id not in progressed)
    if Field.MEASURE in present and _differ(item.measures, measures, with_status=with_status):
        renewed = item.measures
        plan.measures_written += len(item.measures)
    if values or renewed is not None:
        plan.changes.append(Change(known.id, known.version, values, renewed, "status" in values))
    else:
        plan.skipped += 1
    return kept


def _progress_values(item: FindingDraft, known: Finding, present: set[Field]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if Field.STATUS in present and item.status is not known.status:
        values["status"] = item.status
    if Field.STATUS in present and item.status_text != known.status_text and not _says_no_more(item, known):
        values["status_text"] = item.status_text
    if Field.OUTCOME in present and item.outcome != known.outcome:
        values["outcome"] = item.outcome
    return values


def _says_no_more(item: FindingDraft, known: Finding) -> bool:
    """Whether the file holds only the bare words of the stored status, as an export writes them."""
    bare = {"", *(status.value for status in FindingStatus)}
    return item.status is known.status and set(item.status_text.split("；")) <= bare


def quantities(measure: MeasureDraft) -> dict[str, str | None]:
    """The types of a measure as they are stored: exact, as text."""
    return {name: None if amount is None else f"{amount:f}" for name, amount in measure.types.items()}


def _differ(drafted: Sequence[MeasureDraft], kept: Sequence[Measure], *, with_status: bool) -> bool:
    """Whether the measures of the file are others than those stored."""
    if [_drafted(one) for one in drafted] != [_kept(one) for one in kept]:
        return True
    return with_status and [one.status for one in drafted] != [one.status for one in kept]


def _drafted(measure: MeasureDraft) -> tuple[Any, ...]:
    return (
        measure.text,
        quantities(measure),
        measure.leader,
        measure.unit,
        measure.due,
        measure.long_term,
        measure.outcome,
    )


def _kept(measure: Measure) -> tuple[str, dict[str, Any], str, str, date | None, bool, str]:
    return (
        measure.text,
        measure.types,
        measure.leader,
        measure.unit,
        measure.due_date,
        measure.long_term,
        measure.outcome,
    )


def _from_reader(fault: Any) -> PlannedFault:
    return PlannedFault(fault.sheet, fault.row, fault.column, fault.fault.value, fault.message)


def _header_of(draft: LedgerDraft, sheet: str, wanted: Field) -> str:
    columns = next((one.columns for one in draft.sheets if one.name == sheet), ())
    return next((column.header for column in columns if column.field is wanted), wanted.header)


def _too_long(item: FindingDraft, draft: LedgerDraft) -> Iterator[PlannedFault]:
    """What is longer than the database holds."""
    for wanted, text, limit in (
        (Field.SERIAL, item.serial, SERIAL_LIMIT),
        (Field.ORGANIZATION, item.organization, ORGANIZATION_LIMIT),
    ):
        if len(text) > limit:
            header = _header_of(draft, item.sheet, wanted)
            message = f"第{item.row}行“{header}”有{len(text)}字，超过{limit}字的上限，请精简。"
            yield PlannedFault(item.sheet, item.row, header, "too long", message)


def _exists(item: FindingDraft, draft: LedgerDraft) -> PlannedFault:
    header = _header_of(draft, item.sheet, Field.TEXT)
    message = (
        f"第{item.row}行“{header}”：{item.organization}已有这个反馈问题。"
        "如需更新请选择“更新已有问题”，如需略过请选择“跳过已有问题”。"
    )
    return PlannedFault(item.sheet, item.row, header, "exists", message)


def _archived_organization(item: FindingDraft, name: str) -> PlannedFault:
    message = f"第{item.row}行：“{name}”已归档，不再参加新的轮次。确需加入的，请先在党组织名录中恢复。"
    return PlannedFault(item.sheet, item.row, Field.ORGANIZATION.header, "archived organization", message)


def _unknown_organization(item: FindingDraft) -> PlannedFault:
    header = Field.ORGANIZATION.header
    message = (
        f"第{item.row}行：系统中没有“{item.organization}”。请核对名称；确属新的党组织的，请勾选新建党组织。"
    )
    return PlannedFault(item.sheet, item.row, header, "unknown organization", message)
