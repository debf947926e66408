"""What stands around every public page: settings, sections, archive, links, images, calendar.

One call gathers it as plain values, so that templates ask for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from newsapp.archive import queries as archive
from newsapp.archive.calendar import Month, MonthTable
from newsapp.extensions import db
from newsapp.freshness import Freshness
from newsapp.models import Album, AlbumImage, Article, Link, Media, Page, Setting
from newsapp.news import lists
from newsapp.news import queries as news
from newsapp.news.values import Image, SectionRef

ALBUMS_SHOWN = 3
LINKS_SHOWN = 6


@dataclass(frozen=True)
class SiteSettings:
    """What an editor says about the site; each field is one row of ``setting``.

    ``legal_line`` holds legal references as data, because decrees are replaced every few years.
    ``home_items`` is how many articles a section shows on the home page; ``logo_id`` is an
    image's, 0 for none. ``accent`` is a colour such as ``#17458f``, empty for the usual one.
    """

    site_name: str = "Trang tin điện tử"
    tagline: str = ""
    office_name: str = ""
    parent_office: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    responsible: str = ""
    source_line: str = ""
    legal_line: str = ""
    home_items: int = 5
    logo_id: int = 0
    accent: str = ""


_DEFAULTS: dict[str, Any] = asdict(SiteSettings())


@dataclass(frozen=True)
class LinkRef:
    name: str
    url: str


@dataclass(frozen=True)
class LinkGroup:
    name: str
    links: tuple[LinkRef, ...]


@dataclass(frozen=True)
class AlbumRef:
    """An album as lists show it; ``count`` is the number of its images."""

    id: int
    slug: str
    title: str
    intro: str
    published_at: datetime
    count: int
    cover: Image | None


@dataclass(frozen=True)
class PageRef:
    slug: str
    title: str
    language: str


@dataclass(frozen=True)
class Furniture:
    """The surroundings of a public page at one moment; days are the site's zone's.

    Until ``until`` (UTC) no clock changes them, or any page. ``calendars`` holds the archive's
    months that were asked for, ``rendered`` what is the same HTML on every page, by what it is and
    in which language.
    """

    settings: SiteSettings
    logo: Image | None
    sections: tuple[SectionRef, ...]
    pages: tuple[PageRef, ...]
    links: tuple[LinkGroup, ...]
    albums: tuple[AlbumRef, ...]
    span: archive.Span | None
    years: tuple[archive.YearCount, ...]
    calendar: MonthTable
    today: date
    demo: bool
    until: datetime
    calendars: dict[Month, MonthTable] = field(default_factory=dict, compare=False)
    rendered: dict[tuple[object, str], str] = field(default_factory=dict, compare=False)

    @property
    def top_sections(self) -> tuple[SectionRef, ...]:
        return tuple(section for section in self.sections if section.parent_id is None)

    def children(self, section: SectionRef) -> tuple[SectionRef, ...]:
        return tuple(other for other in self.sections if other.parent_id == section.id)

    def section(self, slug: str) -> SectionRef | None:
        return next((section for section in self.sections if section.slug == slug), None)


class Furnisher:
    """Gathers the surroundings, once for each state of the content."""

    def __init__(self, freshness: Freshness, zone: ZoneInfo) -> None:
        self._freshness = freshness
        self._zone = zone
        self._kept: tuple[int, datetime, Furniture] | None = None

    def furnish(self, now: datetime, month: Month | None = None) -> Furniture:
        """What stands around a page at ``now`` (UTC); the calendar shows ``month``, or the month
        of ``now``."""
        version = self._freshness.version()
        kept = self._kept
        if version is None:
            furniture = furnish(now, self._zone)
        elif kept and kept[0] == version and kept[1] <= now < kept[2].until:
            furniture = kept[2]
        else:
            furniture = furnish(now, self._zone)
            self._kept = version, now, furniture
        if month in {None, furniture.calendar.month}:
            return furniture
        calendar = furniture.calendars.get(month) or archive.month_table(month, now, self._zone)
        if furniture.span and furniture.span.holds_month(month):
            furniture.calendars[month] = calendar
        return replace(furniture, calendar=calendar)


def furnish(now: datetime, zone: ZoneInfo) -> Furniture:
    """Gather the surroundings at ``now``; the calendar shows its month."""
    whole, until = archive.around(now, zone)
    today = now.astimezone(zone).date()
    settings = site_settings()
    return Furniture(
        settings=settings,
        logo=logo(settings),
        sections=news.sections(),
        pages=pages(),
        links=link_groups(LINKS_SHOWN),
        albums=albums(now, ALBUMS_SHOWN),
        span=whole,
        years=archive.years(whole, now, zone) if whole else (),
        calendar=archive.month_table(Month.of(today), now, zone),
        today=today,
        demo=bool(db.session.scalar(select(exists().where(Article.demo)))),
        until=until,
    )


def site_settings() -> SiteSettings:
    """The settings with defaults for what nobody has said yet; unknown rows are ignored, and
    numbers that are none."""
    rows = db.session.execute(select(Setting.key, Setting.value))
    said: dict[str, Any] = {key: value for key, value in rows if key in _DEFAULTS and value}
    for name, default in _DEFAULTS.items():
        if name in said and isinstance(default, int):
            number = said.pop(name)
            if number.isascii() and number.isdigit():
                said[name] = int(number)
    return SiteSettings(**said)


def logo(settings: SiteSettings) -> Image | None:
    """The picture at the head of each page; one without a description is described as the
    office's."""
    media = db.session.get(Media, settings.logo_id) if settings.logo_id else None
    if media is None or not media.width:
        return None
    alt = media.alt or settings.office_name or settings.site_name
    return replace(Image.of(media), alt=alt)


def pages() -> tuple[PageRef, ...]:
    """The standing pages in their order."""
    rows = db.session.execute(
        select(Page.slug, Page.title, Page.language).order_by(Page.position, Page.id)
    )
    return tuple(PageRef(slug, title, language.value) for slug, title, language in rows)


def link_groups(limit: int | None = None) -> tuple[LinkGroup, ...]:
    """The links by group; groups in the order of their first link, at most ``limit`` links."""
    rows = db.session.execute(
        select(Link.group_name, Link.name, Link.url).order_by(Link.position, Link.id).limit(limit)
    ).all()
    order = {name: place for place, name in reversed([(i, row[0]) for i, row in enumerate(rows)])}
    by_group = groupby(sorted(rows, key=lambda row: order[row[0]]), key=lambda row: row[0])
    return tuple(
        LinkGroup(name, tuple(LinkRef(label, url) for _, label, url in group))
        for name, group in by_group
    )


def albums(now: datetime, limit: int | None = None) -> tuple[AlbumRef, ...]:
    """The public albums, newest first, each with its first image."""
    chosen = (
        select(Album)
        .where(Album.published_at <= now)
        .order_by(Album.published_at.desc(), Album.id.desc())
        .limit(limit)
        .subquery()
    )
    rows = db.session.execute(
        select(
            chosen,
            *lists.IMAGE_COLUMNS,
        )
        .outerjoin(AlbumImage, AlbumImage.album_id == chosen.c.id)
        .outerjoin(Media, Media.id == AlbumImage.media_id)
        .order_by(chosen.c.published_at.desc(), chosen.c.id.desc(), AlbumImage.position)
    ).all()
    return tuple(_album_refs(rows))


def _album_refs(rows: Iterable[lists.AnyRow]) -> Iterable[AlbumRef]:
    for _, group in groupby(rows, key=lambda row: row.id):
        images = list(group)
        first = images[0]
        cover = lists.image_of(first)
        yield AlbumRef(
            first.id,
            first.slug,
            first.title,
            first.intro,
            first.published_at,
            len(images) if cover else 0,
            cover,
        )
