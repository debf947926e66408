"""The second step of signing in: codes, recovery codes, and the state between both steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask

from newsapp.accounts import second_factor, service, sessions
from newsapp.accounts.second_factor import Rule
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Account, AccountSession, Article, Audit, Language, RecoveryCode, Role
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import PASSWORD
from tests.newsroom.conftest import NEW, article_fields, opened
from tests.newsroom.test_people import ACCOUNT, PEOPLE, press, sent_form
from tests.pages import CheckingClient, parse, text_of

SET_UP, CODE = "/dang-nhap/xac-thuc", "/dang-nhap/ma"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, apart: int = 0) -> str:
    """What the app shows, ``apart`` steps from now."""
    return pyotp.TOTP(secret).at(clock_now(), counter_offset=apart)


@pytest.fixture
def lan(make_account: Callable[..., Account]) -> Account:
    """An administrator with ``SECRET``, whose codes were not used lately."""
    account = make_account(Role.ADMINISTRATOR, "lan")
    account.totp_secret = SECRET
    db.session.commit()
    return account


def first_step(browser: CheckingClient, **carried: str) -> str:
    """Type the password; the page that asks for the code."""
    sent = {**browser.form("/dang-nhap"), "username": "lan", "password": PASSWORD, **carried}
    return browser.post("/dang-nhap", data=sent, expect=200).text


def second_step(browser: CheckingClient, page: str, typed: str, expect: int) -> Any:
    sent = sent_form(page, CODE, one_time_code=typed)
    return browser.post(CODE, data=sent, expect=expect)


def problem(page: str) -> str:
    return text_of(next(e for e in parse(page).iter() if e.get("id") == "problem"))


def test_signing_in_takes_both_steps(client: CheckingClient, lan: Account) -> None:
    page = first_step(client)
    assert db.session.query(AccountSession).count() == 0
    # Half signed in is not signed in.
    assert client.get("/bien-tap/").location == "/dang-nhap?next=/bien-tap/"
    assert client.get(SET_UP).status_code == 302
    assert "Mã không đúng" in problem(second_step(client, page, "000000", 401).text)
    assert second_step(client, page, f" {code()[:3]} {code()[3:]} ", 303).location == "/bien-tap/"
    assert client.get("/bien-tap/").status_code == 200
    assert [row.action for row in db.session.query(Audit).order_by(Audit.id)][-2:] == [
        "account.code_failed",
        "account.sign_in",
    ]


@pytest.mark.parametrize(("apart", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
def test_the_neighbouring_codes_are_taken(
    client: CheckingClient, lan: Account, apart: int, status: int
) -> None:
    now = clock_now()
    # Not across the change of a step.
    if now.timestamp() % 30 > 27:
        now += timedelta(seconds=5)
    typed = pyotp.TOTP(SECRET).at(now, counter_offset=apart)
    assert second_factor.accept(lan, typed, now) is (status == 303)
    db.session.rollback()


def test_the_codes_of_the_standard(lan: Account) -> None:
    """RFC 6238, appendix B, SHA-1, the last six digits."""
    lan.totp_secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    db.session.commit()
    for seconds, typed in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert second_factor.accept(lan, typed, datetime.fromtimestamp(seconds, UTC))


def test_a_code_opens_the_door_once(app: Flask, client: CheckingClient, lan: Account) -> None:
    typed = code()
    second_step(client, first_step(client), typed, 303)
    thief = app.test_client()
    assert isinstance(thief, CheckingClient)
    second_step(thief, first_step(thief), typed, 401)
    # Nor does one from before the code that was used.
    second_step(thief, first_step(thief), code(apart=-1), 401)


@pytest.mark.parametrize(
    "typed", ["", " ", "\x00", "١٢٣٤٥٦", "12345", "9" * 100_000, "²³¹²³¹", "abc-def", "🦊" * 6]
)
def test_codes_that_are_none(client: CheckingClient, lan: Account, typed: str) -> None:
    second_step(client, first_step(client), typed, 401)
    client.post(CODE, data={"csrf_token": client.form(CODE)["csrf_token"]}, expect=401)
    assert db.session.query(AccountSession).count() == 0


def test_half_signed_in_dies(client: CheckingClient, lan: Account) -> None:
    page = first_step(client)
    with client.session_transaction() as cookie:
        cookie["halfway"] = {**cookie["halfway"], "since": cookie["halfway"]["since"] - 301}
    answer = second_step(client, page, code(), 401)
    assert "Đã quá thời gian chờ" in problem(answer.text)
    assert client.get(CODE).location == "/dang-nhap"


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_half_signed_in_ends_with_what_it_rests_on(
    client: CheckingClient, lan: Account, make_account: Callable[..., Account], change: str
) -> None:
    page = first_step(client)
    make_account(Role.ADMINISTRATOR, "khac")
    if change == "password":
        service.set_password(lan, "một câu khác hẳn", by=COMMAND_LINE)
    else:
        service.disable(lan, by=COMMAND_LINE)
    second_step(client, page, code(), 401)
    assert db.session.query(AccountSession).count() == 0


def test_guessing_codes_is_slowed_down_wherever_it_comes_from(
    app: Flask, client: CheckingClient, lan: Account
) -> None:
    for number in range(service.FREE_FAILURES):
        page = first_step(client)
        address = {"REMOTE_ADDR": f"192.0.2.{number}"}
        sent = sent_form(page, CODE, one_time_code="000000")
        client.post(CODE, data=sent, environ_overrides=address, expect=401)
    answer = second_step(client, first_step(client), code(), 429)
    assert int(answer.headers["Retry-After"]) > 0
    assert "giây" in problem(answer.text)


def test_a_recovery_code_works_once(client: CheckingClient, lan: Account) -> None:
    codes = second_factor.renew_codes(lan, by=service.actor(lan))
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    kept = {row.code_hash for row in db.session.query(RecoveryCode)}
    assert not any(code in kept for code in codes)
    second_step(client, first_step(client), codes[0].upper().replace("-", " "), 303)
    assert second_factor.codes_left(lan) == second_factor.RECOVERY_CODES - 1
    client.delete_cookie("newsapp")
    second_step(client, first_step(client), codes[0], 401)


def test_setting_it_up_and_switching_it_off(
    sign_in: Callable[[Account], CheckingClient], make_account: Callable[..., Account]
) -> None:
    account = make_account(Role.EDITOR, "lan")
    browser = sign_in(account)
    page = browser.get(SET_UP).text
    secret = text_of(next(parse(page).iter("code"))).replace(" ", "")
    assert "<svg" in page

    def typed(one_time_code: str, password: str, expect: int) -> str:
        sent = sent_form(page, SET_UP, one_time_code=one_time_code, current_password=password)
        return browser.post(SET_UP, data=sent, expect=expect).text

    typed("000000", PASSWORD, 422)
    typed(code(secret), "không phải", 422)
    typed("", "", 422)
    assert db.session.query(RecoveryCode).count() == 0
    codes = [text_of(e) for e in parse(typed(code(secret), PASSWORD, 200)).iter("code")]
    assert len(codes) == second_factor.RECOVERY_CODES
    assert second_factor.codes_left(account) == len(codes)
    assert codes[0] not in browser.get(ACCOUNT).text
    with browser.session_transaction() as cookie:
        assert "pending_secret" not in cookie

    fresh = press(browser, ACCOUNT, f"{ACCOUNT}/ma-du-phong", 200, confirm_password=PASSWORD)
    renewed = [text_of(e) for e in parse(fresh).iter("code")]
    assert not set(renewed) & set(codes)
    off: dict[str, Any] = {"off-current_password": PASSWORD, "off-one_time_code": codes[0]}
    press(browser, ACCOUNT, f"{ACCOUNT}/xac-thuc", 422, **off)
    wrong: dict[str, Any] = {"off-current_password": "không phải", "off-one_time_code": renewed[0]}
    press(browser, ACCOUNT, f"{ACCOUNT}/xac-thuc", 422, **wrong)
    right: dict[str, Any] = {"off-current_password": PASSWORD, "off-one_time_code": renewed[0]}
    press(browser, ACCOUNT, f"{ACCOUNT}/xac-thuc", **right)
    db.session.expire_all()
    assert account.totp_secret is None
    assert db.session.query(RecoveryCode).count() == 0


def test_required_comes_before_anything_else_and_keeps_the_text(
    sign_in: Callable[[Account], CheckingClient], make_account: Callable[..., Account]
) -> None:
    account = make_account(Role.EDITOR, "lan")
    browser = sign_in(account)
    form = opened(browser)
    boss = make_account(Role.ADMINISTRATOR, "sep")
    second_factor.set_rule(Rule.REQUIRED, by=service.actor(boss))
    assert browser.get("/bien-tap/").location == f"{SET_UP}?next=/bien-tap/"
    typed = {**form, "title": "Viết dở", "step": "keep"}
    answer = browser.post(NEW, data=typed, expect=307)
    page = browser.post(answer.location, data=typed, expect=200).text
    secret = text_of(next(parse(page).iter("code"))).replace(" ", "")
    sent = sent_form(page, SET_UP, one_time_code=code(secret), current_password=PASSWORD)
    assert sent["title"] == "Viết dở"
    codes = browser.post(SET_UP, data=sent, expect=200).text
    back = browser.post("/dang-nhap", data=sent_form(codes, "/dang-nhap"), expect=200).text
    assert article_fields(back)["title"] == "Viết dở"
    assert db.session.query(Article).count() == 0


def test_carried_text_survives_the_second_step(client: CheckingClient, lan: Account) -> None:
    locked = client.post(NEW, data={"title": "Viết dở", "body": "<p>Dài</p>"}, expect=401).text
    sent = sent_form(locked, "/dang-nhap", username="lan", password=PASSWORD)
    page = client.post("/dang-nhap", data=sent, expect=200).text
    page = second_step(client, page, "000000", 401).text
    # A stale token keeps it too.
    stale = {**sent_form(page, CODE, one_time_code=code()), "csrf_token": "cũ"}
    page = client.post(CODE, data=stale, expect=400).text
    reopened = second_step(client, page, code(), 200).text
    assert article_fields(reopened)["title"] == "Viết dở"
    assert code() not in reopened


def test_when_it_is_off_nobody_is_asked(
    client: CheckingClient, lan: Account, sign_in: Callable[[Account], CheckingClient]
) -> None:
    second_factor.set_rule(Rule.OFF, by=service.actor(lan))
    assert sign_in(lan).get("/bien-tap/").status_code == 200


def test_an_administrator_helps_who_lost_the_phone(
    lan: Account,
    sign_in: Callable[[Account], CheckingClient],
    make_account: Callable[..., Account],
) -> None:
    second_factor.renew_codes(lan, by=COMMAND_LINE)
    browser = sign_in(make_account(Role.ADMINISTRATOR, "sep"))
    address = f"{PEOPLE}/{lan.id}"
    press(browser, address, f"{address}/bo-xac-thuc")
    db.session.expire_all()
    assert lan.totp_secret is None
    assert db.session.query(RecoveryCode).count() == 0
    assert sign_in(lan).get("/bien-tap/").status_code == 200


def test_the_code_page_speaks_the_persons_language(client: CheckingClient, lan: Account) -> None:
    service.set_language(lan, Language.ENGLISH, by=COMMAND_LINE)
    page = first_step(client)
    assert '<html lang="en">' in page
    assert "Second step" in page
    assert "does not fit" in problem(second_step(client, page, "000000", 401).text)


def test_nobody_is_half_signed_in_by_chance(client: CheckingClient, lan: Account) -> None:
    client.get("/dang-nhap")
    odd: object
    for odd in (None, [], "x"):
        with client.session_transaction() as cookie:
            cookie["halfway"] = odd
        assert client.get(CODE).location == "/dang-nhap"
    assert sessions.HALFWAY_LIMIT.total_seconds() == 300
