"""The Nu checker on every template, filled with the demo content, and on every style sheet.

A new template that no page here renders fails the test by its name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from dev import NU, ROOT
from newsapp.accounts import service
from newsapp.appearance.palette import sheet
from newsapp.config import Config
from newsapp.extensions import db
from newsapp.models import Account, Role, Section
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.transfer import demo
from tests.accounts.test_second_factor import SECRET, SET_UP, code, first_step
from tests.conftest import PASSWORD
from tests.faults.test_not_saved import away
from tests.newsroom.conftest import NEW, nothing_left_over, opened
from tests.newsroom.test_people import ACCOUNT, press, sent_form
from tests.pages import CheckingClient, parse, text_of
from tests.test_permissions import people, routes, things, visit

__all__ = ["nothing_left_over", "people", "things"]

# Of each kind of page, as many as this; the demo's articles differ in what they hold.
EACH = 4
# CSS that browsers know and the checker's list of properties does not.
NOT_LISTED = {
    "field-sizing": "CSS Form Control Styling, Level 1",
    "paint-order": "SVG 2 and CSS Fill and Stroke, Level 3",
    "vector-effect": "SVG 2",
}


def faults(files: list[Path], *options: str) -> list[str]:
    """What the checker calls an error, with file, line and place; one start for all files."""
    if not (shutil.which("java") and NU.exists()):
        why = "the Nu checker needs Java 11 or newer, and `dev.py test` once to fetch it"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    command = ["java", "-Xss2m", "-jar", str(NU), "--format", "json", "--exit-zero-always"]
    done = subprocess.run(
        [*command, *options, *map(str, files)], capture_output=True, text=True, check=True
    )
    return [
        f"{Path(said['url']).name}:{said.get('lastLine')}: {said['message']}"
        f" {said.get('extract', '')}"
        for said in json.loads(done.stderr)["messages"]
        if said["type"] != "info"
    ]


@pytest.fixture
def backend() -> str:
    """HTML does not depend on the database."""
    return "sqlite"


@pytest.fixture
def filled(app: Flask) -> Flask:
    config: Config = app.extensions["newsapp.config"]
    demo.load(config, by=COMMAND_LINE)
    return app


@pytest.fixture
def section(filled: Flask) -> Section:
    """The demo has one of the name that ``things`` would make."""
    return db.session.query(Section).order_by(Section.id).first() or pytest.fail("no demo")


class Portfolio:
    """Pages put down as files, and the templates that they came from."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.templates: set[str] = set()
        self.files: list[Path] = []

    def note(self, _app: Flask, template: Template, **_rest: Any) -> None:
        self.templates.add(template.name or "")

    def add(self, name: str, html: str) -> None:
        file = self.folder / f"{len(self.files):04}-{re.sub('[^a-z0-9]+', '-', name)}.html"
        file.write_text(html, encoding="utf-8")
        self.files.append(file)

    def walk(self, browser: CheckingClient, start: str) -> None:
        """Follow links from ``start``, ``EACH`` times into each kind of page."""
        rules = self.app.url_map.bind("localhost")
        taken: Counter[str] = Counter()
        waiting, seen = [start], {start}
        while waiting:
            address = waiting.pop(0)
            try:
                endpoint, _ = rules.match(address.partition("?")[0])
            except (NotFound, MethodNotAllowed, RequestRedirect):
                continue
            taken[endpoint] += 1
            if endpoint in {"static", "news.media"} or taken[endpoint] > EACH:
                continue
            answer = FlaskClient.open(browser, address, buffered=True)
            if answer.mimetype == "text/html":
                self.add(endpoint, answer.text)
                for link in parse(answer.text).iter("a"):
                    there = str(link.get("href")).partition("#")[0]
                    if there.startswith("/") and there not in seen:
                        seen.add(there)
                        waiting.append(there)


@pytest.fixture
def portfolio(filled: Flask, tmp_path: Path) -> Iterator[Portfolio]:
    folder = tmp_path / "pages"
    folder.mkdir()
    made = Portfolio(filled, folder)
    with template_rendered.connected_to(made.note, filled):
        yield made


def rare(
    app: Flask, client: CheckingClient, browser: CheckingClient, lan: Account
) -> Iterator[str]:
    """Pages that answer to what somebody sent."""
    # Two people save one article.
    first = re.search(r"/bien-tap/bai-viet/\d+", browser.get("/bien-tap/").text)
    assert first is not None
    form = opened(browser, first[0])
    assert browser.post(first[0], data={**form, "title": "Một", "step": "keep"}, expect=303)
    yield browser.post(first[0], data={**form, "title": "Hai", "step": "keep"}, expect=409).text
    yield browser.get(f"{first[0]}/lich-su?tu=1&den=2").text
    # What was typed is looked at, and what was typed wrong is told.
    fields = opened(browser)
    yield browser.post(
        "/bien-tap/xem-truoc", data={**fields, "title": "Bài", "body": "<p>Chữ</p>"}
    ).text
    yield browser.post("/bien-tap/xem-truoc", data={**fields, "body": ""}, expect=422).text
    yield browser.post(NEW, data={**fields, "step": "publish"}, expect=422).text
    # The steps of signing in.
    page = browser.get(SET_UP).text
    secret = text_of(next(parse(page).iter("code"))).replace(" ", "")
    sent = sent_form(page, SET_UP, one_time_code=code(secret), current_password=PASSWORD)
    yield browser.post(SET_UP, data=sent, expect=200).text
    yield press(browser, ACCOUNT, f"{ACCOUNT}/ma-du-phong", 200, confirm_password=PASSWORD)
    lan.totp_secret = SECRET
    db.session.commit()
    yield first_step(client)
    lan.totp_secret = None
    db.session.commit()
    person = f"/bien-tap/nguoi-dung/{lan.id}"
    yield press(browser, person, f"{person}/mat-khau", 200)
    service.set_password(lan, PASSWORD, by=COMMAND_LINE, initial=True)
    sent = {**client.form("/dang-nhap"), "username": "lan", "password": PASSWORD}
    yield client.get(client.post("/dang-nhap", data=sent, expect=303).location).text
    with away(app):
        yield browser.post(NEW, data={**fields, "title": "Bài"}, expect=503).text
        yield client.get("/tim-kiem?q=khong+giu+san", expect=503).text


def test_every_template_is_valid_html(
    portfolio: Portfolio,
    client: CheckingClient,
    people: dict[Role, Account],
    make_account: Callable[..., Account],
    sign_in: Callable[[Account], CheckingClient],
    things: Callable[..., Any],
) -> None:
    app, boss = portfolio.app, people[Role.ADMINISTRATOR]
    browser = sign_in(boss)
    portfolio.walk(client, "/")
    portfolio.walk(browser, "/bien-tap/")
    for rule, method in routes(app):
        if method == "GET":
            answer = visit(app, browser, rule, method, things(rule, service.actor(boss)), None)
            if answer.mimetype == "text/html" and answer.data and not answer.location:
                portfolio.add(rule.endpoint, answer.text)
    for page in rare(app, client, browser, make_account(Role.ADMINISTRATOR, "lan")):
        portfolio.add("rare", page)

    pages = {str(file.relative_to(ROOT / "templates")) for file in ROOT.glob("templates/*/*.html")}
    whole = {name for name in pages if not re.search(r"(^|/)_|/base\.html$", name)}
    unseen = sorted(whole - portfolio.templates)
    assert not unseen, f"no page here renders {unseen}"
    assert faults(portfolio.files) == []


def test_style_sheets_are_valid(tmp_path: Path) -> None:
    accent = tmp_path / "accent.css"
    accent.write_text(sheet("#7a1f3d"), encoding="utf-8")
    files = [*sorted((ROOT / "static" / "css").glob("*.css")), accent]
    listed = "|".join(NOT_LISTED)
    new = re.compile(rf": CSS: “({listed})”: Property “\1” doesn't exist\. ")
    assert [said for said in faults(files, "--css") if not new.search(said)] == []
