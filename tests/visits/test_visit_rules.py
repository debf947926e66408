"""Every sentence of the contract's "What counts as a visit" has its row here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from newsapp.visits.agents import is_bot
from newsapp.visits.ledger import Ledger
from newsapp.visits.middleware import VisitCounter
from newsapp.visits.rules import CountedPage, Hit, Visit, count, seen_key
from tests.visits.visiting import EVER, FIREFOX, Browser, Clock, site_behind_counter

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass
class Told:
    """Everything the ledger holds after a story."""

    visits: int = 0
    views: dict[int, int] | None = None
    prints: dict[int, int] | None = None
    excluded: dict[str, int] | None = None


def told(ledger: Ledger) -> Told:
    ledger.fold_now()
    return Told(
        ledger.site_between(*EVER),
        ledger.views_between(*EVER) or None,
        ledger.prints_between(*EVER) or None,
        ledger.excluded(*EVER) or None,
    )


@pytest.mark.parametrize(("idle_ms", "new"), [(0, False), (1_799_999, False), (1_800_000, True)])
def test_a_visit_ends_after_thirty_idle_minutes_to_the_millisecond(idle_ms: int, new: bool) -> None:
    page = CountedPage(7)
    hit, visit = count(page, Visit(1_000, (seen_key(page) or 0,)), 1_000 + idle_ms)
    assert hit == Hit(visit=new, view=new, printed=False)
    assert visit == Visit(1_000 + idle_ms, (14,))


MINUTES = 60
STORIES: list[tuple[str, list[tuple[float, str]], Told]] = [
    ("an article is a view and a visit", [(0, "/tin/7")], Told(1, {7: 1})),
    ("a page that is no article is a visit alone", [(0, "/")], Told(1)),
    ("five reloads are one view", [(0, "/tin/7")] * 5, Told(1, {7: 1})),
    (
        "two articles are two views, one visit",
        [(0, "/tin/7"), (0, "/tin/8")],
        Told(1, {7: 1, 8: 1}),
    ),
    (
        "just before 30 minutes it is the same visit",
        [(0, "/tin/7"), (30 * MINUTES - 0.001, "/tin/7")],
        Told(1, {7: 1}),
    ),
    (
        "after 30 idle minutes it is the next visit and the next view",
        [(0, "/tin/7"), (30 * MINUTES, "/tin/7")],
        Told(2, {7: 2}),
    ),
    (
        "activity renews the window of the visit and of every view in it",
        [(0, "/tin/7"), (29 * MINUTES, "/"), (29 * MINUTES, "/tin/8"), (29 * MINUTES, "/tin/7")],
        Told(1, {7: 1, 8: 1}),
    ),
    (
        "a reload renews it too",
        [(0, "/tin/7"), (20 * MINUTES, "/tin/7"), (20 * MINUTES, "/tin/7")],
        Told(1, {7: 1}),
    ),
    (
        "what is not counted does not renew it",
        [(0, "/tin/7"), (20 * MINUTES, "/preview"), (20 * MINUTES, "/tin/7")],
        Told(2, {7: 2}),
    ),
    (
        "a print page is a visit and has its own tally",
        [(0, "/tin/7/ban-in")],
        Told(1, None, {7: 1}),
    ),
    (
        "a print page adds no view, and its reload no print",
        [(0, "/tin/7"), (0, "/tin/7/ban-in"), (0, "/tin/7/ban-in")],
        Told(1, {7: 1}, {7: 1}),
    ),
    (
        "the article after its print page is a view",
        [(0, "/tin/7/ban-in"), (0, "/tin/7")],
        Told(1, {7: 1}, {7: 1}),
    ),
    (
        "a print page renews the window",
        [(0, "/tin/7"), (29 * MINUTES, "/tin/7/ban-in"), (29 * MINUTES, "/tin/7")],
        Told(1, {7: 1}, {7: 1}),
    ),
    ("signed-in staff are tallied", [(0, "/staff")], Told(excluded={"staff": 1})),
    ("a preview is nothing", [(0, "/preview")], Told()),
    ("a page that was not found is nothing", [(0, "/missing")], Told()),
    ("a redirect is nothing", [(0, "/moved")], Told()),
    ("a part of a page is nothing", [(0, "/part")], Told()),
    ("a feed is nothing", [(0, "/rss.xml")], Told()),
    ("a file is nothing", [(0, "/plain.txt")], Told()),
]


@pytest.mark.parametrize(
    ("steps", "expected"), [story[1:] for story in STORIES], ids=[s[0] for s in STORIES]
)
def test_story(
    steps: list[tuple[float, str]],
    expected: Told,
    ledger: Ledger,
    browser: Browser,
    clock: Clock,
) -> None:
    for wait, path in steps:
        clock.now += wait
        browser.get(path)
    assert told(ledger) == expected


REQUESTS: list[tuple[str, dict[str, str], Told]] = [
    ("HEAD", {"method": "HEAD"}, Told(excluded={"head": 1})),
    ("HEAD of a bot", {"method": "HEAD", "HTTP_USER_AGENT": GOOGLEBOT}, Told(excluded={"head": 1})),
    ("POST", {"method": "POST"}, Told()),
    ("Sec-Purpose", {"HTTP_SEC_PURPOSE": "prefetch;prerender"}, Told(excluded={"prefetch": 1})),
    ("Purpose", {"HTTP_PURPOSE": "prefetch"}, Told(excluded={"prefetch": 1})),
    ("X-Purpose", {"HTTP_X_PURPOSE": "preview"}, Told(excluded={"prefetch": 1})),
    ("X-Moz", {"HTTP_X_MOZ": "Prefetch"}, Told(excluded={"prefetch": 1})),
    ("another purpose", {"HTTP_SEC_PURPOSE": "navigate"}, Told(1, {7: 1})),
    (
        "prefetch of a bot",
        {"HTTP_X_MOZ": "prefetch", "HTTP_USER_AGENT": GOOGLEBOT},
        Told(excluded={"prefetch": 1}),
    ),
    ("empty agent", {"HTTP_USER_AGENT": ""}, Told(excluded={"empty_agent": 1})),
    ("blank agent", {"HTTP_USER_AGENT": "  "}, Told(excluded={"empty_agent": 1})),
    ("a bot", {"HTTP_USER_AGENT": GOOGLEBOT}, Told(excluded={"bot": 1})),
]


@pytest.mark.parametrize(
    ("request_", "expected"), [r[1:] for r in REQUESTS], ids=[r[0] for r in REQUESTS]
)
def test_request(
    request_: dict[str, str], expected: Told, ledger: Ledger, browser: Browser
) -> None:
    got = browser.get("/tin/7", **request_)
    assert told(ledger) == expected
    assert (got.header("Set-Cookie") is not None) == (expected.visits > 0)


def test_staff_comes_before_bots_and_bots_before_the_flood(
    ledger: Ledger, clock: Clock, counter: VisitCounter
) -> None:
    Browser(counter, clock, agent=GOOGLEBOT).get("/staff")
    Browser(counter, clock, agent="").get("/staff")
    assert told(ledger) == Told(excluded={"staff": 2})


def test_786_and_one_reader_who_reloads_five_times_is_787(
    ledger: Ledger, counter: VisitCounter, clock: Clock
) -> None:
    reader = Browser(counter, clock)
    assert reader.get("/tin/7").text == "<h1>Bảy</h1>786"
    for _ in range(5):
        reader.get("/tin/7")
    ledger.fold_now()
    # a process that has no figures yet
    fresh = Browser(site_behind_counter(ledger, clock), clock, agent=GOOGLEBOT)
    assert fresh.get("/tin/7").text == "<h1>Bảy</h1>787"


def test_a_visit_is_booked_on_the_day_of_the_hit_in_the_site_s_zone(
    ledger: Ledger, counter: VisitCounter, clock: Clock
) -> None:
    clock.now = 1_492_275_599.0  # 15 April 2017, 23:59:59 in Vietnam, 16:59:59 UTC
    Browser(counter, clock).get("/tin/7")
    clock.now += 1
    Browser(counter, clock).get("/tin/7")
    clock.now += 3600
    ledger.fold_now()
    assert ledger.visits_by_day(*EVER) == {date(2017, 4, 15): 1, date(2017, 4, 16): 1}
    assert ledger.views_between(date(2017, 4, 15), date(2017, 4, 15)) == {7: 1}


def test_a_visit_over_midnight_is_one_visit(ledger: Ledger, browser: Browser, clock: Clock) -> None:
    clock.now = 1_492_275_599.0
    browser.get("/tin/7")
    clock.now += 600
    browser.get("/tin/7")
    assert told(ledger) == Told(1, {7: 1})


def test_weeks_start_on_monday(ledger: Ledger, counter: VisitCounter, clock: Clock) -> None:
    for day in (3, 9, 10, 15):  # Monday of the last week, its Sunday, Monday, Saturday (today)
        clock.now = 1_492_225_200.0 - (15 - day) * 86_400
        Browser(counter, clock).get("/")
    clock.now -= 40 * 86_400
    Browser(counter, clock).get("/")
    clock.now = 1_492_225_200.0
    ledger.set_baseline(5_164_373)
    ledger.correct("site", None, -1, "a test visit", "admin")
    ledger.fold_now()
    figures = ledger.site_figures(date(2017, 4, 15))
    assert (figures.total, figures.today, figures.week, figures.month) == (5_164_377, 1, 2, 4)


PEOPLE = [
    FIREFOX,
    CHROME,
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/120.0.0 Chrome/114.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/100.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_S) AppleWebKit/537.36 Chrome/100.0.0.0 Mobile",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Zalo iOS/483",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) [FBAN/FBIOS;FBAV/450.0]",
    "Mozilla/5.0 (Linux; Android 13; SM-A546E) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.12.423 Version/12.16",
    "Mozilla/5.0 (Linux; U; Android 11) AppleWebKit/537.36 UCBrowser/13.4 Mobile Safari/537.36",
]
PROGRAMS = [
    GOOGLEBOT,
    "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
    "Baiduspider",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0 A",
    "ZaloBot",
    "TelegramBot (like TwitterBot)",
    "curl/8.5.0",
    "Wget/1.21",
    "python-requests/2.32.0",
    "Python-urllib/3.11",
    "python-httpx/0.27",
    "Go-http-client/2.0",
    "okhttp/4.12",
    "Java/17.0.2",
    "Apache-HttpClient/4.5",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "kube-probe/1.29",
    "check_http/v2.3 (monitoring-plugins)",
    "GPTBot/1.0",
    "Mozilla/5.0 AppleWebKit/537.36 ChatGPT-User/1.0",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_are_people(agent: str) -> None:
    assert not is_bot(agent)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_programs_are_bots(agent: str) -> None:
    assert is_bot(agent)
