"""A site of a few pages behind a real VisitCounter, and browsers that keep their cookies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator
from zoneinfo import ZoneInfo

from newsapp.pagecache import KeptPage
from newsapp.visits.ledger import Ledger
from newsapp.visits.marks import MarkedPage
from newsapp.visits.middleware import VisitCounter
from newsapp.visits.rules import (
    PAGE_KEY,
    CountedPage,
    month_mark,
    site_mark,
    tiles_mark,
    today_mark,
    views_mark,
    week_mark,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
KEY = "a key of the tests, long enough"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EVER = (date(2000, 1, 1), date(2100, 1, 1))


class Clock:
    """A clock that stands still until it is told to move. Seconds since the epoch."""

    def __init__(self, now: float | None = None) -> None:
        self.now = time.time() if now is None else now

    def __call__(self) -> float:
        return self.now


@dataclass
class Page:
    """What the site answers at an address."""

    text: str
    counted: CountedPage | None = None
    status: str = "200 OK"
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


FIGURES = "|".join((site_mark(), tiles_mark(), today_mark(), week_mark(), month_mark()))


def pages() -> dict[str, Page]:
    return {
        "/": Page(f"<h1>Trang chủ</h1>{FIGURES}", CountedPage()),
        "/tin/7": Page(f"<h1>Bảy</h1>{views_mark(7, 786)}", CountedPage(7)),
        "/tin/8": Page(f"<h1>Tám</h1>{views_mark(8, 0)}", CountedPage(8)),
        "/tin/7/ban-in": Page("<h1>Bảy</h1>", CountedPage(7, print_page=True)),
        "/staff": Page(f"<h1>Bảy</h1>{views_mark(7, 786)}", CountedPage(7, staff=True)),
        "/preview": Page("<h1>Bản nháp</h1>"),
        "/missing": Page(f"<h1>404</h1>{site_mark()}", CountedPage(), status="404 NOT FOUND"),
        "/moved": Page("<h1>Đã chuyển</h1>", CountedPage(7), status="301 MOVED PERMANENTLY"),
        "/part": Page(views_mark(7, 786), CountedPage(7), status="206 PARTIAL CONTENT"),
        "/rss.xml": Page("<rss/>", CountedPage(), content_type="application/rss+xml"),
        "/public": Page(site_mark(), CountedPage(), headers=(("Cache-Control", "max-age=9"),)),
        "/plain.txt": Page(views_mark(7, 786), content_type="text/plain"),
    }


class Site:
    """A WSGI application that answers `pages`; `closed` counts the bodies that were closed."""

    def __init__(self, addresses: dict[str, Page] | None = None) -> None:
        self.pages = pages() if addresses is None else addresses
        self.closed = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        page = self.pages[environ["PATH_INFO"]]
        if page.counted is not None:
            environ[PAGE_KEY] = page.counted
        body = page.text.encode()
        headers = [("Content-Type", page.content_type), ("Content-Length", str(len(body)))]
        start_response(page.status, [*headers, *page.headers])
        return _Body([] if environ["REQUEST_METHOD"] == "HEAD" else [body], self)


class _Body(list[bytes]):
    def __init__(self, pieces: list[bytes], site: Site) -> None:
        super().__init__(pieces)
        self._site = site

    def close(self) -> None:
        self._site.closed += 1


class Shelf:
    """Keeps every page of a site that may be kept, as a `Keeper`."""

    def __init__(
        self, addresses: dict[str, Page], clock: Clock, until: float = float("inf")
    ) -> None:
        self._clock = clock
        self._number = 0
        self._until = until
        self.put(addresses)

    def put(self, addresses: dict[str, Page]) -> None:
        """These are the pages now."""
        self._number += 1
        self._kept = {
            (path, scheme): KeptPage(
                self._number,
                0,
                self._until,
                [("Content-Type", page.content_type), *page.headers],
                page.counted,
                MarkedPage(page.text.encode()),
            )
            for path, page in addresses.items()
            for scheme in ("http", "https")
            if page.counted and not page.counted.staff
            if page.status == "200 OK" and page.content_type.startswith("text/html")
        }

    def find(self, environ: dict[str, Any]) -> KeptPage | None:
        kept = self._kept.get((environ["PATH_INFO"], environ["wsgi.url_scheme"]))
        return kept if kept and self._clock() < kept.until else None

    def version(self) -> int:
        return self._number


@dataclass
class Got:
    """An answer as a browser has it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} twice"
        return values[0] if values else None


@dataclass
class Browser:
    """Keeps the one cookie, and drops it when its Max-Age is over, as a browser does."""

    counter: VisitCounter
    clock: Clock
    agent: str = FIREFOX
    address: str = "203.0.113.5"
    keeps_cookies: bool = True
    cookie: str = ""
    dropped_at: float = field(default=0.0)

    def get(self, path: str, method: str = "GET", **environ: str) -> Got:
        full: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "REMOTE_ADDR": self.address,
            "HTTP_USER_AGENT": self.agent,
            **environ,
        }
        if self.cookie and self.clock() < self.dropped_at:
            full.setdefault("HTTP_COOKIE", f"theme=dark; {self.cookie}; last=1")
        setup_testing_defaults(full)
        got = fetch(validator(self._answer), full)
        cookie = got.header("Set-Cookie")
        if cookie and self.keeps_cookies:
            self.cookie = cookie.partition(";")[0]
            self.dropped_at = self.clock() + 1800
        return got

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        first = self.counter.kept
        kept = first.answer(environ, start_response) if first else None
        return self.counter(environ, start_response) if kept is None else kept


def fetch(app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Got:
    """One request as a server makes it: headers, body, close."""
    status, headers = "", []

    def start_response(line: str, pairs: list[tuple[str, str]], exc_info: Any = None) -> Any:
        nonlocal status, headers
        status, headers = line, pairs
        return lambda data: None

    begun = time.perf_counter()
    body = app(environ, start_response)
    try:
        whole = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    return Got(status, headers, whole, time.perf_counter() - begun)


def site_behind_counter(
    ledger: Ledger,
    clock: Clock,
    app: Any = None,
    flood_limit: int = 0,
    *,
    keeps: bool = False,
) -> VisitCounter:
    site = app or Site()
    shelf = Shelf(site.pages, clock) if keeps else None
    return VisitCounter(site, ledger, KEY, ZONE, flood_limit, shelf, clock)


def new_ledger(url: str, directory: Path, clock: Clock | None = None) -> Ledger:
    return Ledger(url, directory / "journal", ZONE, clock or time.time)


def sqlite_url(directory: Path) -> str:
    return f"sqlite:///{directory / 'counters.db'}"
