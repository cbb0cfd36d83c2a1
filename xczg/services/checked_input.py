"""What was typed, checked before it comes near a table: one Chinese sentence for each field that is wrong."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from xczg.services.unit_of_work import RefusedError

_DATES = ("date_", "datetime_")


class Input(BaseModel):
    """A form as it was sent; the `title` of a field is its label on screen. Outer white space goes."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid", frozen=True)


Checked = TypeVar("Checked", bound=Input)


class InvalidError(RefusedError):
    """What was typed cannot be taken; `faults` holds the sentence of each field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("".join(faults.values()))
        self.faults = dict(faults)


def checked(model: type[Checked], typed: Mapping[str, Any]) -> Checked:
    """The form as a value.

    Raises:
        InvalidError: with one sentence for each field, in the order of the form.
    """
    try:
        return model.model_validate(dict(typed))
    except ValidationError as error:
        faults: dict[str, str] = {}
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else ""
            faults.setdefault(name, _sentence(label(model, name), one))
        order = [*model.model_fields, ""]
        raise InvalidError({name: faults[name] for name in order if name in faults}) from error


def label(model: type[Input], name: str) -> str:
    """What a field is called on screen."""
    field = model.model_fields.get(name)
    return (field.title if field else None) or name


def _sentence(name: str, error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("missing", "string_too_short") or error["input"] in (None, ""):
        return f"请填写“{name}”。"
    if kind == "string_too_long":
        return f"“{name}”有{len(error['input'])}字，最多{context['max_length']}字，请精简。"
    if kind.startswith(_DATES):
        return f"“{name}”不是有效的日期，请改正。"
    if kind.startswith(("decimal_", "greater_than", "less_than", "int_")):
        return f"“{name}”不是有效的数字，请改正。"
    return f"“{name}”的值不在可选范围内，请重新选择。"
