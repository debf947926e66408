"""The data in an article's head is no script: a browser that may run none takes no offence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route

from tests.live import Server

OLD_PAGE = Path(__file__).parent.parent / "transfer" / "portal_text" / "ordinary.txt"
DATA, SCRIPT = "application/ld+json", "text/javascript"


def test_structured_data_needs_no_leave_to_run_scripts(
    site: Server, open_page: Callable[..., Page]
) -> None:
    site.newsapp("import", "text", str(OLD_PAGE))
    complaints: list[str] = []
    kind = DATA

    def forbid_scripts(route: Route) -> None:
        answer = route.fetch()
        policy = {**answer.headers, "content-security-policy": "script-src 'self'"}
        route.fulfill(response=answer, headers=policy, body=answer.text().replace(DATA, kind))

    page = open_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.route("**/tin/*", forbid_scripts)
    page.goto("/tin/1")
    told = json.loads(page.locator(f'script[type="{DATA}"]').text_content() or "")
    assert told["@type"] == "NewsArticle"
    assert complaints == []
    # The same text as a script: the policy was in force.
    kind = SCRIPT
    page.reload()
    assert any("Content Security Policy" in complaint for complaint in complaints)
