"""Single cells of a ledger: text, yes or no, the kind of a finding, the types of a measure."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

from xczg.exchange.columns import Field
from xczg.exchange.workbook import CellValue
from xczg.rules.text import text_key
from xczg.rules.values import FindingKind, MeasureType

_YES = frozenset(["是", "√", "✓", "✔", "☑", "有", "y", "yes", "true", "1"])
_NO = frozenset(["否", "×", "✗", "✘", "□", "☐", "无", "x", "n", "no", "false", "0", "-", "—", "/"])
_FLAG_WORDS = {Field.LONG_TERM: frozenset({"长期坚持", "常态化坚持", "长期", "常态化"})}
_KINDS = {kind.value: kind for kind in FindingKind} | {
    "巡察反馈": FindingKind.INSPECTION,
    "常规巡察": FindingKind.INSPECTION,
    "选人用人": FindingKind.PERSONNEL_SELECTION,
    "选人用人专项检查": FindingKind.PERSONNEL_SELECTION,
    "意识形态": FindingKind.IDEOLOGY,
    "意识形态专项检查": FindingKind.IDEOLOGY,
}
_TYPE = re.compile(
    r"(?P<box>[☑☒✓✔√■□☐])?(?P<type>"
    + "|".join(MeasureType)
    + r")[:(]*(?P<quantity>\d{1,12}(?:\.\d{1,6})?)?[)(]*(?P<unit>万元|项|人)?\)*"
)
_UNTICKED = "□☐"
_BETWEEN = re.compile(r"[,;、。/+和及]*")
_NUMBERING = re.compile(r"^\(?[一二三四五六七八九十\d]+[)、.]+")

LIMITS = {Field.TEXT: 4000} | dict.fromkeys(
    (
        Field.TARGET,
        Field.MEASURE,
        Field.STATUS,
        Field.OUTCOME,
        Field.EVIDENCE,
        Field.REMARK,
        Field.MEASURE_OUTCOME,
    ),
    2000,
)
OTHER_LIMIT = 200


def cell_text(value: CellValue) -> str:
    """A cell as text, outer space stripped; whole numbers without a decimal point."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def limit_of(field: Field) -> int:
    """How many characters a field may hold."""
    return LIMITS.get(field, OTHER_LIMIT)


def parse_flag(text: str, field: Field) -> bool | None:
    """Yes, no, or None for an empty cell; ValueError for anything else."""
    key = text_key(text).casefold()
    if not key:
        return None
    if key in _YES or key in _FLAG_WORDS.get(field, ()):
        return True
    if key in _NO:
        return False
    msg = "只能填“是”或“否”"
    raise ValueError(msg)


def parse_kind(text: str) -> FindingKind | None:
    """The kind of finding, None for an empty cell; ValueError with a Chinese remark for an unknown one."""
    key = text_key(text)
    if not key:
        return None
    if key not in _KINDS:
        msg = "只能填" + "、".join(f"“{kind}”" for kind in FindingKind)
        raise ValueError(msg)
    return _KINDS[key]


def parse_measure_types(text: str) -> dict[str, Decimal | None]:
    """Types with their quantities: "建章立制2项、挽回损失1.5万元"; boxes left unticked do not count."""
    key = text_key(text)
    types: dict[str, Decimal | None] = {}
    position = 0
    while position < len(key):
        position = _skip(key, position)
        if position == len(key):
            break
        match = _TYPE.match(key, position)
        if not match or match["type"] in types:
            msg = "无法识别，应为“建章立制2项、挽回损失1.5万元”这样的形式"
            raise ValueError(msg)
        if match["box"] is None or match["box"] not in _UNTICKED:
            types[match["type"]] = _quantity(match)
        position = match.end()
    return types


def _skip(key: str, position: int) -> int:
    between = _BETWEEN.match(key, position)
    return between.end() if between else position


def _quantity(match: re.Match[str]) -> Decimal | None:
    kind = MeasureType(match["type"])
    if match["unit"] and match["unit"] != kind.unit:
        msg = f"“{kind}”的单位应为“{kind.unit}”" if kind.unit else f"“{kind}”不填数量"
        raise ValueError(msg)
    if match["quantity"] is None:
        return None
    quantity = Decimal(match["quantity"])
    if not kind.unit:
        msg = f"“{kind}”不填数量"
        raise ValueError(msg)
    if quantity == 0:
        msg = f"已选“{kind}”但数量为0"
        raise ValueError(msg)
    if kind.unit != "万元" and quantity != int(quantity):
        msg = f"“{kind}”的数量应为整数"
        raise ValueError(msg)
    return quantity


def without_numbering(text: str) -> str:
    """A heading without its leading number: （一）, 一、, 1."""
    key = text_key(text)
    bare = _NUMBERING.sub("", key)
    return text[-len(bare) :].strip() if bare and text.endswith(bare) else bare or text


def known_category(text: str, categories: Sequence[str]) -> str | None:
    """The category of the list that is meant; the 聚焦 before it and numbers do not matter."""
    wanted = _category_key(text)
    return next((category for category in categories if _category_key(category) == wanted), None)


def _category_key(text: str) -> str:
    return text_key(without_numbering(text)).removeprefix("聚焦")
