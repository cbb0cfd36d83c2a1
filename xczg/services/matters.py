"""Matters kept by number alone （移交事项）: kind, number, date, handled or not — no name, no content (R2).

That a lead exists is itself a secret: the audit log names the round, not the organisation, where its object
is shown to the administrator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, insert
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.values import NamedMatterKind
from xczg.services.scoped import NOT_FOUND, InspectionRef, inspection_ref
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Inspection, NamedMatter
from xczg.store.views.matters import MatterCount, matter_counts, matter_list

MOST_AT_ONCE = 500
_LEADS = frozenset({NamedMatterKind.LEAD, NamedMatterKind.COMPLAINT})


@dataclass(frozen=True, slots=True)
class Numbers:
    """A run of numbers of one kind, from the first to the last."""

    kind: NamedMatterKind
    first: int
    last: int

    def __str__(self) -> str:
        return f"第{self.first}号" if self.first == self.last else f"第{self.first}号至第{self.last}号"


def recordable(actor: Actor) -> tuple[NamedMatterKind, ...]:
    """The kinds this person may enter."""
    return tuple(kind for kind in NamedMatterKind if actor.may(_use_case(kind)))


def record_matters(
    engine: Engine,
    actor: Actor,
    inspection_id: int,
    numbers: Numbers,
    *,
    on_date: date,
    today: date,
    handled_on: date | None = None,
) -> int:
    """Enter a run of numbers; returns how many.

    Raises:
        RefusedError: for numbers that are there already or out of order, or dates that cannot be.
    """
    demand(actor, _use_case(numbers.kind))
    count = _count(numbers)
    with writing(engine) as session:
        inspection = _held(session, actor, inspection_id)
        _check_dates(on_date, handled_on, today)
        known = [row.number for row in _rows(session, inspection_id, numbers)]
        if known:
            msg = f"{numbers.kind.value}第{'、'.join(map(str, known[:5]))}号已经登记，请核对编号。"
            raise RefusedError(msg)
        row = {
            "inspection_id": inspection_id,
            "kind": numbers.kind,
            "on_date": on_date,
            "handled": handled_on is not None,
            "handled_on": handled_on,
            "recorded_by": actor.username,
        }
        run = range(numbers.first, numbers.last + 1)
        session.execute(insert(NamedMatter), [{**row, "number": number} for number in run])
        _audit(
            session, actor, "登记移交事项", inspection, numbers, 日期=str(on_date), 办结=str(handled_on or "")
        )
    return count


def handle_matters(
    engine: Engine, actor: Actor, inspection_id: int, numbers: Numbers, *, handled_on: date, today: date
) -> int:
    """Record that a run of numbers is handled; those handled before keep their date. Returns how many.

    Raises:
        RefusedError: when a number of the run was never entered, all are handled, or the date cannot be.
    """
    demand(actor, _use_case(numbers.kind))
    count = _count(numbers)
    with writing(engine) as session:
        inspection = _held(session, actor, inspection_id)
        rows = _rows(session, inspection_id, numbers)
        if len(rows) != count:
            missing = sorted(set(range(numbers.first, numbers.last + 1)) - {row.number for row in rows})
            msg = f"{numbers.kind.value}第{'、'.join(map(str, missing[:5]))}号尚未登记，请核对编号。"
            raise RefusedError(msg)
        waiting = [row for row in rows if not row.handled]
        if not waiting:
            raise RefusedError("所选编号均已登记办结，不必重复登记。")
        for row in waiting:
            _check_dates(row.on_date, handled_on, today)
            _write(session, row, {"handled": True, "handled_on": handled_on})
        _audit(
            session, actor, "登记移交事项办结", inspection, numbers, 日期=str(handled_on), 件数=len(waiting)
        )
        return len(waiting)


def correct_matter(
    engine: Engine,
    actor: Actor,
    matter_id: int,
    *,
    version: int,
    on_date: date,
    handled_on: date | None,
    today: date,
) -> None:
    """Put the dates of one matter right; without a date of handling it is open again.

    Raises:
        RefusedError: for dates that cannot be.
        StaleError: when somebody changed it since the form was drawn.
    """
    demand(actor, UseCase.VIEW_LEADS)
    with writing(engine) as session:
        row, inspection = _one(session, actor, matter_id)
        _check_dates(on_date, handled_on, today)
        before = f"{row.on_date}，{row.handled_on or '未办结'}"
        values = {"on_date": on_date, "handled": handled_on is not None, "handled_on": handled_on}
        change_versioned(session, NamedMatter, matter_id, version, values)
        change = f"{before}→{on_date}，{handled_on or '未办结'}"
        _audit(session, actor, "更正移交事项", inspection, _number(row), 变更=change)


def remove_matter(engine: Engine, actor: Actor, matter_id: int, *, version: int) -> None:
    """Take out one matter that was entered under a wrong number.

    Raises:
        RefusedError: when there is none, or somebody changed it since the form was drawn.
    """
    demand(actor, UseCase.VIEW_LEADS)
    with writing(engine) as session:
        row, inspection = _one(session, actor, matter_id)
        change_versioned(session, NamedMatter, matter_id, version, {})
        session.delete(row)
        _audit(session, actor, "删除移交事项", inspection, _number(row), 日期=str(row.on_date))


def read_matter_counts(engine: Engine, actor: Actor, round_id: int) -> tuple[MatterCount, ...]:
    """Total and handled per organisation and kind of a round."""
    demand(actor, UseCase.VIEW_LEADS)
    with reading(engine) as session:
        return matter_counts(session, round_id, actor.scope)


def read_matters(engine: Engine, actor: Actor, inspection_id: int) -> tuple[NamedMatter, ...]:
    """The matters of one inspection by kind and number."""
    demand(actor, UseCase.VIEW_LEADS)
    with reading(engine) as session:
        found = matter_list(session, inspection_id, actor.scope)
    order = list(NamedMatterKind)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.number)))


def _use_case(kind: NamedMatterKind) -> UseCase:
    return UseCase.RECORD_LEADS if kind in _LEADS else UseCase.RECORD_MATTERS


def _count(numbers: Numbers) -> int:
    count = numbers.last - numbers.first + 1
    if numbers.first < 1 or count < 1:
        raise RefusedError("编号应从1起，且止号不小于起号，请改正。")
    if count > MOST_AT_ONCE:
        msg = f"一次最多登记{MOST_AT_ONCE}件，请分次登记。"
        raise RefusedError(msg)
    return count


def _held(session: Session, actor: Actor, inspection_id: int) -> InspectionRef:
    """An inspection in scope, held, so that two people do not enter the same number at once."""
    inspection = inspection_ref(session, actor, inspection_id)
    session.get(Inspection, inspection_id, with_for_update=True, populate_existing=True)
    return inspection


def _rows(session: Session, inspection_id: int, numbers: Numbers) -> Sequence[NamedMatter]:
    return session.exec(
        select(NamedMatter)
        .where(
            col(NamedMatter.inspection_id) == inspection_id,
            col(NamedMatter.kind) == numbers.kind,
            col(NamedMatter.number).between(numbers.first, numbers.last),
        )
        .order_by(col(NamedMatter.number))
    ).all()


def _one(session: Session, actor: Actor, matter_id: int) -> tuple[NamedMatter, InspectionRef]:
    row = session.get(NamedMatter, matter_id)
    if row is None:
        raise RefusedError(NOT_FOUND)
    demand(actor, _use_case(row.kind))
    return row, inspection_ref(session, actor, row.inspection_id)


def _number(row: NamedMatter) -> Numbers:
    return Numbers(row.kind, row.number, row.number)


def _write(session: Session, row: NamedMatter, values: dict[str, object]) -> None:
    assert row.id is not None
    change_versioned(session, NamedMatter, row.id, row.version, values)


def _check_dates(on_date: date, handled_on: date | None, today: date) -> None:
    if on_date > today or (handled_on or today) > today:
        raise RefusedError("日期晚于今天，请改正。")
    if handled_on is not None and handled_on < on_date:
        raise RefusedError("办结日期早于移交日期，请改正。")


def _audit(
    session: Session, actor: Actor, act: str, inspection: InspectionRef, numbers: Numbers, **detail: object
) -> None:
    what = f"{numbers.kind.value}{numbers}"
    audit.record(
        session,
        actor.username,
        act,
        inspection.round_name,
        党组织=inspection.organization,
        编号=what,
        **detail,
    )
