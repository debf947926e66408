"""Feeds, sitemaps and robots.txt, each with what a machine needs to ask only for news.

None of them is HTML, so none is ever counted as a visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from newsapp import furniture, pages
from newsapp.clock import now as clock_now
from newsapp.feeds import queries
from newsapp.news import queries as news

bp = Blueprint("feeds", __name__)

# Seconds. Short, because what was withdrawn goes on standing in a cache for as long.
MAX_AGE = 60
SECURITY_TXT_AGE = timedelta(days=90)
# What XML 1.0 cannot carry, escaped or not. It is taken out of the whole document at once, so that
# no field can be forgotten.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Channel:
    """What a feed says of itself; addresses are absolute."""

    title: str
    description: str
    link: str
    address: str


@dataclass(frozen=True)
class Entry:
    """An address in a sitemap; absolute, as its image's is."""

    address: str
    changed_at: datetime | None = None
    image: str | None = None


@bp.get("/rss.xml")
def site_rss() -> Response:
    settings = furniture.site_settings()
    return _rss(
        settings.site_name, settings.tagline, url_for("news.home"), queries.newest(clock_now())
    )


@bp.get("/muc/<slug>/rss.xml")
def section_rss(slug: str) -> Response:
    sections = news.sections()
    found = next((section for section in sections if section.slug == slug), None) or abort(404)
    return _rss(
        f"{found.name} – {furniture.site_settings().site_name}",
        found.description,
        url_for("news.section", slug=slug),
        queries.newest(clock_now(), news.family(found, sections)),
    )


def _rss(title: str, description: str, path: str, items: tuple[queries.FeedItem, ...]) -> Response:
    channel = Channel(title, description or title, pages.absolute(path), pages.own_address())
    return _answer(
        "feeds/rss.xml",
        "application/rss+xml",
        channel=channel,
        items=items,
        # Of what the feed holds: the moment of the request would make every answer a new one.
        changed_at=max((item.changed_at for item in items), default=None),
        address_of=lambda item: _address("news.article", ref=(item.id, item.slug)),
        # Without its slug, which follows the title; the address leads to the article all the same.
        name_of=lambda item: pages.absolute(f"/tin/{item.id}"),
        image_address=lambda image: _address("news.media", path=image.path),
    )


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """The index. The first sitemaps hold what stands around the articles, the others the articles;
    each of those is a range of ids."""
    now = clock_now()
    around = _sitemaps_around(_around(now))
    numbers = [*range(around), *(around + n for n in queries.article_ranges(now))]
    return _answer(
        "feeds/sitemap_index.xml",
        "application/xml",
        addresses=[_address("feeds.sitemap_page", number=number + 1) for number in numbers],
    )


@bp.get(f"/sitemap-<int(min=1, max={pages.ID_MAX}):number>.xml")
def sitemap_page(number: int) -> Response:
    now = clock_now()
    entries = _around(now)
    around = _sitemaps_around(entries)
    if number <= around:
        size = queries.SITEMAP_SIZE
        entries = entries[(number - 1) * size : number * size]
    else:
        entries = [*_articles(queries.article_places(number - around - 1, now))]
    if not entries:
        abort(404)
    return _answer("feeds/sitemap.xml", "application/xml", entries=entries)


def _sitemaps_around(entries: list[Entry]) -> int:
    """How many sitemaps hold what stands around the articles."""
    return -(-len(entries) // queries.SITEMAP_SIZE)


def _around(now: datetime) -> list[Entry]:
    """Everything but the articles."""
    lists = ("news.home", "archive.index", "news.albums", "news.links", "news.site_map")
    return [
        *(Entry(_address(endpoint)) for endpoint in lists),
        *(Entry(_address("news.section", slug=section.slug)) for section in news.sections()),
        *(
            Entry(_address("news.standing_page", slug=page.slug), page.changed_at)
            for page in queries.page_places()
        ),
        *(
            Entry(
                _address("news.album", ref=(album.id, album.slug)),
                album.published_at,
                _address("news.media", path=album.cover.path) if album.cover else None,
            )
            for album in furniture.albums(now)
        ),
    ]


def _articles(places: Iterable[queries.ArticlePlace]) -> Iterable[Entry]:
    for place in places:
        image = _address("news.media", path=place.image_path) if place.image_path else None
        yield Entry(_address("news.article", ref=(place.id, place.slug)), place.changed_at, image)


@bp.get("/robots.txt")
def robots() -> Response:
    return _answer("feeds/robots.txt", "text/plain", sitemap=_address("feeds.sitemap"))


@bp.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Whom to tell of a weakness (RFC 9116); 404 while the settings name no e-mail address."""
    now = clock_now()
    email = furniture.site_settings().email.strip() or abort(404)
    return _answer(
        "feeds/security.txt",
        "text/plain",
        contact=quote(email, safe="@"),
        # Of the day: the moment of the request would make every answer a new one.
        expires=f"{(now + SECURITY_TXT_AGE).date().isoformat()}T00:00:00Z",
        address=_address("feeds.security_txt"),
    )


def _address(endpoint: str, **values: Any) -> str:
    return pages.absolute(url_for(endpoint, **values))


def _answer(template: str, mimetype: str, **values: Any) -> Response:
    """The rendered template, or a 304 for who has it already."""
    answer = Response(_UNFIT.sub("", render_template(template, **values)), mimetype=mimetype)
    answer.add_etag()
    answer.last_modified = queries.changed_at(clock_now())
    answer.cache_control.public = True
    answer.cache_control.max_age = MAX_AGE
    return answer.make_conditional(request)
