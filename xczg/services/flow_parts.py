"""What close-outs, extensions and papers share: the row held, the step checked, the words counted."""

from typing import TypeVar

from sqlmodel import Session, SQLModel

from xczg.access.permissions import Actor
from xczg.rules.flows import Flow, FlowAct
from xczg.rules.values import CloseOutState, ExtensionState, SubmissionState
from xczg.services.scoped import InspectionRef, finding_ref
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import CloseOut, Extension, Finding, Submission

S = TypeVar("S", CloseOutState, ExtensionState, SubmissionState)
Versioned = CloseOut | Extension | Finding | Submission


def held_finding(session: Session, actor: Actor, finding_id: int) -> tuple[Finding, InspectionRef]:
    """A finding of the actor's scope, held until the transaction ends: acts on it come one after another.

    Raises:
        RefusedError: when there is none.
    """
    finding, inspection = finding_ref(session, actor, finding_id)
    session.refresh(finding, with_for_update=True)
    return finding, inspection


def next_state(flow: Flow[S], state: S | None, act: FlowAct) -> S:
    """Where the act leads.

    Raises:
        RefusedError: when the table of the flow does not have it.
    """
    target = flow.target(state, act)
    if target is None:
        standing = f"现为“{state.value}”" if state else f"尚无{flow.name}记录"
        msg = f"该事项{standing}，不能{act.value}，请刷新页面查看最新情况。"
        raise RefusedError(msg)
    return target


def demand_version(session: Session, row: SQLModel, seen: int, present: int) -> None:
    """The row is as the form showed it.

    Raises:
        StaleError: with the row as it stands now.
    """
    if seen != present:
        session.expunge(row)
        raise StaleError("在您填写期间，他人已处理了同一事项。请查看最新情况后再决定。", row)


def words(value: str, what: str, most: int, *, required: str = "") -> str:
    """A text as it is stored.

    Raises:
        RefusedError: when it is too long, or empty though `required` says what it is needed for.
    """
    text = value.strip()
    if required and not text:
        raise RefusedError(required)
    if len(text) > most:
        msg = f"{what}最多{most}字，现有{len(text)}字，请精简。"
        raise RefusedError(msg)
    return text
