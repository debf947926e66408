"""Pictures and documents through the site, from a folder and from a bucket alike."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from newsapp.extensions import db
from newsapp.media.files import store_file
from newsapp.media.names import renditions
from newsapp.media.storage import Folder
from newsapp.models import Account, Article, Media, Role
from newsapp.pages import config
from tests.conftest import make_config
from tests.live import free_port
from tests.newsroom.conftest import NEW, jpeg, multipart, opened, png
from tests.newsroom.test_library import LIBRARY, PDF, one, photo, post, replace, send, sent, stored
from tests.pages import CheckingClient, parse, text_of


@pytest.fixture
def backend() -> str:
    """What is asked here is the same on every database."""
    return "sqlite"


@pytest.fixture
def editor(
    make_account: Callable[..., Account], sign_in: Callable[[Account], CheckingClient]
) -> CheckingClient:
    return sign_in(make_account(Role.EDITOR))


def get(browser: CheckingClient, path: str, *, expect: int = 200, **headers: str) -> TestResponse:
    """The file at that path, read and closed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = browser.get(f"/media/{path}", headers=named, expect=expect)
    assert answer.data is not None
    answer.close()
    return answer


def test_a_picture_from_the_form_is_served_with_its_renditions(
    editor: CheckingClient, client: CheckingClient
) -> None:
    sent_in = editor.post(
        NEW,
        data={
            **opened(editor),
            "title": "Khai trương cầu mới",
            "cover_file": (io.BytesIO(photo()), "cầu.jpg"),
        },
        expect=303,
    )
    media = stored()
    assert db.session.query(Article).one().cover_id == media.id
    assert media.path in editor.get(sent_in.location).text
    places = (media.path, *(rendition.path for rendition in renditions(media.path)))
    assert len(places) == 3
    assert {kept.path for kept in config().media.listed()} == set(places)
    for path in places:
        answer = get(client, path)
        assert answer.mimetype in {"image/jpeg", "image/webp"}
        assert int(answer.headers["Content-Length"]) == len(answer.data) > 500
        assert answer.headers["Cache-Control"] == "max-age=31536000, immutable, public"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("inline;")
        assert "Set-Cookie" not in answer.headers


def test_parts_unchanged_and_head(editor: CheckingClient, client: CheckingClient) -> None:
    media = sent(editor, photo())
    whole = get(client, media.path)
    size, tag = len(whole.data), whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    head = client.head(f"/media/{media.path}", expect=200)
    assert (head.data, head.headers["Content-Length"], head.headers["ETag"]) == (
        b"",
        str(size),
        tag,
    )
    head.close()
    for asked, start, end in (
        ("bytes=0-9", 0, 10),
        ("bytes=100-299", 100, 300),
        ("bytes=-7", size - 7, size),
        (f"bytes={size - 3}-", size - 3, size),
    ):
        part = get(client, media.path, expect=206, Range=asked)
        assert part.data == whole.data[start:end]
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["Content-Length"] == str(end - start)
    assert get(client, media.path, Range="bytes=0-9", If_Range='"khac"').data == whole.data
    assert (
        get(client, media.path, expect=206, Range="bytes=0-9", If_Range=tag).data
        == (whole.data[:10])
    )
    get(client, media.path, expect=416, Range=f"bytes={size}-")
    same = get(client, media.path, expect=304, If_None_Match=tag)
    assert same.data == b""
    assert same.headers["Cache-Control"] == whole.headers["Cache-Control"]
    assert get(client, media.path, If_None_Match='"khac"').data == whole.data


def test_a_document_keeps_its_name(editor: CheckingClient, client: CheckingClient) -> None:
    media = sent(editor, PDF, "Kế hoạch 36.pdf")
    answer = get(client, media.path)
    assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch%2036.pdf"
    )


def test_replaced_cut_and_deleted(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    media = sent(editor, photo())
    old = media.path
    article = make_article(body=f'<p><img src="/media/{old}" alt="Cầu"></p>')
    post(editor, f"{one(media)}/cat", x="0", y="0", width="300", height="300")
    replace(editor, media, photo(colour="navy"), "cầu mới.jpg")
    new = stored("cầu mới.jpg")
    assert new.path in client.get(f"/tin/{article.id}-{article.slug}").text
    assert get(client, old).data != get(client, new.path).data
    db.session.delete(article)
    db.session.commit()
    gone = new.path
    post(editor, one(new) + "/xoa")
    for path in (gone, renditions(gone)[0].path):
        get(client, path, expect=404)
        assert not config().media.exists(path)
    get(client, old)


def test_the_saved_article_holds_its_picture(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    media = sent(editor, photo())
    missing = "/media/ab/0123456789abcdef0123-10x10.jpg"
    article = make_article(
        body=f'<p><img src="/media/{media.path}" alt="Cầu"><img src="{missing}" alt="Mất"></p>'
    )
    saved = client.get(f"/tin/{article.id}-{article.slug}/luu")
    sources = [image.get("src") or "" for image in parse(saved.text).iter("img")]
    kind, _comma, data = sources[0].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data) == get(client, media.path).data
    assert sources[1] == "data:,"


def test_nothing_that_is_not_there(client: CheckingClient) -> None:
    for path in (
        *("ab/0123456789abcdef0123.pdf", "ab/0123456789abcdef0123-10x10.jpg", "a.jpg"),
        *("../site.db", "..%2fsite.db", "ab/%00.jpg", f"ab/{'x' * 300}.pdf", "ab/.upload-x.jpg"),
    ):
        get(client, path, expect=404)


def test_a_large_file_is_handed_through_piece_by_piece(client: CheckingClient) -> None:
    data = io.BytesIO(b"%PDF-1.7\n" + bytes(3_000_000) + b"%%EOF\n")
    media = store_file(data, "lớn.pdf", config().media)
    answer = client.get(f"/media/{media.path}", buffered=False)
    pieces = [len(piece) for piece in answer.iter_encoded()]
    answer.close()
    assert sum(pieces) == media.size
    assert max(pieces) <= 64 * 1024


# A storage that is away. The row is there, the file cannot be had.


def without_storage(app: Flask, media_url: str, folder: Path) -> None:
    """From now on nobody answers where files are kept."""
    if media_url.startswith("s3://"):
        url = f"s3://thung?endpoint=http://127.0.0.1:{free_port()}&region=us-east-1"
        silent = make_config(folder, config().database_url, url)
        app.extensions["newsapp.config"] = silent
    else:
        shared = config().media
        assert isinstance(shared, Folder)
        shared.root.rename(folder / "tháo ra")


AWAY = "không ghi được tệp"


def test_away_readers_are_told_to_come_back(
    app: Flask,
    editor: CheckingClient,
    client: CheckingClient,
    make_article: Callable[..., Article],
    media_url: str,
    tmp_path: Path,
) -> None:
    media = sent(editor, photo())
    article = make_article(body=f'<p><img src="/media/{media.path}" alt="Cầu"></p>')
    without_storage(app, media_url, tmp_path)
    page = get(client, media.path, expect=503)
    assert "thử lại" in text_of(parse(page.text))
    assert "max-age" not in page.headers.get("Cache-Control", "")
    # What needs no file goes on; a file to keep does not come without its pictures.
    client.get(f"/tin/{article.id}-{article.slug}")
    client.get("/readyz", expect=200)
    client.get(f"/tin/{article.id}-{article.slug}/luu", expect=503)


def test_away_uploads_are_refused_in_words_and_nothing_typed_is_lost(
    app: Flask, editor: CheckingClient, media_url: str, tmp_path: Path
) -> None:
    whole = sent(editor, photo())
    without_storage(app, media_url, tmp_path)
    for data, name in ((jpeg(), "a.jpg"), (PDF, "a.pdf")):
        assert AWAY in send(editor, (data, name), expect=507).text
    token = editor.form(LIBRARY)["csrf_token"]
    answer = editor.post(
        "/bien-tap/hinh-anh",
        headers={"X-CSRFToken": token},
        expect=507,
        **multipart({}, png(9)),
    )
    assert AWAY in answer.get_json()["error"]["message"]
    assert (
        AWAY in post(editor, f"{one(whole)}/cat", 422, x="0", y="0", width="50", height="50").text
    )
    assert AWAY in replace(editor, whole, photo(colour="red"), "b.jpg", expect=507).text
    typed = {
        **opened(editor),
        "title": "Khai trương cầu mới",
        "body": "<p>Gõ cả buổi sáng.</p>",
        "cover_file": (io.BytesIO(photo(colour="navy")), "cầu.jpg"),
    }
    page = editor.post(NEW, data=typed, expect=503).text
    for words in ("Khai trương cầu mới", "Gõ cả buổi sáng.", AWAY):
        assert words in page
    assert db.session.query(Media).count() == 1
    assert db.session.query(Article).count() == 0


def test_away_a_logo_leaves_the_settings_form_filled(
    app: Flask,
    make_account: Callable[..., Account],
    sign_in: Callable[[Account], CheckingClient],
    media_url: str,
    tmp_path: Path,
) -> None:
    without_storage(app, media_url, tmp_path)
    administrator = sign_in(make_account(Role.ADMINISTRATOR))
    typed = {
        **administrator.form("/bien-tap/cai-dat"),
        "site_name": "Phường Bến Lụa",
        "logo_file": (io.BytesIO(png(90)), "a.png"),
    }
    page = administrator.post("/bien-tap/cai-dat", data=typed, expect=503).text
    assert AWAY in page
    assert "Phường Bến Lụa" in page


def test_away_a_deletion_is_done_and_its_file_stays(
    app: Flask,
    editor: CheckingClient,
    media_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    media = sent(editor, photo())
    path = media.path
    without_storage(app, media_url, tmp_path)
    post(editor, f"{one(media)}/xoa")
    assert db.session.query(Media).count() == 0
    assert path in caplog.text


def test_a_file_that_is_lost_says_so_when_it_is_to_be_cut(
    editor: CheckingClient, client: CheckingClient
) -> None:
    media = sent(editor, photo())
    config().media.remove(media.path)
    page = post(editor, f"{one(media)}/cat", 422, x="0", y="0", width="50", height="50").text
    assert AWAY in page
    get(client, media.path, expect=404)
