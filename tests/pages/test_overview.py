"""The overview: its seven figures, the ranking with its cut, and the worry list."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.factories import make_findings, make_inspection, make_round, make_scored
from tests.office import Office, words
from tests.pages.looking import (
    CIRCULATED,
    CURRENT,
    DELIBERATED,
    LEDGER,
    ORGANIZATION,
    OVERVIEW,
    SCORES,
    SCORING,
    TEAM,
    everything,
    inspected_by,
    links,
    look,
    metrics,
    reckoned,
    table,
)
from xczg.access.permissions import Actor
from xczg.rules.phases import Act
from xczg.rules.result import as_json
from xczg.rules.values import FindingStatus, Role
from xczg.services.example.city import read_city
from xczg.services.readings import list_rounds, read_overview
from xczg.store.clock import today
from xczg.ui.charts import span
from xczg.ui.words import long_day, plain

LEADER = Actor("leader", "市领导某", frozenset({Role.LEADER}))
ROUNDS_OF_THE_CITY = (CIRCULATED, DELIBERATED, SCORING, CURRENT)


def percent(part: int, whole: int) -> str:
    """One decimal, half up, by other means than the program's."""
    tenths = (Decimal(1000 * part) / whole).quantize(Decimal(1), "ROUND_HALF_UP")
    return str(tenths.scaleb(-1))  # a division would write 86.0 as 86


@pytest.mark.parametrize("name", ROUNDS_OF_THE_CITY)
def test_the_seven_figures_are_those_of_the_services(city: Office, name: str) -> None:
    reading = reckoned(city, name)
    rows = [as_json(row) for row in reading.result.rows]
    findings, done, basically, open_, overdue = (
        sum(row[key] for row in rows)
        for key in ("findings", "completed", "basically_completed", "not_completed", "overdue")
    )
    scored, assessed = reading.result.scored, reading.result.assessed
    shown = metrics(look(city, Role.LEADER, OVERVIEW, round=name))
    assert list(shown) == [
        "被巡察党组织（个）",
        "反馈问题（个）",
        "整改完成率（%）",
        "未整改到位事项（个）",
        "逾期未完成（个）",
        "评分完成（个）",
        "当前阶段",
    ]
    values = [value for value, _ in shown.values()]
    assert values[:6] == [
        str(len(rows)),
        str(findings),
        percent(done, findings),
        str(open_),
        str(overdue),
        f"{scored}/{assessed}",
    ]
    assert reading.state.value.endswith(values[6])
    notes = [note for _, note in shown.values()]
    exempted = sum(row.exempted for row in reading.result.rows)
    assert notes[0] == (
        f"免于评估{exempted}个" if exempted else f"有反馈问题{sum(r['findings'] > 0 for r in rows)}个"
    )
    assert notes[2] == f"含基本完成{percent(done + basically, findings)}%"
    assert notes[3] == f"涉及{sum(row['not_completed'] > 0 for row in rows)}个党组织"
    assert notes[4] == f"涉及{sum(row['overdue'] > 0 for row in rows)}个党组织"
    assert notes[5] == ("已齐" if scored == assessed else f"{assessed - scored}个未齐")


def test_each_figure_explains_itself(city: Office) -> None:
    test = look(city, Role.LEADER, OVERVIEW, round=DELIBERATED)
    counts = reckoned(city, DELIBERATED).result.counts
    helps = [tile.help for tile in test.metric]
    assert all(helps)
    assert f"{counts.completed}/{counts.findings}＝{percent(counts.completed, counts.findings)}%" in helps[2]
    assert "来源：单位自报" in helps[2]
    footer = test.caption[-1].value
    now = today()
    assert footer.startswith(f"数据截至{now.year}年{now.month}月{now.day}日。")
    assert "口径：整改完成率＝" in footer
    charts = test.get("plotly_chart")
    assert len(charts) == 3
    assert all(chart.proto.alt for chart in charts)


@pytest.mark.parametrize("name", [CIRCULATED, DELIBERATED])
def test_the_ranking_is_that_of_the_services_the_last_first(city: Office, name: str) -> None:
    reading = reckoned(city, name)
    shown = table(look(city, Role.LEADER, OVERVIEW, round=name), "rank", "score")
    expected = [as_json(row) for row in reading.result.rows]
    ranked = [row for row in expected if row["rank"] is not None]
    assert [row["organization"] for row in shown[: len(ranked)]] == [
        row["organization"] for row in reversed(ranked)
    ]
    assert len(shown) == len(expected)
    by_name = {row["organization"]: row for row in shown}
    for row, whole in zip(expected, reading.result.rows, strict=True):
        line = by_name[row["organization"]]
        assert line["rank"] == whole.rank_text
        assert line["overdue"] == row["overdue"]
        if row["rank"] is not None:
            assert f"{line['score']:.2f}" == row["final_score"]
            assert {unit: f"{line[unit]:.2f}" for unit in row["scores"]} == row["scores"]
        mark = ["◆最后20%"] if row["bottom_share"] else ["免于评估"] if whole.exempted else []
        assert list(line["mark"]) == mark


def test_the_cut_says_how_it_was_made(city: Office) -> None:
    cut = reckoned(city, DELIBERATED).result.cut
    sentence = " ".join(one.value for one in look(city, Role.LEADER, OVERVIEW, round=DELIBERATED).get("html"))
    assert f"{cut.population}个党组织的20%，向上取整取{-(-cut.population // 5)}个" in sentence
    assert f"（向下取整为{cut.population // 5}个、四舍五入为{round(cut.population / 5)}个）" in sentence
    assert cut.added_by_ties > 0, "the example city has a tie at the cut"
    assert f"临界同分一并列入，实列{cut.listed}个" in sentence
    assert "列入名单不等于约谈" in sentence
    assert "暂计" not in sentence


def test_a_half_scored_round_is_marked_provisional_everywhere(app: Office) -> None:
    round_id = make_round(app.engine, "测试轮")
    make_scored(app.engine, round_id, {f"{n}局": (f"8{n}", f"8{n}", f"8{n}") for n in range(6)})
    make_inspection(app.engine, round_id, "未评局")
    test = look(app, Role.OFFICE, SCORES, round="测试轮")
    rows = {row["organization"]: list(row["mark"]) for row in table(test, "rank")}
    assert rows["0局"] == ["◆最后20%", "暂计"]
    assert rows["5局"] == ["暂计"]
    assert rows["未评局"] == ["评分未齐"]


@pytest.mark.parametrize("name", ROUNDS_OF_THE_CITY)
def test_the_worry_list_names_facts_and_leads_to_them(city: Office, name: str) -> None:
    row = next(row for row in list_rounds(city.engine, LEADER) if row.name == name)
    listed = read_overview(city.engine, LEADER, row, today()).attention
    test = look(city, Role.LEADER, OVERVIEW, round=name)
    assert [(label, page, query) for label, page, query in links(test)] == [
        (
            plain(item.row.organization),
            "organization",
            {"round": [name], "org": [item.row.organization]},
        )
        for item in listed
    ]
    captions = [one.value for one in test.caption]
    for item in listed:
        assert plain("；".join(item.reasons) + "。") in captions
        counts = item.row.counts
        if counts.overdue:
            assert f"逾期未完成{counts.overdue}项" in "；".join(item.reasons)
    assert f"其余{len(listed) - 4}个" in everything(test)
    sent = everything(test)
    assert "提示关注" in sent
    assert "约谈名单" not in sent
    assert not re.search(r"严重|较差|落后|不力", "".join("".join(item.reasons) for item in listed))
    whole = reckoned(city, name)
    worried = {item.row.organization for item in listed}
    assert len(worried) * 2 < len(whole.result.rows), "a selection"
    assert worried >= {one.organization for one in whole.result.rows if one.counts.overdue >= 5}
    if name in (CIRCULATED, DELIBERATED):
        assert worried >= {one.organization for one in whole.result.rows if one.bottom_share}
    assert "逾期未完成达到5个" in sent


def test_completion_stands_in_the_place_of_the_ranking_while_scores_are_hidden(city: Office) -> None:
    test = look(city, Role.LEADER, OVERVIEW, round=SCORING)
    shown = table(test, "lenient")
    rates = [row["strict"] for row in shown]
    assert rates == sorted(rates)
    expected = {row.organization: row.counts for row in reckoned(city, SCORING).result.rows}
    assert {row["organization"]: (row["findings"], row["open"], row["overdue"]) for row in shown} == {
        name: (counts.findings, counts.not_completed, counts.overdue) for name, counts in expected.items()
    }
    assert "得分和名次在督查组汇总后显示" in everything(test)


def test_a_click_on_a_row_opens_the_organisation(city: Office) -> None:
    test = look(city, Role.LEADER, OVERVIEW, round=DELIBERATED)
    third = table(test, "rank")[2]["organization"]
    test.session_state["ranking"] = {"selection": {"rows": [], "columns": [], "cells": [[2, "organization"]]}}
    test.run()
    assert not test.exception
    assert test.title[0].value == third
    assert test.query_params["org"] in (third, [third])


def test_a_click_on_a_dot_opens_the_organisation(city: Office) -> None:
    row = reckoned(city, DELIBERATED).result.rows[7]
    test = look(city, Role.LEADER, OVERVIEW, round=DELIBERATED)
    point = {"customdata": row.inspection_id, "point_index": 0}
    test.session_state["ranking_strip"] = {"selection": {"points": [point], "box": [], "lasso": []}}
    test.run()
    assert not test.exception
    assert test.title[0].value == row.organization


def test_an_organisation_in_the_address_is_taken_out_of_it(city: Office) -> None:
    test = look(
        city,
        Role.LEADER,
        OVERVIEW,
        round=DELIBERATED,
        org=next(iter(reckoned(city, CURRENT).facts)).organization,
    )
    assert "org" not in test.query_params


def chart(test: AppTest, place: int) -> dict[str, Any]:
    found = json.loads(test.get("plotly_chart")[place].proto.spec)
    assert isinstance(found, dict)
    return found


def test_the_strip_says_in_words_what_its_marks_mean(city: Office) -> None:
    line = reckoned(city, DELIBERATED).result.cut.line
    spec = chart(look(city, Role.LEADER, OVERVIEW, round=DELIBERATED), 0)
    assert [trace["name"] for trace in spec["data"]] == [f"排名最后20%（{line}分及以下）", "其他党组织"]
    assert all(trace["showlegend"] for trace in spec["data"])
    spec = chart(look(city, Role.LEADER, OVERVIEW, round=SCORING), 0)
    assert [trace["name"] for trace in spec["data"]] == ["有逾期未完成", "没有逾期未完成"]
    assert spec["layout"]["xaxis"]["range"] == [-2, 102]


def test_statuses_stand_in_one_order_and_in_one_colour(city: Office) -> None:
    test = look(city, Role.LEADER, OVERVIEW, round=DELIBERATED)
    whole, categories = (
        {one["name"]: one["marker"]["color"] for one in chart(test, n)["data"]} for n in (1, 2)
    )
    assert list(whole) == ["未完成", "基本完成", "已完成"]
    assert list(categories) == ["未完成", "基本完成"]
    assert categories.items() <= whole.items()
    assert len(set(whole.values())) == 3
    assert re.search(r"未完成\d+个、基本完成\d+个、已完成\d+个", test.metric[1].help)


@pytest.mark.parametrize(("values", "whole"), [([88.0], False), ([88.0], True), ([], False), ([99.9], False)])
def test_the_axis_of_one_organisation_is_no_sliver(values: list[float], whole: bool) -> None:
    low, high = span(values, whole=whole)
    assert high - low > 6
    assert all(low < value < high for value in values)


def test_a_frozen_round_is_consistent_and_as_of_its_consent(city: Office) -> None:
    whole = reckoned(city, CIRCULATED)
    consent = next(act.on_date for act in whole.round.acts if act.act is Act.CONSENTED)
    assert whole.as_of == consent < today()
    test = look(city, Role.LEADER, OVERVIEW, round=CIRCULATED)
    shown = chart(test, 2)["data"]
    assert (
        sum(shown[0]["x"])
        == int(metrics(test)["未整改到位事项（个）"][0])
        == whole.result.counts.not_completed
    )
    assert sum(shown[1]["x"]) == whole.result.counts.basically_completed
    longest = max((consent - oldest).days for oldest in whole.oldest_overdue.values())
    said = [int(n) for n in re.findall(r"最长逾期(\d+)天", everything(test))]
    assert said
    assert max(said) <= longest
    day = long_day(consent)
    assert f"以下为{day}冻结的评估结果" in words(test)
    assert test.caption[-1].value.startswith(f"数据截至{day}（评估结果冻结之日")
    assert f"完成时限早于{day}" in test.metric[4].help


def test_a_later_feedback_date_is_named_beside_the_deadlines(city: Office) -> None:
    late = read_city().special.later_feedback
    row = next(row for row in list_rounds(city.engine, LEADER) if row.name == CURRENT)
    words_of = look(city, Role.LEADER, OVERVIEW, round=CURRENT).metric[6].help.replace("\\", "")
    assert f"期限按最晚的反馈日期{long_day(row.latest_feedback)}起算" in words_of
    assert (
        f"本轮反馈日期{long_day(row.feedback_date)}，反馈较晚的：{late}（{long_day(row.latest_feedback)}）"
        in words_of
    )
    other = look(city, Role.LEADER, OVERVIEW, round=SCORING).metric[6].help
    assert "最晚" not in other
    assert "较晚" not in other


@pytest.mark.parametrize("name", [SCORING, DELIBERATED, CIRCULATED])
def test_a_teams_tiles_count_what_it_inspected_and_label_the_rest(city: Office, name: str) -> None:
    own, whole = inspected_by(city, TEAM, name), reckoned(city, name).result
    rows = [row for row in whole.rows if row.organization in own]
    test = look(city, Role.TEAM, OVERVIEW, round=name)
    shown = metrics(test)
    assert shown["本组巡察党组织（个）"][0] == str(len(own))
    assert f"其中应评分{sum(not row.exempted for row in rows)}个" in test.metric[0].help
    assert shown["反馈问题（个）"][0] == str(sum(row.counts.findings for row in rows))
    assert shown["全轮评分完成（个）"][0] == f"{whole.scored}/{whole.assessed}"
    assert "被巡察党组织（个）" not in shown
    assert "评分完成（个）" not in shown
    for tile in test.metric[1:5]:
        assert tile.help.startswith("本组巡察的党组织："), tile.label
    assert test.metric[5].help.startswith("全轮")
    assert f"只列市委第三巡察组巡察的{len(own)}个党组织" in words(test)


def test_the_round_is_kept_from_page_to_page(city: Office) -> None:
    test = look(city, Role.LEADER, OVERVIEW, round=DELIBERATED)
    test.switch_page(f"pages/{LEDGER}").run()
    assert DELIBERATED in words(test)


@pytest.mark.parametrize("page", [OVERVIEW, ORGANIZATION, LEDGER])
@pytest.mark.parametrize("value", ["没有这一轮", "", "<b>1</b>", "'; DROP TABLE round; --"])
def test_an_unknown_round_in_the_address_falls_back_to_the_newest(
    city: Office, page: str, value: str
) -> None:
    test = look(city, Role.LEADER, page, round=value)
    assert test.selectbox(key="round").value == CURRENT
    assert CURRENT in words(test)


def test_a_round_without_findings_shows_dashes_and_no_rate(app: Office) -> None:
    round_id = make_round(app.engine, "测试轮")
    inspection = make_inspection(app.engine, round_id, "甲局党组")
    shown = metrics(look(app, Role.LEADER, OVERVIEW))
    assert shown["整改完成率（%）"] == ("—", "无反馈问题")
    assert shown["反馈问题（个）"][0] == "0"
    make_findings(app.engine, inspection, [{"text": "一", "status": FindingStatus.COMPLETED}])
    shown = metrics(look(app, Role.LEADER, OVERVIEW))
    assert shown["整改完成率（%）"] == ("100.0", "含基本完成100.0%")
