"""How many statements a page costs that has to be rendered; one more is a regression.

What stands around a page is gathered once for each state of the content and costs nothing then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from newsapp import create_app, freshness, templating
from newsapp.models import Article, Section
from newsapp.news import lists, queries
from newsapp.publishing import picks, site
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import close
from tests.pages import CheckingClient, statements

WORDS = "Phường khai trương tủ sách dùng chung cho thiếu nhi"
BUDGETS = {
    "/": 5,
    "/tin/30-phuong-khai-truong-tu-sach-dung-chung-cho-thieu-nhi-30": 4,
    "/muc/tin-hoat-dong": 3,
    "/muc/tin-hoat-dong?truoc=": 3,
    "/luu-tru/2017/04": 3,
    "/luu-tru/2017/04?truoc=": 3,
    "/luu-tru/2017/04/15": 3,
    "/luu-tru/2017": 1,
}


@pytest.fixture
def uncached(
    app: Flask,
    make_article: Callable[..., Article],
    section: Section,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[CheckingClient]:
    """A browser of the same site without page cache, on a hundred articles."""
    # On a busy machine a look at the content version may come late; then nothing is kept.
    monkeypatch.setattr(freshness, "FRESH_SECONDS", 60.0)
    monkeypatch.setattr(freshness, "WAIT_SECONDS", 60.0)
    child = site.add_section("Việc nhỏ", by=COMMAND_LINE, parent_id=section.id)
    first = datetime(2017, 4, 1, tzinfo=UTC)
    for number in range(1, 101):
        make_article(
            f"{WORDS} {number}",
            at=first + timedelta(hours=6 * number),
            section_id=child.id if number % 10 == 0 else section.id,
        )
    picks.set_lead(4, by=COMMAND_LINE)
    config = replace(app.extensions["newsapp.config"], page_cache_mb=0)
    made = create_app(config)
    made.test_client_class = CheckingClient
    with made.app_context():
        browser = made.test_client()
        assert isinstance(browser, CheckingClient)
        browser.get("/")
        yield browser
    close(made)


def address(client: CheckingClient, named: str) -> str:
    """The place of that name in BUDGETS; the second page of a list where it ends with a cursor."""
    if not named.endswith("truoc="):
        return named
    root = client.page(named.partition("?")[0])
    return next(str(a.get("href")) for a in root.iter("a") if "truoc=" in str(a.get("href")))


@pytest.mark.parametrize("named", BUDGETS)
def test_statements(uncached: CheckingClient, named: str) -> None:
    place = address(uncached, named)
    with statements() as sent:
        uncached.get(place)
    assert 0 < len(sent) <= BUDGETS[named], "\n".join(sent)


def test_a_month_is_counted_once_for_each_state_of_the_content(uncached: CheckingClient) -> None:
    numbers = []
    for day in (15, 16):
        with statements() as sent:
            uncached.get(f"/luu-tru/2017/04/{day}")
        numbers.append(len(sent))
    first, second = numbers
    assert second == first - 1


@pytest.mark.parametrize("named", BUDGETS)
def test_statements_are_put_together_once(
    uncached: CheckingClient, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = address(uncached, named)
    uncached.get(place)

    def again(*_: object) -> None:
        raise AssertionError("a statement is put together for each page")

    for module in (lists, queries):
        monkeypatch.setattr(module, "teasers", again)
        monkeypatch.setattr(module, "union", again)
    assert uncached.get(place).status_code == 200


def test_readers_templates_are_compiled_before_a_server_forks(app: Flask) -> None:
    environment = app.jinja_env
    environment.cache = {}
    templating.load(app)
    compiled = {name for _loader, name in environment.cache}
    wanted = {name for name in environment.list_templates() if name.split("/")[0] == "news"}
    assert {"base.html", "_macros/side.html", "archive/month.html", *wanted} <= compiled
    assert not any(name.startswith("newsroom/") for name in compiled)
