"""The print page and the saved file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from PIL import Image

from newsapp.media import images
from newsapp.models import Article
from newsapp.pages import config
from newsapp.publishing import site
from newsapp.publishing.audit import COMMAND_LINE
from tests.pages import CheckingClient, check, text_of

MakeArticle = Callable[..., Article]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def illustrated(make_article: MakeArticle) -> Article:
    media = site.add_image(images.store(picture(), config().media), by=COMMAND_LINE)
    return make_article(
        "Công bố lịch tiếp công dân",
        at=datetime(2017, 4, 15, 3, tzinfo=UTC),
        byline="Hương Tràm",
        body=f'<p>Lịch mới.</p><figure><img src="/media/{media.path}" alt="Sơ đồ" /></figure>',
        cover_id=media.id,
    )


def test_the_printed_page_is_a_document(client: CheckingClient, make_article: MakeArticle) -> None:
    article = illustrated(make_article)
    root = client.page(f"/tin/{article.id}-{article.slug}/ban-in")
    text = text_of(root)
    for part in (
        "Thứ Bảy, 15/04/2017, 10:00",
        "Công bố lịch tiếp công dân",
        "Lịch mới.",
        "Hương Tràm",
        f"http://localhost/tin/{article.id}-{article.slug}",
    ):
        assert part in text, part
    assert root.find(".//nav") is None
    assert root.find("body//{http://www.w3.org/2000/svg}svg") is not None, "no QR code"
    robots = [m for m in root.iter("meta") if m.get("name") == "robots"]
    assert "noindex" in str(robots[0].get("content"))


def test_the_saved_file_needs_nothing_else(
    app: Flask, client: CheckingClient, make_article: MakeArticle
) -> None:
    article = illustrated(make_article)
    answer = client.get(f"/tin/{article.id}-{article.slug}/luu")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    root = check(answer.text)
    for element in root.iter():
        for name in ("src", "href"):
            value = str(element.get(name) or "")
            local = value.startswith(("data:", "#"))
            is_link = element.tag == "a" or element.get("rel") == "canonical"
            assert not value or local or is_link, value
    sources = [img.get("src") or "" for img in root.iter("img")]
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    assert "url(" not in answer.text.replace("url(data:", "")


def test_a_missing_image_file_does_not_break_the_saved_file(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = illustrated(make_article)
    media = config().media
    for kept in list(media.listed()):
        media.remove(kept.path)
    assert "Sơ đồ" in client.get(f"/tin/{article.id}-{article.slug}/luu").text
