"""《巡察整改提醒函》: what one organisation has to do, as a draft in Word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from xczg.exchange.paper import Paper

_NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One thing to do, its date, and the word of the alert ladder."""

    round_name: str
    words: str
    due: date | None
    step: str


def reminder_letter(organization: str, lines: Sequence[LetterLine], *, issuer: str, today: date) -> bytes:
    """The letter; the office gives it a number and sends it, the program never does."""
    paper = Paper()
    paper.title("巡察整改提醒函")
    paper.blank()
    paper.body(f"{organization}：", indent=False)
    paper.body("根据巡察整改有关要求，现将你单位当前需要办理的巡察整改事项提醒如下：")
    rounds = groupby(sorted(lines, key=lambda line: line.round_name), key=lambda line: line.round_name)
    for number, (round_name, group) in enumerate(rounds):
        paper.heading(f"{_NUMBERS[number % 10]}、{round_name}")
        for place, line in enumerate(group, 1):
            paper.body(f"{place}.{line.words}{_due_words(line)}。")
    paper.body("请对照上述事项抓紧办理，并及时在系统中登记整改进展和佐证材料。")
    paper.blank()
    paper.signature(
        issuer.removesuffix("领导小组") + "领导小组办公室" if issuer.endswith("领导小组") else issuer, today
    )
    paper.note(
        f"数据截至{_day(today)}。口径：逾期＝超过完成时限仍未完成，不含长期坚持和未定时限的；节假日不顺延。"
    )
    return paper.content()


def _due_words(line: LetterLine) -> str:
    if line.due is None:
        return ""
    word = "最早应于" if "反馈问题" in line.words else "应于"
    return f"（{word}{_day(line.due)}完成，{line.step}）"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
