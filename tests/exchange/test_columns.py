"""Names of columns, and headers where offices put them."""

import pytest

from tests.exchange.ledgers import HEADER, build, faulty, measures_below, titled, two_rows
from xczg.exchange.columns import HEADERS, SYNONYMS, Field, field_of
from xczg.exchange.headers import find_header
from xczg.exchange.workbook import Sheet, open_workbook


def header_of(content, overrides=None):
    return find_header(open_workbook(content, "x")[0], overrides)


def grid(*rows):
    width = max(map(len, rows))
    return Sheet("表", [[*row, *[""] * (width - len(row))] for row in rows], [], hidden=False)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("text", Field.TEXT), ("TEXT", Field.TEXT), ("finding", Field.TEXT),
        ("due_date", Field.DUE), ("measure_type", Field.MEASURE_TYPE),
        ("responsible_leader", Field.LEADER), ("responsible_unit", Field.UNIT),
        ("反馈问题", Field.TEXT), (" 反馈 问题 ", Field.TEXT), ("*反馈问题", Field.TEXT),
        ("整改\n时限", Field.DUE), ("整改时限（年月日）", Field.DUE), ("编号", Field.SERIAL),
        ("类别", Field.CATEGORY), ("专项", Field.KIND), ("整改进度", Field.STATUS),
        ("是否重点关注", Field.KEY_MATTER), ("无关", None), ("", None),
    ],
)  # fmt: skip
def test_field_of(name, field):
    assert field_of(name) is field


@pytest.mark.parametrize("field", list(Field))
def test_every_field_is_known_by_its_key_its_header_and_its_synonyms(field):
    assert {field_of(name) for name in (field.value, HEADERS[field], *SYNONYMS[field])} == {field}


def test_the_names_of_the_domain_are_all_known():
    names = (
        "序号 被巡察党组织 问题类别 问题子类 反馈问题 具体问题 具体表现 问题内容 问题描述 存在问题"
        " 巡察反馈的问题 整改目标 整改措施 措施内容 改进措施 措施类型 责任领导 牵头领导 分管领导 包抓领导"
        " 责任人 责任单位 责任部门 责任科室 牵头部门 牵头股室 完成时限 整改时限 整改期限 完成时间"
        " 整改截止日期 预计完成时间 整改情况 完成情况 整改状态 整改进展 整改结果 整改成效 完成概述"
        " 跟踪反馈 是否常态化坚持 是否集中整改期完成 佐证材料 备注"
    )
    assert [name for name in names.split() if field_of(name) is None] == []


def test_a_header_in_the_first_row():
    header = header_of(faulty())
    assert (header.row, header.second_row, header.organization) == (1, None, None)
    assert [header.texts[column] for column in header.fields] == HEADER


def test_a_title_and_the_unit_line_stand_above_the_header():
    header = header_of(titled())
    assert (header.row, header.organization, header.organization_row) == (3, "甲县档案馆党组", 2)


def test_a_header_of_two_rows_is_named_by_its_lower_cells():
    header = header_of(two_rows())
    assert (header.row, header.second_row) == (2, 3)
    assert header.text_of(Field.TEXT) == "具体问题"
    assert header.text_of(Field.STATUS) == "完成情况"
    assert header.columns[Field.CATEGORY] == 1


def test_a_header_of_two_rows_whose_main_row_splits_some_cells():
    header = find_header(
        grid(
            ["序号", "反馈问题", "", "整改措施", "责任", ""],
            ["", "类别", "具体问题", "", "责任人", "责任部门"],
        )
    )
    assert header.second_row == 2
    assert {field.value: header.texts[column] for column, field in header.fields.items()} == {
        "serial": "序号", "category": "类别", "text": "具体问题",
        "measure": "整改措施", "leader": "责任人", "unit": "责任部门",
    }  # fmt: skip


def test_a_first_finding_is_no_second_header_row():
    header = find_header(grid(["序号", "反馈问题", "整改措施"], ["1", "问题", "措施"]))
    assert (header.row, header.second_row) == (1, None)


def test_measures_below_has_one_header_row():
    header = header_of(measures_below())
    assert (header.row, header.second_row) == (2, None)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (["填报单位（盖章）：甲局党组"], "甲局党组"),
        (["填报单位(盖章):甲局党组  填报时间：2024年6月"], "甲局党组"),
        (["填报单位：甲局党组（盖章） 填表日期：2024年"], "甲局党组"),
        (["填报单位：", "甲局党组"], "甲局党组"),
        (["填报单位：", "", "填报时间：2024年"], None),
        (["", "填报单位：甲局党组"], "甲局党组"),
    ],
)
def test_the_unit_line(line, name):
    assert find_header(grid(line, HEADER)).organization == name


def test_of_two_columns_for_one_field_the_better_name_wins():
    header = find_header(grid(["问题", "反馈问题", "整改情况", "整改状态"]))
    assert (header.columns[Field.TEXT], header.columns[Field.STATUS]) == (1, 3)
    assert header.texts[0] == "问题"


def test_no_header_without_a_text_column_and_another():
    assert find_header(grid(["反馈问题"], ["问题"])) is None
    assert find_header(grid(["序号", "整改措施"])) is None
    assert find_header(Sheet("空", [], [], hidden=False)) is None


def test_an_override_wins_over_recognition():
    header = header_of(faulty(), {"整改措施": "target", "反馈问题": "finding"})
    assert header.fields[2] is Field.TARGET
    header = find_header(grid(["编码", "事项", "状态"]), {"事项": "反馈问题"})
    assert header.columns == {Field.TEXT: 1, Field.STATUS: 2}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"没有这列": "text"}, "没有名为“没有这列”的列"),
        ({"反馈问题": "nonsense"}, "“nonsense”无法识别"),
        ({"反馈问题": "text", "整改措施": "反馈问题"}, "被指定了两次"),
    ],
)
def test_a_wrong_override_is_refused_in_chinese(overrides, words):
    with pytest.raises(ValueError, match=words):
        header_of(build([HEADER]), overrides)
