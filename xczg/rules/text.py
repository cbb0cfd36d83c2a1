"""How two spellings of the same text are known to be the same, and how a numbered team is written."""

import unicodedata
from functools import lru_cache

_CHINESE_NUMBERS = "零一二三四五六七八九十"


@lru_cache(maxsize=8192)  # a ledger repeats names, words and dates on thousands of rows
def normalized(text: str) -> str:
    """NFKC form with outer white space removed: full-width digits and punctuation become half-width."""
    return unicodedata.normalize("NFKC", text).strip()


@lru_cache(maxsize=8192)
def text_key(text: str) -> str:
    """The identity of a finding or an organisation's name: NFKC without any white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def chinese_number(number: int) -> str:
    """1…99 in Chinese numerals; what is larger stays in digits."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_CHINESE_NUMBERS[tens]}十")
    return head + (_CHINESE_NUMBERS[ones] if ones else "")


def team_name(number: int, unit: str = "市委巡察组") -> str:
    """市委第三巡察组: the unit's name with the number of the team, written the same way everywhere."""
    return unit.replace("巡察组", f"第{chinese_number(number)}巡察组")
