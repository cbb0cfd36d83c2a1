"""An official paper in Word after GB/T 9704-2012: page, fonts, headings, signature, page numbers.

Fonts are set for East Asian text too, not only for Latin; where they are missing Word falls back to its own.
"""

import io
from datetime import date

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

TITLE_FONT, BODY_FONT, HEADING_FONT, NUMBER_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LINE_PITCH = Pt(28.95)  # 22 lines a page; 29 points would give 21


class Paper:
    """A paper that is written from top to bottom."""

    def __init__(self) -> None:
        self._document = Document()
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(28)
        self._document.settings.odd_and_even_pages_header_footer = True
        _number_pages(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
        _number_pages(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)

    def title(self, text: str) -> None:
        """The title, centred, 22 points."""
        paragraph = self._paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.first_line_indent = Pt(0)
        _write(paragraph, text, TITLE_FONT, 22)

    def heading(self, text: str) -> None:
        """A heading of the first level （一、）."""
        _write(self._paragraph(), text, HEADING_FONT, 16)

    def body(self, text: str, *, indent: bool = True) -> None:
        """One paragraph of text, two characters indented."""
        paragraph = self._paragraph()
        if not indent:
            paragraph.paragraph_format.first_line_indent = Pt(0)
        _write(paragraph, text, BODY_FONT, 16)

    def blank(self) -> None:
        """An empty line."""
        self._paragraph()

    def signature(self, issuer: str, day: date) -> None:
        """Issuer and date, the date four characters from the right edge."""
        for text, characters in ((issuer, 2), (f"{day.year}年{day.month}月{day.day}日", 4)):
            paragraph = self._paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = Pt(16 * characters)
            _write(paragraph, text, BODY_FONT, 16)

    def note(self, text: str) -> None:
        """A small remark: as of when, what the figures mean."""
        paragraph = self._paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(0)
        _write(paragraph, text, BODY_FONT, 12)

    def content(self) -> bytes:
        """The bytes of the .docx file."""
        buffer = io.BytesIO()
        self._document.save(buffer)
        return buffer.getvalue()

    def _paragraph(self) -> Paragraph:
        paragraph = self._document.add_paragraph()
        layout = paragraph.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE_PITCH
        layout.first_line_indent = Pt(32)
        return paragraph


def _write(paragraph: Paragraph, text: str, font: str, size: float) -> Run:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.name = font
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001  python-docx knows no East Asian font
    for attribute in ("w:eastAsia", "w:hAnsi", "w:cs"):
        fonts.set(qn(attribute), font)
    return run


def _number_pages(paragraph: Paragraph, alignment: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 —, odd pages right, even pages left, one character from the edge."""
    paragraph.alignment = alignment
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = Pt(14)
    _write(paragraph, "— ", NUMBER_FONT, 14)
    run = _write(paragraph, "", NUMBER_FONT, 14)
    for kind, text in (("begin", ""), (None, "PAGE"), ("end", "")):
        element = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._element.append(element)  # noqa: SLF001  fields have no API
    _write(paragraph, " —", NUMBER_FONT, 14)
