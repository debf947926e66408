"""Counts a public page for its reader: by the rules, into the ledger, with the reader's cookie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import floor
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsapp.visits.cookie import VisitCookie
from newsapp.visits.flood import Flood
from newsapp.visits.held import Headers
from newsapp.visits.journal import Record, pack
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import CountedPage, Reason, Visit, count, exclusion

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Counting:
    """What is known of a reader, and what becomes of it. Times are in seconds since the epoch;
    `zone` decides which day they are on."""

    def __init__(
        self,
        ledger: Ledger,
        secret_key: bytes | str,
        zone: ZoneInfo,
        flood_limit: int,
        clock: Callable[[], float],
    ) -> None:
        self.ledger = ledger
        self.flood = Flood(flood_limit, ledger.journal_dir / "flood", secret_key, clock)
        self._zone = zone
        self._cookie = VisitCookie(secret_key)

    def reader(
        self, environ: WSGIEnvironment, page: CountedPage, now: float
    ) -> tuple[Reason | None, Visit | None]:
        """What speaks against counting a public page, and the visit that its reader is on."""
        if reason := exclusion(environ, page):
            return reason, None
        cookies = environ.get("HTTP_COOKIE")
        if cookies and (visit := self._cookie.read(cookies, int(now * 1000))):
            return None, visit
        if self.flood.admits(environ.get("REMOTE_ADDR", "")):
            return None, None
        return Reason.FLOOD, None

    def count(
        self,
        environ: WSGIEnvironment,
        page: CountedPage,
        now: float,
        reason: Reason | None,
        visit: Visit | None,
    ) -> Headers:
        """Count a public page; the headers that tell its reader's browser so."""
        if reason is not None:
            self.ledger.append([Record(self._day(now), page.article_id, reason=reason)])
            return []
        data, cookie = self.counted(visit, page, now, secure=is_secure(environ))
        if data:
            self.ledger.write(data)
        return cookie

    def counted(
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


def is_secure(environ: WSGIEnvironment) -> bool:
    """Whether the reader's browser speaks https."""
    return environ.get("wsgi.url_scheme") == "https"
