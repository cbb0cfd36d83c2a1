"""The result of a round, put together: scores, ranks, the bottom share, and what is provisional."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import TODAY, UNITS, rulebook
from xczg.rules.frozen import content_checksum, read_as_of, read_facts, read_results, write_frozen
from xczg.rules.rates import Ballots, StatusCounts
from xczg.rules.result import InspectionFacts, as_json, reckon, without_scores
from xczg.rules.scoring import SheetFacts
from xczg.rules.triggers import DecidedJudgement, JudgementKind
from xczg.rules.values import ScoringUnit

CRITERIA = len(rulebook().criteria.value)
PROMINENT = DecidedJudgement(JudgementKind.PROMINENT, "问题较为突出")
KEYS = [
    "organization",
    "findings",
    "completed",
    "basically_completed",
    "not_completed",
    "closed_out",
    "overdue",
    "basis",
    "strict_rate",
    "lenient_rate",
    "scores",
    "final_score",
    "rank",
    "bottom_share",
    "provisional",
    "satisfaction",
    "talk",
]


def sheets(*totals, lines=CRITERIA):
    return {
        unit: SheetFacts(lines, Decimal(total))
        for unit, total in zip(UNITS, totals, strict=False)
        if total is not None
    }


def fact(number, *totals, name=None, **more):
    return InspectionFacts(number, name or f"单位{number:02}", sheets=sheets(*totals), **more)


def round_of(*facts):
    return reckon(facts, rulebook())


def test_rows_stand_in_rank_order_and_unranked_ones_last_by_name():
    found = round_of(
        fact(1, 70, 70, 70),
        fact(2, name="乙"),
        fact(3, 90, 90, 90),
        fact(4, name="丙", exempted=True),
        fact(5, name="A局"),
    )
    assert [row.organization for row in found.rows] == ["单位03", "单位01", "A局", "丙", "乙"]
    assert [row.rank for row in found.rows] == [1, 2, None, None, None]


def test_tied_rows_stand_by_name_and_say_that_they_are_tied():
    found = round_of(fact(1, 80, 80, 80, name="乙"), fact(2, 80, 80, 80, name="丙"), fact(3, 90, 90, 90))
    assert [(row.organization, row.rank_text) for row in found.rows] == [
        ("单位03", "第1名"),
        ("丙", "并列第2名"),
        ("乙", "并列第2名"),
    ]


def test_rank_goes_by_the_published_figure_not_by_the_exact_one():
    found = round_of(fact(1, "80.00", "80.00", "80.01"), fact(2, "80.00", "80.00", "80.00"))
    assert [row.final_score for row in found.rows] == [Decimal("80.00")] * 2
    assert found.rows[0].final.exact != found.rows[1].final.exact
    assert [row.rank for row in found.rows] == [1, 1]


def test_a_missing_score_gives_no_total_and_no_rank_others_keep_theirs_and_all_is_provisional():
    found = round_of(fact(1, 90, 90, 90), fact(2, 80, 80), fact(3, 70, 70, 70))
    assert [(row.organization, row.rank, row.final_score) for row in found.rows] == [
        ("单位01", 1, Decimal(90)),
        ("单位03", 2, Decimal(70)),
        ("单位02", None, None),
    ]
    assert [row.provisional for row in found.rows] == [True] * 3
    assert found.row(2).missing == (ScoringUnit.TEAM,)
    assert found.row(2).bottom_share is False
    assert (found.scored, found.assessed, found.sheets_complete, found.sheets_expected) == (2, 3, 8, 9)
    assert found.row(2).rank_text == "—"


def test_a_half_filled_sheet_counts_as_missing():
    half = replace(fact(2, 80, 80), sheets=sheets(80, 80) | {UNITS[2]: SheetFacts(CRITERIA - 1, Decimal(70))})
    found = round_of(fact(1, 90, 90, 90), half)
    assert found.row(2).scores[UNITS[2]] is None
    assert found.provisional


def test_with_every_sheet_in_nothing_is_provisional():
    found = round_of(fact(1, 90, 90, 90), fact(2, 80, 80, 80))
    assert (found.provisional, [row.provisional for row in found.rows]) == (False, [False, False])


def test_the_exempted_are_out_of_the_population_and_do_not_make_the_round_provisional():
    found = round_of(*(fact(n, 90 - n, 90, 90) for n in range(5)), fact(9, exempted=True))
    assert found.cut.population == found.assessed == 5
    assert found.cut.quota == 1
    assert not found.provisional
    exempted = found.row(9)
    assert (exempted.rank, exempted.bottom_share, exempted.provisional) == (None, False, False)


def test_an_exempted_one_with_sheets_is_neither_ranked_nor_counted():
    found = round_of(fact(1, 60, 60, 60), fact(2, 10, 10, 10, exempted=True))
    assert (found.row(1).rank, found.row(1).bottom_share) == (1, True)
    assert (found.row(2).rank, found.row(2).bottom_share) == (None, False)
    assert (found.scored, found.sheets_expected) == (1, 3)


def test_the_bottom_share_counts_who_is_not_scored_yet():
    found = round_of(*(fact(n, 90 - n, 90, 90) for n in range(5)), fact(9))
    assert found.cut.quota == 2  # a fifth of six
    assert [row.organization for row in found.rows if row.bottom_share] == ["单位03", "单位04"]


def test_the_talk_follows_from_rank_and_decided_judgement_together():
    found = round_of(
        fact(1, 90, 90, 90, judgements=(PROMINENT,)),
        fact(2, 80, 80, 80, judgements=(PROMINENT,)),
        fact(3, 70, 70, 70),
    )
    assert [[ground.route for ground in row.talk] for row in found.rows] == [[], [], []]
    found = round_of(fact(1, 90, 90, 90), fact(2, 80, 80, 80, judgements=(PROMINENT,)))
    assert [ground.route for ground in found.row(2).talk] == ["A"]


def test_counts_of_the_round_are_the_sum_of_all_its_organisations():
    found = round_of(
        fact(1, counts=StatusCounts(10, 5, 1, 2, 3)),
        fact(2, counts=StatusCounts(7, 7)),
        fact(3),
        fact(4, exempted=True, counts=StatusCounts(1)),
    )
    assert found.counts == StatusCounts(18, 12, 1, 2, 3)


def test_an_empty_round():
    found = round_of()
    assert (found.rows, found.provisional, found.cut.quota) == ((), False, 0)


def test_a_row_without_scores_holds_nothing_of_them():
    row = round_of(fact(1, 77, 78, 79, judgements=(PROMINENT,), counts=StatusCounts(3))).rows[0]
    bare = without_scores(row)
    for word in ("77", "78", "79", "77.60", "问题较为突出"):
        assert word not in repr(bare)
    assert (bare.final, bare.rank, bare.bottom_share, bare.talk, bare.scores) == (None, None, False, (), {})
    assert bare.counts == row.counts


# As JSON


def test_the_keys_of_a_row_as_json():
    assert list(as_json(round_of(fact(1)).rows[0])) == KEYS


def test_figures_are_strings_with_two_decimals():
    counts = StatusCounts(findings=697, completed=688, basically_completed=4, closed_out=3, overdue=2)
    scored = fact(1, "77.28", "80.79", "93.99", counts=counts, ballots=Ballots(2, 1, 3, 9))
    assert as_json(round_of(scored).rows[0]) == {
        "organization": "单位01",
        "findings": 697,
        "completed": 688,
        "basically_completed": 4,
        "not_completed": 5,
        "closed_out": 3,
        "overdue": 2,
        "basis": "单位自报",
        "strict_rate": "98.71",
        "lenient_rate": "99.28",
        "scores": {"discipline": "77.28", "personnel": "80.79", "team": "93.99"},
        "final_score": "81.68",
        "rank": 1,
        "bottom_share": True,
        "provisional": False,
        "satisfaction": "50.00",
        "talk": [],
    }


def test_what_does_not_exist_yet_is_null():
    found = as_json(round_of(fact(1, 90)).rows[0])
    assert found["scores"] == {"discipline": "90.00", "personnel": None, "team": None}
    absent = ("strict_rate", "lenient_rate", "final_score", "rank", "satisfaction")
    assert {key: found[key] for key in absent} == dict.fromkeys(absent)
    assert found["bottom_share"] is False
    assert as_json(round_of(fact(1, ballots=Ballots(0, 0, 0, 9))).rows[0])["satisfaction"] is None


# Any round


points = st.integers(0, 10_000).map(lambda number: Decimal(number).scaleb(-2))
some_sheets = st.dictionaries(
    st.sampled_from(UNITS), st.builds(SheetFacts, st.integers(CRITERIA - 1, CRITERIA), points), max_size=3
)
some_facts = st.lists(
    st.builds(
        InspectionFacts,
        inspection_id=st.integers(1, 10_000),
        organization=st.text("甲乙丙丁戊", min_size=1, max_size=4),
        counts=st.builds(StatusCounts, st.integers(0, 9)),
        sheets=some_sheets,
        ballots=st.none() | st.builds(Ballots, *[st.integers(0, 9)] * 5),
        judgements=st.lists(
            st.builds(DecidedJudgement, st.sampled_from(JudgementKind), st.text(max_size=5)), max_size=2
        ).map(tuple),
        exempted=st.booleans(),
        categories=st.dictionaries(
            st.text(max_size=3), st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3
        ),
        oldest_overdue=st.none() | st.dates(),
    ),
    max_size=12,
    unique_by=(lambda item: item.inspection_id, lambda item: item.organization),
)


@settings(max_examples=60, deadline=None)
@given(some_facts, st.randoms(use_true_random=False))
def test_a_result_does_not_depend_on_the_order_of_its_facts(facts, chance):
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert reckon(shuffled, rulebook()) == reckon(facts, rulebook())


@settings(max_examples=60, deadline=None)
@given(some_facts, st.randoms(use_true_random=False))
def test_a_frozen_result_gives_back_its_facts_and_is_reckoned_again_the_same(facts, chance):
    result = reckon(facts, rulebook())
    content = write_frozen(facts, result, "f" * 64, TODAY)
    again = read_facts(content)
    assert read_as_of(content) == TODAY
    assert list(again) == sorted(facts, key=lambda item: item.inspection_id)
    assert reckon(again, rulebook()) == result
    assert read_results(content) == [as_json(row) for row in result.rows]
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert write_frozen(shuffled, result, "f" * 64, TODAY) == content


def test_a_frozen_result_names_its_rulebook_and_any_change_shows_in_its_checksum():
    facts = [fact(1, 90, 90, 90)]
    content = write_frozen(facts, reckon(facts, rulebook()), "f" * 64, TODAY)
    assert json.loads(content)["rulebook"] == "f" * 64
    assert content_checksum(content) == content_checksum(str(content))
    assert content_checksum(content) != content_checksum(content.replace("90.00", "90.01", 1))


def test_a_result_frozen_before_categories_and_the_day_were_kept_is_still_read():
    facts = [fact(1, 90, 90, 90)]
    content = json.loads(write_frozen(facts, reckon(facts, rulebook()), "f" * 64, TODAY))
    del content["as_of"], content["facts"][0]["categories"], content["facts"][0]["oldest_overdue"]
    assert list(read_facts(json.dumps(content))) == facts
    assert read_as_of(json.dumps(content)) is None


@pytest.mark.parametrize("unit", UNITS)
def test_weights_come_from_the_rulebook(unit):
    totals = [Decimal(100) if one is unit else Decimal(0) for one in UNITS]
    share = {"discipline": "50.00", "personnel": "30.00", "team": "20.00"}[unit.value]
    assert str(round_of(fact(1, *totals)).rows[0].final_score) == share
