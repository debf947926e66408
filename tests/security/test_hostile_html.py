"""Hostile texts saved through the editor's form and opened wherever they are shown: no script runs
and nothing is fetched from elsewhere, with the site's policy and without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Dialog, Page

from tests.browser.conftest import chromium as chromium
from tests.browser.conftest import site as site
from tests.browser.test_publish import add_section, new_article, sign_in
from tests.live import Server
from tests.security.hostile import FAR, PAYLOADS

BATCH = 110
SEND = """async ([action, fields]) => {
  const form = document.getElementById("article-form");
  const data = new FormData(form);
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  const answer = await fetch(action || form.action, { method: "POST", body: data });
  return { status: answer.status, url: answer.url, html: await answer.text() };
}"""
# What a reader can do to a text: hover, focus and click everything in it.
TOUCH = """() => {
  for (const element of document.querySelectorAll(".body *, .lead, main a")) {
    for (const kind of ["mouseover", "pointerenter", "focus", "animationstart", "toggle"]) {
      element.dispatchEvent(new Event(kind));
    }
    if (/^(javascript|data|vbscript):/i.test(element.href || "")) alert("a link that runs");
  }
}"""


def watched(page: Page, seen: list[str]) -> Page:
    """Note every dialog and every request to the far host."""

    def on_dialog(dialog: Dialog) -> None:
        seen.append(f"dialog on {page.url}")
        dialog.dismiss()

    page.on("dialog", on_dialog)
    page.on("request", lambda r: seen.append(r.url) if "canary.invalid" in r.url else None)
    return page


def batches() -> Iterator[tuple[str, ...]]:
    for start in range(0, len(PAYLOADS), BATCH):
        yield PAYLOADS[start : start + BATCH]


def test_there_are_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) >= 200


def test_a_payload_is_seen_where_nothing_holds_it(chromium: Browser) -> None:
    seen: list[str] = []
    page = watched(chromium.new_page(), seen)
    page.set_content(f"<img src=x onerror=alert(1)><img src=http:{FAR}>")
    page.wait_for_timeout(200)
    page.close()
    assert len(seen) >= 2


@pytest.mark.parametrize("policy", [True, False], ids=["with-policy", "without"])
def test_no_script_runs_anywhere(
    chromium: Browser, site: Server, tmp_path: Path, policy: bool
) -> None:
    seen: list[str] = []
    context = chromium.new_context(base_url=site.address, bypass_csp=not policy)
    page = watched(context.new_page(), seen)
    sign_in(page)
    add_section(page, "Tin")
    written = []
    for number, batch in enumerate(batches()):
        new_article(page)
        page.evaluate("window.onbeforeunload = null")
        section = page.locator("#section_id option").last.get_attribute("value")
        # Each in a block of its own: one that swallows what follows hides no other.
        body = "".join(f"<p>{place}</p>{text}" for place, text in enumerate(batch))
        typed = {
            "title": f"Bài {number} " + batch[number][:80],
            "lead": " ".join(batch)[:600],
            "byline": batch[number + 1][:60],
            "section_id": section or "",
            "body": body,
        }
        preview = page.locator("[formaction]").first.get_attribute("formaction")
        shown = page.evaluate(SEND, [preview, typed])
        assert shown["status"] == 200
        saved = page.evaluate(SEND, ["", {**typed, "step": "publish"}])
        assert saved["status"] == 200
        said = re.findall(r"<h2[^>]*>[^<]*|<li[^>]*>[^<]*|<p class=.error[^<]*", saved["html"])[:40]
        assert saved["url"].rpartition("/")[2].isdigit(), (saved["url"], said)
        written.append(shown["html"])
    links = goto(page, "/bien-tap/").locator("main a").all()
    paths = {link.get_attribute("href") or "" for link in links}
    forms = {path for path in paths if path.removeprefix("/bien-tap/bai-viet/").isdigit()}
    assert len(forms) == len(written)
    for number in range(1, len(written) + 1):
        for path in (f"/tin/{number}", f"/bien-tap/bai-viet/{number}", f"/tin/{number}/ban-in"):
            goto(page, path).evaluate(TOUCH)
        goto(page, f"/bien-tap/bai-viet/{number}/lich-su")
        file = tmp_path / f"{policy}-{number}.html"
        file.write_bytes(page.request.get(f"/tin/{number}/luu").body())
        goto(page, file.as_uri()).evaluate(TOUCH)
    for html in written:
        page.set_content(html)
        page.evaluate(TOUCH)
    feed = ElementTree.fromstring(page.request.get("/rss.xml").text())
    page.goto("about:blank")
    for element in feed.iter("description"):
        page.evaluate("html => { document.body.innerHTML = html }", element.text or "")
        page.evaluate(TOUCH)
    page.wait_for_timeout(300)
    context.close()
    assert seen == []


def goto(page: Page, address: str) -> Page:
    page.goto(address, wait_until="load")
    return page
