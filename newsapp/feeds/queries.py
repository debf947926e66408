"""What feeds and sitemaps ask of the database. Reads only; results are plain frozen values.

The articles of a sitemap are split by their ids and never by an offset, so that the last page of
a million costs what the first one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, select, union_all

from newsapp.extensions import db
from newsapp.models import Article, Audit, Media, Page, Section
from newsapp.news.lists import NEWEST_FIRST
from newsapp.text.richtext import excerpt

FEED_SIZE = 30
# Characters of the text that stand in for a missing lead.
OPENING = 500
# Ids in one sitemap. The protocol allows 50,000 addresses; fewer are answered sooner.
SITEMAP_SIZE = 10_000


@dataclass(frozen=True)
class FeedImage:
    """The cover of an article: ``path`` under ``/media/``, ``size`` in bytes, pixels."""

    path: str
    mime_type: str
    size: int
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class FeedItem:
    """An article as a feed tells it, in plain text. Moments are UTC."""

    id: int
    slug: str
    title: str
    summary: str
    byline: str
    section_name: str
    published_at: datetime
    changed_at: datetime
    image: FeedImage | None


@dataclass(frozen=True)
class ArticlePlace:
    """An article's place in a sitemap. ``image_path`` lies under ``/media/``; UTC."""

    id: int
    slug: str
    changed_at: datetime
    image_path: str | None


@dataclass(frozen=True)
class PagePlace:
    """A standing page's place in a sitemap; UTC."""

    slug: str
    changed_at: datetime


def newest(now: datetime, section_ids: Sequence[int] | None = None) -> tuple[FeedItem, ...]:
    """The newest visible articles, newest first; of these sections, or of all."""
    public = select(Article.id).where(Article.visible(now)).order_by(*NEWEST_FIRST).limit(FEED_SIZE)
    if section_ids is not None:
        # The newest of each section first: an index gives them without sorting a whole section.
        each = (public.where(Article.section_id == number).subquery() for number in section_ids)
        public = select(union_all(*(select(part.c.id) for part in each)).subquery().c.id)
    opening = case((Article.lead == "", func.substr(Article.body_text, 1, OPENING * 2)), else_="")
    rows = db.session.execute(
        select(
            Article.id,
            Article.slug,
            Article.title,
            Article.lead,
            opening.label("opening"),
            Article.byline,
            Article.published_at,
            Article.updated_at,
            Section.name.label("section_name"),
            Media,
        )
        .join(Section, Section.id == Article.section_id)
        .outerjoin(Media, Media.id == Article.cover_id)
        .where(Article.id.in_(public))
        .order_by(*NEWEST_FIRST)
        .limit(FEED_SIZE)
    )
    return tuple(
        FeedItem(
            id=row.id,
            slug=row.slug,
            title=row.title,
            summary=row.lead or excerpt(row.opening, OPENING),
            byline=row.byline,
            section_name=row.section_name,
            published_at=row.published_at,
            changed_at=max(row.published_at, row.updated_at),
            image=_image(row.Media),
        )
        for row in rows
    )


def _image(media: Media | None) -> FeedImage | None:
    if media is None:
        return None
    return FeedImage(media.path, media.mime_type, media.size, media.width, media.height, media.alt)


def changed_at(now: datetime) -> datetime | None:
    """When the public site last changed, or a moment after it and never after ``now``; None before
    the first deed.

    Every save leaves an audit row, withdrawals too, which the articles that are left know nothing
    of; and an article that was scheduled appears without any deed.
    """
    deed = db.session.scalar(select(func.max(Audit.at)))
    appeared = db.session.scalar(select(func.max(Article.published_at)).where(Article.visible(now)))
    # A deed of a clock that was wrong may lie ahead, and nobody would hear of a newer one.
    return max((min(moment, now) for moment in (deed, appeared) if moment), default=None)


def article_ranges(now: datetime) -> tuple[int, ...]:
    """The numbers (from 0) of the ranges of ``SITEMAP_SIZE`` ids that hold a visible article."""
    found: list[int] = []
    ahead = select(Article.id).where(Article.visible(now)).order_by(Article.id).limit(1)
    # From range to range instead of through every article.
    while (
        first := db.session.scalar(
            ahead.where(Article.id >= _border(found[-1] + 1 if found else 0))
        )
    ) is not None:
        found.append(first // SITEMAP_SIZE)
    return tuple(found)


def _border(number: int) -> ColumnElement[int]:
    """The first id of a range; the last range of all ends beyond what an id can be."""
    return literal(number * SITEMAP_SIZE, BigInteger)


def article_places(number: int, now: datetime) -> tuple[ArticlePlace, ...]:
    """The visible articles of that range, by their ids."""
    rows = db.session.execute(
        select(Article.id, Article.slug, Article.published_at, Article.updated_at, Media.path)
        .outerjoin(Media, Media.id == Article.cover_id)
        .where(
            Article.visible(now), Article.id >= _border(number), Article.id < _border(number + 1)
        )
        .order_by(Article.id)
    )
    return tuple(
        ArticlePlace(row.id, row.slug, max(row.published_at, row.updated_at), row.path)
        for row in rows
    )


def page_places() -> tuple[PagePlace, ...]:
    """The standing pages in their order."""
    rows = db.session.execute(select(Page.slug, Page.updated_at).order_by(Page.position, Page.id))
    return tuple(PagePlace(*row) for row in rows)
