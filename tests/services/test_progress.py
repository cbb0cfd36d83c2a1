"""整改进展: who may add a step, what a step must say, and what it does to the finding."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import delete, update

from tests.exchange.ledgers import build
from tests.factories import (
    OFFICE,
    TODAY,
    actor,
    all_of,
    everything,
    import_file,
    make_finding,
    make_inspection,
    make_measure,
    make_round,
)
from tests.services.test_attachments import PDF
from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.values import FindingStatus, Role
from xczg.services.attachments import NewFile, fetch_attachment
from xczg.services.finding_reading import read_finding_page
from xczg.services.findings import edit_finding
from xczg.services.progress import NewEvidence, record_progress
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import AuditEntry, Finding, Measure, ProgressEntry

NOT, BASIC, DONE = FindingStatus
OWN, OTHER = (actor(Role.ORGANIZATION, organization_id=number) for number in (1, 2))
DAY = date(2024, 10, 8)


@pytest.fixture
def finding(engine: Engine) -> int:
    """A finding of the first organisation; there is a second one in the round."""
    round_id = make_round(engine)
    first = make_inspection(engine, round_id, "甲局党组", team=1)
    make_inspection(engine, round_id, "乙局党组", team=2)
    return make_finding(engine, first, status_text="正在推进")


@pytest.fixture
def record(engine: Engine, finding: int, tmp_path: Path):
    """Adds a step as somebody; what is not said is plain."""

    def do(who: Actor = OWN, version: int = 1, files: tuple[NewFile, ...] = (), **typed: Any) -> int:
        given = {"on_date": DAY, "status": BASIC, "summary": "已召开会议研究", "reason": "书面报告"} | typed
        evidence = NewEvidence(tmp_path, files)
        return record_progress(engine, who, finding, version, given, evidence=evidence, today=TODAY)

    return do


def stored(engine: Engine) -> Finding:
    return all_of(engine, Finding)[0]


@pytest.mark.parametrize("who", [OFFICE, OWN], ids=["office", "own organisation"])
def test_a_step_moves_the_finding_on(engine: Engine, record, who: Actor):
    record(who, quantities={"建章立制": 2})
    (entry,) = all_of(engine, ProgressEntry)
    assert (entry.status, entry.summary, entry.on_date, entry.recorded_by, entry.imported) == (
        BASIC,
        "已召开会议研究",
        DAY,
        who.username,
        False,
    )
    assert entry.quantities == {"建章立制": "2"}
    now = stored(engine)
    assert (now.status, now.status_text, now.outcome, now.version) == (BASIC, "基本完成", "已召开会议研究", 2)
    told = all_of(engine, AuditEntry)[-1]
    assert (told.action, told.object) == ("登记整改进展", "甲局党组（八届市委第六轮）反馈问题1")
    assert told.detail == {"状态": "未完成→基本完成", "理由": "书面报告"}


TRANSITIONS = [(before, after) for before in FindingStatus for after in FindingStatus]


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_every_status_may_follow_every_other_while_it_is_not_closed_out(
    engine: Engine, finding: int, record, before: FindingStatus, after: FindingStatus
):
    record(status=before)
    record(version=2, status=after)
    assert stored(engine).status is after
    assert [one.status for one in all_of(engine, ProgressEntry)] == [before, after]


@pytest.mark.parametrize("after", list(FindingStatus))
@pytest.mark.parametrize("who", [OFFICE, OWN], ids=["office", "own organisation"])
def test_what_is_closed_out_changes_only_after_reopening(engine: Engine, finding: int, record, who, after):
    with writing(engine) as session:
        session.get(Finding, finding).closed_out_on = DAY
    before = everything(engine)
    with pytest.raises(RefusedError, match=r"已于2024年10月8日销号，不能再修改.*重新整改"):
        record(who, status=after)
    assert everything(engine) == before


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"status": DONE, "summary": " "}, "状态为已完成的，请填写“进展情况”，写明做了什么、有何成效。"),
        ({"summary": "长" * 4001}, "“进展情况”有4001字，最多4000字，请精简。"),
        ({"on_date": date(2024, 11, 21)}, "进展日期2024-11-21晚于今天，请改正。"),
        ({"on_date": None}, "请填写“进展日期”。"),
        ({"status": None}, "请填写“整改状态”。"),
        ({"quantities": {"追责问责": -1}}, "“追责问责”的数量不得为负数，请改正。"),
        ({"summary": ""}, "请填写“进展情况”，或者上传佐证材料。"),
        ({"measures_done": (1,)}, "没有找到这条记录，可能已被删除，或不在您的数据范围内，请刷新页面。"),
    ],
)
def test_what_says_too_little_is_refused(engine: Engine, record, typed, sentence):
    before = everything(engine)
    with pytest.raises(RefusedError) as refused:
        record(**typed)
    assert str(refused.value) == sentence
    assert everything(engine) == before


def test_the_office_says_why_it_changes_a_status(engine: Engine, record):
    before = everything(engine)
    with pytest.raises(RefusedError, match="请填写“变更状态的理由”"):
        record(OFFICE, reason="")
    assert everything(engine) == before
    record(OFFICE, status=NOT, reason="")
    record(OWN, version=2, reason="")
    assert stored(engine).status is BASIC


def test_measures_can_be_reported_done_with_the_step(engine: Engine, finding: int, record):
    for place in (1, 2, 3):
        make_measure(engine, finding, place, status=NOT)
    record(measures_done=(1, 3), summary="")
    assert [one.status for one in all_of(engine, Measure)] == [DONE, NOT, DONE]


def test_evidence_comes_with_its_step(engine: Engine, finding: int, record, tmp_path: Path):
    first = record(files=(NewFile("会议纪要.pdf", PDF),), summary="")
    record(version=2)
    page = read_finding_page(engine, OWN, finding)
    assert {entry: [one.name for one in files] for entry, files in page.files.items()} == {
        first: ["会议纪要.pdf"]
    }
    file = page.files[first][0]
    assert fetch_attachment(engine, OWN, tmp_path, file.id).content == PDF
    with pytest.raises(RefusedError):
        fetch_attachment(engine, OTHER, tmp_path, file.id)


def test_a_file_that_is_refused_takes_the_whole_step_with_it(engine: Engine, record):
    before = everything(engine)
    with pytest.raises(RefusedError, match=r"程序\.pdf"):
        record(files=(NewFile("好.pdf", PDF), NewFile("程序.pdf", b"MZ" + b"\0" * 99)))
    assert everything(engine) == before


def test_the_history_is_only_added_to(engine: Engine, record):
    record()
    for statement in (update(ProgressEntry).values(summary="改"), delete(ProgressEntry)):
        with pytest.raises(DBAPIError), writing(engine) as session:
            session.exec(statement)


# Who


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (OTHER, RefusedError),
        (actor(Role.ORGANIZATION, organization_id=99), RefusedError),
        (actor(Role.LEADER), PermissionRefusedError),
        (actor(Role.DISCIPLINE), PermissionRefusedError),
        (actor(Role.PERSONNEL), PermissionRefusedError),
        (actor(Role.TEAM, team=1), PermissionRefusedError),
        (actor(Role.DEPARTMENT, department="某局"), PermissionRefusedError),
        (actor(Role.ADMIN), PermissionRefusedError),
    ],
    ids=lambda value: getattr(value, "username", getattr(value, "__name__", "")),
)
def test_nobody_else_adds_a_step(engine: Engine, record, who: Actor, refusal):
    before = everything(engine)
    with pytest.raises(refusal) as refused:
        record(who)
    if refusal is RefusedError:
        assert "没有找到这条记录" in str(refused.value), "as if it did not exist"
    assert everything(engine) == before


# Two at once


def test_the_second_writer_gets_both_versions_without_what_is_hidden(engine: Engine, finding: int, record):
    values = {"text": "学习不深入", "key_matter": True, "circumstance": "某某情形"}
    edit_finding(engine, OFFICE, finding, 1, values)
    record(OFFICE, version=2, summary="办公室登记")
    for who, circumstance in ((OWN, ""), (OFFICE, "某某情形")):
        before = everything(engine)
        with pytest.raises(StaleError) as stale:
            record(who, summary="单位填报")
        found = stale.value.stored
        assert (found.status, found.outcome, found.version) == (BASIC, "办公室登记", 3)
        assert found.circumstance == circumstance
        assert everything(engine) == before


def test_of_steps_at_the_same_moment_one_wins_and_none_is_lost_unseen(engine: Engine, record):
    def write(who: Actor) -> bool:
        try:
            record(who, summary=who.username)
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, [OFFICE, OWN, OFFICE, OWN])) == 1
    (entry,) = all_of(engine, ProgressEntry)
    assert (stored(engine).outcome, stored(engine).version) == (entry.summary, 2)


def test_an_import_never_takes_back_what_was_recorded(engine: Engine, record):
    record(status=DONE, summary="制度已印发")
    header = ["被巡察党组织", "反馈问题", "责任单位", "整改情况", "整改成效"]
    content = build([header, ["甲局党组", "学习不深入", "办公室", "未完成", "旧的"]])
    report = import_file(engine, 1, content, mode="update")
    assert report.findings_updated == 1
    now = stored(engine)
    assert (now.unit, now.status, now.outcome) == ("办公室", DONE, "制度已印发")
