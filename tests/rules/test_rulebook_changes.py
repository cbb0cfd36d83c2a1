"""R20: two versions side by side, any value in words, and the trace from each rule to what stands for it."""

import re
from decimal import Decimal

import pytest

from tests.factories import rulebook, rulebook_text
from xczg.exchange.rulebook_toml import changed_toml
from xczg.rules.regulation import RULES
from xczg.rules.rulebook import Rounding, Source, parse_rulebook
from xczg.rules.rulebook_changes import can_edit, differences, same_value, value_words
from xczg.store.settings import PROJECT
from xczg.ui.navigation import PAGES
from xczg.ui.rulebook_parts import SCREENS

NUMBERS = [f"R{n}" for n in range(1, 21)] + ["R12a", "R14a", "R18a"]


def changed(**changes):
    return parse_rulebook(
        changed_toml(rulebook_text(), {k.replace("__", "."): v for k, v in changes.items()})
    )


def test_the_regulation_has_its_rules_each_once_in_order():
    assert sorted(rule.number for rule in RULES) == sorted(NUMBERS)
    order = [(int(re.sub(r"\D", "", rule.number)), rule.number) for rule in RULES]
    assert order == sorted(order)
    assert all(
        re.search(r"[\u4e00-\u9fff]", rule.text) and rule.text.endswith(("。", "）。")) for rule in RULES
    )


def test_each_rule_has_a_value_in_the_rulebook_or_a_screen():
    valued = {one.rule for _, one in rulebook().values()}
    beyond = {
        "R10",
        "R12a",
        "R17",
        "R18",
    }  # circulars, talks, departments, follow-up
    without = set(NUMBERS) - valued - set(SCREENS)
    assert without <= beyond
    assert valued | set(SCREENS) | beyond >= set(NUMBERS)


def test_each_rule_is_named_by_a_test():
    text = "\n".join(path.read_text("utf-8") for path in (PROJECT / "tests").rglob("*.py"))
    named = set(re.findall(r"\bR\d{1,2}a?\b", text.replace(str(NUMBERS), "")))
    missing = {"R10", "R13", "R14", "R14a", "R15", "R16", "R17", "R18", "R18a"}  # issue 4 works these
    assert set(NUMBERS) - named - missing == set()


def test_each_screen_of_a_rule_exists():
    files = {f"pages/{entry.path}": entry.title for entry in PAGES}
    assert {page for _, page in SCREENS.values()} <= set(files)
    assert {label: files[page] for label, page in SCREENS.values()} == {
        label: label for label, _ in SCREENS.values()
    }


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("periods.report_days", 7, "7"),
        ("ranking.bottom_share", Decimal("0.20"), "20%"),
        ("ranking.bottom_share", Decimal("0.125"), "12.5%"),
        ("ranking.share_rounding", Rounding.HALF_UP, "四舍五入"),
        ("units.routine_points", False, "否"),
        ("units.weights", (Decimal(5), Decimal("2.50")), "5、2.5"),
        ("contents.routine_methods", (), "（空）"),
        ("consequences.situations", ("", ""), "2项均待录入"),
        ("periods.submission_days", {}, "（空）"),
    ],
)
def test_any_value_in_words(key, value, words):
    assert value_words(key, value) == words


def test_every_value_of_the_rulebook_has_words():
    for key, one in rulebook().values():
        words = value_words(key, one.value)
        assert words
        assert not re.search(r"Decimal|<|TaskItem|Criterion\(|TalkRoute|discipline", words), key


def test_only_what_differs_is_listed():
    same = parse_rulebook(rulebook_text())
    assert differences(rulebook(), same) == ()
    new = changed(periods__report_days=10, ranking__bottom_share=Decimal("0.15"))
    assert [(one.key, one.old, one.new) for one in differences(rulebook(), new)] == [
        ("periods.report_days", "7", "10"),
        ("ranking.bottom_share", "20%", "15%"),
    ]
    assert same_value("units.weights", rulebook(), new)
    assert not same_value("periods.report_days", rulebook(), new)


def test_of_a_long_list_only_the_changed_entries_are_listed():
    criteria = list(rulebook().criteria.value)
    criteria[0] = criteria[0].model_copy(update={"text": "另一条"})
    (one,) = differences(rulebook(), changed(criteria=tuple(criteria)))
    assert one.new == "1.1 另一条（8分）"
    assert one.old.startswith("1.1 党组（党委）")


def test_a_changed_file_keeps_its_comments_and_names_the_office_as_source():
    text = changed_toml(rulebook_text(), {"periods.report_days": 10})
    assert text.startswith(rulebook_text().split("\n", 1)[0])
    new = parse_rulebook(text)
    assert new.periods.report_days.source is Source.ENTERED
    assert "periods.report_days" not in new.open_points()


def test_whatever_a_form_may_change_can_be_written_and_read_back():
    for key, one in rulebook().values():
        if can_edit(one):
            again = parse_rulebook(changed_toml(rulebook_text(), {key: one.value}))
            assert dict(again.values())[key].value == one.value, key
