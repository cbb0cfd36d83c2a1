"""Close-out （销号）: claimed with grounds, reviewed by somebody else, reopened with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, col, or_, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.flows import CLOSE_OUT, FlowAct
from xczg.rules.rulebook import Rulebook
from xczg.rules.values import AttachmentKind, CloseOutState, FindingKind, FindingStatus
from xczg.services.attachments import NewFile, attach
from xczg.services.flow_parts import demand_version, held_finding, next_state, words
from xczg.services.results import read_rulebook
from xczg.services.scoped import NOT_FOUND, InspectionRef
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Attachment, CloseOut, Finding, ProgressEntry, RulebookVersion, now

# `claimed_by` of what the reviewer closed at once: nobody claimed it.
NOBODY = ""
JOINT_REVIEW = "联合审核"


@dataclass(frozen=True, slots=True)
class Claim:
    """The grounds for closing out; `version` is the finding's, as the form showed it.

    `complete` sets the finding 已完成 in the same act.
    """

    version: int
    summary: str
    files: tuple[NewFile, ...] = ()
    no_evidence_reason: str = ""
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reviewer decided; `version` is the claim's. A joint review names who took part."""

    version: int
    closed: bool
    opinion: str = ""
    jointly_with: tuple[str, ...] = ()


def claim_close_out(
    engine: Engine, actor: Actor, uploads: Path, finding_id: int, claim: Claim, *, today: date
) -> int:
    """Claim that a finding is done; returns the number of the claim.

    Raises:
        RefusedError: when the flow, the finding's status or missing grounds do not allow it.
        StaleError: when the finding was changed since the form was drawn.
    """
    demand(actor, UseCase.CLAIM_CLOSE_OUT)
    with writing(engine) as session:
        finding, inspection = held_finding(session, actor, finding_id)
        state = next_state(CLOSE_OUT, current_state(session, finding), FlowAct.CLAIM)
        row = _claimed(session, actor, finding, claim, today)
        row.state, row.claimed_by = state, actor.username
        return _keep(session, actor, uploads, inspection, row, claim, FlowAct.CLAIM)


def close_at_once(
    engine: Engine,
    actor: Actor,
    uploads: Path,
    finding_id: int,
    claim: Claim,
    *,
    today: date,
    jointly_with: Sequence[str] = (),
) -> int:
    """Close out a finding to be put right at once （立行立改） in one step, on the same grounds as a claim.

    Raises:
        RefusedError: for another kind of finding, or as for a claim.
        StaleError: when the finding was changed since the form was drawn.
    """
    demand(actor, UseCase.REVIEW_CLOSE_OUT)
    with writing(engine) as session:
        finding, inspection = held_finding(session, actor, finding_id)
        if finding.kind is not FindingKind.IMMEDIATE:
            raise RefusedError("只有立行立改问题可以直接销号，其他问题请先申请销号，再由他人审核。")
        state = next_state(CLOSE_OUT, current_state(session, finding), FlowAct.CLOSE_AT_ONCE)
        row = _claimed(session, actor, finding, claim, today)
        row.state, row.claimed_by = state, NOBODY
        row.reviewed_by, row.reviewed_at = actor.username, now()
        row.opinion = _opinion(_rulebook(session, inspection), "立行立改，直接销号", jointly_with)
        _change(session, finding, closed_out_on=today)
        return _keep(session, actor, uploads, inspection, row, claim, FlowAct.CLOSE_AT_ONCE)


def review_close_out(
    engine: Engine, actor: Actor, close_out_id: int, verdict: Verdict, *, today: date
) -> None:
    """Confirm a claim, which closes the finding out （审核认定）, or return it with an opinion.

    Raises:
        RefusedError: for one's own claim, a return without opinion, or a finding no longer completed.
        StaleError: when somebody else has decided; `stored` is the claim as decided.
    """
    demand(actor, UseCase.REVIEW_CLOSE_OUT)
    act = FlowAct.CLOSE if verdict.closed else FlowAct.RETURN
    with writing(engine) as session:
        row, finding, inspection = _held_claim(session, actor, close_out_id)
        demand_version(session, row, verdict.version, row.version)
        state = next_state(CLOSE_OUT, row.state, act)
        if row.claimed_by == actor.username:
            raise RefusedError("申请人不能审核自己的申请，请由巡察办其他同志审核。")
        given = words(
            verdict.opinion,
            "审核意见",
            800,
            required="" if verdict.closed else "退回补充必须填写审核意见，写明缺什么、怎么补。",
        )
        opinion = _opinion(_rulebook(session, inspection), given, verdict.jointly_with)
        if verdict.closed:
            if finding.status is not FindingStatus.COMPLETED:
                msg = f"该问题现为“{finding.status.value}”，不能销号，请退回补充或核实整改进展。"
                raise RefusedError(msg)
            _change(session, finding, closed_out_on=today)
        values = {"state": state, "opinion": opinion, "reviewed_by": actor.username, "reviewed_at": now()}
        change_versioned(session, CloseOut, close_out_id, row.version, values)
        _audit(session, actor, act, inspection, row, state, 意见=opinion)


def reopen_finding(
    engine: Engine, actor: Actor, close_out_id: int, *, version: int, reason: str, today: date
) -> None:
    """Take a close-out back: the finding is 未完成 again, with an entry in its history （重新整改）.

    Raises:
        RefusedError: without a reason, or when the finding is not closed out by this claim.
        StaleError: when somebody else has decided.
    """
    demand(actor, UseCase.REVIEW_CLOSE_OUT)
    with writing(engine) as session:
        row, finding, inspection = _held_claim(session, actor, close_out_id)
        demand_version(session, row, version, row.version)
        newest = _newest(session, finding)
        if newest is None or newest.id != row.id:
            raise RefusedError("这不是该问题最近一次销号，请刷新页面后重试。")
        state = next_state(CLOSE_OUT, row.state, FlowAct.REOPEN)
        given = words(reason, "重新整改的原因", 1000, required="重新整改必须写明原因。")
        at = now()
        values = {
            "state": state,
            "reopened_by": actor.username,
            "reopened_at": at,
            "reopened_reason": given,
        }
        change_versioned(session, CloseOut, close_out_id, row.version, values)
        _change(session, finding, closed_out_on=None, status=FindingStatus.NOT_COMPLETED)
        summary = f"重新整改：{given}"
        _progress(session, actor, finding, FindingStatus.NOT_COMPLETED, summary, today, at)
        _audit(session, actor, FlowAct.REOPEN, inspection, row, state, 原因=given)


def current_state(session: Session, finding: Finding) -> CloseOutState | None:
    """Where the close-out of a finding stands: as its newest claim, closed out also where none is kept."""
    newest = _newest(session, finding)
    if newest is None and finding.closed_out_on is not None:
        return CloseOutState.CLOSED
    return newest.state if newest else None


def _newest(session: Session, finding: Finding) -> CloseOut | None:
    return session.exec(
        select(CloseOut)
        .where(col(CloseOut.finding_id) == finding.id)
        .order_by(col(CloseOut.id).desc())
        .limit(1)
    ).first()


def _held_claim(session: Session, actor: Actor, close_out_id: int) -> tuple[CloseOut, Finding, InspectionRef]:
    row = session.get(CloseOut, close_out_id)
    if row is None:
        raise RefusedError(NOT_FOUND)
    finding, inspection = held_finding(session, actor, row.finding_id)
    session.refresh(row)  # as it stands now that nobody else can act on the finding
    return row, finding, inspection


def _claimed(session: Session, actor: Actor, finding: Finding, claim: Claim, today: date) -> CloseOut:
    """The row of a claim whose grounds hold; the finding is completed where the claim says so."""
    demand_version(session, finding, claim.version, finding.version)
    summary = words(
        claim.summary, "整改情况", 4000, required="请填写整改情况：采取了哪些措施、取得什么成效。"
    )
    reason = words(claim.no_evidence_reason, "无佐证材料的说明", 500)
    if not claim.files and not reason and not _has_evidence(session, finding):
        raise RefusedError("请至少上传一份佐证材料；确实没有的，请写明原因。")
    if finding.status is not FindingStatus.COMPLETED:
        if not claim.complete:
            msg = f"该问题现为“{finding.status.value}”，请勾选“同时登记为已完成”，或先登记整改进展。"
            raise RefusedError(msg)
        _change(session, finding, status=FindingStatus.COMPLETED, outcome=finding.outcome or summary)
        _progress(session, actor, finding, FindingStatus.COMPLETED, summary, today, now())
    assert finding.id is not None
    return CloseOut(
        finding_id=finding.id,
        state=CloseOutState.UNDER_REVIEW,
        summary=summary,
        no_evidence_reason=reason,
        claimed_by=actor.username,
    )


def _has_evidence(session: Session, finding: Finding) -> bool:
    """A file at the finding's progress or claims, added since it was last reopened."""
    entries = select(ProgressEntry.id).where(col(ProgressEntry.finding_id) == finding.id)
    claims = select(CloseOut.id).where(col(CloseOut.finding_id) == finding.id)
    at_entry = (col(Attachment.kind) == AttachmentKind.PROGRESS) & col(Attachment.owner_id).in_(entries)
    at_claim = (col(Attachment.kind) == AttachmentKind.CLOSE_OUT) & col(Attachment.owner_id).in_(claims)
    query = select(Attachment.id).where(or_(at_entry, at_claim)).limit(1)
    reopened: datetime | None = session.exec(
        select(func.max(CloseOut.reopened_at)).where(col(CloseOut.finding_id) == finding.id)
    ).one()
    if reopened is not None:
        query = query.where(col(Attachment.added_at) > reopened)
    return session.exec(query).first() is not None


def _change(session: Session, finding: Finding, **values: Any) -> None:
    """Write to the held finding, and keep the object in step for a second write."""
    assert finding.id is not None
    change_versioned(session, Finding, finding.id, finding.version, values | {"updated_at": now()})
    session.refresh(finding)


def _progress(
    session: Session,
    actor: Actor,
    finding: Finding,
    status: FindingStatus,
    summary: str,
    today: date,
    at: datetime,
) -> None:
    assert finding.id is not None
    session.add(
        ProgressEntry(
            finding_id=finding.id,
            status=status,
            summary=summary[:4000],
            on_date=today,
            recorded_by=actor.username,
            recorded_at=at,
        )
    )


def _rulebook(session: Session, inspection: InspectionRef) -> Rulebook:
    stored = session.get(RulebookVersion, inspection.rulebook_version_id)
    assert stored is not None
    return read_rulebook(stored.content)


def _opinion(rulebook: Rulebook, given: str, jointly_with: Sequence[str]) -> str:
    """The opinion as it is kept; a joint review says with whom."""
    if rulebook.papers.close_out_review.value != JOINT_REVIEW:
        return given
    units = [unit.strip() for unit in jointly_with if unit.strip()]
    if not units:
        raise RefusedError("本轮销号实行联合审核，请选择共同审核的单位。")
    return words(f"联合审核（会同{'、'.join(units)}）：{given or '同意'}", "审核意见", 1000)


def _keep(
    session: Session,
    actor: Actor,
    uploads: Path,
    inspection: InspectionRef,
    row: CloseOut,
    claim: Claim,
    act: FlowAct,
) -> int:
    session.add(row)
    session.flush()
    assert row.id is not None
    kind = AttachmentKind.CLOSE_OUT
    attach(session, actor, uploads, claim.files, kind=kind, owner_id=row.id, inspection_id=inspection.id)
    _audit(session, actor, act, inspection, row, row.state, 材料=len(claim.files))
    return row.id


def _audit(
    session: Session,
    actor: Actor,
    act: FlowAct,
    inspection: InspectionRef,
    row: CloseOut,
    after: CloseOutState,
    **detail: Any,
) -> None:
    before = row.state.value if row.state is not after else ""
    audit.record(
        session,
        actor.username,
        act.value,
        inspection.label,
        问题=row.finding_id,
        申请=row.id,
        状态=f"{before}→{after.value}" if before else after.value,
        **detail,
    )
