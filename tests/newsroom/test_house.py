"""Sections, settings, one's own account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from newsapp.accounts import service
from newsapp.extensions import db
from newsapp.furniture import site_settings
from newsapp.models import Account, AccountSession, Role, Section
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import PASSWORD
from tests.pages import CheckingClient, fields_of, parse

SECTIONS, SETTINGS, ACCOUNT = "/bien-tap/chuyen-muc", "/bien-tap/cai-dat", "/bien-tap/tai-khoan"
NEW_PASSWORD = "bốn từ dễ nhớ"


def section_form(browser: CheckingClient, **typed: object) -> dict[str, object]:
    return {"csrf_token": browser.form(SECTIONS)["csrf_token"], **typed}


def test_a_section_is_added_and_readers_see_it(
    editor: CheckingClient, client: CheckingClient
) -> None:
    assert "Chưa có chuyên mục nào" in editor.get(SECTIONS).text
    sent = section_form(editor, name=" Đời sống ", description="Chuyện hằng ngày")
    editor.post(SECTIONS, data=sent, expect=303)
    parent = db.session.query(Section).one()
    editor.post(SECTIONS, data=section_form(editor, name="Bếp", parent_id=parent.id), expect=303)
    assert "Đã thêm chuyên mục “Bếp”." in editor.get(SECTIONS).text
    assert "Đời sống" in client.get("/muc/doi-song").text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": " "}, "name", "Cần điền mục này."),
        ({"name": "x" * 121}, "name", "Dài quá mức"),
        ({"name": "Đời sống"}, "name", "Đã có mục mang tên này."),
        ({"name": "Mới", "description": "x" * 501}, "description", "Dài quá mức"),
        ({"name": "Mới", "parent_id": "abc"}, "parent_id", "Mục này không có"),
        ({"name": "Mới", "parent_id": "9" * 30}, "parent_id", "Mục này không có"),
        ({"name": "Mới", "parent_id": "2147483647"}, "parent_id", "Mục này không có"),
    ],
)
def test_a_section_that_cannot_be(
    editor: CheckingClient, typed: dict[str, str], field: str, words: str
) -> None:
    editor.post(SECTIONS, data=section_form(editor, name="Đời sống"), expect=303)
    answer = editor.post(SECTIONS, data=section_form(editor, **typed), expect=422)
    note = next(e for e in parse(answer.text).iter() if e.get("id") == f"{field}-error")
    assert words in "".join(note.itertext())
    assert db.session.query(Section).count() == 1


def test_settings_are_shown_and_changed(
    administrator: CheckingClient, client: CheckingClient
) -> None:
    form = administrator.form(SETTINGS)
    assert form["site_name"] == "Trang tin điện tử"
    sent = {
        **form,
        "site_name": "Trang tin phường Thử",
        "phone": "0123",
        "legal_line": "Dòng\r\nhai",
    }
    administrator.post(SETTINGS, data=sent, expect=303)
    assert site_settings().legal_line == "Dòng hai"
    assert "Trang tin phường Thử" in client.get("/").text
    # A field that was not sent keeps its value; a blank one goes back to its default.
    less = {"csrf_token": form["csrf_token"], "site_name": " "}
    administrator.post(SETTINGS, data=less, expect=303)
    assert (site_settings().site_name, site_settings().phone) == ("Trang tin điện tử", "0123")


def test_a_setting_that_is_too_long_comes_back(administrator: CheckingClient) -> None:
    sent = {**administrator.form(SETTINGS), "tagline": "d" * 501, "phone": "0999"}
    answer = administrator.post(SETTINGS, data=sent, expect=422)
    assert "d" * 501 in answer.text
    assert 'value="0999"' in answer.text
    assert site_settings().phone == ""


def change(browser: CheckingClient, current: str, new: str, again: str, expect: int) -> str:
    token = browser.form(ACCOUNT)["csrf_token"]
    sent = {"current_password": current, "new_password": new, "repeated_password": again}
    return browser.post(ACCOUNT, data={"csrf_token": token, **sent}, expect=expect).text


def test_a_new_password_ends_the_other_sessions(
    people: dict[Role, Account], sign_in: Callable[[Account], CheckingClient]
) -> None:
    here, elsewhere = sign_in(people[Role.EDITOR]), sign_in(people[Role.EDITOR])
    assert db.session.query(AccountSession).count() == 2
    change(here, PASSWORD, NEW_PASSWORD, NEW_PASSWORD, 303)
    assert elsewhere.get("/bien-tap/").status_code == 302
    assert "Đã đổi mật khẩu." in here.get("/bien-tap/").text
    assert service.password_matches(people[Role.EDITOR], NEW_PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("không phải", NEW_PASSWORD, NEW_PASSWORD, "không phải là mật khẩu hiện tại"),
        ("", NEW_PASSWORD, NEW_PASSWORD, "Hãy nhập vào đây."),
        (PASSWORD, "ngắn", "ngắn", "dài từ 12 đến 256 ký tự"),
        (PASSWORD, "x" * 257, "x" * 257, "dài từ 12 đến 256 ký tự"),
        (PASSWORD, NEW_PASSWORD, "bốn từ khác nhau", "không giống nhau"),
    ],
)
def test_a_password_that_cannot_be(
    editor: CheckingClient,
    people: dict[Role, Account],
    current: str,
    new: str,
    again: str,
    words: str,
) -> None:
    page = change(editor, current, new, again, 422)
    assert words in page
    assert NEW_PASSWORD not in page
    db.session.expire_all()
    assert service.password_matches(people[Role.EDITOR], PASSWORD)


def test_who_was_given_a_password_is_reminded(
    app: Flask, sign_in: Callable[[Account], CheckingClient]
) -> None:
    account = service.add("moi", "Mới", Role.EDITOR, PASSWORD, by=COMMAND_LINE, initial=True)
    browser = sign_in(account)
    assert "mật khẩu được cấp sẵn" in browser.get("/bien-tap/").text
    assert "mật khẩu được cấp sẵn" not in browser.get(ACCOUNT).text
    change(browser, PASSWORD, NEW_PASSWORD, NEW_PASSWORD, 303)
    assert "mật khẩu được cấp sẵn" not in browser.get("/bien-tap/").text


def test_the_newsroom_speaks_english_to_who_wants_it(
    editor: CheckingClient, contributor: CheckingClient, client: CheckingClient
) -> None:
    def language_form(language: str) -> dict[str, str]:
        forms = parse(editor.get(ACCOUNT).text).iter("form")
        form = next(f for f in forms if f.get("action") == f"{ACCOUNT}/ngon-ngu")
        return {**fields_of(form), "language": language}

    editor.post(f"{ACCOUNT}/ngon-ngu", data=language_form("en"), expect=303)
    page = editor.get("/bien-tap/").text
    assert '<html lang="en">' in page
    assert "Write an article" in page
    assert '<html lang="vi">' in contributor.get("/bien-tap/").text
    assert '<html lang="vi">' in editor.get("/").text
    editor.post(f"{ACCOUNT}/ngon-ngu", data=language_form("fr"), expect=422)
    editor.post(f"{ACCOUNT}/ngon-ngu", data=language_form("vi"), expect=303)
    assert '<html lang="vi">' in editor.get("/bien-tap/").text
