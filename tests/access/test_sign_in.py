"""Signing in: failures lock a name for a time, and nothing tells whether the name exists."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from xczg.access import cookie
from xczg.access.accounts import add_account, set_active
from xczg.access.sign_in import LOCKED, MISSING, REFUSED, lock_time, sign_in
from xczg.rules.values import Role
from xczg.store.engine import writing
from xczg.store.tables import Account, AuditEntry, SignInAttempt

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def password(engine: Engine) -> str:
    with writing(engine) as session:
        return add_account(session, actor="admin", username="zhang", name="张三", role=Role.OFFICE)


def tries(engine: Engine, username: str, *minutes: float, password: str = "wrong") -> list[str]:
    return [
        sign_in(engine, username, password, at=START + timedelta(minutes=minute)).message
        for minute in minutes
    ]


def test_the_right_password_signs_in_and_is_written_down(engine: Engine, password: str) -> None:
    outcome = sign_in(engine, "zhang", password, at=START)
    assert (outcome.username, outcome.at, outcome.message) == ("zhang", START, "")
    with Session(engine) as session:
        assert [attempt.outcome for attempt in session.exec(select(SignInAttempt))] == ["success"]
        assert session.exec(select(Account.last_sign_in_at)).one() == START
        assert session.exec(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "登录"


def test_the_lock_doubles_from_one_minute_to_thirty() -> None:
    minutes = [lock_time(failures) / timedelta(minutes=1) for failures in range(3, 13)]
    assert minutes == [0, 0, 1, 2, 4, 8, 16, 30, 30, 30]
    assert lock_time(10**6) == timedelta(minutes=30)


@pytest.mark.parametrize("username", ["zhang", "nobody"])
@pytest.mark.usefixtures("password")
def test_five_failures_lock_any_name_alike(engine: Engine, username: str) -> None:
    assert tries(engine, username, 0, 0.1, 0.2, 0.3, 0.4) == [REFUSED] * 5
    assert tries(engine, username, 0.5, 1.3) == [LOCKED, LOCKED]
    assert tries(engine, username, 1.5, 2.5, 3.4) == [REFUSED, LOCKED, LOCKED], "the second lock is twice"
    assert tries(engine, username, 3.6) == [REFUSED], "trying while locked prolongs nothing"


def test_the_right_password_is_refused_while_locked_and_taken_afterwards(
    engine: Engine, password: str
) -> None:
    tries(engine, "zhang", *(0,) * 5)
    assert tries(engine, "zhang", 0.5, password=password) == [LOCKED]
    assert tries(engine, "zhang", 1.1, password=password) == [""]
    assert tries(engine, "zhang", 1.2, 1.3, 1.4, 1.5) == [REFUSED] * 4, "success starts the count anew"
    with Session(engine) as session:
        assert session.exec(select(Account.failures)).one() == 4


def test_failures_of_another_day_do_not_count(engine: Engine) -> None:
    tries(engine, "nobody", *(0,) * 6)
    assert tries(engine, "nobody", 24 * 60 + 1, 24 * 60 + 1.1) == [REFUSED] * 2


def test_an_inactive_account_is_told_what_an_unknown_name_is_told(engine: Engine, password: str) -> None:
    with writing(engine) as session:
        set_active(session, actor="admin", username="zhang", active=False)
    assert tries(engine, "zhang", 0, password=password) == tries(engine, "nobody", 0) == [REFUSED]


@pytest.mark.usefixtures("password")
def test_unknown_names_take_as_long_as_known_ones(sqlite_engine: Engine) -> None:
    def seconds(username: str) -> float:
        started = time.perf_counter()
        for _ in range(2):
            sign_in(sqlite_engine, username, "wrong")
        return time.perf_counter() - started

    assert 0.5 < seconds("zhang") / seconds("nobody") < 2


def test_many_tries_at_once_are_not_many_guesses(engine: Engine) -> None:
    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(lambda _: sign_in(engine, "nobody", "wrong").message, range(12)))
    assert told.count(REFUSED) == 5
    assert told.count(LOCKED) == 7


@pytest.mark.parametrize(("username", "given"), [("", "x"), ("zhang", ""), ("zhang", "  "), (" ", "x")])
def test_nothing_entered_is_no_attempt(sqlite_engine: Engine, username: str, given: str) -> None:
    assert sign_in(sqlite_engine, username, given).message == MISSING
    with Session(sqlite_engine) as session:
        assert session.exec(select(SignInAttempt)).all() == []


def test_a_password_typed_as_the_name_does_not_enter_the_log(sqlite_engine: Engine) -> None:
    assert sign_in(sqlite_engine, "My Secret Passphrase!", "x").message == REFUSED
    with Session(sqlite_engine) as session:
        written = [entry.actor + entry.object for entry in session.exec(select(AuditEntry))]
        written += [attempt.username for attempt in session.exec(select(SignInAttempt))]
    assert not [text for text in written if "secret" in text.lower()]


class TestCookie:
    key = "0f" * 32

    def test_it_says_who_and_since_when_for_half_a_day(self) -> None:
        token = cookie.issue(self.key, "zhang", START)
        assert cookie.read(self.key, token, START + timedelta(hours=11)) == cookie.Claim("zhang", START)
        assert cookie.read(self.key, token, START + timedelta(hours=12)) is None

    @pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
    def test_rubbish_says_nothing(self, token: str | None) -> None:
        assert cookie.read(self.key, token, START) is None

    def test_another_key_or_a_moment_to_come_says_nothing(self) -> None:
        assert cookie.read(self.key, cookie.issue("1e" * 32, "zhang", START), START) is None
        late = cookie.issue(self.key, "zhang", START + timedelta(days=3))
        assert cookie.read(self.key, late, START) is None
