"""The gate in front of every page: what is drawn, for whom, and when a change takes effect."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from tests.office import Office, words
from xczg.access import cookie
from xczg.access.accounts import find_account, revoke, set_active
from xczg.access.gate import ENDED
from xczg.access.sign_in import MISSING, REFUSED
from xczg.rules.values import Role
from xczg.store.engine import writing
from xczg.store.settings import PROJECT
from xczg.store.tables import now

ACCOUNTS = "system/accounts.py"
BALLOT = "scoring/ballot.py"  # the one page for strangers: tests/pages/test_assessment.py
PAGES = sorted(
    {str(file.relative_to(PROJECT / "pages")) for file in (PROJECT / "pages").glob("*/*.py")} - {BALLOT}
)


def shows_accounts(test: AppTest) -> bool:
    return any(title.value == "账号权限" for title in test.title)


def asks_to_sign_in(test: AppTest) -> bool:
    return "密码" in [field.label for field in test.text_input] and not shows_accounts(test)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_run_without_app_shows_nothing_to_a_stranger(app: Office, page: str) -> None:
    test = app.session(None, page).run()
    assert not test.exception
    assert words(test).strip() == "请先登录。"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_run_without_app_shows_nothing_to_the_revoked(app: Office, page: str) -> None:
    test = app.session(Role.ADMIN, page)
    app.change("admin", revoked_at=now())
    test.run()
    assert words(test).strip() == "请先登录。"


def test_a_page_run_without_app_still_asks_for_the_permission(app: Office) -> None:
    test = app.session(Role.OFFICE, ACCOUNTS).run()
    assert words(test).strip() == "您没有管理账号的权限，如需办理请联系：系统管理员。"
    assert shows_accounts(app.session(Role.ADMIN, ACCOUNTS).run())


def test_a_stranger_gets_the_sign_in_page_with_its_warnings(app: Office) -> None:
    test = app.session(None).run()
    assert not test.exception
    assert asks_to_sign_in(test)
    assert "巡察整改评估和问责系统" in words(test)
    assert "本系统为非涉密内部系统，严禁录入、上传涉密信息" in words(test)
    assert "不得录入被反映人姓名及问题线索、信访事项具体内容" in words(test)


def test_the_form_signs_in_and_says_plainly_what_is_wrong(app: Office) -> None:
    app.account(Role.ADMIN)
    test = app.session(None).run()
    test.button[0].click().run()
    assert [error.value for error in test.error] == [MISSING]
    test.text_input[0].input("admin")
    test.text_input[1].input("wrong")
    test.button[0].click().run()
    assert [error.value for error in test.error] == [REFUSED]

    test.text_input[0].input("ADMIN ")
    test.text_input[1].input(app.passwords["admin"])
    test.button[0].click().run()
    assert not test.exception
    assert shows_accounts(test)


def test_a_revocation_takes_effect_on_the_next_click(app: Office) -> None:
    test = app.open(Role.ADMIN)
    assert shows_accounts(test)
    with writing(app.engine) as session:
        revoke(session, "admin", actor="test")
    test.run()
    assert asks_to_sign_in(test)
    assert [note.value for note in test.info] == [ENDED]
    test.run()
    assert asks_to_sign_in(test)


def test_a_disabled_account_is_out_on_the_next_click(app: Office) -> None:
    test = app.open(Role.ADMIN)
    with writing(app.engine) as session:
        set_active(session, actor="test", username="admin", active=False)
    assert asks_to_sign_in(test.run())


def test_a_session_lasts_no_longer_than_its_cookie(app: Office) -> None:
    """Else a page would go on for somebody whose downloads are refused."""
    test = app.open(Role.ADMIN)
    since = test.session_state["xczg_signed_in_at"]
    test.session_state["xczg_signed_in_at"] = since - cookie.LIFE + timedelta(minutes=1)
    assert shows_accounts(test.run())
    test.session_state["xczg_signed_in_at"] = since - cookie.LIFE
    assert asks_to_sign_in(test.run())


def test_a_deleted_account_is_out_on_the_next_click(app: Office) -> None:
    test = app.open(Role.ADMIN)
    app.change("admin", username="somebody-else")
    assert asks_to_sign_in(test.run())


def test_a_changed_role_takes_effect_on_the_next_click(app: Office) -> None:
    test = app.open(Role.ADMIN)
    app.change("admin", role=Role.LEADER)
    test.run()
    assert not shows_accounts(test)
    assert not asks_to_sign_in(test)
    test = app.session(Role.ADMIN, ACCOUNTS).run()
    assert words(test).startswith("您没有管理账号的权限")


def test_signing_out_ends_every_session_of_the_account(app: Office) -> None:
    here, there = app.open(Role.ADMIN), app.open(Role.ADMIN)
    here.button(key="sign-out").click().run()
    assert not shows_accounts(here)
    assert asks_to_sign_in(here.run())
    assert asks_to_sign_in(there.run())


def test_signing_out_before_the_cookie_is_set(app: Office) -> None:
    app.account(Role.ADMIN)
    test = app.session(None).run()
    test.text_input[0].input("admin")
    test.text_input[1].input(app.passwords["admin"])
    test.button[0].click().run()
    test.button(key="sign-out").click().run()
    assert not test.exception
    assert asks_to_sign_in(test.run())


@pytest.mark.parametrize("role", list(Role))
def test_everybody_arrives_somewhere(app: Office, role: Role) -> None:
    test = app.open(role)
    assert not test.warning
    assert f"（{role.label}）" in words(test)


def test_a_signed_in_run_asks_the_database_who_it_is_once(app: Office) -> None:
    from xczg.access.runtime import runtime

    test = app.open(Role.DEPARTMENT)
    statements: list[str] = []
    event.listen(
        runtime().engine, "before_cursor_execute", lambda *given: statements.append(given[2]), named=False
    )
    test.run()
    assert len([text for text in statements if text.startswith("SELECT")]) == 1


def test_the_administrator_makes_and_stops_an_account(app: Office) -> None:
    test = app.open(Role.ADMIN)
    test.text_input(key="new_username").input("Wang.Wu")
    test.text_input(key="new_name").input("王五")
    test.selectbox(key="new_role").select(Role.TEAM).run()
    test.number_input(key="new_team").set_value(2)
    test.button(key="add").click().run()
    assert not test.exception
    said = [note.value.replace("\\", "") for note in test.success]
    assert said == ["已新增账号王五（wang.wu），一次性密码："]
    password = test.code[0].value
    assert list(test.dataframe[0].value["数据范围"]) == ["无业务数据", "市委第二巡察组"]
    assert password not in words(test.run()), "shown once"
    assert not test.code

    test.session_state["accounts_table"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    test.run()
    test.button(key="toggle").click().run()
    assert not test.exception
    known = find_account(app.engine, "wang.wu")
    assert known is not None
    assert not known.accepts(datetime.now(UTC))
    assert list(test.dataframe[0].value["状态"]) == ["正常", "已停用"]
