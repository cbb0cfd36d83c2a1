"""Changing many findings at once: previewed row by row, then written in one transaction or not at all."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.values import FindingStatus
from xczg.services.finding_inputs import EARLIEST, LATEST
from xczg.services.findings import CLOSED_OUT, spoken_day
from xczg.services.unit_of_work import RefusedError, StaleError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Finding, Inspection, Organization, ProgressEntry, Round, now
from xczg.store.views.rounds import in_scope

MOST_ROWS = 200
NO_CHANGE = "与现在相同，不必修改。"
NO_SUMMARY = "没有填写整改成效，不能批量改为已完成，请逐个登记整改进展。"


class BulkField(StrEnum):
    """What can be changed in bulk; the value is the word on screen."""

    STATUS = "整改状态"
    DUE_DATE = "完成时限"
    UNIT = "责任单位"


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """Which findings get which value, and why."""

    findings: tuple[int, ...]
    field: BulkField
    value: FindingStatus | date | str
    reason: str


@dataclass(frozen=True, slots=True)
class BulkRow:
    """What happens to one finding; with a `refusal` nothing does."""

    id: int
    version: int
    organization: str
    round_name: str
    serial: str
    text: str
    before: str
    after: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """An order and what it would do, row by row."""

    order: BulkOrder
    rows: tuple[BulkRow, ...]

    @property
    def changes(self) -> tuple[BulkRow, ...]:
        """The rows that change."""
        return tuple(row for row in self.rows if not row.refusal)


def preview_bulk(engine: Engine, actor: Actor, order: BulkOrder) -> BulkPreview:
    """What the order would do; writes nothing. One statement.

    Raises:
        RefusedError: for an order without a reason or a value, or with too many rows.
    """
    demand(actor, UseCase.EDIT_FINDING)
    _check(order)
    with reading(engine) as session:
        return _preview(session, actor, order)


def apply_bulk(engine: Engine, actor: Actor, preview: BulkPreview, *, today: date) -> int:
    """Write what was previewed, all of it or nothing; returns how many findings changed.

    Raises:
        RefusedError: when nothing would change, or a finding changed after the preview.
    """
    demand(actor, UseCase.EDIT_FINDING)
    order = preview.order
    _check(order)
    with writing(engine) as session:
        if _preview(session, actor, order).rows != preview.rows:
            raise RefusedError("预览之后有反馈问题被他人修改，本次没有修改任何内容，请重新预览。")
        rows = preview.changes
        if not rows:
            raise RefusedError("没有可以修改的反馈问题。")
        for row in rows:
            _write(session, actor, order, row, today)
        audit.record(
            session,
            actor.username,
            f"批量修改{order.field.value}",
            rows[0].round_name,
            数量=len(rows),
            理由=order.reason.strip(),
            变更=[
                f"{row.organization}反馈问题{row.serial}（编号{row.id}）：{row.before}→{row.after}"
                for row in rows
            ],
        )
        return len(rows)


def _check(order: BulkOrder) -> None:
    if not order.findings:
        raise RefusedError("请先在表中选中要修改的反馈问题。")
    if len(order.findings) > MOST_ROWS:
        msg = f"一次最多修改{MOST_ROWS}个反馈问题，请分次办理。"
        raise RefusedError(msg)
    if not order.reason.strip():
        raise RefusedError("请填写“修改理由”。")
    if len(order.reason.strip()) > 500:
        raise RefusedError("“修改理由”最多500字，请精简。")
    _check_value(order)


def _check_value(order: BulkOrder) -> None:
    value = order.value
    wrong = {
        BulkField.STATUS: not isinstance(value, FindingStatus),
        BulkField.DUE_DATE: not (isinstance(value, date) and EARLIEST <= value <= LATEST),
        BulkField.UNIT: not (isinstance(value, str) and 1 <= len(value.strip()) <= 200),
    }[order.field]
    if wrong:
        msg = f"请填写有效的“{order.field.value}”。"
        raise RefusedError(msg)


def _preview(session: Session, actor: Actor, order: BulkOrder) -> BulkPreview:
    query = (
        select(Finding, Organization.name, Round.name)
        .join(Inspection, col(Inspection.id) == Finding.inspection_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .where(col(Finding.id).in_(order.findings), in_scope(actor.scope))
        .order_by(col(Inspection.id), col(Finding.position), col(Finding.id))
    )
    rows = tuple(_row(*found, order) for found in session.exec(query))
    session.expunge_all()
    return BulkPreview(order, rows)


def _row(finding: Finding, organization: str, round_name: str, order: BulkOrder) -> BulkRow:
    before, after = _now(finding, order.field), _wanted(order)
    assert finding.id is not None
    return BulkRow(
        id=finding.id,
        version=finding.version,
        organization=organization,
        round_name=round_name,
        serial=finding.serial or str(finding.position),
        text=finding.text,
        before=before,
        after=after,
        refusal=_refusal(finding, order, same=before == after),
    )


def _refusal(finding: Finding, order: BulkOrder, *, same: bool) -> str:
    if finding.closed_out_on is not None:
        return CLOSED_OUT.format(day=spoken_day(finding.closed_out_on))
    if same:
        return NO_CHANGE
    if order.value is FindingStatus.COMPLETED and not finding.outcome.strip():
        return NO_SUMMARY
    return ""


def _now(finding: Finding, field: BulkField) -> str:
    if field is BulkField.STATUS:
        return finding.status.value
    return spoken_day(finding.due_date) if field is BulkField.DUE_DATE else finding.unit or "（空）"


def _wanted(order: BulkOrder) -> str:
    return spoken_day(order.value) if isinstance(order.value, date) else str(order.value).strip()


def _write(session: Session, actor: Actor, order: BulkOrder, row: BulkRow, today: date) -> None:
    values: dict[str, Any] = {"updated_at": now()}
    if isinstance(order.value, FindingStatus):
        values |= {"status": order.value, "status_text": order.value.value}
        entry = ProgressEntry(
            finding_id=row.id,
            status=order.value,
            summary=f"批量修改状态：{order.reason.strip()}",
            on_date=today,
            recorded_by=actor.username,
        )
        session.add(entry)
    elif isinstance(order.value, date):
        values["due_date"] = order.value
    else:
        values["unit"] = order.value.strip()
    try:
        change_versioned(session, Finding, row.id, row.version, values)
    except StaleError as stale:
        raise RefusedError("预览之后有反馈问题被他人修改，本次没有修改任何内容，请重新预览。") from stale
