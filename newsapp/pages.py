"""How a public page is put together: its surroundings, its template, how it is counted."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn, cast

from flask import abort, current_app, redirect, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import Gone
from werkzeug.routing import BaseConverter, Map, MapAdapter, ValidationError
from werkzeug.wrappers import Response

from newsapp import pagecache
from newsapp.accounts.service import signed_in
from newsapp.archive.calendar import Month
from newsapp.clock import now as clock_now
from newsapp.config import Config
from newsapp.furniture import Furnisher, Furniture
from newsapp.news import queries
from newsapp.news.values import Cursor, SectionRef
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import CountedPage

ID_MAX = 2**31 - 1


def config() -> Config:
    """The running site's configuration."""
    return cast(Config, current_app.extensions["newsapp.config"])


def ledger() -> Ledger:
    """The running site's visit ledger."""
    return cast(Ledger, current_app.extensions["newsapp.ledger"])


def address(endpoint: str, **values: object) -> str:
    """``url_for`` without a host, by Werkzeug alone: a page asks three dozen times, mostly for what
    the page before asked for, and Flask would look each time for defaults and hooks that there are
    none of."""
    adapter = cast(MapAdapter, request_ctx.url_adapter)
    return _path(adapter.map, adapter.script_name, endpoint, **values)


@lru_cache(512, typed=True)
def _path(addresses: Map, script_name: str, endpoint: str, /, **values: object) -> str:
    return addresses.bind("localhost", script_name).build(endpoint, values)


def absolute(path: str) -> str:
    """The full address of a path of this site, from the setting or the trusted request."""
    return (config().site_url or request.host_url.rstrip("/")) + path


def own_address() -> str:
    """The full address of what is being answered, without its query. Only for a known address."""
    return absolute(address(request.endpoint or "", **(request.view_args or {})))


def surroundings(month: Month | None = None) -> tuple[datetime, Furniture]:
    """The present moment (UTC) and what stands around a page at that moment."""
    now = clock_now()
    furnisher = cast(Furnisher, current_app.extensions["newsapp.furnisher"])
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        # Whoever has just saved something may be answered by another process than before.
        current_app.extensions["newsapp.freshness"].doubt()
    return now, furnisher.furnish(now, month)


def render(template: str, furniture: Furniture, *, keep: bool = True, **values: Any) -> str:
    """A public page. ``article_id`` and ``print_page`` among the values say how it counts; with
    ``keep`` it may be answered again until the content changes (see newsapp/pagecache.py)."""
    if keep:
        request.environ[pagecache.KEEP_UNTIL] = furniture.until
    request.environ["newsapp.page"] = CountedPage(
        article_id=values.pop("article_id", None),
        print_page=values.pop("print_page", False),
        staff=signed_in() is not None,
    )
    return render_template(
        template,
        furniture=furniture,
        settings=furniture.settings,
        canonical=own_address(),
        **values,
    )


class Withdrawn(Gone):
    """410: the office withdrew the article; ``section`` is where it stood."""

    def __init__(self, section: SectionRef | None) -> None:
        super().__init__()
        self.section = section


def gone(article_id: int, now: datetime) -> NoReturn:
    """Answer for an article that is not public at ``now`` (UTC): 410 where it was withdrawn, else
    404."""
    found = queries.withdrawn(article_id, now)
    if found is None:
        abort(404)
    raise Withdrawn(found.section)


def cursor_argument() -> Cursor | None:
    """The cursor in ``?truoc=``; a broken one is 404."""
    text = request.args.get("truoc")
    if not text:
        return None
    try:
        return Cursor.parse(text)
    except ValueError:
        abort(404)


class NumberedName(BaseConverter):
    """``<id>-<slug>`` in an address; the slug may be missing, wrong or old."""

    regex = r"\d{1,10}(?:-[^/]*)?"
    part_isolating = True

    def to_python(self, value: str) -> tuple[int, str]:
        number, _, slug = value.partition("-")
        if int(number) > ID_MAX:
            raise ValidationError
        return int(number), slug

    def to_url(self, value: tuple[int, str]) -> str:
        return f"{value[0]}-{value[1]}"


def moved(endpoint: str, ref: tuple[int, str], slug: str) -> Response | None:
    """A 301 to the address with the right slug, or None where ``ref`` already has it."""
    if ref[1] == slug:
        return None
    query = request.query_string.decode("ascii", "ignore")
    right = address(endpoint, ref=(ref[0], slug))
    return redirect(f"{right}?{query}" if query else right, 301)
