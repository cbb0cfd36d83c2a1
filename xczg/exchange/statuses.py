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
_AMBIGUOUS = "持续整改 长期坚持 部分完成"
# Words of a remainder: after "已完成，" they say that something is left, without being a status.
_REMAINDER = "剩余 尚未 尚有 仍未 还未"

STATUS_OF: dict[str, FindingStatus | None] = {
    word: status for status, words in _WORDS.items() for word in words.split()
} | dict.fromkeys(_AMBIGUOUS.split())


def _alternatives(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_STATUS_WORD = re.compile(_alternatives(list(STATUS_OF)))
_LEFT_OVER = re.compile(_alternatives(_REMAINDER.split()))
_SHARE = re.compile(r"\W*(\d+(?:\.\d+)?)%")


@lru_cache(maxsize=1024)
def parse_status(text: str) -> FindingStatus:
    """The value of a status cell.

    A sentence may begin with a status word only if it ends there, or a space or punctuation follows and
    the rest holds no status word of another value; the longest word wins.

    Raises:
        UnknownStatus: no status word stands at the beginning.
        AmbiguousStatus: one does, but may not be taken for the whole.
    """
    sentence = normalized(text)
    begin = _STATUS_WORD.match(sentence)
    if not begin:
        raise UnknownStatus(text)
    status, rest = STATUS_OF[begin[0]], sentence[begin.end() :]
    if status is None or (rest and not _may_follow(rest, status)):
        raise AmbiguousStatus(text)
    return status


def _may_follow(rest: str, status: FindingStatus) -> bool:
    if unicodedata.category(rest[0])[0] not in "PZC":
        return False
    if any(STATUS_OF[word] is not status for word in _STATUS_WORD.findall(rest)):
        return False
    return status is not FindingStatus.COMPLETED or not (_LEFT_OVER.search(rest) or _is_partial(rest))


def _is_partial(rest: str) -> bool:
    """Whether a share short of the whole follows directly: 已完成（80%）."""
    share = _SHARE.match(rest)
    return bool(share) and float(share[1]) < 100 if share else False
