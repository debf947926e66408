"""What pages tell machines in their heads: addresses, feeds, who may index, what an article is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import update

from newsapp.extensions import db
from newsapp.models import Article, Media, Section
from newsapp.publishing import pages, site
from newsapp.publishing.audit import COMMAND_LINE
from tests.feeds.conftest import HARD, START, MakeArticle, address
from tests.pages import CheckingClient

ROOT = "http://localhost"
REQUIRED = (
    "DC.title",
    "DC.creator",
    "DC.date",
    "DC.description",
    "DC.publisher",
    "DC.identifier",
)


def rel(root: Element, name: str) -> list[str]:
    return [str(link.get("href")) for link in root.iterfind("head/link") if link.get("rel") == name]


def feeds(root: Element) -> list[str]:
    return [
        str(link.get("href"))
        for link in root.iterfind("head/link")
        if (link.get("rel"), link.get("type")) == ("alternate", "application/rss+xml")
    ]


def meta(root: Element) -> dict[str, str]:
    """The named and the open-graph values of a page's head, each there once and not empty."""
    said: dict[str, str] = {}
    for element in root.iterfind("head/meta"):
        name = element.get("name") or element.get("property")
        if name and name != "theme-color":
            assert name not in said, name
            assert element.get("content"), name
            said[name] = str(element.get("content"))
    return said


def data(root: Element) -> Any:
    """The structured data of a page."""
    scripts = [s for s in root.iter("script") if s.get("type") == "application/ld+json"]
    assert len(scripts) == 1
    assert len(scripts[0]) == 0
    return json.loads(scripts[0].text or "")


def settle(**said: str) -> None:
    site.change_settings(said, by=COMMAND_LINE)


def test_an_article_says_all_of_itself(
    client: CheckingClient, make_article: MakeArticle, cover: Media
) -> None:
    settle(
        site_name="Trang tin phường Bến Lụa",
        office_name="Ủy ban nhân dân phường Bến Lụa",
        responsible="Bà Lục Thị Hương Tràm",
        logo_id=str(cover.id),
    )
    article = make_article(
        lead="Tủ sách mở cửa cả tuần.",
        byline="Hương Tràm",
        source="Báo Vàm Sông",
        cover_id=cover.id,
        at=START,
    )
    root = client.page(address(article))
    said = meta(root)
    here, picture = ROOT + address(article), f"{ROOT}/media/{cover.path}"
    assert rel(root, "canonical") == [here]
    assert rel(root, "schema.DC") == ["http://purl.org/dc/elements/1.1/"]
    assert {name: value for name, value in said.items() if name.startswith("DC.")} == {
        "DC.title": article.title,
        "DC.creator": "Hương Tràm",
        "DC.date": "2017-04-15T10:00:00+07:00",
        "DC.description": "Tủ sách mở cửa cả tuần.",
        "DC.publisher": "Ủy ban nhân dân phường Bến Lụa",
        "DC.identifier": here,
        "DC.language": "vi",
        "DC.source": "Báo Vàm Sông",
        "DC.contributor": "Bà Lục Thị Hương Tràm",
        "DC.subject": "Tin hoạt động",
    }
    modified = said.pop("article:modified_time")
    assert datetime.fromisoformat(modified) > START
    assert modified.endswith("+07:00")
    assert {name: value for name, value in said.items() if ":" in name} == {
        "og:type": "article",
        "og:title": article.title,
        "og:url": here,
        "og:description": "Tủ sách mở cửa cả tuần.",
        "og:image": picture,
        "og:image:width": "40",
        "og:image:height": "30",
        "og:image:alt": "Tủ sách & độc giả",
        "og:site_name": "Trang tin phường Bến Lụa",
        "og:locale": "vi_VN",
        "article:published_time": "2017-04-15T10:00:00+07:00",
        "article:section": "Tin hoạt động",
    }
    image = {"@type": "ImageObject", "url": picture, "width": 40, "height": 30}
    assert data(root) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": here},
        "headline": article.title,
        "description": "Tủ sách mở cửa cả tuần.",
        "datePublished": "2017-04-15T10:00:00+07:00",
        "dateModified": modified,
        "inLanguage": "vi",
        "articleSection": "Tin hoạt động",
        "author": {"@type": "Person", "name": "Hương Tràm"},
        "publisher": {
            "@type": "Organization",
            "name": "Ủy ban nhân dân phường Bến Lụa",
            "url": f"{ROOT}/",
            "logo": image,
        },
        "image": [image],
    }
    client.get(picture.removeprefix(ROOT)).close()


@pytest.mark.parametrize("office", ["", "Ủy ban nhân dân phường Bến Lụa"])
@pytest.mark.parametrize("words", ["Tủ sách mở cửa từ thứ Hai. " * 40, ""])
def test_an_article_with_nothing_but_a_title_says_what_is_required(
    client: CheckingClient, make_article: MakeArticle, words: str, office: str
) -> None:
    settle(office_name=office)
    article = make_article(body=f"<p>{words or 'chữ'}</p>")
    if not words:
        nothing = update(Article).where(Article.id == article.id).values(body="", body_text="")
        db.session.execute(nothing)
        db.session.commit()
    root = client.page(address(article))
    said = meta(root)
    assert set(REQUIRED) <= said.keys()
    assert said["DC.creator"] == said["DC.publisher"] == (office or "Trang tin điện tử")
    if words:
        assert said["DC.description"].startswith("Tủ sách mở cửa từ thứ Hai. Tủ sách")
        assert len(said["DC.description"]) <= 300
    else:
        assert said["DC.description"] == article.title
    assert not [name for name in said if name.startswith("og:image")]
    told = data(root)
    assert told["author"] == {"@type": "Organization", "name": said["DC.publisher"]}
    assert all(told.values())
    assert "image" not in told


def test_a_hostile_title_stays_text(client: CheckingClient, make_article: MakeArticle) -> None:
    article = make_article(HARD, lead=HARD, byline=HARD, source=HARD)
    html = client.get(address(article)).text
    assert "alert(" in html
    assert "<script>alert" not in html
    for line in html.splitlines():
        if "ld+json" in line:
            inside = line.partition(">")[2].rpartition("</script>")[0]
            assert not {"<", ">", "&"} & set(inside)
            assert "\\u003c/script\\u003e" in inside
    root = client.page(address(article))
    said, told = meta(root), data(root)
    for name in ("DC.title", "DC.creator", "DC.description", "DC.source", "og:title"):
        assert said[name] == HARD
    assert told["headline"] == told["description"] == told["author"]["name"] == HARD


def test_a_long_headline_is_cut_between_words(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Phường khai trương tủ sách " * 11)
    told = data(client.page(address(article)))
    assert 90 < len(told["headline"]) <= 110
    assert told["headline"].endswith("…")
    assert meta(client.page(address(article)))["og:title"] == article.title


def test_every_page_names_the_feed_and_its_own_address(
    client: CheckingClient, make_article: MakeArticle, cover: Media
) -> None:
    article = make_article()
    now = datetime.now(UTC)
    site.add_album("Lễ hội", "", [(cover, "")], by=COMMAND_LINE, published_at=now)
    pages.add_page("gioi-thieu", "Giới thiệu", "<p>Chữ</p>", by=COMMAND_LINE)
    site_feed, section_feed = "/rss.xml", "/muc/tin-hoat-dong/rss.xml"
    for path, expected in (
        ("/", [site_feed]),
        ("/muc/tin-hoat-dong", [site_feed, section_feed]),
        (address(article), [site_feed, section_feed]),
        ("/luu-tru", [site_feed]),
        ("/hinh-anh", [site_feed]),
        ("/hinh-anh/1-le-hoi", [site_feed]),
        ("/lien-ket", [site_feed]),
        ("/so-do-trang", [site_feed]),
        ("/trang/gioi-thieu", [site_feed]),
    ):
        root = client.page(f"{path}?utm_source=thu")
        assert feeds(root) == expected, path
        assert rel(root, "canonical") == [ROOT + path]
        assert "robots" not in meta(root)
        for feed in expected:
            client.get(feed, expect=200)
    assert feeds(client.page("/khong-co", expect=404)) == [site_feed]


def test_what_repeats_is_followed_and_not_indexed(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    for n in range(25):
        article = make_article(f"Tin {n}", at=START)
    section = "/muc/tin-hoat-dong"
    (onward,) = rel(client.page(section), "next")
    month = client.page("/luu-tru/2017/04")
    assert "robots" not in meta(month)
    assert meta(month)["description"]
    for path in (
        "/luu-tru/2017",
        "/luu-tru/2017/04/15",
        onward,
        f"{address(article)}/ban-in",
    ):
        root = client.page(path)
        assert meta(root)["robots"] == "noindex, follow", path
        assert rel(root, "canonical") in ([], [ROOT + address(article)])
    saved = client.get(f"{address(article)}/luu")
    assert saved.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("path", "count", "pages_expected"),
    [("/muc/tin-hoat-dong", 70, 4), ("/luu-tru/2017/04", 120, 3)],
)
def test_a_list_is_walked_there_and_back(
    client: CheckingClient, make_article: MakeArticle, path: str, count: int, pages_expected: int
) -> None:
    for n in range(count):
        make_article(f"Tin {n}", at=START)
    there = [path]
    while onward := rel(client.page(there[-1]), "next"):
        there += onward
    assert len(there) == pages_expected
    back = [there[-1]]
    while former := rel(client.page(back[-1]), "prev"):
        back += former
    assert back == there[::-1]


def test_a_section_without_a_second_page_has_no_links_onward(
    client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    make_article()
    root = client.page("/muc/tin-hoat-dong")
    assert rel(root, "next") == rel(root, "prev") == []
