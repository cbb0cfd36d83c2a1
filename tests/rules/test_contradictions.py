"""What cannot both be true of a finding (R2), sentence by sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xczg.rules.contradictions import FindingFacts, MeasureFacts, contradictions
from xczg.rules.values import FindingStatus, MeasureType

NOT, BASIC, DONE = FindingStatus
END = date(2024, 9, 28)


def of(status=NOT, **facts):
    return contradictions(FindingFacts(status, END, **facts))


def measures(*statuses):
    return [MeasureFacts(number, status) for number, status in enumerate(statuses, 1)]


@pytest.mark.parametrize(
    ("status", "statuses", "said"),
    [
        (NOT, [DONE, DONE], ["整改措施均已完成，反馈问题的状态为未完成。"]),
        (BASIC, [DONE], ["整改措施均已完成，反馈问题的状态为基本完成。"]),
        (NOT, [DONE, BASIC], []),
        (NOT, [DONE, None], []),
        (NOT, [], []),
        (DONE, [DONE, NOT, BASIC], ["反馈问题的状态为已完成，第2、3条措施尚未完成。"]),
        (DONE, [DONE, None], []),
        (DONE, [DONE, DONE], []),
        (DONE, [], []),
    ],
)
def test_measures_and_finding_say_the_same(status, statuses, said):
    assert list(of(status, outcome="已建章立制", measures=measures(*statuses))) == said


@pytest.mark.parametrize(
    ("status", "outcome", "faulty"),
    [
        (DONE, "", True),
        (DONE, " \n", True),
        (DONE, "制度已印发", False),
        (BASIC, "", False),
        (NOT, "", False),
    ],
)
def test_what_is_completed_has_a_summary(status, outcome, faulty):
    said = ("反馈问题的状态为已完成，整改成效未填写。",)
    assert of(status, outcome=outcome) == (said if faulty else ())


@pytest.mark.parametrize(
    ("due", "within", "faulty"),
    [
        (date(2024, 9, 29), True, True),
        (END, True, False),
        (date(2024, 12, 1), False, False),
        (date(2024, 12, 1), None, False),
        (None, True, False),
    ],
)
def test_a_date_after_the_period_is_not_within_it(due, within, faulty):
    found = of(due_date=due, within_period=within)
    words = "已填“集中整改期完成”，完成时限2024年9月29日晚于集中整改期届满之日2024年9月28日。"
    assert found == ((words,) if faulty else ())


@pytest.mark.parametrize(
    ("kind", "quantity", "said"),
    [
        ("建章立制", "0", "第1条措施的类型含“建章立制”，数量为0。"),
        ("挽回损失", "0.00", "第1条措施的类型含“挽回损失”，数量为0。"),
        ("追责问责", "-2", "第1条措施的类型含“追责问责”，数量-2为负数。"),
        ("举一反三", "1", None),
        ("专项整治", None, None),
        ("重大措施", None, None),
        ("重大措施", "0", None),
    ],
)
def test_a_ticked_type_has_a_quantity(kind, quantity, said):
    found = of(measures=[MeasureFacts(1, types={kind: quantity})])
    assert found == ((said,) if said else ())


facts = st.builds(
    FindingFacts,
    status=st.sampled_from(FindingStatus),
    period_end=st.just(END),
    due_date=st.none() | st.dates(date(2024, 1, 1), date(2025, 12, 31)),
    within_period=st.sampled_from([None, True, False]),
    outcome=st.sampled_from(["", "已办"]),
    measures=st.lists(
        st.builds(
            MeasureFacts,
            number=st.integers(1, 9),
            status=st.none() | st.sampled_from(FindingStatus),
            types=st.dictionaries(
                st.sampled_from([kind.value for kind in MeasureType]),
                st.none() | st.sampled_from(["-1", "0", "3", "1.50"]),
            ),
        ),
        max_size=4,
    ),
)


@given(facts)
def test_each_contradiction_is_one_whole_sentence_said_once(given_facts):
    found = contradictions(given_facts)
    assert all(sentence.endswith("。") and sentence.count("。") == 1 for sentence in found)
    if not given_facts.measures:
        assert len(found) == len(set(found))


@given(facts)
def test_an_open_finding_without_measures_and_dates_contradicts_nothing(given_facts):
    bare = FindingFacts(NOT, END, outcome=given_facts.outcome)
    assert contradictions(bare) == ()
