"""轮次 and 得分汇总: opening a round, recording sheets and the act that lifts the blindness."""

from tests.factories import UNITS, all_of, make_inspection, make_round, make_scored, make_sheet
from tests.office import Office, words
from tests.pages.looking import (
    CURRENT,
    DELIBERATED,
    OVERVIEW,
    ROUNDS,
    SCORES,
    SCORING,
    everything,
    found,
    links,
    look,
    reckoned,
    scores_of,
    table,
)
from xczg.rules.phases import Act
from xczg.rules.values import Role
from xczg.services.example.city import read_city
from xczg.store.clock import today
from xczg.store.tables import AuditEntry, Round, RoundAct
from xczg.ui.words import long_day, plain

ROUND = "测试轮"
THREE = {"甲局": ("91.25", "92.25", "93.25"), "乙局": ("81.25", "82.25", "83.25"), "丙局": ("71", "72", "73")}


def press(test, label: str):
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def test_a_new_round_and_the_way_on(app: Office) -> None:
    test = look(app, Role.OFFICE, ROUNDS)
    assert "还没有轮次。先在下面新建一个" in words(test)
    test.text_input(key="field_new_round_name").input("三届市委第八轮*")
    press(test, "新建")
    assert [one.value for one in test.success] == [
        f"已新建{plain('三届市委第八轮*')}。下一步：在“增加党组织”中选择被巡察党组织，或直接导入整改台账。"
    ]
    assert links(test) == [("去导入整改台账", "ledger_import", {"round": ["三届市委第八轮*"]})]
    (made,) = all_of(app.engine, Round)
    assert (made.name, made.feedback_date) == ("三届市委第八轮*", today())
    (row,) = table(test, "轮次", "当前阶段")
    assert (row["轮次"], row["党组织（个）"], row["当前阶段"]) == ("三届市委第八轮*", 0, "集中整改期")


def test_who_had_a_later_feedback_date_stands_beside_the_deadline(city: Office) -> None:
    test = look(city, Role.OFFICE, ROUNDS)
    late = read_city().special.later_feedback
    named = {row["轮次"]: row["反馈较晚的党组织"] for row in table(test, "轮次", "反馈较晚的党组织")}
    latest = reckoned(city, CURRENT).round.latest_feedback
    assert named == dict.fromkeys(named, "") | {CURRENT: f"{late}（{long_day(latest)}）"}
    assert "全轮期限随最晚的反馈日期" in words(test)


def test_a_name_that_is_taken_or_empty_is_refused(app: Office) -> None:
    make_round(app.engine, ROUND)
    test = look(app, Role.OFFICE, ROUNDS, view="新建轮次")
    for name, said in (
        (ROUND, f"轮次“{ROUND}”已经存在，请换一个名称。"),
        (" ", "轮次名称应为1至100字，请改正。"),
    ):
        test.text_input(key="field_new_round_name").input(name)
        press(test, "新建")
        assert [one.value for one in test.error] == [plain(said)]
        assert test.text_input(key="field_new_round_name").value == name, "what is typed survives"
    assert len(all_of(app.engine, Round)) == 1


def test_rounds_of_the_city_newest_first(city: Office) -> None:
    rows = table(look(city, Role.OFFICE, ROUNDS), "轮次", "当前阶段")
    assert [(row["轮次"][-2], row["当前阶段"], row["结果"]) for row in rows] == [
        ("七", "集中整改期", ""),
        ("六", "评分中", ""),
        ("五", "领导小组已审议", ""),
        ("四", "已通报", "已冻结"),
    ]


def test_the_aggregation_waits_for_all_sheets_and_lifts_the_blindness(
    app: Office,
) -> None:
    round_id = make_round(app.engine, ROUND)
    make_scored(app.engine, round_id, THREE)
    late = make_inspection(app.engine, round_id, "丁局")
    for unit in UNITS[:2]:
        make_sheet(app.engine, late, unit, "65.25")
    secret = scores_of(reckoned(app, ROUND))
    assert secret >= {"91.95", "92.25", "65.25"}
    test = look(app, Role.OFFICE, SCORES)
    assert [(row["被巡察党组织"], row["尚未交齐"]) for row in table(test, "尚未交齐")] == [
        ("丁局", "市委巡察组")
    ]
    press(test, "登记督查组汇总")
    assert [one.value for one in test.error] == [
        plain("尚有1份评分表未齐，待三家评分单位全部评分后再登记督查组汇总。")
    ]
    assert all_of(app.engine, RoundAct) == []
    leader = look(app, Role.LEADER, OVERVIEW)
    assert found(secret, everything(leader)) == set()

    make_sheet(app.engine, late, UNITS[2], "65.75")
    test.run()
    assert "三家评分单位均已评分。" in words(test)
    test.text_input(key="act_basis").input("总结会*1*")
    press(test, "登记督查组汇总")
    assert [one.value for one in test.success] == ["已登记督查组汇总。", "三家评分单位均已评分。"]
    (act,) = all_of(app.engine, RoundAct)
    assert (act.act, act.on_date, act.basis, act.recorded_by) == (
        Act.AGGREGATED,
        today(),
        "总结会*1*",
        "office",
    )
    assert "登记督查组汇总" in [entry.action for entry in all_of(app.engine, AuditEntry)]
    assert "总结会*1*" not in words(test), "a basis is text"
    assert [button.label for button in test.button if "登记" in button.label] == ["登记领导小组审议"]

    leader.run()
    shown = table(leader, "rank", "score")
    assert [(row["organization"], row["rank"]) for row in shown] == [
        ("丁局", "第4名"),
        ("丙局", "第3名"),
        ("乙局", "第2名"),
        ("甲局", "第1名"),
    ]
    assert f"{shown[-1]['score']:.2f}" == "91.95"

    press(test, "登记领导小组审议")
    assert [one.act for one in all_of(app.engine, RoundAct)] == [Act.AGGREGATED, Act.DELIBERATED]
    assert not [button for button in test.button if "登记" in button.label]


def test_an_empty_round_cannot_be_aggregated(app: Office) -> None:
    make_round(app.engine, ROUND)
    test = look(app, Role.OFFICE, SCORES)
    assert "本轮还没有被巡察党组织。" in words(test)
    press(test, "登记督查组汇总")
    assert [one.value for one in test.error] == ["本轮还没有被巡察党组织，请先导入整改台账。"]


def test_in_the_city_five_sheets_are_missing(city: Office) -> None:
    test = look(city, Role.OFFICE, SCORES, round=SCORING)
    press(test, "登记督查组汇总")
    assert test.error[0].value.startswith("尚有5份评分表未齐")
    for name in (DELIBERATED, "三届市委第四轮"):
        test = look(city, Role.OFFICE, SCORES, round=name)
        assert "三家评分单位均已评分。" in words(test)
        assert not [button for button in test.button if "登记" in button.label]


def test_a_frozen_round_takes_no_sheets(city: Office) -> None:
    test = look(city, Role.OFFICE, SCORES, round="三届市委第四轮")
    assert not test.file_uploader
    assert "评估结果已经市委同意并冻结，不再录入评分。" in words(test)
    assert look(city, Role.OFFICE, SCORES, round=CURRENT).file_uploader


def test_a_wrong_score_file_gets_one_sentence(city: Office) -> None:
    test = look(city, Role.OFFICE, SCORES, round=SCORING)
    test.file_uploader[0].set_value(("评分表.xlsx", b"not a workbook", "application/octet-stream"))
    test.run()
    test.button(key="record_scores").click().run()
    assert not test.exception
    assert len(test.error) == 1
