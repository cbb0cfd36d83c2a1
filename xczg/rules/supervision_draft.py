"""The first draft of a result report (R4): plain sentences made of the entries, nothing characterised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import OTHER_METHOD, SUPERVISING, Look, newest_judgement, required_contents
from xczg.rules.values import ScoringUnit

LONGEST = 8000
_CUT = "……（内容较长，以下请按监督记录补充。）"
NOTHING = "尚无监督记录。"


@dataclass(frozen=True, slots=True)
class EntryText:
    """One entry with its words: by which methods (R3), and what was seen."""

    look: Look
    methods: tuple[str, ...]
    seen: str


def draft_section(entries: Iterable[EntryText], rulebook: Rulebook, unit: ScoringUnit | None) -> str:
    """What the report says of one organisation, a paragraph per content; of both units when joint (None)."""
    entries, units = list(entries), (unit,) if unit else SUPERVISING
    required = {content for one in units for content in required_contents(rulebook, one)}
    paragraphs: list[str] = []
    for content in rulebook.supervised_contents:
        own = [one for one in entries if one.look.content == content and one.look.unit in units]
        if own or content in required:
            told = "".join(_told(own, one, rulebook, named=unit is None) for one in units) or NOTHING
            paragraphs.append(f"{len(paragraphs) + 1}．{content}。{told}")
    return fitted("\n".join(paragraphs))


def draft_overall(
    entries: Sequence[EntryText], rulebook: Rulebook, unit: ScoringUnit | None, *, organizations: int
) -> str:
    """The opening of the report: how many organisations, how many entries, by which methods, from when."""
    names = rulebook.units.names.value
    who = names[unit] if unit else "、".join(names[one] for one in SUPERVISING)
    looked = len({one.look.inspection_id for one in entries})
    text = f"{who}对照日常监督评估任务清单，对本轮{organizations}个党组织开展日常监督评估。"
    if not entries:
        return text + NOTHING
    days = [one.look.on_date for one in entries]
    return (
        f"{text}{_day(min(days))}至{_day(max(days))}，"
        f"采取{'、'.join(_methods(entries, rulebook))}等方式，对{looked}个党组织登记{len(entries)}条记录。"
    )


def fitted(text: str) -> str:
    """The text within the length a section may have."""
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT


def _told(entries: Sequence[EntryText], unit: ScoringUnit, rulebook: Rulebook, *, named: bool) -> str:
    own = sorted(
        (one for one in entries if one.look.unit is unit), key=lambda one: (one.look.on_date, one.look.id)
    )
    if not own:
        return ""
    who = rulebook.units.names.value[unit] if named else ""
    seen = "".join(_sentence(one, dated=len(own) > 1) for one in own)
    days = "、".join(_day(day) for day in sorted({one.look.on_date for one in own}))
    judgement = newest_judgement(one.look for one in own)
    verdict = f"评估判断：{judgement}。" if judgement else ""
    return f"{days}，{who}采取{'、'.join(_methods(own, rulebook))}方式了解情况。{seen}{verdict}"


def _sentence(entry: EntryText, *, dated: bool) -> str:
    """What was seen, ending as a sentence does."""
    text = " ".join(entry.seen.split())
    text = text if text.endswith(("。", "！", "？", "；")) else f"{text}。"
    return f"{_day(entry.look.on_date)}了解到：{text}" if dated else text


def _methods(entries: Iterable[EntryText], rulebook: Rulebook) -> list[str]:
    """The methods used, in the order of the regulation; 其他：电话询问 reads 电话询问."""
    used = {method for one in entries for method in one.methods}
    known = [method for method in rulebook.contents.routine_methods.value if method in used]
    others = sorted(method.removeprefix(f"{OTHER_METHOD}：") for method in used - set(known))
    return known + others


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
