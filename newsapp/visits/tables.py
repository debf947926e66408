"""The tables of the counters, in a database of their own.

The three parts of a total are kept apart: what was imported (`baseline`), what was counted (one
row per day) and what somebody changed by hand (`correction`). Days are the site's time zone's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware time, UTC in the database. Refuses a naive one with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


site_day = Table(
    "site_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("visits", BigInteger, CheckConstraint("visits >= 0", "visits"), nullable=False),
)

article_day = Table(
    "article_day",
    metadata,
    Column("article_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("views", BigInteger, CheckConstraint("views >= 0", "views"), nullable=False),
    Index(None, "day"),
)

print_day = Table(
    "print_day",
    metadata,
    Column("article_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("prints", BigInteger, CheckConstraint("prints >= 0", "prints"), nullable=False),
    Index(None, "day"),
)

excluded_day = Table(
    "excluded_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("reason", String(20), primary_key=True),
    Column("count", BigInteger, CheckConstraint("count >= 0", "count"), nullable=False),
)

baseline = Table(
    "baseline",
    metadata,
    Column("scope", String(10), CheckConstraint("scope = 'site'", "scope"), primary_key=True),
    Column("amount", BigInteger, CheckConstraint("amount >= 0", "amount"), nullable=False),
)

correction = Table(
    "correction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("scope", String(10), nullable=False),
    Column("article_id", BigInteger),
    Column("amount", BigInteger, CheckConstraint("amount <> 0", "amount"), nullable=False),
    Column("reason", Text, CheckConstraint("length(reason) > 0", "reason"), nullable=False),
    Column("who", Text, CheckConstraint("length(who) > 0", "who"), nullable=False),
    CheckConstraint(
        "(scope = 'site' AND article_id IS NULL) OR (scope = 'article' AND article_id IS NOT NULL)",
        "scope",
    ),
    Index(None, "article_id"),
)

# How far each journal is booked. A row outlives its file by a few days: somebody who holds a copy
# of the file, or read it a moment ago, must still find that it is booked.
journal = Table(
    "journal",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("offset", BigInteger, CheckConstraint('"offset" >= 0', "offset"), nullable=False),
    Column("closed", Date),
)
