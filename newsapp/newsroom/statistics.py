"""The counters' figures for the office: visits and views by day, what was read, what was left out.

Days are days of the site's time zone, both ends of a range included. Only articles that readers
can see now are named; what withdrawn and deleted ones gathered is one figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from newsapp.extensions import db
from newsapp.models import Article, Section
from newsapp.text.vietnamese import sort_key
from newsapp.visits.books import Balance, Books, SiteFigures

DAYS_MAX = 366
TOP = 20
TOP_PRINTED = 10


@dataclass(frozen=True)
class Day:
    """A day's visits of the site and views of articles."""

    day: date
    visits: int
    views: int


@dataclass(frozen=True)
class Read:
    """A public article and how often it was read or printed in the range."""

    id: int
    slug: str
    title: str
    section: str
    count: int


@dataclass(frozen=True)
class Statistics:
    """The figures of a range of days, and the totals since the beginning.

    ``sections`` holds name and views, the most read first; ``hidden_views`` are those of articles
    that are not public any more. ``excluded`` is reason (``visits.rules.Reason``) and number.
    ``articles`` counts the imported view numbers of all articles as its baseline.
    """

    days: tuple[Day, ...]
    visits: int
    views: int
    prints: int
    top: tuple[Read, ...]
    printed: tuple[Read, ...]
    sections: tuple[tuple[str, int], ...]
    hidden_views: int
    excluded: tuple[tuple[str, int], ...]
    current: SiteFigures
    site: Balance
    articles: Balance


def statistics(books: Books, first: date, last: date, today: date, now: datetime) -> Statistics:
    """The figures from ``first`` to ``last``. Raises LedgerUnavailableError."""
    # Days, articles and sections are summed from one reading, so that they agree to the last view.
    by_day = {day: books.views_between(day, day) for day in _days(first, last)}
    visits = books.visits_by_day(first, last)
    views: Counter[int] = Counter()
    for counted in by_day.values():
        views.update(counted)
    prints = books.prints_between(first, last)
    section_of = _public(now)
    site, articles = _balances(books)
    return Statistics(
        days=tuple(Day(d, visits.get(d, 0), sum(by_day[d].values())) for d in by_day),
        visits=sum(visits.values()),
        views=views.total(),
        prints=sum(prints.values()),
        top=_most(views, section_of, TOP),
        printed=_most(prints, section_of, TOP_PRINTED),
        sections=_by_section(views, section_of),
        hidden_views=sum(count for key, count in views.items() if key not in section_of),
        excluded=tuple(Counter(books.excluded(first, last)).most_common()),
        current=books.site_figures(today),
        site=site,
        articles=articles,
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _public(now: datetime) -> dict[int, str]:
    """The section's name of every article that readers can see."""
    rows = db.session.execute(
        select(Article.id, Section.name)
        .join(Section, Section.id == Article.section_id)
        .where(Article.visible(now))
    )
    return {row.id: row.name for row in rows}


def _most(counts: Mapping[int, int], section_of: Mapping[int, str], size: int) -> tuple[Read, ...]:
    """The public articles with the highest counts; of equals the newer ones (higher ids)."""
    public = ((count, key) for key, count in counts.items() if key in section_of)
    best = [key for _, key in sorted(public, reverse=True)[:size]]
    rows = db.session.execute(
        select(Article.id, Article.slug, Article.title).where(Article.id.in_(best))
    )
    named = {row.id: row for row in rows}
    return tuple(
        Read(key, named[key].slug, named[key].title, section_of[key], counts[key]) for key in best
    )


def _by_section(
    views: Mapping[int, int], section_of: Mapping[int, str]
) -> tuple[tuple[str, int], ...]:
    sums: Counter[str] = Counter()
    for key, count in views.items():
        if key in section_of:
            sums[section_of[key]] += count
    return tuple(sorted(sums.items(), key=lambda line: (-line[1], sort_key(line[0]))))


def _balances(books: Books) -> tuple[Balance, Balance]:
    booked = books.reconcile()
    imported = db.session.scalar(select(func.sum(Article.view_baseline))) or 0
    counted = booked.articles
    return booked.site, Balance(
        int(imported), counted.days, counted.corrections, int(imported) + counted.total
    )
