"""What the interface asks of the database beyond the queries of the readers' pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from newsapp.archive.calendar import start_of
from newsapp.extensions import db
from newsapp.models import Article
from newsapp.news.lists import NEWEST_FIRST, AnySelect, before, teasers, to_teaser
from newsapp.news.queries import sections
from newsapp.news.values import Cursor, Teaser


class UnknownSection(LookupError):
    """No section has the slug that was asked for."""


@dataclass(frozen=True)
class Question:
    """Which articles are wanted: the slug of a section, the first and the last day (the site's
    zone's, both included), where the list goes on and how long it may be."""

    section: str | None
    first: date | None
    last: date | None
    cursor: Cursor | None
    limit: int


@dataclass(frozen=True)
class Item:
    """An article in a list, and when it was last saved (UTC)."""

    teaser: Teaser
    updated_at: datetime


@dataclass(frozen=True)
class Found:
    """One part of a list, newest first; ``next`` is None on the last one."""

    items: tuple[Item, ...]
    next: Cursor | None


def articles(question: Question, now: datetime, zone: ZoneInfo) -> Found:
    """The articles that are public at ``now`` and wanted, those of child sections too.

    Raises UnknownSection.
    """
    # One upper bound, for SQLite may go along the index by the wider of two.
    latest = min(now, question.cursor.published_at) if question.cursor else now
    statement = _within(teasers(latest).add_columns(Article.updated_at), question, zone)
    if question.section is not None:
        statement = statement.where(Article.section_id.in_(_family(question.section)))
    if question.cursor is not None:
        statement = statement.where(before(question.cursor))
    rows = db.session.execute(statement.order_by(*NEWEST_FIRST).limit(question.limit + 1)).all()
    items = tuple(Item(to_teaser(row), row.updated_at) for row in rows[: question.limit])
    if len(rows) <= question.limit:
        return Found(items, None)
    last = items[-1].teaser
    return Found(items, Cursor(last.published_at, last.id))


def _family(slug: str) -> list[int]:
    every = sections()
    found = next((section for section in every if section.slug == slug), None)
    if found is None:
        raise UnknownSection
    return [found.id, *(section.id for section in every if section.parent_id == found.id)]


def _within(statement: AnySelect, question: Question, zone: ZoneInfo) -> AnySelect:
    if question.first and (since := _start(question.first, 0, zone)):
        statement = statement.where(Article.published_at >= since)
    if question.last and (until := _start(question.last, 1, zone)):
        statement = statement.where(Article.published_at < until)
    return statement


def _start(day: date, later: int, zone: ZoneInfo) -> datetime | None:
    """The start of the day that is ``later`` days after ``day``; None beyond the calendar, where
    it bounds nothing: ``from=0001-01-01`` and ``to=9999-12-31`` mean everything."""
    try:
        return start_of(day + timedelta(days=later), zone)
    except OverflowError:
        return None
