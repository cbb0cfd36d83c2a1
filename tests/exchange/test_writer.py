"""Whatever a cell holds, no workbook that leaves the program carries a formula or a link."""

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xczg.exchange.workbook import open_workbook
from xczg.exchange.writer import Column, SheetPlan, TextPlan, write_workbook

HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "http://example.invalid",
    "https://example.invalid/?a=1&b=2",
    "mailto:a@example.invalid",
    "internal:Sheet1!A1",
    "external:c:\\x.xlsx",
    "file:///etc/passwd",
    '=HYPERLINK("http://example.invalid","点我")',
    "{=1+1}",
    "<f>1+1</f>",
    "_x003D_1+1",
    "＝1+1",
]


def written(*rows, columns=("甲",), **more):
    return write_workbook([SheetPlan("表", [Column(name) for name in columns], rows, **more)])


def check_harmless(content: bytes) -> None:
    """No formula, no hyperlink, nothing outside the package, in any of its parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            part = package.read(name).decode("utf-8")
            assert not name.startswith(("xl/externalLinks", "xl/vbaProject")), name
            if name.startswith("xl/worksheets/"):
                assert not re.search(r"<f[\s>/]", part), name
                assert "<hyperlink" not in part, name
            if name.endswith(".rels"):
                assert "hyperlink" not in part, name
                assert 'TargetMode="External"' not in part, name


def plain(text: str) -> str:
    """A text without outer space; openpyxl leaves the escape of a carriage return as it stands."""
    return text.replace("_x000D_", "\r").strip()


def cells(content, sheet=0):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book.worksheets[sheet].iter_rows(values_only=True))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(text):
    content = write_workbook(
        [
            SheetPlan(
                "表",
                [Column(text), Column("乙", choices=[text], editable=True)],
                [[text, text]],
                title=[text, text],
                blank_rows=3,
            ),
            TextPlan("说明", [text, text]),
        ]
    )
    check_harmless(content)
    (sheet, notes) = open_workbook(content, "a.xlsx")
    assert [str(value).strip() for value in sheet.rows[3][:2]] == [text.strip()] * 2
    assert str(notes.rows[0][0]).strip() == text.strip()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20), max_size=5))
def test_any_text_comes_back_as_it_was(texts):
    content = written(*([text] for text in texts))
    check_harmless(content)
    assert [row[0] or "" for row in cells(content)[1:]] == texts


def test_kinds_of_values():
    row = [Decimal("81.68"), 7, dt.date(2024, 11, 30), True, False, None, "", "文"]
    content = written(row, columns="甲乙丙丁戊己庚辛")
    found = cells(content)[1]
    assert found == (81.68, 7, dt.datetime(2024, 11, 30), "是", "否", None, None, "文")  # noqa: DTZ001


def test_a_decimal_keeps_its_two_places_on_screen():
    book = openpyxl.load_workbook(io.BytesIO(written([Decimal(90)])))
    assert book.worksheets[0]["A2"].number_format == "0.00"


def test_titles_stand_above_the_header_and_nothing_below_the_rows():
    content = written(["一"], ["二"], title=["标题", "说明"])
    assert cells(content) == [("标题",), ("说明",), ("甲",), ("一",), ("二",)]


def test_drop_downs_cover_rows_and_the_blank_rows_below():
    columns = [Column("甲", choices=["是", "否"]), Column("乙")]
    content = write_workbook([SheetPlan("表", columns, [["是", ""]], blank_rows=10)])
    book = openpyxl.load_workbook(io.BytesIO(content))
    (rule,) = book.worksheets[0].data_validations.dataValidation
    assert (rule.type, rule.formula1, str(rule.sqref)) == ("list", '"是,否"', "A2:A12")


def test_an_empty_sheet_is_still_a_sheet():
    assert cells(written()) == [("甲",)]


def test_rows_may_be_a_generator():
    assert len(cells(write_workbook([SheetPlan("表", [Column("甲")], ([f"{n}"] for n in range(5)))]))) == 6


def test_the_header_stays_in_sight_and_is_repeated_on_paper():
    sheet = openpyxl.load_workbook(io.BytesIO(written(["一"], title=["标题"]))).worksheets[0]
    assert sheet.freeze_panes == "A3"
    assert sheet.print_title_rows == "$2:$2"
