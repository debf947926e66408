"""What every answer says to the browser, and what the site refuses before it looks closer."""

from __future__ import annotations

import http.client
import io
import logging
import re
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from newsapp import logs, pages
from newsapp.accounts import service, throttle
from newsapp.headers import SecurityHeaders
from newsapp.logs import OneLine
from newsapp.models import Account, Article
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.publishing.settings import change_settings
from newsapp.visits.complaints import Complaints
from tests.live import Server, serve
from tests.pages import CheckingClient

EVERYWHERE = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
}


@pytest.fixture
def plain(app: Flask) -> FlaskClient:
    return FlaskClient(app, app.response_class)


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/khong-co", "/tin/999999", "/rss.xml", "/robots.txt", "/healthz", "/a\0b"),
        *("/static/css/site.css", "/static/khong-co", "/media/khong-co.png", "/api/v1/articles"),
        *("/api/v1/khong-co", "/bien-tap/", "/dang-nhap", "/tin/1//ban-in", "/tim-kiem?q=a"),
    ],
)
def test_every_answer_has_the_headers(plain: FlaskClient, address: str) -> None:
    for tls in (False, True):
        base = "https://localhost" if tls else "http://localhost"
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            answer = plain.open(address, method=method, base_url=base)
            answer.close()
            assert set(answer.headers.keys()) >= EVERYWHERE
            assert ("Strict-Transport-Security" in answer.headers) is tls
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'")
            assert "frame-ancestors 'none'" in policy
            assert len(answer.headers.getlist("Content-Security-Policy")) == 1


def test_pages_for_readers_allow_nothing_inline(
    plain: FlaskClient, make_article: Callable[..., Article]
) -> None:
    body = '<p style="text-align: center;">Giữa</p>'
    article = make_article(body=body)
    for end in ("", "/ban-in"):
        answer = plain.get(f"/tin/{article.id}-{article.slug}{end}")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert '<p class="align-center">Giữa</p>' in answer.text
        assert " style=" not in answer.text
    saved = plain.get(f"/tin/{article.id}-{article.slug}/luu")
    assert "sandbox" in saved.headers["Content-Security-Policy"]
    assert "style-src 'sha256-" in saved.headers["Content-Security-Policy"]


def test_who_fetches_from_elsewhere_may(plain: FlaskClient) -> None:
    picture = f"00/{'0' * 20}.png"
    pages.config().media.write(picture, io.BytesIO(b"no picture"))
    for address in ("/rss.xml", f"/media/{picture}", "/api/v1/sections"):
        with plain.get(address) as answer:
            assert answer.status_code == 200
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin", address
            is_locked = "sandbox" in answer.headers["Content-Security-Policy"]
            assert is_locked is address.startswith("/media/")
    # What is missing is a page of ours, with its style.
    missing = plain.get("/media/khong-co.png")
    assert "style-src 'self'" in missing.headers["Content-Security-Policy"]


def test_what_a_view_says_stays_and_what_breaks_is_answered() -> None:
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def own(_environ: object, start: Callable[..., object], /) -> list[bytes]:
        start("200 OK", [("content-security-policy", "sandbox")])
        return [b""]

    def broken(_environ: object, _start: object, /) -> list[bytes]:
        raise RuntimeError("typed text")

    def start(status: str, headers: list[tuple[str, str]], _info: object = None, /) -> Any:
        told.append((status, headers))

    asked: dict[str, Any] = {"PATH_INFO": "/"}
    list(SecurityHeaders(own, behind_proxy=False)(asked, start))
    policies = [value for name, value in told[0][1] if name.lower() == "content-security-policy"]
    assert policies == ["sandbox"]
    body = SecurityHeaders(broken, behind_proxy=False)(asked, start)
    assert told[1][0].startswith("500")
    assert {name for name, _ in told[1][1]} >= EVERYWHERE
    assert b"typed" not in b"".join(body)


def ask(site: Server, raw: bytes) -> bytes:
    connection = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)
    connection.connect()
    connection.sock.sendall(raw)
    status: bytes = connection.sock.recv(200).split(b"\r\n")[0]
    connection.close()
    return status


def test_the_server_refuses_before_it_parses(tmp_path: Path) -> None:
    with serve(tmp_path, FLASK_DEBUG="1") as site:
        host = b"Host: localhost\r\n"
        assert b" 200 " in ask(site, b"GET / HTTP/1.1\r\n" + host + b"\r\n")
        for bad in (
            b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            b"GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n",
            b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + host + b"\r\n",
            b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 9000 + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + host + b"X: a\r\n" * 70 + b"\r\n",
            b"POST /dang-nhap HTTP/1.1\r\n" + host + b"Content-Length: 40000000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n",
        ):
            assert re.search(rb" 4\d\d ", ask(site, bad)), bad[:60]
        # Debugging asked for in the surroundings changes nothing.
        page = http.client.HTTPConnection(site.address.removeprefix("http://"))
        page.request("GET", "/?__debugger__=yes&cmd=resource&f=debugger.js", headers={})
        assert b"__debugger__" not in page.getresponse().read()
        page.close()


def test_many_names_from_one_network(app: Flask, make_account: Callable[..., Account]) -> None:
    lan, mai = make_account(username="lan"), make_account(username="mai")
    now = datetime.now(UTC)
    throttle.remember("lan", "192.0.2.1", now)
    for number in range(throttle.NETWORK_FREE_FAILURES):
        with app.test_request_context(), pytest.raises(service.SignInRefused):
            service.sign_in(f"ten{number}", "sai", "192.0.2.1", now)
    with app.test_request_context():
        with pytest.raises(service.TooManyAttempts) as told:
            service.sign_in(mai.username, "sai", "192.0.2.1", now)
        assert told.value.seconds <= throttle.NETWORK_LONGEST_WAIT_SECONDS
        # Elsewhere, and for whom this network knows, nothing changes.
        service.sign_in(mai.username, "mat khau dai de nho", "192.0.2.2", now)
        service.sign_in(lan.username, "mat khau dai de nho", "192.0.2.1", now)
        later = now + timedelta(seconds=throttle.NETWORK_LONGEST_WAIT_SECONDS)
        service.sign_in(mai.username, "mat khau dai de nho", "192.0.2.1", later)


def test_an_unknown_name_takes_as_long(app: Flask, make_account: Callable[..., Account]) -> None:
    make_account(username="lan")
    now = datetime.now(UTC)
    took: dict[str, list[float]] = {"lan": [], "khong-co": []}
    for number in range(9):
        for name, times in took.items():
            began = time.process_time()
            with app.test_request_context(), pytest.raises(service.SignInRefused):
                service.sign_in(name, "sai", f"192.0.2.{number}", now)
            times.append(time.process_time() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.6 < unknown / known < 1.6, (known, unknown)


def test_security_txt(app: Flask, client: CheckingClient) -> None:
    client.get("/.well-known/security.txt", expect=404)
    change_settings({"email": "lien.he@example.vn"}, by=COMMAND_LINE)
    text = client.get("/.well-known/security.txt").text
    assert "Contact: mailto:lien.he@example.vn\n" in text
    assert "Preferred-Languages: vi, en\n" in text
    expires = re.search(r"^Expires: (.*)$", text, re.MULTILINE)
    assert expires
    assert (
        datetime.now(UTC)
        < datetime.fromisoformat(expires[1])
        < datetime.now(UTC) + timedelta(days=365)
    )


@pytest.mark.parametrize("form", ["plain", "json"])
def test_one_line_an_event_and_nothing_typed(form: str) -> None:
    try:
        try:
            raise ValueError("first\nDETAIL: Key (name)=(Lan)")
        except ValueError as error:
            raise RuntimeError("second") from error
    except RuntimeError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("newsapp", logging.ERROR, "", 0, "it\nbroke", None, info)
    line = OneLine(form, ZoneInfo("UTC")).format(record)
    assert "\n" not in line
    assert "RuntimeError: second < ValueError: first" in line
    assert "tests/security/test_headers.py:" in line
    assert "Lan" not in line


def test_an_unexpected_error_is_a_page_with_its_number(
    app: Flask,
    plain: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.view_functions, "news.links", lambda: 1 / 0)
    answer = plain.get("/lien-ket?ma=bi-mat")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    number = re.search(r"\b[0-9a-f]{16}\b", answer.text)
    assert number
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "bi-mat" not in OneLine("plain", ZoneInfo("UTC")).format(errors[0])
    # A number that a stranger sends is not taken.
    answer = plain.get("/lien-ket", headers={"X-Request-ID": "abcdefgh12345678"})
    assert "abcdefgh12345678" not in answer.text


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_a_kept_answer_that_breaks_is_told_with_a_number_of_our_own(
    behind_proxy: bool, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def broken(_environ: object, _start: object, /) -> list[bytes]:
        raise RuntimeError("typed text")

    def start(status: str, headers: list[tuple[str, str]], _info: object = None, /) -> Any:
        told.append((status, headers))

    asked: dict[str, Any] = {"PATH_INFO": "/", "HTTP_X_REQUEST_ID": "from-outside"}
    site = SecurityHeaders(broken, behind_proxy=behind_proxy, complete=broken)
    body = b"".join(site(asked, start))
    assert told[0][0].startswith("500")
    assert {name for name, _ in told[0][1]} >= EVERYWHERE
    assert (b"from-outside" in body) is behind_proxy
    assert len(caplog.records) == 1


def test_trouble_of_the_counter_bears_no_request_s_number() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLine("plain", ZoneInfo("UTC")))
    log = logging.getLogger("newsapp.visits")
    log.addHandler(handler)
    try:
        logs.begin({"newsapp.request_id": "number-of-a-page"})
        log.warning("about a page")
        Complaints().say("about the disk")
    finally:
        logs.begin({})
        log.removeHandler(handler)
    page, disk = written.getvalue().splitlines()
    assert "number-of-a-page" in page
    assert "number-of-a-page" not in disk
