"""One organisation's page: where its figures come from, and names that look like markup."""

from datetime import timedelta

import pytest

from tests.factories import make_finding, make_inspection, make_round, make_scored
from tests.office import Office, words
from tests.pages.looking import (
    CIRCULATED,
    CURRENT,
    DELIBERATED,
    LEDGER,
    ORGANIZATION,
    OVERVIEW,
    SCORING,
    go,
    links,
    look,
    metrics,
    reckoned,
    table,
)
from xczg.rules.phases import Act
from xczg.rules.values import FindingStatus, Role
from xczg.services.example.city import read_city
from xczg.store.clock import today
from xczg.store.engine import writing
from xczg.store.tables import RoundAct
from xczg.ui.words import long_day, plain

EXTREME = "<b>甲</b>**局** [链](http://x.cn) $x^2$ :red[红] _党_ # `码` &lt;"


def test_figures_of_one_organisation(city: Office) -> None:
    reading = reckoned(city, DELIBERATED)
    for row in (reading.result.rows[0], [one for one in reading.result.rows if one.final][-1]):
        test = look(city, Role.LEADER, ORGANIZATION, round=DELIBERATED, org=row.organization)
        counts, shown = row.counts, metrics(test)
        assert test.title[0].value == plain(row.organization)
        assert [
            shown[f"{name}（个）"][0]
            for name in ("反馈问题", "已完成", "基本完成", "未整改到位", "逾期未完成")
        ] == [
            str(number)
            for number in (
                counts.findings,
                counts.completed,
                counts.basically_completed,
                counts.not_completed,
                counts.overdue,
            )
        ]
        assert all(tile.help for tile in test.metric if tile.label != "最终得分")
        assert list(shown)[:4] == ["反馈问题（个）", "未整改到位（个）", "基本完成（个）", "已完成（个）"]
        value, note = shown["最终得分"]
        assert value == f"{row.final_score}分"
        assert note.startswith(f"{row.rank_text}，共{reading.result.assessed}个")
        assert ("◆排名最后比例之内" in note) is row.bottom_share
        left = counts.not_completed + counts.basically_completed
        if left:
            lines = table(test, "反馈问题", "状态")
            assert len(lines) == left
            assert all(next(iter(line["状态"])) != "已完成" for line in lines)
        reckoning = next(one.value for one in test.get("html") if "reckoning" in one.value)
        assert f"<td>{row.final_score}</td></tr></table>" in reckoning
        column = [line.rsplit("<td>")[-1] for line in reckoning.split("</td></tr>")[:-1]]
        assert len({len(cell.partition(".")[2]) for cell in column[:-1]}) == 1, "aligned"
        for score in row.scores.values():
            assert f"<td>{score:.2f}</td>" in reckoning


def test_a_frozen_result_and_the_present_state_are_told_apart(city: Office) -> None:
    whole = reckoned(city, CIRCULATED)
    consent = next(act.on_date for act in whole.round.acts if act.act is Act.CONSENTED)
    seen = 0
    for row in whole.result.rows[-8:]:
        test = look(city, Role.LEADER, ORGANIZATION, round=CIRCULATED, org=row.organization)
        assert metrics(test)["未整改到位（个）"][0] == str(row.counts.not_completed)
        assert f"以下为{long_day(consent)}冻结的评估结果" in words(test)
        heads = " ".join(one.value for one in test.get("html"))
        assert f"现状（截至{long_day(today())}）" in heads
        assert "评估结果冻结后仍在整改" in heads
        explained = next(one.value for one in test.caption if one.value.startswith("冻结时"))
        then, now = explained.split("\n")
        assert then.startswith(
            f"冻结时（{long_day(consent)}）：未完成{row.counts.not_completed}个，基本完成{row.counts.basically_completed}个。"
        )
        lines = table(test, "反馈问题", "状态") if test.dataframe else []
        left = [next(iter(line["状态"])) for line in lines]
        assert now.startswith(f"现在：未完成{left.count('未完成')}个，基本完成{left.count('基本完成')}个")
        seen += left.count("未完成") != row.counts.not_completed
    assert seen, "something was completed after the consent"


def test_the_distance_to_the_line(city: Office) -> None:
    reading = reckoned(city, DELIBERATED)
    line = reading.result.cut.line
    assert line is not None
    seen = set()
    for row in reading.result.rows:
        if row.final_score is None or (sign := (row.final_score > line) - (row.final_score < line)) in seen:
            continue
        seen.add(sign)
        test = look(city, Role.LEADER, ORGANIZATION, round=DELIBERATED, org=row.organization)
        word = {0: "即为入列线", 1: "高于入列线", -1: "低于入列线"}[sign]
        gap = f"{abs(row.final_score - line)}分" if sign else ""
        assert f"最后一名列入的得分为{line}分，本党组织{word}{gap}。" in words(test).replace("\\", "")
    assert seen == {-1, 0, 1}


def test_the_exempted_one_says_why(city: Office) -> None:
    special = read_city().special
    test = look(city, Role.LEADER, ORGANIZATION, round=DELIBERATED, org=special.exempted)
    assert [one.value for one in test.info] == [plain(f"经批准免于评估：{special.exemption_basis}。")]
    assert "最终得分" not in metrics(test)


def test_one_without_findings(city: Office) -> None:
    test = look(city, Role.LEADER, ORGANIZATION, round=CURRENT, org=read_city().special.without_findings)
    assert metrics(test)["反馈问题（个）"][0] == "0"
    assert "本轮没有反馈问题，或者整改台账尚未导入。" in [one.value for one in test.info]
    bars = next(one.value for one in test.get("html") if 'class="bars"' in one.value)
    assert "—" in bars
    assert "%）" not in bars
    assert "100" not in bars
    go(test, LEDGER, round=CURRENT, org=read_city().special.without_findings)
    assert "没有符合条件的反馈问题，可以放宽上方的筛选条件。" in words(test)
    assert test.get("download_button")[0].proto.disabled


def test_all_completed_says_so(app: Office) -> None:
    inspection = make_inspection(app.engine, make_round(app.engine), "甲局党组")
    make_finding(app.engine, inspection, status=FindingStatus.COMPLETED)
    test = look(app, Role.LEADER, ORGANIZATION, org="甲局党组")
    assert "反馈问题均已完成整改。" in [one.value for one in test.success]


@pytest.mark.parametrize("value", ["没有这个单位", "", "<script>"])
def test_an_unknown_organisation_asks_to_choose(city: Office, value: str) -> None:
    test = look(city, Role.LEADER, ORGANIZATION, org=value)
    assert test.title[0].value == "被巡察党组织"
    assert test.selectbox(key="org").value is None
    assert "请在右上方选择一个党组织" in words(test)


def test_an_organisation_of_another_round_asks_to_choose(city: Office) -> None:
    exempted = read_city().special.exempted
    test = look(city, Role.LEADER, ORGANIZATION, round=SCORING, org=exempted)
    assert "请在右上方选择一个党组织" in words(test)


def test_the_way_to_the_ledger_and_to_other_rounds(city: Office) -> None:
    own = read_city().special.account
    test = look(city, Role.LEADER, ORGANIZATION, round=DELIBERATED, org=own)
    first, *others = links(test)
    assert first[1:] == ("ledger", {"round": [DELIBERATED], "org": [own]})
    assert [page for _, page, _ in others] == ["organization"] * len(others)
    assert [query["round"] for _, _, query in others] == [[CURRENT], [SCORING], ["三届市委第四轮"]]


def test_extreme_names_are_shown_as_text(app: Office) -> None:
    round_id = make_round(app.engine, "测试轮*一*")
    made = make_scored(
        app.engine, round_id, {EXTREME: ("61.25", "62.25", "63.25"), "乙局": ("90", "90", "90")}
    )
    make_finding(
        app.engine,
        made[EXTREME],
        "**问题**<i>一</i>",
        due_date=today() - timedelta(days=365),
        serial="*1*",
        target="# 目标",
        unit="_科_",
    )
    with writing(app.engine) as session:
        session.add(RoundAct(round_id=round_id, act=Act.AGGREGATED, on_date=today(), recorded_by="office"))
    test = look(app, Role.LEADER, OVERVIEW)
    assert test.title[0].value == plain("测试轮*一*")
    assert plain(EXTREME) in [link.value for link in test.page_link]
    raw = [one.value for kind in ("markdown", "caption", "info", "title") for one in getattr(test, kind)]
    assert not [text for text in raw if EXTREME in text or "**局**" in text]
    assert [one for one in test.get("html") if "<b>甲</b>" in one.value] == []
    charts = [chart.proto.spec for chart in test.get("plotly_chart")]
    assert len(charts) == 3
    assert not [spec for spec in charts if "<b>甲" in spec or "\\u003cb\\u003e\\u7532" in spec]

    go(test, ORGANIZATION, org=EXTREME)
    assert test.title[0].value == plain(EXTREME)
    assert [one for one in test.get("html") if "<b>甲</b>" in one.value] == []
    assert table(test, "反馈问题", "责任单位")[0]["反馈问题"] == "**问题**<i>一</i>"

    go(test, LEDGER, org=EXTREME)
    assert plain(EXTREME) in words(test)
    test.session_state["findings"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.run()
    assert not test.exception
    card = "\n".join(one.value for one in [*test.markdown, *test.caption])
    assert plain("**问题**<i>一</i>") in card
    assert plain("整改目标：# 目标") in card
    assert "**问题**" not in card


def test_plain_leaves_nothing_to_markdown() -> None:
    for letter in "*_`[]#$<>~:\\&|=^":
        assert plain(f"甲{letter}乙") == f"甲\\{letter}乙"
    assert plain("甲（乙），1。") == "甲（乙），1。"
    assert True
