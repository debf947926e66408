"""Fixtures of the newsroom's tests."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, g, request_started
from PIL import Image

from newsapp.models import Account, Role
from tests.newsroom.audit_watch import audit_only_grows as audit_only_grows
from tests.pages import CheckingClient, fields_of, parse

NEW = "/bien-tap/bai-viet/moi"


@pytest.fixture(autouse=True)
def nothing_left_over(app: Flask) -> Iterator[None]:
    """The test's application context is one for all requests; a real one is fresh each time."""

    def forget(_sender: Flask, **_rest: Any) -> None:
        for name in list(g):
            g.pop(name)

    with request_started.connected_to(forget, app):
        yield


@pytest.fixture
def people(make_account: Callable[..., Account]) -> dict[Role, Account]:
    """One account for each role, named like it."""
    return {role: make_account(role, role.value) for role in Role}


@pytest.fixture
def editor(
    people: dict[Role, Account], sign_in: Callable[[Account], CheckingClient]
) -> CheckingClient:
    """An editor's browser."""
    return sign_in(people[Role.EDITOR])


@pytest.fixture
def contributor(
    people: dict[Role, Account], sign_in: Callable[[Account], CheckingClient]
) -> CheckingClient:
    return sign_in(people[Role.CONTRIBUTOR])


@pytest.fixture
def administrator(
    people: dict[Role, Account], sign_in: Callable[[Account], CheckingClient]
) -> CheckingClient:
    return sign_in(people[Role.ADMINISTRATOR])


def png(width: int = 8, height: int = 6, colour: str = "teal") -> bytes:
    """A real picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def multipart(fields: dict[str, str], file: bytes | None = None, name: str = "a.png") -> Any:
    """Arguments of a POST: werkzeug's own encoder leaves large temporary files open."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    if file is not None:
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        parts += [head.encode(), file, b"\r\n"]
    return {
        "data": b"".join([*parts, b"--x--\r\n"]),
        "content_type": "multipart/form-data; boundary=x",
    }


def opened(browser: CheckingClient, address: str = NEW) -> dict[str, str]:
    """The fields of the article form at ``address``."""
    return article_fields(browser.get(address).text)


def article_fields(page: str) -> dict[str, str]:
    """The fields of the article form in ``page``, as a browser would send them."""
    form = next(e for e in parse(page).iter("form") if e.get("id") == "article-form")
    fields = fields_of(form)
    # A browser sends the empty value of "not chosen yet", not its words.
    if not fields["section_id"].isdigit():
        fields["section_id"] = ""
    return fields


def write(browser: CheckingClient, address: str = NEW, *, expect: int = 303, **typed: Any) -> Any:
    """Open the form at ``address``, type into it, press a button; the answer."""
    sent = {**opened(browser, address), **typed}
    return browser.post(address, data=sent, expect=expect)
