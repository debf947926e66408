"""Readers' pages take turns in a process; nobody waits for a person, a network or a stuck page."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import create_environ

from newsapp import turns
from newsapp.turns import Turns


class Site:
    """Answers after a while, and knows how many asked at once."""

    def __init__(self, seconds: float) -> None:
        self.inside = self.most = 0
        self._seconds = seconds
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(self._seconds)
        with self._lock:
            self.inside -= 1
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("broken")
        return [b""]


def ask(app: Turns, number: int, path: str = "/", **more: Any) -> None:
    """That many requests at once, all of them answered."""
    threads = [
        threading.Thread(target=app, args=(create_environ(path, **more), None))
        for _ in range(number)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 10.0)


def test_pages_are_made_one_after_the_other() -> None:
    site = Site(0.05)
    ask(Turns(site, "session"), 4)
    assert site.most == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "POST"},
        {"path": "/media/2026/11/a.webp"},
        {"headers": {"Cookie": "newsapp_visit=1; session=abc"}},
    ],
)
def test_forms_files_and_staff_take_no_turn(asked: dict[str, Any]) -> None:
    site = Site(0.3)
    ask(Turns(site, "session"), 4, **asked)
    assert site.most == 4


def test_nobody_waits_for_a_page_that_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.05)
    site = Site(1.0)
    begun = time.monotonic()
    ask(Turns(site, "session"), 4)
    assert site.most == 4
    assert time.monotonic() - begun < 3


def test_an_error_ends_its_turn() -> None:
    app = Turns(Site(0.0), "session")
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            app(create_environ("/broken"), lambda *_: lambda _: None)
    begun = time.monotonic()
    ask(app, 1)
    assert time.monotonic() - begun < 5


def test_only_sqlite_wants_them(app: Flask) -> None:
    layers: list[str] = []
    layer: Any = app.wsgi_app.__self__  # type: ignore[attr-defined]  # the outermost one's method
    while layer is not None:
        layers.append(type(layer).__name__)
        layer = getattr(layer, "_app", None)
    backend = app.extensions["newsapp.config"].database_url.get_backend_name()
    assert {"SecurityHeaders", "VisitCounter", "PageCache"} <= set(layers)
    assert ("Turns" in layers) == (backend == "sqlite")
