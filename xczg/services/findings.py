"""Findings and their measures, entered by the office. Status and outcome come from progress alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Engine, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.values import FindingStatus
from xczg.services.checked_input import checked, label
from xczg.services.finding_inputs import FindingInput
from xczg.services.ledger_plan import stored_key
from xczg.services.scoped import InspectionRef, finding_ref, inspection_ref
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Finding, now

CLOSED_OUT = "该反馈问题已于{day}销号，不能再修改。确需继续整改的，请先办理“重新整改”。"
# What moves a deadline needs a reason beside it.
_DEADLINE = ("due_date", "long_term")


def create_finding(engine: Engine, actor: Actor, inspection_id: int, typed: Mapping[str, Any]) -> int:
    """Add a finding to an inspection, 未完成, at the end of its ledger; returns its number.

    Raises:
        InvalidError: naming each field that cannot be taken.
        RefusedError: for the same text again, or a round whose result is frozen.
    """
    demand(actor, UseCase.EDIT_FINDING)
    given = checked(FindingInput, typed)
    try:
        with writing(engine) as session:
            inspection = inspection_ref(session, actor, inspection_id)
            if inspection.frozen:
                msg = f"“{inspection.round_name}”的评估结果已冻结，不能再新增反馈问题。"
                raise RefusedError(msg)
            _refuse_known(session, inspection, given.text)
            last = session.exec(
                select(func.max(col(Finding.position))).where(col(Finding.inspection_id) == inspection_id)
            ).one()
            added = Finding(
                **given.model_dump(),
                inspection_id=inspection_id,
                position=(last or 0) + 1,
                text_key=stored_key(given.text),
                status=FindingStatus.NOT_COMPLETED,
            )
            session.add(added)
            session.flush()
            audit.record(session, actor.username, "新增反馈问题", finding_label(inspection, added))
            assert added.id is not None
            return added.id
    except IntegrityError as error:
        raise RefusedError(_known(given.text)) from error


def edit_finding(
    engine: Engine, actor: Actor, finding_id: int, version: int, typed: Mapping[str, Any], *, reason: str = ""
) -> None:
    """Change what the office describes; `version` is the one the form was drawn with.

    Raises:
        InvalidError: naming each field that cannot be taken.
        StaleError: when somebody changed the finding meanwhile.
        RefusedError: for a closed-out finding, the same text as another one, or a moved deadline without
            a reason.
    """
    demand(actor, UseCase.EDIT_FINDING)
    given, reason = checked(FindingInput, typed), reason.strip()
    try:
        with writing(engine) as session:
            finding, inspection = finding_ref(session, actor, finding_id)
            refuse_closed_out(finding)
            new = given.model_dump()
            changed = {name: value for name, value in new.items() if value != getattr(finding, name)}
            if finding.version == version and any(name in changed for name in _DEADLINE) and not reason:
                raise RefusedError("调整完成时限或长期坚持的，请填写“调整时限的理由”。")
            if "text" in changed:
                _refuse_known(session, inspection, given.text, but=finding_id)
            told = {name: finding_change(name, getattr(finding, name), changed[name]) for name in changed}
            label_before = finding_label(inspection, finding)
            values = changed | {"text_key": stored_key(given.text), "updated_at": now()}
            change_versioned(session, Finding, finding_id, version, values)
            detail = {label(FindingInput, name): words for name, words in told.items()}
            audit.record(session, actor.username, "修改反馈问题", label_before, **detail, **_reason(reason))
    except IntegrityError as error:
        raise RefusedError(_known(given.text)) from error


def refuse_closed_out(finding: Finding) -> None:
    """A closed-out finding stands still until it is reopened （重新整改）.

    Raises:
        RefusedError: naming the day it was closed out, and the way on.
    """
    if finding.closed_out_on is not None:
        raise RefusedError(CLOSED_OUT.format(day=spoken_day(finding.closed_out_on)))


def finding_label(inspection: InspectionRef, finding: Finding) -> str:
    """A finding as the audit log names it: whose, which number; never its text."""
    return f"{inspection.label}反馈问题{finding.serial or finding.position}"


def finding_change(name: str, before: Any, after: Any) -> str:
    """Before → after for the audit log; a circumstance is not repeated there."""
    if name == "circumstance":
        return "已修改"
    return f"{_spoken(before)}→{_spoken(after)}"


def spoken_day(day: date | None) -> str:
    """2024年9月28日, or 未定."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "未定"


def _spoken(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return spoken_day(value)
    return "（空）" if value in (None, "") else str(value)


def _reason(reason: str) -> dict[str, str]:
    return {"理由": reason} if reason else {}


def _refuse_known(session: Session, inspection: InspectionRef, text: str, but: int | None = None) -> None:
    """A finding is known again by its organisation and its text, as in an import."""
    query = select(Finding.id, Finding.serial).where(
        col(Finding.inspection_id) == inspection.id, col(Finding.text_key) == stored_key(text)
    )
    for key, serial in session.exec(query):
        if key != but:
            raise RefusedError(_known(text, serial))


def _known(text: str, serial: str = "") -> str:
    place = f"（序号{serial}）" if serial else ""
    return f"该党组织在本轮已有相同的反馈问题{place}：{text[:30]}{'……' if len(text) > 30 else ''}。请核对。"
