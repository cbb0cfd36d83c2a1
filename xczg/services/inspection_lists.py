"""Choosing the inspected organisations of a round: by search, by a pasted list, by a file; all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.inspection_lists import ListDraft, ListedLine, list_template, read_list
from xczg.exchange.workbook import WrongFileError
from xczg.rules.names import NameVerdict, match_name
from xczg.rules.text import text_key
from xczg.services.inspections import InspectionFields, checked_fields
from xczg.services.organizations import hold, new_organization
from xczg.services.results import round_row, unfrozen_round
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Inspection
from xczg.store.views.organizations import KnownOrganization, all_names

NEW = 0  # the answer that a name is a new organisation


class LineState(StrEnum):
    """What adding a line would do; the value is the word on screen."""

    ADDED = "将加入"
    ALREADY = "已在本轮"
    REPEATED = "与前面重复"
    ARCHIVED = "已归档"
    AMBIGUOUS = "不能确定"
    UNKNOWN = "名录中没有"


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line with its organisation, or with those it might be (number → name)."""

    line: ListedLine
    state: LineState
    organization: KnownOrganization | None = None
    candidates: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What adding a list did."""

    added: int
    already: int
    created: tuple[str, ...]


def read_list_file(engine: Engine, actor: Actor, content: bytes, name: str) -> ListDraft:
    """The lines of a file.

    Raises:
        RefusedError: when it cannot be read as a whole.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    try:
        return read_list(content, name)
    except WrongFileError as error:
        raise RefusedError(str(error)) from error


def make_list_template(engine: Engine, actor: Actor, round_id: int) -> bytes:
    """A blank list of inspected organisations."""
    demand(actor, UseCase.MANAGE_ROUNDS)
    with reading(engine) as session:
        return list_template(round_row(session, round_id).name)


def place_lines(
    engine: Engine,
    actor: Actor,
    round_id: int,
    lines: Sequence[ListedLine],
    *,
    answers: Mapping[str, int] | None = None,
) -> tuple[PlacedLine, ...]:
    """What is known of each line; `answers` says by a line's name which organisation a person meant."""
    demand(actor, UseCase.MANAGE_ROUNDS)
    with reading(engine) as session:
        return _placed(session, round_id, lines, answers or {})


def _placed(
    session: Session, round_id: int, lines: Sequence[ListedLine], answers: Mapping[str, int]
) -> tuple[PlacedLine, ...]:
    known = all_names(session)
    by_id = {one.id: one for one in known.values()}
    numbers = {key: one.id for key, one in known.items()}
    taken = set(
        session.exec(select(Inspection.organization_id).where(col(Inspection.round_id) == round_id)).all()
    )
    seen: set[int | str] = set()
    placed = []
    for line in lines:
        match = match_name(line.name, numbers)
        answer = answers.get(line.name)
        if match.verdict is not NameVerdict.KNOWN and answer is not None:
            state = LineState.UNKNOWN if answer == NEW else None
            number = by_id[answer].id if answer in by_id else None
        else:
            number, state = match.organization_id, None
        if number is None:
            if match.verdict is NameVerdict.AMBIGUOUS and state is None:
                names = {one: by_id[one].name for one in match.candidates}
                placed.append(PlacedLine(line, LineState.AMBIGUOUS, None, names))
                continue
            repeated = text_key(line.name) in seen
            seen.add(text_key(line.name))
            placed.append(PlacedLine(line, LineState.REPEATED if repeated else LineState.UNKNOWN))
            continue
        placed.append(PlacedLine(line, _state(by_id[number], taken, seen), by_id[number]))
        seen.add(number)
    return tuple(placed)


def _state(found: KnownOrganization, taken: set[int], seen: set[int | str]) -> LineState:
    if found.id in seen:
        return LineState.REPEATED
    if found.id in taken:
        return LineState.ALREADY
    return LineState.ARCHIVED if found.archived else LineState.ADDED


def add_inspections(
    engine: Engine,
    actor: Actor,
    round_id: int,
    lines: Sequence[ListedLine],
    *,
    answers: Mapping[str, int] | None = None,
    create: bool = False,
) -> AddReport:
    """Add the organisations of a list to a round; those in it already stay as they are.

    Args:
        engine: the database.
        actor: who adds them.
        round_id: the round.
        lines: the list; its further columns become fields of the inspection.
        answers: name in the list → number of the organisation meant, or NEW.
        create: enter names nobody knows into the directory.

    Raises:
        RefusedError: for a frozen round, or naming lines that are not clear; then nothing is written.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    if not lines:
        raise RefusedError("名单是空的，请先选择或填写党组织。")
    try:
        with writing(engine) as session:
            row = unfrozen_round(session, round_id)
            placed = _placed(session, round_id, lines, answers or {})
            _refuse_unclear(placed, create=create)
            return _add(session, actor, row.id, row.name, placed)
    except IntegrityError as error:
        raise RefusedError("他人刚刚加入了相同的党组织，本次没有写入任何内容，请重试。") from error


def _refuse_unclear(placed: Sequence[PlacedLine], *, create: bool) -> None:
    advice = {
        LineState.AMBIGUOUS: "请逐个选择所指的党组织",
        LineState.ARCHIVED: "请先在党组织名录中恢复",
        LineState.UNKNOWN: "请核对名称，确属新的党组织的请勾选新建",
    }
    if create:
        del advice[LineState.UNKNOWN]
    for state, what in advice.items():
        names = [one.line.name for one in placed if one.state is state]
        if names:
            more = f"等{len(names)}个" if len(names) > 5 else ""
            msg = f"{state.value}：{'、'.join(names[:5])}{more}。{what}。"
            raise RefusedError(msg)


def _add(
    session: Session, actor: Actor, round_id: int, round_name: str, placed: Sequence[PlacedLine]
) -> AddReport:
    created = []
    numbers = {}
    for one in placed:
        if one.state is LineState.UNKNOWN:
            numbers[one.line.row] = new_organization(session, actor, one.line.name)
            created.append(one.line.name)
        elif one.state is LineState.ADDED and one.organization:
            numbers[one.line.row] = one.organization.id
    hold(session, list(numbers.values()))
    for one in placed:
        if one.line.row in numbers:
            line = one.line
            fields = InspectionFields(
                line.team, line.feedback_date, line.kind, line.contact, line.contact_phone
            )
            values = checked_fields(fields, line.name)
            session.add(Inspection(round_id=round_id, organization_id=numbers[line.row], **values))
    session.flush()
    if numbers:
        names = [one.line.name for one in placed if one.line.row in numbers]
        audit.record(session, actor.username, "加入被巡察党组织", round_name, 个数=len(numbers), 党组织=names)
    already = sum(one.state is LineState.ALREADY for one in placed)
    return AddReport(len(numbers), already, tuple(created))
