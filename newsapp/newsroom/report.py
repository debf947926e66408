"""The period report: what was published in a month, a quarter or a year, and how it was read.

One calculation, ``report``, feeds the page and both files. An item belongs to the period in which
its ``published_at`` falls, by the days of the site's zone, and it counts if readers can see it
now: drafts, schedules, withdrawn and deleted items are in no report. Views, prints and visits are
those counted on the period's days; baselines and corrections belong to no day and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from newsapp.archive.calendar import Month, bounds
from newsapp.extensions import db
from newsapp.models import Account, Article, Section
from newsapp.text.vietnamese import sort_key
from newsapp.visits.books import Books

YEARS = range(1900, 2201)
MONTH, QUARTER, YEAR = 1, 3, 12
_KEY = re.compile(r"([0-9]{4})(?:-(?:([0-9]{1,2})|[qQ]([1-4])))?")


@dataclass(frozen=True)
class Period:
    """A month, a quarter or a year of the site's calendar: ``months`` is 1, 3 or 12."""

    year: int
    first_month: int
    months: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period named ``2026-10``, ``2026-Q3`` or ``2026``. Raises ValueError for others."""
        found = _KEY.fullmatch(text)
        if found is None or int(found[1]) not in YEARS:
            raise ValueError("not a period")
        year, month, quarter = int(found[1]), found[2], found[3]
        if month:
            if not 1 <= int(month) <= 12:
                raise ValueError("no such month")
            return cls(year, int(month), MONTH)
        return cls(year, int(quarter) * 3 - 2, QUARTER) if quarter else cls(year, 1, YEAR)

    @classmethod
    def holding(cls, day: date, months: int) -> Period:
        """The period of that many months that ``day`` is in."""
        return cls(day.year, (day.month - 1) // months * months + 1, months)

    @property
    def number(self) -> int:
        """Which month or quarter of the year it is, from 1."""
        return (self.first_month - 1) // self.months + 1

    @property
    def key(self) -> str:
        """The name that ``parse`` reads."""
        names = {
            MONTH: f"{self.year}-{self.first_month:02}",
            QUARTER: f"{self.year}-Q{self.number}",
            YEAR: f"{self.year}",
        }
        return names[self.months]

    @property
    def first(self) -> date:
        return Month(self.year, self.first_month).first

    @property
    def last(self) -> date:
        return Month(self.year, self.first_month + self.months - 1).last

    @property
    def before(self) -> Period:
        return self._shifted(-self.months)

    @property
    def after(self) -> Period:
        return self._shifted(self.months)

    def _shifted(self, months: int) -> Period:
        year, month = divmod(self.year * 12 + self.first_month - 1 + months, 12)
        return Period(year, month + 1, self.months)


@dataclass(frozen=True)
class Compared:
    """A figure of the period beside that of the period before."""

    now: int
    before: int

    @property
    def change(self) -> int:
        return self.now - self.before

    @property
    def percent(self) -> Decimal | None:
        """The change in per cent with one decimal, half away from zero; None where there was
        nothing before to compare with."""
        if not self.before:
            return None
        exact = Decimal(self.change * 100) / self.before
        return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Item:
    """A published item. ``published_at`` is UTC; ``writer`` is the account that made it, empty
    for what was imported; ``views`` are those of the period."""

    id: int
    slug: str
    title: str
    published_at: datetime
    section_id: int
    section: str
    writer_id: int | None
    writer: str
    byline: str
    source: str
    views: int


@dataclass(frozen=True)
class Line:
    """The items that have something in common; ``name`` is empty for those that lack it."""

    name: str
    items: Compared
    views: Compared


@dataclass(frozen=True)
class Report:
    """Everything that the report says. Lines begin with the most items; items with the oldest."""

    period: Period
    published: Compared
    views: Compared
    all_views: Compared
    prints: Compared
    visits: Compared
    by_section: tuple[Line, ...]
    by_writer: tuple[Line, ...]
    by_byline: tuple[Line, ...]
    by_source: tuple[Line, ...]
    items: tuple[Item, ...]


def report(period: Period, books: Books, now: datetime, zone: ZoneInfo) -> Report:
    """The report on ``period`` as it is at ``now``. Raises LedgerUnavailableError."""
    before = period.before
    views = books.views_between(period.first, period.last)
    views_before = books.views_between(before.first, before.last)
    items = _published(period, views, now, zone)
    earlier = _published(before, views_before, now, zone)
    return Report(
        period=period,
        published=Compared(len(items), len(earlier)),
        views=_views(items, earlier),
        all_views=Compared(sum(views.values()), sum(views_before.values())),
        prints=Compared(
            sum(books.prints_between(period.first, period.last).values()),
            sum(books.prints_between(before.first, before.last).values()),
        ),
        visits=Compared(
            books.site_between(period.first, period.last),
            books.site_between(before.first, before.last),
        ),
        by_section=_lines(items, earlier, lambda item: (item.section_id, item.section)),
        by_writer=_lines(items, earlier, lambda item: (item.writer_id, item.writer)),
        by_byline=_lines(items, earlier, lambda item: (item.byline, item.byline)),
        by_source=_lines(items, earlier, lambda item: (item.source, item.source)),
        items=items,
    )


def _published(
    period: Period, views: Mapping[int, int], now: datetime, zone: ZoneInfo
) -> tuple[Item, ...]:
    start, end = bounds(period.first, period.last, zone)
    rows = db.session.execute(
        select(
            Article.id,
            Article.slug,
            Article.title,
            Article.published_at,
            Article.section_id,
            Section.name,
            Article.created_by,
            Account.display_name,
            Article.byline,
            Article.source,
        )
        .join(Section, Section.id == Article.section_id)
        .outerjoin(Account, Account.id == Article.created_by)
        .where(Article.visible(now), Article.published_at >= start, Article.published_at < end)
        .order_by(Article.published_at, Article.id)
    )
    return tuple(
        Item(
            row.id,
            row.slug,
            row.title,
            row.published_at,
            row.section_id,
            row.name,
            row.created_by,
            row.display_name or "",
            row.byline,
            row.source,
            views.get(row.id, 0),
        )
        for row in rows
    )


def _lines(
    items: Sequence[Item],
    earlier: Sequence[Item],
    what: Callable[[Item], tuple[Hashable, str]],
) -> tuple[Line, ...]:
    """One line for each thing in common; ``what`` gives it and its name."""
    groups: dict[tuple[Hashable, str], tuple[list[Item], list[Item]]] = {}
    for place, part in enumerate((items, earlier)):
        for item in part:
            groups.setdefault(what(item), ([], []))[place].append(item)
    lines = (
        Line(name, Compared(len(ours), len(theirs)), _views(ours, theirs))
        for (_, name), (ours, theirs) in groups.items()
    )
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                -line.items.now,
                -line.items.before,
                not line.name,
                sort_key(line.name),
            ),
        )
    )


def _views(items: Sequence[Item], earlier: Sequence[Item]) -> Compared:
    return Compared(sum(item.views for item in items), sum(item.views for item in earlier))


def offered(first: date, today: date) -> tuple[tuple[int, tuple[Period, ...]], ...]:
    """The years from ``first`` to ``today``, latest first, each with the periods begun in it:
    the year itself, its quarters, its months."""
    return tuple(
        (year, _begun(year, first, today)) for year in range(today.year, first.year - 1, -1)
    )


def _begun(year: int, first: date, today: date) -> tuple[Period, ...]:
    periods = [
        Period(year, month, months)
        for months in (YEAR, QUARTER, MONTH)
        for month in range(13 - months, 0, -months)
    ]
    return tuple(period for period in periods if period.first <= today and period.last >= first)
