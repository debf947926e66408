"""A session that ends while somebody writes: the text survives, the sender is asked to sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from newsapp.extensions import db
from newsapp.models import Account, AccountSession, Article, Role
from tests.conftest import PASSWORD
from tests.newsroom.conftest import NEW, article_fields, opened
from tests.pages import CheckingClient, fields_of, parse

TYPED = {
    "title": "Bài viết dở tay",
    "lead": 'Tóm tắt có "ngoặc" & <dấu>',
    "body": "<p>Một đoạn dài.</p>\r\n<p>Đoạn hai.</p>",
    "byline": "Người ghi",
    "publish_at": "2031-01-02T03:04",
}


def post_form(page: str) -> tuple[Element, dict[str, str]]:
    form = next(f for f in parse(page).iter("form") if f.get("method") == "post")
    return form, fields_of(form)


def lose_cookies(browser: CheckingClient) -> None:
    browser.delete_cookie("newsapp")


def end_sessions(_browser: CheckingClient) -> None:
    db.session.query(AccountSession).delete()
    db.session.commit()


@pytest.mark.parametrize("lose", [lose_cookies, end_sessions])
@pytest.mark.parametrize("new", [True, False])
def test_text_survives_signing_in_again(
    editor: CheckingClient,
    make_article: Callable[..., Article],
    lose: Callable[[CheckingClient], None],
    new: bool,
) -> None:
    address = NEW if new else f"/bien-tap/bai-viet/{make_article().id}"
    before = db.session.query(Article).count()
    sent = {**opened(editor, address), **TYPED, "step": "keep"}
    lose(editor)
    locked = editor.post(address, data=sent, expect=401)
    assert db.session.query(Article).count() == before

    form, hidden = post_form(locked.text)
    assert form.get("action") == "/dang-nhap"
    assert hidden["next"] == address
    assert {name: hidden[name] for name in ("title", "lead", "byline")} == {
        name: TYPED[name] for name in ("title", "lead", "byline")
    }
    # A wrong password first: the text is still carried.
    wrong = editor.post("/dang-nhap", data={**hidden, "username": "editor", "password": "sai"})
    assert wrong.status_code == 401
    _, hidden = post_form(wrong.text)
    answer = editor.post(
        "/dang-nhap",
        data={**hidden, "username": "editor", "password": PASSWORD},
        expect=200,
    )
    assert f'action="{address}"' in answer.text
    assert "Bài này chưa lưu." in answer.text
    assert "data-unsaved" in answer.text
    assert PASSWORD not in answer.text
    assert db.session.query(Article).filter_by(title=TYPED["title"]).count() == 0

    again = article_fields(answer.text)
    assert {name: again[name] for name in ("title", "lead", "byline", "publish_at")} == {
        name: TYPED[name] for name in ("title", "lead", "byline", "publish_at")
    }
    saved = editor.post(address, data={**again, "step": "keep"}, expect=303)
    db.session.expire_all()
    article = db.session.query(Article).filter_by(title=TYPED["title"]).one()
    assert saved.location == f"/bien-tap/bai-viet/{article.id}"
    assert article.body == "<p>Một đoạn dài.</p><p>Đoạn hai.</p>"
    assert article.lead == TYPED["lead"]


@pytest.mark.parametrize("token", ["", "ngẫu nhiên", None])
def test_a_stale_token_gives_the_form_back(editor: CheckingClient, token: str | None) -> None:
    sent: dict[str, Any] = {**opened(editor), **TYPED, "step": "keep"}
    sent.pop("csrf_token")
    if token is not None:
        sent["csrf_token"] = token
    answer = editor.post(NEW, data=sent, expect=400)
    assert "Bài này chưa lưu." in answer.text
    assert db.session.query(Article).count() == 0
    again = article_fields(answer.text)
    assert (again["title"], again["lead"]) == (TYPED["title"], TYPED["lead"])
    editor.post(NEW, data={**again, "step": "keep"}, expect=303)
    assert db.session.query(Article).one().title == TYPED["title"]


def test_a_text_carried_past_the_door_waits_for_a_press(editor: CheckingClient) -> None:
    """Somebody who signed in again elsewhere and then uses the carried form: shown, not saved."""
    token = opened(editor)["csrf_token"]
    sent = {**TYPED, "csrf_token": token, "next": NEW, "step": "publish"}
    answer = editor.post("/dang-nhap", data=sent, expect=200)
    assert article_fields(answer.text)["title"] == TYPED["title"]
    assert db.session.query(Article).count() == 0
    # An address without a form of its own takes nothing along.
    for target in ("/bien-tap/", "/bien-tap/hinh-anh", "/dang-xuat", "/", "/khong-co"):
        elsewhere = editor.post("/dang-nhap", data={**sent, "next": target}, expect=303)
        assert elsewhere.location == target


def test_a_planted_text_is_harmless(app: Flask, editor: CheckingClient) -> None:
    """Another site can make a browser send a form; what it plants is disarmed before it is seen."""
    planted = {
        "title": '"><script>alert(1)</script>',
        "body": '</textarea><script>alert(2)</script><p onclick="alert(3)">Chữ</p>',
        '"><script>alert(4)</script>': '"><script>alert(5)</script>',
        "password": "planted password",
        "next": "https://evil.example/",
        "step": "publish",
    }
    stranger = app.test_client()
    locked = stranger.post(NEW, data=planted, expect=401)
    assert "<script>alert" not in locked.text
    assert "planted password" not in locked.text
    _, hidden = post_form(locked.text)
    assert hidden["next"] == NEW
    answer = stranger.post(
        "/dang-nhap",
        data={**hidden, "username": "editor", "password": PASSWORD},
        expect=200,
    )
    assert article_fields(answer.text)["body"] == "<p>Chữ</p>"
    assert "<script>alert" not in answer.text
    assert db.session.query(Article).count() == 0


def test_a_password_form_carries_nothing(app: Flask, people: dict[Role, Account]) -> None:
    sent = {"current_password": "mật khẩu cũ của tôi", "new_password": "mật khẩu mới của tôi"}
    locked = app.test_client().post("/bien-tap/tai-khoan", data=sent, expect=401)
    assert "của tôi" not in locked.text
    # Nor where other fields are carried.
    locked = app.test_client().post(NEW, data={**sent, "title": "Tên bài"}, expect=401)
    assert "Tên bài" in locked.text
    assert "của tôi" not in locked.text


def test_another_account_cannot_open_what_it_may_not_see(
    contributor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    """Signing in as somebody else gives back the sent text alone, as a new article."""
    article = make_article(body="<p>Chữ của người khác.</p>")
    address = f"/bien-tap/bai-viet/{article.id}"
    sent = {"title": "Của tôi", "next": address, "csrf_token": opened(contributor)["csrf_token"]}
    answer = contributor.post("/dang-nhap", data=sent, expect=200)
    assert "Chữ của người khác." not in answer.text
    form, fields = post_form(answer.text)
    assert form.get("action") == NEW
    assert fields["title"] == "Của tôi"


def test_pages_lead_to_signing_in_and_back(client: CheckingClient) -> None:
    asked = "/bien-tap/?q=đường&trang=1"
    answer = client.get(asked)
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    follow = client.get(answer.location)
    _, fields = post_form(follow.text)
    assert fields["next"].startswith("/bien-tap/?q=")


def test_settings_typed_in_vain_come_back_too(
    administrator: CheckingClient, people: dict[Role, Account]
) -> None:
    sent = {**administrator.form("/bien-tap/cai-dat"), "site_name": "Tên vừa gõ"}
    lose_cookies(administrator)
    locked = administrator.post("/bien-tap/cai-dat", data=sent, expect=401)
    _, hidden = post_form(locked.text)
    answer = administrator.post(
        "/dang-nhap",
        data={**hidden, "username": "administrator", "password": PASSWORD},
        expect=200,
    )
    assert 'value="Tên vừa gõ"' in answer.text
    _, again = post_form(answer.text)
    assert again["site_name"] == "Tên vừa gõ"
