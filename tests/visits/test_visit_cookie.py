"""The visit cookie: what it may hold, and that nothing but our own is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsapp.visits.cookie import MOST_BYTES, MOST_SEEN, NAME, VisitCookie
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import Visit
from tests.visits.visiting import KEY, Browser, Clock, site_behind_counter

NOW = 1_492_225_200_000
COOKIE = VisitCookie(KEY)


def written(visit: Visit) -> str:
    return f"{NAME}={COOKIE.value(visit)}"


@given(
    st.lists(st.integers(0, 2**63), max_size=MOST_SEEN + 50),
    st.integers(NOW - 1_799_999, NOW),
)
def test_what_is_written_is_read(seen: list[int], last_ms: int) -> None:
    value = COOKIE.value(Visit(last_ms, tuple(seen)))
    assert len(value) <= MOST_BYTES
    visit = COOKIE.read(f"{NAME}={value}", NOW)
    assert visit is not None
    assert visit.last_ms == last_ms
    kept = len(visit.seen)
    assert visit.seen == tuple(seen)[len(seen) - kept :]
    assert kept >= min(len(seen), 130)


def test_two_hundred_ordinary_pages_fit() -> None:
    seen = tuple(range(9_000_000, 9_000_000 + MOST_SEEN))
    visit = COOKIE.read(written(Visit(NOW, seen)), NOW)
    assert visit is not None
    assert visit.seen == seen


@given(st.text(max_size=300))
def test_garbage_is_no_cookie(text: str) -> None:
    assert COOKIE.read(text, NOW) is None
    assert COOKIE.read(f"{NAME}={text}", NOW) is None


@given(st.integers(0, 200), st.sampled_from('0aA-._~ \x00;"é'))
def test_a_changed_character_makes_it_void(position: int, character: str) -> None:
    good = COOKIE.value(Visit(NOW, (14, 16, 18)))
    position %= len(good)
    bad = good[:position] + character + good[position + 1 :]
    if bad.strip() != good:
        assert COOKIE.read(f"{NAME}={bad}", NOW) is None


@pytest.mark.parametrize(
    ("payload", "age_ms"),
    [
        ("", 0),
        ("-1", 0),
        ("1_0", 0),
        ("٣", 0),
        ("zzzzzzzzzzzzzz", 0),
        ("a-", 0),
        ("a--b", 0),
        ("A", 0),
    ],
)
def test_even_a_signed_payload_is_held_to_its_form(payload: str, age_ms: int) -> None:
    signed = COOKIE._signed(payload)
    assert COOKIE.read(f"{NAME}={signed}", NOW - age_ms) is None


@pytest.mark.parametrize(
    ("last_ms", "usable"),
    [
        (NOW, True),
        (NOW - 1_799_999, True),
        (NOW - 1_800_000, False),
        (NOW + 4_000, True),
        (NOW + 60_000, False),
        (NOW * 1000, False),
    ],
    ids=["now", "last moment", "over", "clock of another host", "future", "far future"],
)
def test_only_the_last_thirty_minutes_are_believed(last_ms: int, usable: bool) -> None:
    assert (COOKIE.read(written(Visit(last_ms)), NOW) is not None) is usable


def test_another_site_s_cookie_is_no_cookie() -> None:
    foreign = VisitCookie("the key of another site").value(Visit(NOW, (14,)))
    assert COOKIE.read(f"{NAME}={foreign}", NOW) is None


def test_its_neighbours_do_not_matter() -> None:
    header = f'other={NAME}; x{NAME}=1; {written(Visit(NOW, (14,)))} ; session="a;b"'
    assert COOKIE.read(header, NOW) == Visit(NOW, (14,))


def test_a_forged_cookie_is_answered_with_a_new_visit(ledger: Ledger, clock: Clock) -> None:
    browser = Browser(site_behind_counter(ledger, clock), clock)
    browser.get("/tin/7")
    browser.cookie = browser.cookie.swapcase().replace(NAME.swapcase(), NAME)
    browser.get("/tin/7")
    ledger.fold_now()
    assert ledger.article_views(7) == 2
    browser.get("/tin/7")
    ledger.fold_now()
    assert ledger.article_views(7) == 2


@pytest.mark.parametrize("secure", [True, False])
def test_its_attributes(ledger: Ledger, clock: Clock, secure: bool) -> None:
    scheme = {"wsgi.url_scheme": "https" if secure else "http"}
    got = Browser(site_behind_counter(ledger, clock), clock).get("/tin/7", **scheme)
    cookie = got.header("Set-Cookie")
    assert cookie is not None
    value, *attributes = cookie.split("; ")
    expected = ["Max-Age=1800", "Path=/", "HttpOnly", "SameSite=Lax"]
    assert attributes == expected + ["Secure"] * secure
    assert value.startswith("newsapp_visit=")
