"""The ledger as a workbook: drop-downs in the template, a row a measure in the export, nothing live."""

import datetime as dt
import io

import openpyxl
import pytest

from tests.exchange.test_writer import HOSTILE, check_harmless, plain
from xczg.exchange.columns import HEADERS, Field
from xczg.exchange.ledger_reader import read_ledger
from xczg.exchange.ledger_writer import ledger_template, ledger_workbook
from xczg.rules.values import FindingKind, FindingStatus
from xczg.store.tables import Finding, Measure
from xczg.store.views.ledger import ExportedFinding

OPEN, BASICALLY, DONE = FindingStatus
CATEGORIES = ("党建", "作风", "其他")


def exported(measures=(), organization="甲局党组", **values):
    plain = {
        "inspection_id": 1,
        "position": 1,
        "text": "学习不深入",
        "text_key": "x",
        "kind": FindingKind.INSPECTION,
        "status": OPEN,
    }
    kept = tuple(
        Measure(finding_id=1, position=place, **measure) for place, measure in enumerate(measures, 1)
    )
    return ExportedFinding(organization, Finding(**plain | values), kept)


def rows(*findings):
    content = ledger_workbook(findings, heading=["说明"], categories=CATEGORIES)
    check_harmless(content)
    header, *found = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in found]


def lists(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    headers = {cell.column_letter: cell.value for cell in sheet[1]}
    return {
        headers[str(rule.sqref)[0]]: rule.formula1.strip('"').split(",")
        for rule in sheet.data_validations.dataValidation
    }


@pytest.fixture
def template():
    """The template of a round of two organisations."""
    return ledger_template("第六轮", CATEGORIES, ["甲局党组", "乙局党组"])


def test_the_template_has_every_known_column(template):
    sheet = openpyxl.load_workbook(io.BytesIO(template)).worksheets[0]
    assert {cell.value for cell in sheet[1]} == set(HEADERS.values())
    assert sheet.max_row == 1


def test_the_template_offers_the_words_that_can_be_read(template):
    assert lists(template) == {
        "问题类别": list(CATEGORIES),
        "专项": [kind.value for kind in FindingKind],
        "整改情况": ["未完成", "基本完成", "已完成"],
        "措施完成情况": ["未完成", "基本完成", "已完成"],
        "是否常态化坚持": ["是", "否"],
        "是否集中整改期完成": ["是", "否"],
        "是否重点关注": ["是", "否"],
    }


def test_the_template_comes_with_instructions(template):
    book = openpyxl.load_workbook(io.BytesIO(template))
    said = "\n".join(row[0] for row in book["填写说明"].iter_rows(values_only=True))
    for part in ("第六轮", "“措施”开头的各栏", "甲局党组、乙局党组", "党建、作风、其他", "涉密"):
        assert part in said
    check_harmless(template)


def test_the_template_is_read_as_an_empty_ledger(template):
    draft = read_ledger(template, "a.xlsx", feedback_date=dt.date(2024, 1, 1))
    assert (draft.findings, draft.faults) == ((), ())
    assert {column.field for column in draft.sheets[0].columns} == set(Field)


def test_too_many_categories_for_a_drop_down_do_without():
    content = ledger_template("第六轮", [f"很长的问题类别名称{number}" for number in range(40)], [])
    assert "问题类别" not in lists(content)
    assert "整改情况" in lists(content)


def test_the_export_keeps_the_drop_downs():
    content = ledger_workbook([exported()], heading=["说明"], categories=CATEGORIES)
    assert lists(content)["整改情况"] == ["未完成", "基本完成", "已完成"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_stays_text(text):
    measure = {"text": text, "leader": text, "unit": text, "outcome": text}
    fields = ("serial", "text", "category", "subcategory", "target", "status_text", "evidence_note", "remark")
    (row,) = rows(
        exported([measure], text, leader=text, unit=text, outcome=text, **dict.fromkeys(fields, text))
    )
    for header in ("序号", "被巡察党组织", "问题类别", "反馈问题", "整改措施", "责任领导", "备注"):
        assert plain(row[header]) == text.strip()
    assert row["整改情况"].startswith("未完成")


def test_one_row_for_each_measure_with_the_finding_repeated():
    found = rows(exported([{"text": "一"}, {"text": "二"}]))
    assert [(row["反馈问题"], row["整改措施"]) for row in found] == [
        ("学习不深入", "一"),
        ("学习不深入", "二"),
    ]


def test_a_finding_without_measures_has_one_row():
    (row,) = rows(exported(leader="张三", due_date=dt.date(2024, 7, 31)))
    assert (row["整改措施"], row["责任领导"], row["完成时限"]) == (None, "张三", "2024-07-31")


@pytest.mark.parametrize(
    ("measure", "due"),
    [
        ({"due_date": dt.date(2024, 7, 31)}, "2024-07-31"),
        ({"due_date": dt.date(2024, 7, 31), "long_term": True}, "2024-07-31，长期坚持"),
        ({"long_term": True}, "长期坚持"),
        ({}, None),
    ],
)
def test_due_dates_and_long_term(measure, due):
    (row,) = rows(exported([{"text": "一", **measure}]))
    assert row["措施完成时限"] == due


def test_a_finding_without_a_date_above_a_measure_with_one_says_so():
    (row,) = rows(exported([{"text": "一", "due_date": dt.date(2024, 7, 31)}]))
    assert (row["完成时限"], row["措施完成时限"]) == ("（未填写）", "2024-07-31")


def test_types_with_their_quantities_and_units():
    types = {"建章立制": "2", "挽回损失": "1.50", "追责问责": None, "重大措施": None}
    (row,) = rows(exported([{"text": "一", "types": types}]))
    assert row["措施类型"] == "建章立制2项、挽回损失1.50万元、追责问责、重大措施"


@pytest.mark.parametrize(("flag", "word"), [(None, None), (True, "是"), (False, "否")])
def test_a_flag_that_was_never_given_stays_blank(flag, word):
    (row,) = rows(exported(within_period=flag))
    assert row["是否集中整改期完成"] == word


@pytest.mark.parametrize(
    ("status", "own_words", "measures", "shown"),
    [
        (DONE, "已完成。已制定制度。", [], "已完成。已制定制度。"),
        (DONE, "", [], "已完成"),
        (DONE, "正在整改，预计年底", [], "已完成（原文：正在整改，预计年底）"),
        (BASICALLY, "差不多了", [], "基本完成（原文：差不多了）"),
        (OPEN, "未完成", [None, None], "未完成"),
        (OPEN, "已完成，一；正在整改，二", [DONE, OPEN], "未完成（原文：已完成，一；正在整改，二）"),
        (OPEN, "未完成", [DONE, DONE], "未完成"),
        (DONE, "未完成", [OPEN, OPEN], "已完成（原文：未完成）"),
    ],
)
def test_the_first_row_shows_the_findings_own_status_and_each_row_its_measures(
    status, own_words, measures, shown
):
    """A finding 未完成 must not look 已完成 to a person because its first measure is."""
    given = [{"text": f"{place}", "status": one} for place, one in enumerate(measures)]
    found = rows(exported(given, status=status, status_text=own_words))
    assert [row["整改情况"] for row in found] == [shown, *[None] * (len(found) - 1)]
    first, *others = [row["措施完成情况"] for row in found]
    assert first == ((measures[0] or "（未填写）") if measures else None)
    assert others == measures[1:]


def test_what_the_finding_says_besides_its_measures_stands_in_its_own_columns():
    measure = {"text": "一", "unit": "办公室", "outcome": "初见成效"}
    found = rows(exported([measure, {"text": "二"}], unit="财务科", leader="张三"))
    columns = ("整改措施", "责任领导", "责任单位", "整改成效")
    of_measure = ("措施责任领导", "措施责任单位", "措施成效")
    assert [tuple(row[name] for name in columns) for row in found] == [
        ("一", "张三", "财务科", None),
        ("二", None, None, None),
    ]
    assert [tuple(row[name] for name in of_measure) for row in found] == [
        ("（未填写）", "办公室", "初见成效"),
        (None, None, None),
    ]
