"""What readers of a kept page share for a moment, and what each has for themselves."""

from __future__ import annotations

import gzip
import time
from datetime import date

import pytest

from newsapp.visits import figures
from newsapp.visits.cookie import VisitCookie
from newsapp.visits.ledger import Ledger
from newsapp.visits.middleware import VisitCounter
from newsapp.visits.rules import PURPOSE_HEADERS, CountedPage, Reason
from tests.visits.visiting import (
    EVER,
    KEY,
    ZONE,
    Browser,
    Clock,
    Page,
    Shelf,
    Site,
    pages,
    site_behind_counter,
)


@pytest.fixture
def counter(ledger: Ledger, clock: Clock) -> VisitCounter:
    return site_behind_counter(ledger, clock, keeps=True)


def last_ms(browser: Browser, clock: Clock) -> int:
    """The time that a browser's cookie holds."""
    visit = VisitCookie(KEY).read(browser.cookie, int(clock() * 1000))
    assert visit is not None
    return visit.last_ms


def test_a_server_may_change_the_headers_that_it_is_given(
    counter: VisitCounter, clock: Clock
) -> None:
    before = list(Browser(counter, clock).get("/tin/7").headers)
    for _ in range(3):
        got = Browser(counter, clock).get("/tin/7")
        assert got.headers == before
        got.headers.clear()


def test_who_comes_back_in_the_same_second_is_not_new(
    counter: VisitCounter, ledger: Ledger, clock: Clock
) -> None:
    readers = [Browser(counter, clock) for _ in range(3)]
    for _ in range(4):
        for reader in readers:
            reader.get("/tin/7")
    ledger.fold_now()
    assert ledger.site_total() == 3
    assert ledger.views_of([7]) == {7: 3}


def test_a_newcomer_s_half_hour_begins_at_the_end_of_the_second(
    counter: VisitCounter, clock: Clock
) -> None:
    second = clock.now
    for passed, begins in ((0.0, 1), (0.2, 1), (0.9, 1), (1.1, 2), (1.9, 2)):
        clock.now = second + passed
        reader = Browser(counter, clock)
        reader.get("/tin/7")
        assert last_ms(reader, clock) == (second + begins) * 1000


def test_a_returning_reader_s_begins_at_the_moment(counter: VisitCounter, clock: Clock) -> None:
    reader = Browser(counter, clock)
    reader.get("/tin/7")
    clock.now += 60.25
    reader.get("/tin/8")
    assert last_ms(reader, clock) == clock.now * 1000


@pytest.mark.parametrize(
    ("differs", "reason"),
    [
        ({"HTTP_USER_AGENT": "Googlebot/2.1"}, Reason.BOT),
        ({"HTTP_USER_AGENT": ""}, Reason.EMPTY_AGENT),
        *(({header: "prefetch"}, Reason.PREFETCH) for header in PURPOSE_HEADERS),
        ({"REQUEST_METHOD": "HEAD"}, Reason.HEAD),
    ],
    ids=lambda value: str(value),
)
def test_who_is_not_counted_is_not_taken_for_the_newcomer_before(
    differs: dict[str, str], reason: Reason, counter: VisitCounter, ledger: Ledger, clock: Clock
) -> None:
    for _ in range(3):
        Browser(counter, clock).get("/tin/7")
    assert Browser(counter, clock).get("/tin/7", **differs).header("Set-Cookie") is None
    ledger.fold_now()
    assert ledger.site_total() == 3
    assert ledger.excluded(*EVER) == {reason: 1}


def test_what_is_asked_for_in_other_words_is_another_answer(
    counter: VisitCounter, clock: Clock
) -> None:
    plain = Browser(counter, clock).get("/tin/7")
    assert Browser(counter, clock).get("/tin/7").body == plain.body
    other = Browser(counter, clock).get("/tin/8")
    assert "Tám" in other.text
    secure = Browser(counter, clock).get("/tin/7", **{"wsgi.url_scheme": "https"})
    assert str(secure.header("Set-Cookie")).endswith("; Secure")
    assert not str(plain.header("Set-Cookie")).endswith("; Secure")
    packed = Browser(counter, clock).get("/tin/7", HTTP_ACCEPT_ENCODING="gzip")
    assert gzip.decompress(packed.body) == plain.body


EDITED = {"/tin/7": Page("<h1>Bảy, sửa</h1>", CountedPage(7))}


def test_a_page_holds_no_longer_than_its_version(ledger: Ledger, clock: Clock) -> None:
    shelf = Shelf(pages(), clock)
    counter = VisitCounter(Site(), ledger, KEY, ZONE, 0, shelf, clock)
    assert Browser(counter, clock).get("/tin/7").text == "<h1>Bảy</h1>786"
    shelf.put(EDITED)
    assert Browser(counter, clock).get("/tin/7").text == "<h1>Bảy, sửa</h1>"


def test_a_page_holds_no_longer_than_its_time(ledger: Ledger, clock: Clock) -> None:
    shelf = Shelf(pages(), clock, until=clock.now + 0.5)
    counter = VisitCounter(Site(EDITED), ledger, KEY, ZONE, 0, shelf, clock)
    for passed, text in (
        (0.0, "<h1>Bảy</h1>786"),
        (0.4, "<h1>Bảy</h1>786"),
        (0.2, "<h1>Bảy, sửa</h1>"),
    ):
        clock.now += passed
        assert Browser(counter, clock).get("/tin/7").text == text


def test_a_flood_is_one_for_new_readers_of_one_page_too(ledger: Ledger, clock: Clock) -> None:
    counter = site_behind_counter(ledger, clock, flood_limit=2, keeps=True)
    got = [Browser(counter, clock).get("/tin/7").header("Set-Cookie") for _ in range(5)]
    assert [value is not None for value in got] == [True, True, False, False, False]
    ledger.fold_now()
    assert ledger.excluded(*EVER) == {Reason.FLOOD: 3}


def test_many_different_requests_are_not_all_remembered(
    counter: VisitCounter, clock: Clock
) -> None:
    assert counter.kept
    for seconds, hosts, remembered in ((0, 1_000, 100), (1, 5, 5), (1, 1, 1)):
        clock.now += seconds
        for number in range(hosts):
            Browser(counter, clock).get("/tin/7", HTTP_HOST=f"{number}.example")
        assert len(counter.kept._alike) == remembered


@pytest.mark.parametrize("brought", [{"HTTP_COOKIE": "_ga=1"}, {"QUERY_STRING": "fbclid=1"}])
def test_nothing_that_a_reader_brings_is_remembered(
    brought: dict[str, str], counter: VisitCounter, ledger: Ledger, clock: Clock
) -> None:
    for _ in range(3):
        Browser(counter, clock).get("/tin/7", **brought)
    assert counter.kept
    assert not counter.kept._alike
    ledger.fold_now()
    assert ledger.site_total() == 3


def test_midnight_parts_two_readers(counter: VisitCounter, ledger: Ledger, clock: Clock) -> None:
    clock.now += 14 * 3600 - 0.1
    Browser(counter, clock).get("/tin/7")
    clock.now += 0.2
    Browser(counter, clock).get("/tin/7")
    ledger.fold_now()
    days = [date(2017, 4, 15), date(2017, 4, 16)]
    assert ledger.visits_by_day(*days) == dict.fromkeys(days, 1)


def test_figures_are_asked_for_again_when_they_are_old(
    counter: VisitCounter, ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FRESH_SECONDS", 0.1)
    ledger.set_baseline(5)
    assert Browser(counter, clock).get("/").text.startswith("<h1>Trang chủ</h1>5|")
    ledger.set_baseline(6)
    time.sleep(0.15)
    clock.now += 0.15
    assert Browser(counter, clock).get("/").text.startswith("<h1>Trang chủ</h1>6|")
