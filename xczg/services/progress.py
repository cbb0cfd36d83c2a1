"""整改进展: each step is added to the history of a finding and moves its status on (R2).

The office records for any finding, an organisation for its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.values import AttachmentKind, FindingStatus
from xczg.services.attachments import NewFile, attach
from xczg.services.checked_input import checked
from xczg.services.finding_inputs import ProgressInput
from xczg.services.findings import finding_label, refuse_closed_out
from xczg.services.scoped import NOT_FOUND, finding_ref
from xczg.services.unit_of_work import RefusedError, StaleError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Finding, Measure, ProgressEntry, now


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """The files that come with a step, and the folder they are kept in."""

    folder: Path
    files: Sequence[NewFile] = ()


def record_progress(
    engine: Engine,
    actor: Actor,
    finding_id: int,
    version: int,
    typed: Mapping[str, Any],
    *,
    evidence: NewEvidence,
    today: date,
) -> int:
    """Add one step with its evidence; returns its number. `version` is the one the form was drawn with.

    Raises:
        InvalidError: naming each field that cannot be taken, 已完成 without a summary among them.
        StaleError: when somebody changed the finding meanwhile.
        RefusedError: for a closed-out finding, a day in the future, an entry that says nothing, a file that
            is not accepted, or a status the office changes without a reason.
    """
    demand(actor, UseCase.RECORD_PROGRESS)
    given = checked(ProgressInput, typed)
    _refuse_nothing_said(given, evidence.files)
    if given.on_date > today:
        msg = f"进展日期{given.on_date.isoformat()}晚于今天，请改正。"
        raise RefusedError(msg)
    with writing(engine) as session:
        finding, inspection = finding_ref(session, actor, finding_id)
        refuse_closed_out(finding)
        before = finding.status
        if finding.version == version and before is not given.status:
            _demand_reason(actor, given)
        try:
            change_versioned(session, Finding, finding_id, version, _values(before, given))
        except StaleError as stale:
            if isinstance(stale.stored, Finding) and not actor.may(UseCase.EDIT_FINDING):
                stale.stored.circumstance = ""  # not for the organisation, see `read_finding`
            raise
        _complete(session, finding_id, given.measures_done)
        entry = ProgressEntry(
            finding_id=finding_id,
            status=given.status,
            summary=given.summary,
            on_date=given.on_date,
            quantities=given.quantities,
            recorded_by=actor.username,
        )
        session.add(entry)
        session.flush()
        assert entry.id is not None
        attach(
            session,
            actor,
            evidence.folder,
            evidence.files,
            kind=AttachmentKind.PROGRESS,
            owner_id=entry.id,
            inspection_id=inspection.id,
        )
        audit.record(
            session,
            actor.username,
            "登记整改进展",
            finding_label(inspection, finding),
            状态=f"{before.value}→{given.status.value}",
            **({"理由": given.reason} if given.reason else {}),
            **({"佐证材料": len(evidence.files)} if evidence.files else {}),
        )
        return entry.id


def _refuse_nothing_said(given: ProgressInput, files: Sequence[NewFile]) -> None:
    if not (given.summary or files or given.measures_done or any(given.quantities.values())):
        raise RefusedError("请填写“进展情况”，或者上传佐证材料。")


def _demand_reason(actor: Actor, given: ProgressInput) -> None:
    """An organisation says how far it is; who says it for another says why."""
    if actor.may(UseCase.EDIT_FINDING) and not given.reason:
        raise RefusedError("变更状态的，请填写“变更状态的理由”，如根据单位书面报告。")


def _values(before: FindingStatus, given: ProgressInput) -> dict[str, Any]:
    """What the finding says from now on; the words of the ledger hold only while the status does."""
    values: dict[str, Any] = {"status": given.status, "updated_at": now()}
    if before is not given.status:
        values["status_text"] = given.status.value
    if given.summary:
        values["outcome"] = given.summary
    return values


def _complete(session: Session, finding_id: int, numbers: Sequence[int]) -> None:
    if not numbers:
        return
    ids = session.exec(
        select(Measure.id).where(col(Measure.finding_id) == finding_id).order_by(col(Measure.position))
    ).all()
    if not all(1 <= number <= len(ids) for number in numbers):
        raise RefusedError(NOT_FOUND)
    chosen = [ids[number - 1] for number in numbers]
    session.execute(update(Measure).where(col(Measure.id).in_(chosen)).values(status=FindingStatus.COMPLETED))
