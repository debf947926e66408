"""Lists put in order in a real browser: by mouse, by finger, by keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.test_publish import add_section, press, sign_in
from tests.live import Server

OpenPage = Callable[..., Page]
LIST = "/bien-tap/chuyen-muc"
SAVED = "Đã lưu thứ tự mới."


@pytest.fixture
def page(site: Server, open_page: OpenPage) -> Page:
    """An editor's list of four sections."""
    made = open_page()
    sign_in(made)
    for name in ("Một", "Hai", "Ba", "Bốn"):
        add_section(made, name)
    made.goto(LIST)
    return made


def names(page: Page) -> list[str]:
    return page.locator(".row-text a").all_inner_texts()


def row(page: Page, name: str) -> Locator:
    return page.locator(".sortable > li").filter(has_text=name)


def drag(page: Page, name: str, to: str) -> None:
    """Drag a row by its grip onto another one, in steps as a hand does."""
    grip, goal = row(page, name).locator(".grip").bounding_box(), row(page, to).bounding_box()
    assert grip is not None
    assert goal is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    # Beyond the middle of the other row, whichever side it is come from.
    down = goal["y"] > grip["y"]
    page.mouse.move(grip["x"] + 5, goal["y"] + goal["height"] * (0.9 if down else 0.1), steps=8)
    page.mouse.up()


def test_a_row_is_dragged_and_stays_there(page: Page) -> None:
    drag(page, "Bốn", "Hai")
    assert names(page) == ["Một", "Bốn", "Hai", "Ba"]
    expect(page.locator(".order-state")).to_have_text(SAVED)
    page.reload()
    assert names(page) == ["Một", "Bốn", "Hai", "Ba"]
    drag(page, "Một", "Ba")
    expect(page.locator(".order-state")).to_have_text(SAVED)
    page.reload()
    assert names(page) == ["Bốn", "Hai", "Ba", "Một"]


def test_a_drag_that_ends_where_it_began_sends_nothing(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.extend(request.post_data or ""))
    drag(page, "Hai", "Hai")
    page.wait_for_timeout(300)
    assert sent == []
    expect(page.locator(".order-state")).to_be_empty()


def test_the_keyboard_moves_a_row_and_keeps_its_place(page: Page) -> None:
    page.get_by_role("button", name="Chuyển lên: Bốn").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(page.locator(".order-state")).to_have_text(SAVED)
    assert names(page) == ["Một", "Bốn", "Hai", "Ba"]
    expect(page.get_by_role("button", name="Chuyển lên: Bốn")).to_be_focused()
    page.keyboard.press("Enter")
    # At the top there is no way up any more; the hand stays on the same row.
    expect(page.get_by_role("button", name="Chuyển lên: Bốn")).to_be_disabled()
    expect(page.get_by_role("button", name="Chuyển xuống: Bốn")).to_be_focused()
    expect(page.get_by_role("button", name="Chuyển lên: Một")).to_be_enabled()
    expect(page.locator(".order-state")).to_have_text(SAVED)
    page.reload()
    assert names(page) == ["Bốn", "Một", "Hai", "Ba"]


def test_without_a_connection_it_says_so_and_the_next_move_saves(page: Page) -> None:
    page.route(re.compile("/thu-tu$"), lambda route: route.abort())
    press(page, "Chuyển lên: Bốn")
    expect(page.locator(".order-state")).to_contain_text("chưa đến được trang tin")
    page.unroute_all()
    press(page, "Chuyển lên: Bốn")
    expect(page.locator(".order-state")).to_have_text(SAVED)
    page.reload()
    assert names(page) == ["Một", "Bốn", "Hai", "Ba"]


def test_quick_moves_arrive_in_their_order(page: Page) -> None:
    waited: list[int] = []

    def slowly(route: Route) -> None:
        # The first answer is the slowest.
        page.wait_for_timeout(400 if not waited else 0)
        waited.append(1)
        route.continue_()

    page.route(re.compile("/thu-tu$"), slowly)
    for _ in range(3):
        press(page, "Chuyển xuống: Một")
    expect(page.locator(".order-state")).to_have_text(SAVED)
    page.reload()
    assert names(page) == ["Hai", "Ba", "Bốn", "Một"]


def test_who_was_signed_out_meanwhile_is_told(page: Page) -> None:
    page.context.clear_cookies()
    press(page, "Chuyển lên: Bốn")
    expect(page.get_by_label("Mật khẩu")).to_be_visible()


def test_the_buttons_work_without_scripts(chromium: Browser, site: Server, page: Page) -> None:
    plain = chromium.new_context(
        base_url=site.address, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    other = plain.new_page()
    other.goto(LIST)
    assert other.locator(".grip").count() == 0
    other.get_by_role("button", name="Chuyển lên: Bốn").click()
    expect(other.locator(".said")).to_contain_text(SAVED)
    assert names(other) == ["Một", "Hai", "Bốn", "Ba"]
    assert "#row-" in other.url
    plain.close()


def test_a_standing_page_is_written_in_the_editor(site: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page)
    page.goto("/bien-tap/trang/moi")
    page.get_by_label("Tiêu đề", exact=True).fill("Giới thiệu")
    page.frame_locator(".tox-edit-area iframe").locator("body").click()
    page.keyboard.type("Phường ở bên sông.")
    press(page, "Lưu")
    expect(page.locator(".said")).to_contain_text("Đã thêm trang “Giới thiệu”.")
    page.frame_locator(".tox-edit-area iframe").locator("body").wait_for()
    page.goto("/trang/gioi-thieu")
    expect(page.locator(".article .body p")).to_have_text("Phường ở bên sông.")


def test_large_figures_leave_room_for_their_words(site: Server, open_page: OpenPage) -> None:
    page = open_page(width=320, height=740)
    sign_in(page)
    site.newsapp("visits", "baseline", "5164377")
    page.goto("/bien-tap/thong-ke")
    words = page.get_by_role("rowheader", name="Tổng cộng").last
    expect(words).to_be_visible()
    line = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.figures')).lineHeight)"
    )
    box = words.bounding_box()
    assert box
    assert box["height"] < 3 * line


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_the_house_scrolls_sideways(
    site: Server, open_page: OpenPage, width: int
) -> None:
    page = open_page(width=width, height=740)
    sign_in(page)
    site.newsapp("demo")
    for address in (
        "chuyen-muc",
        "chuyen-muc/1",
        "lien-ket",
        "lien-ket/1",
        "trang",
        "trang/1",
        "trang-chu",
        "cai-dat",
    ):
        page.goto(f"/bien-tap/{address}")
        if address == "trang/1":
            page.frame_locator(".tox-edit-area iframe").locator("body").wait_for()
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{address} at {width}: {overflow} px too wide"
