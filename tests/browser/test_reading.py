"""How a reader gets on: aids, an album by keyboard, what is heard, and the sheet on paper."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from pypdf import PageObject, PdfReader

from newsapp import create_app
from newsapp.config import Config
from newsapp.media import images
from newsapp.models import Article, Media
from newsapp.pages import config
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.browser.test_publish import squeezed
from tests.conftest import close
from tests.live import Server

OpenPage = Callable[..., Page]
DAY = datetime(2026, 3, 15, 2, 30, tzinfo=UTC)
# A browser that can speak Vietnamese, and writes down what it is given to say.
SPEAKER = """
  window.said = [];
  const voice = { lang: "vi-VN" };
  const speaker = {
    getVoices: () => [voice],
    speak: (words) => { said.push(words.text); setTimeout(() => words.onend(), 20); },
    cancel: () => {},
  };
  Object.defineProperty(window, "speechSynthesis", { value: speaker });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""
SHIFT = """
  () => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 300);
  })
"""


@pytest.fixture
def office(site: Server) -> Iterator[Flask]:
    """The application on the running site's database, with its context."""
    app = create_app(Config.from_environment(site.environment))
    with app.app_context():
        yield app
    close(app)


def picture(width: int, height: int, shade: int) -> Media:
    """A stored picture; each shade is another one."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 90, 140)).save(out, "PNG")
    return site.add_image(images.store(out.getvalue(), config().media), by=COMMAND_LINE)


def publish(body: str, title: str = "Lịch tiếp công dân quý hai") -> Article:
    section = site.add_section("Thông báo", by=COMMAND_LINE)
    content = Content(
        title=title,
        lead="Ủy ban nhân dân tiếp công dân vào thứ Năm hằng tuần.",
        body=body,
        byline="Hương Tràm",
        section_id=section.id,
    )
    return articles.create(content, by=COMMAND_LINE, step=Step.PUBLISH, publish_at=DAY)


def address(article: Article) -> str:
    return f"/tin/{article.id}-{article.slug}"


# --- aids -----------------------------------------------------------------------------------------


def letter(page: Page) -> float:
    return float(
        page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"),
    )


def late(route: Route) -> None:
    time.sleep(0.8)
    route.continue_()


def test_text_grows_and_stays_so(office: Flask, open_page: OpenPage) -> None:
    article = publish("<p>Mời bà con.</p>")
    page = open_page(width=360)
    page.goto("/")
    usual = letter(page)
    larger = page.get_by_role("button", name="A+")
    larger.click()
    larger.click()
    page.get_by_role("button", name="Tương phản cao").click()
    # However late the script comes, nothing is painted in the usual size first.
    page.route("**/reading.js", late)
    page.goto(address(article))
    assert letter(page) == pytest.approx(usual * 1.25)
    expect(page.get_by_role("button", name="Tương phản cao")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate(SHIFT) < 0.05
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    larger.click()
    expect(larger).to_be_disabled()
    assert letter(page) == pytest.approx(usual * 1.5)
    page.get_by_role("button", name="A, chữ vừa").click()
    assert letter(page) == pytest.approx(usual)


def test_a_browser_that_speaks_reads_the_article(office: Flask, open_page: OpenPage) -> None:
    article = publish("<p>Mời bà con.</p><ul><li>Mang theo giấy tờ.</li></ul>")
    page = open_page()
    page.goto(address(article))
    expect(page.locator("[data-aloud]")).to_be_hidden()
    page.add_init_script(SPEAKER)
    page.reload()
    button = page.get_by_role("button", name="Nghe bài")
    button.click()
    expect(page.get_by_role("button", name="Dừng đọc")).to_be_visible()
    expect(button).to_be_visible()
    assert page.evaluate("said") == [
        "Lịch tiếp công dân quý hai",
        "Ủy ban nhân dân tiếp công dân vào thứ Năm hằng tuần.",
        "Mời bà con.",
        "Mang theo giấy tờ.",
    ]
    page.goto("/")
    expect(page.locator("[data-aloud]")).to_be_hidden()


def test_without_scripts_nothing_is_missed(chromium: Browser, site: Server) -> None:
    context = chromium.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    expect(page.locator(".reading")).to_be_hidden()
    expect(page.get_by_text("Chưa có tin nào được đăng.").first).to_be_visible()
    context.close()


def test_an_album_is_looked_through_by_keyboard(office: Flask, open_page: OpenPage) -> None:
    pictures = [(picture(600, 400, shade), "Trên sông") for shade in (40, 120, 200)]
    album = site.add_album("Bên sông", "", pictures, by=COMMAND_LINE, published_at=DAY)
    page = open_page()
    page.goto(f"/hinh-anh/{album.id}-{album.slug}")
    page.locator("#anh-1 > a").press("Enter")
    expect(page.locator("#anh-1")).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("navigation", name="Ảnh 3/3")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("navigation", name="Ảnh 2/3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".album nav:visible")).to_have_count(0)


# --- what is heard --------------------------------------------------------------------------------


def test_an_article_and_its_day_as_they_are_heard(office: Flask, open_page: OpenPage) -> None:
    article = publish("<h2>Thời gian</h2><table><tr><th>Buổi</th></tr></table>")
    page = open_page()
    page.goto(address(article))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đi đến nội dung")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator("main .article")).to_match_aria_snapshot("""
      - article:
        - link "Tin trong ngày Chủ Nhật 15 Tháng 3"
        - paragraph:
          - link "Thông báo"
          - time: Chủ Nhật, 15/03/2026, 09:30
        - heading "Lịch tiếp công dân quý hai" [level=1]
        - paragraph: Ủy ban nhân dân tiếp công dân vào thứ Năm hằng tuần.
        - heading "Thời gian" [level=2]
        - group "Bảng":
          - table
        - paragraph: Hương Tràm
    """)
    expect(page.get_by_role("region", name="SỐ LƯỢT TRUY CẬP")).to_contain_text("lượt")
    page.goto("/luu-tru/2026/03")
    day = page.get_by_role("cell", name="15 tháng 3, 1 tin").get_by_role("link")
    day.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chủ Nhật 15 Tháng 3 năm 2026")


# --- paper ----------------------------------------------------------------------------------------


def on_paper(page: Page, article: Article) -> PdfReader:
    page.goto(f"{address(article)}/ban-in")
    page.wait_for_load_state("networkidle")
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def text_in_order(pdf: PdfReader, parts: list[str]) -> None:
    whole = squeezed("".join(sheet.extract_text() for sheet in pdf.pages))
    place = 0
    for part in parts:
        found = whole.find(squeezed(part), place)
        assert found >= 0, part
        place = found


def gap(sheet: PageObject) -> float:
    """The largest empty height between the first and the last mark on a sheet, as a share of it."""
    marks: list[tuple[float, float]] = []

    def text(words: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if words.strip():
            low = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            marks.append((low, low + abs(size * tm[3] * cm[3])))

    def image(operator: bytes, _operands: Any, cm: list[float], _tm: list[float]) -> None:
        if operator == b"Do":
            marks.append((min(cm[5], cm[5] + cm[3]), max(cm[5], cm[5] + cm[3])))

    sheet.extract_text(visitor_text=text, visitor_operand_before=image)
    bottom = float(sheet.mediabox.height) * 0.07
    top = float(sheet.mediabox.height) * 0.93
    largest, reached = 0.0, bottom
    for low, high in sorted(marks):
        if low < bottom:  # the number of the page
            continue
        largest, reached = max(largest, low - reached), max(reached, high)
    return max(largest, top - reached) / float(sheet.mediabox.height)


def test_a_short_article_on_one_sheet(office: Flask, open_page: OpenPage) -> None:
    article = publish("<p>Mời bà con đến đúng giờ.</p>")
    pdf = on_paper(open_page(), article)
    assert len(pdf.pages) == 1
    width, height = pdf.pages[0].mediabox.width, pdf.pages[0].mediabox.height
    assert (round(width), round(height)) == (595, 842)
    text_in_order(
        pdf,
        [
            "Trang tin điện tử",
            article.title,
            "Thông báo",
            "Chủ Nhật, 15/03/2026, 09:30",
            article.lead,
            "Mời bà con đến đúng giờ.",
            "Hương Tràm",
            address(article),
            "Bản sửa đổi 1",
            "In lúc",
        ],
    )
    assert "1/1" in pdf.pages[0].extract_text()


def test_ten_pages_with_a_wide_table(office: Flask, open_page: OpenPage) -> None:
    head = "".join(f"<th>Chỉ tiêu số {n}</th>" for n in range(1, 10))
    rows = "".join(
        f"<tr><td>Hàng {r}</td>" + f"<td>{r}.250 hộ dân</td>" * 8 + "</tr>" for r in range(1, 61)
    )
    text = "Nước lên thì ghe xuống bến, bà con trong khu phố cùng nhau kê đồ đạc lên cao. " * 9
    before = [f"<p>Đoạn {n} đây. {text}</p>" for n in range(1, 15)]
    after = [f"<p>Đoạn {n} đây. {text}</p>" for n in range(15, 29)]
    body = "".join(before) + f"<table><thead><tr>{head}</tr></thead>{rows}</table>" + "".join(after)
    pdf = on_paper(open_page(), publish(body))
    assert len(pdf.pages) >= 8
    parts = [f"Đoạn {n} đây." for n in range(1, 15)]
    parts += [f"Hàng {r}" for r in range(1, 61)]
    parts += [f"Đoạn {n} đây." for n in range(15, 29)]
    text_in_order(pdf, [*parts, "Hương Tràm"])
    assert f"2/{len(pdf.pages)}" in pdf.pages[1].extract_text()
    # Each sheet that the table goes on to repeats its head.
    whole = squeezed("".join(sheet.extract_text() for sheet in pdf.pages))
    assert whole.count(squeezed("Chỉ tiêu số 9")) >= 2


def test_six_pictures_leave_no_great_gaps(office: Flask, open_page: OpenPage) -> None:
    text = "Đoàn ghe xuôi theo con nước, chở trái cây về chợ từ lúc trời chưa sáng hẳn. " * 4
    figures = "".join(
        f'<figure><img src="/media/{picture(1200, 800, 30 * n).path}" alt="" width="1200" height="800">'
        f"<figcaption>Ảnh thứ {n}.</figcaption></figure><p>Lời {n}. {text}</p>"
        for n in range(1, 7)
    )
    pdf = on_paper(open_page(), publish(figures))
    parts = [words for n in range(1, 7) for words in (f"Ảnh thứ {n}.", f"Lời {n}.")]
    text_in_order(pdf, [*parts, "Hương Tràm"])
    assert sum(len(sheet.images) for sheet in pdf.pages) >= 6
    gaps = [gap(sheet) for sheet in pdf.pages[:-1]]
    assert sum(share > 1 / 3 for share in gaps) <= 1, gaps
