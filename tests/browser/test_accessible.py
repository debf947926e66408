"""axe-core on every kind of page: both ends of the widths, light, dark and forced colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dev import AXE
from tests import gallery
from tests.browser.conftest import missing
from tests.live import Server

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGE = """
async (tags) => {
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
}
"""
# An editor's page is somebody else's: HugeRTE's frame and toolbar are judged by how they are used.
EDITOR = [["iframe"], [".tox"]]
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with gallery.demo_site(Path(tmp_path_factory.mktemp("demo"))) as server:
        yield server


@pytest.fixture(scope="module")
def judged(chromium: Browser, demo: Server) -> Iterator[Page]:
    """A page with axe-core in it, whatever the site's own rules about scripts say."""
    if not AXE.exists():
        missing("axe-core is not there: run `dev.py test` once")
    context = chromium.new_context(base_url=demo.address, bypass_csp=True, locale="vi-VN")
    context.set_default_timeout(30_000)
    context.add_init_script(path=AXE)
    page = context.new_page()
    yield page
    context.close()


def faults(page: Page, pages: dict[str, str]) -> list[str]:
    """What is wrong, as sentences that name page, width and scheme."""
    found = []
    for name, address in pages.items():
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address)
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{name} {width}: scrolls sideways, {wide} px")
            for scheme, media in SCHEMES.items():
                page.emulate_media(**media)
                found += [f"{name} {width} {scheme}: {f}" for f in page.evaluate(JUDGE, RULES)]
    return found


def test_public_pages(judged: Page, demo: Server) -> None:
    assert faults(judged, gallery.public(demo.address)) == []


def test_the_newsroom(judged: Page) -> None:
    gallery.sign_in(judged)
    assert faults(judged, gallery.NEWSROOM) == []
