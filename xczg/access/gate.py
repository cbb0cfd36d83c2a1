"""The gate: who is signed in, the sign-in page, and `require`, the first line of every page.

streamlit-authenticator draws the form, keeps the session and handles the cookie. What it lacks is here:
the account is read again on every run, so that a changed role, a disabled account and a revocation take
effect on the next click. Its object is built only while there is a form or a cookie to handle, because
each one puts a component on the page and costs a second run.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st
import streamlit_authenticator as stauth
from sqlalchemy import Engine
from streamlit.runtime.scriptrunner import get_script_run_ctx

from xczg.access import cookie
from xczg.access.accounts import find_account, revoke
from xczg.access.keys import COOKIE_KEY, read_key
from xczg.access.permissions import Actor, PermissionRefusedError, UseCase, demand
from xczg.access.runtime import runtime
from xczg.access.sign_in import MISSING, SignIn, sign_in
from xczg.store.engine import writing
from xczg.store.settings import Settings
from xczg.store.tables import now

TITLE = "巡察整改评估和问责系统"
BANNER = "本系统为非涉密内部系统，严禁录入、上传涉密信息"
BANNER_SIGN_IN = "不得录入被反映人姓名及问题线索、信访事项具体内容"
ENDED = "登录已失效，请重新登录。"

# Whoever casts an anonymous ballot: may do nothing else, sees nothing.
VOTER = Actor("", "匿名投票人", frozenset())

_SINCE = "xczg_signed_in_at"
_RUN = "xczg_run"
_AUTHENTICATOR = "xczg_authenticator"
_COOKIE_TO_SET = "xczg_cookie"
_COOKIE_TO_DELETE = "xczg_cookie_to_delete"
_NOTE = "xczg_sign_in_note"
_DRAFTS = "xczg_drafts"
# Keys of form fields whose values outlive a sign-in that ran out; not for buttons and uploads.
DRAFTED = "field_"
_FORM = "sign-in"
_BUTTON = "登录"
_FIELDS = {"Form name": "登录", "Username": "用户名", "Password": "密码", "Login": _BUTTON}

_STYLE = """<style>
.st-key-sign-in-page { max-width: 26rem; margin: 7vh auto 0; }
.st-key-sign-in-page h1 { padding: 0 0 0.4rem; white-space: nowrap; }
.st-key-sign-in-page [data-testid="InputInstructions"] { display: none; }
.st-key-sign-in-page :is([data-testid="stElementContainer"], [data-testid="stElementContainer"] > div):has(
  > [data-testid="stFormSubmitButton"], > div > [data-testid="stFormSubmitButton"]),
.st-key-sign-in-page [data-testid="stFormSubmitButton"] { width: 100%; }
.st-key-sign-in-page [data-testid="stFormSubmitButton"] button {
  width: 100%; background: #9b1c1c; border-color: #9b1c1c; color: #fff; }
.st-key-sign-in-page [data-testid="stForm"] [data-testid="stElementContainer"]:has(h3) { display: none; }
</style>"""


@dataclass(frozen=True, slots=True)
class _ThisRun:
    """Who was admitted in one run of the script; `run` is an object Streamlit makes anew for each."""

    run: object
    actor: Actor


def signed_in(engine: Engine, settings: Settings) -> Actor | None:
    """Who is signed in; when nobody is, draws the sign-in page and returns None.

    All it draws lies in one container. The page below keeps its place then, whether there is a cookie to
    hand out or not: a widget that moves is mounted anew before its old self goes, which takes the binding
    to the address bar with it.
    """
    with st.container(key="gate"):
        return _gate(engine, settings)


def _gate(engine: Engine, settings: Settings) -> Actor | None:
    actor = _from_session(engine) or _from_cookie(engine, settings)
    cookie_due = _cookie_due()
    authenticator = _authenticator(settings) if actor is None or cookie_due else None
    slot = st.empty()
    if actor is None:
        with slot.container():
            actor = _sign_in_page(engine, authenticator)
        cookie_due = _cookie_due()
    if actor is not None:
        slot.empty()
        _admit(actor)
        if cookie_due is not None:
            _hand_out(cookie_due, authenticator, settings)
    elif _deletion_due():
        _delete_cookie(authenticator)
    return actor


def require(*use_cases: UseCase, ballot_code: str | None = None) -> Actor:
    """Let the page go on for somebody who is signed in and may do all of this; else stop it.

    Safe without app.py having run: it then reads the account itself, one statement. Use what it returns
    in this run only; a fragment or a callback asks again.

    With `ballot_code` — a text, perhaps still empty — the page is the anonymous ballot: whoever comes is
    let in as nobody, without role or scope, and no account is looked up even if there is one. The code
    itself is checked by the service that counts the ballot.
    """
    if ballot_code is not None and not use_cases:
        return VOTER
    actor = _admitted() or _from_session(runtime().engine)
    if actor is None:
        st.warning("请先登录。")
        st.html('<a href="./" target="_self">打开登录页</a>')
        st.stop()
    _admit(actor)
    try:
        for use_case in use_cases:
            demand(actor, use_case)
    except PermissionRefusedError as refusal:
        st.warning(str(refusal))
        st.stop()
    return actor


def sign_out_button() -> None:
    """A button that ends every session and cookie of the account, and this page with them."""
    if not st.button("退出", key="sign-out", type="tertiary"):
        return
    actor = _admitted()
    shared = runtime()
    if actor is not None:
        with writing(shared.engine) as session:
            revoke(session, actor.username, action="退出登录")
    authenticator = _authenticator(shared.settings)
    authenticator.cookie_controller.delete_cookie = lambda: None
    authenticator.logout(location="unrendered")
    _forget()
    st.session_state[_COOKIE_TO_DELETE] = True
    _delete_cookie(authenticator)
    # The cookie component answers with a run of its own; st.rerun() here would lose the deletion.
    st.stop()


def remember(state: Any, username: str, at: datetime) -> None:
    """Note in a session who signed in, and when, in the words of the authenticator."""
    state["authentication_status"] = True
    state["username"] = username
    state["logout"] = None
    state[_SINCE] = at


def renew(username: str) -> None:
    """Begin this session anew after its owner ended all the others; the next run hands out a cookie."""
    at = now()
    remember(st.session_state, username, at)
    st.session_state[_COOKIE_TO_SET] = SignIn(username, at)
    st.session_state.pop(_COOKIE_TO_DELETE, None)


def _from_session(engine: Engine) -> Actor | None:
    state = st.session_state
    if not state.get("authentication_status") or _SINCE not in state:
        return None
    account = find_account(engine, state["username"])
    # No longer than its cookie: without one no file can be downloaded any more.
    if account is not None and account.accepts(state[_SINCE]) and now() < state[_SINCE] + cookie.LIFE:
        return account.actor
    _keep_drafts()
    _forget()
    state["logout"] = True
    state[_NOTE] = ENDED
    return None


def _from_cookie(engine: Engine, settings: Settings) -> Actor | None:
    token = st.context.cookies.get(cookie.NAME)
    if not token or st.session_state.get("logout"):
        return None
    claim = cookie.read(read_key(settings, COOKIE_KEY), token, now())
    account = find_account(engine, claim.username) if claim else None
    if claim is None or account is None or not account.accepts(claim.at):
        st.session_state["logout"] = True  # the authenticator must not accept it either
        return None
    remember(st.session_state, claim.username, claim.at)
    return account.actor


def _sign_in_page(engine: Engine, authenticator: Any) -> Actor | None:
    with st.container(key="sign-in-page"):
        st.html(_STYLE)
        st.title(TITLE, anchor=False)
        st.caption(f"{BANNER}。  \n{BANNER_SIGN_IN}。")
        outcome = _form(engine, authenticator)
        if outcome is not None and outcome.username is not None:
            account = find_account(engine, outcome.username)
            if account is not None and account.accepts(outcome.at):
                renew(outcome.username)
                st.session_state.pop(_NOTE, None)
                _give_drafts_back(outcome.username)
                return account.actor
        if outcome is not None:
            st.error(outcome.message)
        elif note := st.session_state.get(_NOTE):
            st.info(note)
    return None


def _form(engine: Engine, authenticator: Any) -> SignIn | None:
    """The authenticator's form; what was answered to it, None when it was not sent in this run."""
    model = authenticator.authentication_controller.authentication_model
    outcome: SignIn | None = None

    def check(username: str, password: str) -> bool:
        nonlocal outcome
        outcome = sign_in(engine, username, password)
        # The authenticator wants to find the one who passed among its credentials.
        model.credentials["usernames"][username] = {"name": username}
        return outcome.username is not None

    # In the place of its own check, which knows no lock-out and answers unknown names at once, and of
    # its own cookie, which would be placed inside the form's slot and vanish with it.
    model.check_credentials = check
    authenticator.cookie_controller.set_cookie = lambda: None
    authenticator.login(location="main", fields=_FIELDS, key=_FORM)
    sent = st.session_state.get(f"FormSubmitter:{_FORM}-{_BUTTON}")
    return outcome or (SignIn(None, now(), MISSING) if sent else None)


def _authenticator(settings: Settings) -> Any:
    """The one of this run: each draws its component, out of sight, under the same key."""
    context, made = get_script_run_ctx(), st.session_state.get(_AUTHENTICATOR)
    if context is not None and made is not None and made[0] is context.cursors:
        return made[1]
    key = read_key(settings, COOKIE_KEY)
    with _out_of_sight("cookie"):
        authenticator = stauth.Authenticate(
            {"usernames": {}}, cookie.NAME, key, cookie.DAYS, auto_hash=False, login_sleep_time=0
        )
    if context is not None:
        st.session_state[_AUTHENTICATOR] = (context.cursors, authenticator)
    return authenticator


def _out_of_sight(key: str) -> Any:
    style = f"<style>.st-key-{key} {{ position: absolute; height: 0; overflow: hidden; }}</style>"
    box = st.container(key=key)
    box.html(style)
    return box


def _cookie_due() -> SignIn | None:
    """The sign-in whose cookie the browser has not confirmed yet."""
    due: SignIn | None = st.session_state.get(_COOKIE_TO_SET)
    if due is not None and st.session_state.get("set"):  # the component's own key: it has answered
        del st.session_state[_COOKIE_TO_SET]
        return None
    return due


def _hand_out(due: SignIn, authenticator: Any, settings: Settings) -> None:
    """Put the component on the page that sets the cookie; it stays until the browser says it is done."""
    token = cookie.issue(read_key(settings, COOKIE_KEY), due.username or "", due.at)
    with _out_of_sight("set-cookie"):
        manager = authenticator.cookie_controller.cookie_model.cookie_manager
        manager.set(cookie.NAME, token, expires_at=due.at + cookie.LIFE)


def _deletion_due() -> bool:
    """Whether the browser has not confirmed yet that the cookie is gone."""
    if st.session_state.get("delete"):  # the component's own key
        st.session_state.pop(_COOKIE_TO_DELETE, None)
    return _COOKIE_TO_DELETE in st.session_state


def _delete_cookie(authenticator: Any) -> None:
    """Put the component on the page that deletes the cookie; another one's answer may end the run first."""
    manager = authenticator.cookie_controller.cookie_model.cookie_manager
    manager.cookies[cookie.NAME] = ""  # else it raises a KeyError
    with _out_of_sight("delete-cookie"):
        manager.delete(cookie.NAME)


def _admit(actor: Actor) -> None:
    context = get_script_run_ctx()
    if context is not None:
        st.session_state[_RUN] = _ThisRun(context.cursors, actor)


def _admitted() -> Actor | None:
    """Who was admitted earlier in this very run; None in a fragment, a callback or a later run."""
    context, noted = get_script_run_ctx(), st.session_state.get(_RUN)
    if context is None or noted is None or noted.run is not context.cursors:
        return None
    return noted.actor if isinstance(noted, _ThisRun) else None


def _keep_drafts() -> None:
    """Put aside what was typed into forms when a sign-in ran out in the middle of them.

    The fields of the page are not drawn while the sign-in page is, so Streamlit would drop their values.
    """
    state = st.session_state
    typed = {key: state[key] for key in state if str(key).startswith(DRAFTED)}
    if typed:
        state[_DRAFTS] = (state["username"], typed)


def _give_drafts_back(username: str) -> None:
    """Fill the forms again, for the same person only."""
    owner, typed = st.session_state.pop(_DRAFTS, (None, {}))
    if owner == username:
        for key, value in typed.items():
            st.session_state[key] = value


def _forget() -> None:
    """Nothing of the person stays in the session, drafts that no page draws among it."""
    for key in [key for key in st.session_state if str(key).startswith(DRAFTED)]:
        del st.session_state[key]
    for key in ("authentication_status", "username", "name", "email", "roles", _SINCE, _RUN, _COOKIE_TO_SET):
        st.session_state.pop(key, None)
