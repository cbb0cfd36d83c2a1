"""A list's name finds its organisation exactly, or a person is asked."""

import pytest

from xczg.rules.names import NameMatch, NameVerdict, match_name

KNOWN = {"市水利局党组": 1, "市水务局党组": 1, "市水利工程局党委": 2, "市教育局党组": 3}


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("市水利局党组", NameMatch(NameVerdict.KNOWN, 1)),
        ("市水务局 党组", NameMatch(NameVerdict.KNOWN, 1)),  # a former name, with a stray space
        ("水利局", NameMatch(NameVerdict.AMBIGUOUS, candidates=(1,))),
        ("市水利", NameMatch(NameVerdict.AMBIGUOUS, candidates=(1, 2))),
        ("中共市教育局党组", NameMatch(NameVerdict.AMBIGUOUS, candidates=(3,))),
        ("市审计局党组", NameMatch(NameVerdict.UNKNOWN)),
        ("市", NameMatch(NameVerdict.UNKNOWN)),
        ("", NameMatch(NameVerdict.UNKNOWN)),
    ],
)
def test_a_name_is_known_unclear_or_unknown(name, match):
    assert match_name(name, KNOWN) == match


def test_a_likeness_is_never_taken_for_a_match():
    assert match_name("市教育局", KNOWN).organization_id is None
