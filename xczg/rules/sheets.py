"""A score sheet (R8): its states, what is missing on it, and its total as it grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from xczg.rules.rulebook import Criterion
from xczg.rules.text import text_key
from xczg.rules.values import SheetState

LONGEST_REASON = 1000
_HUNDREDTH = Decimal("0.01")


class SheetEvent(StrEnum):
    """What happens to a sheet; the value is the word in a refusal."""

    SAVE = "保存草稿"
    SUBMIT = "提交"
    RETURN = "退回"
    PROXY = "代录"
    PROXY_UNPROVEN = "代录（未附扫描件）"
    CONFIRM = "确认代录"


_OPEN = (SheetState.BLANK, SheetState.FILLING, SheetState.RETURNED)

# What may happen in which state, and what comes of it; whatever is not here is refused.
TRANSITIONS: Mapping[tuple[SheetState, SheetEvent], SheetState] = {
    **{(state, SheetEvent.SAVE): SheetState.FILLING for state in _OPEN},
    **{(state, SheetEvent.SUBMIT): SheetState.SUBMITTED for state in _OPEN},
    **{
        (state, event): outcome
        for state in (*_OPEN, SheetState.AWAITING_CONFIRMATION)
        for event, outcome in (
            (SheetEvent.PROXY, SheetState.SUBMITTED),
            (SheetEvent.PROXY_UNPROVEN, SheetState.AWAITING_CONFIRMATION),
        )
    },
    (SheetState.SUBMITTED, SheetEvent.RETURN): SheetState.RETURNED,
    (SheetState.AWAITING_CONFIRMATION, SheetEvent.RETURN): SheetState.RETURNED,
    (SheetState.AWAITING_CONFIRMATION, SheetEvent.CONFIRM): SheetState.SUBMITTED,
}


class SheetStateError(ValueError):
    """Something that cannot happen to a sheet in its state; the message is a Chinese sentence."""


def after_event(state: SheetState, event: SheetEvent) -> SheetState:
    """The state of the sheet afterwards.

    Raises:
        SheetStateError: when it cannot happen in this state.
    """
    outcome = TRANSITIONS.get((state, event))
    if outcome is None:
        raise SheetStateError(f"评分表现为“{state.value}”，不能{event.value}。{_NEXT.get(state, '')}")
    return outcome


_NEXT = {
    SheetState.SUBMITTED: "确需修改的，请由市委巡察办先退回。",
    SheetState.AWAITING_CONFIRMATION: "请评分单位先确认或退回代录的评分。",
    SheetState.BLANK: "评分单位还没有填写。",
    SheetState.FILLING: "评分单位正在填写，尚未提交。",
    SheetState.RETURNED: "已退回评分单位修改，尚未重新提交。",
}


def sheet_state(
    stored: SheetState | None, returned_at: datetime | None, draft_saved_at: datetime | None
) -> SheetState:
    """The state as everybody sees it, from the current sheet and the draft beside it.

    A returned sheet is being filled in again (填写中) from the first draft saved after the return. A draft
    that lies beside a sheet recorded by proxy waits unseen, so that nothing typed is lost.
    """
    if stored is None:
        return SheetState.BLANK if draft_saved_at is None else SheetState.FILLING
    if stored is SheetState.RETURNED and draft_saved_at and returned_at and draft_saved_at > returned_at:
        return SheetState.FILLING
    return stored


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as it was typed: nothing of it need make sense yet."""

    points: str = ""
    reason: str = ""


Typed = Mapping[str, TypedLine]


@dataclass(frozen=True, slots=True)
class FilledLine:
    """One line that holds: points within 0…maximum, a reason for every deduction."""

    criterion: str
    points: Decimal
    reason: str


class PointsError(ValueError):
    """Points that cannot be accepted; `code` is the kind of fault, the message a Chinese clause."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_points(text: str, maximum: Decimal) -> Decimal:
    """Points as an exact Decimal within 0…maximum and with at most two decimals.

    Raises:
        PointsError: for anything else.
    """
    text = text_key(text)
    try:
        # Decimal takes "1_0" for 10, as Python does; no unit means that
        points = Decimal("" if "_" in text else text.removesuffix("分"))
    except InvalidOperation as error:
        raise PointsError("invalid points", f"“{text}”不是数，请改正。") from error
    if not points.is_finite():
        raise PointsError("invalid points", f"“{text}”不是数，请改正。")
    if points < 0 or points > maximum:
        raise PointsError("out of range", f"{text}不在0与满分{maximum}之间，请改正。")
    if points != points.quantize(_HUNDREDTH):
        raise PointsError("too many decimals", f"{text}超过两位小数，请改正。")
    return abs(points)


@dataclass(frozen=True, slots=True)
class SheetCheck:
    """What a sheet amounts to as typed: the lines that hold, what is missing, and the total so far."""

    lines: tuple[FilledLine, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether it may be submitted."""
        return not self.missing

    @property
    def total(self) -> Decimal:
        """The sum of the points that hold."""
        return sum((line.points for line in self.lines), Decimal(0))


def check_sheet(criteria: Sequence[Criterion], typed: Typed) -> SheetCheck:
    """Whether every criterion has its points, and every deduction a reason (R8)."""
    lines, missing = [], []
    for criterion in criteria:
        line = typed.get(criterion.number, TypedLine())
        reason = line.reason.strip()
        if not line.points.strip():
            missing.append(f"细则{criterion.number}未填得分")
            continue
        try:
            points = read_points(line.points, criterion.points)
        except PointsError as fault:
            missing.append(f"细则{criterion.number}得分{str(fault).rstrip('。')}")
            continue
        if points < criterion.points and not reason:
            missing.append(f"细则{criterion.number}扣{criterion.points - points}分未写扣分理由")
        if len(reason) > LONGEST_REASON:
            missing.append(f"细则{criterion.number}扣分理由超过{LONGEST_REASON}字（现{len(reason)}字）")
            continue
        lines.append(FilledLine(criterion.number, points, reason))
    return SheetCheck(tuple(lines), tuple(missing))
