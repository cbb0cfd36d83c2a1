"""Signing in: the password, the lock-out after failures, and what is written down about both.

Nothing here tells whether a name exists. The lock-out counts the attempts made with a *name*, in the
table of attempts, whether or not an account has it; unknown, inactive and wrong take one bcrypt each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, text
from sqlmodel import Session, col, select

from xczg.access.accounts import is_username
from xczg.access.passwords import matches
from xczg.store.audit import record
from xczg.store.engine import writing
from xczg.store.tables import Account, SignInAttempt, now

MISSING = "请输入用户名和密码。"
REFUSED = "用户名或密码不正确，或账号已停用。"
LOCKED = "尝试次数过多，请稍后再试。"

FAILURES_ALLOWED = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(minutes=30)
MEMORY = timedelta(hours=24)
_MALFORMED = "（格式不符）"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The outcome: the account's name and the moment, or the sentence that says why not."""

    username: str | None
    at: datetime
    message: str = ""


def lock_time(failures: int) -> timedelta:
    """How long a name is locked after so many failures in a row: 1, 2, 4 … at most 30 minutes."""
    if failures < FAILURES_ALLOWED:
        return timedelta()
    factor: int = 2 ** min(failures - FAILURES_ALLOWED, 10)
    return min(FIRST_LOCK * factor, LONGEST_LOCK)


def sign_in(engine: Engine, username: str, password: str, *, at: datetime | None = None) -> SignIn:
    """Try a name and a password, and write down the attempt.

    The attempt is counted as a failure *before* the password is compared, in a short transaction of its
    own, so that a hundred tries at once are not a hundred guesses.
    """
    at = at or now()
    username = username.strip().lower()
    if not username or not password.strip():
        return SignIn(None, at, MISSING)
    if not is_username(username):
        # A password typed into the wrong field must not end up in the log.
        username = _MALFORMED
    attempt = _begin(engine, username, at)
    if attempt is None:
        return SignIn(None, at, LOCKED)
    active, password_hash = _secret(engine, username)
    fits = matches(password, password_hash) and active
    _finish(engine, attempt, username, at, fits=fits)
    return SignIn(username, at) if fits else SignIn(None, at, REFUSED)


def _begin(engine: Engine, username: str, at: datetime) -> int | None:
    """Count the attempt; None when the name is locked, which prolongs nothing."""
    with writing(engine) as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection().execute(
                text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": "sign-in " + username}
            )
        failures, last = _failures(session, username, at)
        locked = username != _MALFORMED and _is_locked(failures, last, at)
        attempt = SignInAttempt(username=username, outcome="locked" if locked else "failed", attempted_at=at)
        session.add(attempt)
        session.flush()
        _mirror(session, username, failures + (not locked), last if locked else at)
        return None if locked else attempt.id


def _is_locked(failures: int, last: datetime | None, at: datetime) -> bool:
    """Below the limit never: of two tries at once the earlier may come to the table second."""
    lock = lock_time(failures)
    return bool(lock) and last is not None and at < last + lock


def _failures(session: Session, username: str, at: datetime) -> tuple[int, datetime | None]:
    """Failures since the last success or reset within a day, and the moment of the latest."""
    mine = col(SignInAttempt.username) == username
    reset = select(func.coalesce(func.max(SignInAttempt.id), 0)).where(
        mine, col(SignInAttempt.outcome).in_(("success", "reset"))
    )
    query = select(func.count(), func.max(SignInAttempt.attempted_at)).where(
        mine,
        col(SignInAttempt.outcome) == "failed",
        col(SignInAttempt.attempted_at) > at - MEMORY,
        col(SignInAttempt.id) > reset.scalar_subquery(),
    )
    count, last = session.exec(query).one()
    return count, last


def _mirror(session: Session, username: str, failures: int, last: datetime | None) -> None:
    """Show the state of the lock-out on the account, for the page of accounts."""
    account = session.exec(select(Account).where(Account.username == username)).first()
    if account is None:
        return
    account.failures = failures
    locked = lock_time(failures)
    account.locked_until = last + locked if last and locked else None


def _secret(engine: Engine, username: str) -> tuple[bool, str | None]:
    with Session(engine) as session:
        query = select(Account.active, Account.password_hash).where(Account.username == username)
        return session.exec(query).first() or (False, None)


def _finish(engine: Engine, attempt_id: int, username: str, at: datetime, *, fits: bool) -> None:
    with writing(engine) as session:
        if not fits:
            record(session, username, "登录失败", username)
            return
        session.get_one(SignInAttempt, attempt_id).outcome = "success"
        account = session.exec(select(Account).where(Account.username == username)).one()
        account.failures, account.locked_until, account.last_sign_in_at = 0, None, at
        record(session, username, "登录", username)
