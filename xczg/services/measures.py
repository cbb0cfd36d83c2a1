"""The measures of a finding, entered by the office. Each change raises the version of the finding."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.services.checked_input import checked, label
from xczg.services.finding_inputs import MeasureInput
from xczg.services.findings import finding_change, finding_label, refuse_closed_out
from xczg.services.scoped import NOT_FOUND, finding_ref
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Finding, Measure, now

MOST_MEASURES = 50


def add_measure(
    engine: Engine, actor: Actor, finding_id: int, version: int, typed: Mapping[str, Any]
) -> None:
    """Add a measure at the end.

    Raises:
        InvalidError: naming each field that cannot be taken.
        StaleError: when somebody changed the finding meanwhile.
        RefusedError: for a closed-out finding.
    """
    demand(actor, UseCase.EDIT_FINDING)
    given = checked(MeasureInput, typed)
    with writing(engine) as session:
        measures = _begin(session, actor, finding_id, version)
        if len(measures) >= MOST_MEASURES:
            msg = f"一个反馈问题最多{MOST_MEASURES}条措施。"
            raise RefusedError(msg)
        place = measures[-1].position + 1 if measures else 1
        session.add(Measure(finding_id=finding_id, position=place, **given.model_dump()))
        _tell(session, actor, finding_id, "新增整改措施", 第几条=len(measures) + 1)


def edit_measure(
    engine: Engine, actor: Actor, finding_id: int, version: int, number: int, typed: Mapping[str, Any]
) -> None:
    """Change the measure with this number （第n条）. Raises as `add_measure`."""
    demand(actor, UseCase.EDIT_FINDING)
    given = checked(MeasureInput, typed)
    with writing(engine) as session:
        measure = _numbered(_begin(session, actor, finding_id, version), number)
        told = {}
        for name, value in given.model_dump().items():
            if value != getattr(measure, name):
                told[label(MeasureInput, name)] = finding_change(name, getattr(measure, name), value)
                setattr(measure, name, value)
        _tell(session, actor, finding_id, "修改整改措施", 第几条=number, **told)


def move_measure(
    engine: Engine, actor: Actor, finding_id: int, version: int, number: int, *, up: bool
) -> None:
    """Change places with the measure above, or below; at the end of the list nothing happens.

    Raises as `add_measure`.
    """
    demand(actor, UseCase.EDIT_FINDING)
    with writing(engine) as session:
        measures = _begin(session, actor, finding_id, version)
        _numbered(measures, number)
        other = number - 1 if up else number + 1
        if not 1 <= other <= len(measures):
            return
        order = list(measures)
        order[number - 1], order[other - 1] = order[other - 1], order[number - 1]
        _renumber(session, order)
        _tell(session, actor, finding_id, "调整措施顺序", 变更=f"第{number}条→第{other}条")


def remove_measure(engine: Engine, actor: Actor, finding_id: int, version: int, number: int) -> None:
    """Take a measure away; its text stays in the audit log. Raises as `add_measure`."""
    demand(actor, UseCase.EDIT_FINDING)
    with writing(engine) as session:
        measures = _begin(session, actor, finding_id, version)
        gone = _numbered(measures, number)
        session.execute(delete(Measure).where(col(Measure.id) == gone.id))
        _renumber(session, [one for one in measures if one is not gone])
        _tell(session, actor, finding_id, "删除整改措施", 第几条=number, 措施=gone.text)


def _begin(session: Session, actor: Actor, finding_id: int, version: int) -> list[Measure]:
    """The measures of a finding that may change, in order; the finding has a new version from here on."""
    finding, _ = finding_ref(session, actor, finding_id)
    refuse_closed_out(finding)
    change_versioned(session, Finding, finding_id, version, {"updated_at": now()})
    query = select(Measure).where(col(Measure.finding_id) == finding_id).order_by(col(Measure.position))
    return list(session.exec(query))


def _numbered(measures: list[Measure], number: int) -> Measure:
    if not 1 <= number <= len(measures):
        raise RefusedError(NOT_FOUND)
    return measures[number - 1]


def _renumber(session: Session, order: list[Measure]) -> None:
    """Positions are unique, so that all of them step aside first."""
    for sign in (-1, 1):
        for place, measure in enumerate(order, 1):
            statement = update(Measure).where(col(Measure.id) == measure.id).values(position=sign * place)
            session.execute(statement.execution_options(synchronize_session=False))


def _tell(session: Session, actor: Actor, finding_id: int, action: str, **detail: Any) -> None:
    finding, inspection = finding_ref(session, actor, finding_id)
    audit.record(session, actor.username, action, finding_label(inspection, finding), **detail)
