"""Status words of ledgers → the three values. What is not certain is asked, never guessed."""

import re
import unicodedata
from functools import lru_cache

from xczg.rules.text import normalized
from xczg.rules.values import FindingStatus


class UnknownStatus(ValueError):  # noqa: N818  the name of a state of the text, as in the review list
    """The text begins with no status word."""

    code = "unknown status"


class AmbiguousStatus(ValueError):  # noqa: N818
    """The text begins with a status word, yet what it means is for a person to say."""

    code = "ambiguous status"


_WORDS = {
    FindingStatus.COMPLETED: (
        "已完成 已完成整改 完成整改 整改完成 已整改 整改到位 已整改到位 全面完成 办结 已销号"
    ),
    FindingStatus.BASICALLY_COMPLETED: (
        "基本完成 基本完成整改 阶段性完成 取得阶段性成果 基本完成取得阶段性成果并持续整改"
    ),
    FindingStatus.NOT_COMPLETED: (
        "未完成 正在整改 整改中 正在推进 持续推进 未整改到位 未整改 待整改 未启动 申请延期"
    ),
}
# Words without a value of their own; in the rest of a sentence they count as another value.
_AMBIGUOUS = "持续整改 部分完成"
# A flag and no status: alone it says nothing of what was done, after a status it takes nothing away.
_LONG_TERM = "长期坚持 常态化坚持"
# Words of a remainder: after "已完成，" they say that something is left, without being a status.
_REMAINDER = "剩余 尚未 尚有 仍未 还未"

STATUS_OF: dict[str, FindingStatus | None] = {
    word: status for status, words in _WORDS.items() for word in words.split()
} | dict.fromkeys(f"{_AMBIGUOUS} {_LONG_TERM}".split())


def _alternatives(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_STATUS_WORD = re.compile(_alternatives(list(STATUS_OF)))
_LEFT_OVER = re.compile(_alternatives(_REMAINDER.split()))
_SHARE = re.compile(r"\W*(\d+(?:\.\d+)?)%")
_SAYS_LONG_TERM = re.compile(f"(?<![无不勿非未])(?<![无不毋]需|不再)({_alternatives(_LONG_TERM.split())})")
# How an export writes a status whose words, kept from the office's own ledger, do not give it by themselves.
_QUOTED = re.compile(rf"({'|'.join(FindingStatus)})（原文：(.*)）", re.DOTALL)


@lru_cache(maxsize=1024)
def parse_status(text: str) -> FindingStatus:
    """The value of a status cell.

    A sentence may begin with a status word only if it ends there, or a space or punctuation follows and
    the rest holds no status word of another value; the longest word wins.

    Raises:
        UnknownStatus: no status word stands at the beginning.
        AmbiguousStatus: one does, but may not be taken for the whole.
    """
    if quoted := _QUOTED.fullmatch(text.strip()):
        return FindingStatus(quoted[1])
    sentence = normalized(text)
    begin = _STATUS_WORD.match(sentence)
    if not begin:
        raise UnknownStatus(text)
    status, rest = STATUS_OF[begin[0]], sentence[begin.end() :]
    if status is None or (rest and not _may_follow(rest, status)):
        raise AmbiguousStatus(text)
    return status


def says_long_term(text: str) -> bool:
    """Whether a status cell sets the flag 长期坚持 beside its status: 已完成整改，长期坚持."""
    return bool(_SAYS_LONG_TERM.search(normalized(text)))


def quoting(status: FindingStatus, words: str) -> str:
    """A cell that shows this status and from which the office's own words can be had back."""
    if words in ("", status.value):
        return status.value
    try:
        own = parse_status(words)
    except (UnknownStatus, AmbiguousStatus):
        own = None
    return words if own is status and not _QUOTED.fullmatch(words) else f"{status.value}（原文：{words}）"


def own_words(text: str) -> str:
    """The office's own words of a cell: the quotation where there is one, else all of it."""
    quoted = _QUOTED.fullmatch(text)
    return quoted[2] if quoted else text


def _may_follow(rest: str, status: FindingStatus) -> bool:
    if unicodedata.category(rest[0])[0] not in "PZC":
        return False
    flags = _LONG_TERM.split()
    if any(STATUS_OF[word] is not status for word in _STATUS_WORD.findall(rest) if word not in flags):
        return False
    return status is not FindingStatus.COMPLETED or not (_LEFT_OVER.search(rest) or _is_partial(rest))


def _is_partial(rest: str) -> bool:
    """Whether a share short of the whole follows directly: 已完成（80%）."""
    share = _SHARE.match(rest)
    return bool(share) and float(share[1]) < 100 if share else False
