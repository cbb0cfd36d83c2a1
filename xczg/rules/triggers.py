"""Conditions for talks with their grounds (R11, R12, R12a).

The program reckons conditions on *decided* judgements; it summons nobody. Rank alone never leads to a talk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from xczg.rules.rulebook import TalkRoute


class JudgementKind(StrEnum):
    """What the leading group judges about an organisation: drafted by the office, decided by people."""

    PROMINENT = "问题较为突出"
    CIRCUMSTANCE = "不论排名的情形"
    BY_DECISION = "决定约谈"


@dataclass(frozen=True, slots=True)
class DecidedJudgement:
    """One decided judgement: a circumstance is named, a decision carries its reason."""

    kind: JudgementKind
    text: str


@dataclass(frozen=True, slots=True)
class TalkGround:
    """One route whose condition holds, and why, in a factual sentence."""

    route: str
    reason: str


def talk_grounds(
    *, bottom_share: bool, judgements: Sequence[DecidedJudgement], routes: dict[str, TalkRoute]
) -> tuple[TalkGround, ...]:
    """The routes whose conditions hold.

    A: bottom share and judged prominent (R11). B: a written circumstance, whatever the rank (R12).
    C: by decision only (R12a).
    """
    grounds = []
    if bottom_share and any(judgement.kind is JudgementKind.PROMINENT for judgement in judgements):
        grounds.append(TalkGround("A", routes["A"].condition))
    by_kind = ((JudgementKind.CIRCUMSTANCE, "B"), (JudgementKind.BY_DECISION, "C"))
    for kind, route in by_kind:
        named = [judgement.text for judgement in judgements if judgement.kind is kind]
        if named:
            grounds.append(TalkGround(route, "、".join(named)))
    return tuple(grounds)
