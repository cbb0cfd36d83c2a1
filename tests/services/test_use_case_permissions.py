"""Every service checks the permission itself: refuses each role without the use case, writes nothing."""

from contextlib import suppress

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import titled
from tests.factories import TODAY, actor, everything, make_finding, make_inspection, make_round
from xczg.access.permissions import PERMITTED, Actor, PermissionRefusedError, UseCase
from xczg.rules.phases import Act
from xczg.rules.rates import Ballots
from xczg.rules.values import Role, ScoringUnit
from xczg.services.assessment_groups import (
    ExceptionForm,
    NewMember,
    add_group,
    add_member,
    appoint_leader,
    leave_group,
    record_exception,
    record_recusal,
    rename_group,
)
from xczg.services.assessment_readings import read_assessment, read_places, read_visit
from xczg.services.exports import export_ledger, export_results, make_ledger_template
from xczg.services.freezing import freeze_round
from xczg.services.ledger_import import LedgerOrder, import_ledger
from xczg.services.meetings import (
    MeetingForm,
    open_wrap_up,
    read_consultation,
    read_wrap_up,
    record_consultation,
)
from xczg.services.organization_choices import read_all_organizations
from xczg.services.problems import add_problem, add_suggestion, withdraw_problem, withdraw_suggestion
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
from xczg.services.satisfaction import SurveyForm, issue_codes, record_survey
from xczg.services.score_import import import_scores, make_scores_template
from xczg.services.survey_readings import read_surveys
from xczg.services.unit_of_work import RefusedError
from xczg.services.visits import (
    CheckForm,
    VisitForm,
    cancel_visit,
    change_visit,
    record_checks,
    schedule_visit,
)
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
    "add_group": (UseCase.MANAGE_ASSESSMENT, lambda engine, who: add_group(engine, who, 1, "一组")),
    "rename_group": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: rename_group(engine, who, 1, version=1, name="一组"),
    ),
    "add_member": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: add_member(engine, who, 1, NewMember(ScoringUnit.TEAM, "张某某")),
    ),
    "appoint_leader": (UseCase.MANAGE_ASSESSMENT, lambda engine, who: appoint_leader(engine, who, 1)),
    "leave_group": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: leave_group(engine, who, 1, on_date=TODAY, reason="x", today=TODAY),
    ),
    "record_recusal": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: record_recusal(engine, who, 1, who=ScoringUnit.TEAM, reason="x", substitute="x"),
    ),
    "record_exception": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: record_exception(
            engine, who, 1, ExceptionForm("其他", "x", "x", TODAY), today=TODAY
        ),
    ),
    "schedule_visit": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: schedule_visit(engine, who, VisitForm(1, 1, TODAY, TODAY, ("x",))),
    ),
    "change_visit": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: change_visit(engine, who, 1, VisitForm(1, 1, TODAY, TODAY, ("x",)), version=1),
    ),
    "cancel_visit": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: cancel_visit(engine, who, 1, version=1),
    ),
    "record_consultation": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: record_consultation(
            engine, who, 1, MeetingForm(TODAY), version=None, today=TODAY
        ),
    ),
    "open_wrap_up": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: open_wrap_up(engine, who, 1, MeetingForm(TODAY), today=TODAY),
    ),
    "issue_codes": (
        UseCase.MANAGE_ASSESSMENT,
        lambda engine, who: issue_codes(engine, who, 1, number=1, expires_on=TODAY, today=TODAY),
    ),
    "read_all_organizations": (
        UseCase.MANAGE_ASSESSMENT,
        read_all_organizations,
    ),
    "record_checks": (
        UseCase.RECORD_VISIT,
        lambda engine, who: record_checks(
            engine, who, CheckForm(1, TODAY, ()), uploads=RULEBOOKS, today=TODAY
        ),
    ),
    "record_survey": (
        UseCase.RECORD_VISIT,
        lambda engine, who: record_survey(
            engine, who, 1, SurveyForm(Ballots(1, 0, 0), 1, TODAY), version=None, today=TODAY
        ),
    ),
    "read_surveys": (UseCase.RECORD_VISIT, lambda engine, who: read_surveys(engine, who, 1)),
    "read_places": (UseCase.RECORD_VISIT, lambda engine, who: read_places(engine, who, row(engine))),
    "read_visit": (UseCase.RECORD_VISIT, lambda engine, who: read_visit(engine, who, row(engine), 1)),
    "add_problem": (
        UseCase.RECORD_VISIT,
        lambda engine, who: add_problem(engine, who, 1, text="x", source="其他"),
    ),
    "add_suggestion": (UseCase.RECORD_VISIT, lambda engine, who: add_suggestion(engine, who, 1, text="x")),
    "withdraw_problem": (
        UseCase.RECORD_VISIT,
        lambda engine, who: withdraw_problem(engine, who, 1, reason="x"),
    ),
    "withdraw_suggestion": (
        UseCase.RECORD_VISIT,
        lambda engine, who: withdraw_suggestion(engine, who, 1, reason="x"),
    ),
    "read_assessment": (
        UseCase.VIEW_ASSESSMENT,
        lambda engine, who: read_assessment(engine, who, row(engine)),
    ),
    "read_consultation": (
        UseCase.VIEW_ASSESSMENT,
        lambda engine, who: read_consultation(engine, who, 1, TODAY),
    ),
    "read_wrap_up": (UseCase.VIEW_ASSESSMENT, lambda engine, who: read_wrap_up(engine, who, 1)),
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
