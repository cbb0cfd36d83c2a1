"""A worksheet's XML, looked at before the reader builds a dense grid from it, and made readable for it."""

import re
from html import escape, unescape

from xczg.exchange.wrong_file import CORRUPT, Limits, WrongFileError

# A cell the usual programs write, within A1:Z9999: the common sheet holds no other and passes in one scan.
_PLAIN_CELL = rb' r="[A-Z][1-9]\d{0,4}"(?: [a-z]+="\w*")*+/?>'
_UNUSUAL_CELL = re.compile(rb"<(?:[^\s<>/:]*:)?c(?=[\s/>])(?!" + _PLAIN_CELL + rb")")
_TOO_LOW = re.compile(rb'<c r="[A-Z]([5-9]\d{4})"')
_TAG = re.compile(rb"""<(?:[^\s<>/:]*:)?(row|c)(?=[\s/>])((?:[^>"']++|"[^"]*"|'[^']*')*+)>""")
_ATTRIBUTE = re.compile(rb"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(rb"([A-Za-z]+)([0-9]+)")
_ERROR_CELL = re.compile(rb"""(<(?:[^\s<>/:]*:)?c\s[^>]*?\bt=)(["'])e\2""")
_FORMULA_CELL = re.compile(
    rb"<(?P<prefix>(?:[^\s<>/:]*:)?)c(?P<attributes>\s[^>]*)(?<!/)>\s*"
    rb"<(?:[^\s<>/:]*:)?f(?=[\s>])[^>]*(?<!/)>(?P<formula>[^<]*)</(?:[^\s<>/:]*:)?f>\s*"
    rb"(?:<(?:[^\s<>/:]*:)?v\s*/>|<(?:[^\s<>/:]*:)?v>\s*</(?:[^\s<>/:]*:)?v>)?\s*</(?P=prefix)c>"
)
_TYPE = re.compile(rb"""\st\s*=\s*(["'])(.*?)\1""")


def check_extent(xml: bytes, limits: Limits) -> None:
    """Refuse a sheet whose cells reach beyond the limits, with or without references of their own."""
    usual = not _UNUSUAL_CELL.search(xml) and not _TOO_LOW.search(xml)
    if usual and limits.max_columns >= 26 and limits.max_rows >= 50_000:
        return
    rows, columns = _extent(xml)
    limits.check_grid(rows, columns)


def _extent(xml: bytes) -> tuple[int, int]:
    """The lowest row and the rightmost column with content; empty formatted cells do not count."""
    last_row = last_column = row = column = 0
    for tag in _TAG.finditer(xml):
        kind, attributes = tag.groups()
        reference = _attribute(attributes, b"r")
        if kind == b"row":
            row, column = (_number(reference) if reference else row + 1), 0
            continue
        cell_row, column = _position(reference) if reference else (row, column + 1)
        if not attributes.endswith(b"/"):
            last_row, last_column = max(last_row, cell_row), max(last_column, column)
    return last_row, last_column


def _attribute(attributes: bytes, name: bytes) -> bytes:
    for key, double, single in _ATTRIBUTE.findall(attributes):
        if key == name:
            return bytes(double or single)
    return b""


def _position(reference: bytes) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if not match:
        raise WrongFileError(CORRUPT)
    column = 0
    for letter in match[1].upper()[:4]:
        column = column * 26 + letter - 64
    return _number(match[2]), column


def _number(digits: bytes) -> int:
    if not digits.isdigit():
        raise WrongFileError(CORRUPT)
    return int(digits[:9])


def readable(xml: bytes) -> bytes:
    """The sheet with error values as text, and formulas that were never computed as their own text."""
    if b'="e"' in xml or b"='e'" in xml:
        xml = _ERROR_CELL.sub(rb'\1"str"', xml)
    if re.search(rb"[<:]f[\s>]", xml):
        xml = _FORMULA_CELL.sub(_formula_as_text, xml)
    return xml


def _formula_as_text(cell: re.Match[bytes]) -> bytes:
    kind = _TYPE.search(cell["attributes"])
    if kind and kind[2] == b"str":
        return cell[0]  # computed, and the result is an empty text
    text = escape("=" + unescape(cell["formula"].decode()), quote=False).encode()
    attributes, prefix = _TYPE.sub(b"", cell["attributes"]), cell["prefix"]
    return b'<%bc%b t="str"><%bv>%b</%bv></%bc>' % (prefix, attributes, prefix, text, prefix, prefix)
