"""Fixtures of the whole suite: real databases, the real application, a client that checks pages.

Every test that uses ``app`` runs twice, on SQLite and on PostgreSQL. PostgreSQL is looked for at
``NEWSAPP_TEST_POSTGRESQL`` (default: 127.0.0.1:5432, user postgres); with ``CI=true`` its
absence is a failure, elsewhere the test is skipped with the reason.
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from newsapp import cli, create_app
from newsapp.accounts import service as accounts
from newsapp.config import Config
from newsapp.extensions import db
from newsapp.models import Account, Article, Role, Section
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content, Origin, Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.upgrading import create_or_upgrade
from tests.buckets import s3_server
from tests.pages import CheckingClient

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PASSWORD = "mat khau dai de nho"
POSTGRESQL = make_url(
    os.environ.get(
        "NEWSAPP_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    )
)


@cache
def why_no_postgresql() -> str | None:
    """None when the server answers, else the reason."""
    engine = create_engine(POSTGRESQL, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError as error:
        return f"PostgreSQL is not reachable: {str(error).splitlines()[0]}"
    finally:
        engine.dispose()
    return None


def administer(statement: str) -> None:
    """Run one statement on the PostgreSQL server outside of any transaction."""
    engine = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def make_config(data_dir: Path, database_url: URL, media_url: str = "") -> Config:
    return Config.from_environment(
        {
            "NEWSAPP_DATA_DIR": str(data_dir),
            "NEWSAPP_DATABASE_URL": database_url.render_as_string(hide_password=False),
            "NEWSAPP_SECRET_KEY": "a secret key for tests only",
            "NEWSAPP_FLOOD_LIMIT": "0",
            "NEWSAPP_MEDIA_URL": media_url,
        }
    )


def close(app: Flask) -> None:
    """Let go of everything the application holds open."""
    app.extensions["newsapp.visits"].close()
    app.extensions["newsapp.ledger"].close()
    app.extensions["newsapp.freshness"].close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def settled() -> Iterator[None]:
    """For a test with a limit of processor time: what earlier tests left in memory is not looked
    through for garbage meanwhile."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Databases:
    """Makes fresh, migrated databases quickly: migrated once, then copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = f"newsapp_test_{uuid.uuid4().hex[:8]}"
        self.number = itertools.count()
        self.made: list[str] = []
        self.templates: dict[str, URL] = {}

    def fresh(self, backend: str, data_dir: Path) -> URL:
        template = self.templates.get(backend) or self._template(backend)
        if backend == "sqlite":
            target = data_dir / "site.db"
            shutil.copy(str(template.database), target)
            return URL.create("sqlite", database=str(target))
        return self._postgresql(f"TEMPLATE {template.database}")

    def empty(self, backend: str, data_dir: Path) -> URL:
        if backend == "sqlite":
            return URL.create("sqlite", database=str(data_dir / "site.db"))
        return self._postgresql("")

    def _postgresql(self, options: str) -> URL:
        name = f"{self.prefix}_{next(self.number)}"
        administer(f"CREATE DATABASE {name} {options}")
        self.made.append(name)
        return POSTGRESQL.set(database=name)

    def _template(self, backend: str) -> URL:
        data_dir = self.folder / backend
        data_dir.mkdir()
        url = self.empty(backend, data_dir)
        app = create_app(make_config(data_dir, url))
        with app.app_context():
            create_or_upgrade(app, data_dir)
            if backend == "sqlite":
                db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        close(app)
        self.templates[backend] = url
        return url

    def drop(self) -> None:
        for name in reversed(self.made):
            administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    reason = why_no_postgresql() if name == "postgresql" else None
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return name


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3; started when the first test asks for it."""
    with s3_server() as address:
        yield address


@pytest.fixture
def media_url() -> str:
    """What NEWSAPP_MEDIA_URL says; a module that cares about storages says it itself."""
    return ""


@pytest.fixture
def app(backend: str, databases: Databases, tmp_path: Path, media_url: str) -> Iterator[Flask]:
    """The application on a fresh database, with an application context pushed."""
    made = create_app(make_config(tmp_path, databases.fresh(backend, tmp_path), media_url))
    made.test_client_class = CheckingClient
    cli.install(made)
    with made.app_context():
        yield made
    close(made)


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A reader's browser that checks every page it gets."""
    made = app.test_client()
    assert isinstance(made, CheckingClient)
    return made


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], int]:
    """How many statements the main database was sent since the last call."""
    sent: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    def since() -> int:
        number = len(sent)
        sent.clear()
        return number

    return since


@pytest.fixture
def make_account(app: Flask) -> Callable[..., Account]:
    """``make_account(Role.EDITOR, "lan")``: an account with ``PASSWORD``."""
    numbers = itertools.count(1)

    def make(role: Role = Role.EDITOR, username: str = "") -> Account:
        name = username or f"{role.value}{next(numbers)}"
        return accounts.add(name, f"Người {name}", role, PASSWORD, by=COMMAND_LINE)

    return make


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Account], CheckingClient]:
    """A browser in which that account is signed in."""

    def signed_in(account: Account) -> CheckingClient:
        browser = app.test_client()
        assert isinstance(browser, CheckingClient)
        token = browser.form("/dang-nhap")["csrf_token"]
        answer = browser.post(
            "/dang-nhap",
            data={"username": account.username, "password": PASSWORD, "csrf_token": token},
        )
        assert answer.status_code in {302, 303}, answer.text
        return browser

    return signed_in


@pytest.fixture
def section(app: Flask) -> Section:
    return site.add_section("Tin hoạt động", by=COMMAND_LINE)


@pytest.fixture
def make_article(app: Flask, section: Section) -> Callable[..., Article]:
    """``make_article("Tiêu đề", at=…, step=…)``: an article, published an hour ago by default."""

    def make(
        title: str = "Phường khai trương tủ sách dùng chung",
        *,
        at: datetime | None = None,
        step: Step = Step.PUBLISH,
        view_baseline: int = 0,
        **content: Any,
    ) -> Article:
        content.setdefault("section_id", section.id)
        content.setdefault("body", "<p>Tủ sách mở cửa từ thứ Hai đến thứ Bảy.</p>")
        return articles.create(
            Content(title=title, **content),
            by=COMMAND_LINE,
            step=step,
            publish_at=at or datetime.now(UTC) - timedelta(hours=1),
            origin=Origin(view_baseline=view_baseline),
        )

    return make
