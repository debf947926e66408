"""The feeds: what they hold, that they are XML whatever anybody wrote, and what is asked twice."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from newsapp.extensions import db
from newsapp.models import Article, Media, Section
from newsapp.pages import ledger
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content
from newsapp.publishing.audit import COMMAND_LINE
from tests.feeds.conftest import HARD, START, MakeArticle, address, withdraw
from tests.pages import CheckingClient

SITE, SECTION = "/rss.xml", "/muc/tin-hoat-dong/rss.xml"
MACHINES = (SITE, SECTION, "/sitemap.xml", "/sitemap-1.xml", "/sitemap-2.xml", "/robots.txt")


def read(answer: TestResponse) -> Any:
    """The feed as a feed reader understands it; it must find nothing odd."""
    assert answer.content_type == "application/rss+xml; charset=utf-8"
    feed = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})
    assert not feed.bozo, feed.bozo_exception
    assert feed.version == "rss20"
    return feed


def test_an_item_tells_all_that_a_reader_shows(
    client: CheckingClient, make_article: MakeArticle, cover: Media
) -> None:
    lead = "Tủ sách mở cửa cả tuần. " * 40
    article = make_article(lead=lead, byline="Hương Tràm", cover_id=cover.id, at=START)
    answer = client.get(SITE)
    feed = read(answer)
    assert feed.feed.language == "vi"
    assert feed.feed.link == "http://localhost/"
    assert "http://localhost/rss.xml" in [
        link.href for link in feed.feed.links if link.rel == "self"
    ]
    (item,) = feed.entries
    assert item.title == article.title
    assert item.link == f"http://localhost{address(article)}"
    assert item.id == f"http://localhost/tin/{article.id}"
    assert 'isPermaLink="false"' in answer.text
    assert "<pubDate>Sat, 15 Apr 2017 10:00:00 +0700</pubDate>" in answer.text
    assert item.summary == lead.strip()
    assert item.author == "Hương Tràm"
    assert [tag.term for tag in item.tags] == ["Tin hoạt động"]
    picture = f"http://localhost/media/{cover.path}"
    (enclosure,) = item.enclosures
    assert (enclosure.href, enclosure.type) == (picture, cover.mime_type)
    with client.get(f"/media/{cover.path}") as stored:
        assert int(enclosure.length) == len(stored.data)
        assert enclosure.type == stored.mimetype
    (media,) = item.media_content
    assert (media["url"], media["width"], media["height"]) == (picture, "40", "30")


def test_an_item_without_lead_byline_and_cover(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    make_article(body="<p>Tủ sách mở cửa từ thứ Hai.</p>")
    (item,) = read(client.get(SITE)).entries
    assert item.summary == "Tủ sách mở cửa từ thứ Hai."
    assert "author" not in item
    assert not item.enclosures


def test_a_feed_holds_the_thirty_newest_of_all_or_of_a_section_with_its_children(
    client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    child = site.add_section("Chuyển đổi số", parent_id=section.id, by=COMMAND_LINE)
    other = site.add_section("Kinh tế", by=COMMAND_LINE)
    places = (section.id, child.id, other.id)
    for n in range(99):
        # Two at each moment, so that ties are there too.
        make_article(f"Tin {n}", at=START + timedelta(minutes=n // 2), section_id=places[n % 3])
    all_three = [f"Tin {n}" for n in range(98, 68, -1)]
    family = [f"Tin {n}" for n in range(98, -1, -1) if n % 3 != 2][:30]
    alone = [f"Tin {n}" for n in range(98, -1, -1) if n % 3 == 1][:30]
    for feed, titles in (
        (SITE, all_three),
        (SECTION, family),
        ("/muc/chuyen-doi-so/rss.xml", alone),
    ):
        found = read(client.get(feed))
        assert [item.title for item in found.entries] == titles
    assert read(client.get(SECTION)).feed.title.startswith("Tin hoạt động – ")


def test_the_name_of_an_item_outlives_its_title(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Tên cũ")
    (before,) = read(client.get(SITE)).entries
    said = Content("Tên mới", section_id=article.section_id, body="<p>Chữ</p>")
    articles.save(article.id, said, version=article.version, by=COMMAND_LINE)
    (after,) = read(client.get(SITE)).entries
    assert after.title == "Tên mới"
    assert after.id == before.id
    assert client.get(before.id.removeprefix("http://localhost"), expect=301).location


def test_hard_text_comes_through_unharmed(
    client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    article = make_article("Tin", lead="Lời dẫn", byline="Tràm")
    odd = f"\x01\x0b\x1f{HARD}\x7f\ufffe\uffff"
    # Publishing cleans what people write; what stands in the database by another way must not
    # break the feed either.
    db.session.execute(
        update(Article).where(Article.id == article.id).values(title=odd, lead=odd, byline=odd)
    )
    db.session.execute(update(Section).where(Section.id == section.id).values(name=odd))
    db.session.commit()
    for feed in (SITE, SECTION):
        (item,) = read(client.get(feed)).entries
        assert item.title.rstrip("\x7f") == HARD
        assert item.author.rstrip("\x7f") == HARD
        # A description is HTML to a feed reader, and no tag of it is real.
        assert html.unescape(item.summary).rstrip("\x7f") == HARD
        assert "<" not in item.summary


def test_an_empty_feed_is_a_feed(client: CheckingClient, section: Section) -> None:
    for feed in (SITE, SECTION):
        assert read(client.get(feed)).entries == []
    client.get("/muc/khong-co/rss.xml", expect=404)


@pytest.mark.usefixtures("hidden")
def test_nothing_unpublished_is_in_a_feed(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    make_article("Điều đã công bố")
    for feed in (SITE, SECTION):
        assert [item.title for item in read(client.get(feed)).entries] == ["Điều đã công bố"]


@pytest.mark.parametrize("path", MACHINES)
def test_who_has_it_already_is_told_so(
    client: CheckingClient, make_article: MakeArticle, path: str
) -> None:
    older = make_article("Tin cũ", at=START)
    make_article("Tin mới")
    first = client.get(path)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert first.cache_control.public
    assert 0 < (first.cache_control.max_age or 0) <= 600
    # Moments in headers are whole seconds, and nothing may depend on that of the request.
    time.sleep(1.1)
    for header in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        again = client.get(path, headers=header, expect=304)
        assert again.data == b""
        assert again.headers["ETag"] == etag
    withdraw(older)
    client.get(path, headers={"If-Modified-Since": modified}, expect=200)
    told_of_it = path in {SITE, SECTION, "/sitemap-2.xml"}
    client.get(path, headers={"If-None-Match": etag}, expect=200 if told_of_it else 304)


def test_an_article_appears_by_the_clock_to_who_asks_for_news_only(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    make_article("Hẹn giờ", at=datetime.now(UTC) + timedelta(seconds=2.5))
    first = client.get(SITE)
    time.sleep(3)
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    answer = client.get(SITE, headers=since, expect=200)
    assert [item.title for item in read(answer).entries] == ["Hẹn giờ"]


def test_machines_are_no_visitors(
    client: CheckingClient, make_article: MakeArticle, count_queries: Callable[[], int]
) -> None:
    make_article()
    for path in MACHINES:
        count_queries()
        answer = client.get(path)
        assert count_queries() <= 8, path
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert client.head(path).status_code == 200
    assert ledger().fold_now() == 0
    client.get("/")
    assert ledger().fold_now() == 1
