"""Pages that somebody keeps, answered and counted without the application being asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from math import floor
from typing import TYPE_CHECKING, Protocol

from newsapp.visits.counting import Counting, is_secure
from newsapp.visits.figures import Figures
from newsapp.visits.held import LIVE, PACKED, VARIES, Headers, takes_gzip
from newsapp.visits.marks import MarkedPage, Ready
from newsapp.visits.rules import CountedPage, Reason, agent_exclusion

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

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


class KeptPages:
    """Answers what `keeper` has.

    In a rush most readers are new and bring nothing, and many ask for the same: what one was
    answered, and how it counted, holds for the others of the same second.
    """

    def __init__(
        self, keeper: Keeper, counting: Counting, figures: Figures, clock: Callable[[], float]
    ) -> None:
        self._keeper = keeper
        self._counting = counting
        self._figures = figures
        self._clock = clock
        self._alike: dict[_Key, Ready] = {}
        self._alike_second = 0

    def answer(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        """Answer a GET of a page that is kept, counted; None where the application has to be asked.

        A kept page has all its headers: this may be tried before any other layer.
        """
        key = _key(environ)
        ready = None if key is None else self._alike.get(key)
        if (
            ready is None
            or ready.version != self._keeper.version()
            or not ready.since <= (now := self._clock()) < ready.until
            or agent_exclusion(environ) is not None
        ):
            return self._answer(environ, start_response, key)
        if self._counting.flood.admits(environ.get("REMOTE_ADDR", "")):
            self._counting.ledger.write(ready.adds)
            headers = ready.newcomers.copy()
        else:
            headers = (
                self._counting.count(environ, ready.page, now, Reason.FLOOD, None) + ready.headers
            )
        start_response("200 OK", headers)
        return ready.body

    def _answer(
        self, environ: WSGIEnvironment, start_response: StartResponse, key: _Key | None
    ) -> Iterable[bytes] | None:
        if environ["REQUEST_METHOD"] != "GET" or (kept := self._keeper.find(environ)) is None:
            return None
        now = self._clock()
        packed = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        ready = kept.body.ready.get(packed)
        if ready is None or not ready.since <= now < ready.until:
            ready = self._make_ready(kept, now, packed=packed, secure=is_secure(environ))
        reason, visit = self._counting.reader(environ, kept.page, now)
        if reason is None and key is not None:
            self._remember(key, ready)
        headers = self._counting.count(environ, kept.page, now, reason, visit) + ready.headers
        start_response("200 OK", headers)
        return ready.body

    def _remember(self, key: _Key, ready: Ready) -> None:
        """Answer others who ask the same with it; what was for other seconds goes."""
        if len(self._alike) >= _MOST_ALIKE or self._alike_second != floor(ready.since):
            self._alike.clear()
            self._alike_second = floor(ready.since)
        self._alike[key] = ready

    def _make_ready(self, kept: Kept, now: float, *, packed: bool, secure: bool) -> Ready:
        """A kept page with the figures of the moment, and what it is to those who are new."""
        self._counting.ledger.start()
        known = self._figures.get(kept.body.articles, kept.body.site)
        html = (kept.body.gzipped if packed else kept.body.filled)(known.views, known.site)
        headers = [VARIES, ("Content-Length", str(len(html)))]
        if packed:
            headers.append(PACKED)
        if not any(name.lower() == "cache-control" for name, _ in kept.headers):
            headers.append(LIVE)
        headers += kept.headers
        until = min(floor(now) + 1, kept.until, now + known.until - time.monotonic())
        adds, cookie = self._counting.counted(None, kept.page, now, secure=secure)
        ready = Ready(kept.page, kept.version, now, until, headers, cookie + headers, adds, [html])
        kept.body.ready[packed] = ready
        return ready


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
