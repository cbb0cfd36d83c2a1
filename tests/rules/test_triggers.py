"""R11, R12, R12a: the conditions for a talk. Rank alone leads to none; only what was decided counts."""

from itertools import product

import pytest

from tests.factories import rulebook
from xczg.rules.triggers import DecidedJudgement, JudgementKind, talk_grounds

ROUTES = rulebook().consequences.talk_routes.value
PROMINENT = DecidedJudgement(JudgementKind.PROMINENT, "问题较为突出")
SHAM = DecidedJudgement(JudgementKind.CIRCUMSTANCE, "虚假整改")
RECURRING = DecidedJudgement(JudgementKind.CIRCUMSTANCE, "共性问题反复多发")
DECISION = DecidedJudgement(JudgementKind.BY_DECISION, "市委决定约谈")


def grounds(*judgements, bottom=False):
    return talk_grounds(bottom_share=bottom, judgements=judgements, routes=ROUTES)


@pytest.mark.parametrize(
    ("bottom", "prominent", "circumstance", "decision"), list(product([False, True], repeat=4))
)
def test_truth_table(bottom, prominent, circumstance, decision):
    given = [PROMINENT] * prominent + [SHAM] * circumstance + [DECISION] * decision
    expected = ["A"] * (bottom and prominent) + ["B"] * circumstance + ["C"] * decision
    assert [ground.route for ground in grounds(*given, bottom=bottom)] == expected


def test_rank_alone_never_leads_to_a_talk():
    assert grounds(bottom=True) == ()


def test_judged_prominent_without_the_bottom_share_is_not_route_a():
    assert grounds(PROMINENT, bottom=False) == ()


def test_route_a_states_both_conditions():
    (ground,) = grounds(PROMINENT, bottom=True)
    assert "排名最后20%" in ground.reason
    assert "问题较为突出" in ground.reason


def test_route_b_names_every_circumstance_found():
    assert [ground.reason for ground in grounds(SHAM, RECURRING)] == ["虚假整改、共性问题反复多发"]


def test_route_c_gives_the_reason_of_the_decision():
    assert [(one.route, one.reason) for one in grounds(DECISION)] == [("C", "市委决定约谈")]


def test_who_holds_the_talk_stands_in_the_rulebook():
    assert ROUTES["A"].held_by == ("市委巡察工作领导小组",)
    assert ROUTES["B"].held_by == ROUTES["C"].held_by == ("市委", "市委巡察工作领导小组")
