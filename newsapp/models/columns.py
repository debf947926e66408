"""Column types that several models share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive one is refused with ValueError.

    SQLite has no time zones and keeps the UTC wall time; PostgreSQL keeps ``timestamptz``.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    """A check that ``column`` holds one of the enumeration's values."""
    values = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def at_most(column: str, length: int) -> CheckConstraint:
    """A check on length that SQLite honours too (it ignores ``VARCHAR(n)``)."""
    return CheckConstraint(f"length({column}) <= {length}", name=f"{column}_length")


def not_blank(column: str) -> CheckConstraint:
    """A check that ``column`` is more than spaces."""
    return CheckConstraint(f"length(trim({column})) > 0", name=f"{column}_not_blank")


class Choice(TypeDecorator[Any]):
    """A ``StrEnum`` kept as its text value; pair it with ``one_of`` in the table's arguments."""

    impl = String(20)
    cache_ok = True

    def __init__(self, choices: type[StrEnum]) -> None:
        super().__init__()
        self.choices = choices

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.choices(value).value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.choices(value)
