"""R8: when the blindness lifts, for the whole round at once, and what each role sees in which state."""

import itertools

import pytest

from tests.factories import actor, rulebook
from xczg.access.permissions import Actor, score_view, scoring_unit
from xczg.rules.blindness import ScoreView, blindness_lifted, sees_sheet
from xczg.rules.phases import RoundState
from xczg.rules.values import Role, ScoringUnit

PROGRESS, SHEETS, OWN, _, ALL = ScoreView
SCOPES = {
    Role.TEAM: {"team": 1},
    Role.ORGANIZATION: {"organization_id": 1},
    Role.DEPARTMENT: {"department": "x"},
}
UNITS = (Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM)
AGGREGATED, CIRCULATED = RoundState.AGGREGATED, RoundState.CIRCULATED


@pytest.mark.parametrize(
    ("submitted", "expected", "wrapped_up", "lifted"),
    [
        (0, 0, False, False),
        (0, 6, False, False),
        (5, 6, False, False),
        (6, 6, False, True),
        (0, 6, True, True),
        (5, 6, True, True),
        (0, 0, True, True),
    ],
)
def test_it_lifts_when_all_sheets_are_in_or_the_meeting_is_opened(submitted, expected, wrapped_up, lifted):
    assert blindness_lifted(submitted=submitted, expected=expected, wrapped_up=wrapped_up) is lifted


def expected_view(role: Role, state: RoundState, *, lifted: bool) -> ScoreView:
    """The table of the domain in words: who sees what, when."""
    if role in (*UNITS, Role.OFFICE):
        return ALL if state.reached(AGGREGATED) else SHEETS if lifted else PROGRESS
    if role is Role.LEADER:
        return ALL if state.reached(AGGREGATED) else PROGRESS
    if role is Role.ORGANIZATION:
        return OWN if state.reached(CIRCULATED) else PROGRESS
    return PROGRESS


@pytest.mark.parametrize(
    ("role", "state", "lifted"), list(itertools.product(Role, RoundState, [False, True]))
)
def test_every_cell_of_role_state_and_lifting(role, state, lifted):
    who = actor(role, **SCOPES.get(role, {}))
    assert score_view(who, state, rulebook(), lifted=lifted) is expected_view(role, state, lifted=lifted)


def test_nobody_sees_less_later():
    """Sheets, then results: no state takes away what an earlier one showed."""
    order = [PROGRESS, SHEETS, OWN, ALL]
    for role in Role:
        who = actor(role, **SCOPES.get(role, {}))
        seen = [order.index(score_view(who, state, rulebook())) for state in RoundState]
        assert seen == sorted(seen), role


@pytest.mark.parametrize(("role", "unit", "view"), list(itertools.product(Role, ScoringUnit, ScoreView)))
def test_a_unit_always_sees_its_own_sheet_and_others_only_when_they_are_open(role, unit, view):
    own = scoring_unit(actor(role, **SCOPES.get(role, {})))
    assert sees_sheet(view, own, unit) is (own is unit or view in (SHEETS, ALL))


def test_who_scores_is_a_unit_of_its_own():
    found = {role: scoring_unit(actor(role, **SCOPES.get(role, {}))) for role in Role}
    assert {role: unit for role, unit in found.items() if unit} == dict(zip(UNITS, ScoringUnit, strict=True))
    assert scoring_unit(Actor("x", "x", frozenset())) is None
