"""Annex 3 and the collation table: the figures of the reckoning, the columns of the rulebook."""

import io
from decimal import Decimal

import openpyxl
import pytest

from tests.exchange.test_writer import HOSTILE, check_harmless, plain
from tests.factories import TODAY, UNITS, rulebook
from xczg.exchange.result_writer import result_workbook
from xczg.rules.rates import Ballots, StatusCounts
from xczg.rules.result import InspectionFacts, reckon
from xczg.rules.scoring import SheetFacts

CRITERIA = len(rulebook().criteria.value)


def fact(number, *totals, name=None, **more):
    sheets = {unit: SheetFacts(CRITERIA, Decimal(total)) for unit, total in zip(UNITS, totals, strict=False)}
    return InspectionFacts(number, name or f"单位{number}", sheets=sheets, **more)


def tables(*facts, state="督查组已汇总"):
    content = result_workbook(reckon(facts, rulebook()), rulebook(), "第六轮", as_of=TODAY, state=state)
    check_harmless(content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def test_titles_date_and_definition_stand_above_each_table():
    for rows, name in zip(
        tables(fact(1, 90, 90, 90)), ("集中督查结果统计表", "评估结果梳理汇总表"), strict=True
    ):
        assert rows[0][0] == f"第六轮{name}"
        assert rows[1][0] == "数据截至2024年11月20日；督查组已汇总"
        assert rows[2][0].startswith("口径：")


def test_the_columns_are_those_of_the_rulebook():
    score, collation = tables(fact(1, 90, 90, 90))
    assert score[3] == rulebook().papers.score_table.value
    assert collation[3] == rulebook().papers.collation_table.value


def test_the_score_table_in_rank_order_with_ties_and_the_unscored_last():
    score, _ = tables(
        fact(1, "77.28", "80.79", "93.99"), fact(2, 90, 90, 90), fact(3, 90, 90, 90), fact(4, 60, 60)
    )
    assert score[4:] == [
        ("并列第1名", "单位2", 90, 90, 90, 90),
        ("并列第1名", "单位3", 90, 90, 90, 90),
        ("第3名", "单位1", 77.28, 80.79, 93.99, 81.68),
        ("—", "单位4", 60, 60, "未齐", "评分未齐"),
    ]


def test_a_provisional_table_says_so_and_a_complete_one_does_not():
    assert "暂计" in tables(fact(1, 90, 90))[0][1][0]
    assert "暂计" not in tables(fact(1, 90, 90, 90))[0][1][0]


def test_the_collation_table_gives_rates_with_their_counts_and_source():
    counts = StatusCounts(findings=697, completed=688, basically_completed=4)
    _, collation = tables(fact(1, 90, 90, 90, counts=counts, ballots=Ballots(2, 1, 0)), fact(2, 80, 80, 80))
    first, second = (dict(zip(collation[3], row, strict=True)) for row in collation[4:])
    assert first["整改完成率"] == "98.71%（688/697，单位自报）"
    assert first["未整改到位事项"] == 5
    assert first["整改满意度"] == "100.00%"
    assert first["集中督查评估分数"] == 90
    assert second["整改完成率"] == "—（0/0，单位自报）"
    assert second["整改满意度"] == "—"
    assert first["整改意见建议"] == "（待录入）"


def test_a_round_without_organisations_gives_headers_alone():
    assert [len(rows) for rows in tables()] == [4, 4]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name):
    score, collation = tables(fact(1, 90, 90, 90, name=name))
    assert plain(score[4][1]) == plain(collation[4][0]) == name.strip()
