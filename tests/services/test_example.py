"""The example city: fictional, complete, and a function of today's date alone."""

import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, SQLModel, col, select

from xczg.access.accounts import add_account
from xczg.rules.phases import RoundState
from xczg.rules.result import as_json
from xczg.rules.rulebook import parse_rulebook
from xczg.rules.triggers import JudgementKind
from xczg.rules.values import FindingKind, FindingStatus, Role
from xczg.services.example import example_accounts, load_example
from xczg.services.example.city import read_city
from xczg.services.results import RoundReading, read_round
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import open_engine, reading, writing
from xczg.store.settings import RULEBOOKS
from xczg.store.tables import (
    AuditEntry,
    Finding,
    FrozenResult,
    Inspection,
    Judgement,
    Measure,
    OpenPointConfirmation,
    Organization,
    ProgressEntry,
    Round,
    RoundAct,
    ScoreLine,
    ScoreSheet,
)
from xczg.store.views.rounds import rounds
from xczg.store.views.sheets import sheet_states

TODAY = date(2026, 7, 14)
STATES = [RoundState.CIRCULATED, RoundState.DELIBERATED, RoundState.SCORING, RoundState.RECTIFICATION]


@pytest.fixture(scope="module")
def city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The example city of one day, for tests that only read."""
    file = tmp_path_factory.mktemp("example") / "xczg.db"
    shutil.copy(sqlite_template, file)
    engine = open_engine(f"sqlite:///{file}")
    load_example(engine, today=TODAY, rulebooks=RULEBOOKS)
    yield engine
    engine.dispose()


@pytest.fixture
def session(city: Engine) -> Iterator[Session]:
    with reading(city) as opened:
        yield opened


@pytest.fixture(scope="module")
def readings(city: Engine) -> list[RoundReading]:
    return read_all(city, TODAY)


def read_all(engine: Engine, today: date) -> list[RoundReading]:
    """The four rounds, oldest first."""
    with reading(engine) as opened:
        return [read_round(opened, row, today) for row in reversed(rounds(opened))]


def digest(engine: Engine) -> str:
    """Everything but moments, in the order of the tables."""
    total = hashlib.sha256()
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            columns = [column for column in table.columns if not column.name.endswith("_at")]
            for row in connection.execute(table.select().with_only_columns(*columns).order_by(table.c.id)):
                total.update(repr((table.name, *row)).encode())
    return total.hexdigest()


def count(session: Session, table: type[SQLModel], *where: object) -> int:
    return session.exec(select(func.count()).select_from(table).where(*where)).one()


def test_the_same_day_gives_the_same_rows(city: Engine, sqlite_engine: Engine) -> None:
    load_example(sqlite_engine, today=TODAY, rulebooks=RULEBOOKS)
    assert digest(sqlite_engine) == digest(city)


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 12, 31), date(2027, 3, 31)])
def test_other_days_shift_the_dates(today: date, readings: list[RoundReading], sqlite_engine: Engine) -> None:
    """Among them awkward ones: a leap day and the ends of long months."""
    load_example(sqlite_engine, today=today, rulebooks=RULEBOOKS)
    found = read_all(sqlite_engine, today)
    for one, base in zip(found, readings, strict=True):
        shift = (one.round.feedback_date - base.round.feedback_date).days
        assert abs(shift - (today - TODAY).days) <= 6
        assert set(one.organization_ids.values()) == set(base.organization_ids.values())
    assert [one.state for one in found] == STATES
    assert found[2].dates.rectification_end < today <= found[2].dates.assessment_due
    assert all(as_json(row)["findings"] >= 0 for one in found for row in one.result.rows)
    with reading(sqlite_engine) as session:
        newest = session.exec(select(func.max(ProgressEntry.recorded_at))).one()
        assert newest < datetime(today.year, today.month, today.day, tzinfo=UTC)
        assert session.exec(select(func.max(ScoreSheet.recorded_at))).one() < newest
        assert session.exec(select(func.max(RoundAct.on_date))).one() < today


def test_four_rounds_in_four_states(readings: list[RoundReading]) -> None:
    assert [one.state for one in readings] == STATES
    assert [one.frozen for one in readings] == [True, False, False, False]
    assert [one.result.provisional for one in readings] == [False, False, True, True]


def test_rounds_are_as_large_as_real_ones(readings: list[RoundReading], session: Session) -> None:
    for one in readings:
        assert 30 <= len(one.result.rows) <= 40
        assert 700 <= one.result.counts.findings <= 1000
        assert set(one.teams.values()) == set(range(1, 9))
    findings, measures = count(session, Finding), count(session, Measure)
    assert 3000 <= findings <= 3700
    assert 7000 <= measures <= 9000
    per_finding = set(
        session.exec(select(func.count()).select_from(Measure).group_by(col(Measure.finding_id)))
    )
    assert per_finding == {1, 2, 3, 4}


def test_the_circulated_round_is_frozen_as_the_committee_saw_it(
    readings: list[RoundReading], session: Session
) -> None:
    frozen = readings[0]
    live = count(
        session,
        Finding,
        col(Finding.status) == FindingStatus.COMPLETED,
        col(Finding.inspection_id).in_(
            select(Inspection.id).where(col(Inspection.round_id) == frozen.round.id)
        ),
    )
    assert frozen.result.counts.findings * 0.6 < frozen.result.counts.completed < live
    assert frozen.result.counts.closed_out > frozen.result.counts.findings * 0.6
    assert count(session, FrozenResult) == 1
    routes = [ground.route for row in frozen.result.rows for ground in row.talk]
    assert routes.count("B") == 1
    assert routes.count("A") >= 2


def test_ties_at_the_cut_and_elsewhere(readings: list[RoundReading]) -> None:
    deliberated = readings[1]
    cut = deliberated.result.cut
    assert cut.listed == cut.quota + cut.added_by_ties
    assert cut.added_by_ties >= 2
    above = [row for row in deliberated.result.rows if row.tied and not row.bottom_share]
    assert len(above) >= 2
    assert [row.exempted for row in deliberated.result.rows].count(True) == 1
    assert cut.population == len(deliberated.result.rows) - 1


def test_drafted_and_decided_judgements(readings: list[RoundReading], session: Session) -> None:
    query = (
        select(Judgement.kind, Judgement.decided_on)
        .join(Inspection, col(Inspection.id) == Judgement.inspection_id)
        .where(col(Inspection.round_id) == readings[1].round.id)
    )
    found = session.exec(query).all()
    assert {decided is None for kind, decided in found if kind is JudgementKind.PROMINENT} == {True, False}


def test_scores_are_plausible(readings: list[RoundReading], session: Session) -> None:
    finals = [row.final_score for one in readings[:2] for row in one.result.rows if row.final_score]
    assert 68 <= min(finals) <= 75
    assert 95 <= max(finals) <= 98
    known = [as_json(row) for row in readings[0].result.rows if str(row.final_score) == "81.68"]
    assert {"discipline": "77.28", "personnel": "80.79", "team": "93.99"} in [one["scores"] for one in known]
    rulebook = readings[0].rulebook
    most = {criterion.number: criterion.points for criterion in rulebook.criteria.value}
    for line in session.exec(select(ScoreLine)):
        assert 0 <= line.points <= most[line.criterion]
        assert (line.reason == "") == (line.points == most[line.criterion])


def test_scoring_goes_on(readings: list[RoundReading], session: Session) -> None:
    scoring = readings[2]
    lacking = [row for row in scoring.result.rows if row.missing]
    assert [len(row.missing) for row in lacking] == [1] * 5
    states = sheet_states(session, scoring.round.id)
    open_places = {(row.inspection_id, unit) for row in lacking for unit in row.missing}
    assert sorted(states.state(*place).value for place in open_places) == sorted(
        ["填写中", "填写中", "退回修改", "代录待确认", "未填写"]
    ), "sheets in all states"
    assert scoring.round.acts == ()
    surveyed = [row for row in scoring.result.rows if row.ballots]
    assert 0 < len(surveyed) < len(scoring.result.rows)


def test_the_last_round_is_in_its_period(readings: list[RoundReading], session: Session) -> None:
    last, special = readings[3], read_city().special
    assert last.round.latest_feedback > last.round.feedback_date
    assert not any(row.ballots or any(row.scores.values()) for row in last.result.rows)
    assert last.result.counts.overdue > 20
    assert last.result.counts.due < last.result.counts.findings / 2
    empty = [row.organization for row in last.result.rows if not row.counts.findings]
    assert empty == [special.without_findings]
    assert len(special.long_name) > 60
    assert {special.long_name, special.extreme_texts} <= {row.organization for row in last.result.rows}
    mine = col(Finding.inspection_id).in_(
        select(Inspection.id).where(col(Inspection.round_id) == last.round.id)
    )
    immediate = (
        col(Finding.kind) == FindingKind.IMMEDIATE,
        col(Finding.status) == FindingStatus.COMPLETED,
    )
    assert count(session, Finding, mine, *immediate) > 10
    assert count(session, Finding, mine, col(Finding.long_term).is_(True)) > 10
    undated = (col(Finding.due_date).is_(None), col(Finding.long_term).is_(False))
    assert count(session, Finding, mine, *undated) > 5


def test_extreme_texts(session: Session) -> None:
    texts = session.exec(select(Finding.text)).all()
    assert any(len(text) >= 600 for text in texts)
    assert all(any(text.startswith(sign) for text in texts) for sign in "=+@")
    assert any(all(sign in text for sign in '<&>"*_|$') for text in texts)
    assert "１２" in session.exec(select(Finding.serial)).all()
    assert not any("{" in text for text in texts)


def test_all_open_points_are_confirmed(readings: list[RoundReading], session: Session) -> None:
    points = parse_rulebook(readings[0].round.rulebook_content).open_points()
    assert set(session.exec(select(OpenPointConfirmation.point))) == set(points)


def test_satisfaction_low_and_too_few_to_split(readings: list[RoundReading]) -> None:
    special = read_city().special
    rows = {row.organization: row for one in readings[:2] for row in one.result.rows}
    low, few = rows[special.low_satisfaction].ballots, rows[special.few_ballots].ballots
    assert low is not None
    assert few is not None
    assert low.rate.percent() < 60
    assert not few.may_split(5)


def test_history_ends_at_the_present_status(session: Session) -> None:
    last: dict[int, FindingStatus] = {}
    entries: dict[int, int] = {}
    for entry in session.exec(select(ProgressEntry).order_by(ProgressEntry.recorded_at)):
        last[entry.finding_id] = entry.status
        entries[entry.finding_id] = entries.get(entry.finding_id, 0) + 1
        assert entry.imported == (entries[entry.finding_id] == 1)
    assert set(entries.values()) == {1, 2, 3}
    assert last == dict(session.exec(select(Finding.id, Finding.status)).all())


def test_a_finding_stands_where_its_least_complete_measure_does(session: Session) -> None:
    least: dict[int, FindingStatus] = {}
    for key, status in session.exec(select(Measure.finding_id, Measure.status)):
        assert status is not None
        least[key] = min(least.get(key, status), status, key=lambda one: one.rank)
    assert least == dict(session.exec(select(Finding.id, Finding.status)).all())


def test_weak_organizations_tell_a_story(readings: list[RoundReading]) -> None:
    weak = read_city().special.account
    for one in readings:
        row = next(row for row in one.result.rows if row.organization == weak)
        own, average = row.counts.strict.fraction, one.result.counts.strict.fraction
        assert own is not None
        assert average is not None
        assert own < average
        assert row.counts.overdue >= (1 if one.state is RoundState.RECTIFICATION else 3)


def test_organizations_come_again_and_all_come(readings: list[RoundReading], session: Session) -> None:
    seen = [set(one.organization_ids.values()) for one in readings]
    assert len(set.union(*seen)) == count(session, Organization)
    assert len(seen[0] & seen[3]) >= 10


def test_the_loading_is_audited(session: Session) -> None:
    actions = session.exec(select(AuditEntry.action)).all()
    assert actions.count("导入整改台账") == 4
    assert {"载入示例城市", "冻结评估结果", "登记结果通报"} <= set(actions)


def test_a_used_database_is_refused(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        session.add(Organization(name="崤陵市水利局党组", name_key="崤陵市水利局党组"))
    with pytest.raises(RefusedError, match="已有轮次或党组织"):
        load_example(sqlite_engine, today=TODAY, rulebooks=RULEBOOKS)
    with reading(sqlite_engine) as session:
        assert count(session, Round) == 0


def test_one_account_per_role(city: Engine, readings: list[RoundReading]) -> None:
    found = example_accounts()
    assert [one.role for one in found] == list(Role)
    circulated = {row.organization: row for row in readings[0].result.rows}
    assert circulated[str(found[5].scope["organization"])].bottom_share
    with reading(city) as session:
        assert all(found[4].scope["team"] in one.teams.values() for one in readings)
        for username, name, role, scope in found:
            if not scope:  # making an account takes a quarter of a second
                continue
            given = dict(scope)
            if "organization" in given:
                wanted = col(Organization.name) == given.pop("organization")
                given["organization_id"] = session.exec(select(Organization.id).where(wanted)).one()
            add_account(session, actor="test", username=username, name=name, role=role, **given)


def test_postgresql_holds_the_same_city(postgres_url: str, readings: list[RoundReading]) -> None:
    engine = open_engine(postgres_url)
    load_example(engine, today=TODAY, rulebooks=RULEBOOKS)
    with writing(engine) as session:
        session.add(Organization(name="另一党组", name_key="另一党组"))
        session.flush()
    rows = [as_json(row) for one in read_all(engine, TODAY) for row in one.result.rows]
    assert sorted(map(str, rows)) == sorted(str(as_json(row)) for one in readings for row in one.result.rows)
    engine.dispose()
