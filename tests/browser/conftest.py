"""A real Chromium in front of a real gunicorn."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.live import ROOT, Server, serve

CHROMIUM = (
    os.environ.get("NEWSAPP_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
)
# Two browsers, their servers and the databases share two cores when the suite runs whole.
expect.set_options(timeout=15_000)
EDITOR = ROOT / "static" / "lib" / "hugerte" / "hugerte.min.js"


def until(page: Page, truth: str) -> None:
    """Wait for a JavaScript expression to be true. Playwright's own way evaluates it inside of
    the page, where the site's policy forbids that."""
    for _ in range(200):
        if page.evaluate(truth):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not true within 20 s: {truth}")


def missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        missing(f"no Chromium at {CHROMIUM}; NEWSAPP_TEST_CHROMIUM names another place")
    if not EDITOR.exists():
        missing("the editor is not built: run dev.py once")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Server]:
    with serve(tmp_path / "data", NEWSAPP_FLOOD_LIMIT="0") as server:
        yield server


@pytest.fixture
def open_page(chromium: Browser, site: Server) -> Iterator[Callable[..., Page]]:
    """``open_page()``: a page of a browser without cookies; errors of its scripts fail the test."""
    contexts = []
    problems: list[str] = []

    def opened(width: int = 1280, height: int = 900) -> Page:
        context = chromium.new_context(
            base_url=site.address,
            viewport={"width": width, "height": height},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []
