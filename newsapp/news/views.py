"""Readers' pages."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response as BaseResponse
from werkzeug.wsgi import FileWrapper

from newsapp import pages
from newsapp.feeds.metadata import article_metadata
from newsapp.furniture import albums as all_albums
from newsapp.furniture import link_groups
from newsapp.media.files import TYPES as DOCUMENTS
from newsapp.media.files import extension
from newsapp.media.images import TYPES as PICTURES
from newsapp.media.storage import Opened
from newsapp.news import queries
from newsapp.search import queries as search

bp = Blueprint("news", __name__)

_PIECE_BYTES = 64 * 1024


@bp.get("/")
def home() -> str:
    now, furniture = pages.surroundings()
    home = queries.home(furniture.sections, now, furniture.settings.home_items)
    return pages.render("news/home.html", furniture, home=home)


@bp.get("/muc/<slug>")
def section(slug: str) -> str:
    now, furniture = pages.surroundings()
    found = furniture.section(slug) or abort(404)
    cursor = pages.cursor_argument()
    listing = queries.section_listing(found, furniture.sections, cursor, now)
    if cursor and not listing.items:
        abort(404)
    return pages.render(
        "news/section.html", furniture, section=found, listing=listing, cursor=cursor
    )


@bp.get("/tin/<numbered:ref>")
def article(ref: tuple[int, str]) -> str | BaseResponse:
    now, furniture = pages.surroundings()
    found = queries.article(ref[0], now) or pages.gone(ref[0], now)
    if elsewhere := pages.moved("news.article", ref, found.slug):
        return elsewhere
    related = search.related(found.id, found.title, found.section.id, now)
    return pages.render(
        "news/article.html",
        furniture,
        article=found,
        metadata=article_metadata(found, furniture),
        beside=queries.beside(found, related, now),
        article_id=found.id,
    )


@bp.get("/hinh-anh")
def albums() -> str:
    now, furniture = pages.surroundings()
    return pages.render("news/albums.html", furniture, albums=all_albums(now))


@bp.get("/hinh-anh/<numbered:ref>")
def album(ref: tuple[int, str]) -> str | BaseResponse:
    now, furniture = pages.surroundings()
    found = queries.album(ref[0], now) or abort(404)
    if elsewhere := pages.moved("news.album", ref, found.slug):
        return elsewhere
    return pages.render("news/album.html", furniture, album=found)


@bp.get("/lien-ket")
def links() -> str:
    _, furniture = pages.surroundings()
    return pages.render("news/links.html", furniture, groups=link_groups())


@bp.get("/trang/<slug>")
def standing_page(slug: str) -> str:
    _, furniture = pages.surroundings()
    found = queries.standing_page(slug) or abort(404)
    return pages.render("news/page.html", furniture, page=found)


@bp.get("/so-do-trang")
def site_map() -> str:
    _, furniture = pages.surroundings()
    return pages.render("news/site_map.html", furniture)


@bp.get("/media/<path:path>")
def media(path: str) -> Response:
    """An uploaded file. Pictures are shown, documents are kept by the browser under their own
    name; anything else that may lie in the storage is not served.

    From a bucket too the site hands the bytes through instead of sending the browser there: the
    bucket stays private, the page's policy allows no other host, a document keeps its name, and
    the address stays the one that articles and bookmarks hold. It costs a thread while it lasts;
    as an address never changes its content, a proxy or CDN in front asks once.
    """
    suffix = extension(path)
    mimetype = DOCUMENTS.get(suffix) or PICTURES.get(suffix) or abort(404)
    try:
        opened = pages.config().media.open(path)
    except FileNotFoundError:
        abort(404)
    name = path.rpartition("/")[2]
    answer = streamed(opened, mimetype, etag=name)
    if suffix in DOCUMENTS:
        shown = quote(queries.file_name(path) or name, safe="")
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{shown}"
    else:
        answer.headers["Content-Disposition"] = f"inline; filename={name}"
    answer.cache_control.max_age = 31_536_000
    answer.cache_control.immutable = True
    answer.cache_control.public = True
    return answer


def streamed(opened: Opened, mimetype: str, etag: str) -> Response:
    """A stored file piece by piece: all of it, the part that is asked for, or that it is the one
    that the browser has. Raises RequestedRangeNotSatisfiable."""
    # Not the server's own wrapper: that one reads all that lies before the part.
    body = FileWrapper(opened.file, _PIECE_BYTES)
    answer = Response(body, mimetype=mimetype, direct_passthrough=True)
    answer.content_length = opened.size
    answer.set_etag(etag)
    try:
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=opened.size)
    except RequestedRangeNotSatisfiable:
        opened.file.close()
        raise
    return answer
