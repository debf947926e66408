"""What readers' browsers are told about pictures, and how the files are sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from newsapp.media import images
from newsapp.media.storage import Folder
from newsapp.models import Article, Media
from newsapp.publishing import site
from newsapp.publishing.audit import COMMAND_LINE
from tests.newsroom.test_library import photo
from tests.pages import CheckingClient


@pytest.fixture
def pictures(app: Flask, tmp_path: Path) -> list[Media]:
    return [
        site.add_image(
            images.store(photo(1200, 800, colour), Folder(tmp_path / "media")),
            by=COMMAND_LINE,
            alt=colour,
        )
        for colour in ("teal", "navy", "olive")
    ]


def shown(page: Element) -> list[Element]:
    """The pictures of a page from top to bottom, each with all that keeps it from jumping."""
    found = list(page.iter("img"))
    for image in found:
        assert (image.get("width"), image.get("height")) == ("1200", "800")
        assert image.get("decoding") == ("async" if image.get("loading") else None)
    for source in page.iter("source"):
        assert source.get("type") == "image/webp"
        assert "480w" in (source.get("srcset") or "")
        assert source.get("sizes")
    assert len(found) == len(list(page.iter("source")))
    return found


def only_the_first_is_urgent(page: Element, count: int) -> None:
    found = shown(page)
    assert len(found) == count
    assert [image.get("fetchpriority") for image in found] == ["high"] + [None] * (count - 1)
    assert [image.get("loading") for image in found] == [None] + ["lazy"] * (count - 1)


def in_text(media: Media) -> str:
    return f'<figure><img src="/media/{media.path}" alt="{media.alt}"></figure>'


def test_the_first_picture_of_a_page_comes_first_and_the_others_wait(
    client: CheckingClient, make_article: Callable[..., Article], pictures: list[Media]
) -> None:
    first, second, third = pictures
    body = f"<p>Đầu.</p>{in_text(second)}{in_text(third)}"
    noon = datetime(2026, 3, 2, 5, tzinfo=UTC)
    bare = make_article("Bài không bìa", body=body, at=noon)
    make_article("Bài cũ", cover_id=second.id, at=noon)
    covered = make_article("Bài có bìa", cover_id=first.id, body=body, at=noon)
    album = site.add_album(
        "Album", "", [(m, "") for m in pictures], by=COMMAND_LINE, published_at=noon
    )
    # The last one of each page is the album beside it.
    for address, count in {
        f"/tin/{covered.id}-{covered.slug}": 4,
        f"/tin/{bare.id}-{bare.slug}": 3,
        "/muc/tin-hoat-dong": 3,
        "/luu-tru/2026/03/02": 3,
        f"/hinh-anh/{album.id}-{album.slug}": 4,
        "/hinh-anh": 2,
        "/": 3,
    }.items():
        only_the_first_is_urgent(client.page(address), count)
    sheet = shown(client.page(f"/tin/{covered.id}-{covered.slug}/ban-in"))
    assert [image.get("loading") for image in sheet] == [None] * 3


def test_a_thumbnail_on_a_phone_is_not_fetched_as_wide_as_the_phone(
    client: CheckingClient, make_article: Callable[..., Article], pictures: list[Media]
) -> None:
    for media in pictures:
        make_article(f"Bài {media.alt}", cover_id=media.id)
    sizes = [source.get("sizes") for source in client.page("/muc/tin-hoat-dong").iter("source")]
    assert [text.rpartition(", ")[2] for text in sizes if text] == ["100vw", "7.5rem", "7.5rem"]
