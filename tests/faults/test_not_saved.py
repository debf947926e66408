"""A save that meets a database or disk that is away is answered with its text, and can be sent
again once that is back."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from newsapp.extensions import db
from newsapp.models import Account
from tests.conftest import administer
from tests.pages import CheckingClient, fields_of, parse

NEW = "/bien-tap/bai-viet/moi"
BODY = "<p>Tủ sách mở cửa & đón “bạn đọc”.</p>"


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Another program writes and does not finish; on PostgreSQL it holds a table."""
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL waits for rows, not for files")
    other = sqlite3.connect(str(url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """The server lets nobody in; the file is no database any more."""
    with app.app_context():
        url = db.engine.url
        db.session.remove()
    if url.get_backend_name() == "sqlite":
        with app.app_context():
            db.engine.dispose()
        file = Path(str(url.database))
        file.rename(file.with_suffix(".kept"))
        file.write_bytes(b"no database at all" * 1000)
        yield
        with app.app_context():
            db.engine.dispose()
        file.with_suffix(".kept").replace(file)
        return
    administer(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
    administer(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"
    )
    yield
    administer(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")


@pytest.mark.parametrize("trouble", [locked, away])
def test_the_text_comes_back_and_can_be_sent_again(
    app: Flask,
    make_account: Callable[..., Account],
    sign_in: Callable[[Account], CheckingClient],
    trouble: Callable[[Flask], AbstractContextManager[None]],
) -> None:
    browser = sign_in(make_account())
    token = browser.form(NEW)["csrf_token"]
    sent = {"title": "Khai trương <tủ sách>", "body": BODY, "csrf_token": token}
    with trouble(app):
        answer = browser.post(NEW, data=sent, expect=503)
        script = browser.post(
            "/bien-tap/tu-luu",
            data={**sent, "slot": "a"},
            headers={"Sec-Fetch-Dest": "empty"},
            expect=503,
        )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Gửi lại" in answer.text
    again = sent_again(answer.text)
    assert (again["title"], again["body"]) == (sent["title"], BODY)
    assert script.status_code == 503
    assert "Lúc này trang chưa lưu được" in script.get_json()["error"]["message"]
    saved = browser.post(NEW, data=again)
    assert saved.status_code == 303
    assert "Khai trương" in browser.get(saved.location).text


def test_readers_are_told_to_come_back(app: Flask, client: CheckingClient) -> None:
    with away(app):
        answer = client.get("/lien-ket", expect=503)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert client.get("/lien-ket").status_code == 200


def test_a_picture_that_finds_no_room_takes_no_text_with_it(
    app: Flask,
    make_account: Callable[..., Account],
    sign_in: Callable[[Account], CheckingClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    browser = sign_in(make_account())
    token = browser.form(NEW)["csrf_token"]
    monkeypatch.setattr("newsapp.media.storage.os.fsync", full)
    with (Path(__file__).parents[2] / "docs" / "home.png").open("rb") as picture:
        answer = browser.post(
            NEW,
            data={"title": "Có ảnh", "body": BODY, "csrf_token": token, "cover_file": picture},
            content_type="multipart/form-data",
            expect=503,
        )
    forms = [fields_of(form) for form in parse(answer.text).iter("form")]
    assert "Có ảnh" in [fields.get("title") for fields in forms]
    assert "Trang tin không ghi được tệp" in answer.text


def sent_again(page: str) -> dict[str, str]:
    """The fields of the form that stands in the answer."""
    form = next(form for form in parse(page).iter("form") if form.get("method") == "post")
    return fields_of(form)
