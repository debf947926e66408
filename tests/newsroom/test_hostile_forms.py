"""Forms that no browser sends: never a 500, and nothing broken is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from newsapp.extensions import db
from newsapp.models import Article
from tests.newsroom.conftest import NEW, multipart, opened
from tests.pages import CheckingClient

FIELDS = (
    "title",
    "lead",
    "body",
    "section_id",
    "byline",
    "source",
    "former_office",
    "cover_id",
    "cover_alt",
    "publish_at",
    "version",
    "step",
)
VALUES = {
    "empty": "",
    "nul": "a\x00b",
    "lone surrogate bytes": b"\xed\xa0\x80",
    "broken utf-8": b"\xff\xfe\xfa",
    "controls": "\x01\x02\x1b[31m\u202e\ufeff",
    "decomposed": "Tiê\u0301ng Viê\u0323t \u0110",
    "markup": "\"'><svg/onload=alert(1)>&lt;script&gt;",
    "template": "{{ 7*7 }}{% raw %}${7*7}%(x)s",
    "minus": "-1",
    "huge number": "9" * 400,
    "other digits": "١٢٣",
    "superscript": "²",
    "infinity": "Infinity",
    "long": "đ" * 70_000,
    "year ten thousand": "10000-01-01T00:00",
    "year zero": "0000-01-01T00:00",
    "with zone": "2026-01-01T00:00:00+07:00",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_a_strange_value_in_any_field(
    editor: CheckingClient, make_article: Callable[..., Article], value: Any
) -> None:
    article = make_article()
    for address in (NEW, f"/bien-tap/bai-viet/{article.id}"):
        good = {**opened(editor, address), "title": "Một bài", "step": "keep"}
        for field in FIELDS:
            answer = editor.post(
                address, data={**good, field: value}, content_type="multipart/form-data"
            )
            assert answer.status_code in {303, 409, 422}, (field, answer.status_code)
            if answer.status_code == 303:
                editor.get(answer.location)
                good["version"] = opened(editor, address).get("version", "0")
    for stored in db.session.query(Article):
        assert not any(c in stored.title + stored.lead + stored.byline for c in "\x00\x1b\u202e")


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_and_a_doubled_field(editor: CheckingClient, field: str) -> None:
    good = {**opened(editor), "title": "Một bài", "step": "keep"}
    missing = {name: value for name, value in good.items() if name != field}
    assert editor.post(NEW, data=missing).status_code == (422 if field == "title" else 303)
    doubled = MultiDict([*good.items(), (field, "lần hai"), (field, "")])
    # The first one counts, as if the others had not been sent.
    answer = editor.post(NEW, data=doubled)
    assert answer.status_code == 303, field


def test_a_missing_field_keeps_what_is_stored(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article(lead="Tóm tắt cũ", byline="Bút danh cũ")
    address = f"/bien-tap/bai-viet/{article.id}"
    form = opened(editor, address)
    sent = {name: form[name] for name in ("csrf_token", "version")} | {"title": "Tên mới"}
    editor.post(address, data=sent, expect=303)
    db.session.expire_all()
    assert (article.title, article.lead, article.byline) == ("Tên mới", "Tóm tắt cũ", "Bút danh cũ")
    assert article.section_id is not None
    # Without the version nobody knows what the sender had read.
    sent.pop("version")
    editor.post(address, data={**sent, "title": "Tên nữa"}, expect=409)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"title": "a"}'),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na"),
        ("application/x-www-form-urlencoded", b"title=%ff%00&title=%zz&=&&&csrf_token"),
        ("text/plain", b"\x00" * 1000),
        ("", b"title=a"),
    ],
)
@pytest.mark.parametrize(
    "address",
    [
        NEW,
        "/bien-tap/hinh-anh",
        "/bien-tap/chuyen-muc",
        "/bien-tap/dia-chi-cu",
        "/bien-tap/dia-chi-cu/tep",
        "/dang-nhap",
    ],
)
def test_strange_requests(
    editor: CheckingClient, address: str, content_type: str, body: bytes
) -> None:
    answer = editor.post(address, data=body, content_type=content_type)
    # Somebody who is signed in is sent on from the sign-in page.
    assert answer.status_code in {303, 400, 413}
    assert db.session.query(Article).count() == 0


def test_more_than_the_site_takes(editor: CheckingClient) -> None:
    sent = {**opened(editor), "title": "a", "body": "x" * (9 * 1024 * 1024)}
    answer = editor.post(NEW, **multipart(sent), expect=413)
    assert "Hãy quay lại" in answer.text
    many = {**sent, "body": "ngắn"} | {f"f{number}": "1" for number in range(300)}
    editor.post(NEW, **multipart(many), expect=413)
