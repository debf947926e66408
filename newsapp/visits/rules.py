"""What counts as a view or a visit, and the marks that stand in a page for the figures.

The rules are those of CONTRACT.md, "What counts as a visit". Nothing here reads a clock, a file
or a database: every function decides from what it is given.

An answer is looked at only when it is a public page: the view that rendered it left a
`CountedPage` in the WSGI environment under `PAGE_KEY`, its status is exactly 200, its type is
`text/html` and the method is GET or HEAD. Anything else is neither counted nor tallied.

One request is tallied under at most one reason, the first that holds in this order:
`head`, `prefetch`, `staff`, `empty_agent`, `bot`, `flood`. What the request *is* comes before who
sent it, and who is signed in comes before what the program says about itself; the flood comes
last because only a page that would otherwise be counted may use up a network's share.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from newsapp.visits.agents import is_bot

PAGE_KEY = "newsapp.page"
"""Where in the WSGI environment a view leaves the `CountedPage` of the page that it rendered."""

_AGENT_MAX = 1024
"""So much of a User-Agent header is looked at, and remembered."""

WINDOW_SECONDS = 30 * 60
"""Idle time after which the same browser is a new visit; every counted page starts it anew."""


class CountedPage(NamedTuple):
    """A public page, as the view that rendered it describes it.

    `article_id` is set on an article's own page and on its print page, and nowhere else.
    `staff` is true when somebody with an account is signed in.
    """

    article_id: int | None = None
    print_page: bool = False
    staff: bool = False


class Reason(StrEnum):
    """Why a public page was not counted. The values are stored, so they never change."""

    HEAD = "head"
    PREFETCH = "prefetch"
    STAFF = "staff"
    EMPTY_AGENT = "empty_agent"
    BOT = "bot"
    FLOOD = "flood"


def public_page(environ: Mapping[str, Any], status: str, content_type: str) -> CountedPage | None:
    """The page that an answer is, None if it is no public page (see the head of this file).

    `status` is the WSGI status line. 206, 304 and every other status fall through.
    """
    page = environ.get(PAGE_KEY)
    asked = environ.get("REQUEST_METHOD") in ("GET", "HEAD")
    if isinstance(page, CountedPage) and asked and status[:3] == "200" and is_html(content_type):
        return page
    return None


@lru_cache(64)
def is_html(content_type: str) -> bool:
    """Whether a Content-Type header names `text/html`, whatever its parameters."""
    return content_type.partition(";")[0].strip().lower() == "text/html"


def exclusion(environ: Mapping[str, Any], page: CountedPage) -> Reason | None:
    """The reason that speaks against counting a public page, the flood aside."""
    if environ.get("REQUEST_METHOD") == "HEAD":
        return Reason.HEAD
    if not environ.keys().isdisjoint(PURPOSE_HEADERS) and _is_prefetch(environ):
        return Reason.PREFETCH
    if page.staff:
        return Reason.STAFF
    return agent_exclusion(environ)


def agent_exclusion(environ: Mapping[str, Any]) -> Reason | None:
    """The reason that speaks against whatever program asks."""
    return _agent_reason(environ.get("HTTP_USER_AGENT", "")[:_AGENT_MAX])


@lru_cache(1024)
def _agent_reason(agent: str) -> Reason | None:
    """What speaks against whoever calls itself that."""
    agent = agent.strip()
    if not agent:
        return Reason.EMPTY_AGENT
    return Reason.BOT if is_bot(agent) else None


PURPOSE_HEADERS = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_PURPOSES = ("prefetch", "prerender", "preview")


def _is_prefetch(environ: Mapping[str, Any]) -> bool:
    """Whether the browser says that it fetches ahead of a click that may never come."""
    said = " ".join(str(environ.get(header, "")) for header in PURPOSE_HEADERS).lower()
    return any(purpose in said for purpose in _PURPOSES)


class Visit(NamedTuple):
    """What one browser carries: its last counted page and what it has read in this visit.

    `last_ms` is in milliseconds since the epoch (UTC). `seen` holds one key per article page or
    print page read during the visit, oldest first (see `seen_key`).
    """

    last_ms: int
    seen: tuple[int, ...] = ()


def seen_key(page: CountedPage) -> int | None:
    """One number for an article's page (even) or its print page (odd); None for other pages."""
    if page.article_id is None:
        return None
    return page.article_id * 2 + page.print_page


class Hit(NamedTuple):
    """What one counted answer adds: a visit of the site, a view or a print of the article."""

    visit: bool
    view: bool
    printed: bool


def count(page: CountedPage, visit: Visit | None, now_ms: int) -> tuple[Hit, Visit]:
    """What a counted page adds, and the state that the browser shall carry from now on.

    `visit` is what the browser brought, None if nothing usable; one that is 30 minutes old or
    older has ended. A print page never adds a view. It is a counted page all the same: it keeps a
    visit alive and opens one when it comes first, for otherwise the article read after it would
    be no visit either. Its own tally takes each article's print page once a visit, as views do.
    """
    if visit is not None and now_ms - visit.last_ms >= WINDOW_SECONDS * 1000:
        visit = None
    seen = visit.seen if visit else ()
    key = seen_key(page)
    new = key is not None and key not in seen
    hit = Hit(
        visit=visit is None,
        view=new and not page.print_page,
        printed=new and page.print_page,
    )
    if key is not None:
        seen = (*(other for other in seen if other != key), key)
    return hit, Visit(now_ms, seen)


def views_mark(article_id: int, baseline: int) -> str:
    """Stands for an article's total: its imported `baseline`, its days, its corrections."""
    return f"<!--count:views:{article_id:d}:{baseline:d}-->"


def site_mark() -> str:
    """Stands for the total of visits, written `5.164.377`."""
    return "<!--count:site-->"


def tiles_mark() -> str:
    """Stands for the same total as digit tiles, `<b>5</b><b>1</b>…`, at least seven of them."""
    return "<!--count:tiles-->"


def today_mark() -> str:
    """Stands for the visits of today in the site's time zone."""
    return "<!--count:today-->"


def week_mark() -> str:
    """Stands for the visits since Monday in the site's time zone."""
    return "<!--count:week-->"


def month_mark() -> str:
    """Stands for the visits since the first of the month in the site's time zone."""
    return "<!--count:month-->"
