"""What a page sends to the browser, and the example city as the services reckon it."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from google.protobuf.json_format import MessageToDict
from sqlalchemy import Engine
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from tests.factories import OFFICE
from tests.office import Office
from xczg.rules.values import Role
from xczg.services.example.city import read_city
from xczg.services.readings import list_rounds
from xczg.services.results import RoundReading, read_round
from xczg.store.clock import today
from xczg.store.engine import reading
from xczg.store.tables import Inspection, Organization

OVERVIEW, ORGANIZATION = "leadership/overview.py", "leadership/organization.py"
LEDGER, IMPORT = "office/ledger.py", "office/ledger_import.py"
CLOSE_OUT, EXTENSIONS = "office/close_out.py", "office/extensions.py"
SUBMISSIONS, MATTERS = "office/submissions.py", "office/matters.py"
FINDING = "office/finding.py"
GROUPS, CONSULTATION, WRAP_UP = "office/groups.py", "office/consultation.py", "office/wrap_up.py"
VISITS, SATISFACTION = "scoring/visits.py", "office/satisfaction.py"
BALLOT = "scoring/ballot.py"
ROUNDS, SCORES = "office/rounds.py", "office/scores.py"
RULEBOOK, ANNEXES = "system/rulebook.py", "system/annexes.py"
PARAMETERS = "system/parameters.py"
ACCOUNTS, DUE = "system/accounts.py", "system/due.py"
TASKS, SUPERVISION, REPORT = "scoring/task_list.py", "scoring/supervision.py", "scoring/report.py"
ORGANIZATIONS = "office/organizations.py"
SCORE_SHEET = "scoring/score_sheet.py"
ACCOUNTS, HOME = "system/accounts.py", "system/home.py"

CIRCULATED, DELIBERATED, SCORING, CURRENT = (f"三届市委第{number}轮" for number in "四五六七")
OWN, TEAM = read_city().special.account, read_city().special.team  # of the accounts with a scope


def look(app: Office, role: Role, page: str, /, **address: str) -> AppTest:
    """A page as this role sees it under an address."""
    test = app.session(role).run()
    assert not test.exception
    return go(test, page, **address)


def go(test: AppTest, page: str, /, **address: str) -> AppTest:
    """On to another page, with its parameters."""
    test.switch_page(f"pages/{page}")
    test.query_params.clear()
    test.query_params.update(address)
    test.run()
    assert not test.exception
    return test


def everything(test: AppTest) -> str:
    """All that reaches the browser: text, explanations, charts, tables with their hidden columns."""
    parts = []
    for node in test._tree:
        if node.type in ("dataframe", "table"):
            parts.append(node.value.to_csv())
        proto = getattr(node, "proto", None)
        if proto is not None:
            parts.append(json.dumps(MessageToDict(proto), ensure_ascii=False).replace("\\\\", "\\"))
    return "\n".join(parts)


def numbers(scores: Iterable[Decimal | None]) -> set[str]:
    """Scores that no rate can be mistaken for: those with two decimals."""
    return {f"{score:.2f}" for score in scores if score is not None and score * 10 % 1}


def found(values: Iterable[str], text: str) -> set[str]:
    """Which of these numbers stand in a text, each as a whole."""
    return {value for value in values if re.search(rf"(?<![\d.]){re.escape(value)}(?!\d)", text)}


def reckoned(app: Office, name: str) -> RoundReading:
    """A round as the services reckon it, the same for everybody."""
    row = next(row for row in list_rounds(app.engine, OFFICE) if row.name == name)
    with reading(app.engine) as session:
        return read_round(session, row, today())


def scores_of(result: RoundReading, *names: str) -> set[str]:
    """The scores of a round, or of some of its organisations."""
    rows = [row for row in result.result.rows if not names or row.organization in names]
    return numbers(score for row in rows for score in (row.final_score, *row.scores.values()))


def organization_id(engine: Engine, name: str) -> int:
    """The number of an organisation."""
    with reading(engine) as session:
        return session.exec(select(Organization.id).where(col(Organization.name) == name)).one()


def inspected_by(app: Office, team: int, round_name: str) -> set[str]:
    """Whom a team inspected in a round."""
    row = next(row for row in list_rounds(app.engine, OFFICE) if row.name == round_name)
    with reading(app.engine) as session:
        return set(
            session.exec(
                select(Organization.name)
                .join(Inspection, col(Inspection.organization_id) == Organization.id)
                .where(Inspection.round_id == row.id, Inspection.team == team)
            )
        )


def metrics(test: AppTest) -> dict[str, tuple[str, str]]:
    """The tiles: value and note by label."""
    return {tile.label: (tile.value, tile.delta) for tile in test.metric}


def table(test: AppTest, *columns: str) -> list[dict[str, Any]]:
    """The rows of the table that has these columns."""
    found = [*test.dataframe, *test.table]
    tables = [one.value for one in found if set(columns) <= set(one.value.columns)]
    assert len(tables) == 1, [list(one.value.columns) for one in test.dataframe]
    return tables[0].to_dict("records")


def links(test: AppTest) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Links as label, page and parameters."""
    return [(link.label, link.page, parse_qs(link.query_string)) for link in test.page_link]
