"""Every service checks the permission itself: refuses each role without the use case, writes nothing."""

from contextlib import suppress

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import titled
from tests.factories import TODAY, actor, everything, make_finding, make_inspection, make_round
from xczg.access.permissions import PERMITTED, Actor, PermissionRefusedError, UseCase
from xczg.rules.phases import Act
from xczg.rules.values import Role, ScoringUnit
from xczg.services.exports import export_ledger, export_results, make_ledger_template
from xczg.services.freezing import freeze_round
from xczg.services.ledger_import import LedgerOrder, import_ledger
from xczg.services.readings import (
    list_rounds,
    read_choices,
    read_finding,
    read_ledger_counts,
    read_ledger_rows,
    read_organization,
    read_organization_names,
    read_overview,
)
from xczg.services.rounds import add_round, confirm_open_points, record_act
from xczg.services.score_files import FilledWorkbook, import_own_scores, make_own_template
from xczg.services.score_import import import_scores, make_scores_template
from xczg.services.score_readings import (
    read_matrix,
    read_scoring,
    read_sheet,
    read_side_by_side,
    read_versions,
)
from xczg.services.score_review import PaperSheet, record_proxy, return_sheet
from xczg.services.score_sheets import confirm_proxy, reject_proxy, save_draft, submit_sheet
from xczg.services.score_writing import Seen
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import reading
from xczg.store.settings import RULEBOOKS
from xczg.store.views.ledger import LedgerFilter
from xczg.store.views.rounds import rounds


def row(engine):
    with reading(engine) as session:
        return rounds(session)[0]


SERVICES = {
    "add_round": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: add_round(engine, who, "新", TODAY, rulebooks=RULEBOOKS),
    ),
    "confirm_open_points": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: confirm_open_points(engine, who, 1, confirmed_on=TODAY, basis="x"),
    ),
    "record_act": (
        UseCase.RECORD_ACT,
        lambda engine, who: record_act(engine, who, 1, Act.AGGREGATED, on_date=TODAY, basis="x", today=TODAY),
    ),
    "freeze_round": (
        UseCase.FREEZE,
        lambda engine, who: freeze_round(engine, who, 1, approved_on=TODAY, basis="x", today=TODAY),
    ),
    "import_ledger": (
        UseCase.IMPORT_LEDGER,
        lambda engine, who: import_ledger(
            engine, who, LedgerOrder(titled(), "a.xlsx", 1, create_organizations=True)
        ),
    ),
    "import_ledger, dry": (
        UseCase.IMPORT_LEDGER,
        lambda engine, who: import_ledger(engine, who, LedgerOrder(titled(), "a.xlsx", 1), dry_run=True),
    ),
    "make_ledger_template": (
        UseCase.IMPORT_LEDGER,
        lambda engine, who: make_ledger_template(engine, who, 1),
    ),
    "import_scores": (
        UseCase.IMPORT_SCORES,
        lambda engine, who: import_scores(engine, who, 1, content=b"", name="a.xlsx", uploads=RULEBOOKS),
    ),
    "make_scores_template": (
        UseCase.IMPORT_SCORES,
        lambda engine, who: make_scores_template(engine, who, 1),
    ),
    "export_ledger": (
        UseCase.EXPORT_LEDGER,
        lambda engine, who: export_ledger(engine, who, LedgerFilter(1), today=TODAY),
    ),
    "export_results": (
        UseCase.EXPORT_RESULTS,
        lambda engine, who: export_results(engine, who, 1, today=TODAY),
    ),
    "read_overview": (
        UseCase.VIEW_OVERVIEW,
        lambda engine, who: read_overview(engine, who, row(engine), TODAY),
    ),
    "read_overview, provisional": (
        UseCase.VIEW_PROVISIONAL,
        lambda engine, who: read_overview(engine, who, row(engine), TODAY, provisional=True),
    ),
    "read_organization": (
        UseCase.VIEW_ORGANIZATION,
        lambda engine, who: read_organization(engine, who, row(engine), "甲局党组", TODAY),
    ),
    "read_organization_names": (
        UseCase.VIEW_ORGANIZATION,
        lambda engine, who: read_organization_names(engine, who, 1),
    ),
    "read_choices": (UseCase.VIEW_LEDGER, lambda engine, who: read_choices(engine, who, 1)),
    "read_ledger_counts": (
        UseCase.VIEW_LEDGER,
        lambda engine, who: read_ledger_counts(engine, who, LedgerFilter(1), TODAY),
    ),
    "read_ledger_rows": (
        UseCase.VIEW_LEDGER,
        lambda engine, who: read_ledger_rows(engine, who, LedgerFilter(1), TODAY, page=1, size=9),
    ),
    "read_finding": (UseCase.VIEW_LEDGER, lambda engine, who: read_finding(engine, who, 1)),
}
SERVICES |= {
    "read_scoring": (UseCase.FILL_SHEET, lambda engine, who: read_scoring(engine, who, row(engine), TODAY)),
    "read_sheet": (UseCase.FILL_SHEET, lambda engine, who: read_sheet(engine, who, 1)),
    "save_draft": (UseCase.FILL_SHEET, lambda engine, who: save_draft(engine, who, 1, {}, Seen())),
    "submit_sheet": (UseCase.FILL_SHEET, lambda engine, who: submit_sheet(engine, who, 1, {}, Seen())),
    "confirm_proxy": (UseCase.FILL_SHEET, lambda engine, who: confirm_proxy(engine, who, 1)),
    "reject_proxy": (UseCase.FILL_SHEET, lambda engine, who: reject_proxy(engine, who, 1, "x")),
    "make_own_template": (UseCase.FILL_SHEET, lambda engine, who: make_own_template(engine, who, 1)),
    "import_own_scores": (
        UseCase.FILL_SHEET,
        lambda engine, who: import_own_scores(engine, who, 1, FilledWorkbook(b"", "a.xlsx")),
    ),
    "return_sheet": (UseCase.RETURN_SHEET, lambda engine, who: return_sheet(engine, who, 1, "x")),
    "record_proxy": (
        UseCase.IMPORT_SCORES,
        lambda engine, who: record_proxy(
            engine, who, PaperSheet(1, ScoringUnit.TEAM, {}), Seen(), uploads=RULEBOOKS
        ),
    ),
    "read_matrix": (
        UseCase.VIEW_PROVISIONAL,
        lambda engine, who: read_matrix(engine, who, row(engine), TODAY),
    ),
    "read_versions": (
        UseCase.VIEW_ASSESSMENT,
        lambda engine, who: read_versions(engine, who, 1, ScoringUnit.TEAM, TODAY),
    ),
    "read_side_by_side": (
        UseCase.VIEW_ASSESSMENT,
        lambda engine, who: read_side_by_side(engine, who, 1, TODAY),
    ),
}
SCOPES = {
    Role.TEAM: {"team": 1},
    Role.ORGANIZATION: {"organization_id": 1},
    Role.DEPARTMENT: {"department": "财政局"},
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_for_the_roles_of_its_use_case_alone(engine: Engine, service):
    use_case, call = SERVICES[service]
    round_id = make_round(engine)
    make_finding(engine, make_inspection(engine, round_id, team=1))
    for role in Role:
        who = actor(role, **SCOPES.get(role, {}))
        if use_case in PERMITTED[role]:
            with suppress(RefusedError):  # for another reason; the permission let it pass
                call(engine, who)
            continue
        before = everything(engine)
        with pytest.raises(PermissionRefusedError, match=f"您没有{use_case}的权限"):
            call(engine, who)
        assert everything(engine) == before, role


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_without_a_role_may_do_anything(sqlite_engine: Engine, service):
    make_round(sqlite_engine)
    with pytest.raises(PermissionRefusedError):
        SERVICES[service][1](sqlite_engine, Actor("x", "x", frozenset()))


def test_every_use_case_of_the_rounds_has_a_service_that_checks_it():
    assert {use_case for use_case, _ in SERVICES.values()} == set(UseCase) - {UseCase.MANAGE_ACCOUNTS}


def test_who_sees_no_organisation_sees_no_round(engine: Engine):
    make_inspection(engine, make_round(engine), team=1)
    assert len(list_rounds(engine, actor(Role.OFFICE))) == 1
    assert list_rounds(engine, actor(Role.TEAM, team=2)) == []
    assert list_rounds(engine, actor(Role.ORGANIZATION, organization_id=99)) == []
