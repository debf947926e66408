"""Nothing typed is lost, in a real browser: collisions, ended sessions, crashes, no mouse."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.conftest import CHROMIUM, until
from tests.browser.test_publish import body, new_article, press, sign_in
from tests.live import ADMIN_PASSWORD, Server

OpenPage = Callable[..., Page]
TITLE = "Phiên chợ quê cuối tuần"


def ready(page: Page) -> None:
    until(page, "window.hugerte?.get('body')?.initialized === true")


def type_body(page: Page, words: str) -> None:
    page.frame_locator(".tox-edit-area iframe").locator("body").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def saved_article(page: Page, text: str) -> str:
    """The address of a draft with that title and text."""
    new_article(page)
    ready(page)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    type_body(page, text)
    press(page, "Lưu nháp")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    ready(page)
    return page.url


def forget_session(page: Page) -> None:
    page.context.clear_cookies()


def kill_profile(profile: Path) -> None:
    """``kill -9`` every process of the browser that was started on that profile."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"--user-data-dir={profile}" in (process / "cmdline").read_text():
                os.kill(int(process.name), signal.SIGKILL)


def add_section(page: Page, name: str) -> None:
    page.goto("/bien-tap/chuyen-muc")
    page.get_by_label("Tên chuyên mục").fill(name)
    page.get_by_role("button", name="Thêm chuyên mục").click()
    expect(page.locator(".said")).to_contain_text(name)


def test_two_editors_collide_and_neither_loses_a_word(site: Server, open_page: OpenPage) -> None:
    first, second = open_page(), open_page()
    sign_in(first)
    sign_in(second)
    address = saved_article(first, "Chợ mở lúc sáu giờ.")
    second.goto(address)
    ready(second)
    first.get_by_label("Tóm tắt").fill("Chợ họp hai ngày.")
    press(first, "Lưu nháp")
    expect(first.locator(".said")).to_contain_text("Đã lưu nháp.")
    type_body(second, " Có bãi gửi xe.")
    press(second, "Lưu nháp")
    expect(second.get_by_role("heading", level=1)).to_have_text("Hai bản của một bài")
    expect(second.locator(".pair .mine ins").last).to_contain_text("Có bãi gửi xe")
    expect(second.locator(".pair .saved del").first).to_contain_text("Chợ họp hai ngày.")
    press(second, "Gộp hai bản rồi sửa")
    ready(second)
    expect(second.get_by_label("Tóm tắt")).to_have_value("Chợ họp hai ngày.")
    assert "Có bãi gửi xe." in body(second)
    press(second, "Lưu nháp")
    expect(second.locator(".said")).to_contain_text("Đã lưu nháp.")
    ready(second)
    expect(second.get_by_label("Tóm tắt")).to_have_value("Chợ họp hai ngày.")
    assert body(second) == "<p>Chợ mở lúc sáu giờ. Có bãi gửi xe.</p>"
    # Nothing is left to be offered, neither here nor on the site.
    expect(second.locator("#here-offer")).to_be_hidden()
    expect(second.locator("#site-offer")).to_have_count(0)


def test_a_session_that_ends_is_renewed_in_place(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    address = saved_article(page, "Đoạn đầu.")
    type_body(page, " Viết tiếp khi phiên đã hết.")
    forget_session(page)
    press(page, "Lưu nháp")
    dialog = page.get_by_role("dialog", name="Phiên làm việc đã hết")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Mật khẩu").fill("sai mật khẩu rồi")
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(dialog.get_by_role("alert")).to_contain_text("không đúng")
    dialog.get_by_label("Mật khẩu").fill(ADMIN_PASSWORD)
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    ready(page)
    assert page.url == address
    assert body(page) == "<p>Đoạn đầu. Viết tiếp khi phiên đã hết.</p>"


def test_without_scripts_the_text_goes_through_the_sign_in_page(
    site: Server, chromium: Browser
) -> None:
    context = chromium.new_context(base_url=site.address, java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    sign_in(page)
    page.goto("/bien-tap/bai-viet/moi")
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    page.get_by_label("Nội dung").fill("Viết tay, không có kịch bản.")
    forget_session(page)
    press(page, "Lưu nháp")
    page.get_by_label("Tên đăng nhập").fill("admin")
    page.get_by_label("Mật khẩu").fill(ADMIN_PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_label("Tiêu đề", exact=True)).to_have_value(TITLE)
    press(page, "Lưu nháp")
    expect(page.locator(".said")).to_contain_text("Đã lưu nháp.")
    expect(page.get_by_label("Nội dung")).to_have_value("<p>Viết tay, không có kịch bản.</p>")
    context.close()


def test_a_killed_browser_finds_its_text_again(
    site: Server, chromium: Browser, open_page: OpenPage, tmp_path: Path
) -> None:
    """On the site, and so from any other machine."""
    context = chromium.browser_type.launch_persistent_context(
        str(tmp_path / "profile"),
        executable_path=CHROMIUM,
        args=["--no-sandbox"],
        base_url=site.address,
        locale="vi-VN",
    )
    page = context.pages[0]
    sign_in(page)
    page.goto("/bien-tap/bai-viet/moi")
    ready(page)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    type_body(page, "Gõ được mười giây")
    expect(page.locator("#save-state")).to_have_text(
        "Chưa lưu vào bài, đã giữ giúp bạn", timeout=20_000
    )
    kill_profile(tmp_path / "profile")
    # It may have noticed by itself that its browser is gone.
    with suppress(Error):
        context.close()

    other = open_page()
    sign_in(other)
    other.goto("/bien-tap/bai-viet/moi")
    offer = other.locator("#site-offer")
    expect(offer).to_contain_text(TITLE)
    offer.get_by_role("link", name="Lấy lại").click()
    ready(other)
    expect(other.get_by_label("Tiêu đề", exact=True)).to_have_value(TITLE)
    assert "Gõ được mười giây" in body(other)


def test_offline_text_stays_in_the_browser(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    new_article(page)
    ready(page)
    page.context.set_offline(True)
    page.get_by_label("Tiêu đề", exact=True).fill(TITLE)
    type_body(page, "Viết khi mất mạng.")
    press(page, "Lưu nháp")
    expect(page.locator("#save-state")).to_have_text("Mất kết nối: đang giữ trong trình duyệt")
    # As after a crash: a new page of the same browser, which nobody told to keep anything.
    # It closes before the connection is back: online, it would hand its text to the site.
    context = page.context
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto("/bien-tap/bai-viet/moi")
    ready(again)
    offer = again.locator("#here-offer")
    expect(offer).to_contain_text(TITLE)
    offer.get_by_role("button", name="Lấy lại").click()
    expect(again.get_by_label("Tiêu đề", exact=True)).to_have_value(TITLE)
    assert body(again) == "<p>Viết khi mất mạng.</p>"
    press(again, "Lưu nháp")
    expect(again.locator(".said")).to_contain_text("Đã lưu nháp.")
    again.goto("/bien-tap/bai-viet/moi")
    ready(again)
    expect(again.locator("#here-offer")).to_be_hidden()


def test_publishing_with_the_keyboard_alone(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    add_section(page, "Thông báo")
    page.goto("/bien-tap/bai-viet/moi")
    ready(page)

    def tab_to(name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(() => { const e = document.activeElement;"
                " return e.id || e.value || e.textContent.trim(); })()"
            )
            if focused == name:
                return
        raise AssertionError(f"{name} is not reached by the Tab key")

    tab_to("title")
    page.keyboard.type(TITLE)
    tab_to("lead")
    page.keyboard.type("Không cần chuột.")
    tab_to("body_ifr")
    page.keyboard.type("Gõ trong khung soạn.")
    tab_to("section_id")
    page.keyboard.type("Th")
    tab_to("publish")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("Đã xuất bản.")
