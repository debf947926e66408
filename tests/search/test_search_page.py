"""The search page: what it says, what it keeps, and that no input upsets it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsapp.extensions import db
from newsapp.models import Account, Article, SearchMiss, Section
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.search import misses
from tests.pages import CheckingClient, text_of
from tests.search.hostile import HOSTILE, SINGLE

MakeArticle = Callable[..., Article]


def titles(client: CheckingClient, query: str) -> list[str]:
    """The titles of the hits, in their order."""
    root = client.page(f"/tim-kiem?{query}")
    results = next((o for o in root.iter("ol") if o.get("class") == "entries"), None)
    return [text_of(heading) for heading in results.iter("h2")] if results is not None else []


def test_an_empty_query_is_the_search_page(client: CheckingClient) -> None:
    for query in ("", "?q=", "?q=%20", "?q=!!", "?muc=khong-co"):
        assert "Hãy gõ một hay nhiều từ" in client.get(f"/tim-kiem{query}").text


def test_hits_are_marked_in_their_own_letters(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    make_article("Đặt tên Đường phố mới", body="<p>Con đường dài; cây dương &lt;b&gt;.</p>")
    root = client.page("/tim-kiem?q=duong")
    assert [text_of(mark) for mark in root.iter("mark")] == ["Đường", "đường", "dương"]
    root = client.page(f"/tim-kiem?q={quote('đường')}")
    assert [text_of(mark) for mark in root.iter("mark")] == ["Đường", "đường"]
    assert "Tìm thấy 1 tin" in client.get("/tim-kiem?q=duong").text


def test_what_was_typed_is_kept(client: CheckingClient) -> None:
    typed = '"><script>alert(1)</script>'
    page = client.get("/tim-kiem", query_string={"q": typed, "tu": "31/2/2020", "muc": "xyz"})
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text
    assert 'value="31/2/2020"' in page.text
    assert "Đây không phải là một ngày" in page.text
    assert "Không có chuyên mục này" in page.text


def test_filters(
    app: Flask, client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    child = site.add_section("Thông báo phụ", parent_id=section.id, by=COMMAND_LINE)
    other = site.add_section("Mục khác", by=COMMAND_LINE)
    for title, where, day in (
        ("Cháy một", section.id, "2017-04-04T17:30"),  # 00:30 of the 5th in the site's zone
        ("Cháy hai", child.id, "2017-04-06T03:00"),
        ("Cháy ba", other.id, "2018-01-01T03:00"),
    ):
        make_article(title, section_id=where, at=datetime.fromisoformat(f"{day}+00:00"))
    slug = section.slug
    assert titles(client, "q=chay") == ["Cháy ba", "Cháy hai", "Cháy một"]
    assert titles(client, f"q=chay&muc={slug}") == ["Cháy hai", "Cháy một"]
    assert titles(client, "q=chay&tu=5/4/2017&den=5.4.2017") == ["Cháy một"]
    assert titles(client, "q=chay&den=4/4/2017") == []
    assert titles(client, "q=chay&tu=2017-04-06") == ["Cháy ba", "Cháy hai"]
    assert titles(client, f"q=chay&muc={slug}&tu=6/4/2017") == ["Cháy hai"]
    assert titles(client, "q=chay&tu=2/1/2018") == []


def test_what_is_not_public_is_not_found(client: CheckingClient, make_article: MakeArticle) -> None:
    make_article("Bí mật nháp", step=Step.KEEP)
    make_article("Bí mật hẹn giờ", at=datetime.now(UTC) + timedelta(minutes=5))
    article = make_article("Bí mật rút")
    assert titles(client, "q=bi+mat") == ["Bí mật rút"]
    shown = Content(article.title, section_id=article.section_id)
    articles.save(article.id, shown, version=1, by=COMMAND_LINE, step=Step.WITHDRAW)
    assert titles(client, "q=bi+mat") == []
    page = client.get("/tim-kiem?q=bi+mta").text
    assert "Có phải bạn tìm" not in page


def test_a_scheduled_article_is_found_once_its_time_has_come(
    client: CheckingClient, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    make_article("Hẹn giờ", at=at)
    assert titles(client, "q=hen+gio") == []
    monkeypatch.setattr("newsapp.pages.clock_now", lambda: at)
    assert titles(client, "q=hen+gio") == ["Hẹn giờ"]


def test_pages(client: CheckingClient, make_article: MakeArticle) -> None:
    for number in range(45):
        make_article(f"Tin số {number:02}", at=datetime.now(UTC) - timedelta(hours=100 - number))
    assert titles(client, "q=tin") == [f"Tin số {n:02}" for n in range(44, 24, -1)]
    assert titles(client, "q=tin&trang=3") == [f"Tin số {n:02}" for n in range(4, -1, -1)]
    page = client.get("/tim-kiem?q=tin&trang=2").text
    assert "Trang 2/3" in page
    for odd in ("0", "4", "-1", "x", "99999", "1e3"):
        client.get(f"/tim-kiem?q=tin&trang={odd}", expect=404)


def test_a_later_page_goes_on_where_the_one_before_ended(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    """A page ranks no further than it shows, and the order is the same however far that is."""
    # Newest first they would stand the other way round: best last.
    for number in range(75):
        title, lead, body = ("Chợ", "", "") if number % 3 == 0 else ("Tin", "chợ", "")
        if number % 3 == 2:
            lead, body = "", "chợ"
        make_article(f"{title} {number:02}", lead=lead, body=f"<p>{body} {number}</p>")
    shown = [found for page in (1, 2, 3, 4) for found in titles(client, f"q=chợ&trang={page}")]
    numbers = [int(title.split()[1]) for title in shown]
    expected = [n for kind in range(3) for n in range(74, -1, -1) if n % 3 == kind]
    assert numbers == expected


def test_many_hits_are_counted_honestly(
    client: CheckingClient, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsapp.search.queries.HITS_MAX", 5)
    for number in range(5):
        make_article(f"Tin {number}")
    assert "Tìm thấy 5 tin" in client.get("/tim-kiem?q=tin").text
    make_article("Tin 5")
    assert "Có hơn 5 tin" in client.get("/tim-kiem?q=tin").text


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tuyn truyen", "tuyên truyền"),
        ("tuyên truyềm", "tuyên truyền"),
        ("mội trường", None),
        ("zzzzqqq", None),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(
    client: CheckingClient, make_article: MakeArticle, typed: str, offered: str | None
) -> None:
    make_article("Đẩy mạnh tuyên truyền", lead="Loa phường")
    page = client.get("/tim-kiem", query_string={"q": typed}).text
    assert ("Có phải bạn tìm" in page) is (offered is not None)
    if offered:
        assert f">{offered}</a>" in page


def test_searches_in_vain_are_counted_without_the_searcher(
    client: CheckingClient,
    make_account: Callable[..., Account],
    sign_in: Callable[..., CheckingClient],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    for typed in ("Giá đất", "giá  đất", "091 234 5678", "a@b.vn", "x" * 150):
        client.get("/tim-kiem", query_string={"q": typed})
    sign_in(make_account()).get("/tim-kiem?q=cua+bien+tap")
    client.get("/tim-kiem?q=robot", headers={"User-Agent": "Googlebot/2.1"})
    assert [(miss.text, miss.number) for miss in misses.most(10)] == [("giá đất", 2)]
    assert "in vain" not in caplog.text


def test_only_the_latest_misses_are_kept(
    client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(misses, "KEPT", 3)
    for number in range(6):
        client.get(f"/tim-kiem?q=khong{number}co")
    assert {miss.text for miss in misses.most(10)} == {"khong3co", "khong4co", "khong5co"}
    assert db.session.query(SearchMiss).count() == 3


@pytest.mark.parametrize(
    ("field", "texts"), [("q", HOSTILE), ("muc", SINGLE), ("tu", SINGLE), ("den", SINGLE)]
)
def test_no_hostile_text_upsets_it(
    client: CheckingClient, make_article: MakeArticle, field: str, texts: tuple[str, ...]
) -> None:
    make_article("a b c 1/2/3 ß İ ﬁ 中文 🙂")
    assert len(HOSTILE) >= 200
    for text in texts:
        query = {"q": "a", field: text}
        assert client.get("/tim-kiem", query_string=query).status_code == 200, text
    client.get("/tim-kiem?q=%ff%fe&muc=%c3%28&tu=%80")
    client.get("/tim-kiem?q=a&q=b&tu=1&tu=2")


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=220))
def test_no_text_at_all_upsets_it(client: CheckingClient, text: str) -> None:
    assert client.get("/tim-kiem", query_string={"q": text}).status_code == 200


def test_related_articles_share_words_and_section(
    client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    other = site.add_section("Mục khác", by=COMMAND_LINE)
    near = make_article("Lịch tiêm phòng cho trẻ em")
    make_article("Tiêm phòng dại cho chó mèo", step=Step.KEEP)
    make_article("Tiêm phòng ở mục khác", section_id=other.id)
    make_article("Hội chợ hoa xuân")
    article = make_article("Đợt tiêm phòng tháng bảy")
    page = client.get(f"/tin/{article.id}-{article.slug}").text
    shown = page.split("Tin liên quan")[1].split("</section>")[0]
    assert near.title in shown
    assert "dại" not in shown
    assert "mục khác" not in shown
    assert "hoa xuân" not in shown
    assert article.title not in shown
