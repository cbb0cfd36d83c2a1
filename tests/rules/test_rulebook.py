"""R20: the regulation as data. Every value has its origin; a wrong file is refused by naming the key."""

import copy
import re
import tomllib
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from tests.factories import rulebook, rulebook_text
from xczg.rules.rulebook import (
    Rounding,
    Rulebook,
    RulebookError,
    Source,
    checksum,
    newest,
    parse_rulebook,
)
from xczg.rules.values import ScoringUnit

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def toml(value) -> str:
    """Just enough TOML: everything inline, one line a key."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(one)}' for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def changed(key: str, change) -> str:
    """The rulebook that ships with one key changed (or removed, for `...`)."""
    data = copy.deepcopy(tomllib.loads(rulebook_text()))
    *path, last = (int(part) if part.isdigit() else part for part in key.split("/"))
    place = data
    for part in path:
        place = place[part]
    if change is ...:
        del place[last]
    else:
        place[last] = change
    return "\n".join(f'"{name}" = {toml(value)}' for name, value in data.items())


def refusal(key: str, change) -> str:
    with pytest.raises(RulebookError) as refused:
        parse_rulebook(changed(key, change))
    return str(refused.value)


def test_the_helper_writes_the_rulebook_back_unchanged():
    assert parse_rulebook(changed("id", "sanmenxia-2024-trial")) == rulebook()


@pytest.mark.parametrize(
    ("key", "change", "named"),
    [
        ("criteria/value/0/points", 9, "criteria"),
        ("criteria/value/0/points", 0, "criteria.0.points"),
        ("criteria/value/0/points", -8, "criteria.0.points"),
        ("criteria/value/0/points", 8.005, "criteria.0.points"),
        ("criteria/value", [], "criteria"),
        ("criteria/value/1/number", "1.1", "criteria"),
        ("units/weights/value", [5, 3, 0], "units.weights"),
        ("units/weights/value", [5, 3, -2], "units.weights"),
        ("units/weights/value", [5, 5], "units.weights"),
        ("units/weights/value", [4, 3, 2, 1], "units.weights"),
        ("units/weights/value", ["五", 3, 2], "units.weights"),
        ("units/weights/value", ["NaN", 3, 2], "units.weights"),
        ("units/weight_order/value", ["discipline", "personnel", "personnel"], "units.weight_order"),
        ("units/names/value", {"discipline": "市纪委监委"}, "units.names"),
        ("ranking/bottom_share/value", "1.01", "ranking.bottom_share"),
        ("ranking/bottom_share/value", "-0.2", "ranking.bottom_share"),
        ("ranking/bottom_share/value", 20, "ranking.bottom_share"),
        ("ranking/bottom_share/value", "两成", "ranking.bottom_share"),
        ("ranking/share_rounding/value", "nearest", "ranking.share_rounding"),
        ("ranking/score_places/value", -1, "ranking.score_places"),
        ("periods/rectification_months/value", 0, "periods.rectification_months"),
        ("periods/report_days/value", -7, "periods.report_days"),
        ("periods/assessment_months/value", "一", "periods.assessment_months"),
        ("papers/leaders_see_scores_from/value", "评分中", "papers.leaders_see_scores_from"),
        ("periods/report_days", ..., "periods.report_days"),
        ("periods/report_days/source", ..., "periods.report_days.source"),
        ("periods/report_days/source", "听说", "periods.report_days.source"),
        ("periods/report_days/rule", "第四条", "periods.report_days.rule"),
        ("periods/report_days/title", ..., "periods.report_days.title"),
        ("periods", ..., "periods"),
        ("criteria", ..., "criteria"),
        ("id", ..., "id"),
        ("id", "三门峡", "id"),
        ("periods/report_weeks", 1, "periods.report_weeks"),
        ("ranking/bottom_share/comment", "x", "ranking.bottom_share.comment"),
        ("criteria/value/0/maximum", 8, "criteria.0.maximum"),
        ("secret", 1, "secret"),
    ],
)
def test_a_wrong_rulebook_is_refused_with_a_sentence_naming_the_key(key, change, named):
    sentence = refusal(key, change)
    assert named in sentence
    assert CHINESE.search(sentence)
    assert sentence.endswith("。")
    assert len(sentence) < 120


def test_points_that_do_not_sum_to_100_are_told_with_their_sum():
    assert "101" in refusal("criteria/value/0/points", 9)


@pytest.mark.parametrize("share", ["0", "0.2", "1"])
def test_a_share_between_0_and_1_is_accepted(share):
    found = parse_rulebook(changed("ranking/bottom_share/value", share))
    assert found.share == Fraction(share)


def test_other_weights_are_accepted():
    found = parse_rulebook(changed("units/weights/value", [4, 4, 2]))
    assert list(found.units.weight_of.values()) == [4, 4, 2]


@pytest.mark.parametrize("content", ["这不是TOML", "a = ", "[a\n"])
def test_a_file_that_is_no_toml_is_refused_in_chinese(content):
    with pytest.raises(RulebookError, match="不是有效的TOML"):
        parse_rulebook(content)


def test_a_rulebook_cannot_be_changed():
    with pytest.raises(ValidationError):
        rulebook().periods.report_days.value = 8


# What the text fixes


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("periods.rectification_months", 3, "R1"),
        ("contents.routine_methods", ("听取汇报", "列席会议", "审核资料", "调研督导", "个别座谈"), "R3"),
        ("periods.report_days", 7, "R4"),
        ("periods.assessment_months", 1, "R5"),
        ("papers.one_assessment_per_round", True, "R5"),
        (
            "contents.consultation_items",
            ("通报日常监督评估情况", "会商集中整改进展报告", "安排实地督导事宜"),
            "R7",
        ),
        ("contents.visit_methods", ("查阅资料", "现场了解", "个别座谈", "满意度测评"), "R7"),
        ("units.weights", (5, 3, 2), "R8"),
        ("ranking.bottom_share", Decimal("0.20"), "R11"),
        ("consequences.circumstances", ("敷衍应付整改", "共性问题反复多发", "虚假整改"), "R12"),
        (
            "consequences.subjects",
            ("领导班子", "主要负责人", "其他领导班子成员", "承担整改任务的部门负责人"),
            "R13",
        ),
        ("consequences.campaigns", ("集中整治", "专项治理"), "R16"),
    ],
)
def test_values_of_the_text_and_their_rule(key, value, rule):
    found = dict(rulebook().values())[key]
    assert (found.value, found.rule, found.source) == (value, rule, Source.TEXT)


def test_seven_contents_are_assessed():
    found = rulebook().contents.assessed
    assert (len(found.value), found.rule) == (7, "R2")
    assert "点人点事点问题" in found.value[4]


def test_measures_are_told_by_kind_of_subject():
    measures = rulebook().consequences.measures.value
    assert measures["组织"] == ("责令作出检查", "通报批评")
    assert {"通报批评", "诫勉", "组织处理"} <= set(measures["个人"])


def test_weights_follow_the_order_of_the_text():
    assert rulebook().units.weight_order.value == (
        ScoringUnit.DISCIPLINE,
        ScoringUnit.PERSONNEL,
        ScoringUnit.TEAM,
    )
    assert rulebook().units.weight_order.source is Source.INFERRED


def test_eleven_situations_wait_to_be_filled_in():
    situations = rulebook().consequences.situations
    assert situations.value == ("",) * 11
    assert situations.source is Source.BLANK


@pytest.mark.parametrize("key", ["procedure", "follow_up_contents", "follow_up_methods"])
def test_lists_that_are_not_published_are_empty_not_invented(key):
    found = getattr(rulebook().consequences, key)
    assert (found.value, found.source) == ((), Source.BLANK)


def test_the_rubric_is_a_sample_of_100_points():
    criteria = rulebook().criteria
    assert criteria.source is Source.SAMPLE
    assert sum(one.points for one in criteria.value) == 100


def test_every_rule_with_a_value_can_be_traced_to_a_key():
    """R6 repeats R2 and R12a, R17 and R18 stand in routes, roles and follow-up lists."""
    traced = {value.rule for _, value in rulebook().values()}
    assert traced >= {
        *(f"R{number}" for number in range(1, 17)),
        "R14a",
        "R18a",
        "R19",
        "R20",
    }
    assert set(rulebook().consequences.talk_routes.value) == {"A", "B", "C"}  # R11, R12, R12a


def test_every_value_says_where_it_comes_from_under_a_chinese_title():
    found = dict(rulebook().values())
    assert len(found) > 50
    for key, value in found.items():
        assert value.source in Source, key
        assert CHINESE.search(value.title), key


def test_open_points_are_exactly_what_is_not_from_the_text():
    found = rulebook().open_points()
    for key, value in rulebook().values():
        assert (key in found) == (value.source in {Source.INFERRED, Source.DEFAULT, Source.SAMPLE})
    assert {
        "periods.start",
        "units.weight_order",
        "units.routine_points",
        "units.shared_criteria",
        "papers.circular_per_organization",
        "ranking.share_rounding",
        "ranking.ties_at_cut",
        "definitions.completion",
        "definitions.satisfaction",
        "periods.month_end",
        "criteria",
    } <= set(found)
    assert "units.weights" not in found


def test_the_defaults_of_ranking():
    assert rulebook().ranking.share_rounding.value is Rounding.UP
    assert rulebook().ranking.score_places.value == 2


def test_the_fields_of_a_rulebook_all_take_part_in_values():
    keys = {key.partition(".")[0] for key, _ in rulebook().values()}
    assert keys == set(Rulebook.model_fields) - {"id"}


# Files


def test_newest_is_the_one_issued_last(tmp_path):
    for name, day in (("old", "2024-06-28"), ("new", "2026-01-01"), ("middle", "2025-12-31")):
        (tmp_path / f"{name}.toml").write_text(changed("issued_on/value", day), "utf-8")
    assert newest(tmp_path).name == "new.toml"


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(RulebookError, match="没有制度文件"):
        newest(tmp_path)


def test_a_version_is_known_again_by_its_text():
    assert checksum(rulebook_text()) == checksum(str(rulebook_text()))
    assert checksum(rulebook_text()) != checksum(rulebook_text() + "\n")
    assert len(checksum("")) == 64
