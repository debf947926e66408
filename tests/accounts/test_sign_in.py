"""Signing in and out: one answer for every wrong pair, no way out of the site, no guessing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from newsapp.accounts import service
from newsapp.accounts.forms import local_path
from newsapp.extensions import db
from newsapp.models import Account, AccountSession, Role
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import PASSWORD
from tests.pages import CheckingClient, parse, text_of

WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."


def attempt(client: CheckingClient, username: str, password: str, **more: str) -> str:
    """Send the sign-in form; what the page says is wrong, or where it leads."""
    form = client.form("/dang-nhap")
    answer = client.post(
        "/dang-nhap", data={**form, "username": username, "password": password, **more}
    )
    if answer.location:
        return answer.location
    problem = next(e for e in parse(answer.text).iter() if e.get("id") == "problem")
    return f"{answer.status_code} {text_of(problem)}"


def sessions() -> int:
    return db.session.query(AccountSession).count()


def test_signing_in_leads_to_the_newsroom(
    client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    account = make_account(Role.EDITOR, "lan")
    assert attempt(client, " LAN ", PASSWORD) == "/bien-tap/"
    assert account.display_name in client.get("/bien-tap/").text


def test_every_wrong_pair_gets_the_same_answer(
    client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    make_account(Role.ADMINISTRATOR, "giu-lai")
    gone = make_account(Role.EDITOR, "nghi-viec")
    service.disable(gone, by=COMMAND_LINE)
    assert attempt(client, "giu-lai", "sai mat khau roi") == f"401 {WRONG}"
    assert attempt(client, "khong-co-ai", PASSWORD) == f"401 {WRONG}"
    assert attempt(client, "nghi-viec", PASSWORD) == f"401 {WRONG}"
    assert attempt(client, "", "") == f"401 {WRONG}"
    assert attempt(client, "giu-lai\x00", "\x00" * 300) == f"401 {WRONG}"
    assert sessions() == 0


def test_the_typed_name_stays_and_the_password_does_not(client: CheckingClient) -> None:
    form = client.form("/dang-nhap")
    page = client.post("/dang-nhap", data={**form, "username": "lan<b>", "password": "bi mat"})
    assert 'value="lan&lt;b&gt;"' in page.text
    assert "bi mat" not in page.text


def test_guessing_is_slowed_down(
    client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    make_account(Role.EDITOR, "lan")
    for _ in range(service.FREE_FAILURES):
        assert attempt(client, "lan", "doan bua thoi").startswith("401")
    form = client.form("/dang-nhap")
    # The right password does not help either, until the time is over.
    answer = client.post("/dang-nhap", data={**form, "username": "lan", "password": PASSWORD})
    assert answer.status_code == 429
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= service.FIRST_WAIT_SECONDS + 1
    assert f"sau {wait} giây" in answer.text
    assert sessions() == 0


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/ /evil.example",
        " //evil.example",
        "/%0d%0aSet-Cookie:a=b\r\nSet-Cookie: a=b",
        "///evil.example",
        "bien-tap/",
        "//[evil",
        "",
    ],
)
def test_no_way_out_of_the_site(
    client: CheckingClient, make_account: Callable[..., Account], target: str
) -> None:
    make_account(Role.EDITOR, "lan")
    assert attempt(client, "lan", PASSWORD, next=target) == "/bien-tap/"
    # Somebody who is signed in is sent on at once, and no further either.
    assert client.get("/dang-nhap", query_string={"next": target}).location == "/bien-tap/"


@pytest.mark.parametrize("target", ["/bien-tap/bai-viet/7", "/bien-tap/?q=a%20b&trang=2", "/"])
def test_paths_of_the_site_are_followed(
    client: CheckingClient, make_account: Callable[..., Account], target: str
) -> None:
    make_account(Role.EDITOR, "lan")
    assert attempt(client, "lan", PASSWORD, next=target) == target
    assert local_path(target) == target


def test_signing_out_ends_the_session_in_the_database(
    app: Flask, client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    make_account(Role.EDITOR, "lan")
    attempt(client, "lan", PASSWORD)
    stolen = client.get_cookie("newsapp")
    assert stolen is not None
    token = client.form("/bien-tap/tai-khoan")["csrf_token"]
    answer = client.post("/dang-xuat", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/dang-nhap")
    assert sessions() == 0
    thief = app.test_client()
    thief.set_cookie("newsapp", stolen.value)
    assert thief.get("/bien-tap/").status_code == 302


def test_signing_out_needs_its_token(
    client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    make_account(Role.EDITOR, "lan")
    attempt(client, "lan", PASSWORD)
    client.post("/dang-xuat", data={})
    assert sessions() == 1
    client.get("/dang-xuat", expect=405)


def test_signing_in_needs_its_token(
    client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    make_account(Role.EDITOR, "lan")
    answer = client.post("/dang-nhap", data={"username": "lan", "password": PASSWORD})
    assert answer.status_code == 400
    assert "Trang này đã mở quá lâu" in answer.text
    assert sessions() == 0


def test_a_session_has_a_new_cookie_and_no_planted_content(
    client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    make_account(Role.EDITOR, "lan")
    client.get("/dang-nhap")
    with client.session_transaction() as before:
        before["planted"] = "here"
    attempt(client, "lan", PASSWORD)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert "token" in after


def test_pages_of_this_room_are_never_stored(client: CheckingClient) -> None:
    assert client.get("/dang-nhap").headers["Cache-Control"] == "no-store"
    assert client.post("/dang-nhap").headers["Cache-Control"] == "no-store"


def test_only_the_newsroom_renews_the_cookie(
    client: CheckingClient, make_account: Callable[..., Account]
) -> None:
    """A style sheet on its way must not bring the cookie back to who has just given it up."""
    make_account(Role.EDITOR, "lan")
    attempt(client, "lan", PASSWORD)

    def sets(address: str, expect: int = 200) -> bool:
        answer = client.get(address, expect=expect)
        cookies = answer.headers.getlist("Set-Cookie")
        answer.close()
        return any(cookie.startswith("newsapp=") for cookie in cookies)

    assert sets("/bien-tap/")
    assert not sets("/static/css/site.css")
    assert not sets("/khong-co", expect=404)
    assert not sets("/")
