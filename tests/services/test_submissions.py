"""Papers handed in: version by version, reviewed by the office, due by the rulebook (R2)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.factories import (
    FEEDBACK,
    OFFICE,
    TODAY,
    actor,
    all_of,
    everything,
    make_inspection,
    make_round,
    rulebook_text,
)
from tests.services.test_close_outs import FILE, OTHER, OWN, SECOND, together
from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.flows import SUBMISSION, FlowAct
from xczg.rules.rulebook import checksum
from xczg.rules.values import Role, SubmissionKind, SubmissionState
from xczg.services.flow_readings import read_paper_versions, read_papers
from xczg.services.readings import list_rounds
from xczg.services.submissions import Paper, hand_in, review_submission
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import AuditEntry, Round, RulebookVersion, Submission

PLAN = SubmissionKind.PLAN
PAPER = Paper(PLAN, 0, TODAY, date(2024, 7, 10), date(2024, 7, 12), "经党组会议审议", (FILE,))


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def inspection(engine: Engine) -> int:
    """甲局党组 in a round; 乙局党组 is there too."""
    round_id = make_round(engine)
    made = make_inspection(engine, round_id, team=1)
    make_inspection(engine, round_id, "乙局党组", team=2)
    return made


def give(engine: Engine, uploads: Path, inspection: int, who: Actor = OWN, **values) -> int:
    return hand_in(engine, who, uploads, inspection, replace(PAPER, **values), today=TODAY)


def review(engine: Engine, number: int, who: Actor = OFFICE, *, accepted: bool = True, opinion="") -> None:
    given = opinion if accepted else opinion or "责任科室不明确"
    review_submission(engine, who, number, accepted=accepted, opinion=given)


def test_a_return_is_followed_by_a_new_version(engine: Engine, uploads: Path, inspection: int):
    review(engine, give(engine, uploads, inspection), accepted=False)
    review(engine, give(engine, uploads, inspection, OFFICE, after=1), opinion="同意实施")
    versions = all_of(engine, Submission)
    assert [(one.version, one.state.value, one.opinion) for one in versions] == [
        (1, "退回修改", "责任科室不明确"),
        (2, "审核通过", "同意实施"),
    ]
    assert [one.handed_in_by for one in versions] == ["organization", "office"]
    shown, files = read_paper_versions(engine, OWN, inspection)
    assert [one.version for one in shown] == [2, 1]
    assert [len(files[one.id]) for one in shown] == [1, 1]
    assert [one.action for one in all_of(engine, AuditEntry)[1:]] == [
        "报送整改方案",
        "整改方案退回修改",
        "报送整改方案",
        "整改方案审核通过",
    ]


@pytest.mark.parametrize("act", [FlowAct.HAND_IN, FlowAct.ACCEPT, FlowAct.RETURN_PAPER])
@pytest.mark.parametrize("state", [None, *SubmissionState])
def test_each_transition_as_its_table_says(engine: Engine, uploads: Path, inspection: int, state, act):
    number = give(engine, uploads, inspection) if state else 0
    if state in (SubmissionState.ACCEPTED, SubmissionState.RETURNED):
        review(engine, number, accepted=state is SubmissionState.ACCEPTED)
    target, before = SUBMISSION.target(state, act), everything(engine)

    def attempt() -> None:
        if act is FlowAct.HAND_IN:
            give(engine, uploads, inspection, after=len(all_of(engine, Submission)))
        else:
            review(engine, number, accepted=act is FlowAct.ACCEPT)

    if target is None:
        with pytest.raises(RefusedError):
            attempt()
        assert everything(engine) == before
    else:
        attempt()
        assert all_of(engine, Submission)[-1].state is target


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"handed_in_on": TODAY + timedelta(days=1)}, "报送日期晚于今天"),
        ({"meeting_on": TODAY + timedelta(days=1)}, "会议日期晚于报送日期"),
        ({"signed_on": TODAY + timedelta(days=1)}, "主要负责人签字日期晚于报送日期"),
        (
            {"kind": SubmissionKind.DEMOCRATIC_LIFE_MEETING, "meeting_on": None},
            "请填写专题民主生活会的召开日期",
        ),
        ({"files": (), "note": " "}, "请上传材料；只有纸质件的，请在说明中写明存放处。"),
        ({"note": "字" * 2001}, "最多2000字"),
    ],
)
def test_what_is_not_accepted(engine: Engine, uploads: Path, inspection: int, values, sentence):
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        give(engine, uploads, inspection, **values)
    assert everything(engine) == before


def test_a_paper_kept_elsewhere_is_recorded_with_its_place(engine: Engine, uploads: Path, inspection: int):
    give(engine, uploads, inspection, OFFICE, files=(), note="纸质件存档案柜3号", signed_on=None)
    assert all_of(engine, Submission)[0].state is SubmissionState.WAITING


def test_a_return_needs_an_opinion(engine: Engine, uploads: Path, inspection: int):
    number = give(engine, uploads, inspection)
    with pytest.raises(RefusedError, match="退回修改必须填写审核意见"):
        review_submission(engine, OFFICE, number, accepted=False, opinion=" ")


@pytest.mark.parametrize("role", list(Role))
def test_who_may_hand_in_and_review(engine: Engine, uploads: Path, inspection: int, role: Role):
    scope = {Role.ORGANIZATION: {"organization_id": 1}, Role.TEAM: {"team": 1}}
    who = actor(role, **scope.get(role, {}))
    if role in (Role.OFFICE, Role.ORGANIZATION):
        number = give(engine, uploads, inspection, who)
    else:
        with pytest.raises(PermissionRefusedError, match="您没有报送整改材料的权限"):
            give(engine, uploads, inspection, who)
        number = give(engine, uploads, inspection)
    if role is not Role.OFFICE:
        with pytest.raises(PermissionRefusedError, match="您没有审核整改材料的权限"):
            review(engine, number, who)


def test_another_organisation_finds_nothing(engine: Engine, uploads: Path, inspection: int):
    with pytest.raises(RefusedError, match="没有找到这条记录"):
        give(engine, uploads, inspection, OTHER)
    give(engine, uploads, inspection)
    assert read_paper_versions(engine, OTHER, inspection) == ((), {})
    (row,) = list_rounds(engine, OFFICE)
    assert [one.organization for one in read_papers(engine, OTHER, row, TODAY)] == ["乙局党组"]
    assert [one.organization for one in read_papers(engine, OWN, row, TODAY)] == ["甲局党组"]


def states(engine: Engine, today: date = TODAY) -> list[list[str]]:
    (row,) = list_rounds(engine, OFFICE)
    return [[cell.state for cell in one.cells] for one in read_papers(engine, OFFICE, row, today)]


def test_without_a_date_in_the_rulebook_nothing_is_overdue(engine: Engine, uploads: Path, inspection: int):
    give(engine, uploads, inspection)
    found = sorted(states(engine, TODAY + timedelta(days=999)))
    assert found == [["待审核", "未报送", "未报送"], ["未报送"] * 3]


def test_r2_a_paper_is_overdue_from_the_day_after_its_date(engine: Engine, uploads: Path, inspection: int):
    content = rulebook_text().replace(
        "submission_days = { value = {}", 'submission_days = { value = { "整改方案" = 20 }'
    )
    with writing(engine) as session:
        version = RulebookVersion(key="dated", version=1, content=content, checksum=checksum(content))
        session.add(version)
        session.flush()
        session.get(Round, 1).rulebook_version_id = version.id
    due = FEEDBACK + timedelta(days=20)
    assert states(engine, due) == [["未报送"] * 3] * 2
    assert states(engine, due + timedelta(days=1)) == [["逾期未报送", "未报送", "未报送"]] * 2
    first = give(engine, uploads, inspection, handed_in_on=due + timedelta(days=3))
    review(engine, first, accepted=False)
    give(engine, uploads, inspection, after=1)
    (row,) = list_rounds(engine, OFFICE)
    late = {one.organization: one.cells[0].late for one in read_papers(engine, OFFICE, row, TODAY)}
    assert late["甲局党组"] == 3, "it is late by its first version"


def test_of_two_reviewers_one_wins_and_the_other_is_told(engine: Engine, uploads: Path, inspection: int):
    number = give(engine, uploads, inspection)
    ends = together(lambda: review(engine, number), lambda: review(engine, number, SECOND, accepted=False))
    (told,) = [end for end in ends if end is not None]
    assert isinstance(told, StaleError)
    assert told.stored.state is all_of(engine, Submission)[0].state


def test_two_versions_at_the_same_moment(engine: Engine, uploads: Path, inspection: int):
    ends = together(
        lambda: give(engine, uploads, inspection), lambda: give(engine, uploads, inspection, OFFICE)
    )
    (told,) = [end for end in ends if end is not None]
    assert isinstance(told, StaleError)
    assert len(all_of(engine, Submission)) == 1
