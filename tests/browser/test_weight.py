"""What the first article page costs a new reader: requests, and bytes over the wire."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.live import Server
from tests.test_site import OLD_PAGE

MOST_REQUESTS = 5
# Of style sheet, fonts and icon together; the page itself comes on top, at most PAGE_BYTES.
STATIC_BYTES = 48_000
PAGE_BYTES = 12_000


class Wire:
    """What a page asks the network for, as the browser counts it; answers it had are not listed."""

    def __init__(self, page: Page, address: str) -> None:
        self.sent: dict[str, int] = {}
        self._asked: dict[str, str] = {}
        self._address = address
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._begun)
        session.on("Network.loadingFinished", self._finished)

    def _begun(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if url.startswith(self._address):
            self._asked[event["requestId"]] = url.removeprefix(self._address)

    def _finished(self, event: dict[str, Any]) -> None:
        url = self._asked.pop(event["requestId"], None)
        if url is not None and event["encodedDataLength"]:
            assert url not in self.sent, f"{url} is fetched twice"
            self.sent[url] = int(event["encodedDataLength"])


def test_the_first_article_page_is_light_and_the_second_is_only_itself(
    site: Server, open_page: Callable[..., Page]
) -> None:
    site.newsapp("import", "text", str(OLD_PAGE))
    page = open_page()
    first = Wire(page, site.address)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    answer = page.goto("/tin/1", wait_until="networkidle")
    assert answer is not None
    assert len(gzip.compress(answer.body(), 6)) <= PAGE_BYTES

    static = {url: size for url, size in first.sent.items() if url.startswith("/static/")}
    assert {url.rpartition("/")[2] for url in static} >= {
        "site.css",
        "be-vietnam-pro-400.woff2",
        "be-vietnam-pro-600.woff2",
    }
    assert len(static) < MOST_REQUESTS
    assert sum(static.values()) <= STATIC_BYTES
    assert page.evaluate("document.fonts.check('1em \"Be Vietnam Pro\"')")
    # No script, and nothing from anywhere else.
    assert page.locator("script[src]:not([defer])").count() == 0

    assert complaints == []

    second = Wire(page, site.address)
    page.goto("/", wait_until="networkidle")
    assert list(second.sent) == ["/"]
