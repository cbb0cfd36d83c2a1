"""R7, R9: the satisfaction survey from paper, and the anonymous ballot by one-time code."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from tests.factories import OFFICE, TODAY, actor, all_of, everything, make_inspection, make_round, read
from tests.services.test_assessment_groups_and_visits import freeze
from xczg.rules.rates import Ballots
from xczg.rules.values import Role
from xczg.services.satisfaction import (
    NOT_VALID,
    WRONG_ALLOWED,
    WRONG_WITHIN,
    Choice,
    SurveyForm,
    ballot_organization,
    cast_ballot,
    issue_codes,
    record_survey,
)
from xczg.services.survey_readings import read_surveys
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import AuditEntry, BallotCode, SatisfactionSurvey

NOON = datetime(2024, 11, 20, 4, tzinfo=UTC)
HERE = "192.0.2.1"


@pytest.fixture
def inspection(engine: Engine) -> int:
    return make_inspection(engine, make_round(engine), team=1)


def survey(engine, inspection, *counts, issued=50, version=None, who=OFFICE):
    form = SurveyForm(Ballots(*counts), issued, TODAY)
    record_survey(engine, who, inspection, form, version=version, today=TODAY)


def codes(engine, inspection, number=3, until=TODAY):
    return issue_codes(engine, OFFICE, inspection, number=number, expires_on=until, today=TODAY)


def cast(engine, code, choice=Choice.SATISFIED, *, at=NOON, today=TODAY, address=HERE):
    cast_ballot(engine, code, choice, address=address, at=at, today=today)


def counts(engine):
    (one,) = all_of(engine, SatisfactionSurvey)
    return one.satisfied, one.basically_satisfied, one.dissatisfied, one.unaware, one.invalid, one.issued


# From paper


def test_the_counts_are_kept_and_make_the_rate(engine: Engine, inspection: int):
    survey(engine, inspection, 20, 10, 10, 5, 3)
    assert counts(engine) == (20, 10, 10, 5, 3, 50)
    (row,) = read_surveys(engine, OFFICE, 1)
    assert (row.returned, row.ballots.rate.text()) == (48, "75.0%")
    (result,) = read(engine, 1).result.rows
    assert result.ballots == row.ballots


@pytest.mark.parametrize(
    ("numbers", "issued", "sentence"),
    [
        ((20, 10, 10, 5, 6), 50, "收回51张，多于发出的50张"),
        ((-1, 0, 0, 0, 0), 50, "不能为负数"),
        ((0, 0, 0, 0, 0), -1, "不能为负数"),
    ],
)
def test_more_than_was_issued_cannot_come_back(engine, inspection, numbers, issued, sentence):
    with pytest.raises(RefusedError, match=sentence):
        survey(engine, inspection, *numbers, issued=issued)
    assert all_of(engine, SatisfactionSurvey) == []


def test_of_two_who_record_the_second_is_shown_the_first(engine: Engine, inspection: int):
    survey(engine, inspection, 20, 0, 0)
    with pytest.raises(StaleError) as stale:
        survey(engine, inspection, 10, 0, 0)
    assert stale.value.stored.satisfied == 20
    survey(engine, inspection, 10, 0, 0, version=stale.value.stored.version)
    assert counts(engine)[0] == 10


def test_a_team_records_what_it_inspected_only(engine: Engine, inspection: int):
    with pytest.raises(RefusedError, match="不在您的数据范围内"):
        survey(engine, inspection, 1, 0, 0, who=actor(Role.TEAM, team=2))
    survey(engine, inspection, 1, 0, 0, who=actor(Role.TEAM, team=1))


# By code


def test_a_code_is_known_by_its_hash_alone_and_counts_once(engine: Engine, inspection: int):
    first, second, third = codes(engine, inspection)
    assert len({first, second, third}) == 3
    stored = {one.code_hash for one in all_of(engine, BallotCode)}
    assert stored == {hashlib.sha256(c.replace("-", "").encode()).hexdigest() for c in (first, second, third)}
    assert ballot_organization(engine, first, address=HERE, at=NOON, today=TODAY) == "甲局党组"
    cast(engine, first, Choice.DISSATISFIED)
    assert counts(engine) == (0, 0, 1, 0, 0, 3)
    with pytest.raises(RefusedError, match="已使用"):
        cast(engine, first)
    assert counts(engine) == (0, 0, 1, 0, 0, 3)
    cast(engine, second.upper().replace("-", " "), Choice.UNAWARE)
    assert counts(engine) == (0, 0, 1, 1, 0, 3)


def test_the_same_code_sent_twice_at_once_counts_once(engine: Engine, inspection: int):
    (code,) = codes(engine, inspection, 1)

    def act(choice):
        try:
            cast(engine, code, choice)
        except RefusedError as refusal:
            return str(refusal)
        return "counted"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(act, (Choice.SATISFIED, Choice.SATISFIED)))
    assert outcomes == sorted(["counted", NOT_VALID])
    assert counts(engine)[0] == 1


def test_different_codes_at_once_are_all_counted(engine: Engine, inspection: int):
    many = codes(engine, inspection, 8)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda code: cast(engine, code), many))
    assert counts(engine) == (8, 0, 0, 0, 0, 8)
    assert all(one.used for one in all_of(engine, BallotCode))


def test_nothing_that_is_kept_ties_a_code_to_a_choice(engine: Engine, inspection: int):
    first, second = codes(engine, inspection, 2)
    cast(engine, first, Choice.DISSATISFIED)
    cast(engine, second, Choice.SATISFIED)
    assert set(BallotCode.model_fields) == {"id", "inspection_id", "code_hash", "expires_on", "used"}
    kept = repr(everything(engine, "satisfaction_survey", "rulebook_version"))
    for trace in (first, second, HERE, "satisfied", *(repr(choice.value) for choice in Choice)):
        assert trace not in kept
    ballots = [one for one in all_of(engine, AuditEntry) if one.action == "满意度投票"]
    assert [(one.actor, one.detail) for one in ballots] == [("匿名", {})] * 2


def test_a_code_lasts_until_its_day_and_no_longer(engine: Engine, inspection: int):
    first, second = codes(engine, inspection, 2)
    cast(engine, first, today=TODAY)
    with pytest.raises(RefusedError, match="过期"):
        cast(engine, second, today=TODAY + timedelta(1))
    assert counts(engine)[0] == 1


def test_wrong_codes_are_limited_for_a_while_at_the_same_address(engine: Engine, inspection: int):
    (code,) = codes(engine, inspection, 1)
    for place in range(WRONG_ALLOWED):
        with pytest.raises(RefusedError, match="无效"):
            cast(engine, f"aaaa-aaaa-aa{place:02}")
    with pytest.raises(RefusedError, match="输错次数过多，请15分钟后再试"):
        cast(engine, code)
    assert counts(engine)[0] == 0
    cast(engine, code, address="192.0.2.2")
    with pytest.raises(RefusedError, match="无效"):
        cast(engine, "aaaa-aaaa-aaaa", at=NOON + WRONG_WITHIN)


def test_ballots_on_screen_and_paper_never_exceed_what_was_issued(engine: Engine, inspection: int):
    survey(engine, inspection, 5, 0, 0, issued=5)
    first, second = codes(engine, inspection, 2)
    assert counts(engine)[5] == 7
    (row,) = read_surveys(engine, OFFICE, 1)
    survey(engine, inspection, 6, 0, 0, issued=7, version=row.version)
    cast(engine, first)
    with pytest.raises(RefusedError, match=r"已达到发出票数.*投票码仍然有效"):
        cast(engine, second)
    assert counts(engine) == (7, 0, 0, 0, 0, 7)
    assert [one.used for one in all_of(engine, BallotCode)].count(True) == 1


def test_a_ballot_meanwhile_is_not_overwritten_by_the_paper_counts(engine: Engine, inspection: int):
    (code, *_) = codes(engine, inspection, 3)
    (drawn,) = read_surveys(engine, OFFICE, 1)
    cast(engine, code)
    with pytest.raises(StaleError) as stale:
        survey(engine, inspection, 9, 0, 0, issued=20, version=drawn.version)
    assert stale.value.stored.satisfied == 1


@pytest.mark.parametrize(
    ("numbers", "issued", "sentence"),
    [((0, 0, 0), 3, "收回票数不得少于1"), ((1, 0, 0), 2, "发出票数不得少于3")],
)
def test_paper_counts_do_not_fall_below_the_ballots_on_screen(engine, inspection, numbers, issued, sentence):
    cast(engine, codes(engine, inspection, 3)[0])
    (drawn,) = read_surveys(engine, OFFICE, 1)
    with pytest.raises(RefusedError, match=sentence):
        survey(engine, inspection, *numbers, issued=issued, version=drawn.version)


def test_few_ballots_on_screen_are_not_split(engine: Engine, inspection: int):
    many = codes(engine, inspection, 5)
    for place, code in enumerate(many):
        cast(engine, code)
        (row,) = read_surveys(engine, OFFICE, 1)
        assert row.may_split(5) is (place == 4)


@pytest.mark.parametrize(("number", "until"), [(0, TODAY), (501, TODAY), (1, TODAY - timedelta(1))])
def test_codes_are_issued_in_reason(engine, inspection, number, until):
    with pytest.raises(RefusedError):
        codes(engine, inspection, number, until)
    assert all_of(engine, BallotCode) == []


def test_a_frozen_round_takes_no_ballots(engine: Engine, inspection: int):
    (code,) = codes(engine, inspection, 1)
    freeze(engine, 1)
    for act in (
        lambda: survey(engine, inspection, 1, 0, 0, version=1),
        lambda: codes(engine, inspection),
        lambda: cast(engine, code),
    ):
        with pytest.raises(RefusedError, match=r"冻结|已经结束"):
            act()
    assert counts(engine)[0] == 0
