"""Every page for every role: who may open it, and that no score shows before its time."""

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from tests.office import Office, words
from xczg.access.permissions import PERMITTED, Actor
from xczg.access.runtime import runtime
from xczg.rules.values import Role
from xczg.services.example import load_example
from xczg.services.readings import list_rounds
from xczg.services.results import read_round
from xczg.store.clock import today
from xczg.store.engine import reading
from xczg.store.settings import RULEBOOKS
from xczg.ui.navigation import PAGES

OFFICE = Actor("test", "test", frozenset({Role.OFFICE}))
SCORING, DELIBERATED = "三届市委第六轮", "三届市委第五轮"


@pytest.fixture
def city(app: Office) -> Office:
    """The application on the example city."""
    load_example(app.engine, today=today(), rulebooks=RULEBOOKS)
    return app


def everything(test: AppTest) -> str:
    """All text, figures and tables of a page."""
    tables = "\n".join(frame.value.to_string() for frame in test.dataframe)
    metrics = "\n".join(f"{metric.label} {metric.value} {metric.delta}" for metric in test.metric)
    charts = "\n".join(element.proto.spec for element in test.get("plotly_chart"))
    return "\n".join((words(test), tables, metrics, charts))


def scores_of(city: Office, name: str) -> set[str]:
    """The final scores of a round, as printed."""
    row = next(one for one in list_rounds(city.engine, OFFICE) if one.name == name)
    with reading(city.engine) as session:
        result = read_round(session, row, today()).result
    return {str(one.final_score) for one in result.rows if one.final_score is not None}


def open_in(city: Office, role: Role, page: str, **parameters: str) -> AppTest:
    """A page with parameters in its address."""
    test = city.session(role)
    for key, value in parameters.items():
        test.query_params[key] = value
    test.run()
    test.switch_page(f"pages/{page}").run()
    assert not test.exception
    return test


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_it_may_and_is_told_who_can(city: Office, role: Role) -> None:
    for entry in PAGES:
        test = open_in(city, role, entry.path)
        assert entry.use_case is not None
        refused = [note.value for note in test.warning if f"您没有{entry.use_case}的权限" in note.value]
        if entry.use_case in PERMITTED[role]:
            assert refused == []
            assert test.title
        else:
            assert refused
            assert not test.dataframe
            assert not test.metric


@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM])
def test_no_score_shows_before_the_aggregation(city: Office, role: Role) -> None:
    scope = {"team": 3} if role is Role.TEAM else {}
    city.account(role, **scope)
    test = open_in(city, role, "leadership/overview.py", round=SCORING)
    assert test.title[0].value == SCORING
    shown = everything(test)
    assert "名次" not in [column for frame in test.dataframe for column in frame.value.columns]
    assert "score" not in [column for frame in test.dataframe for column in frame.value.columns]
    assert [score for score in scores_of(city, SCORING) if f"{score}分" in shown] == []


def test_the_office_sees_the_provisional_reckoning_marked(city: Office) -> None:
    test = open_in(city, Role.OFFICE, "office/scores.py", round=SCORING)
    shown = " ".join(frame.value.to_string() for frame in test.dataframe)
    assert all(score in shown for score in scores_of(city, SCORING))
    assert "暂计" in " ".join(str(element.proto.body) for element in test.get("html"))


@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL])
def test_the_ranking_shows_once_it_is_aggregated(city: Office, role: Role) -> None:
    test = open_in(city, role, "leadership/overview.py", round=DELIBERATED)
    frame = next(one.value for one in test.dataframe if "score" in one.value.columns)
    assert {f"{score:.2f}" for score in frame["score"].dropna()} == scores_of(city, DELIBERATED)
    assert any("最后20%" in str(mark) for mark in frame["mark"])


def test_an_unknown_round_in_the_address_falls_back_to_the_newest(city: Office) -> None:
    test = open_in(city, Role.LEADER, "leadership/overview.py", round="没有这一轮")
    assert test.title[0].value == "三届市委第七轮"


@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICE, Role.TEAM])
def test_an_empty_database_says_what_comes_next(app: Office, role: Role) -> None:
    test = app.open(role, "leadership/overview.py")
    assert "还没有可以查看的轮次" in words(test)


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("leadership/overview.py", 12),
        ("leadership/organization.py", 8),
        ("office/ledger.py", 12),
        ("office/scores.py", 12),
        ("office/rounds.py", 6),
        ("office/ledger_import.py", 9),
        ("office/finding.py", 6),
    ],
)
def test_the_number_of_statements_is_fixed(city: Office, page: str, most: int) -> None:
    test = open_in(city, Role.OFFICE, page)
    counts = []
    for name in ("三届市委第七轮", SCORING, DELIBERATED):
        test.query_params["round"] = name
        seen: list[str] = []

        def note(*arguments: object, seen: list[str] = seen) -> None:
            if not str(arguments[2]).startswith("BEGIN"):
                seen.append(str(arguments[2]))

        event.listen(runtime().engine, "before_cursor_execute", note)
        test.run()
        event.remove(runtime().engine, "before_cursor_execute", note)
        assert not test.exception
        counts.append(len(seen))
    assert 0 < counts[0] <= most
    assert len(set(counts)) == 1
