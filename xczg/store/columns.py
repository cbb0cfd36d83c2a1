"""Column types: decimals that sum exactly in SQL, enumerations stored by the word people read."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Dialect, Enum, Integer, TypeDecorator


class Hundredths(TypeDecorator[Decimal]):
    """A Decimal with two places, stored as a whole number: SQLite would otherwise sum floats."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Refuse what has more than two places rather than lose a digit."""
        if value is None:
            return None
        scaled = value * 100
        if scaled != scaled.to_integral_value():
            msg = f"more than two decimal places: {value}"
            raise ValueError(msg)
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Give back an exact Decimal with two places."""
        return None if value is None else Decimal(int(value)).scaleb(-2)


def enum_column(kind: type[StrEnum], name: str, **options: Any) -> Column[Any]:
    """A text column that holds one of the enumeration's values, kept so by a CHECK constraint."""
    words = Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        length=40,
    )
    return Column(words, **{"nullable": False, **options})
