"""Ledgers in the shapes offices really send, with fictional names, built on the spot."""

import datetime as dt
import io
import json
import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

FEEDBACK = dt.date(2024, 6, 28)
HEADER = ["序号", "反馈问题", "整改措施", "责任领导", "责任部门", "整改时限", "整改情况"]
SHARED = Path(os.environ.get("XCZG_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def build(rows, merges=(), name="台账", hidden=(), **more):
    """An .xlsx of one sheet (`more`: further sheets by name); merges are ranges such as "A1:C1"."""
    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(target, options)
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    first = None
    for title, lines in {name: rows, **more}.items():
        sheet = book.add_worksheet(title)
        first = first or sheet
        for number, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, dt.date):
                    sheet.write_datetime(number, column, value, date_format)
                elif value is not None:
                    sheet.write(number, column, value)
        if title in hidden:
            sheet.hide()
    for merge in merges:
        top_left = merge.split(":")[0]
        row, column = int(top_left[1:]) - 1, ord(top_left[0]) - 65
        value = rows[row][column] if column < len(rows[row]) else None
        first.merge_range(merge, value if value is not None else "")
    book.close()
    return target.getvalue()


def with_part(content, part, change):
    """The workbook with one part of its package changed (`change`: bytes → bytes, or the new part itself)."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    names = source.namelist()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for member in names:
            data = source.read(member)
            package.writestr(member, change(data) if member == part and callable(change) else data)
        if part not in names:
            package.writestr(part, change)
    return target.getvalue()


def with_cells(cells, dimension="A1:A1"):
    """A workbook whose sheet holds the given XML in <sheetData>."""
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData>{cells}</sheetData></worksheet>'
    )
    return with_part(build([["x"]]), "xl/worksheets/sheet1.xml", lambda _: xml.encode())


def titled():
    """A title, a 填报单位 line, one row per finding, sentences as statuses, real dates."""
    return build(
        [
            ["巡察反馈问题整改台账"],
            ["填报单位（盖章）：甲县档案馆党组", None, None, None, None, None, "填报时间:2024年6月30日"],
            HEADER,
            [
                1,
                "学习不深入",
                "集中学习",
                "张三",
                "办公室",
                dt.date(2024, 7, 31),
                "已完成整改。已制定制度并公示。",
            ],
            [2, "制度不健全", "修订制度", "李四", "人事科", "2024年7月底前", "正在整改，预计年底前完成。"],
            [3, "责任不落实", "签责任书", "王五", "财务科", "长期坚持", "基本完成整改"],
        ],
        merges=["A1:G1"],
    )


def two_rows():
    """A header of two rows under group cells, the category merged over its findings."""
    return build(
        [
            ["乙区区委巡察整改问题清单、任务清单、责任清单"],
            ["序号", "问题清单", None, "任务清单", None, "责任清单", None, "完成情况", "备注"],
            [None, "类别", "具体问题", "整改目标", "整改措施", "牵头领导", "牵头部门"],
            [1, "聚焦甲类", "问题一", "改好", "措施一", "张三", "办公室", "全面完成"],
            [2, None, "问题二", "改好", "措施二", "李四", "人事科", "基本完成取得阶段性成果并持续整改"],
            [3, "聚焦乙类", "问题三", "改好", "措施三", "王五", "财务科", "未完成"],
        ],
        merges=["A1:I1", "A2:A3", "B2:C2", "D2:E2", "F2:G2", "H2:H3", "I2:I3", "B4:B5"],
    )


def measures_below():
    """One finding over several measure rows, full-width digits, number, text and status merged."""
    header = ["序号", "存在问题", "措施内容", "责任人", "责任科室", "完成时间", "整改状态", "跟踪反馈"]
    return build(
        [
            ["丙社区党总支巡察整改任务清单"],
            header,
            ["１", "问题一", "１.措施甲", "张三", "办公室", "2024年4月3日", "已完成"],
            ["２", "问题二", "１.措施乙", "李四", "人事科", "2024年4月3日", "基本完成整改"],
            [None, None, "２.措施丙", "王五", "财务科", "２０２４年４月底前"],
            [None, None, "３.措施丁", "赵六", "财务科", "2024年4月中旬"],
        ],
        merges=["A1:H1", "A4:A6", "B4:B6", "G4:G6"],
    )


def faulty():
    """Every row but two wrong in its own way; one text looks like a formula and must stay text."""
    rest = ["修订制度", "张三", "办公室", "2024年6月30日"]
    return build(
        [
            HEADER,
            [1, "学习不深入", *rest, "已完成整改"],
            [2, None, *rest, "已完成整改"],
            [3, "把关不严", "自查", "李四", "财务科", "2024年13月45日", "正在整改"],
            [4, "换届不及时", *rest, "差不多了"],
            [5, "学习 不深入", *rest, "已完成整改"],
            [6, '=HYPERLINK("http://example.invalid","点我")', *rest, "正在整改"],
            [7, "机制不健全", *rest, "持续整改"],
        ]
    )


def real_ledgers():
    """(file, what is expected of it) of the ledgers kept beside the project; skipped where absent."""
    folder = SHARED / "real" / "ledgers"
    if not folder.is_dir():
        return [pytest.param(None, None, marks=pytest.mark.skip(reason=f"no {folder}"))]
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return [pytest.param(folder / name, about, id=name) for name, about in expected.items()]
