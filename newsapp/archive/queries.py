"""What the archive asks of the database. Days are the site's zone's; moments are UTC."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from newsapp.archive.calendar import Month, MonthTable, bounds, table
from newsapp.extensions import db
from newsapp.models import Article
from newsapp.news.queries import NEWEST_FIRST, Cursor, Listing, Teaser, paged, teasers, to_teaser

MONTH_PAGE_SIZE = 50
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
    first = db.session.scalar(select(func.min(Article.published_at)).where(Article.visible(now)))
    if first is None:
        return None
    return Span(first.astimezone(zone).date(), now.astimezone(zone).date())


def _counts(ranges: list[tuple[datetime, datetime]], now: datetime) -> list[int]:
    """How many visible articles each half-open range holds; one statement, index ranges only."""
    if not ranges:
        return []
    parts = [
        select(func.count())
        .select_from(Article)
        .where(Article.visible(now), Article.published_at >= first, Article.published_at < last)
        .scalar_subquery()
        for first, last in ranges
    ]
    return list(db.session.execute(select(*parts)).one())


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
    first, last = bounds(month.first, month.last, zone)
    moments = db.session.scalars(
        select(Article.published_at).where(
            Article.visible(now), Article.published_at >= first, Article.published_at < last
        )
    )
    counts = Counter(moment.astimezone(zone).date() for moment in moments if moment)
    earlier, later = _around(first, last, now, zone)
    return table(
        month,
        counts,
        now.astimezone(zone).date(),
        Month.of(earlier) if earlier else None,
        Month.of(later) if later else None,
    )


def month_news(month: Month, cursor: Cursor | None, now: datetime, zone: ZoneInfo) -> Listing:
    """The articles of ``month``, newest first."""
    first, last = bounds(month.first, month.last, zone)
    return paged(
        teasers(now).where(Article.published_at >= first, Article.published_at < last),
        cursor,
        MONTH_PAGE_SIZE,
    )


def day_news(day: date, now: datetime, zone: ZoneInfo) -> DayNews:
    """The articles of ``day`` (newest first, at most ``DAY_MAX``) and its neighbours."""
    first, last = bounds(day, day, zone)
    rows = db.session.execute(
        teasers(now)
        .where(Article.published_at >= first, Article.published_at < last)
        .order_by(*NEWEST_FIRST)
        .limit(DAY_MAX)
    )
    earlier, later = _around(first, last, now, zone)
    return DayNews(day, tuple(to_teaser(row) for row in rows), earlier, later)


def _around(
    first: datetime, last: datetime, now: datetime, zone: ZoneInfo
) -> tuple[date | None, date | None]:
    """The days of the nearest visible articles before ``first`` and from ``last`` on."""
    earlier = (
        select(func.max(Article.published_at))
        .where(Article.visible(now), Article.published_at < first)
        .scalar_subquery()
    )
    later = (
        select(func.min(Article.published_at))
        .where(Article.visible(now), Article.published_at >= last)
        .scalar_subquery()
    )
    row = db.session.execute(select(earlier.label("earlier"), later.label("later"))).one()
    return _day(row.earlier, zone), _day(row.later, zone)


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
