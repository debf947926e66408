"""What readers of a kept page share for a moment, and what each has for themselves."""

from __future__ import annotations

import time
from datetime import date

import pytest

from newsapp.visits import figures
from newsapp.visits.cookie import VisitCookie
from newsapp.visits.ledger import Ledger
from newsapp.visits.middleware import VisitCounter
from tests.visits.visiting import KEY, Browser, Clock, site_behind_counter


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
    first = Browser(counter, clock).get("/tin/7")
    before = list(first.headers)
    first.headers.clear()
    assert Browser(counter, clock).get("/tin/7").headers == before


def test_a_newcomer_s_half_hour_begins_at_the_end_of_the_second(
    counter: VisitCounter, clock: Clock
) -> None:
    second = clock.now
    for passed, begins in ((0.2, 1), (0.9, 1), (1.1, 2), (1.9, 2)):
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
