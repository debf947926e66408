"""The layer around the pages: counts each public one, and fills the figures into it.

What is counted is in the journal before the server sees the answer's first header: a page that
reached a reader is never lost. Nothing here makes a page fail or wait for a database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsapp.visits.counting import Counting
from newsapp.visits.figures import Figures
from newsapp.visits.held import LIVE, PACKED, VARIES, Answer, Stream, close, takes_gzip
from newsapp.visits.kept import Keeper, KeptPages
from newsapp.visits.ledger import Ledger
from newsapp.visits.marks import MarkedPage
from newsapp.visits.rules import PAGE_KEY, CountedPage, is_html, public_page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class VisitCounter:
    """WSGI middleware around whatever makes pages; see `rules` for what it counts.

    `keeper` has the pages that need no application; `kept` answers them, and is to be asked first.
    REMOTE_ADDR must be the reader's, not a proxy's, and `wsgi.url_scheme` what the reader's browser
    speaks.

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
        self._clock = clock
        self._counting = Counting(ledger, secret_key, zone, flood_limit, clock)
        self._figures = Figures(ledger)
        self.kept = (
            None if keeper is None else KeptPages(keeper, self._counting, self._figures, clock)
        )

    def close(self) -> None:
        """Close what this layer opened itself; the ledger is closed by whoever made it."""
        self._counting.flood.close()
        self._figures.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._counting.ledger.start()
        answer = Answer()
        body = answer.begin(self._app(environ, answer.start_response))
        if not is_html(answer.header("content-type")):
            answer.send(start_response)
            return body
        if environ.get("REQUEST_METHOD") == "HEAD":
            # The length of a page whose figures were not filled in would be a wrong one.
            answer.remove("content-length")
            if _is_readers(environ):
                answer.headers.append(VARIES)
        elif _is_fillable(answer):
            body = self._fill(environ, answer, body)
        page = public_page(environ, answer.status, answer.header("content-type"))
        if page is not None:
            now = self._clock()
            reader = self._counting.reader(environ, page, now)
            answer.headers += self._counting.count(environ, page, now, *reader)
        if page is not None or answer.filled:
            answer.headers_default(*LIVE)
        answer.send(start_response)
        return body

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
            answer.headers.append(VARIES)
            packed = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if packed:
            answer.headers.append(PACKED)
        html = self._filled(page, packed=packed)
        answer.headers.append(("Content-Length", str(len(html))))
        return [html]

    def _filled(self, page: MarkedPage, *, packed: bool = False) -> bytes:
        known = self._figures.get(page.articles, page.site)
        return (page.gzipped if packed else page.filled)(known.views, known.site)


def _is_readers(environ: WSGIEnvironment) -> bool:
    """Whether the answer is a reader's page, to be compressed.

    Whoever is signed in may have written part of what a page says beside a secret of its own;
    compressed, its length would tell of that.
    """
    page = environ.get(PAGE_KEY)
    return isinstance(page, CountedPage) and not page.staff


def _is_fillable(answer: Answer) -> bool:
    """Whether the body is text as it stands, whole: not compressed and not a part of a page."""
    return not answer.header("content-encoding") and not answer.status.startswith(("206", "304"))
