"""The sitemaps, against the rules of their protocol; robots.txt, which names them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree
from sqlalchemy import text

from newsapp.extensions import db
from newsapp.feeds import queries
from newsapp.models import Article, Media, Section
from newsapp.publishing import pages, site
from newsapp.publishing.audit import COMMAND_LINE
from tests.feeds.conftest import START, MakeArticle, address
from tests.pages import CheckingClient

RULES = etree.XMLSchema(file=str(Path(__file__).parent / "sitemap.xsd"))
SPACES = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
}
ADDRESSES_MAX, BYTES_MAX = 50_000, 50 * 1024 * 1024
ROOT = "http://localhost"


def read(client: CheckingClient, path: str) -> etree._Element:
    answer = client.get(path)
    assert answer.mimetype == "application/xml"
    root = etree.fromstring(answer.data)
    RULES.assertValid(root)
    assert len(root) <= ADDRESSES_MAX
    assert len(answer.data) <= BYTES_MAX
    return root


def sitemaps(client: CheckingClient) -> Iterator[etree._Element]:
    index = read(client, "/sitemap.xml")
    assert index.tag == f"{{{SPACES['map']}}}sitemapindex"
    for place in index.iterfind("map:sitemap/map:loc", SPACES):
        yield read(client, str(place.text).removeprefix(ROOT))


def addresses(client: CheckingClient) -> list[str]:
    """Every address in every sitemap, in order."""
    return [
        str(place.text).removeprefix(ROOT)
        for root in sitemaps(client)
        for place in root.iterfind("map:url/map:loc", SPACES)
    ]


def test_the_rules_are_rules() -> None:
    """A schema that lets everything through would prove nothing."""

    def valid(inside: str) -> bool:
        return bool(
            RULES.validate(etree.fromstring(f'<urlset xmlns="{SPACES["map"]}">{inside}</urlset>'))
        )

    loc = "<loc>https://vi.du/tin/1-a</loc>"
    assert valid(f"<url>{loc}<lastmod>2017-04-15T10:00:00+07:00</lastmod></url>")
    for broken in (
        "",
        "<url></url>",
        "<url><loc>/tin/1-a</loc></url>",
        f"<url>{loc}<lastmod>2017-04-15T10:00:00</lastmod></url>",
        f"<url>{loc}<lastmod>15/04/2017</lastmod></url>",
        f"<url><lastmod>2017-04-15</lastmod>{loc}</url>",
        f"<url>{loc}</url><url>{loc}</url>",
        f'<url xmlns="">{loc}</url>',
    ):
        assert not valid(broken), broken


def test_a_sitemap_holds_everything_public_once(
    client: CheckingClient, make_article: MakeArticle, cover: Media, section: Section
) -> None:
    made = [make_article(f"Tin {n}", at=START) for n in range(3)]
    made.append(make_article("Tin có ảnh", cover_id=cover.id))
    pages.add_page("gioi-thieu", "Giới thiệu", "<p>Chữ</p>", by=COMMAND_LINE)
    now = datetime.now(UTC)
    site.add_album("Lễ hội", "", [(cover, "")], by=COMMAND_LINE, published_at=now)
    site.add_album("Chưa mở", "", [], by=COMMAND_LINE, published_at=now + timedelta(hours=1))
    site.add_album("Ẩn", "", [], by=COMMAND_LINE)
    found = addresses(client)
    assert len(found) == len(set(found))
    assert set(found) == {
        "/",
        "/luu-tru",
        "/hinh-anh",
        "/lien-ket",
        "/so-do-trang",
        "/muc/tin-hoat-dong",
        "/trang/gioi-thieu",
        "/hinh-anh/1-le-hoi",
        *map(address, made),
    }
    for path in found:
        client.get(path, expect=200)
    pictures = [
        str(place.text)
        for root in sitemaps(client)
        for place in root.iterfind("map:url/image:image/image:loc", SPACES)
    ]
    assert pictures == [f"{ROOT}/media/{cover.path}"] * 2


def test_the_last_change_has_the_offset_of_the_site(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article(at=START)
    db.session.execute(text("UPDATE article SET updated_at = '2017-04-10 03:00:00+00:00'"))
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("UPDATE article SET updated_at = '2017-04-10 03:00:00.000000'"))
    db.session.commit()
    root = list(sitemaps(client))[-1]
    assert root.findtext("map:url/map:loc", namespaces=SPACES) == ROOT + address(article)
    # Written five days before its hour: to readers it is as old as that hour.
    assert root.findtext("map:url/map:lastmod", namespaces=SPACES) == "2017-04-15T10:00:00+07:00"


@pytest.mark.usefixtures("hidden")
def test_nothing_unpublished_is_in_a_sitemap(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Điều đã công bố")
    found = [path for path in addresses(client) if path.startswith("/tin/")]
    assert found == [address(article)]


def test_many_addresses_are_split_and_none_is_lost(
    client: CheckingClient,
    make_article: MakeArticle,
    hidden: list[Article],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = [make_article(f"Tin {n}", at=START) for n in range(7)]
    last = max(article.id for article in made)
    # As far from the others as an id can be.
    moved = {"far": 2**31 - 1, "last": last}
    for table in ("revision", "search_entry"):
        db.session.execute(text(f"DELETE FROM {table} WHERE article_id = :last"), moved)
    db.session.execute(text("UPDATE article SET id = :far WHERE id = :last"), moved)
    db.session.commit()
    whole = addresses(client)
    monkeypatch.setattr(queries, "SITEMAP_SIZE", 2)
    parts = list(sitemaps(client))
    assert len(parts) > 6
    assert all(len(part) <= 2 for part in parts)
    assert addresses(client) == whole


@pytest.mark.parametrize(
    "number", ["0", "99", "214750", str(2**31 - 1), str(2**31), "-1", "x", "1" * 5_000]
)
def test_a_sitemap_that_is_not_there(
    client: CheckingClient, make_article: MakeArticle, number: str
) -> None:
    make_article()
    client.get(f"/sitemap-{number}.xml", expect=404)


def test_an_empty_site_has_a_sitemap(client: CheckingClient) -> None:
    assert addresses(client) == ["/", "/luu-tru", "/hinh-anh", "/lien-ket", "/so-do-trang"]


def test_robots_are_shown_the_sitemap_and_kept_from_what_repeats(client: CheckingClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert f"Sitemap: {ROOT}/sitemap.xml" in lines
    for path in ("/bien-tap/", "/dang-nhap", "/tim-kiem", "/tin/*/ban-in", "/tin/*/luu"):
        assert f"Disallow: {path}" in lines
    robot = RobotFileParser()
    robot.parse(lines)
    assert robot.site_maps() == [f"{ROOT}/sitemap.xml"]
    assert not robot.can_fetch("x", f"{ROOT}/bien-tap/bai-viet/1")
    for open_to_all in ("/", "/tin/1-luu-tru", "/luu-tru", "/rss.xml", "/muc/x"):
        assert robot.can_fetch("x", ROOT + open_to_all)
