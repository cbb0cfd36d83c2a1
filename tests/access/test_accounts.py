"""Accounts: what may be entered, what comes into force at once, and that every change leaves a trace."""

import stat
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from xczg.access.accounts import (
    add_account,
    check_password_length,
    choose_password,
    find_account,
    generate_password,
    list_accounts,
    reset_password,
    revoke,
    set_active,
)
from xczg.access.keys import ensure_keys
from xczg.access.passwords import matches
from xczg.access.sign_in import sign_in
from xczg.rules.values import Role
from xczg.store.engine import reading, writing
from xczg.store.settings import Settings
from xczg.store.tables import AuditEntry, Organization


def add(engine: Engine, username: str = "zhang.san", role: Role = Role.OFFICE, **scope: object) -> str:
    with writing(engine) as session:
        return add_account(session, actor="admin", username=username, name="张三", role=role, **scope)


def organization(engine: Engine) -> int:
    with writing(engine) as session:
        made = Organization(name="市水利局党组", name_key="市水利局党组")
        session.add(made)
        session.flush()
        assert made.id is not None
        return made.id


def actions(engine: Engine) -> list[tuple[str, str, str]]:
    with Session(engine) as session:
        entries = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [(entry.actor, entry.action, entry.object) for entry in entries]


def test_a_new_account_signs_in_with_its_one_time_password(engine: Engine) -> None:
    password = add(engine, " Zhang.San ")
    assert sign_in(engine, "ZHANG.SAN", f" {password} ").username == "zhang.san"
    assert ("admin", "新增账号", "zhang.san") in actions(engine)


@pytest.mark.parametrize("username", ["", "a", "张三", "a b", "a" * 41, "a/b", "a@b"])
def test_a_username_is_2_to_40_plain_characters(sqlite_engine: Engine, username: str) -> None:
    with pytest.raises(ValueError, match="用户名须为2至40个字符"):
        add(sqlite_engine, username)


def test_a_username_exists_once(engine: Engine) -> None:
    add(engine)
    with pytest.raises(ValueError, match="已存在"):
        add(engine, "ZHANG.san")


@pytest.mark.parametrize(
    ("role", "scope", "sentence"),
    [
        (Role.TEAM, {}, "角色“市委巡察组”须填写巡察组序号"),
        (Role.TEAM, {"team": 0}, "巡察组序号须为1"),
        (Role.ORGANIZATION, {}, "角色“被巡察党组织”须填写所属党组织"),
        (Role.ORGANIZATION, {"organization_id": 999}, "所选党组织不存在"),
        (Role.DEPARTMENT, {"department": " "}, "角色“职能部门”须填写职能部门名称"),
        (Role.OFFICE, {"team": 1}, "角色“市委巡察办”不填写巡察组序号"),
        (Role.LEADER, {"department": "市财政局"}, "角色“市领导”不填写职能部门名称"),
    ],
)
def test_role_and_scope_fit_together(
    sqlite_engine: Engine, role: Role, scope: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        add(sqlite_engine, role=role, **scope)


def test_find_account_says_role_and_scope_of_this_moment(engine: Engine) -> None:
    add(engine, "shuili", Role.ORGANIZATION, organization_id=organization(engine))
    add(engine, "team-3", Role.TEAM, team=3)
    with reading(engine) as session:
        scopes = {row.username: row.scope for row in list_accounts(session)}
    assert scopes == {"shuili": "市水利局党组", "team-3": "市委第三巡察组"}
    known = find_account(engine, "team-3")
    assert known is not None
    assert (known.actor.roles, known.actor.team) == ({Role.TEAM}, 3)
    assert find_account(engine, "nobody") is None


def test_disabling_reset_and_revocation_end_every_earlier_session(engine: Engine) -> None:
    add(engine)
    for act in (
        lambda session: set_active(session, actor="admin", username="zhang.san", active=False),
        lambda session: set_active(session, actor="admin", username="zhang.san", active=True),
        lambda session: reset_password(session, actor="admin", username="zhang.san"),
        lambda session: choose_password(session, username="zhang.san", password="a-password-of-mine"),
        lambda session: revoke(session, "zhang.san", actor="admin"),
    ):
        before = datetime.now(UTC)
        with writing(engine) as session:
            act(session)
        known = find_account(engine, "zhang.san")
        assert known is not None
        if known.revoked_at is not None and known.revoked_at >= before:
            assert not known.accepts(before)
            assert known.accepts(datetime.now(UTC)) is known.active
    assert [action for _, action, _ in actions(engine)] == [
        "新增账号", "停用账号", "启用账号", "重置密码", "修改密码", "强制退出",
    ]  # fmt: skip


def test_enabling_again_revives_no_old_session(engine: Engine) -> None:
    add(engine)
    before = datetime.now(UTC)
    for active in (False, True):
        with writing(engine) as session:
            set_active(session, actor="admin", username="zhang.san", active=active)
    known = find_account(engine, "zhang.san")
    assert known is not None
    assert not known.accepts(before)


def test_a_reset_gives_a_new_password_and_ends_a_lock(engine: Engine) -> None:
    old = add(engine)
    for _ in range(6):
        sign_in(engine, "zhang.san", "wrong")
    with writing(engine) as session:
        new = reset_password(session, actor="admin", username="zhang.san")
    assert sign_in(engine, "zhang.san", old).username is None
    assert sign_in(engine, "zhang.san", new).username == "zhang.san"


@pytest.mark.parametrize("password", ["短", "a" * 11, " " * 20, "密" * 25, "a" * 73])
def test_a_chosen_password_has_12_characters_and_at_most_72_bytes(password: str) -> None:
    with pytest.raises(ValueError, match="密码"):
        check_password_length(password)


@pytest.mark.parametrize("password", ["a" * 12, "密" * 24, "a" * 72])
def test_a_chosen_password_may_be_chinese(password: str) -> None:
    check_password_length(password)


def test_a_generated_password_is_long_enough_and_without_look_alikes() -> None:
    made = {generate_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) >= 14 and not set(password) & set("01lIoO") for password in made)


def test_a_password_longer_than_bcrypt_reads_never_matches(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        add_account(session, actor="admin", username="zhang", name="张三", role=Role.OFFICE)
        choose_password(session, username="zhang", password="a" * 72)
    assert sign_in(sqlite_engine, "zhang", "a" * 73).username is None
    assert sign_in(sqlite_engine, "zhang", "a" * 72).username == "zhang"
    assert not matches("x", None)


def test_keys_are_long_secret_and_made_once(settings: Settings) -> None:
    ensure_keys(settings)
    first = {file.name: file.read_text() for file in settings.keys.iterdir()}
    ensure_keys(settings)
    assert set(first) == {"cookie.key", "server.key"}
    assert first == {file.name: file.read_text() for file in settings.keys.iterdir()}
    for file in settings.keys.iterdir():
        assert len(bytes.fromhex(file.read_text())) >= 32
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
