"""Lists of articles, as readers' pages show them: teasers, newest first, page by page.

Every public list starts from ``Article.visible`` and is ordered by (published_at, id), newest
first, so that ties on time never hide an article. The statements of pages are put together once,
which takes longer than to run them: what differs from one page to the next are their parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    bindparam,
    literal,
    not_,
    select,
    tuple_,
    union_all,
)

from newsapp.database import read
from newsapp.models import Article, Media, Section
from newsapp.models.columns import UtcDateTime
from newsapp.news.values import Cursor, Headline, Image, Listing, Teaser

AnySelect = Select[*tuple[Any, ...]]
AnyUnion = CompoundSelect[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]

Item = TypeVar("Item", Headline, Teaser)

PAGE_SIZE = 20


IMAGE_COLUMNS = (
    Media.path.label("image_path"),
    Media.width.label("image_width"),
    Media.height.label("image_height"),
    Media.alt.label("image_alt"),
    Media.caption.label("image_caption"),
    Media.credit.label("image_credit"),
    Media.focal_x.label("image_focal_x"),
    Media.focal_y.label("image_focal_y"),
)
TEASER_COLUMNS = (
    Article.id,
    Article.slug,
    Article.title,
    Article.lead,
    Article.published_at,
    Section.name.label("section_name"),
    Section.slug.label("section_slug"),
    *IMAGE_COLUMNS,
)
PLACE = tuple_(Article.published_at, Article.id)
NEWEST_FIRST = (Article.published_at.desc(), Article.id.desc())


def teasers(now: datetime | ColumnElement[datetime]) -> AnySelect:
    """A select of articles that are visible at ``now``, as teasers, unordered and unlimited."""
    return (
        select(*TEASER_COLUMNS)
        .join(Section, Section.id == Article.section_id)
        .outerjoin(Media, Media.id == Article.cover_id)
        .where(Article.visible(now))
    )


def to_teaser(row: AnyRow) -> Teaser:
    """The teaser in a row of ``teasers()``."""
    return Teaser(
        id=row.id,
        slug=row.slug,
        title=row.title,
        lead=row.lead,
        published_at=row.published_at,
        section_name=row.section_name,
        section_slug=row.section_slug,
        image=image_of(row),
    )


def image_of(row: AnyRow) -> Image | None:
    """The image in a row with ``IMAGE_COLUMNS``, if it has one."""
    if row.image_path is None:
        return None
    return Image(
        row.image_path,
        row.image_width,
        row.image_height,
        row.image_alt,
        row.image_caption,
        row.image_credit,
        row.image_focal_x,
        row.image_focal_y,
    )


def before(cursor: Cursor) -> Any:
    """The condition for standing after ``cursor`` in a list that is newest first."""
    place = tuple_(literal(cursor.published_at, UtcDateTime()), literal(cursor.id))
    return place > PLACE


# Parameters: the present moment, and the moment up to which a list goes if that is before it.
NOW = bindparam("now", type_=UtcDateTime())
LATEST = bindparam("latest", type_=UtcDateTime())
LIMIT = bindparam("limit", type_=Integer())
CURSOR = tuple_(
    bindparam("cursor_at", type_=UtcDateTime()), bindparam("cursor_id", type_=Integer())
)
Range = Callable[[int], ColumnElement[bool]]


def in_section(place: int) -> ColumnElement[bool]:
    """The range of one section's articles; its id is the parameter ``range<place>``."""
    return Article.section_id == bindparam(f"range{place}", type_=Integer())


def since(place: int) -> ColumnElement[bool]:
    """The range of the articles from a moment on, the parameter ``range<place>``."""
    return Article.published_at >= bindparam(f"range{place}", type_=UtcDateTime())


def ranges_of(values: Iterable[object]) -> dict[str, object]:
    """The parameters for as many ranges as there are values."""
    return {f"range{place}": value for place, value in enumerate(values)}


def paged(
    kind: Range,
    ranges: Sequence[object],
    cursor: Cursor | None,
    now: datetime,
    size: int = PAGE_SIZE,
) -> Listing:
    """One page of the public articles in any of ``ranges``, the values of one ``kind`` (which
    exclude each other), beginning after ``cursor``.

    Each range is read by itself, along its index and no further than the page.
    """
    values = ranges_of(ranges) | {"now": now, "limit": size + 1}
    if cursor is not None:
        values |= {"cursor_at": cursor.published_at, "cursor_id": cursor.id}
        values["latest"] = min(now, cursor.published_at)
        rows = read(_page_after(kind, len(ranges)), values)
    else:
        rows = read(_page(kind, len(ranges)), values)
    items = newest_first(to_teaser(row) for row in rows)
    shown = items[:size]
    return Listing(
        shown,
        Cursor(shown[-1].published_at, shown[-1].id) if len(items) > size else None,
        _way_back(kind, len(ranges), size, values) if cursor else None,
    )


@cache
def _page(kind: Range, ranges: int) -> AnyUnion:
    return union(
        teasers(NOW).where(kind(place)).order_by(*NEWEST_FIRST).limit(LIMIT)
        for place in range(ranges)
    )


@cache
def _page_after(kind: Range, ranges: int) -> AnyUnion:
    return union(
        teasers(LATEST).where(kind(place), CURSOR > PLACE).order_by(*NEWEST_FIRST).limit(LIMIT)
        for place in range(ranges)
    )


def _way_back(kind: Range, ranges: int, size: int, values: Mapping[str, object]) -> Cursor | None:
    """The cursor of the page that ends at the one in ``values``; None where that is the first."""
    places = sorted((row.published_at, row.id) for row in read(_page_before(kind, ranges), values))
    # The item at the cursor is the last one of the page before, and the page's own cursor is what
    # stands before its first one.
    return Cursor(*places[size]) if len(places) > size else None


@cache
def _page_before(kind: Range, ranges: int) -> AnyUnion:
    return union(
        select(Article.published_at, Article.id)
        .where(Article.visible(NOW), kind(place), not_(CURSOR > PLACE))
        .order_by(Article.published_at, Article.id)
        .limit(LIMIT)
        for place in range(ranges)
    )


def union(parts: Iterable[AnySelect]) -> AnyUnion:
    """All of ``parts`` in one statement; its rows come in no order."""
    # Each in brackets of its own: SQLite takes no order and no limit without.
    return union_all(*(select(part.subquery()) for part in parts))


def newest_first(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (item.published_at, item.id), reverse=True))
