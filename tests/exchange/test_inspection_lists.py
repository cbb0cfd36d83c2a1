"""Lists of inspected organisations as offices keep them."""

from datetime import date

import pytest

from tests.exchange.ledgers import build
from xczg.exchange.inspection_lists import (
    HEADERS,
    ListedLine,
    pasted_names,
    read_list,
)
from xczg.exchange.workbook import WrongFileError
from xczg.rules.values import InspectionKind

LONG = "市城管中心（市指挥中心、市公用中心）党总支"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("甲局\n乙局\r\n\n 丙局 ", ["甲局", "乙局", "丙局"]),
        ("1、甲局\n２．乙局\n（三）丙局\n四、丁局", ["甲局", "乙局", "丙局", "丁局"]),
        ("甲局；乙局;丙局\t丁局", ["甲局", "乙局", "丙局", "丁局"]),
        (LONG, [LONG]),
        ("第三人民医院党委", ["第三人民医院党委"]),
        (" \n", []),
    ],
)
def test_pasted_names(text, names):
    assert [line.name for line in pasted_names(text).lines] == names


def one(header, value):
    rows = [list(HEADERS), ["甲局"] + [value if name == header else "" for name in HEADERS[1:]]]
    return read_list(build(rows), "名单.xlsx")


@pytest.mark.parametrize(
    ("value", "team"),
    [(3, 3), ("３", 3), ("第三巡察组", 3), ("市委第12巡察组", 12), ("十一组", 11), ("", None)],
)
def test_teams(value, team):
    assert one("巡察组", value).lines[0].team == team


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024年6月28日", date(2024, 6, 28)),
        ("2024.6.28", date(2024, 6, 28)),
        ("2024-06-28", date(2024, 6, 28)),
        ("20240628", date(2024, 6, 28)),
        (date(2024, 6, 28), date(2024, 6, 28)),
        ("", None),
    ],
)
def test_feedback_dates(value, day):
    assert one("反馈日期", value).lines[0].feedback_date == day


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", InspectionKind.REGULAR),
        ("专项", InspectionKind.SPECIAL),
        ("巡察“回头看”", InspectionKind.LOOK_BACK),
    ],
)
def test_kinds(value, kind):
    assert one("巡察类型", value).lines[0].kind is kind


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("巡察组", "甲组"),
        ("巡察组", "100"),
        ("反馈日期", "6月28日"),
        ("反馈日期", "2024年6月底前"),
        ("反馈日期", "2024年"),
        ("反馈日期", "长期坚持"),
        ("巡察类型", "回访"),
    ],
)
def test_what_is_not_understood_is_named_with_its_row(header, value):
    draft = one(header, value)
    assert draft.lines == ()
    (fault,) = draft.faults
    assert fault.startswith(f"第2行“{header}”的“{value}”")


def test_a_row_without_a_name_is_a_fault_and_an_empty_row_is_none():
    rows = [["标题"], ["序号", *HEADERS], ["1", "甲局"], ["", ""], ["2", "", "3"]]
    draft = read_list(build(rows), "名单.xlsx")
    assert [(line.row, line.name) for line in draft.lines] == [(3, "甲局")]
    assert draft.faults == ("第5行“被巡察党组织”为空，请补填。",)


def test_a_csv_file_will_do():
    draft = read_list("被巡察党组织,联系人\n甲局,王某\n".encode("gb18030"), "名单.csv")
    assert draft.lines == (ListedLine(2, "甲局", contact="王某"),)


def test_a_file_without_the_column_is_refused():
    with pytest.raises(WrongFileError, match="没有找到“被巡察党组织”列"):
        read_list(build([["单位名称", "备注"], ["甲局", ""]]), "名单.xlsx")
