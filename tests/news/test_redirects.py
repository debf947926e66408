"""Old addresses: they lead to what took their place, and never hide what is there."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Article, Redirect, Section
from newsapp.news import queries
from newsapp.publishing import articles, pages, redirects, sections
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.pages import CheckingClient

MakeArticle = Callable[..., Article]


def add(address: str, **where: Any) -> Redirect:
    return redirects.add_redirect(address, by=COMMAND_LINE, **where)


def hits(address: str) -> int:
    db.session.expire_all()
    return db.session.query(Redirect).filter_by(address=address).one().hits


@pytest.mark.parametrize(
    "asked",
    [
        "/Default.aspx?Tab=12&ID=5",
        "/default.aspx?tab=12&id=5",
        "/DEFAULT.ASPX?TAB=12&ID=5",
        "/default%2Easpx?tab=12&id=5",
    ],
)
def test_an_old_address_leads_to_its_article(
    client: CheckingClient, make_article: MakeArticle, asked: str
) -> None:
    article = make_article()
    add("https://cu.example.vn/Default.aspx?tab=12&Id=5", article_id=article.id)
    answer = client.get(asked, expect=301)
    assert answer.location == f"/tin/{article.id}-{article.slug}"
    client.get("/default.aspx?tab=12&id=6", expect=404)
    client.get("/default.aspx", expect=404)


def test_marked_letters_in_either_form(client: CheckingClient, section: Section) -> None:
    add("/Tin-T%E1%BB%A9c.html", target="/lien-ket")
    assert client.get("/tin-tức.html", expect=301).location == "/lien-ket"
    assert client.get("/tin-tu%CC%9B%CC%81c.html", expect=301).location == "/lien-ket"


def test_an_article_that_is_not_public_is_not_led_to(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article(step=Step.KEEP)
    add("/cu/5.html", article_id=article.id)
    client.get("/cu/5.html", expect=404)
    assert hits("/cu/5.html") == 0


def test_a_query_that_the_old_address_did_not_have_goes_along(client: CheckingClient) -> None:
    add("/tim", target="/tim-kiem")
    answer = client.get("/tim?q=c%E1%BA%A7u&muc=tin", expect=301)
    assert answer.location == "/tim-kiem?q=c%E1%BA%A7u&muc=tin"
    add("/tim?q=cu", target="/lien-ket")
    assert client.get("/tim?q=cu", expect=301).location == "/lien-ket"


def test_hits_are_counted_on_get_only(client: CheckingClient) -> None:
    add("/cu", target="/lien-ket")
    for _ in range(3):
        client.get("/cu", expect=301)
    client.head("/cu", expect=301)
    client.post("/cu", expect=404)
    assert hits("/cu") == 3


@contextmanager
def somebody_writing(app: Flask, address: str) -> Iterator[None]:
    """Another process holds the row (or, on SQLite, the whole file) for writing."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        other.close()
        return
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE redirect SET hits = hits WHERE address = %s", (address,))
        yield
        connection.rollback()


def test_a_busy_database_delays_nobody(app: Flask, client: CheckingClient) -> None:
    add("/cu", target="/lien-ket")
    client.get("/cu", expect=301)
    with somebody_writing(app, "/cu"):
        before = time.perf_counter()
        assert client.get("/cu", expect=301).location == "/lien-ket"
        assert time.perf_counter() - before < 2.5
    assert hits("/cu") == 1
    client.get("/cu", expect=301)
    assert hits("/cu") == 2


def test_writers_still_wait_for_each_other(app: Flask, client: CheckingClient) -> None:
    """The connection that counted a hit goes back with its patience."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite keeps the waiting time with the connection")
    add("/cu", target="/lien-ket")
    with db.engine.connect() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    for _ in range(3):
        client.get("/cu", expect=301)
    open_ones = [db.engine.connect() for _ in range(3)]
    found = {c.exec_driver_sql("PRAGMA busy_timeout").scalar() for c in open_ones}
    for connection in open_ones:
        connection.close()
    assert found == {patience}


def test_a_live_address_is_never_shadowed(
    client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    article = make_article()
    # Rows that nobody could make through publishing.
    for live in ("/", f"/tin/{article.id}-{article.slug}", "/muc/tin-hoat-dong", "/lien-ket"):
        db.session.add(Redirect(address=live, target="/hinh-anh", created_at=article.created_at))
    db.session.commit()
    for live in ("/", f"/tin/{article.id}-{article.slug}", "/muc/tin-hoat-dong", "/lien-ket"):
        client.get(live, expect=200)


def test_a_renamed_section_and_its_feed_and_pages_are_found(
    client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    for n in range(25):
        make_article(f"Tin {n}")
    older = next(
        str(a.get("href"))
        for a in client.page("/muc/tin-hoat-dong").iter("a")
        if "truoc=" in str(a.get("href"))
    )
    sections.change_section(section.id, name="Tin phường", slug="", by=COMMAND_LINE)
    answer = client.get("/muc/tin-hoat-dong", expect=301)
    assert answer.location == "/muc/tin-phuong"
    assert client.get(older, expect=301).location == older.replace("tin-hoat-dong", "tin-phuong")
    client.get(older, follow_redirects=True, expect=200)
    feed = client.get("/muc/tin-hoat-dong/rss.xml", expect=301)
    assert feed.location == "/muc/tin-phuong/rss.xml"


def test_there_and_back_again(client: CheckingClient, section: Section) -> None:
    def rename(slug: str) -> None:
        sections.change_section(section.id, name="Tin", slug=slug, by=COMMAND_LINE)

    rename("b")
    rename("c")
    # One hop from each name it ever had.
    assert client.get("/muc/tin-hoat-dong", expect=301).location == "/muc/c"
    assert client.get("/muc/b", expect=301).location == "/muc/c"
    rename("b")
    client.get("/muc/b", expect=200)
    assert client.get("/muc/tin-hoat-dong", expect=301).location == "/muc/b"
    assert client.get("/muc/c", expect=301).location == "/muc/b"
    assert db.session.query(Redirect).filter_by(address="/muc/b").count() == 0


def test_a_new_section_takes_its_address_back(client: CheckingClient, section: Section) -> None:
    sections.change_section(section.id, name="Tin", slug="moi", by=COMMAND_LINE)
    sections.add_section("Tin hoạt động", by=COMMAND_LINE)
    client.get("/muc/tin-hoat-dong", expect=200)
    assert db.session.query(Redirect).count() == 0


def test_a_renamed_and_a_deleted_page(client: CheckingClient, app: Flask) -> None:
    page = pages.add_page("lien-he", "Liên hệ", "<p>Ở đây.</p>", by=COMMAND_LINE)
    pages.change_page(
        page.id,
        by=COMMAND_LINE,
        seen=page.updated_at,
        slug="hoi-dap",
        title=page.title,
        body=page.body,
        language=page.language,
    )
    assert client.get("/trang/lien-he", expect=301).location == "/trang/hoi-dap"
    pages.delete_page(page.id, by=COMMAND_LINE)
    client.get("/trang/lien-he", expect=404)
    assert db.session.query(Redirect).count() == 0


def test_the_old_names_of_albums_and_articles_need_no_row(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    """They are found by their number; see `pages.moved`."""
    article = make_article("Tên cũ")
    articles.save(
        article.id,
        Content("Tên mới", body=article.body, section_id=article.section_id),
        version=article.version,
        by=COMMAND_LINE,
    )
    answer = client.get(f"/tin/{article.id}-ten-cu", expect=301)
    assert answer.location == f"/tin/{article.id}-ten-moi"
    assert db.session.query(Redirect).count() == 0


@pytest.mark.parametrize(
    "odd", ["/%00", "/a%00b", "/" + "x" * 3000, "/%ff%fe", "/a?%00=%ff", "/[", "/a:b", "/%F0%9F"]
)
def test_odd_addresses_are_404(client: CheckingClient, odd: str) -> None:
    client.get(odd, expect=404)


def test_one_statement_more_on_a_404(
    client: CheckingClient, count_queries: Callable[[], int]
) -> None:
    client.get("/khong-co", expect=404)
    count_queries()
    client.get("/khong-co", expect=404)
    missing = count_queries()
    client.get("/lien-ket")
    assert missing <= count_queries() + 1


OLD_SHAREPOINT = "/tintuc/lists/posts/post.aspx?Source=/tintuc&Category=Tin&ItemID=512&Mode=1"


@pytest.mark.parametrize(
    "asked",
    [
        OLD_SHAREPOINT,
        OLD_SHAREPOINT.upper(),
        "/tintuc/lists/posts/post.aspx?Mode=1&ItemID=512&Source=/tintuc&Category=Tin",
        "/tintuc/lists/posts/post.aspx?Source=%2Ftintuc&Category=Tin&ItemID=512&Mode=1",
        "/TinTuc/Lists/Posts/Post.aspx/?itemid=512&source=%2ftintuc&category=tin&mode=1",
        "/tintuc/lists%2Fposts/post%2Easpx?Source=/tintuc&Category=Tin&ItemID=512&Mode=1",
    ],
)
def test_parameters_in_another_order_and_other_spellings(
    client: CheckingClient, make_article: MakeArticle, asked: str
) -> None:
    article = make_article()
    row = add(OLD_SHAREPOINT, article_id=article.id)
    assert redirects.address_key(row.address) == row.address
    answer = client.get(asked, expect=301)
    assert answer.location == f"/tin/{article.id}-{article.slug}"
    client.get(asked.replace("512", "513"), expect=404)
    assert hits(row.address) == 1


def test_rows_kept_as_they_were_written_are_still_found(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article()
    for kept in ("/cu.aspx?mode=1&id=5", "/thu-muc/"):
        row = Redirect(address=kept, target="/lien-ket", created_at=article.created_at)
        db.session.add(row)
    db.session.commit()
    assert client.get("/cu.aspx?Mode=1&Id=5", expect=301).location == "/lien-ket"
    assert client.get("/thu-muc/", expect=301).location == "/lien-ket"


def test_a_slash_at_the_end_makes_no_difference(client: CheckingClient) -> None:
    add("/thu-muc/", target="/lien-ket")
    client.get("/thu-muc", expect=301)
    client.get("/thu-muc/", expect=301)
    assert hits("/thu-muc") == 2


def change_state(article: Article, step: Step) -> None:
    articles.save(
        article.id,
        Content(article.title, body=article.body, section_id=article.section_id),
        version=article.version,
        by=COMMAND_LINE,
        step=step,
    )


def test_a_withdrawn_article_is_gone_and_says_nothing_of_itself(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Tên rất riêng", body="<p>Nội dung rất riêng</p>")
    add("/cu/9.html", article_id=article.id)
    change_state(article, Step.WITHDRAW)
    assert client.get("/cu/9.html", expect=301).location == f"/tin/{article.id}"
    for ref in (f"{article.id}", f"{article.id}-{article.slug}", f"{article.id}-sai"):
        for end in ("", "/ban-in", "/luu"):
            text = client.get(f"/tin/{ref}{end}", expect=410).text
            assert "Bài viết đã được gỡ" in text
            assert 'href="/muc/tin-hoat-dong"' in text
            assert 'href="/luu-tru"' in text
            assert "rất riêng" not in text
            assert "ten-rat-rieng" not in text
    change_state(article, Step.PUBLISH)
    client.get(f"/tin/{article.id}-{article.slug}", expect=200)


def test_what_was_never_public_or_lies_in_the_trash_is_not_found(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    draft, trashed = make_article(step=Step.KEEP), make_article()
    articles.delete(trashed.id, by=COMMAND_LINE)
    # Withdrawn before its time had come: that time passes and it still never was public.
    early = make_article(at=clock_now() + timedelta(days=1))
    change_state(early, Step.WITHDRAW)
    assert queries.withdrawn(early.id, clock_now() + timedelta(days=2)) is None
    for article in (draft, trashed, early):
        for end in ("", "/ban-in", "/luu"):
            client.get(f"/tin/{article.id}-{article.slug}{end}", expect=404)


def test_a_row_is_changed_keeps_its_hits_and_is_deleted(client: CheckingClient) -> None:
    row, other = add("/cu", target="/lien-ket"), add("/khac", target="/lien-ket")
    client.get("/cu", expect=301)
    with pytest.raises(articles.Invalid) as refused:
        redirects.change_redirect(row.id, "/Khac", by=COMMAND_LINE, target="/hinh-anh")
    assert refused.value.problems == {"address": "taken"}
    redirects.change_redirect(row.id, "/Moi", by=COMMAND_LINE, target="/hinh-anh")
    assert client.get("/moi", expect=301).location == "/hinh-anh"
    client.get("/cu", expect=404)
    assert hits("/moi") == 2
    redirects.delete_redirect(other.id, by=COMMAND_LINE)
    client.get("/khac", expect=404)
