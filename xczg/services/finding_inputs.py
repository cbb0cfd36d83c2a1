"""The forms of a finding: finding, measure, progress. Separate from the tables, which check nothing."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from xczg.rules.values import FindingKind, FindingStatus, MeasureType
from xczg.services.checked_input import Input

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
_MOST = Decimal(10) ** 9


def _sensible(day: date | None) -> date | None:
    if day is not None and not EARLIEST <= day <= LATEST:
        msg = f"日期{day.isoformat()}应在{EARLIEST.year}年至{LATEST.year}年之间，请改正。"
        raise ValueError(msg)
    return day


def _amounts(given: Any) -> dict[str, str | None]:
    """Quantities by type as they are stored: exact, as text, in the order of the types."""
    if not isinstance(given, Mapping):
        raise ValueError("“措施类型”不完整，请重新选择。")
    return {kind.value: _amount(kind, given[kind.value]) for kind in MeasureType if kind.value in given}


def _amount(kind: MeasureType, value: Any) -> str | None:
    if value is None or value == "" or not kind.unit:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= _MOST:
        msg = f"“{kind.value}”的数量不是有效的数字，请改正。"
        raise ValueError(msg)
    if number < 0:
        msg = f"“{kind.value}”的数量不得为负数，请改正。"
        raise ValueError(msg)
    places = 2 if kind is MeasureType.LOSSES_RECOVERED else 0
    if number != round(number, places):
        rule = "最多两位小数" if places else "应为整数"
        msg = f"“{kind.value}”的数量{rule}，请改正。"
        raise ValueError(msg)
    return f"{number.quantize(Decimal(1).scaleb(-places)) if places else number.to_integral_value():f}"


Day = Annotated[date | None, AfterValidator(_sensible)]
Amounts = Annotated[dict[str, str | None], BeforeValidator(_amounts)]


class FindingInput(Input):
    """A finding as the office describes it; its status and outcome come from progress alone."""

    serial: str = Field("", title="序号", max_length=40)
    kind: FindingKind = Field(FindingKind.INSPECTION, title="专项")
    category: str = Field("", title="问题类别", max_length=200)
    subcategory: str = Field("", title="问题子类", max_length=200)
    text: str = Field(title="反馈问题", min_length=1, max_length=4000)
    target: str = Field("", title="整改目标", max_length=2000)
    leader: str = Field("", title="责任领导", max_length=200)
    unit: str = Field("", title="责任单位", max_length=200)
    due_date: Day = Field(None, title="完成时限")
    long_term: bool = Field(False, title="长期坚持")
    within_period: bool | None = Field(None, title="集中整改期完成")
    key_matter: bool = Field(False, title="重点关注")
    circumstance: str = Field("", title="重点关注情形", max_length=1000)
    withheld: bool = Field(False, title="拟不公开")
    withheld_reason: str = Field("", title="不公开理由", max_length=500, validate_default=True)
    remark: str = Field("", title="备注", max_length=2000)

    @field_validator("circumstance")
    @classmethod
    def _of_a_key_matter(cls, words: str, info: ValidationInfo) -> str:
        if words and not info.data.get("key_matter"):
            raise ValueError("填了“重点关注情形”的，请同时勾选“重点关注”。")
        return words

    @field_validator("withheld_reason")
    @classmethod
    def _says_why(cls, words: str, info: ValidationInfo) -> str:
        if info.data.get("withheld") and not words:
            raise ValueError("拟不公开的，请填写“不公开理由”。")
        return words


class MeasureInput(Input):
    """One measure of a finding."""

    text: str = Field(title="整改措施", min_length=1, max_length=4000)
    types: Amounts = Field(default_factory=dict, title="措施类型")
    leader: str = Field("", title="责任领导", max_length=200)
    unit: str = Field("", title="责任单位", max_length=200)
    due_date: Day = Field(None, title="完成时限")
    long_term: bool = Field(False, title="长期坚持")
    status: FindingStatus | None = Field(None, title="措施状态")
    outcome: str = Field("", title="措施成效", max_length=4000)


class ProgressInput(Input):
    """One step: on which day, how far, what was done. `measures_done` are numbers of measures （第n条）."""

    on_date: date = Field(title="进展日期")
    status: FindingStatus = Field(title="整改状态")
    summary: str = Field("", title="进展情况", max_length=4000, validate_default=True)
    quantities: Amounts = Field(default_factory=dict, title="工作数量")
    measures_done: tuple[int, ...] = Field((), title="本次完成的措施")
    reason: str = Field("", title="变更状态的理由", max_length=500)

    @field_validator("on_date")
    @classmethod
    def _sensible_day(cls, day: date) -> date:
        return _sensible(day) or day

    @field_validator("summary")
    @classmethod
    def _says_what_was_done(cls, words: str, info: ValidationInfo) -> str:
        if info.data.get("status") is FindingStatus.COMPLETED and not words:
            raise ValueError("状态为已完成的，请填写“进展情况”，写明做了什么、有何成效。")
        return words
