"""Pictures for the editors' guide, of the demo site: ``python -m tests.guide``.

Writes docs/huong-dan/*.webp anew, each with the places that the guide speaks of in a red frame.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests import gallery
from tests.browser.conftest import CHROMIUM
from tests.live import ROOT

FOLDER = ROOT / "docs" / "huong-dan"
SIZE = (1000, 720)
FRAME = """
(places) => {
  for (const place of places) {
    const style = document.querySelector(place).style;
    style.outline = "4px solid #c8102e";
    style.outlineOffset = "4px";
  }
  document.querySelector(places[0]).scrollIntoView({ block: "center" });
}
"""
# Name -> address, and the places to frame, the first in the middle of the picture.
PICTURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "dang-nhap": ("/dang-nhap", ("form:has(#password) button[type=submit]",)),
    "danh-sach": ("/bien-tap/", ("main a[href='/bien-tap/bai-viet/moi']",)),
    "viet-bai": ("/bien-tap/bai-viet/30", ("#title", "#lead", ".tox-tinymce, .tox-hugerte, .tox")),
    "word": ("/bien-tap/bai-viet/30", ("#from-word",)),
    "anh-dai-dien": ("/bien-tap/bai-viet/30", ("#cover_alt", "#cover_file")),
    "xuat-ban": ("/bien-tap/bai-viet/moi", ("button[value=publish]", "#publish_at")),
    "go-bai": ("/bien-tap/bai-viet/30", ("button[value=withdraw]",)),
    "chuyen-muc": ("/bien-tap/chuyen-muc", ("#name",)),
    "album": ("/bien-tap/album/moi", ("#title", "#publish_at")),
    "cai-dat": ("/bien-tap/cai-dat", ("#site_name",)),
}


def take(page: Page, name: str) -> None:
    address, places = PICTURES[name]
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.evaluate(FRAME, list(places))
    page.wait_for_timeout(200)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=80, method=6)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        gallery.demo_site(Path(data)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--lang=vi"]
        )
        context = browser.new_context(
            base_url=server.address,
            viewport={"width": SIZE[0], "height": SIZE[1]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        page = context.new_page()
        take(page, "dang-nhap")
        gallery.sign_in(page)
        page.get_by_role("button", name="Để sau").click()
        for name in list(PICTURES)[1:]:
            take(page, name)


if __name__ == "__main__":
    main()
