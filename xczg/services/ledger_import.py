"""Importing a ledger: read → compare → write all or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.ledger_draft import FindingDraft, LedgerDraft, MeasureDraft, SheetDraft
from xczg.exchange.ledger_reader import read_ledger
from xczg.exchange.workbook import WrongFileError
from xczg.rules.rulebook import Rulebook
from xczg.rules.text import text_key
from xczg.rules.values import FindingStatus
from xczg.services.ledger_plan import (
    Change,
    LedgerPlan,
    Mode,
    PlannedFault,
    make_plan,
    quantities,
    stored_key,
)
from xczg.services.organizations import hold
from xczg.services.results import read_rulebook, unfrozen_round
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.bulk import add_rows
from xczg.store.engine import reading, writing
from xczg.store.tables import Finding, Inspection, Measure, Organization, ProgressEntry, now
from xczg.store.views.organizations import other_names
from xczg.store.views.rounds import RoundRow

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """What to import and how."""

    content: bytes
    name: str
    round_id: int
    organization: str | None = None
    create_organizations: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.STOP
    answers: Mapping[tuple[str, int], FindingStatus] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What an import did, or would do; with faults nothing is written."""

    findings_written: int
    findings_updated: int
    findings_skipped: int
    measures_written: int
    organizations: tuple[str, ...]
    unknown_organizations: tuple[str, ...]
    faults: tuple[PlannedFault, ...]
    notices: tuple[str, ...]
    sheets: tuple[SheetDraft, ...]
    draft: LedgerDraft

    def as_json(self) -> dict[str, Any]:
        """The object that `import ledger --json` prints."""
        return {
            "findings_written": self.findings_written,
            "findings_updated": self.findings_updated,
            "findings_skipped": self.findings_skipped,
            "measures_written": self.measures_written,
            "organizations": list(self.organizations),
            "faults": [
                {"row": one.row, "column": one.column, "fault": one.fault, "message": one.message}
                for one in self.faults
            ],
            "notices": list(self.notices),
        }


def import_ledger(
    engine: Engine,
    actor: Actor,
    order: LedgerOrder,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> LedgerReport:
    """Import a ledger into a round, or with `dry_run` tell what would happen.

    Raises:
        RefusedError: for a file that cannot be read as a whole, an unknown or frozen round, or a wrong
            column choice. Faults of single rows are not raised but reported; then nothing is written.
    """
    demand(actor, UseCase.IMPORT_LEDGER)
    tell = progress or (lambda _share, _step: None)
    with reading(engine) as session:
        row = unfrozen_round(session, order.round_id)
        known_as = other_names(session)
    draft = _read(
        order, row, read_rulebook(row.rulebook_content), known_as, lambda share: tell(share * 0.5, "读取文件")
    )
    tell(0.5, "核对已有问题")
    if dry_run:
        with reading(engine) as session:
            return _report(_plan(session, draft, order), draft)
    try:
        return _import(engine, actor, draft, order, tell)
    except IntegrityError as error:
        raise RefusedError("导入期间有人导入了相同的内容，本次没有写入任何内容，请重新导入。") from error


def _import(
    engine: Engine, actor: Actor, draft: LedgerDraft, order: LedgerOrder, tell: Progress
) -> LedgerReport:
    with writing(engine) as session:
        row = unfrozen_round(session, order.round_id)
        plan = _plan(session, draft, order)
        if not plan.faults:
            _write(session, actor, plan, order, tell)
            audit.record(
                session,
                actor.username,
                "导入整改台账",
                row.name,
                文件=order.name,
                方式=order.mode.value,
                新增=len(plan.new),
                更新=len(plan.changes),
                跳过=plan.skipped,
            )
        tell(1.0, "完成")
        return _report(plan, draft)


def _read(
    order: LedgerOrder,
    row: RoundRow,
    rulebook: Rulebook,
    known_as: Mapping[str, str],
    progress: Callable[[float], None],
) -> LedgerDraft:
    try:
        return read_ledger(
            order.content,
            order.name,
            feedback_date=row.feedback_date,
            organization=order.organization,
            columns=order.columns,
            categories=rulebook.contents.categories.value,
            answers=order.answers,
            known_as=known_as,
            progress=progress,
        )
    except WrongFileError as error:
        raise RefusedError(str(error)) from error
    except ValueError as error:
        raise RefusedError(str(error)) from error


def _plan(session: Session, draft: LedgerDraft, order: LedgerOrder) -> LedgerPlan:
    return make_plan(
        session, draft, order.round_id, order.mode, create_organizations=order.create_organizations
    )


def _report(plan: LedgerPlan, draft: LedgerDraft) -> LedgerReport:
    clean = not plan.faults
    return LedgerReport(
        findings_written=len(plan.new) if clean else 0,
        findings_updated=len(plan.changes) if clean else 0,
        findings_skipped=plan.skipped if clean else 0,
        measures_written=plan.measures_written if clean else 0,
        organizations=tuple(plan.organizations),
        unknown_organizations=tuple(plan.unknown_organizations),
        faults=tuple(sorted(plan.faults, key=_sheet_order(draft))),
        notices=tuple(plan.notices),
        sheets=draft.sheets,
        draft=draft,
    )


def _sheet_order(draft: LedgerDraft) -> Callable[[PlannedFault], tuple[int, int]]:
    places = {sheet.name: place for place, sheet in enumerate(draft.sheets)}
    return lambda fault: (places.get(fault.sheet, 0), fault.row)


def _write(session: Session, actor: Actor, plan: LedgerPlan, order: LedgerOrder, tell: Progress) -> None:
    _add_organizations(session, actor, plan, order)
    tell(0.6, "写入反馈问题")
    ids = _add_findings(session, plan)
    tell(0.8, "写入整改措施")
    new = list(zip(ids, plan.new, strict=True))
    measures = [(finding, item.measures) for finding, item in new]
    entries = [(finding, item.status, item.status_text) for finding, item in new]
    for change in plan.changes:
        _change(session, change)
        if change.measures is not None:
            session.execute(delete(Measure).where(col(Measure.finding_id) == change.finding_id))
            measures.append((change.finding_id, change.measures))
        if change.status_changed:
            status, words = change.values["status"], change.values.get("status_text", "")
            entries.append((change.finding_id, status, words))
    _add_measures(session, measures)
    tell(0.95, "写入整改进展")
    _add_entries(session, actor, entries)


def _add_organizations(session: Session, actor: Actor, plan: LedgerPlan, order: LedgerOrder) -> None:
    for name in plan.unknown_organizations:
        added = Organization(name=name, name_key=text_key(name))
        session.add(added)
        session.flush()
        assert added.id is not None
        plan.organization_ids[text_key(name)] = added.id
        audit.record(session, actor.username, "新建党组织", name)
    hold(session, sorted(set(plan.organization_ids.values())))
    for key, organization in plan.organization_ids.items():
        if key not in plan.inspection_ids:
            inspection = Inspection(round_id=order.round_id, organization_id=organization)
            session.add(inspection)
            session.flush()
            assert inspection.id is not None
            plan.inspection_ids[key] = inspection.id


def _add_findings(session: Session, plan: LedgerPlan) -> list[int]:
    if not plan.new:
        return []
    places = dict(
        session.exec(
            select(Finding.inspection_id, func.max(col(Finding.position)))
            .where(col(Finding.inspection_id).in_(plan.inspection_ids.values()))
            .group_by(col(Finding.inspection_id))
        ).all()
    )
    rows, placed = [], []
    for item in plan.new:
        inspection = plan.inspection_ids[text_key(item.organization)]
        places[inspection] = places.get(inspection, 0) + 1
        placed.append((inspection, places[inspection]))
        rows.append(_finding_row(item, *placed[-1]))
    add_rows(session, Finding, rows)
    # Asking for the new ids afterwards is three times as fast as RETURNING them row by row.
    found = session.exec(
        select(Finding.inspection_id, Finding.position, Finding.id).where(
            col(Finding.inspection_id).in_(plan.inspection_ids.values())
        )
    )
    ids = {(inspection, position): key for inspection, position, key in found if key is not None}
    return [ids[place] for place in placed]


def _finding_row(item: FindingDraft, inspection: int, position: int) -> dict[str, Any]:
    return {
        "inspection_id": inspection,
        "position": position,
        "serial": item.serial,
        "text": item.text,
        "text_key": stored_key(item.text),
        "category": item.category,
        "subcategory": item.subcategory,
        "kind": item.kind,
        "target": item.target,
        "status": item.status,
        "status_text": item.status_text,
        "outcome": item.outcome,
        "due_date": item.due,
        "long_term": item.long_term,
        "within_period": item.within_period,
        "key_matter": item.key_matter,
        "leader": item.leader,
        "unit": item.unit,
        "evidence_note": item.evidence,
        "remark": item.remark,
        "version": 1,
        "updated_at": now(),
    }


def _change(session: Session, change: Change) -> None:
    changed = session.execute(
        update(Finding)
        .where(col(Finding.id) == change.finding_id, col(Finding.version) == change.version)
        .values(**change.values, version=change.version + 1, updated_at=now())
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise RefusedError("导入期间有人修改了同一反馈问题，本次没有写入任何内容，请重新导入。")


def _add_measures(session: Session, owned: list[tuple[int, tuple[MeasureDraft, ...]]]) -> None:
    rows = [
        {
            "finding_id": finding,
            "position": position,
            "text": measure.text,
            "types": quantities(measure),
            "leader": measure.leader,
            "unit": measure.unit,
            "due_date": measure.due,
            "long_term": measure.long_term,
            "status": measure.status,
            "outcome": measure.outcome,
        }
        for finding, measures in owned
        for position, measure in enumerate(measures, 1)
    ]
    add_rows(session, Measure, rows)


def _add_entries(session: Session, actor: Actor, entries: list[tuple[int, FindingStatus, str]]) -> None:
    moment = now()
    rows = [
        {
            "finding_id": finding,
            "status": status,
            "summary": words,
            "imported": True,
            "recorded_by": actor.username,
            "recorded_at": moment,
        }
        for finding, status, words in entries
    ]
    add_rows(session, ProgressEntry, rows)
