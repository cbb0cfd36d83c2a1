"""Extensions: asked with a reason, granted or refused, the old date stays visible (practice)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.factories import (
    OFFICE,
    TODAY,
    actor,
    all_of,
    everything,
    make_finding,
    make_inspection,
    make_round,
)
from tests.services.test_close_outs import FILE, OTHER, OWN, SECOND, together
from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.values import AttachmentKind, ExtensionState, FindingStatus, Role
from xczg.services.extensions import Decision, Request, ask_extension, decide_extension
from xczg.services.flow_readings import (
    read_extension_counts,
    read_extensions,
    read_finding_flows,
    read_open_findings,
)
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import Attachment, AuditEntry, Extension, Finding
from xczg.store.views.flows import FlowFilter

DUE = date(2024, 11, 30)
LATER = date(2025, 1, 31)
REQUEST = Request(1, LATER, "需上级主管部门批复")


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def finding(engine: Engine) -> int:
    """An open finding of 甲局党组, due on DUE; 乙局党组 is there too."""
    round_id = make_round(engine)
    made = make_finding(engine, make_inspection(engine, round_id, team=1), due_date=DUE)
    make_inspection(engine, round_id, "乙局党组", team=2)
    return made


def ask(engine: Engine, uploads: Path, finding: int, who: Actor = OWN, **values) -> int:
    version = all_of(engine, Finding)[finding - 1].version
    request = replace(REQUEST, **{"version": version, **values})
    return ask_extension(engine, who, uploads, finding, request, today=TODAY)


def decide(engine: Engine, number: int, who: Actor = OFFICE, *, granted: bool = True, **values) -> None:
    given = {"version": 1, "granted": granted, "opinion": "" if granted else "应抓紧办理", **values}
    decide_extension(engine, who, number, Decision(**given), today=TODAY)


def due(engine: Engine, finding: int = 1) -> date | None:
    return all_of(engine, Finding)[finding - 1].due_date


def test_a_granted_extension_moves_the_date_and_keeps_the_old_one(engine: Engine, uploads: Path, finding):
    number = ask(engine, uploads, finding, files=(FILE,))
    assert due(engine) == DUE, "asking moves nothing"
    decide(engine, number, opinion="同意延期两个月")
    assert due(engine) == LATER
    (row,) = all_of(engine, Extension)
    assert (row.state, row.old_due_date, row.asked_due_date) == (ExtensionState.GRANTED, DUE, LATER)
    assert all_of(engine, Finding)[0].version == 2
    (file,) = all_of(engine, Attachment)
    assert (file.kind, file.owner_id, file.inspection_id) == (AttachmentKind.EXTENSION, number, 1)
    acts = [(one.action, one.detail.get("时限")) for one in all_of(engine, AuditEntry)[1:]]
    assert acts == [("申请延期", "2024-11-30→2025-01-31"), ("同意延期", "2024-11-30→2025-01-31")]
    assert read_finding_flows(engine, OWN, finding).extension.old_due_date == DUE


def test_a_refused_one_needs_an_opinion_and_moves_nothing(engine: Engine, uploads: Path, finding: int):
    number = ask(engine, uploads, finding)
    with pytest.raises(RefusedError, match="不同意延期必须填写意见"):
        decide(engine, number, granted=False, opinion="")
    decide(engine, number, granted=False)
    assert due(engine) == DUE
    assert all_of(engine, Extension)[0].state is ExtensionState.REFUSED
    again = ask(engine, uploads, finding, due_date=DUE + timedelta(days=10))
    decide(engine, again)
    assert due(engine) == DUE + timedelta(days=10)


@pytest.mark.parametrize("granted", [True, False])
@pytest.mark.parametrize("state", list(ExtensionState))
def test_a_request_is_decided_once(engine: Engine, uploads: Path, finding: int, state, granted):
    number = ask(engine, uploads, finding)
    if state is not ExtensionState.ASKED:
        decide(engine, number, granted=state is ExtensionState.GRANTED)
        before = everything(engine)
        with pytest.raises(RefusedError, match=f"现为“{state.value}”，不能"):
            decide(engine, number, granted=granted, version=2)
        assert everything(engine) == before
        ask(engine, uploads, finding, due_date=LATER + timedelta(days=1))
        assert len(all_of(engine, Extension)) == 2
        return
    with pytest.raises(RefusedError, match="现为“申请延期”，不能申请延期"):
        ask(engine, uploads, finding)
    decide(engine, number, granted=granted)


@pytest.mark.parametrize(
    ("values", "request_values", "sentence"),
    [
        ({"due_date": None, "long_term": True}, {}, "长期坚持事项，没有完成时限"),
        ({"due_date": None}, {}, "尚未确定完成时限"),
        ({"status": FindingStatus.COMPLETED}, {}, "已完成整改，不需要延期"),
        ({"status": FindingStatus.COMPLETED, "closed_out_on": TODAY}, {}, "已销号，不需要延期"),
        ({}, {"due_date": DUE}, "应晚于现完成时限"),
        ({"due_date": date(2024, 10, 1)}, {"due_date": date(2024, 11, 1)}, "已经过去"),
        ({}, {"reason": "  "}, "请填写延期理由"),
        ({}, {"reason": "字" * 1001}, "最多1000字"),
    ],
)
def test_what_cannot_be_asked(engine: Engine, uploads: Path, finding, values, request_values, sentence):
    other = make_finding(engine, 1, "另一个", **{"due_date": DUE, **values})
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        ask(engine, uploads, other, **request_values)
    assert everything(engine) == before


def test_granting_what_has_become_meaningless_is_refused(engine: Engine, uploads: Path, finding: int):
    number = ask(engine, uploads, finding)
    with writing(engine) as session:
        session.get(Finding, finding).due_date = LATER
    with pytest.raises(RefusedError, match="应晚于现完成时限"):
        decide(engine, number)
    decide(engine, number, granted=False)


def test_asking_about_what_was_changed_meanwhile_is_told(engine: Engine, uploads: Path, finding: int):
    with pytest.raises(StaleError):
        ask(engine, uploads, finding, version=7)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_ask_and_decide(engine: Engine, uploads: Path, finding: int, role: Role):
    scope = {Role.ORGANIZATION: {"organization_id": 1}, Role.TEAM: {"team": 1}}
    who = actor(role, **scope.get(role, {}))
    number = ask(engine, uploads, finding)
    if role is not Role.OFFICE:
        with pytest.raises(PermissionRefusedError, match="您没有审批延期的权限"):
            decide(engine, number, who)
    decide(engine, number)
    if role in (Role.OFFICE, Role.ORGANIZATION):
        ask(engine, uploads, finding, who, due_date=LATER + timedelta(days=1))
    else:
        with pytest.raises(PermissionRefusedError, match="您没有申请延期的权限"):
            ask(engine, uploads, finding, who)


def test_another_organisation_finds_nothing(engine: Engine, uploads: Path, finding: int):
    with pytest.raises(RefusedError, match="没有找到这条记录"):
        ask(engine, uploads, finding, OTHER)
    assert [one.due_date for one in read_open_findings(engine, OWN, 1, 1)] == [DUE]
    assert read_open_findings(engine, OTHER, 1, 1) == ()
    ask(engine, uploads, finding)
    assert read_open_findings(engine, OWN, 1, 1) == (), "one is asked for already"
    wanted = FlowFilter(1, "申请延期")
    assert read_extension_counts(engine, OWN, wanted) == {ExtensionState.ASKED: 1}
    assert read_extension_counts(engine, OTHER, wanted) == {}
    (row,) = read_extensions(engine, OFFICE, wanted, page=1, size=9)
    assert (row.organization, row.old_due_date, row.asked_due_date) == ("甲局党组", DUE, LATER)
    assert read_extensions(engine, OTHER, wanted, page=1, size=9) == ()


def test_of_two_who_decide_one_wins_and_the_other_is_told(engine: Engine, uploads: Path, finding: int):
    number = ask(engine, uploads, finding)
    ends = together(lambda: decide(engine, number), lambda: decide(engine, number, SECOND, granted=False))
    (told,) = [end for end in ends if end is not None]
    assert isinstance(told, StaleError)
    (row,) = all_of(engine, Extension)
    assert told.stored.state is row.state
    assert due(engine) == (LATER if row.state is ExtensionState.GRANTED else DUE)


def test_two_requests_at_the_same_moment(engine: Engine, uploads: Path, finding: int):
    ends = together(lambda: ask(engine, uploads, finding), lambda: ask(engine, uploads, finding, OFFICE))
    assert sum(end is None for end in ends) == 1
    assert len(all_of(engine, Extension)) == 1
