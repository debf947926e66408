"""The demo comes in through publishing, and goes without taking anything else along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from newsapp.extensions import db
from newsapp.furniture import site_settings
from newsapp.models import Album, Article, Link, Media, Page, Revision, Section, Setting, State
from newsapp.pages import config
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.transfer import demo
from tests.pages import CheckingClient, text_of

MakeArticle = Callable[..., Article]
MARKED = (Album, Article, Link, Media, Page, Section, Setting)


def counts() -> dict[str, int]:
    return {
        model.__name__: db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (*MARKED, Revision)
    }


@pytest.fixture
def loaded(app: Flask) -> None:
    demo.load(config(), by=COMMAND_LINE)


@pytest.mark.usefixtures("loaded")
def test_the_demo_shows_what_a_site_can_hold(client: CheckingClient) -> None:
    found = counts()
    assert 38 <= found["Article"] <= 44
    assert found["Section"] >= 5
    assert found["Album"] == 2
    assert not demo.unfinished()
    now = datetime.now(UTC)
    states = {a.state for a in db.session.scalars(select(Article))}
    assert {State.DRAFT, State.PUBLISHED} <= states
    scheduled = select(Article).where(Article.published_at > now)
    assert len(db.session.scalars(scheduled).all()) == 1
    text = text_of(client.page("/"))
    assert "demo:" not in text
    assert "/media/" in client.get("/trang/gioi-thieu").text
    for article in db.session.scalars(select(Article).where(Article.visible(now))).all():
        client.get(f"/tin/{article.id}-{article.slug}", expect=200)
        assert "demo:" not in article.body


@pytest.mark.usefixtures("loaded")
def test_removing_takes_all_of_it(client: CheckingClient) -> None:
    demo.remove(config(), by=COMMAND_LINE)
    assert set(counts().values()) == {0}
    assert list(config().media.listed()) == []
    client.get("/", expect=200)
    demo.load(config(), by=COMMAND_LINE)
    assert counts()["Article"] >= 38


def test_removing_takes_nothing_else(
    app: Flask, client: CheckingClient, make_article: MakeArticle
) -> None:
    own = make_article("Bài của phường")
    own_id = own.id
    site.change_settings({"site_name": "Trang của phường"}, by=COMMAND_LINE)
    before = counts()
    demo.load(config(), by=COMMAND_LINE)
    adopted = db.session.scalars(
        select(Article).where(Article.demo, Article.cover_id.is_not(None))
    ).first()
    assert adopted is not None
    adopted_id, section_id, cover_id = adopted.id, adopted.section_id, adopted.cover_id
    articles.save(
        adopted.id,
        Content(
            "Bài mẫu đã sửa thành bài thật",
            body=adopted.body,
            section_id=section_id,
            cover_id=cover_id,
        ),
        version=adopted.version,
        by=COMMAND_LINE,
    )
    site.change_settings({"phone": "0123 456 789"}, by=COMMAND_LINE)
    demo.remove(config(), by=COMMAND_LINE)
    after = counts()
    assert after["Article"] == before["Article"] + 1
    assert {a.id for a in db.session.scalars(select(Article))} == {own_id, adopted_id}
    assert db.session.get(Section, section_id) is not None
    kept = db.session.get_one(Media, cover_id)
    assert config().media.exists(kept.path)
    assert site_settings().phone == "0123 456 789"
    assert not any(
        db.session.scalar(select(func.count()).select_from(model).where(model.demo))
        for model in MARKED
    )
    assert "Bài mẫu đã sửa thành bài thật" in client.get("/").text


def test_an_interrupted_load_is_done_again(app: Flask) -> None:
    site.add_section("Nửa chừng", by=COMMAND_LINE, demo=True)
    articles.create(Content("Dở dang"), by=COMMAND_LINE, origin=articles.Origin(demo=True))
    assert demo.unfinished()
    demo.load(config(), by=COMMAND_LINE)
    assert not demo.unfinished()
    titles = set(db.session.scalars(select(Article.title)))
    assert "Dở dang" not in titles
