"""The calendar as a table: months, weeks from Monday to Sunday, days. No database here."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Month:
    """A month of the site's calendar; years 1 to 9999."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])


@dataclass(frozen=True)
class DayCell:
    """One day of the table: how many articles it has, and whether it is today."""

    day: date
    count: int
    is_today: bool

    @property
    def is_sunday(self) -> bool:
        return self.day.weekday() == calendar.SUNDAY


@dataclass(frozen=True)
class MonthTable:
    """A month as weeks of seven cells; cells of other months are None.

    ``previous`` and ``next`` are the nearest months that have news, or None.
    """

    month: Month
    weeks: tuple[tuple[DayCell | None, ...], ...]
    previous: Month | None
    next: Month | None

    @property
    def count(self) -> int:
        return sum(cell.count for week in self.weeks for cell in week if cell)


def table(
    month: Month,
    counts: Mapping[date, int],
    today: date,
    previous: Month | None = None,
    next: Month | None = None,
) -> MonthTable:
    """The month's table with the number of articles of each day."""
    days = calendar.Calendar(firstweekday=calendar.MONDAY).monthdayscalendar(
        month.year, month.month
    )
    weeks = tuple(
        tuple(_cell(month, number, counts, today) for number in numbers) for numbers in days
    )
    return MonthTable(month, weeks, previous, next)


def _cell(month: Month, number: int, counts: Mapping[date, int], today: date) -> DayCell | None:
    if number == 0:
        return None
    day = date(month.year, month.month, number)
    return DayCell(day, counts.get(day, 0), day == today)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which ``day`` begins in the site's zone."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open range of moments (UTC) from the start of ``first`` to the end of ``last``."""
    return start_of(first, zone), start_of(last + timedelta(days=1), zone)
