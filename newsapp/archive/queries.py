"""What the archive asks of the database. Days are the site's zone's; moments are UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, Select, bindparam, func, select

from newsapp.archive.calendar import Month, MonthTable, bounds, start_of, table
from newsapp.database import read
from newsapp.models import Album, Article
from newsapp.models.columns import UtcDateTime
from newsapp.news.lists import NEWEST_FIRST, paged, since, teasers, to_teaser
from newsapp.news.values import Cursor, Listing, Teaser

MONTH_PAGE_SIZE = 50
# Of two upper bounds SQLite may go along the index by the wider one; it gets one, made of both.
_MOMENT = timedelta(microseconds=1)
DAY_MAX = 200


@dataclass(frozen=True)
class Span:
    """The days from the first published article to today: the archive's whole range."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def holds_month(self, month: Month) -> bool:
        return Month.of(self.first) <= month <= Month.of(self.last)


@dataclass(frozen=True)
class YearCount:
    year: int
    count: int


@dataclass(frozen=True)
class MonthCount:
    month: Month
    count: int


@dataclass(frozen=True)
class DayNews:
    """A day's articles and the nearest days before and after it that have any."""

    day: date
    items: tuple[Teaser, ...]
    previous: date | None
    next: date | None


def span(now: datetime, zone: ZoneInfo) -> Span | None:
    """The archive's range at ``now``; None while nothing is published."""
    return around(now, zone)[0]


def around(now: datetime, zone: ZoneInfo) -> tuple[Span | None, datetime]:
    """The archive's range at ``now``, and until when (UTC) no clock changes a page: the next
    scheduled article or album, or the next midnight."""
    first, *scheduled = read(
        select(
            select(func.min(Article.published_at)).where(Article.visible(now)).scalar_subquery(),
            select(func.min(Article.published_at))
            .where(Article.published(), Article.published_at > now)
            .scalar_subquery(),
            select(func.min(Album.published_at)).where(Album.published_at > now).scalar_subquery(),
        )
    ).one()
    today = now.astimezone(zone).date()
    until = min((start_of(today + timedelta(days=1), zone), *filter(None, scheduled)))
    return Span(first.astimezone(zone).date(), today) if first else None, until


@cache
def _counting(number: int) -> tuple[ScalarSelect[int], ...]:
    """How many visible articles each of so many ranges holds, by the index alone. To put dozens
    of them together takes longer than to run them."""
    moments = [
        (bindparam(f"first{n}", type_=UtcDateTime()), bindparam(f"until{n}", type_=UtcDateTime()))
        for n in range(number)
    ]
    return tuple(
        select(func.count())
        .select_from(Article)
        .where(Article.visible(until), Article.published_at >= first)
        .scalar_subquery()
        for first, until in moments
    )


def _values(ranges: Sequence[tuple[datetime, datetime]], now: datetime) -> dict[str, datetime]:
    """The values of ``_counting`` for these half-open ranges."""
    values: dict[str, datetime] = {}
    for n, (first, last) in enumerate(ranges):
        values |= {f"first{n}": first, f"until{n}": min(now, last - _MOMENT)}
    return values


@cache
def _only_counting(number: int) -> Select[*tuple[Any, ...]]:
    return select(*_counting(number))


def _counts(ranges: Sequence[tuple[datetime, datetime]], now: datetime) -> list[int]:
    """How many visible articles each range holds; one statement."""
    if not ranges:
        return []
    return list(read(_only_counting(len(ranges)), _values(ranges, now)).one())


def years(whole: Span, now: datetime, zone: ZoneInfo) -> tuple[YearCount, ...]:
    """Articles of each year that has any, newest year first."""
    numbers = list(range(whole.last.year, whole.first.year - 1, -1))
    counts = _counts([bounds(date(n, 1, 1), date(n, 12, 31), zone) for n in numbers], now)
    return tuple(YearCount(n, count) for n, count in zip(numbers, counts, strict=True) if count)


def months(year: int, now: datetime, zone: ZoneInfo) -> tuple[MonthCount, ...]:
    """Articles of each of the twelve months of ``year``, January first."""
    all_months = [Month(year, number) for number in range(1, 13)]
    counts = _counts([bounds(m.first, m.last, zone) for m in all_months], now)
    return tuple(MonthCount(m, count) for m, count in zip(all_months, counts, strict=True))


def month_table(month: Month, now: datetime, zone: ZoneInfo) -> MonthTable:
    """The calendar of ``month`` with each day's count and the nearest months that have news."""
    days = [month.first + timedelta(days=n) for n in range(month.last.day)]
    *counts, earlier, later = read(
        _month(len(days)),
        _values([bounds(day, day, zone) for day in days], now)
        | _around(*bounds(month.first, month.last, zone), now),
    ).one()
    return table(
        month,
        dict(zip(days, counts, strict=True)),
        now.astimezone(zone).date(),
        Month.of(earlier.astimezone(zone).date()) if earlier else None,
        Month.of(later.astimezone(zone).date()) if later else None,
    )


def month_news(month: Month, cursor: Cursor | None, now: datetime, zone: ZoneInfo) -> Listing:
    """The articles of ``month``, newest first."""
    first, last = bounds(month.first, month.last, zone)
    return paged(since, [first], cursor, min(now, last - _MOMENT), MONTH_PAGE_SIZE)


def day_news(day: date, now: datetime, zone: ZoneInfo) -> DayNews:
    """The articles of ``day`` (newest first, at most ``DAY_MAX``) and its neighbours."""
    first, last = bounds(day, day, zone)
    rows = read(_DAY, {"first": first, "last": min(now, last - _MOMENT)})
    earlier, later = read(_NEAREST_ALONE, _around(first, last, now)).one()
    return DayNews(
        day,
        tuple(to_teaser(row) for row in rows),
        earlier.astimezone(zone).date() if earlier else None,
        later.astimezone(zone).date() if later else None,
    )


# The times of the nearest visible articles before a range and after it.
_NEAREST = (
    select(func.max(Article.published_at))
    .where(Article.visible(bindparam("before", type_=UtcDateTime())))
    .scalar_subquery(),
    select(func.min(Article.published_at))
    .where(
        Article.visible(bindparam("now", type_=UtcDateTime())),
        Article.published_at >= bindparam("after", type_=UtcDateTime()),
    )
    .scalar_subquery(),
)
_NEAREST_ALONE = select(*_NEAREST)
_DAY = (
    teasers(bindparam("last", type_=UtcDateTime()))
    .where(Article.published_at >= bindparam("first", type_=UtcDateTime()))
    .order_by(*NEWEST_FIRST)
    .limit(DAY_MAX)
)


def _around(first: datetime, last: datetime, now: datetime) -> dict[str, datetime]:
    """The values of ``_NEAREST`` for a half-open range."""
    return {"before": min(now, first - _MOMENT), "after": last, "now": now}


@cache
def _month(days: int) -> Select[*tuple[Any, ...]]:
    return select(*_counting(days), *_NEAREST)
