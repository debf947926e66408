"""Readers' pages: labels in order, lists that skip nobody, nothing unpublished, odd addresses."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, url_for

from newsapp.models import Article, Section
from newsapp.news import queries
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.text.vietnamese import format_number
from newsapp.transfer.importing import import_text
from tests.conftest import ZONE
from tests.pages import CheckingClient, text_of

MakeArticle = Callable[..., Article]
SEED_LIKE = Path(__file__).parent.parent / "transfer" / "portal_text"
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

LABELS = (
    "Số lượt người xem: 786",
    "Bản in",
    "Quay lại",
    "TIN MỚI HƠN",
    "TIN ĐÃ ĐƯA",
    "Xem tiếp",
    "Xem theo ngày",
    "Liên kết",
    "Hình ảnh",
    "Lưu trữ",
    "Lưu trữ (Lịch)",
)


def address(article: Article) -> str:
    return f"/tin/{article.id}-{article.slug}"


def links(root: Element, prefix: str) -> list[str]:
    found = [str(a.get("href")) for a in root.iter("a")]
    return [href for href in found if href.startswith(prefix)]


def test_each_label_of_an_article_in_its_order(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article(
        "Công khai thủ tục hành chính",
        lead="Người dân tra cứu được ngay tại bảng điện tử.",
        body="<p>Thân bài.</p>",
        byline="Hương Tràm",
        at=datetime(2017, 4, 15, 3, 0, tzinfo=UTC),
        view_baseline=786,
    )
    root = client.page(address(article))
    body = root.find("body")
    assert body is not None
    text = text_of(body)
    assert "SỐ LƯỢT TRUY CẬP" in text
    place = text.index("Thứ Bảy, 15/04/2017, 10:00")
    assert "Tin hoạt động" in text[max(0, place - 60) : place]
    for label in (
        "Công khai thủ tục hành chính",
        "Người dân tra cứu được ngay",
        "Thân bài.",
        "Hương Tràm",
        *LABELS,
    ):
        found = text.find(label, place)
        assert found >= 0, f"{label!r} is missing or out of order"
        place = found + (0 if label == "Lưu trữ" else len(label))
    for label in LABELS[3:]:
        assert text.index(label) > text.index("Quay lại"), f"{label!r} stands too early"


def test_the_counter_has_seven_digit_tiles_and_one_number(client: CheckingClient) -> None:
    html = client.get("/").text
    assert re.search(r"(?:<b>\d</b>\s*){7}", html)
    assert "<!--count" not in html


def test_newer_and_older_skip_nobody_when_times_are_equal(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    made = [make_article(f"Tin số {n}", at=START) for n in range(1, 18)]
    ids = [article.id for article in made]
    for place, article in enumerate(made):
        page = queries.article(article.id, datetime.now(UTC))
        assert page is not None
        beside = queries.beside(page, (), datetime.now(UTC))
        assert [t.id for t in beside.newer] == ids[place + 1 : place + 7][::-1]
        assert [t.id for t in beside.older] == ids[max(0, place - 6) : place][::-1]
        assert (beside.more is not None) == (place > 6)
    seen: list[str] = []
    next_page: str | None = "/muc/tin-hoat-dong"
    while next_page:
        main = client.page(next_page).find("body//main")
        assert main is not None
        seen += dict.fromkeys(links(main, "/tin/"))
        onward = links(main, "/muc/tin-hoat-dong?truoc=")
        next_page = onward[0] if onward else None
    assert seen == [address(article) for article in reversed(made)]


def test_following_see_more_goes_on_where_the_list_ended(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    made = [make_article(f"Tin số {n}", at=START + timedelta(minutes=n)) for n in range(12)]
    root = client.page(address(made[-1]))
    onward = next(a for a in root.iter("a") if text_of(a) == "Xem tiếp")
    main = client.page(str(onward.get("href"))).find("body//main")
    assert main is not None
    assert next(iter(links(main, "/tin/"))) == address(made[4])


@pytest.mark.parametrize("step", [Step.KEEP, Step.SUBMIT, "scheduled", "withdrawn"])
def test_what_is_not_public_shows_nowhere(
    client: CheckingClient, make_article: MakeArticle, step: str
) -> None:
    near = [make_article(f"Tin thường {n}", at=START + timedelta(days=n)) for n in (0, 2)]
    later = datetime.now(UTC) + timedelta(hours=1)
    at = later if step == "scheduled" else START + timedelta(days=1)
    hidden = make_article(
        "Điều chưa công bố",
        at=at,
        step=Step.PUBLISH if step == "scheduled" else Step.KEEP if step == "withdrawn" else step,
    )
    if step == "withdrawn":
        for number, move in enumerate((Step.PUBLISH, Step.WITHDRAW), 1):
            articles.save(
                hidden.id,
                articles.Content("Điều chưa công bố", section_id=hidden.section_id),
                version=number,
                by=COMMAND_LINE,
                step=move,
                publish_at=at,
            )
    pages = [
        "/",
        "/muc/tin-hoat-dong",
        *map(address, near),
        "/luu-tru",
        "/luu-tru/2026",
        "/luu-tru/2026/03",
        "/luu-tru/2026/03/03",
        "/so-do-trang",
    ]
    for page in pages:
        assert "Điều chưa công bố" not in client.get(page).text, page
    for form in ("", "/ban-in", "/luu"):
        answer = client.get(address(hidden) + form, expect=410 if step == "withdrawn" else 404)
        assert "Điều chưa công bố" not in answer.text
    day = datetime.now(UTC).astimezone(ZONE)
    assert "2 tin" in client.get("/luu-tru/2026").text
    client.get(f"/luu-tru/{day:%Y/%m/%d}")


def test_a_scheduled_article_appears_by_the_clock(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Hẹn giờ", at=datetime.now(UTC) + timedelta(seconds=3))
    client.get(address(article), expect=404)
    time.sleep(3.2)
    client.get(address(article), expect=200)
    assert "Hẹn giờ" in client.get("/").text


def test_wrong_old_and_missing_slugs_lead_to_the_right_address(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Đường phố Bạc Liêu")
    for wrong in ("", "-", "-cu", "-%C4%91%C6%B0%E1%BB%9Dng"):
        for form in ("", "/ban-in", "/luu"):
            answer = client.get(f"/tin/{article.id}{wrong}{form}", expect=301)
            assert answer.location == f"/tin/{article.id}-duong-pho-bac-lieu{form}"


@pytest.mark.parametrize(
    "odd",
    [
        "/tin/0-x",
        "/tin/4711",
        "/tin/2147483648-x",
        "/tin/99999999999999999999999-x",
        "/tin/-1",
        "/tin/1e3",
        "/tin/%00",
        "/tin/1-x%00y",
        "/tin/%ff%fe",
        "/tin/١٢-x",
        "/muc/khong-co",
        "/muc/%00",
        "/muc/%ff",
        "/muc/" + "a" * 5_000,
        "/muc/tin-hoat-dong?truoc=rác",
        "/muc/tin-hoat-dong?truoc=%00",
        "/muc/tin-hoat-dong?truoc=99999999999999999999-1",
        "/muc/tin-hoat-dong?truoc=1-99999999999",
        "/muc/tin-hoat-dong?truoc=-5--5",
        "/trang/%00",
        "/trang/khong-co",
        "/hinh-anh/4711",
        "/hinh-anh/99999999999-x",
        "/media/../../etc/passwd",
        "/media/%2e%2e/%2e%2e/secret_key",
        "/media/%00",
        "/media/khong-co.jpg",
        "/luu-tru/2026/13",
        "/luu-tru/2026/02/30",
        "/luu-tru/0000",
        "/luu-tru/0000/00/00",
        "/luu-tru/9999/12/31",
        "/luu-tru/1/1/1",
        "/luu-tru/2026/3/2",
        "/luu-tru?ngay=2030-01-01",
        "/luu-tru?thang=2026-13",
        "/luu-tru?thang=rác",
        "/khong-co-trang-nay",
    ],
)
def test_odd_addresses_get_a_page_of_the_site(
    client: CheckingClient, make_article: MakeArticle, odd: str
) -> None:
    make_article(at=START)
    answer = client.open(odd, expect=404)
    assert "Sơ đồ trang" in answer.text


def test_a_foreign_host_is_refused_with_a_page(client: CheckingClient) -> None:
    answer = client.open("/", headers={"Host": "evil.example"}, expect=400)
    assert "evil.example" not in answer.text


def test_a_parent_section_shows_its_children(
    client: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    child = site.add_section("Chuyển đổi số", parent_id=section.id, by=COMMAND_LINE)
    article = make_article("Tin của mục con", section_id=child.id)
    assert address(article) in links(client.page("/muc/tin-hoat-dong"), "/tin/")
    assert address(article) in links(client.page("/"), "/tin/")


def test_an_empty_site_is_a_friendly_page(client: CheckingClient) -> None:
    for page in ("/", "/luu-tru", "/hinh-anh", "/lien-ket", "/so-do-trang"):
        client.get(page, expect=200)


def test_a_page_of_the_old_portal_becomes_an_article(app: Flask, client: CheckingClient) -> None:
    files = sorted(SEED_LIKE.glob("*.txt"))
    reports = [import_text(path, ZONE, by=COMMAND_LINE) for path in files]
    again = [import_text(path, ZONE, by=COMMAND_LINE) for path in files]
    assert [r.article_id for r in again if r.page] == [r.article_id for r in reports if r.page]
    assert {r.outcome.value for r in again if r.page} == {"already here"}
    for report in reports:
        if report.page is None:
            continue
        with app.test_request_context():
            where = url_for("news.article", ref=(report.article_id, ""))
        text = text_of(client.page(client.get(where, expect=301).location or ""))
        assert report.page.byline in text
        assert f"Số lượt người xem: {format_number(report.page.views or 0)}" in text
