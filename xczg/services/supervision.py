"""Entries of routine supervision (R1–R3): each unit writes its own, until its report is submitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import OTHER_METHOD, tasks_of
from xczg.rules.values import AttachmentKind, ScoringUnit
from xczg.services.attachments import NewFile, attach
from xczg.services.scoped import NOT_FOUND, InspectionRef, inspection_ref
from xczg.services.supervised import day_words, own_unit, refuse_locked, report_unit, writable_round
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import SupervisionEntry

LONGEST_SEEN = 4000


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What the form of an entry holds; `other_method` explains 其他."""

    content: str
    tasks: Sequence[str]
    methods: Sequence[str]
    on_date: date
    seen: str
    judgement: str = ""
    other_method: str = ""
    files: Sequence[NewFile] = ()


def record_entry(
    engine: Engine,
    actor: Actor,
    inspection_id: int,
    form: EntryForm,
    *,
    today: date,
    uploads: Path,
) -> int:
    """Record what the actor's own unit saw (R1–R3).

    Raises:
        RefusedError: for a word that is not in the rulebook, a date outside the supervision, an empty text,
            or when the unit's report is submitted or the round frozen.
    """
    demand(actor, UseCase.SUPERVISE)
    unit = own_unit(actor)
    with writing(engine) as session:
        ref = inspection_ref(session, actor, inspection_id)
        values = _checked(session, ref, unit, form, today)
        added = SupervisionEntry(inspection_id=ref.id, unit=unit, recorded_by=actor.username, **values)
        session.add(added)
        session.flush()
        assert added.id is not None
        _attach(session, actor, uploads, form.files, added.id, ref)
        audit.record(
            session,
            actor.username,
            "登记监督记录",
            ref.label,
            编号=added.id,
            内容=added.content,
            日期=str(added.on_date),
            附件=len(form.files),
        )
        return added.id


def change_entry(
    engine: Engine,
    actor: Actor,
    entry_id: int,
    version: int,
    form: EntryForm,
    *,
    today: date,
    uploads: Path,
) -> None:
    """Change an entry of the own unit; files are only ever added.

    Raises:
        StaleError: when a colleague changed it meanwhile.
        RefusedError: as for a new entry, and for an entry of the other unit.
    """
    demand(actor, UseCase.SUPERVISE)
    with writing(engine) as session:
        entry, ref = _own_entry(session, actor, entry_id)
        before = entry.model_dump()
        values = _checked(session, ref, entry.unit, form, today)
        change_versioned(session, SupervisionEntry, entry_id, version, values)
        _attach(session, actor, uploads, form.files, entry_id, ref)
        changed = {key: [_logged(before[key]), _logged(value)] for key, value in values.items()}
        audit.record(
            session,
            actor.username,
            "修改监督记录",
            ref.label,
            编号=entry_id,
            附件=len(form.files),
            变动={key: pair for key, pair in changed.items() if pair[0] != pair[1]},
        )


def withdraw_entry(engine: Engine, actor: Actor, entry_id: int, version: int, *, today: date) -> None:
    """Take back an entry of the own unit; its row and its files stay for the record.

    Raises:
        StaleError: when a colleague changed it meanwhile.
        RefusedError: when it is the other unit's, the report is submitted, or the round frozen.
    """
    demand(actor, UseCase.SUPERVISE)
    with writing(engine) as session:
        entry, ref = _own_entry(session, actor, entry_id)
        row, rulebook = writable_round(session, ref.inspection.round_id)
        refuse_locked(session, row.id, report_unit(rulebook, entry.unit))
        values: dict[str, Any] = {"withdrawn_on": today, "withdrawn_by": actor.username}
        change_versioned(session, SupervisionEntry, entry_id, version, values)
        audit.record(
            session,
            actor.username,
            "撤回监督记录",
            ref.label,
            编号=entry_id,
            内容=entry.content,
            日期=str(entry.on_date),
        )


def _own_entry(session: Session, actor: Actor, entry_id: int) -> tuple[SupervisionEntry, InspectionRef]:
    entry = session.get(SupervisionEntry, entry_id)
    if entry is None or entry.withdrawn_on is not None:
        raise RefusedError(NOT_FOUND)
    ref = inspection_ref(session, actor, entry.inspection_id)
    if entry.unit is not own_unit(actor):
        raise RefusedError("这条监督记录由另一单位登记，只能由该单位修改或撤回。")
    return entry, ref


def _checked(
    session: Session, ref: InspectionRef, unit: ScoringUnit, form: EntryForm, today: date
) -> dict[str, Any]:
    row, rulebook = writable_round(session, ref.inspection.round_id)
    refuse_locked(session, row.id, report_unit(rulebook, unit))
    feedback = ref.inspection.feedback_date or row.feedback_date
    return entry_values(form, rulebook, unit, feedback=feedback, today=today)


def entry_values(
    form: EntryForm, rulebook: Rulebook, unit: ScoringUnit, *, feedback: date, today: date
) -> dict[str, Any]:
    """The form as it is stored, every word of it checked against the rulebook of the round.

    Raises:
        RefusedError: naming the first thing that is not in order.
    """
    if form.content not in rulebook.supervised_contents:
        raise RefusedError("请选择评估内容。")
    if form.judgement and form.judgement not in rulebook.contents.judgements.value:
        msg = f"评估判断应为{'、'.join(rulebook.contents.judgements.value)}之一，或不作判断。"
        raise RefusedError(msg)
    seen = form.seen.strip()
    if not seen or len(seen) > LONGEST_SEEN:
        msg = f"了解到的情况应为1至{LONGEST_SEEN}字，请填写或精简。"
        raise RefusedError(msg)
    _check_day(form.on_date, feedback, today)
    return {
        "content": form.content,
        "tasks": _tasks(form, rulebook, unit),
        "methods": _methods(form, rulebook),
        "on_date": form.on_date,
        "seen": seen,
        "judgement": form.judgement,
    }


def _tasks(form: EntryForm, rulebook: Rulebook, unit: ScoringUnit) -> list[str]:
    known = [task.number for task in tasks_of(rulebook, unit, form.content)]
    if unknown := [number for number in form.tasks if number not in known]:
        msg = f"任务清单中本单位在“{form.content}”下没有第{'、'.join(unknown)}项任务，请重新选择。"
        raise RefusedError(msg)
    return [number for number in known if number in form.tasks]


def _methods(form: EntryForm, rulebook: Rulebook) -> list[str]:
    """R3 in the order of the text; the list is open （主要）, so 其他 comes with an explanation."""
    known = rulebook.contents.routine_methods.value
    if not form.methods:
        raise RefusedError("请至少选择一种监督方式。")
    if unknown := [one for one in form.methods if one not in (*known, OTHER_METHOD)]:
        msg = f"没有“{'、'.join(unknown)}”这种监督方式；其他方式请选“其他”并加以说明。"
        raise RefusedError(msg)
    chosen = [one for one in known if one in form.methods]
    if OTHER_METHOD not in form.methods:
        return chosen
    explained = form.other_method.strip()
    if not explained or len(explained) > 100:
        raise RefusedError("选择了其他方式，请用1至100字说明是什么方式。")
    return [*chosen, f"{OTHER_METHOD}：{explained}"]


def _check_day(day: date, feedback: date, today: date) -> None:
    if day > today:
        msg = f"监督日期{day_words(day)}晚于今天，请改正。"
        raise RefusedError(msg)
    if day < feedback:
        msg = f"监督日期{day_words(day)}早于反馈日期{day_words(feedback)}，请改正。"
        raise RefusedError(msg)


def _attach(
    session: Session, actor: Actor, uploads: Path, files: Sequence[NewFile], entry_id: int, ref: InspectionRef
) -> None:
    attach(
        session,
        actor,
        uploads,
        files,
        kind=AttachmentKind.SUPERVISION,
        owner_id=entry_id,
        inspection_id=ref.id,
    )


def _logged(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
