"""Extensions （延期）: asked with a reason, granted or refused; the old date stays visible."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.flows import EXTENSION, FindingStanding, FlowAct, extension_date_fault, extension_obstacle
from xczg.rules.values import AttachmentKind, ExtensionState
from xczg.services.attachments import NewFile, attach
from xczg.services.flow_parts import demand_version, held_finding, next_state, words
from xczg.services.scoped import NOT_FOUND
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Extension, Finding, now


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a later date; `version` is the finding's, as the form showed it."""

    version: int
    due_date: date
    reason: str
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the office decided; `version` is the request's."""

    version: int
    granted: bool
    opinion: str = ""


def ask_extension(
    engine: Engine, actor: Actor, uploads: Path, finding_id: int, request: Request, *, today: date
) -> int:
    """Ask for a later date; returns the number of the request.

    Raises:
        RefusedError: when the finding has no date that could move, the date is not later, or one is open.
        StaleError: when the finding was changed since the form was drawn.
    """
    demand(actor, UseCase.ASK_EXTENSION)
    with writing(engine) as session:
        finding, inspection = held_finding(session, actor, finding_id)
        demand_version(session, finding, request.version, finding.version)
        state = next_state(EXTENSION, _current(session, finding_id), FlowAct.ASK)
        _check(finding, request.due_date, today)
        reason = words(request.reason, "延期理由", 1000, required="请填写延期理由。")
        row = Extension(
            finding_id=finding_id,
            state=state,
            old_due_date=finding.due_date,
            asked_due_date=request.due_date,
            reason=reason,
            asked_by=actor.username,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        kind = AttachmentKind.EXTENSION
        attach(
            session, actor, uploads, request.files, kind=kind, owner_id=row.id, inspection_id=inspection.id
        )
        dates = f"{finding.due_date}→{request.due_date}"
        audit.record(
            session, actor.username, state.value, inspection.label, 问题=finding_id, 申请=row.id, 时限=dates
        )
        return row.id


def decide_extension(
    engine: Engine, actor: Actor, extension_id: int, decision: Decision, *, today: date
) -> None:
    """Grant a request, which moves the finding's date, or refuse it with an opinion.

    Raises:
        RefusedError: for a refusal without opinion, or when the date asked for is no later date any more.
        StaleError: when somebody else has decided; `stored` is the request as decided.
    """
    demand(actor, UseCase.DECIDE_EXTENSION)
    act = FlowAct.GRANT if decision.granted else FlowAct.REFUSE
    with writing(engine) as session:
        row = session.get(Extension, extension_id)
        if row is None:
            raise RefusedError(NOT_FOUND)
        finding, inspection = held_finding(session, actor, row.finding_id)
        session.refresh(row)  # as it stands now that nobody else can act on the finding
        demand_version(session, row, decision.version, row.version)
        state = next_state(EXTENSION, row.state, act)
        needed = "" if decision.granted else "不同意延期必须填写意见，写明理由。"
        opinion = words(decision.opinion, "审批意见", 1000, required=needed)
        old = finding.due_date
        values = {"state": state, "opinion": opinion, "decided_by": actor.username, "decided_at": now()}
        if decision.granted:
            _check(finding, row.asked_due_date, today)
            values["old_due_date"] = old
            moved = {"due_date": row.asked_due_date, "updated_at": now()}
            change_versioned(session, Finding, row.finding_id, finding.version, moved)
        change_versioned(session, Extension, extension_id, row.version, values)
        detail = {"时限": f"{old}→{row.asked_due_date}"} if decision.granted else {"意见": opinion}
        audit.record(
            session,
            actor.username,
            state.value,
            inspection.label,
            问题=row.finding_id,
            申请=extension_id,
            **detail,
        )


def standing(finding: Finding) -> FindingStanding:
    """What the flows need to know of a finding."""
    return FindingStanding(
        finding.status, finding.due_date, finding.long_term, finding.closed_out_on is not None
    )


def _check(finding: Finding, asked: date, today: date) -> None:
    found = standing(finding)
    if fault := extension_obstacle(found) or extension_date_fault(found, asked, today):
        raise RefusedError(fault)


def _current(session: Session, finding_id: int) -> ExtensionState | None:
    query = select(Extension).where(col(Extension.finding_id) == finding_id)
    newest = session.exec(query.order_by(col(Extension.id).desc()).limit(1)).first()
    return newest.state if newest else None
