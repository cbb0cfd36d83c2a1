"""Signing in and out as a person sees it, against the launcher's own server."""

import re
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE, Server, Visitor, sign_in, wait_ready
from xczg.access import cookie
from xczg.rules.values import Role

Visit = Callable[..., Visitor]


def visible_words(visitor: Visitor) -> str:
    """The text on screen, without Streamlit's icons, which are ligatures of English words."""
    shown = visitor.page.get_by_test_id("stApp").inner_text()
    icons = visitor.page.get_by_test_id("stIconMaterial").all_inner_texts()
    for hidden in (*icons, "Skip to main content"):
        shown = shown.replace(hidden, "")
    return shown


def form_of(visitor: Visitor) -> Locator:
    return visitor.page.locator(".st-key-sign-in-page").get_by_label("用户名", exact=True)


def cookie_of(visitor: Visitor) -> dict | None:
    return next((kept for kept in visitor.context.cookies() if kept["name"] == cookie.NAME), None)


def test_a_deep_link_first_after_a_restart_shows_the_sign_in_form_only(server: Server, visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto(f"{server.address}/accounts")
    wait_ready(visitor.page)

    shown = visible_words(visitor)
    assert "巡察整改评估和问责系统" in shown
    assert "严禁录入、上传涉密信息" in shown
    assert "账号权限" not in shown
    assert not re.findall(r"[A-Za-z]{2,}", shown)
    button = visitor.page.get_by_role("button", name="登录", exact=True).bounding_box()
    field = form_of(visitor).bounding_box()
    assert button["width"] >= field["width"], "as wide as the form"
    assert visitor.console_errors == [], "the font of the icons too is there before anybody signs in"
    assert visitor.page.get_by_role("dialog").count() == 0


def test_sign_in_reload_sign_out(server: Server, visit: Visit) -> None:
    username, password = server.account(Role.ADMIN)
    visitor = visit()
    page = visitor.page
    page.goto(f"{server.address}/accounts")
    wait_ready(page)
    sign_in(page, username, password)

    expect(page.get_by_role("heading", name="账号权限")).to_be_visible()
    expect(page.get_by_label("密码", exact=True)).to_have_count(0)
    kept = cookie_of(visitor)
    assert kept is not None
    assert kept["sameSite"] == "Strict"

    page.reload()
    wait_ready(page)
    expect(page.get_by_role("heading", name="账号权限")).to_be_visible()

    page.get_by_role("button", name="退出", exact=True).click()
    expect(form_of(visitor)).to_be_visible()
    wait_ready(page)
    assert "账号权限" not in visible_words(visitor)
    assert cookie_of(visitor) is None

    page.reload()
    wait_ready(page)
    expect(form_of(visitor)).to_be_visible()

    thief = visit()
    thief.context.add_cookies([kept])
    thief.page.goto(f"{server.address}/accounts")
    wait_ready(thief.page)
    expect(form_of(thief)).to_be_visible()
    assert "账号权限" not in visible_words(thief)

    for seen in (visitor, thief):
        assert seen.console_errors == []
        assert [url for url in seen.requests if not url.startswith((server.address, "data:", "blob:"))] == []
    assert "Traceback" not in server.log


def test_a_session_survives_a_restart_of_the_server_by_its_cookie(server: Server, visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto(server.address)
    wait_ready(visitor.page)
    sign_in(visitor.page, *server.account(Role.ADMIN))
    server.restart()

    visitor.page.goto(f"{server.address}/accounts")
    wait_ready(visitor.page)

    expect(visitor.page.get_by_role("heading", name="账号权限")).to_be_visible()
    assert visitor.page.get_by_role("dialog").count() == 0


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(server: Server, visit: Visit) -> None:
    username, _ = server.account(Role.ADMIN)
    for name in (username, "nobody"):
        visitor = visit()
        visitor.page.goto(server.address)
        wait_ready(visitor.page)
        sign_in(visitor.page, name, "not-the-password")
        expect(visitor.page.get_by_text("用户名或密码不正确，或账号已停用。")).to_be_visible()


def test_an_address_of_somebody_elses_page_says_who_can(server: Server, visit: Visit) -> None:
    visitor = visit(PHONE)
    page = visitor.page
    page.goto(f"{server.address}/rounds")
    wait_ready(page)
    sign_in(page, *server.account(Role.ADMIN))
    expect(page.get_by_text("您没有管理轮次的权限")).to_be_visible()
    assert page.get_by_role("dialog").count() == 0

    page.goto(f"{server.address}/nowhere")
    wait_ready(page)
    expect(page.get_by_text("没有这个页面")).to_be_visible()
    assert page.get_by_role("dialog").count() == 0


def test_the_server_tells_its_address_in_chinese_and_nothing_in_english(server: Server) -> None:
    assert f"系统地址：{server.address}（按Ctrl+C停止）" in server.log
    assert "Streamlit" not in server.log
    assert "browser" not in server.log


def test_headers_and_closed_addresses(server: Server) -> None:
    with urllib.request.urlopen(server.address, timeout=5) as answer:
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
    for closed in ("_stcore/metrics", "_stcore/agent/openapi.json"):
        with pytest.raises(urllib.error.HTTPError, match="404") as refusal:
            urllib.request.urlopen(f"{server.address}/{closed}", timeout=5)
        assert refusal.value.headers["Content-Security-Policy"]
        refusal.value.close()
