"""The ledger: each filter finds what it says, pages follow one another, and no scope leaks."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.factories import TODAY, make_finding, make_findings, make_inspection, make_measure, make_round
from xczg.rules.values import FindingKind, FindingStatus
from xczg.store.engine import reading
from xczg.store.scope import EVERYTHING, Scope
from xczg.store.tables import Inspection
from xczg.store.views.ledger import (
    BLANK,
    LedgerFilter,
    export_rows,
    finding_detail,
    ledger_choices,
    ledger_counts,
    ledger_rows,
)

OPEN, BASICALLY, DONE = FindingStatus
LATE = TODAY - timedelta(days=10)

FINDINGS = {
    "甲": [
        {"text": "学习不深入", "category": "党建", "unit": "办公室", "due_date": LATE},
        {
            "text": "100%未覆盖_制度",
            "category": "党建",
            "unit": "人事科",
            "status": BASICALLY,
            "due_date": LATE,
        },
        {"text": "选人用人", "kind": FindingKind.PERSONNEL_SELECTION, "status": DONE, "due_date": LATE},
    ],
    "乙": [
        {
            "text": "作风不实",
            "category": "作风",
            "key_matter": True,
            "outcome": "已学习文件",
            "due_date": TODAY,
        },
        {"text": "长期任务", "category": "作风", "long_term": True, "due_date": LATE, "target": "Party建设"},
        {"text": "学习不深入", "category": "党建", "unit": "办公室", "status": DONE},
    ],
}


@pytest.fixture
def round_id(engine: Engine) -> int:
    """Two organisations of two teams, three findings each; another round with the same texts."""
    made = make_round(engine)
    for team, (name, findings) in enumerate(FINDINGS.items(), 1):
        make_findings(engine, make_inspection(engine, made, name, team=team), findings)
    make_findings(engine, make_inspection(engine, make_round(engine, "另一轮"), "甲", team=1), FINDINGS["甲"])
    return made


def texts(engine, wanted, scope=EVERYTHING):
    with reading(engine) as session:
        rows = ledger_rows(session, wanted, TODAY, page=1, size=100, scope=scope)
        counts = ledger_counts(session, wanted, TODAY, scope)
        exported = list(export_rows(session, wanted, TODAY, scope))
    assert counts.total == len(rows) == len(exported)
    assert [(one.organization, one.finding.text) for one in exported] == [
        (row.organization, row.text) for row in rows
    ]
    for status in FindingStatus:
        assert counts.by_status[status] == sum(row.status is status for row in rows)
    return [f"{row.organization}{row.text}" for row in rows]


ALL = ["甲学习不深入", "甲100%未覆盖_制度", "甲选人用人", "乙作风不实", "乙长期任务", "乙学习不深入"]
FILTERS = [
    ({}, ALL, "全部反馈问题"),
    ({"category": "党建"}, ["甲学习不深入", "甲100%未覆盖_制度", "乙学习不深入"], "党建"),
    ({"category": BLANK}, ["甲选人用人"], "（未填写）"),
    ({"kind": FindingKind.PERSONNEL_SELECTION}, ["甲选人用人"], "选人用人专项"),
    ({"status": DONE}, ["甲选人用人", "乙学习不深入"], "已完成"),
    ({"status": OPEN}, ["甲学习不深入", "乙作风不实", "乙长期任务"], "未完成"),
    ({"overdue": True}, ["甲学习不深入", "甲100%未覆盖_制度"], "逾期未完成"),
    ({"unit": "办公室"}, ["甲学习不深入", "乙学习不深入"], "责任单位为办公室"),
    ({"unit": "办公"}, [], "责任单位为办公"),
    ({"key_matter": True}, ["乙作风不实"], "重点关注"),
    ({"long_term": True}, ["乙长期任务"], "长期坚持"),
    ({"text": "学习"}, ["甲学习不深入", "乙作风不实", "乙学习不深入"], "含“学习”"),
    ({"text": "party"}, ["乙长期任务"], "含“party”"),
    ({"text": "%"}, ["甲100%未覆盖_制度"], "含“%”"),
    ({"text": "_"}, ["甲100%未覆盖_制度"], "含“_”"),
    ({"text": "' OR 1=1 --"}, [], "含“' OR 1=1 --”"),
    (
        {"category": "党建", "status": OPEN, "overdue": True, "text": "学习"},
        ["甲学习不深入"],
        "党建、未完成、逾期未完成、含“学习”",
    ),
    ({"category": "党建", "key_matter": True}, [], "党建、重点关注"),
]


def test_a_filter_finds_what_its_sentence_says(engine: Engine, round_id):
    for chosen, found, sentence in FILTERS:
        wanted = LedgerFilter(round_id, **chosen)
        assert wanted.sentence() == sentence
        assert texts(engine, wanted) == found, sentence


def test_one_organisation(engine: Engine, round_id):
    with reading(engine) as session:
        choices = ledger_choices(session, round_id)
    wanted = LedgerFilter(round_id, organization_id=choices.organizations["乙"], status=OPEN)
    assert texts(engine, wanted) == ["乙作风不实", "乙长期任务"]
    assert wanted.sentence("乙") == "乙、未完成"


def test_the_choices_are_the_values_that_occur(engine: Engine, round_id):
    with reading(engine) as session:
        found = ledger_choices(session, round_id)
    assert set(found.organizations) == {"甲", "乙"}
    assert set(found.categories) == {BLANK, "作风", "党建"}
    assert set(found.units) == {"人事科", "办公室"}


def test_pages_follow_one_another_without_gap_or_repetition(engine: Engine, round_id):
    for size in (1, 2, 4, 5, 6, 7):
        seen = []
        for page in range(1, 8):
            with reading(engine) as session:
                rows = ledger_rows(session, LedgerFilter(round_id), TODAY, page=page, size=size)
            assert len(rows) <= size
            seen += [f"{row.organization}{row.text}" for row in rows]
        assert seen == ALL, size


def test_days_overdue_stand_in_the_row_exactly_where_the_filter_says_overdue(engine: Engine, round_id):
    with reading(engine) as session:
        rows = ledger_rows(session, LedgerFilter(round_id), TODAY, page=1, size=100)
    late = {f"{row.organization}{row.text}": row.days_overdue(TODAY) for row in rows}
    assert {name: days for name, days in late.items() if days} == {
        "甲学习不深入": 10,
        "甲100%未覆盖_制度": 10,
    }


# Scope


def scopes(engine):
    with reading(engine) as session:
        organization = session.get(Inspection, 2).organization_id
    return {
        Scope(team=1): ["甲"],
        Scope(team=2): ["乙"],
        Scope(team=9): [],
        Scope(organization_id=organization): ["乙"],
        Scope(organization_id=999): [],
    }


def test_no_view_of_the_ledger_leaks_what_lies_outside_the_scope(engine: Engine, round_id):
    for scope, names in scopes(engine).items():
        expected = [name for name in ALL if name[0] in names]
        assert texts(engine, LedgerFilter(round_id), scope) == expected
        with reading(engine) as session:
            choices = ledger_choices(session, round_id, scope)
            details = [finding_detail(session, number, scope) for number in range(1, 7)]
        assert list(choices.organizations) == names
        assert [one.organization for one in details if one] == [name[0] for name in expected]


def test_a_filter_cannot_reach_out_of_the_scope(engine: Engine, round_id):
    with reading(engine) as session:
        organizations = ledger_choices(session, round_id).organizations
    wanted = LedgerFilter(round_id, organization_id=organizations["甲"])
    assert texts(engine, wanted, Scope(team=2)) == []
    assert texts(engine, wanted, Scope(organization_id=organizations["乙"])) == []


# One finding


def test_a_finding_with_its_measures_in_order(engine: Engine):
    one = make_finding(engine, make_inspection(engine, make_round(engine), "甲"), "问题")
    for position in (3, 1, 2):
        make_measure(engine, one, position)
    with reading(engine) as session:
        found = finding_detail(session, one)
        missing = finding_detail(session, 999)
    assert [measure.text for measure in found.measures] == ["措施1", "措施2", "措施3"]
    assert (found.organization, found.finding.text, missing) == ("甲", "问题", None)
    with reading(engine) as session:
        (row,) = ledger_rows(session, LedgerFilter(1), TODAY, page=1, size=9)
    assert row.measures == 3
