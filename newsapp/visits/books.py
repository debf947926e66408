"""What the counters say, and the two things that a person may change in them.

A total is always imported baseline + sum of days + logged corrections. An article's own baseline
is kept with the article and not here: its figures below are days + corrections. All days are days
of the site's time zone, both ends of a range included. Everything raises LedgerUnavailableError
when the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Subquery,
    bindparam,
    func,
    select,
    union_all,
)

from newsapp.visits.store import Store
from newsapp.visits.tables import (
    article_day,
    baseline,
    correction,
    excluded_day,
    print_day,
    site_day,
)

Scope = Literal["site", "article"]
_Day = date | BindParameter[date]


@dataclass(frozen=True, slots=True)
class Balance:
    """The three parts of a total, and the total as readers see it."""

    baseline: int
    days: int
    corrections: int
    total: int

    @property
    def agrees(self) -> bool:
        return self.baseline + self.days + self.corrections == self.total


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Both scopes at one moment. `articles` is all articles together, without their baselines."""

    site: Balance
    articles: Balance


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """Visits of the site: the total, and those of one day, its week and its month so far."""

    total: int = 0
    today: int = 0
    week: int = 0
    month: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """A change made by hand, with its reason and who made it. `at` is aware, UTC."""

    at: datetime
    scope: Scope
    article_id: int | None
    amount: int
    reason: str
    who: str


class Books:
    """Reads the counters' database, and writes what a person changes by hand."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def reached(self) -> bool:
        """Whether the database is a file, or a server that has answered this process."""
        return self._store.reached

    def article_views(self, article_id: int) -> int:
        """Counted views of one article and its corrections, without its baseline."""
        return self.views_of((article_id,))[article_id]

    def views_of(self, article_ids: Collection[int]) -> dict[int, int]:
        """The same for many articles; every id asked for is in the answer."""
        found = dict.fromkeys(article_ids, 0)
        asked = list(found)
        with self._store.read() as connection:
            # SQLite takes a limited number of values in one statement.
            for start in range(0, len(asked), 400):
                rows = connection.execute(_VIEWS_OF, {"articles": asked[start : start + 400]})
                found.update((row.article_id, int(row.total)) for row in rows)
        return found

    def site_total(self) -> int:
        """Visits of the site since the beginning: baseline, days and corrections."""
        with self._store.read() as connection:
            return int(connection.execute(select(_site_total())).scalar_one())

    def site_between(self, first: date, last: date) -> int:
        """Visits counted from `first` to `last`; baseline and corrections belong to no day."""
        with self._store.read() as connection:
            return int(connection.execute(select(_visits(first, last))).scalar_one())

    def site_figures(self, today: date) -> SiteFigures:
        """The figures that stand on every page, read at one moment. Weeks start on Monday."""
        days = {
            "today": today,
            "monday": today - timedelta(days=today.weekday()),
            "first": today.replace(day=1),
        }
        with self._store.read() as connection:
            figures = connection.execute(_SITE_FIGURES, days).one()
        return SiteFigures(*(int(figure) for figure in figures))

    def visits_by_day(self, first: date, last: date) -> dict[date, int]:
        """Visits of each day that had any, in the order of the days."""
        days = (
            select(site_day.c.day, site_day.c.visits)
            .where(site_day.c.day.between(first, last))
            .order_by(site_day.c.day)
        )
        with self._store.read() as connection:
            return {row.day: row.visits for row in connection.execute(days)}

    def views_between(self, first: date, last: date) -> dict[int, int]:
        """Counted views of each article that had any, without baselines and corrections."""
        total = func.sum(article_day.c.views).label("total")
        views = (
            select(article_day.c.article_id, total)
            .where(article_day.c.day.between(first, last))
            .group_by(article_day.c.article_id)
        )
        with self._store.read() as connection:
            return {row.article_id: int(row.total) for row in connection.execute(views)}

    def prints_between(self, first: date, last: date) -> dict[int, int]:
        """The tally of the print pages: how often each article's was read."""
        total = func.sum(print_day.c.prints).label("total")
        prints = (
            select(print_day.c.article_id, total)
            .where(print_day.c.day.between(first, last))
            .group_by(print_day.c.article_id)
        )
        with self._store.read() as connection:
            return {row.article_id: int(row.total) for row in connection.execute(prints)}

    def excluded(self, first: date, last: date) -> dict[str, int]:
        """Pages that were not counted, by `rules.Reason`; only reasons that occurred."""
        total = func.sum(excluded_day.c.count).label("total")
        tally = (
            select(excluded_day.c.reason, total)
            .where(excluded_day.c.day.between(first, last))
            .group_by(excluded_day.c.reason)
        )
        with self._store.read() as connection:
            return {row.reason: int(row.total) for row in connection.execute(tally)}

    def set_baseline(self, amount: int) -> None:
        """State how many visits the site had before it was counted here.

        Replaces the former baseline. Raises ValueError for a negative amount.
        """
        if amount < 0:
            raise ValueError("a baseline is not negative")
        with self._store.write() as connection:
            connection.execute(baseline.delete())
            connection.execute(baseline.insert().values(scope="site", amount=amount))

    def correct(
        self, scope: Scope, article_id: int | None, amount: int, reason: str, who: str
    ) -> None:
        """Add a signed `amount` to a total, for good and on record.

        `article_id` is given if and only if the scope is "article". Raises ValueError where it is
        not, for an amount of zero, and without a reason or a name.
        """
        if (scope == "article") != (article_id is not None):
            raise ValueError("an article's correction names the article, the site's does not")
        if not amount or not reason.strip() or not who.strip():
            raise ValueError("a correction needs an amount, a reason and a name")
        with self._store.write() as connection:
            connection.execute(
                correction.insert().values(
                    at=datetime.now(UTC),
                    scope=scope,
                    article_id=article_id,
                    amount=amount,
                    reason=reason.strip(),
                    who=who.strip(),
                )
            )

    def corrections(self) -> list[Correction]:
        """Every correction ever made, the newest first."""
        columns = [correction.c[name] for name in Correction.__slots__]
        logged = select(*columns).order_by(correction.c.id.desc())
        with self._store.read() as connection:
            return [Correction(*row) for row in connection.execute(logged)]

    def reconcile(self) -> Reconciliation:
        """Hold the totals that readers see against their three parts, at one moment."""
        shown = _article_totals(None).subquery()
        parts = select(
            *(_baseline(), _visits(), _corrected("site"), _site_total()),
            _sum(select(func.sum(article_day.c.views))),
            _corrected("article"),
            _sum(select(func.sum(shown.c.total))),
        )
        with self._store.read() as connection:
            row = [int(part) for part in connection.execute(parts).one()]
        return Reconciliation(Balance(*row[:4]), Balance(0, *row[4:]))


def _sum(query: Select[tuple[int]]) -> ColumnElement[int]:
    return func.coalesce(query.scalar_subquery(), 0)


def _baseline() -> ColumnElement[int]:
    return _sum(select(func.sum(baseline.c.amount)))


def _corrected(scope: Scope) -> ColumnElement[int]:
    return _sum(select(func.sum(correction.c.amount)).where(correction.c.scope == scope))


def _visits(first: _Day | None = None, last: _Day | None = None) -> ColumnElement[int]:
    visits = select(func.sum(site_day.c.visits))
    if first is not None and last is not None:
        visits = visits.where(site_day.c.day.between(first, last))
    return _sum(visits)


def _site_total() -> ColumnElement[int]:
    return _baseline() + _visits() + _corrected("site")


def _article_totals(article_ids: BindParameter[int] | None) -> Select[tuple[int, int]]:
    """Days and corrections of the articles (of all if None), one row for each that has any."""
    days = select(article_day.c.article_id, article_day.c.views.label("amount"))
    corrections = select(correction.c.article_id, correction.c.amount).where(
        correction.c.scope == "article"
    )
    if article_ids is not None:
        days = days.where(article_day.c.article_id.in_(article_ids))
        corrections = corrections.where(correction.c.article_id.in_(article_ids))
    parts: Subquery = union_all(days, corrections).subquery()
    total = func.sum(parts.c.amount).label("total")
    return select(parts.c.article_id, total).group_by(parts.c.article_id)


# Each process asks these once a second: to build them takes longer than to answer them.
_TODAY, _MONDAY, _FIRST = (bindparam(name, type_=Date()) for name in ("today", "monday", "first"))
_SITE_FIGURES = select(
    _site_total(), _visits(_TODAY, _TODAY), _visits(_MONDAY, _TODAY), _visits(_FIRST, _TODAY)
)
_VIEWS_OF = _article_totals(bindparam("articles", expanding=True))
