"""Versions of the rulebook: read, compare, confirm open points, change into a new version (R19, R20)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.rulebook_sheets import annexes_workbook, read_annexes
from xczg.exchange.rulebook_toml import changed_toml
from xczg.exchange.wrong_file import WrongFileError
from xczg.rules.rulebook import Rulebook, RulebookError, checksum, newest, parse_rulebook
from xczg.rules.rulebook_changes import differences, same_value
from xczg.services.open_points import checked, confirm
from xczg.services.results import read_rulebook
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import OpenPointConfirmation, Round, RulebookVersion


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who confirmed one open point, when and on what basis."""

    confirmed_on: date
    basis: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version; `id` is None for the file that ships and that no round uses yet."""

    id: int | None
    version: int
    rulebook: Rulebook
    parent_id: int | None
    reason: str
    stored_by: str
    stored_at: datetime | None
    rounds: tuple[str, ...]
    confirmations: Mapping[str, Confirmation]

    @property
    def label(self) -> str:
        """第2版（三门峡……办法）."""
        return f"第{self.version}版　{self.rulebook.name.value}"

    @property
    def waiting(self) -> tuple[str, ...]:
        """The open points nobody confirmed yet."""
        return tuple(key for key in self.rulebook.open_points() if key not in self.confirmations)


def list_versions(engine: Engine, actor: Actor, rulebooks: Path) -> list[VersionRow]:
    """All versions, the newest first; while none is stored, the file that ships.

    The rounds bound to a version are told to those who may see rounds at all.
    """
    demand(actor, UseCase.VIEW_RULEBOOK)
    with reading(engine) as session:
        stored = session.exec(select(RulebookVersion).order_by(col(RulebookVersion.id).desc())).all()
        bound = select(Round.rulebook_version_id, Round.name).order_by(col(Round.id))
        rounds = session.exec(bound).all() if actor.may(UseCase.VIEW_OVERVIEW) else ()
        confirmed = session.exec(select(OpenPointConfirmation)).all()
    if not stored:
        return [VersionRow(None, 1, _shipped(rulebooks)[0], None, "", "", None, (), {})]
    return [_row(one, rounds, confirmed) for one in stored]


def _row(
    one: RulebookVersion, rounds: Sequence[tuple[int, str]], confirmed: Sequence[OpenPointConfirmation]
) -> VersionRow:
    mine = [row for row in confirmed if row.rulebook_version_id == one.id]
    return VersionRow(
        id=one.id,
        version=one.version,
        rulebook=read_rulebook(one.content),
        parent_id=one.parent_id,
        reason=one.reason,
        stored_by=one.stored_by,
        stored_at=one.stored_at,
        rounds=tuple(name for key, name in rounds if key == one.id),
        confirmations={
            row.point: Confirmation(row.confirmed_on, row.basis, row.confirmed_by) for row in mine
        },
    )


def _shipped(rulebooks: Path) -> tuple[Rulebook, str]:
    try:
        content = newest(rulebooks).read_text("utf-8")
        return parse_rulebook(content), content
    except RulebookError as error:
        raise RefusedError(str(error)) from error


def confirm_points(  # noqa: PLR0913  the fields of the form
    engine: Engine,
    actor: Actor,
    version_id: int | None,
    points: Sequence[str],
    *,
    confirmed_on: date,
    basis: str,
    today: date,
    rulebooks: Path,
) -> int:
    """Record the office's confirmation of some open points, once each; returns how many were new.

    Raises:
        RefusedError: without a basis, for a date to come, or a point that is not open in this version.
    """
    demand(actor, UseCase.CONFIRM_OPEN_POINTS)
    given = checked(confirmed_on, basis, today)
    with writing(engine) as session:
        version = _stored(session, actor, version_id, rulebooks)
        return len(confirm(session, actor, version, given, points))


def save_version(
    engine: Engine,
    actor: Actor,
    parent_id: int | None,
    changes: Mapping[str, Any],
    *,
    reason: str,
    rulebooks: Path,
) -> int:
    """Make a new version out of another one; rounds keep the version they are bound to (R20).

    What the office entered waits for no confirmation; those of unchanged points are taken over.

    Raises:
        RefusedError: without a reason, when nothing would change, or naming the value that is not valid.
    """
    demand(actor, UseCase.EDIT_RULEBOOK)
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise RefusedError("请填写修改理由（500字以内），将随新版本保存。")
    with writing(engine) as session:
        parent = _stored(session, actor, parent_id, rulebooks)
        old = read_rulebook(parent.content)
        wanted = {key: value for key, value in changes.items() if dict(old.values())[key].value != value}
        if not wanted:
            raise RefusedError("没有任何改动，未生成新版本。")
        content = changed_toml(parent.content, wanted)
        try:
            new = parse_rulebook(content)
        except RulebookError as error:
            raise RefusedError(str(error)) from error
        stored = _add(session, actor, new.id, content, parent_id=parent.id, reason=reason)
        _take_over(session, parent, stored, old, new)
        changed = {one.title: f"{one.old}→{one.new}"[:300] for one in differences(old, new)}
        audit.record(session, actor.username, "生成制度新版本", f"{new.id}第{stored.version}版", **changed)
        assert stored.id is not None
        return stored.id


def export_annexes(engine: Engine, actor: Actor, version: VersionRow) -> bytes:
    """Annexes 1 and 2 of a version as a workbook."""
    demand(actor, UseCase.VIEW_RULEBOOK)
    with writing(engine) as session:
        audit.record(session, actor.username, "导出附件", version.label)
    return annexes_workbook(version.rulebook)


def annexes_of(content: bytes, name: str, version: VersionRow) -> dict[str, tuple[Any, ...]]:
    """The annexes of an uploaded workbook, to be shown before a new version is made of them.

    Raises:
        RefusedError: naming sheet, row and column of the first fault.
    """
    try:
        return read_annexes(content, name, version.rulebook)
    except WrongFileError as error:
        raise RefusedError(str(error)) from error


def _stored(session: Session, actor: Actor, version_id: int | None, rulebooks: Path) -> RulebookVersion:
    """A stored version; the file that ships is stored the moment somebody confirms or changes it."""
    if version_id is not None:
        found = session.get(RulebookVersion, version_id)
        if found is None:
            raise RefusedError("没有找到这个版本，请刷新页面。")
        return found
    rulebook, content = _shipped(rulebooks)
    known = session.exec(
        select(RulebookVersion).where(col(RulebookVersion.checksum) == checksum(content))
    ).first()
    return known or _add(session, actor, rulebook.id, content, parent_id=None, reason="随系统提供")


def _add(
    session: Session, actor: Actor, key: str, content: str, *, parent_id: int | None, reason: str
) -> RulebookVersion:
    if session.exec(
        select(RulebookVersion.id).where(col(RulebookVersion.checksum) == checksum(content))
    ).first():
        raise RefusedError("已有内容完全相同的版本，不必重复生成。")
    last = session.exec(
        select(func.max(col(RulebookVersion.version))).where(col(RulebookVersion.key) == key)
    ).one()
    stored = RulebookVersion(
        key=key,
        version=(last or 0) + 1,
        content=content,
        checksum=checksum(content),
        parent_id=parent_id,
        reason=reason,
        stored_by=actor.username,
    )
    session.add(stored)
    session.flush()
    return stored


def _take_over(
    session: Session, parent: RulebookVersion, stored: RulebookVersion, old: Rulebook, new: Rulebook
) -> None:
    still_open = new.open_points()
    for row in session.exec(
        select(OpenPointConfirmation).where(col(OpenPointConfirmation.rulebook_version_id) == parent.id)
    ).all():
        if row.point in still_open and same_value(row.point, old, new):
            session.add(
                OpenPointConfirmation(
                    rulebook_version_id=stored.id or 0,
                    point=row.point,
                    confirmed_on=row.confirmed_on,
                    basis=row.basis,
                    confirmed_by=row.confirmed_by,
                )
            )
