"""People: accounts as administrators keep them, and one's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from newsapp.accounts import second_factor, service, sessions
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Account, AccountSession, Article, Audit, Role
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import PASSWORD
from tests.newsroom.conftest import NEW, article_fields, opened
from tests.pages import CheckingClient, fields_of, parse, text_of

PEOPLE, ACCOUNT = "/bien-tap/nguoi-dung", "/bien-tap/tai-khoan"
OWN_PASSWORD = "/dang-nhap/mat-khau"
NEW_PASSWORD = "bốn từ dễ nhớ"


def sent_form(page: str, action: str, **typed: Any) -> dict[str, Any]:
    """The fields of the form that is sent to ``action``, with what was typed."""
    form = next(f for f in parse(page).iter("form") if f.get("action") == action)
    return {**fields_of(form), **typed}


def press(browser: CheckingClient, page: str, action: str, expect: int = 303, **typed: Any) -> str:
    """Open ``page``, fill the form that goes to ``action`` and send it; the answer's text."""
    sent = sent_form(browser.get(page).text, action, **typed)
    return browser.post(action, data=sent, expect=expect).text


def one_time_password(page: str) -> str:
    return text_of(next(e for e in parse(page).iter("code")))


def note_on(page: str, field: str) -> str:
    return text_of(next(e for e in parse(page).iter() if e.get("id") == f"{field}-error"))


def add(browser: CheckingClient, name: str = "lan.nguyen", expect: int = 200, **typed: Any) -> str:
    typed = {"display_name": "Lan Nguyễn", "role": "editor", **typed}
    return press(browser, PEOPLE, PEOPLE, expect, account_name=name, **typed)


def signing_in(
    app: Flask, username: str, password: str, expect: int = 303
) -> tuple[CheckingClient, str]:
    browser = app.test_client()
    assert isinstance(browser, CheckingClient)
    token = browser.form("/dang-nhap")["csrf_token"]
    sent = {"username": username, "password": password, "csrf_token": token}
    answer = browser.post("/dang-nhap", data=sent, expect=expect)
    return browser, answer.location or answer.text


def test_a_new_person_chooses_a_password_before_anything_else(
    app: Flask, administrator: CheckingClient
) -> None:
    page = add(administrator)
    password = one_time_password(page)
    assert password not in administrator.get(PEOPLE).text
    account = service.find("lan.nguyen")
    assert (account.display_name, account.role) == ("Lan Nguyễn", Role.EDITOR)

    browser, leads = signing_in(app, "lan.nguyen", password)
    assert leads == f"{OWN_PASSWORD}?next=/bien-tap/"
    for address in ("/bien-tap/", NEW, ACCOUNT):
        assert browser.get(address).location == f"{OWN_PASSWORD}?next={address}"
    assert "bien-tap" not in "".join(a.get("href") or "" for a in browser.page(leads).iter("a"))

    same = press(
        browser, leads, OWN_PASSWORD, 422, new_password=password, repeated_password=password
    )
    assert "được cấp sẵn" in note_on(same, "new_password")
    press(browser, leads, OWN_PASSWORD, new_password=NEW_PASSWORD, repeated_password=NEW_PASSWORD)
    assert browser.get("/bien-tap/").status_code == 200
    assert service.password_matches(account, NEW_PASSWORD)
    # The page has nothing to ask any more.
    assert browser.get(OWN_PASSWORD).status_code == 303


def test_what_was_typed_survives_the_password_page(
    app: Flask, administrator: CheckingClient
) -> None:
    password = one_time_password(add(administrator))
    browser, _ = signing_in(app, "lan.nguyen", password)
    token = browser.form(OWN_PASSWORD)["csrf_token"]
    typed = {"title": "Viết dở", "body": "<p>Đoạn dài.</p>", "step": "keep"}
    for csrf_token in (token, "cũ"):
        answer = browser.post(NEW, data={**typed, "csrf_token": csrf_token}, expect=307)
        assert answer.location == f"/dang-nhap?next={NEW}"
    # A browser sends the same form again, to the address it was told.
    shown = browser.post(answer.location, data={**typed, "csrf_token": token}, expect=200).text
    wrong = browser.post(
        OWN_PASSWORD, data=sent_form(shown, OWN_PASSWORD, new_password="ngắn"), expect=422
    ).text
    sent = sent_form(wrong, OWN_PASSWORD, new_password=NEW_PASSWORD, repeated_password=NEW_PASSWORD)
    assert sent["title"] == "Viết dở"
    reopened = browser.post(OWN_PASSWORD, data=sent, expect=200).text
    fields = article_fields(reopened)
    assert (fields["title"], fields["body"]) == ("Viết dở", "<p>Đoạn dài.</p>")
    assert NEW_PASSWORD not in reopened
    assert db.session.query(Article).count() == 0
    browser.post(NEW, data=fields, expect=303)
    assert db.session.query(Article).one().title == "Viết dở"


def test_a_script_is_told_instead_of_sent_elsewhere(
    app: Flask, administrator: CheckingClient
) -> None:
    browser, _ = signing_in(app, "lan.nguyen", one_time_password(add(administrator)))
    token = browser.form(OWN_PASSWORD)["csrf_token"]
    answer = browser.post(
        "/bien-tap/hinh-anh",
        data={"csrf_token": token},
        headers={"Sec-Fetch-Dest": "empty"},
        expect=403,
    )
    assert "thẻ khác" in (answer.json or {})["error"]["message"]


def test_the_operators_own_password_is_taken_as_it_is(
    app: Flask, make_account: Callable[..., Account]
) -> None:
    service.add("chu", "Chủ", Role.ADMINISTRATOR, "ngắn", by=COMMAND_LINE, demand_length=False)
    browser, leads = signing_in(app, "chu", "ngắn")
    assert leads == "/bien-tap/"
    assert browser.get("/bien-tap/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"account_name": ""}, "account_name", "Cần điền"),
        ({"account_name": "Bà Lan"}, "account_name", "không dấu"),
        ({"account_name": "lan\x00"}, "account_name", "Đã có"),
        ({"account_name": "x" * 65}, "account_name", "tối đa 64"),
        ({"account_name": "x" * 100_000}, "account_name", "tối đa 64"),
        ({"account_name": "editor"}, "account_name", "Đã có"),
        ({"display_name": " "}, "display_name", "Cần điền"),
        ({"display_name": "đ" * 121}, "display_name", "120"),
        ({"role": "chief"}, "role", "không có"),
        ({"role": ""}, "role", "không có"),
    ],
)
def test_an_account_that_cannot_be(
    administrator: CheckingClient, typed: dict[str, str], field: str, words: str
) -> None:
    add(administrator, "lan")
    before = db.session.query(Account).count()
    good = {"account_name": "moi", "display_name": "Người mới", "role": "editor"}
    page = press(administrator, PEOPLE, PEOPLE, 422, **{**good, **typed})
    assert words in note_on(page, field)
    again = sent_form(page, PEOPLE)
    if field != "display_name":
        assert again["display_name"] == "Người mới"
    assert db.session.query(Account).count() == before


@pytest.mark.parametrize("missing", ["account_name", "display_name", "role"])
def test_missing_and_doubled_fields(administrator: CheckingClient, missing: str) -> None:
    good = sent_form(
        administrator.get(PEOPLE).text,
        PEOPLE,
        account_name="moi",
        display_name="Người mới",
        role="editor",
    )
    less = {name: value for name, value in good.items() if name != missing}
    administrator.post(PEOPLE, data=less, expect=422)
    administrator.post(PEOPLE, data={**good, missing: [good[missing], "hai"]}, expect=200)
    assert service.find("moi").display_name == "Người mới"


def test_name_and_role_are_changed(
    administrator: CheckingClient, people: dict[Role, Account]
) -> None:
    address = f"{PEOPLE}/{people[Role.CONTRIBUTOR].id}"
    press(administrator, address, address, display_name=" Bà  Mới ", role="editor")
    db.session.expire_all()
    changed = people[Role.CONTRIBUTOR]
    assert (changed.display_name, changed.role) == ("Bà Mới", Role.EDITOR)
    latest = db.session.query(Audit).order_by(Audit.id.desc()).first()
    assert latest is not None
    assert latest.detail == "contributor: Người contributor (contributor) → Bà Mới (editor)"


def test_the_last_administrator_stays(
    administrator: CheckingClient,
    people: dict[Role, Account],
    make_account: Callable[..., Account],
) -> None:
    me = people[Role.ADMINISTRATOR]
    address = f"{PEOPLE}/{me.id}"
    page = press(administrator, address, address, 422, role="editor")
    assert "người quản trị cuối cùng" in note_on(page, "role")
    press(administrator, address, f"{address}/khoa")
    assert "người quản trị cuối cùng" in administrator.get(address).text
    second = make_account(Role.ADMINISTRATOR, "thu-hai")
    service.disable(second, by=COMMAND_LINE)
    # One who is switched off does not count.
    press(administrator, address, f"{address}/khoa")
    db.session.expire_all()
    assert (me.active, me.role) == (True, Role.ADMINISTRATOR)
    service.enable(second, by=COMMAND_LINE)
    press(administrator, address, address, role="editor")
    administrator.get(PEOPLE, expect=403)


def test_disabling_ends_every_session_at_once(
    administrator: CheckingClient, editor: CheckingClient, people: dict[Role, Account], app: Flask
) -> None:
    address = f"{PEOPLE}/{people[Role.EDITOR].id}"
    press(administrator, address, f"{address}/khoa")
    assert db.session.query(AccountSession).count() == 1
    assert editor.get("/bien-tap/").status_code == 302
    signing_in(app, "editor", PASSWORD, 401)
    press(administrator, address, f"{address}/mo")
    signing_in(app, "editor", PASSWORD)


def test_a_new_one_time_password(
    administrator: CheckingClient, editor: CheckingClient, people: dict[Role, Account], app: Flask
) -> None:
    address = f"{PEOPLE}/{people[Role.EDITOR].id}"
    password = one_time_password(press(administrator, address, f"{address}/mat-khau", 200))
    assert editor.get("/bien-tap/").status_code == 302
    signing_in(app, "editor", PASSWORD, 401)
    _, leads = signing_in(app, "editor", password)
    assert leads.startswith(OWN_PASSWORD)


def test_unknown_people_are_404(administrator: CheckingClient) -> None:
    token = administrator.form(ACCOUNT)["csrf_token"]
    for number in ("2147483648", "9" * 30, "x"):
        administrator.get(f"{PEOPLE}/{number}", expect=404)
    for number in ("0", "2147483647"):
        administrator.get(f"{PEOPLE}/{number}", expect=404)
        for deed in ("", "/mat-khau", "/khoa", "/mo", "/bo-xac-thuc"):
            sent = {"csrf_token": token, "display_name": "x", "role": "editor"}
            administrator.post(f"{PEOPLE}/{number}{deed}", data=sent, expect=404)


def change(browser: CheckingClient, current: str, new: str, again: str, expect: int) -> str:
    return press(
        browser,
        ACCOUNT,
        ACCOUNT,
        expect,
        current_password=current,
        new_password=new,
        repeated_password=again,
    )


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
        (PASSWORD, "x" * 300_000, "x" * 300_000, "dài từ 12 đến 256 ký tự"),
        (PASSWORD, NEW_PASSWORD, "bốn từ khác nhau", "không giống nhau"),
        (PASSWORD, "password1234", "password1234", "dễ bị đoán ra"),
        (PASSWORD, "Người editor", "Người editor", "dễ bị đoán ra"),
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


def test_guessing_the_present_password_is_slowed_down(editor: CheckingClient) -> None:
    for _ in range(service.FREE_FAILURES):
        change(editor, "đoán bừa", NEW_PASSWORD, NEW_PASSWORD, 422)
    assert "Đã thử quá nhiều lần" in change(editor, PASSWORD, NEW_PASSWORD, NEW_PASSWORD, 429)


def test_sessions_are_listed_and_ended(
    people: dict[Role, Account], sign_in: Callable[[Account], CheckingClient]
) -> None:
    me = people[Role.EDITOR]
    here, there, third = sign_in(me), sign_in(me), sign_in(me)
    stranger = sign_in(people[Role.CONTRIBUTOR])
    page = here.get(ACCOUNT).text
    assert page.count("Firefox, Linux") >= 3
    assert page.count("trình duyệt này") == 1
    rows = {row.present: row.id for row in sessions.opened(me, clock_now())}
    assert rows.keys() == {False}, "outside of a request no session is the present one"

    forms = [f.get("action") or "" for f in parse(page).iter("form")]
    ends = [action for action in forms if action.startswith(f"{ACCOUNT}/phien/")]
    assert len(ends) == 2
    stranger.post(ends[0], data={"csrf_token": stranger.form(ACCOUNT)["csrf_token"]}, expect=404)
    press(here, ACCOUNT, ends[0])
    assert sorted(b.get("/bien-tap/").status_code for b in (there, third)) == [200, 302]
    press(here, ACCOUNT, f"{ACCOUNT}/phien")
    assert [b.get("/bien-tap/").status_code for b in (here, there, third)] == [200, 302, 302]
    assert stranger.get("/bien-tap/").status_code == 200


def test_ones_own_name(editor: CheckingClient, people: dict[Role, Account]) -> None:
    press(editor, ACCOUNT, f"{ACCOUNT}/ten", display_name="Chị Biên tập")
    assert "Chị Biên tập" in editor.get("/bien-tap/").text
    long = press(editor, ACCOUNT, f"{ACCOUNT}/ten", 422, display_name="d" * 121)
    assert "d" * 121 in long
    press(editor, ACCOUNT, f"{ACCOUNT}/ten", 422, display_name="\x00 ")
    db.session.expire_all()
    assert people[Role.EDITOR].display_name == "Chị Biên tập"


def test_an_administrator_without_second_factor_is_reminded(
    administrator: CheckingClient, editor: CheckingClient
) -> None:
    words = "chỉ với một mật khẩu"
    assert words in administrator.get("/bien-tap/").text
    assert words not in editor.get("/bien-tap/").text
    press(administrator, PEOPLE, f"{PEOPLE}/quy-dinh", rule="off")
    assert words not in administrator.get("/bien-tap/").text
    press(administrator, PEOPLE, f"{PEOPLE}/quy-dinh", 422, rule="sometimes")
    assert second_factor.rule() is second_factor.Rule.OFF


def speak(browser: CheckingClient, language: str, expect: int = 303) -> None:
    press(browser, ACCOUNT, f"{ACCOUNT}/ngon-ngu", expect, language=language)


def test_the_newsroom_speaks_english_to_who_wants_it(
    administrator: CheckingClient,
    contributor: CheckingClient,
    people: dict[Role, Account],
    app: Flask,
) -> None:
    speak(administrator, "en")
    assert "Write an article" in administrator.get("/bien-tap/").text
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("newsroom.", "accounts.")) and "GET" in (rule.methods or ()):
            if rule.arguments - {"account_id"}:
                continue
            address = rule.rule.split("<")[0] + (
                str(people[Role.EDITOR].id) if rule.arguments else ""
            )
            answer = administrator.get(address)
            if answer.mimetype == "text/html" and not answer.location:
                assert '<html lang="en"' in answer.text, address
                for vietnamese in ("Bài viết", "Lưu", "Đăng xuất", "Nhật ký", "Người dùng"):
                    texts = [
                        text_of(e) for e in parse(answer.text).iter() if e.tag in {"h1", "button"}
                    ]
                    assert vietnamese not in texts, address
    assert '<html lang="vi">' in contributor.get("/bien-tap/").text
    assert '<html lang="vi">' in administrator.get("/").text
    speak(administrator, "fr", 422)
    speak(administrator, "vi")
    assert '<html lang="vi">' in administrator.get("/bien-tap/").text


def test_typed_text_of_the_people_page_survives_signing_in(
    administrator: CheckingClient,
) -> None:
    sent = sent_form(
        administrator.get(PEOPLE).text,
        PEOPLE,
        account_name="lan",
        display_name="Lan vừa gõ",
        role="editor",
    )
    administrator.delete_cookie("newsapp")
    locked = administrator.post(PEOPLE, data=sent, expect=401).text
    back = sent_form(locked, "/dang-nhap", username="administrator", password=PASSWORD)
    page = administrator.post("/dang-nhap", data=back, expect=200).text
    again = sent_form(page, PEOPLE)
    assert (again["account_name"], again["display_name"]) == ("lan", "Lan vừa gõ")
    assert opened(administrator)["title"] == ""
