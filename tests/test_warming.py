"""What is run before a server forks: each kind of page once, and nothing stays open after it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request, request_finished
from sqlalchemy import event, func, select

from newsapp import create_app, warming
from newsapp.extensions import db
from newsapp.models import Article, ContentVersion, SearchMiss
from tests.conftest import Databases, close, make_config
from tests.live import ROOT


@pytest.fixture
def asked() -> Iterator[list[tuple[str, int]]]:
    """The paths that an application was asked for, and the status of each answer."""
    seen: list[tuple[str, int]] = []

    def note(_sender: Flask, response: Any, **_more: object) -> None:
        seen.append((request.path, response.status_code))

    with request_finished.connected_to(note):
        yield seen


def open_files() -> set[Path]:
    found = set()
    for number in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(number.readlink())
    return found


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_page_of_each_kind_is_made(
    app: Flask, asked: list[tuple[str, int]], make_article: Callable[..., Article]
) -> None:
    make_article(title="Khởi công cầu mới")
    make_article(title="Họp báo")
    warming.warm(app)
    places = [path for path, _ in asked]
    assert {status for _, status in asked} == {200}
    assert len(places) == len(set(places)) == 5
    assert {place.split("/")[1] for place in places} == {"", "muc", "tin", "luu-tru", "tim-kiem"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_is_open_or_counted_afterwards(
    app: Flask,
    tmp_path: Path,
    make_article: Callable[..., Article],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_article(title="Khởi công cầu mới")
    # Whoever finds nothing would be noted.
    monkeypatch.setattr("newsapp.search.queries.find", lambda *_args, **_more: [])
    version = db.session.scalar(select(ContentVersion.number))
    db.session.remove()
    close(app)
    warming.warm(app)
    assert not [thread.name for thread in threading.enumerate() if "newsapp" in thread.name]
    assert not [file for file in open_files() if file.is_relative_to(tmp_path)]
    assert not list(tmp_path.glob("journal/*"))
    assert db.session.scalar(select(func.count()).select_from(SearchMiss)) == 0
    assert db.session.scalar(select(ContentVersion.number)) == version


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_no_start_waits_for_a_server(app: Flask, asked: list[tuple[str, int]]) -> None:
    db.session.remove()
    db.engine.dispose()
    connections: list[object] = []
    event.listen(db.engine, "connect", lambda *made: connections.append(made))
    warming.warm(app)
    assert (asked, connections) == ([], [])


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_start_fails_for_this(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("not even an error page")

    monkeypatch.setattr(warming, "_page", broken)
    warming.warm(app)
    assert "no page could be made" in caplog.text


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_empty_file_and_an_empty_site_are_no_trouble(
    backend: str, databases: Databases, tmp_path: Path, app: Flask, asked: list[tuple[str, int]]
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    other = create_app(make_config(folder, databases.empty(backend, folder)))
    warming.warm(other)
    assert asked == []
    assert not [file for file in folder.iterdir() if file.suffix == ".db"]
    (folder / "site.db").touch()
    warming.warm(other)
    assert asked == []
    close(other)
    warming.warm(app)
    assert asked[0] == ("/", 200)
    assert {status for _, status in asked[1:]} <= {404}


def test_a_site_on_sqlite_loads_nothing_of_the_other_server(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; print(*sys.modules, sep='\\n')"],
        env={**os.environ, "NEWSAPP_DATA_DIR": str(tmp_path), "NEWSAPP_DATABASE_URL": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.split()
    assert "sqlalchemy.dialects.sqlite" in loaded
    assert "sqlalchemy.dialects.postgresql" not in loaded
    assert "psycopg" not in loaded
