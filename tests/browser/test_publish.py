"""An editor's day in a real browser: write, paste from Word, schedule, publish, read, print."""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import until
from tests.conftest import ZONE
from tests.live import ADMIN_PASSWORD, Server
from tests.newsroom.conftest import png

OpenPage = Callable[..., Page]
TITLE = "Lịch tiêm phòng cho đàn vịt chạy đồng"
LEAD = "Trạm thú y hẹn bà con ba buổi sáng trong tuần."
# What Word 2016 puts on the clipboard, cut to one table: a header over two columns.
WORD_TABLE = """
<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"><head>
<meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style>p.MsoNormal {mso-style-parent:""; margin:0cm; font-family:"Times New Roman",serif;}</style>
</head><body lang=VI style='tab-interval:36.0pt'><!--StartFragment-->
<p class=MsoNormal style='mso-margin-top-alt:auto'><b><span style='font-size:14.0pt;
mso-fareast-language:VI'>Lịch theo khu phố<o:p></o:p></span></b></p>
<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0
 style='border-collapse:collapse;mso-yfti-tbllook:1184;mso-padding-alt:0cm 5.4pt 0cm 5.4pt'>
 <tr style='mso-yfti-irow:0'>
  <td width=200 rowspan=2 valign=top style='width:150pt;border:solid windowtext 1.0pt;mso-x:y'>
   <p class=MsoNormal>Khu phố<o:p></o:p></p></td>
  <td width=400 colspan=2 style='width:300pt'><p class=MsoNormal align=center
   style='text-align:center'>Buổi sáng<o:p></o:p></p></td>
 </tr>
 <tr><td><p class=MsoNormal>Thứ Hai</p></td><td><p class=MsoNormal>Thứ Tư</p></td></tr>
 <tr style='mso-yfti-lastrow:yes'><td><p class=MsoNormal>Bờ Kè<o:p></o:p></p></td>
  <td><p class=MsoNormal>240&nbsp;con</p></td><td><p class=MsoNormal>315 con</p></td></tr>
</table><!--EndFragment--></body></html>
"""
PASTE = """
([html, image]) => {
  const body = hugerte.activeEditor.getBody();
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  if (image) {
    const bytes = Uint8Array.from(atob(image), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], "anh-chup.png", { type: "image/png" }));
  }
  hugerte.activeEditor.selection.select(body, true);
  hugerte.activeEditor.selection.collapse(false);
  body.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
  );
}
"""


def sign_in(page: Page) -> None:
    page.goto("/bien-tap/")
    page.get_by_label("Tên đăng nhập").fill("admin")
    page.get_by_label("Mật khẩu").fill(ADMIN_PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bài viết")


def add_section(page: Page, name: str) -> None:
    page.goto("/bien-tap/chuyen-muc")
    page.get_by_label("Tên chuyên mục").fill(name)
    page.get_by_role("button", name="Thêm chuyên mục").click()
    expect(page.locator(".said")).to_contain_text(name)


def new_article(page: Page) -> None:
    page.goto("/bien-tap/bai-viet/moi")
    page.frame_locator(".tox-edit-area iframe").locator("body").wait_for()


def paste(page: Page, *, html: str = "", image: bytes = b"") -> None:
    page.evaluate(PASTE, [html, base64.b64encode(image).decode("ascii")])


def body(page: Page) -> str:
    """The text as it would be sent now."""
    return str(page.evaluate("hugerte.activeEditor.getContent()"))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def squeezed(text: str) -> str:
    """Letters without the spaces that a PDF's layout puts between them."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))


def test_from_word_to_the_printed_sheet(site: Server, open_page: OpenPage) -> None:
    page, reader = open_page(), open_page(width=360, height=740)
    sign_in(page)
    add_section(page, "Thông báo")
    new_article(page)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    page.get_by_label("Tóm tắt").fill(LEAD)
    page.get_by_label("Chuyên mục", exact=True).select_option(label="Thông báo")
    page.frame_locator(".tox-edit-area iframe").locator("body").click()
    page.keyboard.type("Bà con nhốt vịt trước bảy giờ.")
    paste(page, html=WORD_TABLE)
    with page.expect_response(re.compile("/bien-tap/hinh-anh$")) as upload:
        paste(page, image=png(320, 200, "seagreen"))
    assert upload.value.status == 200
    until(page, "/media\\//.test(hugerte.activeEditor.getContent())")
    expect(page.locator("#save-state")).to_have_text("Chưa lưu")

    moment = datetime.now(ZONE) + timedelta(days=1)
    page.get_by_label("Thời điểm đăng").fill(moment.strftime("%Y-%m-%dT08:00"))
    expect(page.locator("#appears")).to_contain_text("Sẽ tự hiện vào")
    press(page, "Hẹn giờ")
    expect(page.locator(".said")).to_contain_text("Đã hẹn giờ")
    expect(page.locator(".where")).to_contain_text(moment.strftime("%d/%m/%Y, 08:00"))

    number = page.url.rsplit("/", 1)[1]
    scheduled = reader.goto(f"/tin/{number}")
    assert scheduled is not None
    assert scheduled.status == 404

    page.frame_locator(".tox-edit-area iframe").locator("body").wait_for()
    press(page, "Xuất bản ngay")
    expect(page.locator(".said")).to_contain_text("Đã xuất bản.")
    public = page.locator(".said a").get_attribute("href")
    assert public is not None

    read = reader.goto(public)
    assert read is not None
    assert read.status == 200
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    text = reader.locator(".article .body")
    expect(text).to_contain_text("Bà con nhốt vịt trước bảy giờ.")
    expect(text.locator("strong")).to_have_text("Lịch theo khu phố")
    assert text.locator("td[rowspan='2']").inner_text().strip() == "Khu phố"
    assert text.locator("td[colspan='2']").inner_text().strip() == "Buổi sáng"
    assert text.locator("tr").count() == 3
    assert "mso" not in text.inner_html()
    image = text.locator("img")
    assert (image.get_attribute("width"), image.get_attribute("height")) == ("320", "200")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320

    printed = reader.goto(f"{public}/ban-in")
    assert printed is not None
    assert printed.status == 200
    sheet = squeezed(
        "".join(p.extract_text() for p in PdfReader(io.BytesIO(reader.pdf(format="A4"))).pages)
    )
    for words in (TITLE, LEAD, "Bà con nhốt vịt trước bảy giờ.", "Khu phố", "Buổi sáng", "315 con"):
        assert squeezed(words) in sheet, words
    for furniture in ("SỐ LƯỢT TRUY CẬP", "TIN MỚI HƠN", "Xem theo ngày", "Trang chủ", "Quay lại"):
        assert squeezed(furniture) not in sheet, furniture


def test_the_editor_speaks_vietnamese(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    new_article(page)
    said = page.eval_on_selector_all(
        ".tox [aria-label]", "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    assert len(said) > 10
    page.locator(".tox [aria-label='Chèn hoặc sửa ảnh']").click()
    dialog = page.locator(".tox-dialog")
    said += dialog.inner_text().splitlines()
    page.keyboard.press("Escape")
    page.locator(".tox [aria-label='Chèn hoặc sửa liên kết']").click()
    said += page.locator(".tox-dialog").inner_text().splitlines()
    page.keyboard.press("Escape")
    page.evaluate("hugerte.get('body').setContent('<h2>Đề mục</h2>')")
    blocks = page.locator(".tox-tbtn--bespoke")
    expect(blocks).to_have_text("Tiêu đề 2")
    blocks.click()
    said += page.locator(".tox-menu").inner_text().splitlines()
    english = [
        label
        for label in said
        if re.search(
            r"\b(the|image|link|insert|table|cancel|save|undo|text|align|heading|blockquote)\b",
            label,
            re.I,
        )
    ]
    assert english == []


def test_what_the_editor_keeps_the_site_keeps(site: Server, open_page: OpenPage) -> None:
    """Its rules and the cleaner's agree: what one shows is what the other stores."""
    page = open_page()
    sign_in(page)
    new_article(page)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    page.evaluate(
        """hugerte.activeEditor.setContent(
          '<h2 style="color: red; text-align: center">Đề mục</h2>' +
          '<p onclick="x()" class="y"><b>đậm</b> <i>nghiêng</i> <u>gạch</u> <s>bỏ</s> x<sup>2</sup></p>' +
          '<ul><li>một<ul><li>hai</li></ul></li></ul><ol start="3" type="a"><li>ba</li></ol>' +
          '<table><caption>Bảng</caption><thead><tr><th scope="col" colspan="2">Cột</th></tr></thead>' +
          '<tbody><tr><td style="text-align: right">1</td><td>2</td></tr></tbody></table>' +
          '<p><a href="https://example.org/" target="_blank">ra ngoài</a></p>' +
          '<blockquote><p>trích</p></blockquote>');
        hugerte.activeEditor.setDirty(true);"""
    )
    shown = body(page)
    press(page, "Lưu nháp")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    page.frame_locator(".tox-edit-area iframe").locator("body").wait_for()
    first = body(page)
    assert "color" not in shown
    assert "target" not in shown
    assert '<h2 style="text-align: center;">' in first

    def bare(html: str) -> str:
        return re.sub(r'\s+|rel="noopener"', "", html)

    assert bare(first) == bare(shown)
    assert bare(page.locator("#body").input_value()) == bare(first)


def test_a_refused_image_is_explained_and_the_text_stays(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    new_article(page)
    page.frame_locator(".tox-edit-area iframe").locator("body").click()
    page.keyboard.type("Chữ vẫn còn.")
    paste(page, image=b"MZ this is a program")
    note = page.locator(".tox-notification, .tox-notifications-container")
    expect(note.first).to_contain_text("không phải là ảnh")
    until(page, "!/<img/.test(hugerte.activeEditor.getContent())")
    assert body(page) == "<p>Chữ vẫn còn.</p>"


def test_leaving_unsaved_text_warns(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    new_article(page)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    warnings: list[str] = []

    def stay(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Bài viết", exact=True).click()
    expect(page.get_by_label("Tiêu đề", exact=True)).to_have_value(TITLE)
    assert warnings == ["beforeunload"]
    press(page, "Lưu nháp")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    page.get_by_role("link", name="Bài viết", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bài viết")
    assert warnings == ["beforeunload"]


def test_enter_in_a_field_saves_and_never_publishes(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    add_section(page, "Thông báo")
    new_article(page)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    page.get_by_label("Chuyên mục", exact=True).select_option(label="Thông báo")
    page.get_by_label("Bút danh").fill("Người ghi")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")


@pytest.mark.parametrize("lost", ["/lib/hugerte/", "/lib/hugerte/themes/"])
def test_the_form_works_without_its_editor(site: Server, open_page: OpenPage, lost: str) -> None:
    page = open_page()
    page.route(re.compile(lost), lambda route: route.abort())
    sign_in(page)
    page.goto("/bien-tap/bai-viet/moi")
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    page.get_by_label("Nội dung").fill("Đoạn một.\n\nĐoạn hai.")
    press(page, "Lưu nháp")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    assert page.get_by_label("Nội dung").input_value() == "<p>Đoạn một.</p><p>Đoạn hai.</p>"


def test_a_cover_is_sent_at_once(site: Server, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    sign_in(page)
    new_article(page)
    picture, program = tmp_path / "bia.png", tmp_path / "bia2.png"
    picture.write_bytes(png(64, 48, "tomato"))
    program.write_bytes(b"MZ" * 50)
    page.get_by_label("Gửi ảnh mới").set_input_files(program)
    expect(page.locator("#cover-said")).to_contain_text("không phải là ảnh")
    page.get_by_label("Gửi ảnh mới").set_input_files(picture)
    page.locator("#cover-now img").wait_for()
    page.get_by_label("Mô tả ảnh đại diện").fill("Một ô màu đỏ")
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    press(page, "Lưu nháp")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    expect(page.locator("#cover-now img")).to_have_attribute("alt", "Một ô màu đỏ")


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_scrolls_sideways(site: Server, open_page: OpenPage, width: int) -> None:
    page = open_page(width=width, height=740)
    sign_in(page)
    add_section(page, "Thông tin tuyên truyền, phổ biến pháp luật và cải cách thủ tục hành chính")
    new_article(page)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    press(page, "Lưu nháp")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    for address in ("", "bai-viet/moi", "chuyen-muc", "cai-dat", "tai-khoan"):
        page.goto(f"/bien-tap/{address}")
        if address == "bai-viet/moi":
            page.frame_locator(".tox-edit-area iframe").locator("body").wait_for()
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{address} at {width}: {overflow} px too wide"
