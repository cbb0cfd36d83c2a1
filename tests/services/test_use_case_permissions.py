"""Every service checks the permission itself: refuses each role without the use case, writes nothing."""

from contextlib import suppress

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import titled
from tests.factories import TODAY, actor, everything, make_finding, make_inspection, make_round
from xczg.access.permissions import PERMITTED, Actor, PermissionRefusedError, UseCase
from xczg.exchange.inspection_lists import pasted_names
from xczg.rules.phases import Act
from xczg.rules.values import Role
from xczg.services.exports import export_ledger, export_results, make_ledger_template
from xczg.services.freezing import freeze_round
from xczg.services.inspection_lists import (
    add_inspections,
    make_list_template,
    place_lines,
    read_list_file,
)
from xczg.services.inspections import (
    InspectionEdit,
    InspectionFields,
    change_inspections,
    exempt_inspection,
    read_inspections,
    remove_inspection,
    withdraw_exemption,
)
from xczg.services.ledger_import import LedgerOrder, import_ledger
from xczg.services.organizations import (
    add_organization,
    add_other_name,
    archive_organization,
    delete_organization,
    merge_organizations,
    preview_merge,
    read_directory,
    read_organization_card,
    read_selectable,
    rename_organization,
    restore_organization,
)
from xczg.services.readings import (
    list_rounds,
    present_name,
    read_choices,
    read_finding,
    read_ledger_counts,
    read_ledger_rows,
    read_organization,
    read_organization_names,
    read_overview,
)
from xczg.services.round_editing import (
    archive_round,
    delete_round,
    edit_round,
    read_work,
    restore_round,
    rulebook_choices,
)
from xczg.services.rounds import add_round, confirm_open_points, record_act
from xczg.services.score_import import import_scores, make_scores_template
from xczg.services.tenures import TenureFields, add_tenure, change_tenure, principal_on, remove_tenure
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
    "present_name": (UseCase.VIEW_ORGANIZATION, lambda engine, who: present_name(engine, who, "甲局党组")),
    "rulebook_choices": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: rulebook_choices(engine, who, RULEBOOKS),
    ),
    "read_work": (UseCase.MANAGE_ROUNDS, lambda engine, who: read_work(engine, who, 1)),
    "edit_round": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: edit_round(engine, who, 1, 1, name="新", term="", feedback_date=TODAY),
    ),
    "archive_round": (UseCase.MANAGE_ROUNDS, lambda engine, who: archive_round(engine, who, 1, 1)),
    "restore_round": (UseCase.MANAGE_ROUNDS, lambda engine, who: restore_round(engine, who, 1, 1)),
    "delete_round": (UseCase.MANAGE_ROUNDS, lambda engine, who: delete_round(engine, who, 1)),
    "read_inspections": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: read_inspections(engine, who, 1, TODAY),
    ),
    "change_inspections": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: change_inspections(
            engine, who, 1, [InspectionEdit(1, 1, InspectionFields(contact="王某"))]
        ),
    ),
    "exempt_inspection": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: exempt_inspection(
            engine, who, 1, 1, decided_by="x", decided_on=TODAY, reason="x", today=TODAY
        ),
    ),
    "withdraw_exemption": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: withdraw_exemption(engine, who, 1, 1, reason="x"),
    ),
    "remove_inspection": (UseCase.MANAGE_ROUNDS, lambda engine, who: remove_inspection(engine, who, 1)),
    "place_lines": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: place_lines(engine, who, 1, pasted_names("乙局").lines),
    ),
    "add_inspections": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: add_inspections(engine, who, 1, pasted_names("乙局").lines, create=True),
    ),
    "read_list_file": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: read_list_file(engine, who, b"x", "a.xlsx"),
    ),
    "make_list_template": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: make_list_template(engine, who, 1),
    ),
    "add_organization": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: add_organization(engine, who, "丙局"),
    ),
    "rename_organization": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: rename_organization(engine, who, 1, 1, "丁局", reason="x"),
    ),
    "add_other_name": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: add_other_name(engine, who, 1, "戊局", reason="x"),
    ),
    "preview_merge": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: preview_merge(engine, who, 1, 2),
    ),
    "merge_organizations": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: merge_organizations(engine, who, 1, 2, 1, reason="x"),
    ),
    "archive_organization": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: archive_organization(engine, who, 1, 1),
    ),
    "restore_organization": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: restore_organization(engine, who, 1, 1),
    ),
    "delete_organization": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: delete_organization(engine, who, 1),
    ),
    "read_directory": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: read_directory(engine, who, "", TODAY, size=9),
    ),
    "read_selectable": (UseCase.MANAGE_ORGANIZATIONS, read_selectable),
    "read_organization_card": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: read_organization_card(engine, who, 1),
    ),
    "add_tenure": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: add_tenure(engine, who, 1, TenureFields("张某某", "书记", TODAY)),
    ),
    "change_tenure": (
        UseCase.MANAGE_ORGANIZATIONS,
        lambda engine, who: change_tenure(engine, who, 1, 1, TenureFields("张某某", "书记", TODAY)),
    ),
    "remove_tenure": (UseCase.MANAGE_ORGANIZATIONS, lambda engine, who: remove_tenure(engine, who, 1, 1)),
    "principal_on": (
        UseCase.VIEW_ORGANIZATION,
        lambda engine, who: principal_on(engine, who, 1, TODAY),
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
