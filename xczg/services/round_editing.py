"""Changing a round after it was opened, putting it away, deleting it while it is empty."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.rulebook import Rulebook, RulebookError, checksum, parse_rulebook
from xczg.services.results import read_rulebook, round_row
from xczg.services.rounds import checked_round_name, checked_term, refuse_taken, stored_version
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Round, RulebookVersion, now
from xczg.store.views.hanging import hanging, hanging_on_round, in_words
from xczg.store.views.rounds import RoundRow


@dataclass(frozen=True, slots=True)
class RulebookChoice:
    """A rulebook that a round may be bound to: a stored version, or a file that was never used yet."""

    label: str
    version_id: int | None
    file: str | None


def rulebook_choices(engine: Engine, actor: Actor, rulebooks: Path) -> tuple[RulebookChoice, ...]:
    """Files never used first, the newest of them leading; then the stored versions, newest first.

    A file that is not valid is left out: it cannot be chosen.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    with reading(engine) as session:
        stored = session.exec(select(RulebookVersion).order_by(col(RulebookVersion.id).desc())).all()
        known = {row.checksum for row in stored}
        versions = [
            RulebookChoice(_label(read_rulebook(row.content), f"第{row.version}版"), row.id, None)
            for row in stored
        ]
    return (*_unused_files(rulebooks, known), *versions)


def _unused_files(rulebooks: Path, known: set[str]) -> list[RulebookChoice]:
    found = []
    for path in sorted(rulebooks.glob("*.toml")):
        content = path.read_text("utf-8")
        if checksum(content) in known:
            continue
        try:
            rulebook = parse_rulebook(content)
        except RulebookError:
            continue
        choice = RulebookChoice(_label(rulebook, "尚未使用"), None, path.stem)
        found.append((rulebook.issued_on.value, choice))
    return [choice for _, choice in sorted(found, key=lambda one: one[0], reverse=True)]


def _label(rulebook: Rulebook, which: str) -> str:
    day = rulebook.issued_on.value
    return f"{rulebook.name.value}（{day.year}年{day.month}月{day.day}日印发，{which}）"


def read_work(engine: Engine, actor: Actor, round_id: int) -> str:
    """What work of a round has begun, in words; empty while its rulebook may still be changed."""
    demand(actor, UseCase.MANAGE_ROUNDS)
    with reading(engine) as session:
        return in_words("round", hanging_on_round(session, round_id))


def edit_round(  # noqa: PLR0913  one parameter for each field of the form
    engine: Engine,
    actor: Actor,
    round_id: int,
    version: int,
    *,
    name: str,
    term: str,
    feedback_date: date,
    rulebook: RulebookChoice | None = None,
    rulebooks: Path | None = None,
) -> None:
    """Change a round; without `rulebook` it keeps its own.

    Raises:
        RefusedError: for a name that is taken, a frozen round's feedback date, or another rulebook once
            work has begun, saying which.
        StaleError: when somebody changed the round meanwhile.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    name, term = checked_round_name(name), checked_term(term)
    with writing(engine) as session:
        row = round_row(session, round_id)
        if row.frozen and feedback_date != row.feedback_date:
            msg = f"“{row.name}”的评估结果已经市委同意并冻结，不能再改动反馈日期。"
            raise RefusedError(msg)
        if name != row.name:
            refuse_taken(session, name)
        values = {"name": name, "term": term, "feedback_date": feedback_date}
        if rulebook is not None:
            values["rulebook_version_id"] = _other_rulebook(session, row, rulebook, rulebooks)
        before = {
            "name": row.name,
            "term": row.term,
            "feedback_date": row.feedback_date,
            "rulebook_version_id": row.rulebook_version_id,
        }
        changed = {key: value for key, value in values.items() if value != before[key]}
        change_versioned(session, Round, round_id, version, changed)
        words = {_WORDS[key]: f"{before[key]}→{value}" for key, value in changed.items()}
        audit.record(session, actor.username, "修改轮次", row.name, **words)


_WORDS = {"name": "名称", "term": "届次", "feedback_date": "反馈日期", "rulebook_version_id": "制度版本"}


def _other_rulebook(session: Session, row: RoundRow, rulebook: RulebookChoice, rulebooks: Path | None) -> int:
    wanted = rulebook.version_id
    if wanted is None:
        if rulebooks is None:
            raise RefusedError("请选择制度版本。")
        wanted = stored_version(session, rulebooks / f"{rulebook.file}.toml")
    if wanted != row.rulebook_version_id and (work := hanging_on_round(session, row.id)):
        msg = (
            f"“{row.name}”已有{in_words('round', work)}，工作开始后不能再更换办法版本。"
            "确需适用新版本的，请新建轮次。"
        )
        raise RefusedError(msg)
    return wanted


def archive_round(engine: Engine, actor: Actor, round_id: int, version: int) -> None:
    """Put a round away: it is no longer offered on the pages, nothing of it is lost."""
    _set_archived(engine, actor, round_id, version, away=True)


def restore_round(engine: Engine, actor: Actor, round_id: int, version: int) -> None:
    """Take an archived round back."""
    _set_archived(engine, actor, round_id, version, away=False)


def _set_archived(engine: Engine, actor: Actor, round_id: int, version: int, *, away: bool) -> None:
    demand(actor, UseCase.MANAGE_ROUNDS)
    with writing(engine) as session:
        row = round_row(session, round_id)
        if row.archived is away:
            msg = f"“{row.name}”{'已经归档' if away else '没有归档'}，请刷新页面。"
            raise RefusedError(msg)
        change_versioned(session, Round, round_id, version, {"archived_at": now() if away else None})
        audit.record(session, actor.username, "归档轮次" if away else "恢复轮次", row.name)


def delete_round(engine: Engine, actor: Actor, round_id: int) -> None:
    """Delete a round on which nothing hangs.

    Raises:
        RefusedError: saying what hangs on it, and that it can be archived instead.
    """
    demand(actor, UseCase.MANAGE_ROUNDS)
    try:
        with writing(engine) as session:
            row = round_row(session, round_id)
            if found := hanging(session, "round", [round_id]):
                raise RefusedError(_hangs_on(row.name, in_words("round", found)))
            session.execute(delete(Round).where(col(Round.id) == round_id))
            audit.record(session, actor.username, "删除轮次", row.name)
    except IntegrityError as error:
        raise RefusedError(_hangs_on(row.name, "他人刚刚登记的数据")) from error


def _hangs_on(name: str, what: str) -> str:
    return f"“{name}”名下有{what}，不能删除。不再使用的，请归档。"
