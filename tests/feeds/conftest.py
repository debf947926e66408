"""What the tests of this room share: one article of each state, a cover, a hard title."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from newsapp.media import images
from newsapp.models import Article, Media
from newsapp.pages import config
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE

MakeArticle = Callable[..., Article]
HARD = """</script><script>alert("1")</script> ]]> & 'a' <b>đậm</b> &amp; ü {{ 7*7 }}"""
START = datetime(2017, 4, 15, 3, tzinfo=UTC)


def address(article: Article) -> str:
    return f"/tin/{article.id}-{article.slug}"


@pytest.fixture
def cover(app: object) -> Media:
    """A stored picture of 40 by 30 pixels."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    stored = images.store(out.getvalue(), config().media)
    return site.add_image(stored, by=COMMAND_LINE, alt="Tủ sách & độc giả")


@pytest.fixture
def hidden(make_article: MakeArticle) -> list[Article]:
    """An article of every state in which no reader may see it, all called ``Điều chưa công bố``."""
    title = "Điều chưa công bố"
    made = [make_article(title, step=step) for step in (Step.KEEP, Step.SUBMIT)]
    made.append(make_article(title, at=datetime.now(UTC) + timedelta(hours=1)))
    withdrawn, trashed, thrown_away = make_article(title), make_article(title), make_article(title)
    withdraw(withdrawn)
    withdraw(trashed)
    articles.delete(trashed.id, by=COMMAND_LINE)
    articles.delete(thrown_away.id, by=COMMAND_LINE)
    return [*made, withdrawn, trashed, thrown_away]


def withdraw(article: Article) -> None:
    said = Content(article.title, section_id=article.section_id)
    articles.save(article.id, said, version=article.version, by=COMMAND_LINE, step=Step.WITHDRAW)
