"""《巡察整改日常监督评估结果报告》 as Word (R4), laid out after GB/T 9704-2012."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

LINE_PITCH = Pt(28.95)  # 22 lines a page; 29 pt fits only 21
TITLE_FONT, HEAD_FONT, SUBHEAD_FONT, BODY_FONT = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
_BODY_SIZE = 16


@dataclass(frozen=True, slots=True)
class PaperSection:
    """What the report says of one organisation."""

    organization: str
    text: str


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """A result report as it is printed; `signed_on` is the day of submission, None for a draft."""

    round_name: str
    unit: str
    version: int
    state: str
    overall: str
    sections: Sequence[PaperSection]
    signed_on: date | None
    as_of: date
    definition: str


def report_document(paper: ReportPaper) -> bytes:
    """The report as the bytes of a .docx file."""
    document = Document()
    _page(document)
    _line(document, f"{paper.round_name}巡察整改日常监督评估结果报告", TITLE_FONT, 22, centred=True)
    _line(document, "", BODY_FONT)
    _line(document, "一、总体情况", HEAD_FONT, indent=True)
    _body(document, paper.overall)
    _line(document, "二、各党组织情况", HEAD_FONT, indent=True)
    for number, section in enumerate(paper.sections, 1):
        _line(document, f"（{_chinese(number)}）{section.organization}", SUBHEAD_FONT, indent=True)
        _body(document, section.text)
    _close(document, paper)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)  # the number stands 7 mm below the text
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    style = document.styles["Normal"]
    _font(style, BODY_FONT, _BODY_SIZE)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = LINE_PITCH


def _page_number(footer: Any, alignment: Any) -> None:
    """宋体 14 between em dashes; odd pages right, even pages left."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = alignment
    for kind, text in (("", "— "), ("begin", ""), ("code", " PAGE "), ("end", ""), ("", " —")):
        run = paragraph.add_run(text if not kind else "")
        _font(run, "宋体", 14)
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)  # noqa: SLF001  python-docx has no fields of its own
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)  # noqa: SLF001


def _body(document: Any, text: str) -> None:
    for line in text.splitlines() or [""]:
        _line(document, line, BODY_FONT, indent=True)


def _close(document: Any, paper: ReportPaper) -> None:
    """The signature, four characters from the right edge, and what the figures rest on."""
    _line(document, "", BODY_FONT)
    for line in (paper.unit, _day(paper.signed_on) if paper.signed_on else f"（{paper.state}）"):
        paragraph = _line(document, line, BODY_FONT)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(4 * _BODY_SIZE)
    _line(document, "", BODY_FONT)
    note = f"数据截至{_day(paper.as_of)}；第{paper.version}版，{paper.state}。口径：{paper.definition}"
    _line(document, note, BODY_FONT, 14)


def _line(
    document: Any,
    text: str,
    font: str,
    size: int = _BODY_SIZE,
    *,
    centred: bool = False,
    indent: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    _font(paragraph.add_run(text), font, size)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    return paragraph


def _font(owner: Any, name: str, size: int) -> None:
    """Both attributes: Word takes the East Asian one for Chinese characters."""
    owner.font.name, owner.font.size = name, Pt(size)
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _chinese(number: int) -> str:
    """1…999 in Chinese numerals; a round has well under a hundred organisations."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = f"{digits[hundreds]}百" if hundreds else ""
    middle = "" if not tens else ("十" if tens == 1 and not hundreds else f"{digits[tens]}十")
    gap = "零" if hundreds and not tens and ones else ""
    return head + middle + gap + (digits[ones] if ones else "")
