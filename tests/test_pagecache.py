"""The page cache: nobody gets another's page or an old one, and it stays within its bound."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import event, text, update
from werkzeug.test import Client

from newsapp.extensions import db
from newsapp.freshness import Freshness
from newsapp.models import Account, Article, Language, Role, Section
from newsapp.pagecache import KEEP_UNTIL, PageCache
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.visits.rules import PAGE_KEY, CountedPage
from tests.pages import CheckingClient, text_of

MakeArticle = Callable[..., Article]
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140"}


@pytest.fixture
def renderings(app: Flask) -> list[str]:
    """The addresses that Flask itself was asked for, in order."""
    asked: list[str] = []

    def note() -> None:
        asked.append(request.full_path)

    app.before_request_funcs.setdefault(None, []).append(note)
    return asked


def address(article: Article) -> str:
    return f"/tin/{article.id}-{article.slug}"


def edit_elsewhere() -> None:
    """Change each article's title as another process would: nothing tells this one."""
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE article SET title = 'Sau khi sửa'"))
        connection.execute(text("UPDATE content_version SET number = number + 1"))
    db.session.remove()


def version(app: Flask) -> int | None:
    freshness: Freshness = app.extensions["newsapp.freshness"]
    return freshness.version()


def test_a_page_is_rendered_once_and_counted_each_time(
    client: CheckingClient, app: Flask, make_article: MakeArticle, renderings: list[str]
) -> None:
    article = make_article(view_baseline=786)
    for reader in range(5):
        page = app.test_client().get(address(article), headers=FIREFOX)
        assert "newsapp_visit=" in page.headers["Set-Cookie"]
        assert page.headers["Cache-Control"] == "private, no-cache"
        assert page.headers["Content-Length"] == str(len(page.data)), reader
    assert renderings == [f"{address(article)}?"]
    app.extensions["newsapp.ledger"].fold_now()
    assert app.extensions["newsapp.ledger"].article_views(article.id) == 5
    time.sleep(1.1)
    assert "791" in client.get(address(article)).text
    assert len(renderings) == 1


def test_a_kept_page_costs_no_statement(
    client: CheckingClient, make_article: MakeArticle, count_queries: Callable[[], int]
) -> None:
    article = make_article()
    client.get(address(article))
    count_queries()
    sent: list[str] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda _c, _u, statement, *_: sent.append(statement)
    )
    for _ in range(20):
        client.get(address(article))
    assert {statement for statement in sent if "content_version" not in statement} == set()


def test_every_change_is_seen_at_once_by_the_process_that_made_it(
    client: CheckingClient, section: Section, make_article: MakeArticle
) -> None:
    first = make_article("Tin thứ nhất")
    assert "Tin thứ nhất" in client.get("/").text
    articles.save(
        first.id,
        Content("Tin đã sửa", section_id=section.id),
        version=first.version,
        by=COMMAND_LINE,
    )
    assert "Tin đã sửa" in client.get("/").text
    site.change_settings({"site_name": "Phường Mới"}, by=COMMAND_LINE)
    assert "Phường Mới" in client.get("/").text
    site.add_links([site.LinkEntry("", "Cổng thành phố", "https://tp.example/")], by=COMMAND_LINE)
    assert "Cổng thành phố" in client.get("/").text
    articles.save(
        first.id,
        Content("Tin đã sửa", section_id=section.id),
        version=first.version,
        by=COMMAND_LINE,
        step=Step.WITHDRAW,
    )
    assert "Tin đã sửa" not in client.get("/").text
    client.get(address(first), expect=410)


def test_only_what_readers_see_moves_the_version(
    app: Flask, make_article: MakeArticle, make_account: Callable[..., Account]
) -> None:
    make_article()
    before = version(app)
    make_account(Role.EDITOR)
    assert version(app) == before
    make_article()
    assert version(app) == (before or 0) + 1
    before = version(app)
    with pytest.raises(articles.Invalid):
        make_article("")
    db.session.rollback()
    assert version(app) == before
    # What is done around a part that is undone counts.
    db.session.execute(update(Article).values(source="Phường"))
    db.session.begin_nested().rollback()
    db.session.commit()
    assert version(app) == (before or 0) + 1


def test_a_look_that_takes_long_lets_no_old_page_through(
    client: CheckingClient, app: Flask, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a quiet night, with a database that takes its time."""
    article = make_article("Trước khi sửa")
    client.get(address(article))
    here: Freshness = app.extensions["newsapp.freshness"]
    look = here._look

    def slowly(doubts: int) -> None:
        time.sleep(1.5)
        look(doubts)

    monkeypatch.setattr(here, "_look", slowly)
    time.sleep(1.2)
    edit_elsewhere()
    time.sleep(1)
    assert "Sau khi sửa" in client.get(address(article)).text


def test_only_one_waits_for_a_look_that_hangs(
    app: Flask, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_article()
    here: Freshness = app.extensions["newsapp.freshness"]
    look, goes_on = here._look, threading.Event()

    def hang(doubts: int) -> None:
        goes_on.wait(10)
        look(doubts)

    monkeypatch.setattr(here, "_look", hang)
    here.doubt()
    assert here.version() is None
    begun = time.monotonic()
    assert [here.version() for _ in range(3)] == [None] * 3
    assert time.monotonic() - begun < 0.5
    goes_on.set()
    while here.version() is None:
        assert time.monotonic() - begun < 5
        time.sleep(0.05)


def test_a_look_that_fails_ends_no_looking(
    client: CheckingClient, app: Flask, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make_article("Trước khi sửa")
    client.get(address(article))
    here: Freshness = app.extensions["newsapp.freshness"]

    def fail(_doubts: int) -> None:
        raise OSError("no descriptor left")

    monkeypatch.setattr(here, "_look", fail)
    time.sleep(1)
    assert "Trước khi sửa" in client.get(address(article)).text
    monkeypatch.undo()
    edit_elsewhere()
    time.sleep(1)
    assert "Sau khi sửa" in client.get(address(article)).text


def test_a_change_of_another_process_is_seen_within_a_second(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Trước khi sửa")
    client.get(address(article))
    edit_elsewhere()
    begun = time.monotonic()
    while "Sau khi sửa" not in client.get(address(article)).text:
        assert time.monotonic() - begun < 1
        time.sleep(0.05)


def test_who_comes_while_a_page_is_made_anew_gets_the_one_before(
    app: Flask, make_article: MakeArticle
) -> None:
    """So long as it is news of this second, and no longer."""
    article = make_article("Trước khi sửa")
    app.test_client().get(address(article), headers=FIREFOX)
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        if threading.current_thread() is not threading.main_thread():
            begun.set()
            go_on.wait(5)

    app.before_request_funcs.setdefault(None, []).append(hold)
    read = partial(Client(app).get, address(article), headers=FIREFOX)
    seen: list[str] = []
    slow_one = threading.Thread(target=lambda: seen.append(read().text))
    version(app)
    edit_elsewhere()
    app.extensions["newsapp.freshness"].doubt()
    version(app)
    slow_one.start()
    assert begun.wait(5)
    assert "Trước khi sửa" in read().text
    time.sleep(0.8)
    assert "Sau khi sửa" in read().text
    go_on.set()
    slow_one.join()
    assert "Sau khi sửa" in seen[0]


def test_staff_see_at_once_what_another_process_changed(
    make_article: MakeArticle,
    make_account: Callable[..., Account],
    sign_in: Callable[[Account], CheckingClient],
) -> None:
    make_article()
    editor = sign_in(make_account(Role.EDITOR))
    editor.get("/lien-ket")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE section SET name = 'Tên mới'"))
        connection.execute(text("UPDATE content_version SET number = number + 1"))
    assert "Tên mới" in editor.get("/lien-ket").text


def test_a_scheduled_article_comes_at_its_second(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    make_article("Đang đọc")
    at = datetime.now(UTC) + timedelta(seconds=1.5)
    make_article("Hẹn giờ", at=at)
    while datetime.now(UTC) < at - timedelta(milliseconds=100):
        assert "Hẹn giờ" not in client.get("/").text
    time.sleep(max(0, (at - datetime.now(UTC)).total_seconds()))
    assert "Hẹn giờ" in client.get("/").text


def test_pages_keep_while_the_database_is_away(app: Flask, make_article: MakeArticle) -> None:
    article = make_article()
    browser = app.test_client()
    assert browser.get(address(article), headers=FIREFOX).status_code == 200
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE content_version RENAME TO away"))
    time.sleep(1)
    assert browser.get(address(article), headers=FIREFOX).status_code == 200
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO content_version"))
    make_article("Sau sự cố")
    begun = time.monotonic()
    while "Sau sự cố" not in browser.get(address(article), headers=FIREFOX).text:
        assert time.monotonic() - begun < 2
        # Without a pause it would keep the processor from the very thread that it waits for.
        time.sleep(0.05)


def test_nobody_gets_the_page_of_somebody_else(
    app: Flask,
    client: CheckingClient,
    make_article: MakeArticle,
    make_account: Callable[..., Account],
    sign_in: Callable[[Account], CheckingClient],
) -> None:
    """Every visitor after every other, over the same pages, through one cache."""
    article = make_article()
    english = make_account(Role.ADMINISTRATOR, "quantri")
    english.language = Language.ENGLISH
    db.session.commit()
    visitors: dict[str, CheckingClient | None] = {
        "reader": client,
        "new reader": None,
        "contributor": sign_in(make_account(Role.CONTRIBUTOR)),
        "editor": sign_in(make_account(Role.EDITOR)),
        "English administrator": sign_in(english),
    }
    places = ["/", address(article), "/muc/tin-hoat-dong", "/luu-tru", "/bien-tap/", "/dang-nhap"]

    def seen(name: str, place: str, host: str = "localhost") -> tuple[int, str]:
        answer = (visitors[name] or app.test_client()).get(
            place,
            expect=expected[place] if "reader" in name else None,
            base_url=f"http://{host}",
            headers=FIREFOX,
        )
        # But for form tokens and figures.
        return answer.status_code, re.sub(r'value="[^"]{40,}"|[0-9]', "", answer.text)

    expected = dict.fromkeys(places, 200) | {"/bien-tap/": 302}
    alone = {(name, place): seen(name, place) for name in visitors for place in places}
    for first in visitors:
        for second in visitors:
            make_article("Một tin nữa", step=Step.KEEP)
            for place in places:
                seen(first, place)
                status, html = seen(second, place)
                assert status == alone[second, place][0]
                if "reader" in second:
                    assert html == alone[second, place][1]
                    assert "csrf_token" not in html or place == "/dang-nhap"
    token = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
    first_form, second_form = (
        token.search(app.test_client().get("/dang-nhap", headers=FIREFOX).text) for _ in range(2)
    )
    assert first_form
    assert second_form
    assert first_form[1] != second_form[1]


def test_each_host_has_its_own_pages_and_strangers_none(
    app: Flask, make_article: MakeArticle
) -> None:
    article = make_article()
    browser = app.test_client()
    for host in ("localhost", "127.0.0.1", "localhost:8000", "localhost"):
        page = browser.get(address(article), base_url=f"http://{host}", headers=FIREFOX)
        canonical = re.search(r'rel="canonical" href="([^"]+)"', page.text)
        assert canonical
        assert canonical[1] == f"http://{host}{address(article)}"
    assert browser.get("/", base_url="https://localhost", headers=FIREFOX).status_code == 200
    stranger = browser.get(
        address(article), base_url="http://evil.example", headers=FIREFOX, expect=400
    )
    assert article.title not in stranger.text


def test_new_readers_who_ask_for_different_things_get_them(
    app: Flask, make_article: MakeArticle
) -> None:
    """What one is answered, others of the same second are answered too: those who ask the same."""
    for number in range(45):
        make_article(f"Tin số {number:02}", at=datetime.now(UTC) - timedelta(hours=number))

    def read(base_url: str, path: str) -> str:
        answer = app.test_client().get(path, base_url=base_url, headers=FIREFOX)
        return re.sub(r"<b>[0-9]</b>|>[0-9.]+<", "", answer.text)

    section = "/muc/tin-hoat-dong"
    onward = re.search(r'"(/muc/[^"]+truoc=[^"]+)"', read("http://localhost", section))
    assert onward
    asked = [
        (f"http://{host}{mounted_at}", path)
        for host in ("localhost", "127.0.0.1", "localhost:8000")
        for mounted_at in ("", "/cong-thong-tin")
        for path in ("/", section)
    ]
    asked.append(("http://localhost", onward[1]))
    pages = {place: read(*place) for place in asked}
    assert len(set(pages.values())) == len(asked)
    for _ in range(3):
        for place in asked:
            assert read(*place) == pages[place]


def test_only_parameters_that_pages_read_make_another_page(
    client: CheckingClient, make_article: MakeArticle, renderings: list[str]
) -> None:
    for number in range(45):
        make_article(f"Tin số {number:02}", at=datetime.now(UTC) - timedelta(hours=number))

    def titles(place: str) -> list[str]:
        main = client.page(place).find("body//main")
        assert main is not None
        return [text_of(a) for a in main.iter("a") if str(a.get("href")).startswith("/tin/")]

    plain = "/muc/tin-hoat-dong"
    assert titles(f"{plain}?utm_source=x&fbclid=1") == titles(plain)
    assert len(renderings) == 1
    onward = next(
        str(a.get("href")) for a in client.page(plain).iter("a") if "truoc=" in str(a.get("href"))
    )
    assert titles(onward) != titles(plain)
    assert titles(f"{onward}&truoc=") == titles(onward)
    assert titles(f"{plain}?truoc=&{onward.partition('?')[2]}") == titles(plain)
    assert client.get("/luu-tru?ngay=abc", expect=400).text != client.get("/luu-tru").text


def test_head_and_compressed_answers_come_from_the_same_page(
    client: CheckingClient, app: Flask, make_article: MakeArticle, renderings: list[str]
) -> None:
    article = make_article()
    client.get(address(article))
    time.sleep(1.5)  # until the first reader is booked, and stands in the figures
    plain = client.get(address(article)).data
    packed = client.get(address(article), headers={**FIREFOX, "Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.get_data()) == plain
    assert len(packed.get_data()) < len(plain) / 2
    head = client.head(address(article))
    assert (head.status_code, head.data) == (200, b"")
    assert len(renderings) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_kept_page_has_the_headers_of_a_new_one_each_once(
    app: Flask, make_article: MakeArticle, renderings: list[str], packed: bool
) -> None:
    article = make_article()
    asked = {**FIREFOX, "Accept-Encoding": "gzip"} if packed else FIREFOX
    answers = [app.test_client().get(address(article), headers=asked) for _ in range(3)]
    assert len(renderings) == 1
    changing = {"Set-Cookie", "Content-Length"}  # the time, the figures
    new, *kept = [
        sorted((name, "" if name in changing else value) for name, value in answer.headers)
        for answer in answers
    ]
    assert kept == [new, new]
    assert len({name.lower() for name, _ in new}) == len(new)
    assert {"Content-Security-Policy", "Set-Cookie", "Vary", "Cache-Control"} <= {n for n, _ in new}


def test_printed_pages_searches_and_errors_are_not_kept(
    client: CheckingClient, make_article: MakeArticle, renderings: list[str]
) -> None:
    article = make_article()
    for place in (f"{address(article)}/ban-in", "/tim-kiem?q=tin", "/tin/4711"):
        expect = 404 if "4711" in place else 200
        client.get(place, expect=expect)
        client.get(place, expect=expect)
    assert len(renderings) == 6


class Pages:
    """An application with a page of 10,000 bytes at each address."""

    def __init__(self, until: datetime, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.until = until
        self.headers = headers
        self.rendered = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.rendered += 1
        environ[KEEP_UNTIL] = self.until
        environ[PAGE_KEY] = CountedPage()
        start_response("200 OK", [("Content-Type", "text/html"), *self.headers])
        return [environ["PATH_INFO"].ljust(10_000).encode()]


@pytest.fixture
def ask(app: Flask) -> Callable[..., Any]:
    clock = time.time

    def behind_cache(pages: Pages, bytes_max: int = 1_000_000) -> tuple[PageCache, Any]:
        cache = PageCache(
            pages,
            app.extensions["newsapp.freshness"],
            bytes_max,
            session_cookie="newsapp",
            clock=lambda: clock(),
        )

        def get(path: str, query: str = "", cookie: str = "") -> bytes:
            environ = {
                "REQUEST_METHOD": "GET",
                "wsgi.url_scheme": "http",
                "HTTP_HOST": "localhost",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "HTTP_COOKIE": cookie,
            }
            kept = cache.find(environ)
            if kept is not None:
                return kept.body.html
            return b"".join(cache(environ, lambda *_: lambda _: None))

        return cache, get

    return behind_cache


def test_a_hundred_thousand_addresses_do_not_push_out_what_is_read(
    ask: Callable[..., Any],
) -> None:
    pages = Pages(datetime.now(UTC) + timedelta(hours=1))
    cache, get = ask(pages)
    hot = [f"/tin/{number}" for number in range(10)]
    for path in hot:
        get(path)
        get(path)
    pages.rendered = 0
    largest = 0
    for number in range(100_000):
        get("/muc/tin", query=f"truoc={number}&rac={number}")
        if number % 1_000 == 0:
            largest = max(largest, cache.shelf.size)
    assert largest <= 1_000_000
    assert pages.rendered == 100_000
    for path in hot:
        get(path)
    assert pages.rendered == 100_000, "a page that is read was pushed out"


def test_a_page_that_is_read_between_is_not_pushed_out_by_repeated_ones(
    ask: Callable[..., Any],
) -> None:
    pages = Pages(datetime.now(UTC) + timedelta(hours=1))
    _cache, get = ask(pages)
    get("/")
    get("/")
    for number in range(3_000):
        get("/muc/tin", query=f"truoc={number}")
        get("/muc/tin", query=f"truoc={number}")
        if number % 10 == 0:
            get("/")
    assert pages.rendered == 3_001


@pytest.mark.parametrize(
    ("pages", "cookie"),
    [
        (Pages(datetime.now(UTC) + timedelta(hours=1), (("Set-Cookie", "a=b"),)), ""),
        (Pages(datetime.now(UTC) - timedelta(seconds=1)), ""),
        (Pages(datetime.now(UTC) + timedelta(hours=1)), "newsapp_visit=x; newsapp=y"),
    ],
    ids=["sets a cookie", "its time is over", "has a session"],
)
def test_what_must_not_be_kept(ask: Callable[..., Any], pages: Pages, cookie: str) -> None:
    _cache, get = ask(pages)
    pages.rendered = 0
    get("/", cookie=cookie)
    get("/", cookie=cookie)
    assert pages.rendered == 2


def test_the_text_of_a_kept_page_is_the_reader_s_own_address(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    """Two articles of one title never stand in for each other."""
    first, second = make_article("Cùng tên"), make_article("Cùng tên")
    assert first.slug == second.slug
    for article in (first, second, first, second):
        root = client.page(address(article))
        back = [a.get("href") for a in root.iter("a") if text_of(a) == "Bản in"]
        assert back == [f"{address(article)}/ban-in"]
