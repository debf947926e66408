"""A small site with something of every kind to hand out."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsapp.media import files, images
from newsapp.media.storage import Folder
from newsapp.models import Article, Section
from newsapp.publishing import articles, attachments, media, sections
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.newsroom.conftest import png

PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"
# 00:30 of 15 April 2017 in the site's zone.
MIDNIGHT = datetime(2017, 4, 14, 17, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Seeded:
    """``rich`` has all that an article can have, ``plain`` nothing but a title and a body."""

    rich: Article
    plain: Article
    child: Section


@pytest.fixture
def seeded(make_article: Callable[..., Article], section: Section, tmp_path: Path) -> Seeded:
    folder = Folder(tmp_path / "media")
    child = sections.add_section(
        "Thông báo", description="Từ phường", parent_id=section.id, by=COMMAND_LINE
    )
    cover = media.add_image(images.store(png(40), folder), by=COMMAND_LINE, alt="Tủ sách")
    rich = make_article(
        'Bài có "đủ" <mọi thứ> & hơn nữa',
        at=MIDNIGHT,
        section_id=child.id,
        lead="Tóm tắt.",
        body=f'<p><a href="/tin/1">Tin</a> <a href="https://vi.du/x">ngoài</a></p>'
        f'<figure><img src="/media/{cover.path}" alt="src=&quot;/media/x"></figure>',
        byline="Hương Tràm",
        source="Báo Ví Dụ",
        former_office="Phường Cũ",
        cover_id=cover.id,
    )
    letter = files.store_file(io.BytesIO(PDF), "thư.pdf", folder)
    file = media.add_file(letter, by=COMMAND_LINE, file_name="thư.pdf")
    attachments.attach(rich.id, file.id, "Công văn 36/KH-UBND", by=COMMAND_LINE)
    plain = make_article("Bài chỉ có chữ", at=MIDNIGHT + timedelta(days=40))
    return Seeded(rich, plain, child)


@pytest.fixture
def hidden(make_article: Callable[..., Article]) -> list[Article]:
    """One article in each state that readers do not see, all but one with a time in March 2020."""
    at = datetime(2020, 3, 1, tzinfo=UTC)
    withdrawn = make_article("Bí mật: đã gỡ", at=at)
    articles.save(
        withdrawn.id,
        Content(title=withdrawn.title, section_id=withdrawn.section_id),
        by=COMMAND_LINE,
        version=withdrawn.version,
        step=Step.WITHDRAW,
    )
    trashed = make_article("Bí mật: thùng rác", at=at)
    articles.delete(trashed.id, by=COMMAND_LINE)
    return [
        make_article("Bí mật: nháp", at=at, step=Step.KEEP),
        make_article("Bí mật: chờ duyệt", at=at, step=Step.SUBMIT),
        make_article("Bí mật: hẹn giờ", at=datetime.now(UTC) + timedelta(hours=1)),
        withdrawn,
        trashed,
    ]
