"""The layer around the pages: counts each public one, and fills the figures into it.

What is counted is in the journal before the server sees the answer's first header: a page that
reached a reader is never lost. Nothing here makes a page fail or wait for a database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from werkzeug.http import parse_accept_header

from newsapp.visits.cookie import VisitCookie
from newsapp.visits.figures import Figures
from newsapp.visits.flood import Flood
from newsapp.visits.held import Answer, Headers, Stream, close
from newsapp.visits.journal import Record, pack
from newsapp.visits.ledger import Ledger
from newsapp.visits.marks import MarkedPage, Ready
from newsapp.visits.rules import (
    PAGE_KEY,
    CountedPage,
    Reason,
    Visit,
    agent_exclusion,
    count,
    exclusion,
    is_html,
    public_page,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_VARIES = ("Vary", "Accept-Encoding")
_PACKED = ("Content-Encoding", "gzip")
# Figures change while nothing else does: to be asked for again each time.
_LIVE = ("Cache-Control", "private, no-cache")
# So many different requests are known for a second; each may hold a page.
_MOST_ALIKE = 100

_Key = tuple[str | None, ...]


class Kept(Protocol):
    """A public page as the application once made it: a plain 200 for readers, with all headers but
    those that its figures bring. ``until`` is in seconds since the epoch."""

    @property
    def version(self) -> int: ...
    @property
    def until(self) -> float: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def page(self) -> CountedPage: ...
    @property
    def body(self) -> MarkedPage: ...


class Keeper(Protocol):
    """Has pages that can be answered without the application being asked."""

    def find(self, environ: WSGIEnvironment) -> Kept | None:
        """The page that answers a request now; those of http and of https are not the same page."""

    def version(self) -> int | None:
        """The number of what is in force: a page of that number holds until its time is over."""


class VisitCounter:
    """WSGI middleware around whatever makes pages; see `rules` for what it counts.

    `keeper` has the pages that need no application. REMOTE_ADDR must be the reader's, not a proxy's,
    and `wsgi.url_scheme` what the reader's browser speaks.

    A browser that the flood limit turns away gets no cookie: its next page asks for a place in
    the network's minute again, so that a person among a crowd behind one address is counted a
    little later, and a script is not let in for having kept a cookie.
    """

    def __init__(
        self,
        app: WSGIApplication,
        ledger: Ledger,
        secret_key: bytes | str,
        zone: ZoneInfo,
        flood_limit: int,
        keeper: Keeper | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._ledger = ledger
        self._zone = zone
        self._keeper = keeper
        # In a rush most readers are new and bring nothing, and many ask for the same: what one was
        # answered, and how it counted, holds for the others of the same second.
        self._alike: dict[_Key, Ready] = {}
        self._alike_second = 0
        self._clock = clock
        self._cookie = VisitCookie(secret_key)
        self._flood = Flood(flood_limit, ledger.journal_dir / "flood", secret_key, clock)
        self._figures = Figures(ledger)

    def close(self) -> None:
        """Close what this layer opened itself; the ledger is closed by whoever made it."""
        self._flood.close()
        self._figures.close()

    def answer_kept(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        """Answer a GET of a page that is kept, counted; None where the application has to be asked.

        A kept page has all its headers: this may be tried before any other layer.
        """
        if self._keeper is None:
            return None
        key = _key(environ)
        ready = None if key is None else self._alike.get(key)
        if (
            ready is None
            or ready.version != self._keeper.version()
            or not ready.since <= (now := self._clock()) < ready.until
            or agent_exclusion(environ) is not None
        ):
            return self._answer_kept(self._keeper, environ, start_response, key)
        if self._flood.admits(environ.get("REMOTE_ADDR", "")):
            self._ledger.write(ready.adds)
            headers = ready.newcomers.copy()
        else:
            headers = self._count(environ, ready.page, now, Reason.FLOOD, None) + ready.headers
        start_response("200 OK", headers)
        return ready.body

    def _answer_kept(
        self,
        keeper: Keeper,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        key: _Key | None,
    ) -> Iterable[bytes] | None:
        if environ["REQUEST_METHOD"] != "GET" or (kept := keeper.find(environ)) is None:
            return None
        now = self._clock()
        packed = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        ready = kept.body.ready.get(packed)
        if ready is None or not ready.since <= now < ready.until:
            ready = self._make_ready(kept, now, packed=packed, secure=_is_secure(environ))
        reason, visit = self._reader(environ, kept.page, now)
        if reason is None and key is not None:
            self._remember(key, ready)
        headers = self._count(environ, kept.page, now, reason, visit) + ready.headers
        start_response("200 OK", headers)
        return ready.body

    def _remember(self, key: _Key, ready: Ready) -> None:
        """Answer others who ask the same with it; what was for other seconds goes."""
        if len(self._alike) >= _MOST_ALIKE or self._alike_second != floor(ready.since):
            self._alike.clear()
            self._alike_second = floor(ready.since)
        self._alike[key] = ready

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._ledger.start()
        answer = Answer()
        body = answer.begin(self._app(environ, answer.start_response))
        if not is_html(answer.header("content-type")):
            answer.send(start_response)
            return body
        if environ.get("REQUEST_METHOD") == "HEAD":
            # The length of a page whose figures were not filled in would be a wrong one.
            answer.remove("content-length")
            if _is_readers(environ):
                answer.headers.append(_VARIES)
        elif _is_fillable(answer):
            body = self._fill(environ, answer, body)
        page = public_page(environ, answer.status, answer.header("content-type"))
        if page is not None:
            now = self._clock()
            answer.headers += self._count(environ, page, now, *self._reader(environ, page, now))
        if page is not None or answer.filled:
            answer.headers_default(*_LIVE)
        answer.send(start_response)
        return body

    def _make_ready(self, kept: Kept, now: float, *, packed: bool, secure: bool) -> Ready:
        """A kept page with the figures of the moment, and what it is to those who are new: in a
        rush most readers are, and in one second all add the same and are sent the same."""
        self._ledger.start()
        known = self._figures.get(kept.body.articles, kept.body.site)
        html = (kept.body.gzipped if packed else kept.body.filled)(known.views, known.site)
        headers = [_VARIES, ("Content-Length", str(len(html)))]
        if packed:
            headers.append(_PACKED)
        if not any(name.lower() == "cache-control" for name, _ in kept.headers):
            headers.append(_LIVE)
        headers += kept.headers
        until = min(floor(now) + 1, kept.until, now + known.until - time.monotonic())
        adds, cookie = self._counted(None, kept.page, now, secure=secure)
        ready = Ready(kept.page, kept.version, now, until, headers, cookie + headers, adds, [html])
        kept.body.ready[packed] = ready
        return ready

    def _reader(
        self, environ: WSGIEnvironment, page: CountedPage, now: float
    ) -> tuple[Reason | None, Visit | None]:
        """What speaks against counting a public page, and the visit that its reader is on."""
        if reason := exclusion(environ, page):
            return reason, None
        cookies = environ.get("HTTP_COOKIE")
        if cookies and (visit := self._cookie.read(cookies, int(now * 1000))):
            return None, visit
        if self._flood.admits(environ.get("REMOTE_ADDR", "")):
            return None, None
        return Reason.FLOOD, None

    def _count(
        self,
        environ: WSGIEnvironment,
        page: CountedPage,
        now: float,
        reason: Reason | None,
        visit: Visit | None,
    ) -> Headers:
        """Count a public page; the headers that tell its reader's browser so."""
        if reason is not None:
            self._ledger.append([Record(self._day(now), page.article_id, reason=reason)])
            return []
        data, cookie = self._counted(visit, page, now, secure=_is_secure(environ))
        if data:
            self._ledger.write(data)
        return cookie

    def _counted(
        self, visit: Visit | None, page: CountedPage, now: float, *, secure: bool
    ) -> tuple[bytes, Headers]:
        """What a page adds to the journal, if anything, and the cookie for its reader's browser."""
        # A first page's time is the end of its second: nobody's half hour is shorter for it.
        now_ms = (floor(now) + 1) * 1000 if visit is None else int(now * 1000)
        hit, visit = count(page, visit, now_ms)
        adds = hit.visit or hit.view or hit.printed
        data = pack(Record(self._day(now), page.article_id, hit)) if adds else b""
        return data, [("Set-Cookie", self._cookie.header(visit, secure=secure))]

    def _day(self, now: float) -> int:
        """The ordinal of the day in the site's zone."""
        return datetime.fromtimestamp(now, self._zone).toordinal()

    def _fill(
        self, environ: WSGIEnvironment, answer: Answer, body: Iterable[bytes]
    ) -> Iterable[bytes]:
        if not answer.header("content-length"):
            answer.filled = True
            return Stream(body, lambda html: self._filled(MarkedPage(html)))
        try:
            page = MarkedPage(b"".join(body))
        finally:
            close(body)
        answer.filled = page.has_marks
        answer.remove("content-length")
        packed = False
        if _is_readers(environ):
            answer.headers.append(_VARIES)
            packed = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if packed:
            answer.headers.append(_PACKED)
        html = self._filled(page, packed=packed)
        answer.headers.append(("Content-Length", str(len(html))))
        return [html]

    def _filled(self, page: MarkedPage, *, packed: bool = False) -> bytes:
        known = self._figures.get(page.articles, page.site)
        return (page.gzipped if packed else page.filled)(known.views, known.site)


def _key(environ: WSGIEnvironment) -> _Key | None:
    """All that decides what a page is and how it counts, but for the browser, the network and the
    moment; None where somebody brings what is their own, a cookie or a query. One by one: a loop
    would take as long as all the rest."""
    get = environ.get
    if get("HTTP_COOKIE") or get("QUERY_STRING"):
        return None
    return (
        get("REQUEST_METHOD"),
        get("wsgi.url_scheme"),
        get("HTTP_HOST"),
        get("SCRIPT_NAME"),
        get("PATH_INFO"),
        get("HTTP_ACCEPT_ENCODING"),
        get("HTTP_SEC_PURPOSE"),
        get("HTTP_PURPOSE"),
        get("HTTP_X_PURPOSE"),
        get("HTTP_X_MOZ"),
    )


def _is_secure(environ: WSGIEnvironment) -> bool:
    return environ.get("wsgi.url_scheme") == "https"


def _is_readers(environ: WSGIEnvironment) -> bool:
    """Whether the answer is a reader's page, to be compressed.

    Whoever is signed in may have written part of what a page says beside a secret of its own;
    compressed, its length would tell of that.
    """
    page = environ.get(PAGE_KEY)
    return isinstance(page, CountedPage) and not page.staff


@lru_cache(256)
def _takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted).quality("gzip") > 0


def _is_fillable(answer: Answer) -> bool:
    """Whether the body is text as it stands, whole: not compressed and not a part of a page."""
    return not answer.header("content-encoding") and not answer.status.startswith(("206", "304"))
