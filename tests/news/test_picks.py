"""What editors set on the home page, as readers see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from newsapp.extensions import db
from newsapp.models import Article, Pick, Section, Setting, State
from newsapp.news import queries
from newsapp.news.values import Home, Teaser
from newsapp.publishing import articles, picks, site
from newsapp.publishing.audit import COMMAND_LINE
from tests.pages import CheckingClient, text_of

MakeArticle = Callable[..., Article]


@pytest.fixture
def news(make_article: MakeArticle) -> list[Article]:
    """Eight public articles, oldest first."""
    now = datetime.now(UTC)
    return [make_article(f"Tin số {n}", at=now - timedelta(hours=20 - n)) for n in range(8)]


def home() -> Home:
    return queries.home(queries.sections(), datetime.now(UTC))


def ids(teasers: tuple[Teaser, ...]) -> list[int]:
    return [teaser.id for teaser in teasers]


def test_without_picks_the_newest_leads(news: list[Article]) -> None:
    page = home()
    assert page.lead is not None
    assert (page.lead.id, page.pinned) == (news[-1].id, ())


def test_picks_stand_first_and_only_once(client: CheckingClient, news: list[Article]) -> None:
    picks.set_lead(news[0].id, by=COMMAND_LINE)
    picks.pin(news[6].id, by=COMMAND_LINE)
    picks.pin(news[1].id, by=COMMAND_LINE)
    page = home()
    assert page.lead is not None
    assert page.lead.id == news[0].id
    assert ids(page.pinned) == [news[6].id, news[1].id]
    assert ids(page.sections[0].items) == [news[n].id for n in (7, 5, 4, 3, 2)]
    main = client.page("/").find("body//main")
    assert main is not None
    titles = [text_of(a) for h in ("h2", "h3") for e in main.iter(h) for a in e.iter("a")]
    assert sorted(t for t in titles if t.startswith("Tin số")) == [f"Tin số {n}" for n in range(8)]
    found = [a.get("href") for a in main.iter("a") if str(a.get("href")).startswith("/tin/")]
    assert found[:3] == [f"/tin/{news[n].id}-tin-so-{n}" for n in (0, 6, 1)]


def hide(article: Article, how: str) -> None:
    if how == "delete":
        articles.delete(article.id, by=COMMAND_LINE)
        return
    if how == "schedule":
        article.published_at = datetime.now(UTC) + timedelta(hours=1)
    else:
        article.state = State.WITHDRAWN
    db.session.commit()


@pytest.mark.parametrize("how", ["withdraw", "schedule", "delete"])
def test_a_pick_that_is_not_public_is_not_shown(
    client: CheckingClient, news: list[Article], how: str
) -> None:
    picks.set_lead(news[0].id, by=COMMAND_LINE)
    picks.pin(news[1].id, by=COMMAND_LINE)
    picks.pin(news[2].id, by=COMMAND_LINE)
    for article in (news[0], news[1]):
        hide(article, how)
    page = home()
    assert page.lead is not None
    # The newest one stands in, and the rest keeps its order.
    assert page.lead.id == news[-1].id
    assert ids(page.pinned) == [news[2].id]
    html = client.get("/").text
    assert "Tin số 0" not in html
    assert "Tin số 1" not in html


def test_a_site_whose_only_articles_are_pinned_has_a_lead_story(news: list[Article]) -> None:
    for article in news[2:]:
        articles.delete(article.id, by=COMMAND_LINE)
    picks.pin(news[1].id, by=COMMAND_LINE)
    picks.pin(news[0].id, by=COMMAND_LINE)
    page = home()
    assert page.lead is not None
    assert page.lead.id == news[1].id
    assert ids(page.pinned) == [news[0].id]


def test_a_deleted_article_takes_its_pick_along(news: list[Article]) -> None:
    picks.set_lead(news[0].id, by=COMMAND_LINE)
    db.session.query(Article).filter_by(id=news[0].id).delete()
    db.session.commit()
    assert db.session.query(Pick).count() == 0


def test_picks_cost_no_statement(news: list[Article], count_queries: Callable[[], int]) -> None:
    def cost() -> int:
        sections = queries.sections()
        count_queries()
        queries.home(sections, datetime.now(UTC))
        return count_queries()

    without = cost()
    picks.set_lead(news[0].id, by=COMMAND_LINE)
    for article in news[1:5]:
        picks.pin(article.id, by=COMMAND_LINE)
    assert cost() == without == 3


def test_how_many_items_a_section_shows_is_a_setting(
    client: CheckingClient, news: list[Article]
) -> None:
    def shown() -> int:
        section = next(client.page("/").iter("section"))
        assert text_of(section).startswith("Tin hoạt động")
        return sum(str(a.get("href")).startswith("/tin/") for a in section.iter("a"))

    assert shown() == 5
    site.change_settings({"home_items": "2"}, by=COMMAND_LINE)
    assert shown() == 2
    # What none of our forms would write is no reason for a page to fail.
    db.session.query(Setting).update({"value": "nhiều"})
    db.session.commit()
    assert shown() == 5


def test_no_article_no_picks(client: CheckingClient, section: Section) -> None:
    assert home() == Home(None, (), ())
    assert "Chưa có tin nào được đăng." in client.get("/").text
