"""Freezing a round on the committee's consent (R10): the whole result with its inputs and a checksum."""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.frozen import content_checksum, write_frozen
from xczg.rules.phases import ACT_ORDER, Act
from xczg.rules.rulebook import checksum
from xczg.services.open_points import open_points
from xczg.services.results import RoundReading, lock_round, read_round, round_row
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import FrozenResult, RoundAct
from xczg.store.views.rounds import RoundRow


def freeze_round(
    engine: Engine, actor: Actor, round_id: int, *, approved_on: date, basis: str, today: date
) -> str:
    """Store the result for good and record the states before it; returns the checksum.

    Raises:
        RefusedError: for a round that is frozen already, empty, provisional, or has open points that
            nobody confirmed; the sentence says which.
    """
    demand(actor, UseCase.FREEZE)
    if approved_on > today:
        raise RefusedError("市委同意的日期晚于今天，请改正。")
    with writing(engine) as session:
        lock_round(session, round_id)
        row = round_row(session, round_id)
        return freeze(session, actor.username, row, approved_on=approved_on, basis=basis, today=today)


def freeze(
    session: Session, username: str, row: RoundRow, *, approved_on: date, basis: str, today: date
) -> str:
    """The same within a transaction that is open already; asks for no permission.

    Raises:
        RefusedError: as `freeze_round`.
    """
    reading = read_round(session, row, today, with_categories=True)
    _refuse_unready(session, row, reading)
    content = write_frozen(reading.facts, reading.result, checksum(row.rulebook_content), reading.as_of)
    digest = content_checksum(content)
    session.add(
        FrozenResult(
            round_id=row.id,
            version=1,
            approved_on=approved_on,
            basis=basis,
            content=content,
            checksum=digest,
            recorded_by=username,
        )
    )
    done = {act.act for act in row.acts}
    for act in ACT_ORDER[: ACT_ORDER.index(Act.CONSENTED) + 1]:
        if act not in done:
            session.add(
                RoundAct(round_id=row.id, act=act, on_date=approved_on, basis=basis, recorded_by=username)
            )
            audit.record(session, username, f"登记{act.value}", row.name, 日期=str(approved_on), 依据=basis)
    audit.record(session, username, "冻结评估结果", row.name, 校验码=digest)
    return digest


def _refuse_unready(session: Session, row: RoundRow, reading: RoundReading) -> None:
    if row.frozen:
        msg = f"“{row.name}”的评估结果已经冻结，不能再次冻结。"
        raise RefusedError(msg)
    if not reading.facts:
        msg = f"“{row.name}”还没有被巡察党组织，不能冻结。"
        raise RefusedError(msg)
    if reading.result.provisional:
        names = reading.rulebook.units.names.value
        missing = [
            f"{item.organization}（{'、'.join(names[unit] for unit in item.missing)}）"
            for item in reading.result.rows
            if item.missing and not item.exempted
        ]
        more = f"等{len(missing)}个党组织" if len(missing) > 5 else ""
        msg = f"评分未齐，不能冻结：{'；'.join(missing[:5])}{more}。"
        raise RefusedError(msg)
    waiting = [point.title for point in open_points(session, row) if point.confirmed_on is None]
    if waiting:
        msg = (
            f"尚有{len(waiting)}个待定事项未经巡察办确认，不能冻结：{'、'.join(waiting)}。"
            "请由巡察办逐项核对后确认；在服务器上查看和确认的命令是："
            f'python -m xczg confirm --round "{row.name}" --list；'
            f'python -m xczg confirm --round "{row.name}" --basis "会议名称和文号"。'
        )
        raise RefusedError(msg)
