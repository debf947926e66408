"""Portraits of every page, to be looked at: ``python -m tests.gallery FOLDER [PART OF A NAME]``.

Serves the demo site and an empty one, photographs each page at 1280 and 360 px in the light and the
dark scheme, and writes FOLDER/index.html beside the pictures.
"""

from __future__ import annotations

import html
import re
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.live import ADMIN_PASSWORD, Server, serve

WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")
NEWSROOM = {
    "newsroom-articles": "/bien-tap/",
    "newsroom-new": "/bien-tap/bai-viet/moi",
    "newsroom-article": "/bien-tap/bai-viet/30",
    "newsroom-library": "/bien-tap/thu-vien",
    "newsroom-statistics": "/bien-tap/thong-ke",
    "newsroom-sections": "/bien-tap/chuyen-muc",
    "newsroom-home": "/bien-tap/trang-chu",
    "newsroom-settings": "/bien-tap/cai-dat",
    "newsroom-people": "/bien-tap/nguoi-dung",
    "newsroom-log": "/bien-tap/nhat-ky",
}


def read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode("utf-8"))


def articles(site: str) -> dict[str, str]:
    """One article of each kind, by what its page holds."""
    found: dict[str, str] = {}
    longest = 0
    feed = read(f"{site}/sitemap-1.xml") if False else read(f"{site}/")
    for address in sorted(set(re.findall(r'href="(/tin/[^"/]+)"', feed))):
        page = read(site + address)
        body = page.partition('<div class="body">')[2].partition('<footer class="article-foot">')[0]
        main = page.partition("<main")[2].partition('<footer class="article-foot">')[0]
        kind = "picture" if "<img" in main else "plain"
        found.setdefault(f"article-{kind}", address)
        if "<table" in body:
            found.setdefault("article-table", address)
        if len(body) > longest:
            longest, found["article-long"] = len(body), address
    return found


def public(site: str) -> dict[str, str]:
    """Name and address of each kind of public page of the demo site."""
    home = read(f"{site}/")
    days = sorted(set(re.findall(r'href="(/luu-tru/\d{4}/\d\d/\d\d)"', home)))
    album = re.findall(r'href="(/hinh-anh/\d[^"]*)"', home)[0]
    article = articles(site)
    return {
        "home": "/",
        "section": "/muc/tin-hoat-dong",
        **article,
        "print": article["article-table"] + "/ban-in",
        "day": days[-1],
        "day-empty": days[0][:-2] + "01",
        "month": days[-1][:-3],
        "year": days[-1][:-6],
        "archive": "/luu-tru",
        "archive-wrong-day": "/luu-tru?ngay=31/02/2026",
        "search": "/tim-kiem?q=" + urllib.parse.quote("nước"),
        "search-none": "/tim-kiem?q=khongcogi",
        "search-blank": "/tim-kiem",
        "albums": "/hinh-anh",
        "album": album,
        "links": "/lien-ket",
        "page": "/trang/lien-he",
        "page-english": "/trang/about",
        "site-map": "/so-do-trang",
        "missing": "/khong-co",
        "sign-in": "/dang-nhap",
    }


def sign_in(page: Page) -> None:
    page.goto("/dang-nhap")
    page.locator("#username").fill("admin")
    page.locator("#password").fill(ADMIN_PASSWORD)
    page.locator("form:has(#password) button[type=submit]").click()
    page.wait_for_url("**/bien-tap/**")


def portrait(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.evaluate("document.fonts.ready")
    # What loads only when it is scrolled to must be there too.
    page.evaluate("document.querySelectorAll('img[loading]').forEach((i) => (i.loading = 'eager'))")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True)


def take(browser: Browser, site: str, pages: dict[str, str], folder: Path, *, staff: bool) -> None:
    for width in WIDTHS:
        for scheme in SCHEMES:
            context = browser.new_context(
                base_url=site,
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
                locale="vi-VN",
            )
            page = context.new_page()
            if staff:
                sign_in(page)
            for name, address in pages.items():
                portrait(page, address, folder / f"{name}-{width}-{scheme}.png")
            context.close()


def index(folder: Path, names: list[str]) -> None:
    """A page with all pictures, one row for each page of the site."""
    rows = []
    for name in names:
        files = [f"{name}-{width}-{scheme}.png" for width in WIDTHS for scheme in SCHEMES]
        pictures = "".join(
            f'<a href="{file}"><img src="{file}" alt="{file[:-4]}" loading="lazy"></a>'
            for file in files
        )
        rows.append(f"<h2>{html.escape(name)}</h2><div>{pictures}</div>")
    style = "body{font:16px sans-serif;margin:2rem}div{display:flex;gap:1rem;align-items:start}"
    style += "img{max-height:34rem;max-width:24vw;border:1px solid #999}"
    (folder / "index.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>newsapp</title><style>{style}</style>"
        f"<h1>newsapp</h1>{''.join(rows)}",
        encoding="utf-8",
    )


@contextmanager
def demo_site(folder: Path, application: str = "wsgi:app") -> Iterator[Server]:
    with serve(folder, application=application, NEWSAPP_FLOOD_LIMIT="0") as server:
        server.newsapp("demo")
        server.newsapp("visits", "baseline", "5164377")
        yield server


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    part = arguments[1] if len(arguments) > 1 else ""
    names: list[str] = []
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def some(site: str, pages: dict[str, str], *, staff: bool = False) -> None:
            wanted = {name: address for name, address in pages.items() if part in name}
            if wanted:
                take(browser, site, wanted, folder, staff=staff)
                names.extend(wanted)

        with demo_site(Path(data, "demo")) as server:
            some(server.address, public(server.address))
            some(server.address, NEWSROOM, staff=True)
        with serve(Path(data, "empty"), NEWSAPP_FLOOD_LIMIT="0") as server:
            some(server.address, {"empty": "/", "empty-archive": "/luu-tru"})
            some(server.address, {"newsroom-empty": "/bien-tap/"}, staff=True)
    index(folder, names)
    print(f"{len(names) * 4} pictures: {folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
