"""What a page looks like when it leaves the counter: figures, length, caching, streams."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import FileWrapper

import pytest

from newsapp.visits import figures
from newsapp.visits.figures import FRESH_SECONDS
from newsapp.visits.ledger import Ledger
from newsapp.visits.marks import written
from newsapp.visits.middleware import VisitCounter
from newsapp.visits.rules import PAGE_KEY, CountedPage, site_mark, views_mark
from tests.visits.visiting import FIREFOX, Browser, Clock, Page, Site, fetch, site_behind_counter


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests are about is not how long a busy disk takes."""
    monkeypatch.setattr(figures, "FIRST_WAIT_SECONDS", 30.0)


@pytest.fixture
def known(ledger: Ledger, clock: Clock) -> Ledger:
    """A ledger with 5,164,376 visits before today and one today."""
    ledger.set_baseline(5_164_376)
    Browser(site_behind_counter(ledger, clock), clock).get("/tin/8")
    ledger.fold_now()
    return ledger


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1234, "1.234"), (5_164_377, "5.164.377"), (-4, "0")],
)
def test_numbers_are_written_as_vietnamese_does(number: int, text: str) -> None:
    assert written(number) == text


def test_every_figure_is_filled_in(known: Ledger, browser: Browser) -> None:
    got = browser.get("/")
    tiles = "".join(f"<b>{digit}</b>" for digit in "5164377")
    assert got.text == f"<h1>Trang chủ</h1>5.164.377|{tiles}|1|1|1"


def test_small_totals_have_seven_tiles(ledger: Ledger, browser: Browser) -> None:
    ledger.set_baseline(42)
    assert browser.get("/").text.count("<b>0</b>") == 5


def test_large_totals_have_more(ledger: Ledger, browser: Browser) -> None:
    ledger.set_baseline(123_456_789)
    assert browser.get("/").text.count("<b>") == 9


def test_an_article_s_corrections_show(known: Ledger, browser: Browser) -> None:
    known.correct("article", 7, -6, "a test", "admin")
    assert browser.get("/tin/7").text == "<h1>Bảy</h1>780"


@pytest.mark.parametrize("path", ["/", "/tin/7", "/tin/8", "/staff", "/missing", "/public"])
def test_the_length_is_the_filled_page_s(path: str, known: Ledger, browser: Browser) -> None:
    got = browser.get(path)
    assert "<!--" not in got.text
    assert got.header("Content-Length") == str(len(got.body))


def test_a_page_that_was_not_found_shows_the_figures(known: Ledger, browser: Browser) -> None:
    got = browser.get("/missing")
    assert got.text == "<h1>404</h1>5.164.377"
    assert got.header("Set-Cookie") is None
    assert got.header("Cache-Control") == "private, no-cache"


def test_other_types_and_parts_pass_as_they_are(known: Ledger, browser: Browser) -> None:
    for path in ("/plain.txt", "/part"):
        got = browser.get(path)
        assert got.text == views_mark(7, 786)
        assert got.header("Cache-Control") is None


def test_a_compressed_page_passes_as_it_is(ledger: Ledger, clock: Clock) -> None:
    page = Page(site_mark(), headers=(("Content-Encoding", "br"),))
    browser = Browser(site_behind_counter(ledger, clock, Site({"/": page})), clock)
    assert browser.get("/").text == site_mark()


@pytest.mark.parametrize("fraction", [0, 0.001, 0.5, 0.999])
def test_no_half_hour_is_shorter_for_where_in_a_second_it_began(
    fraction: float, ledger: Ledger, clock: Clock
) -> None:
    browser = Browser(site_behind_counter(ledger, clock), clock)
    clock.now = int(clock.now) + fraction
    browser.get("/tin/7")
    for _ in range(2):
        clock.now += 1799.9
        browser.get("/tin/7")
    ledger.fold_now()
    assert ledger.article_views(7) == 1
    clock.now += 1800.1
    browser.get("/tin/7")
    ledger.fold_now()
    assert ledger.article_views(7) == 2


def test_shared_caches_keep_no_counted_page(browser: Browser) -> None:
    assert browser.get("/tin/7").header("Cache-Control") == "private, no-cache"
    assert browser.get("/public").header("Cache-Control") == "max-age=9"
    assert browser.get("/preview").header("Cache-Control") is None


def test_head_has_no_body_and_no_wrong_length(browser: Browser) -> None:
    got = browser.get("/tin/7", method="HEAD")
    assert got.body == b""
    assert got.header("Content-Length") is None
    assert got.header("Cache-Control") == "private, no-cache"


@pytest.mark.parametrize("path", ["/tin/7", "/plain.txt", "/preview"])
def test_every_body_is_closed_once(path: str, ledger: Ledger, clock: Clock) -> None:
    site = Site()
    Browser(site_behind_counter(ledger, clock, site), clock).get(path)
    assert site.closed == 1


ENVIRON = {"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.5"}


class Stream:
    """Pieces that are made one at a time; `made` tells how many were asked for."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces, self.made, self.closed = iter(pieces), 0, False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.made += 1
        return next(self.pieces)

    def close(self) -> None:
        self.closed = True


def streaming(stream: Any, content_type: str) -> Any:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        environ[PAGE_KEY] = CountedPage(7)
        start_response("200 OK", [("Content-Type", content_type)])
        return stream

    return app


def test_a_file_is_handed_on_untouched(ledger: Ledger, clock: Clock) -> None:
    with Path(__file__).open("rb") as file:
        wrapped = FileWrapper(file)
        counter = site_behind_counter(ledger, clock, streaming(wrapped, "application/pdf"))
        assert counter(dict(ENVIRON), lambda *args: lambda data: None) is wrapped


def test_a_streamed_page_stays_a_stream(ledger: Ledger, clock: Clock) -> None:
    stream = Stream([b"<p>", b"one", b"two"])
    counter = site_behind_counter(ledger, clock, streaming(stream, "text/html"))
    body: Any = counter(dict(ENVIRON), lambda *args: lambda data: None)
    pieces = iter(body)
    assert (next(pieces), stream.made) == (b"<p>", 1)
    assert (next(pieces), stream.made) == (b"one", 2)
    body.close()
    assert stream.closed


@pytest.mark.parametrize("size", range(1, 40))
def test_marks_cut_by_the_edges_of_pieces_are_filled(
    size: int, known: Ledger, clock: Clock
) -> None:
    page = f"<p>a < b <!-- --> {views_mark(7, 786)} <!--count:nothing--> {site_mark()} <!--count".encode()
    stream = Stream([page[start : start + size] for start in range(0, len(page), size)])
    counter = site_behind_counter(known, clock, streaming(stream, "text/html"))
    expected = b"<p>a < b <!-- --> 786 <!--count:nothing--> 5.164.377 <!--count"
    # A robot, since a stream asks for its figures after its own visit may have been booked.
    assert fetch(counter, ENVIRON | {"HTTP_USER_AGENT": "Googlebot"}).body == expected


def test_an_application_that_starts_late_or_writes_is_served(ledger: Ledger, clock: Clock) -> None:
    def late(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        environ[PAGE_KEY] = CountedPage(7)
        write = start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "12")])
        write(b"one ")
        yield b"two "
        yield b"thre"

    got = fetch(site_behind_counter(ledger, clock, late), dict(ENVIRON))
    assert got.body == b"one two thre"
    ledger.fold_now()
    assert ledger.article_views(7) == 1


def test_a_page_that_breaks_while_it_is_made_is_not_counted(ledger: Ledger, clock: Clock) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        environ[PAGE_KEY] = CountedPage(7)
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "12")])
        yield b"one "
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fetch(site_behind_counter(ledger, clock, broken), dict(ENVIRON))
    ledger.fold_now()
    assert ledger.site_total() == 0


def test_the_record_is_on_disk_before_the_server_has_a_header(
    ledger: Ledger, counter: VisitCounter
) -> None:
    sizes: list[int] = []

    def start_response(*args: Any) -> Any:
        sizes.extend(file.stat().st_size for file in ledger.journal_dir.glob("*.log"))
        return lambda data: None

    counter({**ENVIRON, "PATH_INFO": "/tin/7"}, start_response)
    assert sizes == [20]


def test_a_closed_counter_leaves_no_thread_and_serves_again(
    ledger: Ledger, browser: Browser, counter: VisitCounter
) -> None:
    before = set(threading.enumerate())
    for _ in range(2):
        assert browser.get("/staff").text == "<h1>Bảy</h1>786"
        assert len(set(threading.enumerate()) - before) == 2
        counter.close()
        ledger.close()
        assert set(threading.enumerate()) <= before
        time.sleep(FRESH_SECONDS + 0.05)
