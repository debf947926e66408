"""Rendered public pages, kept in each process until something changes what they say.

It stands between the visit counter and Flask. What it keeps has marks where counts stand. The
counter asks for what is kept (``PageCache.find``), fills in the counts, and counts it as any other
page; what is not kept it asks for as of any application. A page is kept only where the
view allowed it (``pages.render``), for a reader without a session, when the answer is a plain 200
that sets no cookie. It is stale as soon as the content version moves, or the clock reaches the
moment that the view named. While one reader waits for a page to be made anew, the others of that
moment get the one before; while the database is away, what is kept can still be read.

What a page is known by is all that it depends on: scheme and host, path, and those parameters that
any kept page reads. Other parameters (a campaign's, a mistyped one) lead to the same page.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from newsapp.freshness import Freshness
from newsapp.headers import completed
from newsapp.turns import reads
from newsapp.visits.marks import MarkedPage
from newsapp.visits.rules import PAGE_KEY, CountedPage, is_html

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEEP_UNTIL = "newsapp.keep_until"
"""Where in the WSGI environment a view says until when (aware) its page may be kept."""

PARAMETERS = frozenset({"ngay", "thang", "truoc"})
"""The parameters that kept pages read."""

# Of all the room, for pages that were asked for once.
_ROOM_FOR_NEW = 0.2
_PAGE_OVERHEAD = 2_000

Key = tuple[str, str, str, str, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class KeptPage:
    """``until`` is in seconds since the epoch, as ``since`` is; ``asked``: whether somebody asked
    for the page since it was last looked at whether it may stay."""

    version: int
    since: float
    until: float
    headers: list[tuple[str, str]]
    page: CountedPage
    body: MarkedPage
    asked: bool = False


class _Row(OrderedDict[Key, KeptPage]):
    """Pages in the order in which they came, within so many bytes; those that were asked for go to
    the end again when it is their turn to give way (the "clock" or second chance of paging)."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__()
        self.bytes_max = bytes_max
        self.bytes = 0

    def put(self, key: Key, page: KeptPage) -> None:
        """Take it instead of the one before. Others give way, or it does itself where all others
        were asked for."""
        self.take(key)
        self[key] = page
        self.bytes += _size(page)
        while self.bytes > self.bytes_max:
            oldest = next(iter(self))
            if self[oldest].asked:
                self[oldest].asked = False
                self.move_to_end(oldest)
            else:
                self.take(oldest)

    def take(self, key: Key) -> KeptPage | None:
        """The page, which is not here any more; None if it was not."""
        page = self.pop(key, None)
        if page is not None:
            self.bytes -= _size(page)
        return page


class Shelf:
    """As many pages as fit into so many bytes.

    A page that is asked for again gets a place among the proven ones; who asks for a hundred
    thousand different pages once pushes none of those out.
    """

    def __init__(self, bytes_max: int) -> None:
        self._lock = threading.Lock()
        for_new = int(bytes_max * _ROOM_FOR_NEW)
        self._new = _Row(for_new)
        self._proven = _Row(bytes_max - for_new)

    def get(self, key: Key) -> KeptPage | None:
        # Without the lock: every reader of a kept page comes here.
        if (page := self._proven.get(key)) is not None:
            page.asked = True
            return page
        with self._lock:
            if (page := self._new.take(key)) is None:
                return self._proven.get(key)  # another reader has just put it there
            self._proven.put(key, page)
            return page

    def put(self, key: Key, page: KeptPage) -> None:
        with self._lock:
            page.asked = self._proven.take(key) is not None
            row = self._proven if page.asked else self._new
            self._new.take(key)
            if _size(page) <= self._new.bytes_max:
                row.put(key, page)

    @property
    def size(self) -> int:
        """Bytes in use."""
        with self._lock:
            return self._new.bytes + self._proven.bytes


def _size(page: KeptPage) -> int:
    # As it is and filled, and both compressed, which is made when it is asked for, to about a third.
    return len(page.body.html) * 8 // 3 + _PAGE_OVERHEAD


class PageCache:
    """WSGI middleware that keeps what the application makes; ``bytes_max`` bounds it in a process.

    ``session_cookie`` is the name of the cookie whose bearer is answered by the application.
    """

    def __init__(
        self,
        app: WSGIApplication,
        freshness: Freshness,
        bytes_max: int,
        session_cookie: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._freshness = freshness
        self._session_cookie = f"{session_cookie}="
        self._clock = clock
        self.shelf = Shelf(bytes_max)
        self._in_the_making: set[Key] = set()
        # For who keeps an answer of ours in turn.
        self.version = freshness.version

    def find(self, environ: WSGIEnvironment) -> KeptPage | None:
        """The page that answers a GET or HEAD, if it is kept and nothing has changed what it says."""
        if self._session_cookie in environ.get("HTTP_COOKIE", ""):
            return None
        key = _key(environ)
        kept = self.shelf.get(key)
        if kept is None:
            return None
        version, now = self._freshness.version(), self._clock()  # it may have waited
        if not kept.since <= now < kept.until:
            return None
        if kept.version == version or self._stands_in(kept, key, version):
            return kept
        return None

    def _stands_in(self, kept: KeptPage, key: Key, version: int | None) -> bool:
        """Whether that page may be answered although another version is in force, or none is known:
        while a newer page is made for somebody else, and while the database is away."""
        if version is None:
            return self._freshness.is_away
        return key in self._in_the_making and self._freshness.was_in_force(kept.version)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not reads(environ, self._session_cookie):
            return self._app(environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD" and (kept := self.find(environ)) is not None:
            environ[PAGE_KEY] = kept.page
            start_response("200 OK", kept.headers)
            return ()
        version, now = self._freshness.version(), self._clock()
        if version is None:
            return self._app(environ, start_response)
        key = _key(environ)
        self._in_the_making.add(key)
        try:
            return self._rendered(environ, start_response, key, version, now)
        finally:
            self._in_the_making.discard(key)

    def _rendered(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        key: Key,
        version: int,
        now: float,
    ) -> Iterable[bytes]:
        answered: list[tuple[str, list[tuple[str, str]]]] = []

        def remember(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
        ) -> Callable[[bytes], object]:
            answered.append((status, headers))
            return start_response(status, headers, exc_info)

        body = self._app(environ, remember)
        until = environ.get(KEEP_UNTIL)
        page = environ.get(PAGE_KEY)
        if (
            isinstance(until, datetime)
            and isinstance(page, CountedPage)
            and not page.staff
            and environ["REQUEST_METHOD"] == "GET"
            and answered
            and (headers := _keepable(*answered[-1])) is not None
        ):
            try:
                marked = MarkedPage(b"".join(body))
            finally:
                if hasattr(body, "close"):
                    body.close()
            headers = completed(headers, "200 OK", environ)
            self.shelf.put(key, KeptPage(version, now, until.timestamp(), headers, page, marked))
            return [marked.html]
        return body


def _key(environ: WSGIEnvironment) -> Key:
    query = environ.get("QUERY_STRING", "")
    asked: tuple[tuple[str, str], ...] = ()
    if query:
        # The first of several, as the views take it.
        pairs = reversed(parse_qsl(query, keep_blank_values=True))
        asked = tuple(sorted({k: v for k, v in pairs if k in PARAMETERS}.items()))
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ.get("PATH_INFO", ""),
        asked,
    )


def _keepable(status: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """The headers to keep of an answer, None where it must not be kept."""
    names = {name.lower(): value for name, value in headers}
    if status[:3] != "200" or not is_html(names.get("content-type", "")) or "set-cookie" in names:
        return None
    return [pair for pair in headers if pair[0].lower() != "content-length"]
