"""Sections and settings."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from newsapp.extensions import db
from newsapp.furniture import site_settings
from newsapp.models import Article, Media, Section
from newsapp.publishing import sections
from newsapp.publishing.audit import COMMAND_LINE
from tests.newsroom.conftest import png
from tests.newsroom.keeping import change, forms, note, press, shown
from tests.pages import CheckingClient, parse

SECTIONS, SETTINGS = "/bien-tap/chuyen-muc", "/bien-tap/cai-dat"


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


def test_a_setting_out_of_bounds_comes_back(administrator: CheckingClient) -> None:
    form = administrator.form(SETTINGS)
    assert (form["home_items"], form["logo_id"]) == ("5", "")
    sent = {**form, "home_items": "99", "logo_id": "123", "phone": "0999"}
    answer = administrator.post(SETTINGS, data=sent, expect=422)
    assert "Hãy ghi một số từ 1 đến 20." in note(answer.text, "home_items")
    assert "không có" in note(answer.text, "logo_id")
    assert 'value="0999"' in answer.text


def test_a_logo_stands_on_every_page(
    administrator: CheckingClient, client: CheckingClient, section: Section
) -> None:
    def logo(address: str) -> str:
        head = client.page(address).find("body/header")
        assert head is not None
        return "".join(str(image.get("alt")) for image in head.iter("img"))

    assert logo("/") == ""
    sent = {**administrator.form(SETTINGS), "office_name": "UBND phường Thử"}
    answer = administrator.post(SETTINGS, **with_logo(sent, png()), expect=303)
    assert logo("/") == logo("/muc/tin-hoat-dong") == "UBND phường Thử"
    media = db.session.query(Media).one()
    media.alt = "Hình bông lúa"
    db.session.commit()
    assert logo("/lien-ket") == "Hình bông lúa"
    # Another save keeps it, "no image" takes it away.
    form = administrator.form(answer.location)
    assert form["logo_id"] == str(media.id)
    administrator.post(SETTINGS, data={**form, "logo_id": ""}, expect=303)
    assert logo("/") == ""
    refused = administrator.post(SETTINGS, **with_logo(form, b"MZ" * 50), expect=422)
    assert "không phải là ảnh" in note(refused.text, "logo_id")


def with_logo(fields: dict[str, str], file: bytes) -> dict[str, Any]:
    return {
        "data": {**fields, "logo_file": (io.BytesIO(file), "logo.png")},
        "content_type": "multipart/form-data",
    }


# Sections


def test_a_section_is_renamed_and_found_at_both_addresses(
    editor: CheckingClient, client: CheckingClient, section: Section
) -> None:
    address = f"{SECTIONS}/{section.id}"
    form = forms(editor.get(address).text)[address]
    assert (form["name"], form["slug"], form["parent_id"]) == ("Tin hoạt động", "tin-hoat-dong", "")
    change(editor, address, name="Hoạt động", description="Mới")
    assert "Đã lưu chuyên mục “Hoạt động”." in editor.get(SECTIONS).text
    assert "Hoạt động" in client.get("/muc/tin-hoat-dong").text
    change(editor, address, slug="")
    assert client.get("/muc/tin-hoat-dong", expect=301).location == "/muc/hoat-dong"


def test_a_section_that_cannot_be_changed_so_comes_back(
    editor: CheckingClient, section: Section
) -> None:
    other = sections.add_section("Khác", by=COMMAND_LINE)
    child = sections.add_section("Con", parent_id=other.id, by=COMMAND_LINE)
    address = f"{SECTIONS}/{section.id}"
    answer = change(
        editor, address, 422, slug="khac", description="d" * 501, parent_id=str(child.id)
    )
    assert "đã có nơi khác dùng" in note(answer.text, "slug")
    assert "Dài quá mức" in note(answer.text, "description")
    assert "Chuyên mục con" in note(answer.text, "parent_id")
    assert "d" * 501 in answer.text
    # The parent of others is not offered a parent; one sent by hand is refused.
    above = f"{SECTIONS}/{other.id}"
    assert "parent_id" not in forms(editor.get(above).text)[above]
    answer = change(editor, above, 422, parent_id=str(section.id))
    assert "phải đứng riêng" in answer.text


def test_sections_are_ordered_by_button_and_by_list(
    editor: CheckingClient, client: CheckingClient, section: Section
) -> None:
    b, c = (sections.add_section(name, by=COMMAND_LINE) for name in "BC")
    answer = press(editor, SECTIONS, up=c.id, order=[section.id, b.id, c.id])
    assert answer.location == f"{SECTIONS}#row-{c.id}"
    assert shown(editor, SECTIONS) == ["Tin hoạt động", "C", "B"]
    press(editor, SECTIONS, down=section.id)
    assert shown(editor, SECTIONS) == ["C", "Tin hoạt động", "B"]
    press(editor, SECTIONS, order=[b.id, "x", "", "9" * 40, section.id, c.id])
    assert shown(editor, SECTIONS) == ["B", "Tin hoạt động", "C"]
    page = client.get("/").text
    assert page.index('href="/muc/b"') < page.index('href="/muc/tin-hoat-dong"')
    # The first row has no way up, the last none down.
    buttons = [e for e in editor.page(SECTIONS).iter("button") if e.get("name") in {"up", "down"}]
    assert [b.get("disabled") is not None for b in buttons] == [
        True,
        False,
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("asked", ["999", "abc", "", "-1"])
def test_moving_what_is_gone_says_so(editor: CheckingClient, section: Section, asked: str) -> None:
    press(editor, SECTIONS, up=asked)
    said = "Đã lưu thứ tự mới" if not asked else "Vừa có người thay đổi danh sách này"
    assert said in editor.get(SECTIONS).text


def test_a_full_section_is_emptied_into_another_before_it_goes(
    editor: CheckingClient,
    client: CheckingClient,
    section: Section,
    make_article: Callable[..., Article],
) -> None:
    article = make_article()
    address = f"{SECTIONS}/{section.id}"
    assert "không có chuyên mục nào khác" in editor.get(address).text
    other = sections.add_section("Khác", by=COMMAND_LINE)
    form = forms(editor.get(address).text)[f"{address}/xoa"]
    assert form["move_to"] in {"", "Chưa chọn"}
    answer = editor.post(f"{address}/xoa", data={**form, "move_to": ""}, expect=422)
    assert "Hãy chọn nơi chuyển bài sang" in note(answer.text, "move_to")
    assert 'value="Tin hoạt động"' in answer.text
    for wrong in ("abc", "999", str(section.id)):
        editor.post(f"{address}/xoa", data={**form, "move_to": wrong}, expect=422)
    editor.post(f"{address}/xoa", data={**form, "move_to": str(other.id)}, expect=303)
    assert "1 bài đã chuyển" in editor.get(SECTIONS).text
    assert article.title in client.get("/muc/khac").text
    assert client.get("/muc/tin-hoat-dong", expect=301).location == "/muc/khac"
    editor.get(address, expect=404)
    editor.post(f"{address}/xoa", data=form, expect=404)
    editor.post(address, data=form, expect=404)
