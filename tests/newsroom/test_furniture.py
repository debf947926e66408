"""Links and standing pages: their lists, their forms, what comes back."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from newsapp.extensions import db
from newsapp.models import Link, Page
from newsapp.publishing import links, pages
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.publishing.links import LinkEntry
from tests.conftest import PASSWORD
from tests.newsroom.keeping import change, forms, note, press, shown
from tests.pages import CheckingClient

SECTIONS, LINKS, PAGES = "/bien-tap/chuyen-muc", "/bien-tap/lien-ket", "/bien-tap/trang"


# Links


def add_link(browser: CheckingClient, expect: int = 303, **typed: str) -> TestResponse:
    return browser.post(LINKS, data=forms(browser.get(LINKS).text)[LINKS] | typed, expect=expect)


def test_links_are_added_changed_and_deleted(
    editor: CheckingClient, client: CheckingClient
) -> None:
    assert "Chưa có liên kết nào" in editor.get(LINKS).text
    add_link(editor, group="Trung ương", name="Cổng dịch vụ công", url="https://dvc.example/")
    assert "Đã thêm liên kết “Cổng dịch vụ công”." in editor.get(LINKS).text
    link = db.session.query(Link).one()
    address = f"{LINKS}/{link.id}"
    change(editor, address, name="Dịch vụ công", url="http://dvc.example/moi")
    page = client.get("/lien-ket").text
    assert 'href="http://dvc.example/moi"' in page
    assert "Trung ương" in page
    editor.post(
        f"{address}/xoa", data=forms(editor.get(address).text)[f"{address}/xoa"], expect=303
    )
    assert "dvc.example" not in client.get("/lien-ket").text
    editor.get(address, expect=404)


def test_a_link_that_cannot_be_comes_back(editor: CheckingClient) -> None:
    typed = {"group": "x" * 121, "name": " ", "url": "ftp://a.example/"}
    answer = add_link(editor, 422, **typed)
    assert "Dài quá mức" in note(answer.text, "group")
    assert "Cần điền mục này." in note(answer.text, "name")
    assert "Hãy ghi đủ địa chỉ" in note(answer.text, "url")
    assert 'value="ftp://a.example/"' in answer.text
    add_link(editor, name="A", url="https://a.example/")
    address = f"{LINKS}/{db.session.query(Link).one().id}"
    answer = change(editor, address, 422, url="a.example")
    assert "Hãy ghi đủ địa chỉ" in note(answer.text, "url")
    assert 'value="a.example"' in answer.text


def test_the_same_address_twice_is_pointed_out_and_kept(editor: CheckingClient) -> None:
    add_link(editor, name="Một", url="https://a.example/")
    assert "dẫn đến địa chỉ này" not in editor.get(LINKS).text
    add_link(editor, name="Hai", url="https://www.a.example")
    assert "Liên kết “Một” cũng dẫn đến địa chỉ này." in editor.get(LINKS).text
    assert db.session.query(Link).count() == 2


def test_links_and_their_groups_are_ordered(editor: CheckingClient, app: Flask) -> None:
    names = [("X", "x1"), ("X", "x2"), ("Y", "y1")]
    entries = [LinkEntry(group, name, f"https://{name}.example/") for group, name in names]
    x1, x2, y1 = (link.id for link in links.add_links(entries, by=COMMAND_LINE))
    press(editor, LINKS, up=x2)
    assert shown(editor, LINKS) == ["x2", "x1", "y1"]
    press(editor, LINKS, order=[x1, x2])
    assert shown(editor, LINKS) == ["x1", "x2", "y1"]
    press(editor, LINKS, group="1", up=y1)
    assert shown(editor, LINKS) == ["y1", "x1", "x2"]


# Standing pages


def test_a_page_is_written_changed_and_deleted(
    editor: CheckingClient, client: CheckingClient
) -> None:
    assert "Chưa có trang cố định nào" in editor.get(PAGES).text
    # Plain text, as it comes without the editor, becomes paragraphs.
    answer = change(editor, f"{PAGES}/moi", title="Giới thiệu", body="Đoạn một.\n\nĐoạn hai.")
    address = answer.location
    assert "<p>Đoạn một.</p><p>Đoạn hai.</p>" in client.get("/trang/gioi-thieu").text
    change(editor, address, slug="about-us", language="en", body='<h2 onclick="x">Us</h2>')
    assert client.get("/trang/gioi-thieu", expect=301).location == "/trang/about-us"
    article = next(client.page("/trang/about-us").iter("article"))
    assert article.get("lang") == "en"
    assert "<h2>Us</h2>" in client.get("/trang/about-us").text
    form = forms(editor.get(address).text)[f"{address}/xoa"]
    editor.post(f"{address}/xoa", data=form, expect=303)
    client.get("/trang/about-us", expect=404)
    client.get("/trang/gioi-thieu", expect=404)


def test_a_page_that_cannot_be_comes_back(editor: CheckingClient) -> None:
    typed = {"title": "x" * 301, "body": "<p>Chữ còn nguyên</p>", "language": "en"}
    answer = change(editor, f"{PAGES}/moi", 422, **typed)
    assert "Dài quá mức" in note(answer.text, "title")
    assert forms(answer.text)[f"{PAGES}/moi"]["body"].strip() == "<p>Chữ còn nguyên</p>"
    answer = change(editor, f"{PAGES}/moi", 422, title="A", language="fr")
    assert "không có" in note(answer.text, "language")
    change(editor, f"{PAGES}/moi", title="A")
    answer = change(editor, f"{PAGES}/moi", 422, title="a")
    assert "đã có nơi khác dùng" in note(answer.text, "slug")
    answer = change(editor, f"{PAGES}/moi", 422, title="B", body="<blockquote>" * 2000)
    assert "lồng" in note(answer.text, "body")
    assert db.session.query(Page).count() == 1


def test_two_people_at_one_page(editor: CheckingClient, administrator: CheckingClient) -> None:
    address = change(editor, f"{PAGES}/moi", title="Liên hệ", body="<p>Cũ</p>").location
    mine = forms(editor.get(address).text)[address] | {"body": "<p>Của tôi</p>"}
    change(administrator, address, body="<p>Của họ</p>")
    answer = editor.post(address, data=mine, expect=409)
    again = forms(answer.text)[address]
    assert again["body"].strip() == "<p>Của tôi</p>"
    assert "<p>Của họ</p>" in answer.text
    assert "đã được lưu trong lúc bạn đang viết" in answer.text
    page = db.session.query(Page).one()
    db.session.refresh(page)
    assert page.body == "<p>Của họ</p>"
    # Seen both, the person decides.
    editor.post(address, data=again, expect=303)
    db.session.refresh(page)
    assert page.body == "<p>Của tôi</p>"


@pytest.mark.parametrize("seen", ["", "gestern", "2026-01-01", "9999-12-31T23:59:59+00:00", "\x00"])
def test_without_the_moment_read_nothing_is_overwritten(editor: CheckingClient, seen: str) -> None:
    address = change(editor, f"{PAGES}/moi", title="Liên hệ", body="<p>Cũ</p>").location
    change(editor, address, 409, body="<p>Mới</p>", seen=seen)
    assert db.session.query(Page).one().body == "<p>Cũ</p>"


def test_a_page_deleted_meanwhile_becomes_a_new_one(editor: CheckingClient) -> None:
    address = change(editor, f"{PAGES}/moi", title="Liên hệ", body="<p>Cũ</p>").location
    mine = forms(editor.get(address).text)[address] | {"body": "<p>Của tôi</p><script>x</script>"}
    pages.delete_page(db.session.query(Page).one().id, by=COMMAND_LINE)
    answer = editor.post(address, data=mine, expect=404)
    again = forms(answer.text)[f"{PAGES}/moi"]
    assert again["body"].strip() == "<p>Của tôi</p>"
    editor.post(f"{PAGES}/moi", data=again, expect=303)
    assert db.session.query(Page).one().body == "<p>Của tôi</p>"


def test_pages_are_ordered(editor: CheckingClient, client: CheckingClient, app: Flask) -> None:
    a, b, c = (pages.add_page(slug, slug, "", by=COMMAND_LINE) for slug in "abc")
    press(editor, PAGES, up=c.id)
    press(editor, PAGES, order=[c.id, a.id, b.id])
    assert shown(editor, PAGES) == ["c", "a", "b"]
    footer = client.get("/").text.partition("<footer")[2]
    assert footer.index("/trang/c") < footer.index("/trang/a") < footer.index("/trang/b")


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        (SECTIONS, {"name": "Dở tay"}),
        (LINKS, {"name": "Dở tay", "url": "https://a.example/"}),
        (f"{PAGES}/moi", {"title": "Dở tay", "body": "<p>Đoạn</p><script>x</script>"}),
    ],
)
def test_what_was_typed_survives_a_lost_session(
    editor: CheckingClient, address: str, typed: dict[str, str]
) -> None:
    sent = forms(editor.get(address).text)[address] | typed
    editor.delete_cookie("newsapp")
    locked = editor.post(address, data=sent, expect=401)
    hidden = forms(locked.text)["/dang-nhap"]
    back = {**hidden, "username": "editor", "password": PASSWORD}
    answer = editor.post("/dang-nhap", data=back, expect=200)
    again = forms(answer.text)[address]
    assert "Dở tay" in again.values()
    assert not any("<script" in value for value in again.values())
    editor.post(address, data=again, expect=303)
