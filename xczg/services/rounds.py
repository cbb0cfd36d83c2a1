"""Rounds: opening one, and recording what people decided about it."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.phases import ACT_ORDER, Act
from xczg.rules.rulebook import RulebookError, checksum, newest, parse_rulebook
from xczg.rules.text import normalized
from xczg.services.open_points import checked, confirm
from xczg.services.results import lock_round, read_round, round_row
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Round, RoundAct, RulebookVersion


def add_round(  # noqa: PLR0913  one parameter for each field of the form
    engine: Engine,
    actor: Actor,
    name: str,
    feedback_date: date,
    *,
    rulebooks: Path,
    rulebook: str | None = None,
    version_id: int | None = None,
    term: str = "",
) -> int:
    """Open a round; its rulebook is stored as an immutable version the moment it is used (R20).

    `rulebook` names a file, `version_id` a stored version; without either it is the newest file.

    Raises:
        RefusedError: for an empty or taken name, or a rulebook that is missing or not valid.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    name, term = checked_round_name(name), checked_term(term)
    with writing(engine) as session:
        refuse_taken(session, name)
        if version_id is None:
            version_id = stored_version(
                session, rulebooks / f"{rulebook}.toml" if rulebook else newest_file(rulebooks)
            )
        stored = session.get(RulebookVersion, version_id)
        if stored is None:
            raise RefusedError("没有找到所选的制度版本，请刷新页面后重新选择。")
        added = Round(name=name, term=term, feedback_date=feedback_date, rulebook_version_id=version_id)
        session.add(added)
        session.flush()
        audit.record(session, actor.username, "新建轮次", name, 反馈日期=str(feedback_date), 制度=stored.key)
        assert added.id is not None
        return added.id


def checked_round_name(name: str) -> str:
    """The name as it is stored.

    Raises:
        RefusedError: for an empty or overlong one.
    """
    name = normalized(name)
    if not name or len(name) > 100:
        raise RefusedError("轮次名称应为1至100字，请改正。")
    return name


def checked_term(term: str) -> str:
    """The term （届次） as it is stored; it may be left empty."""
    term = normalized(term)
    if len(term) > 60:
        raise RefusedError("届次不超过60字，请改正。")
    return term


def refuse_taken(session: Session, name: str) -> None:
    """Refuse a name that another round has."""
    if session.exec(select(Round.id).where(col(Round.name) == name)).first() is not None:
        msg = f"轮次“{name}”已经存在，请换一个名称。"
        raise RefusedError(msg)


def newest_file(rulebooks: Path) -> Path:
    """The rulebook file issued last."""
    try:
        return newest(rulebooks)
    except RulebookError as error:
        raise RefusedError(str(error)) from error


def stored_version(session: Session, path: Path) -> int:
    """The immutable version of a rulebook file, stored when it is used for the first time.

    Raises:
        RefusedError: for a file that is missing or not valid.
    """
    try:
        content = path.read_text("utf-8")
        key = parse_rulebook(content).id
    except FileNotFoundError as error:
        msg = f"没有编号为“{path.stem}”的制度文件，请检查{path.parent}。"
        raise RefusedError(msg) from error
    except RulebookError as error:
        raise RefusedError(str(error)) from error
    return _stored_version(session, key, content)


def _stored_version(session: Session, key: str, content: str) -> int:
    digest = checksum(content)
    known = session.exec(select(RulebookVersion.id).where(col(RulebookVersion.checksum) == digest)).first()
    if known is not None:
        return known
    last = session.exec(
        select(func.max(col(RulebookVersion.version))).where(col(RulebookVersion.key) == key)
    ).one()
    stored = RulebookVersion(key=key, version=(last or 0) + 1, content=content, checksum=digest)
    session.add(stored)
    session.flush()
    assert stored.id is not None
    return stored.id


def record_act(
    engine: Engine, actor: Actor, round_id: int, act: Act, *, on_date: date, basis: str, today: date
) -> None:
    """Record one act of people that moves the round on, such as 督查组汇总 (R8).

    Raises:
        RefusedError: when it is recorded already, an earlier one is missing, the date lies in the future,
            or scores are missing from somebody.
    """
    demand(actor, UseCase.RECORD_ACT)
    if act not in (Act.AGGREGATED, Act.DELIBERATED):
        msg = f"“{act.value}”不在此处登记。"
        raise RefusedError(msg)
    with writing(engine) as session:
        lock_round(session, round_id)
        row = round_row(session, round_id)
        done = {recorded.act: recorded.on_date for recorded in row.acts}
        if act in done:
            msg = f"{act.value}已于{done[act].isoformat()}登记，不必重复登记。"
            raise RefusedError(msg)
        _check_order(act, done, on_date, today)
        reading = read_round(session, row, today)
        if reading.result.provisional:
            left = reading.result.sheets_expected - reading.result.sheets_complete
            msg = f"尚有{left}份评分表未齐，待三家评分单位全部评分后再登记{act.value}。"
            raise RefusedError(msg)
        if not reading.result.sheets_expected:
            raise RefusedError("本轮还没有被巡察党组织，请先导入整改台账。")
        session.add(
            RoundAct(
                round_id=round_id,
                act=act,
                on_date=on_date,
                basis=basis.strip(),
                recorded_by=actor.username,
            )
        )
        audit.record(session, actor.username, f"登记{act.value}", row.name, 日期=str(on_date), 依据=basis)


def _check_order(act: Act, done: dict[Act, date], on_date: date, today: date) -> None:
    if on_date > today:
        msg = f"登记日期{on_date.isoformat()}晚于今天，请改正。"
        raise RefusedError(msg)
    for earlier in ACT_ORDER[: ACT_ORDER.index(act)]:
        if earlier not in done:
            msg = f"应先登记{earlier.value}，再登记{act.value}。"
            raise RefusedError(msg)
        if on_date < done[earlier]:
            msg = f"{act.value}的日期不得早于{earlier.value}的日期（{done[earlier].isoformat()}）。"
            raise RefusedError(msg)


def confirm_open_points(
    engine: Engine,
    actor: Actor,
    round_id: int,
    *,
    confirmed_on: date,
    basis: str,
    today: date,
    points: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Record the office's confirmation of points the text leaves open, all or the named ones, once each.

    Returns the titles of those that were new. They hold for every round of the same rulebook version.

    Raises:
        RefusedError: for an empty basis, a day to come, or a key that is no open point.
    """
    demand(actor, UseCase.CONFIRM_OPEN_POINTS)
    given = checked(confirmed_on, basis, today)
    with writing(engine) as session:
        version = session.get(RulebookVersion, round_row(session, round_id).rulebook_version_id)
        assert version is not None
        return confirm(session, actor, version, given, points)
