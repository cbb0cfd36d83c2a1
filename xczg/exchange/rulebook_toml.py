"""A changed rulebook as TOML: the comments and the order of the old one stay."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import tomlkit
from pydantic import BaseModel

from xczg.rules.rulebook import Source


def changed_toml(content: str, changes: Mapping[str, Any]) -> str:
    """The text with some values replaced, each by its key such as `periods.report_days`.

    A replaced value is the office's own from then on: its source becomes 录入.
    """
    document = tomlkit.parse(content)
    for key, value in changes.items():
        place: Any = document
        for part in key.split("."):
            place = place[part]
        place["value"] = _item(value)
        place["source"] = Source.ENTERED.value
    return tomlkit.dumps(document)


def _item(value: Any) -> Any:
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for one in value:
            array.append(_item(one))
        if any(isinstance(one, BaseModel) for one in value):
            array.multiline(True)
        return array
    if isinstance(value, BaseModel):
        table = tomlkit.inline_table()
        for name in type(value).model_fields:
            table[name] = _item(getattr(value, name))
        return table
    if isinstance(value, Decimal):
        return tomlkit.item(int(value)) if value == int(value) else tomlkit.item(str(value))
    return tomlkit.item(value.value if isinstance(value, Enum) else value)
