"""What a round rests on, read in a fixed number of statements whatever its size."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.factories import (
    FEEDBACK,
    OFFICE,
    TODAY,
    UNITS,
    counted_statements,
    make_finding,
    make_findings,
    make_inspection,
    make_measure,
    make_round,
    make_scored,
    make_sheet,
    read,
)
from xczg.rules.phases import Act, RoundState
from xczg.rules.rates import Ballots, StatusCounts
from xczg.rules.values import FindingStatus
from xczg.services.rounds import record_act
from xczg.store.engine import reading, writing
from xczg.store.scope import Scope
from xczg.store.tables import Inspection, Judgement, SatisfactionSurvey
from xczg.store.views.facts import round_facts
from xczg.store.views.ledger import (
    LedgerFilter,
    export_rows,
    finding_detail,
    ledger_choices,
    ledger_counts,
    ledger_rows,
    organization_choices,
)
from xczg.store.views.organization import inspection_head, other_rounds, unresolved
from xczg.store.views.rounds import own_feedback_dates, rounds

D, P, T = UNITS
OPEN, BASICALLY, DONE = FindingStatus
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def counts_of(engine, round_id):
    with reading(engine) as session:
        found = round_facts(session, round_id, TODAY)
    return {fact.organization: fact.counts for fact in found.facts}, found


def test_overdue_is_past_its_date_not_completed_dated_and_not_long_term(engine: Engine):
    table = [
        ({"due_date": YESTERDAY}, True),
        ({"due_date": YESTERDAY, "status": BASICALLY}, True),
        ({"due_date": YESTERDAY, "status": DONE}, False),
        ({"due_date": YESTERDAY, "long_term": True}, False),
        ({"due_date": TODAY}, False),
        ({"due_date": TOMORROW}, False),
        ({}, False),
    ]
    round_id = make_round(engine)
    for number, (values, _) in enumerate(table):
        inspection = make_inspection(engine, round_id, f"单位{number}")
        make_finding(engine, inspection, **values)
    counts, found = counts_of(engine, round_id)
    assert [counts[f"单位{number}"].overdue for number in range(len(table))] == [
        int(late) for _, late in table
    ]
    assert [fact.oldest_overdue for fact in found.facts if fact.oldest_overdue] == [YESTERDAY] * 2


def test_what_is_open_by_category(engine: Engine):
    inspection = make_inspection(engine, round_id := make_round(engine))
    make_inspection(engine, round_id, "乙")
    rows = [("作风", OPEN), ("作风", OPEN), ("作风", DONE), ("党建", BASICALLY), ("", DONE)]
    make_findings(
        engine,
        inspection,
        [{"text": f"{n}", "category": name, "status": status} for n, (name, status) in enumerate(rows)],
    )
    with reading(engine) as session:
        facts = round_facts(session, round_id, TODAY, with_categories=True).facts
        without = round_facts(session, round_id, TODAY).facts
    assert {fact.organization: dict(fact.categories) for fact in facts} == {
        "甲局党组": {"作风": (2, 0), "党建": (0, 1), "": (0, 0)},
        "乙": {},
    }
    assert [dict(fact.categories) for fact in without] == [{}, {}]


def test_feedback_dates_of_their_own(engine: Engine):
    round_id, other = make_round(engine), make_round(engine, "另一轮")
    one = make_inspection(engine, round_id, "甲", feedback_date=FEEDBACK + timedelta(days=3))
    two = make_inspection(engine, round_id, "乙")
    make_inspection(engine, other, "甲")
    with reading(engine) as session:
        assert own_feedback_dates(session) == {round_id: [("甲", FEEDBACK + timedelta(days=3))]}
        found = round_facts(session, round_id, TODAY).feedback_dates
    assert found == {one: FEEDBACK + timedelta(days=3), two: None}


def test_due_counts_what_has_come_due_today_or_before(engine: Engine):
    inspection = make_inspection(engine, round_id := make_round(engine))
    make_findings(
        engine,
        inspection,
        [
            {"text": "甲", "due_date": TODAY, "status": DONE},
            {"text": "乙", "due_date": YESTERDAY},
            {"text": "丙", "due_date": TOMORROW, "status": DONE},
            {"text": "丁", "due_date": YESTERDAY, "long_term": True},
            {"text": "戊", "status": BASICALLY, "closed_out_on": TODAY},
        ],
    )
    counts, _ = counts_of(engine, round_id)
    assert counts["甲局党组"] == StatusCounts(
        findings=5,
        completed=2,
        basically_completed=1,
        closed_out=1,
        overdue=1,
        due=2,
        due_completed=1,
    )


def test_measures_never_multiply_findings(engine: Engine):
    inspection = make_inspection(engine, round_id := make_round(engine))
    finding = make_finding(engine, inspection, status=DONE)
    for position in range(1, 6):
        make_measure(engine, finding, position)
    counts, _ = counts_of(engine, round_id)
    assert counts["甲局党组"].findings == 1


def test_an_organisation_without_findings_still_has_a_row(engine: Engine):
    make_inspection(engine, round_id := make_round(engine))
    counts, _ = counts_of(engine, round_id)
    assert counts == {"甲局党组": StatusCounts()}


def test_other_rounds_do_not_leak_into_a_round(engine: Engine):
    one, other = make_round(engine), make_round(engine, "另一轮")
    for round_id in (one, other):
        inspection = make_inspection(engine, round_id)
        make_finding(engine, inspection)
        for unit in UNITS:
            make_sheet(engine, inspection, unit, "90")
    (fact,) = read(engine, one).facts
    assert fact.counts.findings == 1
    assert [sheet.lines for sheet in fact.sheets.values()] == [9, 9, 9]


def test_only_the_current_version_of_a_sheet_counts(engine: Engine):
    inspection = make_inspection(engine, round_id := make_round(engine))
    make_sheet(engine, inspection, D, "90", current=False)
    make_sheet(engine, inspection, D, "70.5", version=2)
    (fact,) = read(engine, round_id).facts
    assert str(fact.sheets[D].total) == "70.50"


def test_only_decided_judgements_count(engine: Engine):
    inspection = make_inspection(engine, round_id := make_round(engine))
    with writing(engine) as session:
        common = {"inspection_id": inspection, "recorded_by": "x"}
        session.add(Judgement(kind="问题较为突出", **common))
        session.add(
            Judgement(kind="不论排名的情形", text="虚假整改", decided_on=TODAY, basis="会议", **common)
        )
    (fact,) = read(engine, round_id).facts
    assert [judgement.text for judgement in fact.judgements] == ["虚假整改"]


def test_ballots_are_read_as_they_were_counted(engine: Engine):
    inspection = make_inspection(engine, round_id := make_round(engine))
    with writing(engine) as session:
        session.add(
            SatisfactionSurvey(
                inspection_id=inspection,
                satisfied=1,
                basically_satisfied=2,
                dissatisfied=3,
                unaware=4,
                invalid=5,
            )
        )
    assert read(engine, round_id).facts[0].ballots == Ballots(1, 2, 3, 4, 5)


def test_results_do_not_depend_on_the_order_of_insertion(engine: Engine):
    chance = random.Random(7)
    names = [f"单位{number:02}" for number in range(12)]
    totals = {name: (str(60 + number // 2), "80.5", "70.25") for number, name in enumerate(names)}
    reckoned = []
    for number in range(3):
        round_id = make_round(engine, f"第{number}轮")
        order = list(names)
        chance.shuffle(order)
        made = make_scored(engine, round_id, {name: totals[name] for name in order})
        for name in order:
            make_finding(engine, made[name], due_date=YESTERDAY if name < "单位05" else None)
        reckoned.append(
            [
                (row.organization, row.rank, row.final_score, row.bottom_share, row.tied, row.counts)
                for row in read(engine, round_id).result.rows
            ]
        )
    assert reckoned[0] == reckoned[1] == reckoned[2]


# Rounds


def test_rounds_are_listed_newest_first_with_their_organisations(engine: Engine):
    make_round(engine, "旧", date(2023, 1, 1))
    new = make_round(engine, "新", date(2025, 1, 1))
    make_round(engine, "中", date(2024, 1, 1))
    for name in ("甲", "乙"):
        make_inspection(engine, new, name)
    with reading(engine) as session:
        found = rounds(session)
    assert [(row.name, row.organizations) for row in found] == [("新", 2), ("中", 0), ("旧", 0)]
    assert {row.rulebook_key for row in found} == {"sanmenxia-2024-trial"}


def test_rounds_of_one_rulebook_share_one_stored_version(engine: Engine):
    for name in ("甲", "乙"):
        make_round(engine, name)
    with reading(engine) as session:
        assert len({row.rulebook_version_id for row in rounds(session)}) == 1


def test_the_deadlines_of_a_round_follow_its_latest_feedback_date(engine: Engine):
    round_id = make_round(engine)
    make_inspection(engine, round_id, "甲")
    make_inspection(engine, round_id, "乙", feedback_date=date(2024, 8, 31))
    found = read(engine, round_id)
    assert found.dates.rectification_end == date(2024, 11, 30)
    assert found.state is RoundState.RECTIFICATION
    assert read(engine, round_id, date(2024, 12, 1)).state is RoundState.REPORTING


def test_a_round_reads_the_same_whoever_looks(engine: Engine):
    """A team or an organisation sees fewer rows, never another state or other dates."""
    round_id = make_round(engine)
    make_inspection(engine, round_id, "甲", team=1)
    late = make_inspection(engine, round_id, "乙", team=2, feedback_date=date(2024, 8, 31))
    with reading(engine) as session:
        whole = rounds(session)
        organization = session.get(Inspection, late).organization_id
        for scope in (Scope(team=1), Scope(team=2), Scope(organization_id=organization)):
            assert rounds(session, scope=scope) == whole, scope


def test_a_scope_lists_only_the_rounds_it_has_a_part_in(engine: Engine):
    one, other = make_round(engine, "一"), make_round(engine, "二")
    make_inspection(engine, one, "甲", team=1)
    theirs = make_inspection(engine, other, "乙", team=2)
    with reading(engine) as session:
        organization = session.get(Inspection, theirs).organization_id
        named = {
            scope: [row.name for row in rounds(session, scope=scope)]
            for scope in (Scope(team=1), Scope(team=3), Scope(organization_id=organization))
        }
    assert list(named.values()) == [["一"], [], ["二"]]


def test_scoring_has_begun_with_the_first_sheet_and_acts_are_in_the_row(engine: Engine):
    round_id = make_round(engine)
    assert read(engine, round_id).state is RoundState.REPORTING
    make_scored(engine, round_id, {"甲": ("90", "90", "90")})
    assert read(engine, round_id).state is RoundState.SCORING
    record_act(engine, OFFICE, round_id, Act.AGGREGATED, on_date=TODAY, basis="总结会", today=TODAY)
    found = read(engine, round_id)
    assert found.state is RoundState.AGGREGATED
    assert [(act.act, act.on_date, act.basis) for act in found.round.acts] == [
        (Act.AGGREGATED, TODAY, "总结会")
    ]


# One organisation


def test_what_is_unresolved_earliest_first_undated_last_completed_left_out(engine: Engine):
    inspection = make_inspection(engine, make_round(engine))
    make_findings(
        engine,
        inspection,
        [
            {"text": "未定时限"},
            {"text": "明天", "due_date": TOMORROW, "status": BASICALLY},
            {"text": "完成", "due_date": YESTERDAY, "status": DONE},
            {"text": "昨天", "due_date": YESTERDAY},
            {"text": "长期", "due_date": date(2024, 1, 1), "long_term": True},
        ],
    )
    with reading(engine) as session:
        found = unresolved(session, inspection)
    assert [(one.text, one.days_overdue(TODAY)) for one in found] == [
        ("长期", 0),
        ("昨天", 1),
        ("明天", 0),
        ("未定时限", 0),
    ]


def test_the_same_organisation_in_earlier_rounds(engine: Engine):
    old, new = make_round(engine, "旧", date(2022, 1, 1)), make_round(engine, "新", date(2024, 1, 1))
    before = make_inspection(engine, old, feedback_date=date(2022, 2, 2))
    make_findings(engine, before, [{"text": "甲", "status": DONE}, {"text": "乙", "status": BASICALLY}])
    now = make_inspection(engine, new)
    make_inspection(engine, old, "别的单位")
    with reading(engine) as session:
        head = inspection_head(session, now)
        (other,) = other_rounds(session, head.organization_id, new)
    assert head.feedback_date == date(2024, 1, 1)
    assert (other.name, other.feedback_date, other.counts) == ("旧", date(2022, 2, 2), StatusCounts(2, 1, 1))


# The number of statements


def fill(engine, round_id, organizations):
    for number in range(organizations):
        inspection = make_inspection(engine, round_id, f"单位{round_id}-{number:02}", team=1 + number % 3)
        ids = make_findings(
            engine,
            inspection,
            [{"text": f"问题{n}", "category": f"类{n % 3}", "due_date": YESTERDAY} for n in range(4)],
        )
        make_measure(engine, ids[0])
        for unit in UNITS:
            make_sheet(engine, inspection, unit, "80")


VIEWS = {
    "rounds": (2, lambda session, round_id: rounds(session)),
    "round_facts": (4, lambda session, round_id: round_facts(session, round_id, TODAY)),
    "ledger_counts": (1, lambda session, round_id: ledger_counts(session, LedgerFilter(round_id), TODAY)),
    "ledger_rows": (
        1,
        lambda session, round_id: ledger_rows(session, LedgerFilter(round_id), TODAY, page=1, size=20),
    ),
    "ledger_choices": (2, ledger_choices),
    "organization_choices": (1, organization_choices),
    "export_rows": (2, lambda session, round_id: list(export_rows(session, LedgerFilter(round_id), TODAY))),
    "with categories": (
        5,
        lambda session, round_id: round_facts(session, round_id, TODAY, with_categories=True),
    ),
    "own_feedback_dates": (1, lambda session, round_id: own_feedback_dates(session)),
    "finding_detail": (3, lambda session, round_id: finding_detail(session, 1)),
    "inspection_head": (1, lambda session, round_id: inspection_head(session, 1)),
    "unresolved": (1, lambda session, round_id: unresolved(session, 1)),
    "other_rounds": (1, lambda session, round_id: other_rounds(session, 1, round_id)),
}


@pytest.fixture
def two_sizes(engine: Engine):
    """A round of one organisation and a round of fifty."""
    small, large = make_round(engine, "小"), make_round(engine, "大", FEEDBACK)
    fill(engine, small, 1)
    fill(engine, large, 50)
    return small, large


def test_the_number_of_statements_is_fixed_and_does_not_grow_with_rows(engine: Engine, two_sizes):
    needed = {}
    for round_id in two_sizes:
        for name, (_, view) in VIEWS.items():
            with counted_statements(engine) as seen, reading(engine) as session:
                view(session, round_id)
            needed.setdefault(name, []).append(len(seen))
        with counted_statements(engine) as seen:
            read(engine, round_id)
        needed.setdefault("whole round", []).append(len(seen))
    expected = {name: [number] * 2 for name, (number, _) in VIEWS.items()}
    assert needed == expected | {"whole round": [6, 6]}
