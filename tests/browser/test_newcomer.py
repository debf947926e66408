"""What a newcomer meets: how many clicks to a published article, pastes, Word files, advice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import until
from tests.browser.test_publish import PASTE
from tests.live import ADMIN_PASSWORD, Server
from tests.newsroom.conftest import png
from tests.text.test_docx import document, paragraph, run

OpenPage = Callable[..., Page]
MOST_CLICKS = 8
FAKE_LIST = """<html><body>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>
&nbsp;&nbsp; </span></span>Mang theo căn cước<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>
&nbsp;&nbsp; </span></span>Đến trước 10 giờ</p>
<p class=MsoNormal align=right style='text-align:right'><b>Sông Quê</b></p></body></html>"""
OLD_FONT = "<p style='font-family:.VnTime'>Céng hßa x· héi chñ nghÜa ViÖt Nam</p>"


def sign_in(page: Page) -> None:
    page.goto("/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("admin")
    page.get_by_label("Mật khẩu").fill(ADMIN_PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def written(page: Page) -> str:
    text: str = page.evaluate("hugerte.get('body').getContent()")
    return text


def open_form(page: Page) -> None:
    page.goto("/bien-tap/bai-viet/moi")
    until(page, "window.hugerte?.get('body')?.initialized")
    page.evaluate("hugerte.get('body').focus()")


def test_an_article_with_an_image_takes_few_clicks(
    site: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    sign_in(page)
    page.goto("/bien-tap/chuyen-muc")
    page.get_by_label("Tên chuyên mục").fill("Thông báo")
    page.get_by_role("button", name="Thêm chuyên mục").click()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("button", name="Đăng xuất")).to_have_count(0)
    picture = tmp_path / "anh.png"
    picture.write_bytes(png())
    clicks: list[str] = []

    def click(target: Locator, what: str) -> None:
        target.click()
        clicks.append(what)

    page.goto("/dang-nhap")
    # The page puts the caret there itself; a browser in the background may be late with it.
    page.get_by_label("Tên đăng nhập").focus()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(ADMIN_PASSWORD)
    click(page.get_by_role("button", name="Đăng nhập"), "sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bài viết")
    click(page.get_by_role("link", name="Viết bài mới"), "new article")
    until(page, "window.hugerte?.get('body')?.initialized")
    click(page.get_by_label("Tiêu đề", exact=True), "title")
    page.keyboard.type("Lịch tiếp công dân tháng này")
    page.keyboard.press("Tab")
    page.keyboard.type("Lãnh đạo phường gặp bà con vào sáng thứ Năm.")
    page.keyboard.press("Tab")
    page.keyboard.type("Bà con đến thẳng phòng tiếp dân, không cần hẹn trước.")
    page.get_by_label("Chuyên mục").select_option("Thông báo")
    clicks += ["section list", "section"]
    with page.expect_file_chooser() as chooser:
        click(page.locator("#cover_file"), "image")
    chooser.value.set_files(picture)
    expect(page.locator("#cover-now img")).to_be_visible()
    page.get_by_label("Mô tả ảnh đại diện").fill("Bảng lịch trước cửa")
    clicks.append("description of the image")
    click(page.get_by_role("button", name="Xuất bản", exact=True), "publish")
    expect(page.get_by_role("status").first).to_contain_text("xuất bản")
    page.goto("/")
    expect(page.get_by_role("heading", name="Lịch tiếp công dân tháng này")).to_be_visible()
    fields = ["user name", "password", "title", "lead", "body", "section", "image", "description"]
    print(f"\n{len(clicks)} clicks: {', '.join(clicks)}; {len(fields)} fields")
    assert len(clicks) <= MOST_CLICKS


def test_a_paste_is_what_will_be_stored(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    open_form(page)
    page.evaluate(PASTE, [FAKE_LIST, None])
    report = page.locator("#paste-report")
    offer = report.get_by_role("button", name="Dùng “Sông Quê” làm bút danh")
    expect(offer).to_be_visible()
    assert re.findall(r"<li>(.*?)</li>", written(page)) == [
        "Mang theo căn cước",
        "Đến trước 10 giờ",
    ]
    assert written(page).count("Sông Quê") == 1
    offer.click()
    assert "Sông Quê" not in written(page)
    expect(page.get_by_label("Bút danh")).to_have_value("Sông Quê")


def test_old_fonts_are_converted_on_a_click_only(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    open_form(page)
    page.evaluate(PASTE, [OLD_FONT, None])
    convert = page.get_by_role("button", name="Chuyển mã")
    expect(convert).to_be_visible()
    expect(page.locator("#paste-report blockquote")).to_contain_text("Cộng hòa xã hội chủ nghĩa")
    assert "Céng hßa" in written(page)
    convert.click()
    until(page, "hugerte.get('body').getContent().includes('Cộng hòa xã hội')")
    assert "Céng" not in written(page)


def test_a_word_file_fills_the_form(site: Server, open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "thong-bao.docx"
    file.write_bytes(document(paragraph(run("Ủy ban thông báo lịch cấp nước."))))
    page = open_page()
    sign_in(page)
    open_form(page)
    page.locator("#word_file").set_input_files(file)
    until(page, "hugerte.get('body').getContent().includes('lịch cấp nước')")
    broken = tmp_path / "hong.docx"
    broken.write_bytes(b"PK\x03\x04 khong phai tep Word")
    page.locator("#word_file").set_input_files(broken)
    expect(page.locator("#paste-report")).to_contain_text("ệp")
    assert "lịch cấp nước" in written(page)


def test_advice_leads_to_its_place(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    open_form(page)
    page.get_by_label("Tiêu đề", exact=True).fill("Lịch họp")
    page.evaluate(PASTE, ["<p>Đoạn đầu.</p><p>Họp ngày 31/02/2026 tại hội trường.</p>", None])
    until(page, "hugerte.get('body').getContent().includes('31/02/2026')")
    page.get_by_role("button", name="Kiểm tra lại bài").click()
    point = page.locator("#checklist a", has_text="31/02/2026")
    expect(point).to_be_visible()
    point.click()
    chosen = page.evaluate("hugerte.get('body').selection.getContent({format: 'text'})")
    assert "31/02/2026" in chosen
    page.locator("#checklist").get_by_role("link", name="Chưa chọn chuyên mục").click()
    expect(page.get_by_label("Chuyên mục")).to_be_focused()
