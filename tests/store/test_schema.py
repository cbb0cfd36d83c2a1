"""The tables keep what the regulation demands, on both databases, whoever writes."""

from datetime import date
from decimal import Decimal

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import select

from tests.factories import (
    UNITS,
    everything,
    make_finding,
    make_inspection,
    make_measure,
    make_round,
    make_scored,
    make_sheet,
)
from xczg.rules.text import text_key
from xczg.rules.values import FindingKind, FindingStatus
from xczg.services.ledger_plan import stored_key
from xczg.store import tables
from xczg.store.columns import Hundredths
from xczg.store.engine import open_engine, reading, writing
from xczg.store.migrate import alembic_config, is_current, upgrade
from xczg.store.views.facts import round_facts

D, P, T = UNITS
APPEND_ONLY = {
    "rulebook_version": "version = version + 1",
    "progress_entry": "summary = 'x'",
    "audit_entry": "actor = 'x'",
    "frozen_result": "content = 'x'",
    "score_line": "points = 1",
    "attachment": "name = 'x'",
}


# Migrations


def test_the_migrations_give_exactly_the_tables_of_the_program(engine: Engine):
    with engine.begin() as connection:
        command.check(alembic_config(connection))


def test_upgrading_twice_changes_nothing(engine: Engine):
    make_scored(engine, make_round(engine), {"甲局党组": ("90", "80", "70")})
    before = everything(engine)
    upgrade(engine)
    assert everything(engine) == before
    assert is_current(engine)


def test_an_empty_database_is_not_current(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    engine.dispose()


def test_the_aggregation_has_an_index_to_live_on(engine: Engine):
    indexes = {tuple(index["column_names"][:3]) for index in inspect(engine).get_indexes("finding")}
    assert ("inspection_id", "status", "due_date") in indexes


def test_sqlite_waits_writes_ahead_and_keeps_foreign_keys(sqlite_engine: Engine):
    with sqlite_engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 1}


def test_a_postgresql_address_means_psycopg_3():
    engine = open_engine("postgresql://user@127.0.0.1/x")
    assert engine.url.drivername == "postgresql+psycopg"
    engine.dispose()


# What is refused

PLAIN_FINDING = {
    "position": 1,
    "text": "问题",
    "text_key": stored_key("问题"),
    "kind": FindingKind.INSPECTION,
    "status": FindingStatus.NOT_COMPLETED,
}


def account(**values):
    return tables.Account(**{"username": "ab", "name": "某", "password_hash": "x"} | values)


def finding(inspection, **values):
    return tables.Finding(**PLAIN_FINDING | {"inspection_id": inspection} | values)


def sheet(inspection, **values):
    plain = {"inspection_id": inspection, "unit": D, "complete": True, "recorded_by": "x"}
    return tables.ScoreSheet(**plain | values)


def survey(inspection, **values):
    counts = {"satisfied": 1, "basically_satisfied": 1, "dissatisfied": 1}
    return tables.SatisfactionSurvey(**counts | {"inspection_id": inspection} | values)


BAD_ROWS = {
    "an account with a capital letter": lambda _: [account(username="Ab", role="office")],
    "an account without a name to sign in by": lambda _: [account(username="", role="office")],
    "two accounts of one name": lambda _: [account(role="office"), account(role="leader")],
    "an organisation's account without organisation": lambda _: [account(role="organization")],
    "a team's account without a number": lambda _: [account(role="team")],
    "an office account of a team": lambda _: [account(role="office", team=1)],
    "a department's account without a name": lambda _: [account(role="department")],
    "a leader of a department": lambda _: [account(role="leader", department="财政局")],
    "an unknown role": lambda _: [account(role="mayor")],
    "two rounds of one name": lambda about: [
        tables.Round(name="同名", feedback_date=date(2024, 1, 1), rulebook_version_id=about["version"]),
        tables.Round(name="同名", feedback_date=date(2025, 1, 1), rulebook_version_id=about["version"]),
    ],
    "a round under no rulebook": lambda _: [
        tables.Round(name="甲", feedback_date=date(2024, 1, 1), rulebook_version_id=999)
    ],
    "two organisations that differ in spaces only": lambda _: [
        tables.Organization(name=name, name_key=text_key(name)) for name in ("乙 局", "乙局")
    ],
    "an organisation twice in a round": lambda about: [
        tables.Inspection(round_id=about["round"], organization_id=about["organization"])
    ],
    "team 0": lambda about: [tables.Inspection(**about["other"], team=0)],
    "team 100": lambda about: [tables.Inspection(**about["other"], team=100)],
    "an exemption without basis": lambda about: [
        tables.Inspection(**about["other"], exempted_on=date(2024, 1, 1))
    ],
    "a basis without exemption": lambda about: [tables.Inspection(**about["other"], exemption_basis="会议")],
    "a finding of no inspection": lambda _: [finding(999)],
    "a finding without text": lambda about: [finding(about["inspection"], text="")],
    "a finding of 4001 characters": lambda about: [finding(about["inspection"], text="题" * 4001)],
    "the same finding twice": lambda about: [
        finding(about["inspection"]),
        finding(about["inspection"], position=2),
    ],
    "a finding of unknown status": lambda about: [finding(about["inspection"], status="差不多")],
    "a finding of unknown kind": lambda about: [finding(about["inspection"], kind="专项")],
    "two measures in one place": lambda about: [
        tables.Measure(finding_id=about["finding"], position=1) for _ in range(2)
    ],
    "a sheet of version 0": lambda about: [sheet(about["inspection"], version=0)],
    "a sheet of an unknown unit": lambda about: [sheet(about["inspection"], unit="office")],
    "two current sheets of one unit": lambda about: [
        sheet(about["inspection"]),
        sheet(about["inspection"], version=2),
    ],
    "two sheets of one version": lambda about: [sheet(about["inspection"], current=False) for _ in range(2)],
    "points above 100": lambda about: [
        tables.ScoreLine(sheet_id=about["sheet"], criterion="x", points=Decimal("100.01"))
    ],
    "points below 0": lambda about: [
        tables.ScoreLine(sheet_id=about["sheet"], criterion="x", points=Decimal("-0.01"))
    ],
    "points with three decimals": lambda about: [
        tables.ScoreLine(sheet_id=about["sheet"], criterion="x", points=Decimal("1.005"))
    ],
    "a criterion scored twice": lambda about: [
        tables.ScoreLine(sheet_id=about["sheet"], criterion="x", points=Decimal(1)) for _ in range(2)
    ],
    "fewer than no ballots": lambda about: [survey(about["inspection"], invalid=-1)],
    "two surveys of one inspection": lambda about: [survey(about["inspection"]) for _ in range(2)],
    "a decided judgement without basis": lambda about: [
        tables.Judgement(
            inspection_id=about["inspection"],
            kind="问题较为突出",
            decided_on=date(2024, 1, 1),
            recorded_by="x",
        )
    ],
    "the same act twice": lambda about: [
        tables.RoundAct(round_id=about["round"], act="督查组汇总", on_date=date(2024, 1, 1), recorded_by="x")
        for _ in range(2)
    ],
    "a file stored twice": lambda _: [tables.Evidence(checksum="a" * 64, name="x", size=1) for _ in "ab"],
    "an open point confirmed twice": lambda about: [
        tables.OpenPointConfirmation(
            rulebook_version_id=about["version"],
            point="periods.start",
            confirmed_on=date(2024, 1, 1),
            confirmed_by="x",
        )
        for _ in range(2)
    ],
}


@pytest.fixture
def about(engine: Engine):
    """One row of everything, to hang bad rows on."""
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id)
    other = make_inspection(engine, make_round(engine, "另一轮"), "丙局党组")
    with reading(engine) as session:
        organization = session.get(tables.Inspection, inspection).organization_id
        elsewhere = session.get(tables.Inspection, other).organization_id
        version = session.exec(select(tables.RulebookVersion.id)).one()
    return {
        "round": round_id,
        "version": version,
        "inspection": inspection,
        "organization": organization,
        "other": {"round_id": round_id, "organization_id": elsewhere},
        "finding": make_finding(engine, inspection, "另一问题"),
        "sheet": make_sheet(engine, inspection, T, lines=1),
    }


def test_bad_rows_are_refused_by_the_database_itself(engine: Engine, about):
    before = everything(engine)
    for what, rows in BAD_ROWS.items():
        with pytest.raises((IntegrityError, StatementError, LookupError)), writing(engine) as session:  # noqa: PT012
            for row in rows(about):
                session.add(row)
                session.flush()
            pytest.fail(what)
    assert everything(engine) == before


def test_words_outside_an_enumeration_are_refused_below_the_program_too(engine: Engine, about):
    for table, column in (("finding", "status"), ("finding", "kind"), ("score_sheet", "unit")):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET {column} = 'nonsense'"))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_written_once_can_neither_be_changed_nor_removed(engine: Engine, about, table):
    with writing(engine) as session:
        session.add(
            tables.ProgressEntry(finding_id=about["finding"], status="未完成", recorded_by="x", summary="a")
        )
        session.add(
            tables.FrozenResult(
                round_id=about["round"],
                version=1,
                approved_on=date(2024, 1, 1),
                content="{}",
                checksum="0" * 64,
                recorded_by="x",
            )
        )
        evidence = tables.Evidence(checksum="0" * 64, name="a.pdf", size=1)
        session.add(evidence)
        session.flush()
        session.add(
            tables.Attachment(
                evidence_id=evidence.id, name="a.pdf", kind="整改进展", owner_id=1, added_by="x"
            )
        )
    before = everything(engine)
    assert before[table]
    for statement in (f"UPDATE {table} SET {APPEND_ONLY[table]}", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="is written once"), engine.begin() as connection:
            connection.execute(text(statement))
    assert everything(engine) == before


def test_every_table_with_a_history_is_append_only(engine: Engine):
    query = (
        "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT DISTINCT event_object_table FROM information_schema.triggers"
    )
    with engine.connect() as connection:
        assert {row[0] for row in connection.execute(text(query))} == set(APPEND_ONLY)


# Sums and units of work


def test_hundredths_are_summed_exactly(engine: Engine):
    """0.1 + 0.2 and its like, a hundred times, without a stray digit."""
    round_id = make_round(engine)
    inspection = make_inspection(engine, round_id)
    for unit in UNITS:
        make_sheet(engine, inspection, unit, lines=1, total="0.10")
    with writing(engine) as session:
        for number in range(9):
            session.add(tables.ScoreLine(sheet_id=1, criterion=f"x{number}", points=Decimal("0.7")))
    with reading(engine) as session:
        (fact,) = round_facts(session, round_id, date(2024, 1, 1)).facts
    assert str(fact.sheets[D].total) == "6.40"
    assert str(fact.sheets[P].total) == "0.10"


@pytest.mark.parametrize("value", ["0.01", "0", "100", "99.99", "-3.5"])
def test_hundredths_go_in_and_out_unchanged(value):
    kind = Hundredths()
    stored = kind.process_bind_param(Decimal(value), None)
    assert isinstance(stored, int)
    assert kind.process_result_value(stored, None) == Decimal(value)
    assert (kind.process_bind_param(None, None), kind.process_result_value(None, None)) == (None, None)


def test_hundredths_refuse_rather_than_lose_a_digit():
    with pytest.raises(ValueError, match="more than two decimal places"):
        Hundredths().process_bind_param(Decimal("0.001"), None)


def test_a_unit_of_work_that_fails_leaves_nothing(engine: Engine):
    before = everything(engine)
    with pytest.raises(RuntimeError), writing(engine) as session:  # noqa: PT012
        session.add(tables.Organization(name="甲", name_key="甲"))
        session.flush()
        raise RuntimeError
    assert everything(engine) == before


def test_reading_never_writes(engine: Engine):
    before = everything(engine)
    with reading(engine) as session:
        session.add(tables.Organization(name="甲", name_key="甲"))
        session.flush()
    assert everything(engine) == before


def test_a_measure_keeps_its_quantities_as_exact_text(engine: Engine):
    one = make_finding(engine, make_inspection(engine, make_round(engine)))
    make_measure(engine, one, types={"挽回损失": "1.50", "重大措施": None})
    with reading(engine) as session:
        assert session.exec(select(tables.Measure.types)).one() == {"挽回损失": "1.50", "重大措施": None}
