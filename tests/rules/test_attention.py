"""提示关注: factual reasons, the weightiest first, and no score for those who may not see any."""

from datetime import date
from decimal import Decimal

from tests.factories import TODAY, UNITS, rulebook
from xczg.rules.attention import attention_list
from xczg.rules.rates import StatusCounts
from xczg.rules.result import InspectionFacts, reckon
from xczg.rules.scoring import SheetFacts
from xczg.rules.triggers import DecidedJudgement, JudgementKind

CRITERIA = len(rulebook().criteria.value)
PROMINENT = DecidedJudgement(JudgementKind.PROMINENT, "")


def fact(number, total=None, judgements=(), **counts):
    sheets = {} if total is None else dict.fromkeys(UNITS, SheetFacts(CRITERIA, Decimal(total)))
    return InspectionFacts(
        number, f"单位{number}", StatusCounts(**counts), sheets=sheets, judgements=judgements
    )


def listed(*facts, oldest=None, with_scores=True):
    found = attention_list(reckon(facts, rulebook()), oldest or {}, TODAY, with_scores=with_scores)
    return [(item.row.organization, item.reasons) for item in found]


def test_a_talk_condition_stands_before_the_bottom_share_and_that_before_what_is_late():
    found = listed(
        fact(1, 95, findings=10, completed=10),
        fact(2, 60, findings=10, completed=10, judgements=(PROMINENT,)),
        fact(3, 61, findings=10, completed=10),
        fact(4, 90, findings=10, completed=9, overdue=1),
        fact(5, 91, findings=10, completed=8, overdue=2),
        fact(6, 92, findings=10, completed=10),
        oldest={4: date(2024, 11, 10), 5: date(2024, 11, 19)},
    )
    assert [name for name, _ in found] == ["单位2", "单位3", "单位5", "单位4"]
    assert dict(found)["单位4"] == ("逾期未完成1项，最长逾期10天",)
    (reason,) = dict(found)["单位3"]
    assert "得分61.00分，第5名，在排名最后" in reason
    assert dict(found)["单位2"][0].startswith("研判提示：")
    assert "情形A" in dict(found)["单位2"][0]


def test_without_the_right_to_scores_no_reason_speaks_of_them():
    found = listed(
        fact(1, 95), fact(2, 60, judgements=(PROMINENT,), overdue=1, findings=1), with_scores=False
    )
    assert found == [("单位2", ("逾期未完成1项",))]


def test_a_completion_rate_far_below_the_rounds_is_a_reason_with_both_figures():
    found = listed(fact(1, findings=100, completed=100), fact(2, findings=100, completed=60))
    assert found == [("单位2", ("整改完成率60.0%，全轮为80.0%",))]


def test_an_organisation_without_findings_is_not_far_below():
    assert listed(fact(1, findings=10, completed=10), fact(2)) == []
    assert listed(fact(1)) == []


def test_a_provisional_rank_is_said_to_be_one():
    found = listed(fact(1, 95), fact(2, 60), fact(3))
    assert "得分60.00分（暂计），第2名" in found[0][1][0]
