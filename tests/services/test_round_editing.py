"""Rounds after they were opened: renamed, rebound while empty, put away, deleted only when empty."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.exchange.ledgers import build
from tests.factories import (
    FEEDBACK,
    OFFICE,
    ROUND,
    TODAY,
    UNITS,
    all_of,
    confirm,
    everything,
    import_file,
    make_finding,
    make_inspection,
    make_round,
    make_scored,
    make_sheet,
    rulebook_text,
)
from xczg.services.freezing import freeze_round
from xczg.services.readings import list_rounds
from xczg.services.round_editing import (
    RulebookChoice,
    archive_round,
    delete_round,
    edit_round,
    read_work,
    restore_round,
    rulebook_choices,
)
from xczg.services.rounds import add_round
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import AuditEntry, Round, RulebookVersion, SatisfactionSurvey, SupervisionReport

NEXT = "八届市委第七轮"


@pytest.fixture
def folder(tmp_path):
    """Two rulebook files; the second is not valid."""
    (tmp_path / "trial.toml").write_text(rulebook_text(), "utf-8")
    (tmp_path / "broken.toml").write_text("id = 1", "utf-8")
    changed = rulebook_text().replace('id = "', 'id = "later-', 1)
    (tmp_path / "later.toml").write_text(changed, "utf-8")
    return tmp_path


def edit(engine: Engine, round_id: int, version: int = 1, **more):
    fields = {"name": ROUND, "term": "", "feedback_date": FEEDBACK} | more
    edit_round(engine, OFFICE, round_id, version, **fields)


def test_a_round_is_changed_and_the_log_says_from_what_to_what(engine: Engine):
    round_id = make_round(engine)
    edit(engine, round_id, name=" 八届市委第七轮 ", term="八届市委", feedback_date=date(2024, 7, 1))
    (row,) = all_of(engine, Round)
    assert (row.name, row.term, row.feedback_date, row.version) == (NEXT, "八届市委", date(2024, 7, 1), 2)
    last = all_of(engine, AuditEntry)[-1]
    assert (last.action, last.object) == ("修改轮次", ROUND)
    assert last.detail == {
        "名称": f"{ROUND}→{NEXT}",
        "届次": "→八届市委",
        "反馈日期": "2024-06-28→2024-07-01",
    }


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"name": NEXT}, "已经存在"), ({"name": " "}, "1至100字"), ({"term": "x" * 61}, "不超过60字")],
)
def test_a_wrong_name_or_term_is_refused(engine: Engine, fields, said: str):
    round_id = make_round(engine)
    make_round(engine, NEXT)
    before = everything(engine)
    with pytest.raises(RefusedError, match=said):
        edit(engine, round_id, **fields)
    assert everything(engine) == before


def test_two_people_change_the_same_round(engine: Engine):
    round_id = make_round(engine)
    edit(engine, round_id, term="八届市委")
    with pytest.raises(StaleError) as stale:
        edit(engine, round_id, term="九届市委")
    assert stale.value.stored.term == "八届市委"


# Rulebooks


def test_a_rulebook_is_chosen_among_files_and_stored_versions(engine: Engine, folder):
    choices = rulebook_choices(engine, OFFICE, folder)
    assert {(one.version_id, one.file) for one in choices} == {(None, "trial"), (None, "later")}
    used = add_round(engine, OFFICE, ROUND, FEEDBACK, rulebooks=folder, rulebook="trial", term="八届市委")
    choices = rulebook_choices(engine, OFFICE, folder)
    (version,) = all_of(engine, RulebookVersion)
    assert [(one.version_id, one.file) for one in choices] == [(None, "later"), (version.id, None)]
    assert "第1版" in choices[1].label
    add_round(engine, OFFICE, NEXT, FEEDBACK, rulebooks=folder, version_id=version.id)
    assert {row.rulebook_version_id for row in all_of(engine, Round)} == {version.id}
    assert all_of(engine, Round)[0].term == "八届市委"
    with pytest.raises(RefusedError, match="没有找到所选的制度版本"):
        add_round(engine, OFFICE, "第八轮", FEEDBACK, rulebooks=folder, version_id=99)
    assert used == 1


def other(engine: Engine, folder) -> RulebookChoice:
    return next(one for one in rulebook_choices(engine, OFFICE, folder) if one.file == "later")


def test_an_empty_round_is_bound_to_another_rulebook(engine: Engine, folder):
    round_id = make_round(engine)
    make_inspection(engine, round_id)
    assert read_work(engine, OFFICE, round_id) == ""
    edit(engine, round_id, rulebook=other(engine, folder), rulebooks=folder)
    (row,) = list_rounds(engine, OFFICE)
    assert row.rulebook_key.startswith("later-")


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda engine, _round, one: make_finding(engine, one), "反馈问题1个"),
        (lambda engine, _round, one: make_sheet(engine, one, UNITS[0]), "评分表1份"),
        (
            lambda engine, _round, one: _add(
                engine,
                SatisfactionSurvey(inspection_id=one, satisfied=1, basically_satisfied=0, dissatisfied=0),
            ),
            "满意度测评1次",
        ),
        (
            lambda engine, number, _one: _add(
                engine, SupervisionReport(round_id=number, unit=UNITS[0], recorded_by="x")
            ),
            "日常监督结果报告1份",
        ),
    ],
)
def test_a_round_cannot_lose_its_rulebook_once_work_has_begun(engine: Engine, folder, work, words: str):
    round_id = make_round(engine)
    work(engine, round_id, make_inspection(engine, round_id))
    assert read_work(engine, OFFICE, round_id) == words
    before = everything(engine)
    with pytest.raises(RefusedError, match=f"已有{words}，工作开始后不能再更换办法版本"):
        edit(engine, round_id, rulebook=other(engine, folder), rulebooks=folder)
    assert everything(engine) == before
    same = next(one for one in rulebook_choices(engine, OFFICE, folder) if one.version_id == 1)
    edit(engine, round_id, rulebook=same, term="八届市委")


def _add(engine: Engine, row) -> None:
    with writing(engine) as session:
        session.add(row)


# Frozen, archived, deleted


def test_a_frozen_round_keeps_its_date_and_may_be_named_better(engine: Engine):
    round_id = make_round(engine)
    make_scored(engine, round_id, {"甲局": ("90", "91", "92")})
    confirm(engine, round_id)
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="纪要", today=TODAY)
    with pytest.raises(RefusedError, match="冻结，不能再改动反馈日期"):
        edit(engine, round_id, feedback_date=date(2024, 7, 1))
    edit(engine, round_id, name=NEXT)
    assert all_of(engine, Round)[0].name == NEXT


def test_an_archived_round_is_no_longer_offered_and_comes_back(engine: Engine):
    round_id = make_round(engine)
    make_inspection(engine, round_id, "甲局党组")
    archive_round(engine, OFFICE, round_id, 1)
    assert list_rounds(engine, OFFICE) == []
    assert [row.archived for row in list_rounds(engine, OFFICE, archived=True)] == [True]
    with pytest.raises(RefusedError, match="已归档，请先在“轮次”页面恢复"):
        import_file(engine, round_id, build([["反馈问题", "整改情况"], ["学习不深入", ""]]))
    with pytest.raises(RefusedError, match="已经归档"):
        archive_round(engine, OFFICE, round_id, 2)
    restore_round(engine, OFFICE, round_id, 2)
    assert len(list_rounds(engine, OFFICE)) == 1
    assert [entry.action for entry in all_of(engine, AuditEntry)][-2:] == ["归档轮次", "恢复轮次"]


def test_deleting_a_round_is_for_an_empty_one(engine: Engine):
    round_id = make_round(engine)
    make_inspection(engine, round_id)
    before = everything(engine)
    with pytest.raises(RefusedError, match="名下有被巡察党组织1个，不能删除。不再使用的，请归档"):
        delete_round(engine, OFFICE, round_id)
    assert everything(engine) == before
    delete_round(engine, OFFICE, make_round(engine, NEXT))
    assert [row.name for row in all_of(engine, Round)] == [ROUND]
