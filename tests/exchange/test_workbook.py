"""Files as they come: what is read, and what is refused before any reader sees it."""

import datetime as dt
import io
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchange.ledgers import build, titled, with_cells, with_part
from xczg.exchange.workbook import Limits, WrongFileError, open_workbook


def rows_of(content, name="台账.xlsx"):
    return open_workbook(content, name)[0].rows


def refusal(content, limits=None):
    with pytest.raises(WrongFileError) as caught:
        open_workbook(content, "台账.xlsx", limits or Limits())
    message = str(caught.value)
    assert message.endswith("。")
    assert message.count("。") == 1
    return message


def test_rows_keep_the_numbers_of_the_sheet():
    book = openpyxl.Workbook()
    book.active["C4"] = "文字"
    target = io.BytesIO()
    book.save(target)
    rows = rows_of(target.getvalue())
    assert (len(rows), rows[3][2], rows[0]) == (4, "文字", ["", "", ""])


def test_values_merges_and_hidden_sheets():
    content = build(
        [["标题"], [1, 2.5, True, dt.date(2024, 7, 31), "=1+1"]], ["A1:C1"], hidden=["藏"], 藏=[["x"]]
    )
    seen, hidden = open_workbook(content, "x")
    assert seen.rows[1] == [1.0, 2.5, True, dt.date(2024, 7, 31), "=1+1"]
    assert (seen.merges, seen.hidden, hidden.hidden) == ([(1, 1, 1, 3)], False, True)


def test_a_formula_gives_its_cached_value_else_its_own_text():
    cells = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>A1&amp;"x"</f><v></v></c>'
        '<c r="C1" t="str"><f>IF(1,"","")</f><v></v></c>'
        '<c r="D1"><f>SUM(A1:A2)</f></c><c r="E1"><f>A1</f><v/></c></row>'
    )
    assert rows_of(with_cells(cells)) == [[2.0, '=A1&"x"', "", "=SUM(A1:A2)", "=A1"]]


def test_an_error_cell_gives_its_text_and_a_link_its_words():
    assert rows_of(with_cells('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>')) == [["#REF!"]]
    assert rows_of(with_cells('<row r="1"><c r="A1" t="e"><v>#SPILL!</v></c></row>')) == [["#SPILL!"]]
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "见附件"
    book.active["A1"].hyperlink = "http://example.invalid"
    book.save(target)
    assert rows_of(target.getvalue()) == [["见附件"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_usual_encodings(encoding):
    content = '序号,反馈问题\r\n1,"第一行\n第二行，有逗号"\r\n2\r\n'.encode(encoding)
    assert rows_of(content, "a.csv") == [["序号", "反馈问题"], ["1", "第一行\n第二行，有逗号"], ["2", ""]]


def test_an_old_binary_workbook():
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    sheet.write(0, 0, "序号")
    sheet.write_merge(2, 3, 1, 1, "合")
    sheet.write(3, 0, "并")
    target = io.BytesIO()
    book.save(target)
    found = open_workbook(target.getvalue(), "a.xls")[0]
    assert found.rows == [["序号", ""], ["", ""], ["", "合"], ["并", ""]]
    assert found.merges == [(3, 2, 4, 2)]
    label = bytes.fromhex("fd000a00 0200")  # a text cell in the third row
    far = target.getvalue().replace(label + b"\x01\0", label + b"\xff\xff")
    assert far != target.getvalue()
    assert "超过256列" in refusal(far)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0字节"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是可识别的表格"),
        (b"%PDF-1.7, text", "不是可识别的表格"),
        (b"<html><table><tr><td>a,b</td></tr></table>", "不是可识别的表格"),
        ("一段没有分隔的文字".encode(), "不是可识别的表格"),
        (b"\xff\xfe1\0,\0", "不是可识别的表格"),
        (b"PK\x03\x04 but no zip", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 but no container", "已损坏"),
        (titled()[:3000], "已损坏"),
        (with_part(titled(), "xl/vbaProject.bin", b"x"), "宏"),
        (with_part(titled(), "xl/macrosheets/sheet1.xml", b"x"), "宏"),
        (
            with_part(titled(), "mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            "不支持这种表格格式",
        ),
        (with_part(titled(), "xl/workbook.xml", lambda _: b"<not xml"), "已损坏"),
        (with_part(titled(), "xl/workbook.xml", lambda _: b"<!DOCTYPE x>"), "已损坏"),
        (b"a,b\n" * 50_001, "超过50000行"),
        (b"," * 256, "超过256列"),
    ],
)
def test_what_is_refused(content, words):
    assert words in refusal(content)


def test_a_zip_that_is_no_workbook():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("a.txt", "x")
    assert "不是可识别的表格" in refusal(target.getvalue())


def test_the_size_limit():
    assert "超过10MB" in refusal(b"a," * (5 * 1024 * 1024 + 1))


def test_an_encrypted_container():
    content = _container("EncryptedPackage")
    assert "加密" in refusal(content)
    assert "宏" in refusal(_container("_VBA_PROJECT_CUR"))
    assert "不是可识别的表格" in refusal(_container("WordDocument"))


def _container(name):
    """The smallest OLE container: header, one table sector, one directory sector with one stream."""
    header = bytearray(b"\xff" * 512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (1).to_bytes(4, "little")
    header[56:60] = (4096).to_bytes(4, "little")
    header[76:80] = bytes(4)
    table = bytes.fromhex("fdffffff feffffff") + b"\xff" * 504
    entry = name.encode("utf-16-le").ljust(64, b"\0") + (len(name) * 2 + 2).to_bytes(2, "little")
    return bytes(header) + table + entry.ljust(512, b"\0")


def test_a_zip_bomb_is_stopped_while_inflating():
    content = with_part(titled(), "xl/media/image1.bin", bytes(3_000_000))
    assert "解压后过大" in refusal(content, Limits(max_unpacked=1_000_000))
    assert len(content) < 100_000


def test_sizes_in_the_zip_headers_are_not_believed():
    content = with_part(titled(), "xl/media/image1.bin", bytes(3_000_000))
    lying = content.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert "已损坏" in refusal(lying)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "超过50000行"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "超过256列"),
        ("<row r='1'><c s = '1' r = 'IW1'><v>1</v></c></row>", "超过256列"),
        ('<row r="1"><x:c a=">" r="IW1"><v>1</v></x:c></row>', "超过256列"),
        ('<row r="1"><c r="A50001"><v>1</v></c></row>', "超过50000行"),
        ('<row r="1"><c r="A99999999999999999999"><v>1</v></c></row>', "超过50000行"),
        ("<row>" + "<c><v>1</v></c>" * 257 + "</row>", "超过256列"),
        ('<row r="50000"/><row><c><v>1</v></c></row>', "超过50000行"),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="50000"><c r="IV50000"><v>1</v></c></row>',
            "范围过大",
        ),
        ('<row r="1"><c r="?"><v>1</v></c></row>', "已损坏"),
    ],
)
def test_a_cell_far_out_is_refused_before_a_grid_is_built(cells, words):
    assert words in refusal(with_cells(cells, dimension="A1:XFD1048576"))


def test_empty_formatted_cells_far_out_do_no_harm():
    cells = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row><row r="1048576"/>'
    assert rows_of(with_cells(cells)) == [[1.0]]


def test_cells_without_references_are_read():
    assert rows_of(with_cells("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")) == [
        [1.0, 2.0],
        [3.0, ""],
    ]


def test_merges_that_overlap_are_refused():
    merges = '<mergeCells><mergeCell ref="A1:XFD9"/><mergeCell ref="A1:XFD9"/></mergeCells></worksheet>'
    content = with_part(
        build([["a", "b"], ["c", "d"]]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</worksheet>", merges.encode()),
    )
    assert "已损坏" in refusal(content)


TITLED = titled()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(TITLED) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_read_or_refused_never_a_traceback(position, noise):
    with suppress(WrongFileError):
        open_workbook(TITLED[:position] + noise + TITLED[position + len(noise) :], "x")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")]))
def test_any_bytes_are_read_or_refused(content, signature):
    with suppress(WrongFileError):
        open_workbook(signature + content, "x")
