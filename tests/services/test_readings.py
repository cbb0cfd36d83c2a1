"""What the screens read: nobody sees a result before it is due, and figures do not depend on who looks."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from tests.factories import (
    FEEDBACK,
    OFFICE,
    TODAY,
    actor,
    all_of,
    confirm,
    make_findings,
    make_inspection,
    make_round,
    make_scored,
)
from xczg.rules.blindness import ScoreView
from xczg.rules.phases import Act
from xczg.rules.values import FindingStatus, Role
from xczg.services.freezing import freeze_round
from xczg.services.readings import list_rounds, read_organization, read_overview
from xczg.services.rounds import record_act
from xczg.store.engine import writing
from xczg.store.tables import Finding, Inspection, RoundAct

LEADER, TEAM_1 = actor(Role.LEADER), actor(Role.TEAM, team=1)
SCORES = {"甲": ("91.23", "92.34", "93.45"), "乙": ("61.23", "62.34", "63.45")}
FIGURES = ("61.23", "62.34", "63.45", "62.01")  # of 乙, and its total


@pytest.fixture
def round_id(engine: Engine) -> int:
    """Two organisations, scored; 甲 of team 1 has everything done, 乙 of team 2 nothing."""
    made = make_round(engine)
    ids = make_scored(engine, made, SCORES)
    late = TODAY - timedelta(days=10)
    make_findings(engine, ids["甲"], [{"text": f"{n}", "status": FindingStatus.COMPLETED} for n in range(10)])
    make_findings(engine, ids["乙"], [{"text": f"{n}", "due_date": late} for n in range(10)])
    with writing(engine) as session:
        for team, key in enumerate(ids.values(), 1):
            session.get(Inspection, key).team = team
    return made


def overview(engine, who, **more):
    (row,) = list_rounds(engine, who)
    return read_overview(engine, who, row, TODAY, **more)


def aggregate(engine, round_id):
    record_act(engine, OFFICE, round_id, Act.AGGREGATED, on_date=TODAY, basis="x", today=TODAY)


def organization_of(engine, name):
    ids = [one.organization_id for one in all_of(engine, Inspection)]
    return actor(Role.ORGANIZATION, organization_id=dict(zip(SCORES, ids, strict=True))[name])


@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL])
def test_before_the_aggregation_nobody_sees_a_score(engine, round_id, role):
    found = overview(engine, actor(role))
    # all sheets are in: the assessment group compares them, but there is no result yet
    view = ScoreView.PROGRESS_ONLY if role is Role.LEADER else ScoreView.SHEETS
    assert (found.view, found.with_scores, found.cut) == (view, False, None)
    for figure in FIGURES:
        assert figure not in repr(found.rows)
        assert figure not in repr(found.attention)
    assert (found.scored, found.assessed, found.sheets_complete, found.sheets_expected) == (2, 2, 6, 6)
    assert [row.organization for row in found.rows] == sorted(SCORES)


def test_the_office_may_see_the_provisional_reckoning(engine, round_id):
    found = overview(engine, OFFICE, provisional=True)
    assert str(found.rows[1].final_score) == "62.01"


def test_from_the_aggregation_on_leaders_see_ranks_and_scores(engine, round_id):
    aggregate(engine, round_id)
    found = overview(engine, LEADER)
    assert [(row.organization, row.rank, str(row.final_score)) for row in found.rows] == [
        ("甲", 1, "92.01"),
        ("乙", 2, "62.01"),
    ]
    assert found.cut.quota == 1


def test_the_figures_of_an_organisation_are_the_same_for_everybody(engine, round_id):
    aggregate(engine, round_id)
    whole = {row.organization: row for row in overview(engine, LEADER).rows}
    assert {row.organization: row for row in overview(engine, TEAM_1).rows} == {"甲": whole["甲"]}
    assert overview(engine, TEAM_1).dates == overview(engine, LEADER).dates
    assert overview(engine, TEAM_1).counts.findings == 10


def test_the_rate_of_the_round_in_a_reason_is_that_of_the_whole_round(engine, round_id):
    (theirs,) = overview(engine, actor(Role.TEAM, team=2)).attention
    assert "整改完成率0.0%，全轮为50.0%" in theirs.reasons
    (everybodys,) = overview(engine, LEADER).attention
    assert everybodys == theirs


def test_an_organisation_sees_its_own_final_score_once_circulated_and_nothing_before(engine, round_id):
    confirm(engine, round_id)
    who = organization_of(engine, "乙")

    def own():
        (row,) = list_rounds(engine, who)
        return read_organization(engine, who, row, "乙", TODAY)

    assert own().row.final_score is None
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="x", today=TODAY)
    assert own().row.final_score is None
    with writing(engine) as session:
        session.add(RoundAct(round_id=round_id, act=Act.CIRCULATED, on_date=TODAY, recorded_by="x"))
    found = own().row
    assert str(found.final_score) == "62.01"
    assert (found.rank, found.scores, found.final.parts, found.bottom_share) == (None, {}, (), False)


def test_an_organisation_cannot_read_another(engine, round_id):
    who = organization_of(engine, "乙")
    (row,) = list_rounds(engine, who)
    assert read_organization(engine, who, row, "甲", TODAY) is None
    found = read_organization(engine, who, row, "乙", TODAY)
    assert "甲" not in repr(found.overview.rows)
    assert "甲" not in repr(found.overview.attention)


def test_a_team_reads_what_it_inspected_and_nothing_else(engine, round_id):
    (row,) = list_rounds(engine, TEAM_1)
    assert read_organization(engine, TEAM_1, row, "甲", TODAY) is not None
    assert read_organization(engine, TEAM_1, row, "乙", TODAY) is None
    assert overview(engine, TEAM_1).categories == (("（未填写）", 0, 0),)


def test_a_frozen_round_shows_what_was_approved_whatever_is_done_later(engine, round_id):
    confirm(engine, round_id)
    with writing(engine) as session:
        session.execute(update(Finding).values(category="作风"))
    before = overview(engine, LEADER)
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="x", today=TODAY)
    with writing(engine) as session:
        session.execute(update(Finding).values(status=FindingStatus.COMPLETED, category="其他"))
    (row,) = list_rounds(engine, LEADER)
    later = read_overview(engine, LEADER, row, TODAY + timedelta(days=300))
    assert later.as_of == TODAY
    assert later.categories == before.categories == (("作风", 10, 0),)
    assert sum(first for _, first, _ in later.categories) == later.counts.not_completed
    (item,) = later.attention
    assert "逾期未完成10项，最长逾期10天" in item.reasons
    own = read_organization(engine, LEADER, row, "乙", TODAY + timedelta(days=300))
    assert own.row.counts.not_completed == 10
    assert own.unresolved == (), "the present state"


def test_later_feedback_is_named_within_the_scope(engine, round_id):
    with writing(engine) as session:
        for inspection, days in ((1, 20), (2, 30)):
            session.get(Inspection, inspection).feedback_date = FEEDBACK + timedelta(days=days)
    assert [one.organization for one in overview(engine, LEADER).later] == ["乙", "甲"]
    assert [one.organization for one in overview(engine, TEAM_1).later] == ["甲"]
    assert overview(engine, TEAM_1).dates.feedback == FEEDBACK + timedelta(days=30)


def test_an_organisation_with_a_later_feedback_date_has_its_own_periods(engine, round_id):
    from datetime import date

    make_inspection(engine, round_id, "丙", feedback_date=date(2024, 8, 31))
    (row,) = list_rounds(engine, OFFICE)
    own = {
        name: read_organization(engine, OFFICE, row, name, TODAY).dates.rectification_end
        for name in ("甲", "丙")
    }
    assert own == {"甲": date(2024, 9, 28), "丙": date(2024, 11, 30)}
    assert overview(engine, OFFICE).dates.rectification_end == date(2024, 11, 30)
