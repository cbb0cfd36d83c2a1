"""Every service checks the permission itself: refuses each role without the use case, writes nothing."""

from contextlib import suppress

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import titled
from tests.factories import TODAY, actor, everything, make_finding, make_inspection, make_round
from tests.services.supervision_services import SUPERVISION_SERVICES
from xczg.access.permissions import PERMITTED, Actor, PermissionRefusedError, UseCase
from xczg.exchange.inspection_lists import pasted_names
from xczg.rules.phases import Act
from xczg.rules.rates import Ballots
from xczg.rules.values import NamedMatterKind, Role, ScoringUnit, SubmissionKind
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
from xczg.services.bulk_change import BulkField, BulkOrder, BulkPreview, apply_bulk, preview_bulk
from xczg.services.close_outs import (
    Claim,
    Verdict,
    claim_close_out,
    close_at_once,
    reopen_finding,
    review_close_out,
)
from xczg.services.due import make_letter, read_tasks
from xczg.services.exports import export_ledger, export_results, make_ledger_template
from xczg.services.extensions import Decision, Request, ask_extension, decide_extension
from xczg.services.finding_reading import read_finding_page, read_inspection_choices
from xczg.services.findings import create_finding, edit_finding
from xczg.services.flow_readings import (
    read_close_out_counts,
    read_close_outs,
    read_extension_counts,
    read_extensions,
    read_finding_flows,
    read_open_findings,
    read_paper_versions,
    read_papers,
)
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
from xczg.services.matters import (
    Numbers,
    correct_matter,
    handle_matters,
    read_matter_counts,
    read_matters,
    record_matters,
    remove_matter,
)
from xczg.services.measures import add_measure, edit_measure, move_measure, remove_measure
from xczg.services.meetings import (
    MeetingForm,
    open_wrap_up,
    read_consultation,
    read_wrap_up,
    record_consultation,
)
from xczg.services.open_points import read_open_points
from xczg.services.organization_choices import read_all_organizations
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
from xczg.services.problems import add_problem, add_suggestion, withdraw_problem, withdraw_suggestion
from xczg.services.progress import NewEvidence, record_progress
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
from xczg.services.rulebooks import confirm_points, list_versions, save_version
from xczg.services.satisfaction import SurveyForm, issue_codes, record_survey
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
from xczg.services.submissions import Paper, hand_in, review_submission
from xczg.services.survey_readings import read_surveys
from xczg.services.tenures import TenureFields, add_tenure, change_tenure, principal_on, remove_tenure
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
from xczg.store.views.flows import FlowFilter
from xczg.store.views.ledger import LedgerFilter
from xczg.store.views.rounds import rounds


def row(engine):
    with reading(engine) as session:
        return rounds(session)[0]


BULK = BulkOrder((1,), BulkField.UNIT, "办公室", "会议议定")

SERVICES = {
    "add_round": (
        UseCase.MANAGE_ROUNDS,
        lambda engine, who: add_round(engine, who, "新", TODAY, rulebooks=RULEBOOKS),
    ),
    "confirm_open_points": (
        UseCase.CONFIRM_OPEN_POINTS,
        lambda engine, who: confirm_open_points(engine, who, 1, confirmed_on=TODAY, basis="x", today=TODAY),
    ),
    "read_open_points": (
        UseCase.CONFIRM_OPEN_POINTS,
        lambda engine, who: read_open_points(engine, who, 1),
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
    "read_tasks": (UseCase.VIEW_DUE, lambda engine, who: read_tasks(engine, who, TODAY)),
    "make_letter": (UseCase.EXPORT_DUE, lambda engine, who: make_letter(engine, who, "甲局党组", TODAY)),
    "list_versions": (UseCase.VIEW_RULEBOOK, lambda engine, who: list_versions(engine, who, RULEBOOKS)),
    "save_version": (
        UseCase.EDIT_RULEBOOK,
        lambda engine, who: save_version(
            engine, who, 1, {"periods.report_days": 9}, reason="修订", rulebooks=RULEBOOKS
        ),
    ),
    "confirm_points": (
        UseCase.CONFIRM_OPEN_POINTS,
        lambda engine, who: confirm_points(
            engine, who, 1, [], confirmed_on=TODAY, basis="会议", today=TODAY, rulebooks=RULEBOOKS
        ),
    ),
    "read_finding": (UseCase.VIEW_LEDGER, lambda engine, who: read_finding(engine, who, 1)),
    "claim_close_out": (
        UseCase.CLAIM_CLOSE_OUT,
        lambda engine, who: claim_close_out(engine, who, RULEBOOKS, 1, Claim(1, ""), today=TODAY),
    ),
    "close_at_once": (
        UseCase.REVIEW_CLOSE_OUT,
        lambda engine, who: close_at_once(engine, who, RULEBOOKS, 1, Claim(1, ""), today=TODAY),
    ),
    "review_close_out": (
        UseCase.REVIEW_CLOSE_OUT,
        lambda engine, who: review_close_out(engine, who, 1, Verdict(1, closed=True), today=TODAY),
    ),
    "reopen_finding": (
        UseCase.REVIEW_CLOSE_OUT,
        lambda engine, who: reopen_finding(engine, who, 1, version=1, reason="x", today=TODAY),
    ),
    "read_close_out_counts": (
        UseCase.CLAIM_CLOSE_OUT,
        lambda engine, who: read_close_out_counts(engine, who, FlowFilter(1, "已销号")),
    ),
    "read_close_outs": (
        UseCase.CLAIM_CLOSE_OUT,
        lambda engine, who: read_close_outs(engine, who, FlowFilter(1, "已销号"), page=1, size=9),
    ),
    "read_finding_flows": (UseCase.VIEW_LEDGER, lambda engine, who: read_finding_flows(engine, who, 1)),
    "ask_extension": (
        UseCase.ASK_EXTENSION,
        lambda engine, who: ask_extension(engine, who, RULEBOOKS, 1, Request(1, TODAY, ""), today=TODAY),
    ),
    "decide_extension": (
        UseCase.DECIDE_EXTENSION,
        lambda engine, who: decide_extension(engine, who, 1, Decision(1, granted=True), today=TODAY),
    ),
    "read_extension_counts": (
        UseCase.ASK_EXTENSION,
        lambda engine, who: read_extension_counts(engine, who, FlowFilter(1, "申请延期")),
    ),
    "read_extensions": (
        UseCase.ASK_EXTENSION,
        lambda engine, who: read_extensions(engine, who, FlowFilter(1, "申请延期"), page=1, size=9),
    ),
    "read_open_findings": (
        UseCase.ASK_EXTENSION,
        lambda engine, who: read_open_findings(engine, who, 1, 1),
    ),
    "hand_in": (
        UseCase.HAND_IN,
        lambda engine, who: hand_in(
            engine, who, RULEBOOKS, 1, Paper(SubmissionKind.PLAN, 0, TODAY), today=TODAY
        ),
    ),
    "review_submission": (
        UseCase.REVIEW_SUBMISSION,
        lambda engine, who: review_submission(engine, who, 1, accepted=True, opinion=""),
    ),
    "read_papers": (
        UseCase.VIEW_ORGANIZATION,
        lambda engine, who: read_papers(engine, who, row(engine), TODAY),
    ),
    "read_paper_versions": (
        UseCase.VIEW_ORGANIZATION,
        lambda engine, who: read_paper_versions(engine, who, 1),
    ),
    "record_matters, leads": (
        UseCase.RECORD_LEADS,
        lambda engine, who: record_matters(
            engine, who, 1, Numbers(NamedMatterKind.LEAD, 1, 2), on_date=TODAY, today=TODAY
        ),
    ),
    "record_matters, named ones": (
        UseCase.RECORD_MATTERS,
        lambda engine, who: record_matters(
            engine, who, 1, Numbers(NamedMatterKind.PERSON, 1, 2), on_date=TODAY, today=TODAY
        ),
    ),
    "handle_matters": (
        UseCase.RECORD_LEADS,
        lambda engine, who: handle_matters(
            engine, who, 1, Numbers(NamedMatterKind.COMPLAINT, 1, 2), handled_on=TODAY, today=TODAY
        ),
    ),
    "correct_matter": (
        UseCase.VIEW_LEADS,
        lambda engine, who: correct_matter(
            engine, who, 1, version=1, on_date=TODAY, handled_on=None, today=TODAY
        ),
    ),
    "remove_matter": (
        UseCase.VIEW_LEADS,
        lambda engine, who: remove_matter(engine, who, 1, version=1),
    ),
    "read_matter_counts": (UseCase.VIEW_LEADS, lambda engine, who: read_matter_counts(engine, who, 1)),
    "read_matters": (UseCase.VIEW_LEADS, lambda engine, who: read_matters(engine, who, 1)),
    **SUPERVISION_SERVICES,
    "read_finding_page": (UseCase.VIEW_LEDGER, lambda engine, who: read_finding_page(engine, who, 1)),
    "read_inspection_choices": (
        UseCase.EDIT_FINDING,
        lambda engine, who: read_inspection_choices(engine, who, 1),
    ),
    "create_finding": (
        UseCase.EDIT_FINDING,
        lambda engine, who: create_finding(engine, who, 1, {"text": "新"}),
    ),
    "edit_finding": (
        UseCase.EDIT_FINDING,
        lambda engine, who: edit_finding(engine, who, 1, 1, {"text": "新"}),
    ),
    "add_measure": (
        UseCase.EDIT_FINDING,
        lambda engine, who: add_measure(engine, who, 1, 1, {"text": "新"}),
    ),
    "edit_measure": (
        UseCase.EDIT_FINDING,
        lambda engine, who: edit_measure(engine, who, 1, 1, 1, {"text": "新"}),
    ),
    "move_measure": (
        UseCase.EDIT_FINDING,
        lambda engine, who: move_measure(engine, who, 1, 1, 1, up=True),
    ),
    "remove_measure": (
        UseCase.EDIT_FINDING,
        lambda engine, who: remove_measure(engine, who, 1, 1, 1),
    ),
    "preview_bulk": (UseCase.EDIT_FINDING, lambda engine, who: preview_bulk(engine, who, BULK)),
    "apply_bulk": (
        UseCase.EDIT_FINDING,
        lambda engine, who: apply_bulk(engine, who, BulkPreview(BULK, ()), today=TODAY),
    ),
    "record_progress": (
        UseCase.RECORD_PROGRESS,
        lambda engine, who: record_progress(
            engine,
            who,
            1,
            1,
            {"on_date": TODAY, "status": "未完成", "summary": "已研究"},
            evidence=NewEvidence(RULEBOOKS),
            today=TODAY,
        ),
    ),
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
