"""办法要点, 附件, 参数: read by everybody, confirmed by the office, changed into new versions (R19, R20)."""

import pytest

from tests.factories import all_of, make_round, rulebook
from tests.office import Office, words
from tests.pages.looking import ANNEXES, PARAMETERS, RULEBOOK, everything, go, links, look
from tests.pages.test_empty_and_speed import statements
from xczg.rules.regulation import RULES
from xczg.rules.values import Role
from xczg.store.tables import RulebookVersion

PAGES = (RULEBOOK, ANNEXES, PARAMETERS)
EDITORS = {Role.OFFICE, Role.ADMIN}


def press(test, label: str):
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_the_regulation_and_only_some_may_change_it(app: Office, role: Role) -> None:
    make_round(app.engine, "机密轮次")
    test = look(app, role, RULEBOOK)
    shown = words(test)
    assert all(rule.number in shown for rule in RULES)
    for page in PAGES:
        go(test, page)
        assert not test.warning or page == RULEBOOK
        buttons = {button.label for button in test.button}
        assert ("保存为新版本" in buttons) is (page == ANNEXES and role in EDITORS)
        assert ("确认所选事项" in buttons) is (page == PARAMETERS and role is Role.OFFICE)
        assert ("机密轮次" in everything(test)) is (
            role not in (Role.ORGANIZATION, Role.DEPARTMENT, Role.ADMIN)
        ), page


def test_before_any_round_the_pages_show_the_file_that_ships(app: Office) -> None:
    for page in PAGES:
        test = look(app, Role.OFFICE, page)
        assert rulebook().name.value in words(test)
    assert all_of(app.engine, RulebookVersion) == []


def test_confirming_needs_a_basis_keeps_what_was_typed_and_then_shows_it(app: Office) -> None:
    make_round(app.engine)
    test = look(app, Role.OFFICE, PARAMETERS)
    chosen = test.multiselect(key="field_confirm_points").value
    assert len(chosen) == len(rulebook().open_points())
    test.multiselect(key="field_confirm_points").set_value(chosen[:2])
    press(test, "确认所选事项")
    assert "请填写确认的依据" in test.error[0].value
    assert test.multiselect(key="field_confirm_points").value == chosen[:2]
    test.text_input(key="field_confirm_basis").input("第3次*主任办公会*")
    press(test, "确认所选事项")
    assert [one.value for one in test.success] == ["已确认2个待定事项。"]
    assert everything(test).count("主任办公会") >= 2
    assert len(test.multiselect(key="field_confirm_points").value) == len(chosen) - 2
    go(test, RULEBOOK)
    assert f"尚有{len(chosen) - 2}个待定事项未经巡察办确认" in test.warning[0].value
    assert ("去确认待定事项", "parameters", {}) in links(test)


def test_a_value_is_changed_into_a_new_version_and_both_are_compared(app: Office) -> None:
    make_round(app.engine)
    test = look(app, Role.OFFICE, PARAMETERS)
    test.selectbox(key="edit_key").set_value("periods.report_days").run()
    test.number_input(key="field_rulebook_periods.report_days").set_value(0)
    test.text_input(key="field_edit_reason").input("修订")
    press(test, "保存为新版本")
    assert "periods" in test.error[0].value
    assert test.number_input(key="field_rulebook_periods.report_days").value == 0
    test.number_input(key="field_rulebook_periods.report_days").set_value(10)
    press(test, "保存为新版本")
    assert [one.value for one in test.success] == ["已保存为新版本，今后新建的轮次可以选用。"]
    assert [one.version for one in all_of(app.engine, RulebookVersion)] == [1, 2]
    test.selectbox(key="compare_with").set_value("第1版").run()
    compared = test.table[-1].value.to_dict("records")
    assert [(row["第1版"], row["第2版"]) for row in compared] == [("7", "10")]


def test_the_number_of_statements_is_fixed(app: Office) -> None:
    make_round(app.engine, "一轮")
    test = app.session(Role.OFFICE).run()
    before = {page: len(statements(go(test, page))) for page in PAGES}
    for n in range(4):
        make_round(app.engine, f"又一轮{n}")
    assert {page: len(statements(go(test, page))) for page in PAGES} == before == dict.fromkeys(PAGES, 4)
