"""Names of units, and score sheets as workbooks without a live cell."""

import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.test_writer import HOSTILE, check_harmless
from tests.factories import rulebook
from xczg.exchange.score_sheets import (
    ScoredOrganization,
    chinese_number,
    read_scores,
    scores_template,
    unit_label,
)
from xczg.rules.values import ScoringUnit

ONE = ScoredOrganization(1, "甲局党组", 3)
NUMBERS = {
    1: "一",
    2: "二",
    9: "九",
    10: "十",
    11: "十一",
    19: "十九",
    20: "二十",
    21: "二十一",
    99: "九十九",
}


@pytest.mark.parametrize(("number", "word"), NUMBERS.items())
def test_chinese_numbers(number, word):
    assert chinese_number(number) == word


def test_every_team_number_has_its_own_word():
    assert len({chinese_number(number) for number in range(1, 100)}) == 99


def test_units_by_name_and_the_team_with_its_number():
    assert unit_label(ScoringUnit.DISCIPLINE, 3, rulebook()) == "市纪委监委"
    assert unit_label(ScoringUnit.TEAM, 12, rulebook()) == "市委第十二巡察组"
    assert unit_label(ScoringUnit.TEAM, None, rulebook()) == "市委巡察组"


@given(st.integers(1, 99))
def test_the_template_of_any_team_is_read_back(team):
    organization = replace(ONE, team=team)
    content = scores_template([organization], rulebook(), "第六轮")
    assert read_scores(content, "a.xlsx", [organization], rulebook()).faults == ()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_and_is_known_again(name):
    organization = replace(ONE, name=name)
    content = scores_template([organization], rulebook(), name)
    check_harmless(content)
    assert read_scores(content, "a.xlsx", [organization], rulebook()).faults == ()


def test_the_template_has_no_merged_cells_and_nothing_below_the_table():
    book = openpyxl.load_workbook(io.BytesIO(scores_template([ONE], rulebook(), "第六轮")))
    sheet = book.worksheets[0]
    assert not sheet.merged_cells.ranges
    assert all(row[0].value == "甲局党组" for row in sheet.iter_rows(min_row=2))
    assert book.sheetnames == ["评分表", "填写说明"]


def test_a_round_without_organisations_gives_an_empty_table():
    content = scores_template([], rulebook(), "第六轮")
    draft = read_scores(content, "a.xlsx", [], rulebook())
    assert (draft.sheets, draft.faults) == ((), ())


def test_a_title_above_the_table_and_columns_in_another_order_are_read():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["第六轮评分表"])
    sheet.append(["得分", "细则编号", "评分单位", "被巡察党组织"])
    for criterion in rulebook().criteria.value:
        sheet.append([1.5, criterion.number, "市纪委监委", "甲局党组"])
    target = io.BytesIO()
    book.save(target)
    draft = read_scores(target.getvalue(), "a.xlsx", [ONE], rulebook())
    assert draft.faults == ()
    (read,) = draft.sheets
    assert (read.unit, read.complete, {str(line.points) for line in read.lines}) == (
        ScoringUnit.DISCIPLINE,
        True,
        {"1.5"},
    )
