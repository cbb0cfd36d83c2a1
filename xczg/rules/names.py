"""How a name in a list finds its organisation: exactly, or by asking. Likeness is never taken for a match."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xczg.rules.text import text_key

FEWEST_LETTERS = 2
MOST_CANDIDATES = 8


class NameVerdict(StrEnum):
    """What is known of a name; the value is the word on screen."""

    KNOWN = "名录中有"
    AMBIGUOUS = "不能确定"
    UNKNOWN = "名录中没有"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """The organisation of a name, or those it might be."""

    verdict: NameVerdict
    organization_id: int | None = None
    candidates: tuple[int, ...] = ()


def match_name(name: str, known: Mapping[str, int]) -> NameMatch:
    """The organisation of a name among `known`, which maps keys of all its names to its number.

    市水利局 is not 市水利局党组: it is like it, so a person says which one is meant.
    """
    key = text_key(name)
    if key in known:
        return NameMatch(NameVerdict.KNOWN, known[key])
    if len(key) < FEWEST_LETTERS:
        return NameMatch(NameVerdict.UNKNOWN)
    alike = {number: None for other, number in sorted(known.items()) if key in other or other in key}
    if not alike:
        return NameMatch(NameVerdict.UNKNOWN)
    return NameMatch(NameVerdict.AMBIGUOUS, candidates=tuple(alike)[:MOST_CANDIDATES])
