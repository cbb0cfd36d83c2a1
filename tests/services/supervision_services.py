"""The services of routine supervision and the use case each demands."""

from tests.factories import TODAY
from tests.services.supervising import NOWHERE, form
from xczg.access.permissions import UseCase
from xczg.rules.values import ScoringUnit
from xczg.services.supervision import change_entry, record_entry, withdraw_entry
from xczg.services.supervision_exports import export_report, export_supervision
from xczg.services.supervision_import import import_entries, make_task_template
from xczg.services.supervision_readings import read_entries, read_report, read_supervision
from xczg.services.supervision_reports import (
    draft_report,
    redraft_report,
    return_report,
    save_overall,
    save_section,
    submit_report,
)
from xczg.store.engine import reading
from xczg.store.views.rounds import rounds


def _row(engine):
    with reading(engine) as session:
        return rounds(session)[0]


SUPERVISION_SERVICES = {
    "record_entry": (
        UseCase.SUPERVISE,
        lambda engine, who: record_entry(engine, who, 1, form(), today=TODAY, uploads=NOWHERE),
    ),
    "change_entry": (
        UseCase.SUPERVISE,
        lambda engine, who: change_entry(engine, who, 1, 1, form(), today=TODAY, uploads=NOWHERE),
    ),
    "withdraw_entry": (
        UseCase.SUPERVISE,
        lambda engine, who: withdraw_entry(engine, who, 1, 1, today=TODAY),
    ),
    "make_task_template": (UseCase.SUPERVISE, lambda engine, who: make_task_template(engine, who, 1)),
    "import_entries": (
        UseCase.SUPERVISE,
        lambda engine, who: import_entries(engine, who, 1, content=b"", name="a.xlsx", today=TODAY),
    ),
    "draft_report": (UseCase.SUPERVISE, lambda engine, who: draft_report(engine, who, 1)),
    "redraft_report": (UseCase.SUPERVISE, lambda engine, who: redraft_report(engine, who, 1, 1)),
    "save_overall": (UseCase.SUPERVISE, lambda engine, who: save_overall(engine, who, 1, 1, "x")),
    "save_section": (UseCase.SUPERVISE, lambda engine, who: save_section(engine, who, 1, 1, 1, "x")),
    "submit_report": (
        UseCase.SUPERVISE,
        lambda engine, who: submit_report(engine, who, 1, 1, blanks_confirmed=0, today=TODAY),
    ),
    "return_report": (
        UseCase.RETURN_REPORT,
        lambda engine, who: return_report(engine, who, 1, reason="x"),
    ),
    "read_supervision": (
        UseCase.VIEW_SUPERVISION,
        lambda engine, who: read_supervision(engine, who, _row(engine), TODAY),
    ),
    "read_entries": (UseCase.VIEW_SUPERVISION, lambda engine, who: read_entries(engine, who, 1)),
    "read_report": (
        UseCase.VIEW_SUPERVISION,
        lambda engine, who: read_report(engine, who, _row(engine), ScoringUnit.DISCIPLINE, TODAY),
    ),
    "export_supervision": (
        UseCase.VIEW_SUPERVISION,
        lambda engine, who: export_supervision(engine, who, 1, today=TODAY),
    ),
    "export_report": (
        UseCase.VIEW_SUPERVISION,
        lambda engine, who: export_report(engine, who, 1, 1, today=TODAY),
    ),
}
