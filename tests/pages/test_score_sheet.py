"""评估打分 and the office's part of 得分汇总: typed, saved, submitted, returned; nothing typed is lost."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.factories import all_of, make_inspection, make_round
from tests.office import Office, words
from tests.pages.looking import ORGANIZATION, SCORE_SHEET, SCORES, everything, go, look
from tests.services.scoring import submit as submit_as
from tests.services.scoring import typed
from xczg.rules.values import Role, ScoringUnit, SheetState
from xczg.store.tables import ScoreDraft, ScoreSheet

ROUND = "八届市委第六轮"


@pytest.fixture
def two(app: Office) -> tuple[int, int]:
    """A round of two organisations of team 1."""
    round_id = make_round(app.engine)
    return tuple(make_inspection(app.engine, round_id, name, team=1) for name in ("丙局党组", "丁局党组"))


def type_in(test: AppTest, lines) -> AppTest:
    """Type into the grid on screen, which is that of the first organisation."""
    place = f"{test.session_state['username']}_1"
    number = f"xczg_sheet_number_{place}"
    begun_anew = number in test.session_state
    key = f"sheet_grid_{place}_{test.session_state[number]}" if begun_anew else f"sheet_grid_{place}_0"
    edited = {n: {"得分": one.points, "扣分理由": one.reason} for n, one in enumerate(lines.values())}
    test.session_state[key] = {"edited_rows": edited, "added_rows": [], "deleted_rows": []}
    test.run()
    assert not test.exception
    return test


def press(test: AppTest, key: str) -> AppTest:
    test.button(key=key).click().run()
    assert not test.exception
    return test


def test_a_sheet_is_typed_saved_and_submitted_once_asked(app: Office, two) -> None:
    test = look(app, Role.DISCIPLINE, SCORE_SHEET, round=ROUND, org="丙局党组")
    type_in(test, typed("90.25"))
    assert "总分90" in words(test)
    assert "有未保存的改动" in words(test)
    press(test, "sheet_save")
    (draft,) = all_of(app.engine, ScoreDraft)
    assert draft.inspection_id == two[0]
    assert "有未保存的改动" not in words(test)
    press(test, "sheet_submit")
    assert all_of(app.engine, ScoreSheet) == [], "it asks once"
    assert any("丙局党组" in one.value and "90" in one.value for one in test.warning)
    press(test, "sheet_sure")
    (sheet,) = all_of(app.engine, ScoreSheet)
    assert (sheet.state, sheet.unit) == (SheetState.SUBMITTED, ScoringUnit.DISCIPLINE)
    press(test, "sheet_next")
    assert test.query_params["org"] in ("丁局党组", ["丁局党组"])


def test_what_is_missing_is_listed_and_stays_typed(app: Office, two) -> None:
    test = look(app, Role.PERSONNEL, SCORE_SHEET, round=ROUND, org="丙局党组")
    type_in(test, typed("80", reason=""))
    press(test, "sheet_submit")
    assert "还不能提交" in test.error[0].value
    go(test, ORGANIZATION, round=ROUND)
    go(test, SCORE_SHEET, round=ROUND, org="丙局党组")
    assert "总分80" in words(test), "a look at another page loses nothing"
    assert all_of(app.engine, ScoreDraft) == []


def test_a_colleague_who_saved_meanwhile_is_shown_beside_what_was_typed(app: Office, two) -> None:
    app.account(Role.PERSONNEL, username="second")
    mine = look(app, Role.PERSONNEL, SCORE_SHEET, round=ROUND, org="丙局党组")
    type_in(mine, typed("80"))
    theirs = app.session(Role.PERSONNEL, username="second").run()
    go(theirs, SCORE_SHEET, round=ROUND, org="丙局党组")
    press(type_in(theirs, typed("70")), "sheet_save")
    press(mine, "sheet_save")
    assert "second" in mine.warning[0].value
    press(mine, "sheet_keep_mine")
    press(mine, "sheet_save")
    (draft,) = all_of(app.engine, ScoreDraft)
    assert (draft.version, draft.updated_by) == (2, "personnel")


def test_nobody_else_in_the_same_unit_or_another_gets_points_by_address(app: Office, two) -> None:
    submit_as(app.engine, two[0], typed("83.25", "纪委标记"))
    for role in (Role.PERSONNEL, Role.TEAM, Role.LEADER, Role.OFFICE):
        test = look(app, role, SCORE_SHEET, round=ROUND, org="丙局党组", sheet_side_by_side="true")
        assert "纪委标记" not in everything(test), role


def test_the_office_returns_a_sheet_with_a_reason(app: Office, two) -> None:
    submit_as(app.engine, two[0], typed("83.25", "纪委标记"))
    test = look(app, Role.OFFICE, SCORES, round=ROUND)
    test.selectbox(key="sheet_of").select("丙局党组")
    test.selectbox(key="sheet_unit").select(ScoringUnit.DISCIPLINE).run()
    assert not test.exception
    assert "纪委标记" not in everything(test)
    test.text_input(key="field_return_1").input("请核实细则1.1")
    next(one for one in test.button if one.label == "退回修改").click().run()
    assert not test.exception
    assert all_of(app.engine, ScoreSheet)[0].state is SheetState.RETURNED
    scorer = look(app, Role.DISCIPLINE, SCORE_SHEET, round=ROUND, org="丙局党组")
    assert "请核实细则1" in scorer.warning[0].value
