"""Prominent problems found, and suggestions for further rectification, per organisation (R9)."""

from sqlalchemy import Engine
from sqlmodel import Session

from xczg.access.permissions import Actor, UseCase, demand
from xczg.services.assessing import changeable_inspection, required
from xczg.services.scoped import NOT_FOUND
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import ProminentProblem, Suggestion

SOURCES = ("日常监督评估", "集中督查评估", "其他")


def add_problem(engine: Engine, actor: Actor, inspection_id: int, *, text: str, source: str) -> int:
    """Report a prominent problem that was found, and where.

    Raises:
        RefusedError: without text or source, or for a frozen round.
    """
    demand(actor, UseCase.RECORD_VISIT)
    text, source = required(text, "发现的突出问题", 1000), required(source, "问题来源", 40)
    with writing(engine) as session:
        added = ProminentProblem(
            inspection_id=inspection_id, text=text, source=source, recorded_by=actor.username
        )
        return _add(session, actor, inspection_id, added, "登记突出问题")


def add_suggestion(engine: Engine, actor: Actor, inspection_id: int, *, text: str) -> int:
    """Suggest what is still to be put right.

    Raises:
        RefusedError: without text, or for a frozen round.
    """
    demand(actor, UseCase.RECORD_VISIT)
    text = required(text, "整改意见建议", 1000)
    with writing(engine) as session:
        added = Suggestion(inspection_id=inspection_id, text=text, recorded_by=actor.username)
        return _add(session, actor, inspection_id, added, "登记整改意见建议")


def withdraw_problem(engine: Engine, actor: Actor, problem_id: int, *, reason: str) -> None:
    """Take a reported problem back; it stays on record with the reason.

    Raises:
        RefusedError: without a reason, when it is withdrawn already, or for a frozen round.
    """
    demand(actor, UseCase.RECORD_VISIT)
    with writing(engine) as session:
        _withdraw(session, actor, session.get(ProminentProblem, problem_id), reason, "撤回突出问题")


def withdraw_suggestion(engine: Engine, actor: Actor, suggestion_id: int, *, reason: str) -> None:
    """Take a suggestion back; it stays on record with the reason.

    Raises:
        RefusedError: as `withdraw_problem`.
    """
    demand(actor, UseCase.RECORD_VISIT)
    with writing(engine) as session:
        _withdraw(session, actor, session.get(Suggestion, suggestion_id), reason, "撤回整改意见建议")


def _add(
    session: Session,
    actor: Actor,
    inspection_id: int,
    added: ProminentProblem | Suggestion,
    action: str,
) -> int:
    inspection = changeable_inspection(session, actor, inspection_id)
    session.add(added)
    session.flush()
    audit.record(session, actor.username, action, inspection.label, 编号=added.id, 内容=added.text[:200])
    assert added.id is not None
    return added.id


def _withdraw(
    session: Session, actor: Actor, found: ProminentProblem | Suggestion | None, reason: str, action: str
) -> None:
    reason = required(reason, "撤回原因", 500)
    if found is None:
        raise RefusedError(NOT_FOUND)
    inspection = changeable_inspection(session, actor, found.inspection_id)
    if found.withdrawn_reason:
        raise RefusedError("该条已经撤回，不必重复操作。")
    found.withdrawn_reason = reason
    session.add(found)
    audit.record(session, actor.username, action, inspection.label, 编号=found.id, 原因=reason)
