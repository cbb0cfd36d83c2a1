"""The directory of organisations: one row for each, however often its name changes or is misspelt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.tenures import overlap
from xczg.rules.text import text_key
from xczg.services.scoped import NOT_FOUND
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Inspection, Organization, OrganizationName, Round, Tenure, now
from xczg.store.views.hanging import Hanging, hanging, in_words, references
from xczg.store.views.organizations import (
    OrganizationRow,
    directory,
    directory_total,
    known_organizations,
    selectable,
)

NAME_LIMIT = 200
_TAKEN = "他人刚刚使用了同一名称，请刷新页面后核对。"


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What merging would move, and what stands against it."""

    source: Organization
    target: Organization
    moves: Hanging
    same_rounds: tuple[str, ...]
    overlapping: tuple[str, ...]

    @property
    def words(self) -> str:
        """What moves, in words."""
        return in_words("organization", self.moves) or "没有需要转移的数据"

    @property
    def obstacle(self) -> str:
        """Why it cannot be done, as a sentence; empty when it can."""
        if self.same_rounds:
            rounds = "、".join(self.same_rounds)
            return (
                f"“{self.source.name}”和“{self.target.name}”同在{rounds}中，不能合并。"
                "请先在该轮次中移除其中一个（有数据的须先处理）。"
            )
        if self.overlapping:
            return (
                f"两者的任职记录有重叠（{'、'.join(self.overlapping)}），请先改正其中一方的任职记录再合并。"
            )
        return ""


def add_organization(engine: Engine, actor: Actor, name: str) -> int:
    """Enter an organisation.

    Raises:
        RefusedError: for a name that is empty, too long, or leads to an organisation already.
    """
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    try:
        with writing(engine) as session:
            return new_organization(session, actor, name)
    except IntegrityError as error:
        raise RefusedError(_TAKEN) from error


def new_organization(session: Session, actor: Actor, name: str) -> int:
    """The same within a transaction that is open already; asks for no permission."""
    name, key = _checked_name(name)
    if (known := known_organizations(session, [key]).get(key)) is not None:
        msg = f"名录中已有“{known.name}”" + ("" if text_key(known.name) == key else f"（又名“{name}”）")
        raise RefusedError(msg + "，不必重复新建。")
    added = Organization(name=name, name_key=key)
    session.add(added)
    session.flush()
    audit.record(session, actor.username, "新建党组织", name)
    assert added.id is not None
    return added.id


def _checked_name(name: str) -> tuple[str, str]:
    name = name.strip()  # as written: full-width brackets stay
    if not name or len(name) > NAME_LIMIT:
        msg = f"党组织名称应为1至{NAME_LIMIT}字，请改正。"
        raise RefusedError(msg)
    return name, text_key(name)


def held(session: Session, organization_id: int) -> Organization:
    """An organisation, kept from others until the transaction ends.

    Raises:
        RefusedError: when there is none, or it was merged into another one.
    """
    row = session.exec(
        select(Organization).where(col(Organization.id) == organization_id).with_for_update()
    ).first()
    if row is None:
        raise RefusedError(NOT_FOUND)
    if row.merged_into_id is not None:
        msg = f"“{row.name}”已并入其他党组织，请刷新页面。"
        raise RefusedError(msg)
    return row


def hold(session: Session, organizations: Sequence[int]) -> None:
    """Keep others from merging or deleting these organisations until the transaction ends.

    Raises:
        RefusedError: when one of them was merged or deleted since it was read.
    """
    found = session.exec(
        select(Organization.id)
        .where(col(Organization.id).in_(organizations), col(Organization.merged_into_id).is_(None))
        .order_by(col(Organization.id))
        .with_for_update(read=True)
    ).all()
    if set(found) != set(organizations):
        raise RefusedError("党组织名录刚刚有变化，本次没有写入任何内容，请重试。")


def rename_organization(
    engine: Engine, actor: Actor, organization_id: int, version: int, name: str, *, reason: str
) -> None:
    """Give an organisation a new name; the former one still leads to it.

    Raises:
        RefusedError: for a name that belongs to another organisation, or a missing reason.
        StaleError: when somebody changed it meanwhile.
    """
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    name, key = _checked_name(name)
    reason = _checked_reason(reason, "更名原因")
    try:
        with writing(engine) as session:
            _rename(session, actor, held(session, organization_id), version, (name, key), reason)
    except IntegrityError as error:
        raise RefusedError(_TAKEN) from error


def _rename(
    session: Session, actor: Actor, row: Organization, version: int, new: tuple[str, str], reason: str
) -> None:
    assert row.id is not None
    (name, key), former = new, row.name
    if name == former:
        raise RefusedError("新名称与现名称相同，请核对。")
    known = known_organizations(session, [key]).get(key)
    if known is not None and known.id != row.id:
        msg = f"“{name}”是名录中“{known.name}”的名称或曾用名。如为同一党组织，请用“合并”。"
        raise RefusedError(msg)
    if key != row.name_key:
        session.execute(delete(OrganizationName).where(col(OrganizationName.name_key) == key))
        _add_name(session, actor, row.id, former, reason)
    change_versioned(session, Organization, row.id, version, {"name": name, "name_key": key})
    audit.record(session, actor.username, "党组织更名", former, 原名=former, 新名=name, 原因=reason)


def _checked_reason(reason: str, what: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > 500:
        msg = f"请填写{what}（1至500字）。"
        raise RefusedError(msg)
    return reason


def _add_name(session: Session, actor: Actor, organization_id: int, name: str, reason: str) -> None:
    session.add(
        OrganizationName(
            organization_id=organization_id,
            name=name,
            name_key=text_key(name),
            reason=reason,
            recorded_by=actor.username,
        )
    )
    session.flush()


def add_other_name(engine: Engine, actor: Actor, organization_id: int, name: str, *, reason: str) -> None:
    """Record another spelling under which ledgers name an organisation.

    Raises:
        RefusedError: for a spelling that leads to an organisation already.
    """
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    name, key = _checked_name(name)
    reason = _checked_reason(reason, "说明")
    with writing(engine) as session:
        row = held(session, organization_id)
        if (known := known_organizations(session, [key]).get(key)) is not None:
            msg = f"“{name}”已是“{known.name}”的名称或曾用名，请核对。"
            raise RefusedError(msg)
        _add_name(session, actor, organization_id, name, reason)
        audit.record(session, actor.username, "登记党组织其他写法", row.name, 写法=name, 说明=reason)


def preview_merge(engine: Engine, actor: Actor, source_id: int, target_id: int) -> MergePlan:
    """What merging one organisation into another would move."""
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    with reading(engine) as session:
        plan = _merge_plan(session, source_id, target_id)
        session.expunge_all()
        return plan


def merge_organizations(
    engine: Engine, actor: Actor, source_id: int, target_id: int, version: int, *, reason: str
) -> None:
    """Move everything that hangs on the source to the target; its names lead to the target from now on.

    Raises:
        RefusedError: when both are in one round or both had a principal at the same time.
        StaleError: when the source was changed since the preview.
    """
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    reason = _checked_reason(reason, "合并原因")
    with writing(engine) as session:
        plan = _merge_plan(session, source_id, target_id)
        if plan.obstacle:
            raise RefusedError(plan.obstacle)
        source, target = plan.source.name, plan.target.name
        for column in references("organization"):
            session.execute(update(column.table).where(column == source_id).values({column: target_id}))
        merged = {
            # No name has a space in its key: the row gives its name away and keeps its identity.
            "name_key": f"merged {source_id}",
            "merged_into_id": target_id,
            "archived_at": now(),
        }
        change_versioned(session, Organization, source_id, version, merged)
        _add_name(session, actor, target_id, source, f"合并：{reason}")
        audit.record(session, actor.username, "合并党组织", target, 并入=source, 原因=reason, 转移=plan.words)


def _merge_plan(session: Session, source_id: int, target_id: int) -> MergePlan:
    if source_id == target_id:
        raise RefusedError("请选择另一个党组织，不能与自身合并。")
    first, second = (held(session, number) for number in sorted((source_id, target_id)))
    source, target = (first, second) if first.id == source_id else (second, first)
    in_both = session.exec(
        select(Round.name)
        .join(Inspection, col(Inspection.round_id) == Round.id)
        .where(col(Inspection.organization_id).in_((source_id, target_id)))
        .group_by(col(Round.id))
        .having(func.count(col(Inspection.id)) > 1)
        .order_by(col(Round.feedback_date))
    ).all()
    tenures = session.exec(
        select(Tenure).where(col(Tenure.organization_id).in_((source_id, target_id)))
    ).all()
    own = [one for one in tenures if one.organization_id == source_id]
    others = [one for one in tenures if one.organization_id == target_id]
    clashes = tuple(one.name for one in own if any(overlap(one, other) for other in others))
    moves = hanging(session, "organization", [source_id])
    return MergePlan(source, target, moves, tuple(in_both), clashes)


def archive_organization(engine: Engine, actor: Actor, organization_id: int, version: int) -> None:
    """Put an organisation away: it stays readable, but is no longer offered."""
    _set_archived(engine, actor, organization_id, version, away=True)


def restore_organization(engine: Engine, actor: Actor, organization_id: int, version: int) -> None:
    """Take an archived organisation back into the directory."""
    _set_archived(engine, actor, organization_id, version, away=False)


def _set_archived(engine: Engine, actor: Actor, organization_id: int, version: int, *, away: bool) -> None:
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    with writing(engine) as session:
        row = held(session, organization_id)
        name = row.name
        if (row.archived_at is not None) is away:
            msg = f"“{name}”{'已经归档' if away else '没有归档'}，请刷新页面。"
            raise RefusedError(msg)
        values = {"archived_at": now() if away else None}
        change_versioned(session, Organization, organization_id, version, values)
        audit.record(session, actor.username, "归档党组织" if away else "恢复党组织", name)


def delete_organization(engine: Engine, actor: Actor, organization_id: int) -> None:
    """Delete an organisation on which nothing hangs; its former names go with it.

    Raises:
        RefusedError: saying what hangs on it, and that it can be archived instead.
    """
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    try:
        with writing(engine) as session:
            row = held(session, organization_id)
            name = row.name
            if found := hanging(session, "organization", [organization_id], but=("organization_name",)):
                raise RefusedError(_hangs_on(name, in_words("organization", found)))
            session.execute(
                delete(OrganizationName).where(col(OrganizationName.organization_id) == organization_id)
            )
            session.execute(delete(Organization).where(col(Organization.id) == organization_id))
            audit.record(session, actor.username, "删除党组织", name)
    except IntegrityError as error:
        raise RefusedError(_hangs_on(name, "他人刚刚登记的数据")) from error


def _hangs_on(name: str, what: str) -> str:
    return f"“{name}”名下有{what}，不能删除。不再使用的，请归档。"


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of the directory and how many the search found in all."""

    rows: tuple[OrganizationRow, ...]
    total: int


def read_directory(
    engine: Engine, actor: Actor, text: str, today: date, *, archived: bool = False, page: int = 1, size: int
) -> Directory:
    """A page of the organisations whose present or former names hold the text."""
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    with reading(engine) as session:
        total = directory_total(session, text, archived=archived)
        page = max(1, min(page, -(-total // size)))
        return Directory(directory(session, text, today, archived=archived, page=page, size=size), total)


def read_selectable(engine: Engine, actor: Actor) -> dict[int, str]:
    """The organisations that can be chosen now, by number."""
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    with reading(engine) as session:
        return selectable(session)


@dataclass(frozen=True, slots=True)
class OrganizationCard:
    """Everything about one organisation that the directory shows and changes."""

    organization: Organization
    names: tuple[OrganizationName, ...]
    tenures: tuple[Tenure, ...]


def read_organization_card(engine: Engine, actor: Actor, organization_id: int) -> OrganizationCard | None:
    """One organisation with its names and principals, the latest first; None where there is none."""
    demand(actor, UseCase.MANAGE_ORGANIZATIONS)
    with reading(engine) as session:
        row = session.get(Organization, organization_id)
        if row is None:
            return None
        names = session.exec(
            select(OrganizationName)
            .where(col(OrganizationName.organization_id) == organization_id)
            .order_by(col(OrganizationName.id).desc())
        ).all()
        tenures = session.exec(
            select(Tenure)
            .where(col(Tenure.organization_id) == organization_id)
            .order_by(col(Tenure.started_on).desc())
        ).all()
        session.expunge_all()
        return OrganizationCard(row, tuple(names), tuple(tenures))
