"""Uploads: what is taken in, what is refused and with which words, and who may."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from newsapp.extensions import db
from newsapp.media.images import BYTES_MAX
from newsapp.models import Media
from tests.newsroom.conftest import jpeg, multipart, opened, png
from tests.pages import CheckingClient

ADDRESS = "/bien-tap/hinh-anh"


def header_of_a_giant(edge: int) -> bytes:
    """The first bytes of a PNG that claims to be ``edge`` pixels wide and high."""
    head = b"IHDR" + struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
    )


def send(browser: CheckingClient, data: bytes, name: str = "anh.png", **options: Any) -> Any:
    token = opened(browser)["csrf_token"]
    headers = {"X-CSRFToken": token}
    return browser.post(ADDRESS, headers=headers, **multipart({}, data, name), **options)


def test_an_image_is_stored_and_served(
    contributor: CheckingClient, client: CheckingClient, tmp_path: Path
) -> None:
    answer = send(contributor, jpeg(), "Lễ hội đua ghe (2026).JPG", expect=200)
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.get_json()
    media = db.session.query(Media).one()
    assert said == {
        "location": f"/media/{media.path}",
        "width": 200,
        "height": 200,
        "id": media.id,
        "alt": "",
    }
    assert media.file_name == "Lễ hội đua ghe (2026).JPG"
    with client.get(said["location"]) as served:
        assert served.mimetype == "image/jpeg"
        assert served.data == (tmp_path / "media" / media.path).read_bytes()


def test_the_same_picture_is_one_row(editor: CheckingClient) -> None:
    first = send(editor, png()).get_json()
    assert send(editor, png(), "khac.png").get_json() == first
    assert db.session.query(Media).count() == 1


@pytest.mark.parametrize(
    ("data", "name", "status", "words"),
    [
        (b"MZ\x90\x00" + b"\0" * 5000, "anh.jpg", 415, "không phải là ảnh"),
        (b"#!/bin/sh\nrm -rf /\n", "anh.png", 415, "không phải là ảnh"),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            "anh.svg",
            415,
            "không phải là ảnh",
        ),
        (b"<html><script>alert(1)</script>", "anh.png", 415, "không phải là ảnh"),
        (b"", "anh.png", 415, "không phải là ảnh"),
        (jpeg()[:3000], "anh.jpg", 422, "bị hỏng"),
        (header_of_a_giant(10_000), "anh.png", 422, "quá nhiều điểm ảnh"),
        (png() + b"\0" * BYTES_MAX, "anh.png", 413, "lớn hơn 20 MB"),
    ],
    ids=[
        "program",
        "script",
        "svg",
        "html",
        "nothing",
        "truncated",
        "giant",
        "over-large",
    ],
)
def test_what_is_refused_and_why(
    editor: CheckingClient, tmp_path: Path, data: bytes, name: str, status: int, words: str
) -> None:
    answer = send(editor, data, name, expect=status)
    assert words in answer.get_json()["error"]["message"]
    assert db.session.query(Media).count() == 0
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


def test_a_bomb_is_refused_without_being_opened(editor: CheckingClient) -> None:
    assert send(editor, header_of_a_giant(60_000)).status_code in {415, 422}
    assert db.session.query(Media).count() == 0


def test_a_request_over_the_limit_is_told_in_json(editor: CheckingClient) -> None:
    answer = send(editor, b"\0" * (33 * 1024 * 1024), expect=413)
    assert answer.get_json()["error"]["message"] == "Tệp quá lớn."


def test_the_door_answers_in_json_too(app: Flask, editor: CheckingClient) -> None:
    stranger = app.test_client()
    data = {"file": (io.BytesIO(png()), "a.png")}
    locked = stranger.post(ADDRESS, data=data, content_type="multipart/form-data", expect=401)
    assert "Phiên làm việc đã hết" in locked.get_json()["error"]["message"]
    data = {"file": (io.BytesIO(png()), "a.png")}
    stale = editor.post(ADDRESS, data=data, content_type="multipart/form-data", expect=400)
    assert "mở quá lâu" in stale.get_json()["error"]["message"]
    none = editor.post(ADDRESS, headers={"X-CSRFToken": opened(editor)["csrf_token"]}, expect=400)
    assert none.get_json()["error"]["message"] == "Chưa có tệp nào được gửi lên."
    assert db.session.query(Media).count() == 0


def test_the_token_may_come_as_a_field(editor: CheckingClient) -> None:
    data = {"file": (io.BytesIO(png()), "a.png"), "csrf_token": opened(editor)["csrf_token"]}
    editor.post(ADDRESS, data=data, content_type="multipart/form-data", expect=200)
    assert db.session.query(Media).count() == 1


def test_a_full_disk_is_said_in_words(editor: CheckingClient, tmp_path: Path) -> None:
    # A file stands where the folder should be: the write fails as a broken disk would.
    (tmp_path / "media").rmdir()
    (tmp_path / "media").write_bytes(b"")
    answer = send(editor, png(), expect=507)
    assert "không ghi được" in answer.get_json()["error"]["message"]
