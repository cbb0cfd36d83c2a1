"""R8, R10, R20: rounds are bound to a rulebook, people's acts move them on, consent freezes the result."""

import hashlib
import json
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

from tests.factories import (
    OFFICE,
    ROUND,
    TODAY,
    UNITS,
    all_of,
    confirm,
    everything,
    make_finding,
    make_inspection,
    make_round,
    make_scored,
    make_sheet,
    read,
    rulebook,
    rulebook_text,
)
from xczg.rules.frozen import read_results
from xczg.rules.phases import Act, RoundState
from xczg.rules.result import as_json
from xczg.rules.rulebook import checksum
from xczg.rules.values import FindingStatus
from xczg.services.freezing import freeze_round
from xczg.services.open_points import read_open_points
from xczg.services.rounds import add_round, confirm_open_points, record_act
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import writing
from xczg.store.settings import RULEBOOKS
from xczg.store.tables import (
    AuditEntry,
    Finding,
    FrozenResult,
    OpenPointConfirmation,
    Round,
    RoundAct,
    RulebookVersion,
    ScoreSheet,
)

SCORES = {"甲": ("90", "90", "90"), "乙": ("80", "80", "80")}


@pytest.fixture
def round_id(engine: Engine) -> int:
    """A round whose two organisations are scored."""
    made = make_round(engine)
    make_scored(engine, made, SCORES)
    return made


def act(engine, round_id, which, on_date=TODAY, today=TODAY, basis="会议"):
    record_act(engine, OFFICE, round_id, which, on_date=on_date, basis=basis, today=today)


def freeze(engine, round_id, approved_on=TODAY, today=TODAY):
    return freeze_round(engine, OFFICE, round_id, approved_on=approved_on, basis="会议纪要", today=today)


def refused(engine, sentence, do):
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        do()
    assert everything(engine) == before


# Opening a round


def test_a_round_is_bound_to_the_text_of_its_rulebook_for_good(engine, tmp_path):
    (tmp_path / "mine.toml").write_text(rulebook_text(), "utf-8")
    add_round(engine, OFFICE, "甲", date(2024, 1, 1), rulebooks=tmp_path)
    changed = rulebook_text().replace("value = [5, 3, 2]", "value = [4, 4, 2]")
    (tmp_path / "mine.toml").write_text(changed, "utf-8")
    add_round(engine, OFFICE, "乙", date(2024, 1, 1), rulebooks=tmp_path)
    first, second = all_of(engine, RulebookVersion)
    assert (first.version, second.version) == (1, 2)
    assert (first.content, first.checksum) == (rulebook_text(), checksum(rulebook_text()))
    weights = [list(read(engine, one.id).rulebook.units.weight_of.values()) for one in all_of(engine, Round)]
    assert weights == [[5, 3, 2], [4, 4, 2]]


def test_a_rulebook_may_be_named(engine):
    add_round(engine, OFFICE, "甲", date(2024, 1, 1), rulebooks=RULEBOOKS, rulebook="sanmenxia-2024-trial")
    refused(
        engine,
        "没有编号为“nonesuch”的制度文件",
        lambda: add_round(engine, OFFICE, "乙", date(2024, 1, 1), rulebooks=RULEBOOKS, rulebook="nonesuch"),
    )


def test_a_wrong_rulebook_opens_no_round(engine, tmp_path):
    wrong = rulebook_text().replace("value = [5, 3, 2]", "value = [5, 3, 0]")
    (tmp_path / "wrong.toml").write_text(wrong, "utf-8")
    refused(
        engine,
        "units.weights",
        lambda: add_round(engine, OFFICE, "甲", date(2024, 1, 1), rulebooks=tmp_path),
    )


@pytest.mark.parametrize("name", ["", "   ", "轮" * 101])
def test_a_round_needs_a_name(engine, name):
    refused(engine, "1至100字", lambda: make_round(engine, name))


def test_a_name_is_taken_whatever_its_widths_and_spaces(engine):
    make_round(engine, "第6轮")
    refused(engine, "已经存在", lambda: make_round(engine, " 第６轮 "))


def test_opening_a_round_is_audited(engine):
    make_round(engine)
    (entry,) = all_of(engine, AuditEntry)
    assert (entry.action, entry.object) == ("新建轮次", ROUND)


# Acts


def test_the_aggregation_and_then_the_deliberation_move_the_round_on(engine, round_id):
    act(engine, round_id, Act.AGGREGATED, TODAY - timedelta(days=1))
    assert read(engine, round_id).state is RoundState.AGGREGATED
    act(engine, round_id, Act.DELIBERATED)
    assert read(engine, round_id).state is RoundState.DELIBERATED
    assert [entry.action for entry in all_of(engine, AuditEntry)][-2:] == [
        "登记督查组汇总",
        "登记领导小组审议",
    ]


def test_an_act_is_recorded_once(engine, round_id):
    act(engine, round_id, Act.AGGREGATED)
    refused(engine, "不必重复登记", lambda: act(engine, round_id, Act.AGGREGATED))


def test_no_act_before_the_one_that_precedes_it(engine, round_id):
    refused(engine, "应先登记督查组汇总", lambda: act(engine, round_id, Act.DELIBERATED))


def test_no_act_dated_before_the_one_that_precedes_it(engine, round_id):
    act(engine, round_id, Act.AGGREGATED)
    earlier = TODAY - timedelta(days=1)
    refused(engine, "不得早于", lambda: act(engine, round_id, Act.DELIBERATED, earlier))


def test_no_act_in_the_future(engine, round_id):
    tomorrow = TODAY + timedelta(days=1)
    refused(engine, "晚于今天", lambda: act(engine, round_id, Act.AGGREGATED, tomorrow))


@pytest.mark.parametrize("which", [Act.CONSENTED, Act.CIRCULATED, Act.CLOSED])
def test_consent_is_not_recorded_here_but_by_freezing(engine, round_id, which):
    refused(engine, "不在此处登记", lambda: act(engine, round_id, which))


def test_no_aggregation_while_scores_are_missing(engine, round_id):
    make_inspection(engine, round_id, "丙")
    refused(engine, "尚有3份评分表未齐", lambda: act(engine, round_id, Act.AGGREGATED))


def test_no_aggregation_of_an_empty_round(engine):
    empty = make_round(engine)
    refused(engine, "还没有被巡察党组织", lambda: act(engine, empty, Act.AGGREGATED))


def test_the_exempted_do_not_hold_up_the_aggregation(engine, round_id):
    make_inspection(engine, round_id, "丙", exempted=True)
    act(engine, round_id, Act.AGGREGATED)
    assert read(engine, round_id).state is RoundState.AGGREGATED


# Open points


def test_open_points_are_confirmed_once_with_date_and_basis(engine, round_id):
    wanted = rulebook().open_points()
    assert confirm(engine, round_id) == len(wanted)
    assert confirm(engine, round_id) == 0
    found = all_of(engine, OpenPointConfirmation)
    assert {one.point for one in found} == set(wanted)
    assert {(one.basis, one.confirmed_by) for one in found} == {("办公室会议", "office")}


def test_a_confirmation_holds_for_every_round_of_the_same_rulebook(engine, round_id):
    confirm(engine, round_id)
    other = make_round(engine, "另一轮")
    assert confirm(engine, other) == 0


def confirmed(engine, round_id, **more):
    given = {"confirmed_on": TODAY, "basis": "主任办公会", "today": TODAY} | more
    return confirm_open_points(engine, OFFICE, round_id, **given)


def test_single_points_are_confirmed_each_once_and_audited(engine, round_id):
    first, second, *_ = rulebook().open_points()
    assert confirmed(engine, round_id, points=[second]) == (rulebook().open_points()[second].title,)
    assert len(confirmed(engine, round_id, points=[first, second])) == 1
    assert confirmed(engine, round_id, points=[first]) == ()
    entries = [one for one in all_of(engine, AuditEntry) if one.action == "确认待定事项"]
    assert [(one.actor, one.detail["事项"], one.detail["依据"]) for one in entries] == [
        ("office", [second], "主任办公会"),
        ("office", [first], "主任办公会"),
    ]


@pytest.mark.parametrize("basis", ["", "  　", "据" * 501])
def test_a_confirmation_needs_a_basis(engine, round_id, basis):
    refused(engine, "依据", lambda: confirmed(engine, round_id, basis=basis))


def test_no_confirmation_dated_in_the_future_and_none_of_a_point_that_is_none(engine, round_id):
    tomorrow = TODAY + timedelta(days=1)
    refused(engine, "晚于今天", lambda: confirmed(engine, round_id, confirmed_on=tomorrow))
    points = [next(iter(rulebook().open_points())), "units.weights"]
    refused(engine, "没有编号为“units.weights”", lambda: confirmed(engine, round_id, points=points))


def test_open_points_are_read_in_words_with_who_confirmed_them(engine, round_id):
    confirmed(engine, round_id, points=["units.weight_order"])
    found = {point.key: point for point in read_open_points(engine, OFFICE, round_id)}
    assert list(found) == list(rulebook().open_points())
    order = found["units.weight_order"]
    assert (order.title, order.value, order.source) == (
        "权重归属",
        "市纪委监委、市委组织部、市委巡察组",
        "推断",
    )
    assert (order.confirmed_on, order.basis, order.confirmed_by) == (TODAY, "主任办公会", "office")
    assert found["ranking.share_rounding"].value == "向上取整"
    assert found["units.routine_points"].value == "否"
    assert found["alerts.findings"].value == "20、10、0"
    assert found["criteria"].value.startswith("1.1 党组")
    assert found["criteria"].confirmed_on is None


# Freezing


def test_freezing_stores_the_whole_result_with_its_inputs_and_checksum(engine, round_id):
    confirm(engine, round_id)
    shown = [as_json(row) for row in read(engine, round_id).result.rows]
    digest = freeze(engine, round_id)
    (kept,) = all_of(engine, FrozenResult)
    assert kept.checksum == digest == hashlib.sha256(kept.content.encode()).hexdigest()
    assert (kept.approved_on, kept.basis, kept.version) == (TODAY, "会议纪要", 1)
    assert read_results(kept.content) == shown
    assert json.loads(kept.content)["rulebook"] == checksum(rulebook_text())


def test_freezing_implies_the_states_before_it_and_logs_them(engine, round_id):
    confirm(engine, round_id)
    act(engine, round_id, Act.AGGREGATED, TODAY - timedelta(days=3))
    freeze(engine, round_id)
    assert [(one.act, one.on_date) for one in all_of(engine, RoundAct)] == [
        (Act.AGGREGATED, TODAY - timedelta(days=3)),
        (Act.DELIBERATED, TODAY),
        (Act.CONSENTED, TODAY),
    ]
    assert read(engine, round_id).state is RoundState.CONSENTED
    actions = [entry.action for entry in all_of(engine, AuditEntry)]
    assert actions[-3:] == ["登记领导小组审议", "登记市委同意", "冻结评估结果"]


def test_no_freezing_of_a_provisional_round_and_the_sentence_says_who_is_missing(engine, round_id):
    confirm(engine, round_id)
    half = make_inspection(engine, round_id, "丙")
    make_sheet(engine, half, UNITS[0], lines=3)
    make_sheet(engine, half, UNITS[1], "80")
    refused(engine, "评分未齐.*丙（市纪委监委、市委巡察组）", lambda: freeze(engine, round_id))


def test_the_refusal_to_freeze_names_the_next_step(engine, round_id):
    command = f'python -m xczg confirm --round "{ROUND}" --basis'
    refused(engine, re.escape(command), lambda: freeze(engine, round_id))


def test_no_freezing_with_open_points_that_nobody_confirmed(engine, round_id):
    refused(engine, "待定事项未经巡察办确认.*集中整改期起算日", lambda: freeze(engine, round_id))


def test_one_open_point_is_enough_to_refuse(engine, round_id):
    points = list(rulebook().open_points())
    with writing(engine) as session:
        for point in points[1:]:
            session.add(
                OpenPointConfirmation(
                    rulebook_version_id=1, point=point, confirmed_on=TODAY, confirmed_by="office"
                )
            )
    title = rulebook().open_points()[points[0]].title
    refused(engine, f"尚有1个待定事项.*{title}", lambda: freeze(engine, round_id))


def test_no_freezing_twice(engine, round_id):
    confirm(engine, round_id)
    freeze(engine, round_id)
    refused(engine, "已经冻结", lambda: freeze(engine, round_id))


def test_no_freezing_of_an_empty_or_unknown_round(engine):
    empty = make_round(engine)
    confirm(engine, empty)
    refused(engine, "还没有被巡察党组织", lambda: freeze(engine, empty))
    refused(engine, "没有找到这个轮次", lambda: freeze(engine, 999))


def test_no_consent_in_the_future(engine, round_id):
    confirm(engine, round_id)
    refused(engine, "晚于今天", lambda: freeze(engine, round_id, TODAY + timedelta(days=1)))


def test_nothing_done_later_changes_a_frozen_result(engine, round_id):
    """Even what goes past every service: later findings, sheets, organisations and dates."""
    make_finding(engine, 1, "一", due_date=TODAY - timedelta(days=1))
    confirm(engine, round_id)
    freeze(engine, round_id)
    frozen = read(engine, round_id)
    with writing(engine) as session:
        session.execute(update(Finding).values(status=FindingStatus.COMPLETED))
        session.execute(update(ScoreSheet).where(col(ScoreSheet.inspection_id) == 1).values(current=False))
    make_sheet(engine, 1, UNITS[0], "1", version=2)
    make_finding(engine, 2, "二")
    make_inspection(engine, round_id, "丙")
    for today in (TODAY, date(2030, 1, 1)):
        assert read(engine, round_id, today).result == frozen.result
    assert frozen.result.rows[0].counts.overdue == 1


def test_the_other_round_is_not_frozen(engine, round_id):
    confirm(engine, round_id)
    other = make_round(engine, "另一轮")
    make_scored(engine, other, {"甲": ("70", "70", "70")})
    freeze(engine, round_id)
    assert [read(engine, one).frozen for one in (round_id, other)] == [True, False]
