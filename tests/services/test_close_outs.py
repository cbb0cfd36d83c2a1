"""Close-out: claimed with grounds, reviewed by somebody else, reopened with a reason (practice; R9)."""

import threading
from dataclasses import replace
from datetime import date
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
    read,
    rulebook_text,
)
from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.flows import CLOSE_OUT, FlowAct
from xczg.rules.rulebook import checksum
from xczg.rules.values import AttachmentKind, CloseOutState, FindingKind, FindingStatus, Role
from xczg.services.attachments import NewFile, attach
from xczg.services.close_outs import (
    Claim,
    Verdict,
    claim_close_out,
    close_at_once,
    reopen_finding,
    review_close_out,
)
from xczg.services.flow_readings import read_close_out_counts, read_close_outs, read_finding_flows
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import (
    Attachment,
    AuditEntry,
    CloseOut,
    Finding,
    ProgressEntry,
    Round,
    RulebookVersion,
)
from xczg.store.views.flows import FlowFilter

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
FILE = NewFile("制度.pdf", PDF)
OWN = actor(Role.ORGANIZATION, organization_id=1)
OTHER = Actor("other", "他单位", frozenset({Role.ORGANIZATION}), organization_id=2)
SECOND = Actor("office2", "巡察办又某", frozenset({Role.OFFICE}))
GROUNDS = Claim(1, "已修订制度3项，逐项对照整改到位", (FILE,))
COMPLETED = {"status": FindingStatus.COMPLETED}


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def round_id(engine: Engine) -> int:
    return make_round(engine)


@pytest.fixture
def finding(engine: Engine, round_id: int) -> int:
    """A completed finding of 甲局党组; 乙局党组 is there too."""
    made = make_finding(engine, make_inspection(engine, round_id, team=1), **COMPLETED)
    make_inspection(engine, round_id, "乙局党组", team=2)
    return made


def claim(engine: Engine, uploads: Path, finding: int, who: Actor = OWN, **values) -> int:
    version = stored(engine).version
    given = replace(GROUNDS, **{"version": version, **values})
    return claim_close_out(engine, who, uploads, finding, given, today=TODAY)


def review(engine: Engine, number: int, who: Actor = OFFICE, *, closed: bool = True, **values) -> None:
    verdict = Verdict(**{"version": 1, "closed": closed, "opinion": "" if closed else "缺票据", **values})
    review_close_out(engine, who, number, verdict, today=TODAY)


def reopen(engine: Engine, number: int, who: Actor = OFFICE, **values) -> None:
    given = {"version": 2, "reason": "抽查发现整改不到位", "today": TODAY, **values}
    reopen_finding(engine, who, number, **given)


def stored(engine: Engine, number: int = 1) -> Finding:
    return all_of(engine, Finding)[number - 1]


def reviewed(engine: Engine, round_id: int) -> int:
    return sum(row.counts.closed_out for row in read(engine, round_id).result.rows)


def states(engine: Engine) -> list[str]:
    return [one.state.value for one in all_of(engine, CloseOut)]


def test_the_whole_way_from_the_claim_to_the_reopening(engine: Engine, uploads: Path, finding: int, round_id):
    first = claim(engine, uploads, finding)
    review(engine, first, closed=False, opinion="缺少票据复印件，请补充")
    second = claim(engine, uploads, finding, summary="已补充票据")
    review(engine, second, opinion="同意")
    assert states(engine) == ["退回补充", "已销号"], "a claim after a return is a new one"
    assert stored(engine).closed_out_on == TODAY
    assert reviewed(engine, round_id) == 1, "审核认定 follows"

    reopen(engine, second, today=date(2024, 12, 1))
    found = stored(engine)
    assert states(engine) == ["退回补充", "重新整改"]
    assert (found.closed_out_on, found.status) == (None, FindingStatus.NOT_COMPLETED)
    assert reviewed(engine, round_id) == 0
    (entry,) = all_of(engine, ProgressEntry)
    assert (entry.status, entry.on_date) == (FindingStatus.NOT_COMPLETED, date(2024, 12, 1))
    assert entry.summary == "重新整改：抽查发现整改不到位"
    acts = [(one.action, one.detail["状态"]) for one in all_of(engine, AuditEntry)[1:]]
    assert acts == [
        ("申请销号", "审核中"),
        ("退回补充", "审核中→退回补充"),
        ("申请销号", "审核中"),
        ("同意销号", "审核中→已销号"),
        ("重新整改", "已销号→重新整改"),
    ]
    last = all_of(engine, CloseOut)[1]
    assert (last.claimed_by, last.reviewed_by, last.reopened_by) == ("organization", "office", "office")


# Every transition, legal and illegal


def bring(engine: Engine, uploads: Path, finding: int, state: CloseOutState | None) -> int:
    """A finding 立行立改 in a state; the number of its newest claim, 0 without."""
    if state is None:
        return 0
    number = claim(engine, uploads, finding)
    if state is CloseOutState.RETURNED:
        review(engine, number, closed=False)
    elif state is not CloseOutState.UNDER_REVIEW:
        review(engine, number)
    if state is CloseOutState.REOPENED:
        reopen(engine, number)
    return number


def act_on(engine: Engine, uploads: Path, finding: int, number: int, act: FlowAct) -> None:
    row = all_of(engine, CloseOut)[-1] if number else None
    version = row.version if row else 1
    if act is FlowAct.CLAIM:
        claim(engine, uploads, finding, complete=True)
    elif act is FlowAct.CLOSE_AT_ONCE:
        grounds = replace(GROUNDS, version=stored(engine).version, complete=True)
        close_at_once(engine, OFFICE, uploads, finding, grounds, today=TODAY)
    elif act is FlowAct.REOPEN:
        reopen(engine, number, version=version)
    else:
        review(engine, number, closed=act is FlowAct.CLOSE, version=version)


ACTS = (FlowAct.CLAIM, FlowAct.CLOSE_AT_ONCE, FlowAct.CLOSE, FlowAct.RETURN, FlowAct.REOPEN)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", [None, *CloseOutState])
def test_each_transition_as_its_table_says(engine: Engine, uploads: Path, round_id, state, act):
    finding = make_finding(engine, make_inspection(engine, round_id), kind=FindingKind.IMMEDIATE, **COMPLETED)
    number = bring(engine, uploads, finding, state)
    target = CLOSE_OUT.target(state, act)
    before = everything(engine)
    if target is None:
        with pytest.raises(RefusedError):
            act_on(engine, uploads, finding, number, act)
        assert everything(engine) == before
        return
    act_on(engine, uploads, finding, number, act)
    assert all_of(engine, CloseOut)[-1].state is target
    assert (stored(engine).closed_out_on == TODAY) is (target is CloseOutState.CLOSED)


# The claim


def test_a_claim_needs_a_summary_and_evidence_or_the_reason_why_there_is_none(
    engine: Engine, uploads: Path, finding: int
):
    before = everything(engine)
    for values, sentence in (
        ({"summary": "  "}, "请填写整改情况"),
        ({"files": ()}, "请至少上传一份佐证材料；确实没有的，请写明原因。"),
        ({"files": (), "no_evidence_reason": "  "}, "请至少上传一份佐证材料"),
        ({"summary": "字" * 4001}, "最多4000字，现有4001字"),
        ({"files": (NewFile("程序.exe", b"MZ" + b"\0" * 99),)}, "不是可接受的类型"),
    ):
        with pytest.raises(RefusedError, match=sentence):
            claim(engine, uploads, finding, **values)
        assert everything(engine) == before
    claim(engine, uploads, finding, files=(), no_evidence_reason="谈话提醒，无书面材料")
    assert all_of(engine, CloseOut)[0].no_evidence_reason == "谈话提醒，无书面材料"


def test_evidence_at_the_progress_counts_until_the_finding_is_reopened(
    engine: Engine, uploads: Path, finding: int
):
    with writing(engine) as session:
        entry = ProgressEntry(finding_id=finding, status=FindingStatus.COMPLETED, recorded_by="organization")
        session.add(entry)
        session.flush()
        kind = AttachmentKind.PROGRESS
        attach(session, OWN, uploads, [FILE], kind=kind, owner_id=entry.id, inspection_id=1)
    number = claim(engine, uploads, finding, files=())
    review(engine, number)
    reopen(engine, number)
    with pytest.raises(RefusedError, match="请至少上传一份佐证材料"):
        claim(engine, uploads, finding, files=(), complete=True)


def test_a_claim_may_complete_the_finding_in_the_same_act(engine: Engine, uploads: Path, round_id: int):
    finding = make_finding(engine, make_inspection(engine, round_id))
    with pytest.raises(RefusedError, match="该问题现为“未完成”"):
        claim(engine, uploads, finding)
    claim(engine, uploads, finding, complete=True)
    found = stored(engine)
    assert (found.status, found.outcome, found.version) == (FindingStatus.COMPLETED, GROUNDS.summary, 2)
    (entry,) = all_of(engine, ProgressEntry)
    assert (entry.status, entry.summary) == (FindingStatus.COMPLETED, GROUNDS.summary)
    assert (entry.on_date, entry.recorded_by) == (TODAY, "organization")


def test_files_hang_at_the_claim(engine: Engine, uploads: Path, finding: int):
    number = claim(engine, uploads, finding)
    (file,) = all_of(engine, Attachment)
    assert (file.kind, file.owner_id, file.inspection_id) == (AttachmentKind.CLOSE_OUT, number, 1)


def test_a_claim_on_what_was_changed_meanwhile_is_told(engine: Engine, uploads: Path, finding: int):
    with writing(engine) as session:
        session.get(Finding, finding).version = 5
    with pytest.raises(StaleError) as told:
        claim(engine, uploads, finding, version=1)
    assert told.value.stored.version == 5
    assert states(engine) == []


# The review


def test_nobody_reviews_their_own_claim(engine: Engine, uploads: Path, finding: int):
    number = claim(engine, uploads, finding, OFFICE)
    with pytest.raises(RefusedError, match="申请人不能审核自己的申请"):
        review(engine, number)
    review(engine, number, SECOND)
    assert states(engine) == ["已销号"]


def test_a_return_needs_an_opinion_and_leaves_the_finding_as_it_is(engine: Engine, uploads, finding: int):
    number = claim(engine, uploads, finding)
    with pytest.raises(RefusedError, match="退回补充必须填写审核意见"):
        review(engine, number, closed=False, opinion=" ")
    review(engine, number, closed=False)
    found = stored(engine)
    assert (found.status, found.closed_out_on, found.version) == (FindingStatus.COMPLETED, None, 1)


def test_what_is_no_longer_completed_is_not_closed_out(engine: Engine, uploads: Path, finding: int):
    number = claim(engine, uploads, finding)
    with writing(engine) as session:
        session.get(Finding, finding).status = FindingStatus.BASICALLY_COMPLETED
    with pytest.raises(RefusedError, match="该问题现为“基本完成”，不能销号"):
        review(engine, number)


def test_only_what_is_put_right_at_once_is_closed_in_one_step(engine: Engine, uploads: Path, round_id: int):
    inspection = make_inspection(engine, round_id)
    usual = make_finding(engine, inspection, "一般", **COMPLETED)
    at_once = make_finding(engine, inspection, "立改", kind=FindingKind.IMMEDIATE)
    with pytest.raises(RefusedError, match="只有立行立改问题可以直接销号"):
        close_at_once(engine, OFFICE, uploads, usual, GROUNDS, today=TODAY)
    with pytest.raises(RefusedError, match="请至少上传一份佐证材料"):
        close_at_once(
            engine, OFFICE, uploads, at_once, replace(GROUNDS, files=(), complete=True), today=TODAY
        )
    close_at_once(engine, OFFICE, uploads, at_once, replace(GROUNDS, complete=True), today=TODAY)
    found = stored(engine, 2)
    assert (found.status, found.closed_out_on, found.version) == (FindingStatus.COMPLETED, TODAY, 3)
    (row,) = all_of(engine, CloseOut)
    assert (row.state, row.claimed_by, row.reviewed_by) == (CloseOutState.CLOSED, "", "office")


def test_a_joint_review_says_with_whom(engine: Engine, uploads: Path, finding: int, round_id: int):
    content = rulebook_text().replace(
        'close_out_review = { value = "巡察办审核"', 'close_out_review = { value = "联合审核"'
    )
    with writing(engine) as session:
        version = RulebookVersion(key="joint", version=1, content=content, checksum=checksum(content))
        session.add(version)
        session.flush()
        session.get(Round, round_id).rulebook_version_id = version.id
    number = claim(engine, uploads, finding)
    with pytest.raises(RefusedError, match="本轮销号实行联合审核，请选择共同审核的单位。"):
        review(engine, number)
    review(engine, number, jointly_with=("市纪委监委", "市委组织部"))
    assert all_of(engine, CloseOut)[0].opinion == "联合审核（会同市纪委监委、市委组织部）：同意"
    assert read_finding_flows(engine, OFFICE, finding).joint_review


# The reopening


def test_a_reopening_needs_a_reason(engine: Engine, uploads: Path, finding: int):
    number = bring(engine, uploads, finding, CloseOutState.CLOSED)
    with pytest.raises(RefusedError, match="重新整改必须写明原因"):
        reopen(engine, number, reason="")
    assert states(engine) == ["已销号"]


def test_an_earlier_close_out_cannot_be_reopened_again(engine: Engine, uploads: Path, finding: int):
    first = bring(engine, uploads, finding, CloseOutState.REOPENED)
    second = claim(engine, uploads, finding, complete=True)
    with pytest.raises(RefusedError, match="这不是该问题最近一次销号"):
        reopen(engine, first, version=3)
    assert second > first


# Who may, and whose


@pytest.mark.parametrize("role", list(Role))
def test_who_may_claim_review_and_reopen(engine: Engine, uploads: Path, finding: int, role: Role):
    scope = {Role.ORGANIZATION: {"organization_id": 1}, Role.TEAM: {"team": 1}}
    who = Actor("somebody", "某", frozenset({role}), **scope.get(role, {}))
    number = claim(engine, uploads, finding)
    acts = {
        "申请销号": lambda: claim(engine, uploads, finding, who),
        "审核销号": lambda: review(engine, number, who),
        "审核销号 ": lambda: reopen(engine, number, who),
        "审核销号  ": lambda: close_at_once(engine, who, uploads, finding, GROUNDS, today=TODAY),
    }
    able = {Role.OFFICE: set(acts), Role.ORGANIZATION: {"申请销号"}}
    for what, act in acts.items():
        if what in able.get(role, set()):
            continue
        before = everything(engine)
        with pytest.raises(PermissionRefusedError, match=f"您没有{what.strip()}的权限"):
            act()
        assert everything(engine) == before
    if role is Role.OFFICE:
        review(engine, number, who)
        assert states(engine) == ["已销号"]


def test_another_organisation_finds_nothing_to_claim(engine: Engine, uploads: Path, finding: int, round_id):
    with pytest.raises(RefusedError, match="没有找到这条记录"):
        claim(engine, uploads, finding, OTHER)
    assert read_finding_flows(engine, OTHER, finding) is None
    wanted = FlowFilter(round_id, "待申请")
    assert read_close_out_counts(engine, OWN, wanted) == {"待申请": 1}
    assert read_close_out_counts(engine, OTHER, wanted) == {}
    assert read_close_outs(engine, OTHER, replace(wanted, organization_id=1), page=1, size=9) == ()


# Two at once


@pytest.mark.parametrize("second", [True, False])
def test_of_two_reviewers_one_wins_and_the_other_is_told(engine: Engine, uploads: Path, finding, second):
    number = claim(engine, uploads, finding)
    review(engine, number, SECOND, opinion="同意销号")
    before = everything(engine)
    with pytest.raises(StaleError) as told:
        review(engine, number, closed=second)
    assert (told.value.stored.state, told.value.stored.reviewed_by) == (CloseOutState.CLOSED, "office2")
    assert everything(engine) == before


def together(*acts) -> list[Exception | None]:
    """Several acts begun at the same moment, and how each ended."""
    barrier, ends = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        barrier.wait()
        try:
            acts[place]()
        except RefusedError as refusal:
            ends[place] = refusal

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_two_reviewers_at_the_same_moment(engine: Engine, uploads: Path, finding: int):
    number = claim(engine, uploads, finding)
    ends = together(lambda: review(engine, number), lambda: review(engine, number, SECOND, closed=False))
    (told,) = [end for end in ends if end is not None]
    assert isinstance(told, StaleError)
    (row,) = all_of(engine, CloseOut)
    assert row.version == 2
    assert (stored(engine).closed_out_on is not None) is (row.state is CloseOutState.CLOSED)


def test_two_claims_at_the_same_moment(engine: Engine, uploads: Path, finding: int):
    ends = together(lambda: claim(engine, uploads, finding), lambda: claim(engine, uploads, finding, OFFICE))
    (told,) = [end for end in ends if end is not None]
    assert "现为“审核中”，不能申请销号" in str(told)
    assert states(engine) == ["审核中"]


# The list


def test_each_finding_stands_in_the_stage_of_its_newest_claim(engine: Engine, uploads: Path, round_id: int):
    inspection = make_inspection(engine, round_id)
    for place, state in enumerate([None, *CloseOutState, CloseOutState.REOPENED], 1):
        finding = make_finding(engine, inspection, f"问题{place}", position=place, **COMPLETED)
        if state is None:
            continue
        given = replace(GROUNDS, version=1)
        number = claim_close_out(engine, OWN, uploads, finding, given, today=TODAY)
        if state is CloseOutState.RETURNED:
            review(engine, number, closed=False)
        elif state is not CloseOutState.UNDER_REVIEW:
            review(engine, number)
        if state is CloseOutState.REOPENED:
            reopen(engine, number)
    make_finding(engine, inspection, "未完成的")
    make_finding(engine, inspection, "别处销号的", closed_out_on=TODAY, **COMPLETED)
    wanted = FlowFilter(round_id, "已销号")
    counts = read_close_out_counts(engine, OFFICE, wanted)
    assert counts == {"待申请": 1, "审核中": 1, "已销号": 2, "退回补充": 1, "重新整改": 2, "": 1}
    for stage, number in counts.items():
        rows = read_close_outs(engine, OFFICE, replace(wanted, stage=stage), page=1, size=9)
        assert len(rows) == number, stage
    first, _ = read_close_outs(engine, OFFICE, replace(wanted, stage="重新整改"), page=1, size=9)
    assert read_close_outs(engine, OFFICE, replace(wanted, stage="重新整改"), page=2, size=1) != (first,)
