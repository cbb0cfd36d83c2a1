"""提示关注: factual reasons, the weightiest first, and no score for those who may not see any."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.factories import TODAY, UNITS, rulebook, rulebook_text
from xczg.rules.attention import attention_list, attention_rule
from xczg.rules.rates import StatusCounts
from xczg.rules.result import InspectionFacts, reckon
from xczg.rules.rulebook import parse_rulebook
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
    found = attention_list(
        reckon(facts, rulebook()), oldest or {}, TODAY, alerts=rulebook().alerts, with_scores=with_scores
    )
    return [(item.row.organization, item.reasons) for item in found]


def test_a_talk_condition_stands_before_the_bottom_share_and_that_before_what_is_late():
    found = listed(
        fact(1, 95, findings=10, completed=10),
        fact(2, 60, findings=10, completed=10, judgements=(PROMINENT,)),
        fact(3, 61, findings=10, completed=10),
        fact(4, 90, findings=10, completed=8, overdue=2),
        fact(5, 91, findings=10, completed=7, overdue=3),
        fact(6, 92, findings=10, completed=10),
        oldest={4: date(2024, 11, 10), 5: date(2024, 11, 19)},
    )
    assert [name for name, _ in found] == ["单位2", "单位3", "单位5", "单位4"]
    assert dict(found)["单位4"] == ("逾期未完成2项，最长逾期10天",)
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


@pytest.mark.parametrize(
    ("findings", "overdue", "days", "there"),
    [
        (100, 4, 1, False),
        (100, 5, 1, True),
        (20, 4, 1, True),
        (21, 4, 1, False),
        (100, 1, 365, False),
        (100, 1, 366, True),
        (1, 0, 0, False),
    ],
)
def test_what_is_overdue_counts_from_the_thresholds_of_the_rulebook_on(findings, overdue, days, there):
    late = fact(1, findings=findings, completed=findings - overdue, overdue=overdue)
    oldest = {1: TODAY - timedelta(days=days)} if overdue else {}
    found = listed(late, oldest=oldest)
    assert [reasons for _, reasons in found] == (
        [(f"逾期未完成{overdue}项，最长逾期{days}天",)] if there else []
    )


def test_whoever_is_listed_for_another_reason_has_what_is_overdue_named_too():
    found = listed(
        fact(1, 95, findings=100, completed=100), fact(2, 60, findings=100, completed=99, overdue=1)
    )
    assert dict(found)["单位2"][-1] == "逾期未完成1项"


def test_the_thresholds_are_the_rulebooks():
    text = rulebook_text().replace("attention_overdue = { value = 5", "attention_overdue = { value = 1")
    mine = parse_rulebook(text)
    result = reckon([fact(1, findings=100, completed=99, overdue=1)], mine)
    assert len(attention_list(result, {}, TODAY, alerts=mine.alerts, with_scores=False)) == 1
    assert attention_list(result, {}, TODAY, alerts=rulebook().alerts, with_scores=False) == ()
    rule = attention_rule(mine.alerts, mine.share, with_scores=True)
    for part in ("达到1个", "20%以上", "超过365天", "低于全轮15个百分点", "排名最后20%"):
        assert part in rule
    assert "排名" not in attention_rule(mine.alerts, mine.share, with_scores=False)


def test_the_thresholds_wait_for_the_offices_confirmation():
    assert {key for key in rulebook().open_points() if key.startswith("alerts.attention_")} == {
        "alerts.attention_overdue",
        "alerts.attention_overdue_share",
        "alerts.attention_overdue_days",
        "alerts.attention_rate_below",
    }
