"""Hostile files, sent to the library as a browser sends them: refused, or served harmlessly."""

from __future__ import annotations

import io
import resource
import zipfile
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from newsapp.extensions import db
from newsapp.models import Account, Media, Role
from tests.pages import CheckingClient

SCRIPT = b"<script>alert(1)</script>"
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PDF = b"%PDF-1.7\n1 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj\n%%EOF\n"
HARMLESS = {"image/jpeg", "image/png", "image/webp"}


def picture(form: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **options)
    return out.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return out.getvalue()


def huge_png() -> bytes:
    data = bytearray(picture("PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    return bytes(data)


def files() -> list[tuple[str, bytes]]:
    png, jpeg, gif = picture("PNG"), picture("JPEG"), picture("GIF")
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    bomb = archive({"[Content_Types].xml": b"<x/>", "word/document.xml": bytes(200_000_000)})
    sheet = archive({"[Content_Types].xml": bytes(200_000_000), "xl/workbook.xml": b"<x/>"})
    nested = archive({"a.zip": archive({"b.zip": archive({"c": bytes(1_000_000)})})})
    return [
        *((f"a{suffix}", HTML) for suffix in (".html", ".htm", ".jpg", ".png", ".pdf", ".docx")),
        *((f"a{suffix}", SVG) for suffix in (".svg", ".svgz", ".png", ".xml", ".webp")),
        *((f"a{suffix}", HTML) for suffix in (".txt", ".csv", ".xhtml", ".js", ".php", ".phtml")),
        ("a.jpg", jpeg + HTML),
        ("a.png", png + HTML),
        ("a.gif", gif + b"/*" + HTML + b"*/"),
        ("a.html", gif + HTML),
        ("a.jpg", jpeg + archive({"a.html": HTML})),
        ("a.jpg", picture("JPEG", exif=exif, comment=SCRIPT)),
        ("a.png", huge_png()),
        ("a.png", png[: len(png) // 2]),
        ("a.jpg", jpeg[: len(jpeg) // 2]),
        ("a.jpg", b""),
        ("a.pdf", PDF),
        ("a.pdf", HTML + PDF),
        ("a.docx", bomb),
        ("a.xlsx", sheet),
        ("a.zip", nested),
        ("a.docx", nested),
        ("a.docm", bomb),
        ("../../../../etc/cron.d/a.png", png),
        ("..\\..\\a.png", png),
        ("/etc/passwd", png),
        ("a.png\0.html", png),
        ("a.html\0.png", png),
        ("a" * 10_000 + ".png", png),
        ("\u202egnp.lmth", png),
        ('a".png\r\nX-Evil: 1', png),
        (".htaccess", b"AddType text/html .png"),
        ("a.png.html", png),
        ("a.exe", b"MZ" + bytes(100)),
    ]


def test_nothing_sent_becomes_dangerous(
    app: Flask, make_account: Callable[..., Account], sign_in: Callable[[Account], CheckingClient]
) -> None:
    sent = files()
    assert len(sent) >= 30
    browser = sign_in(make_account(Role.EDITOR))
    token = browser.form("/bien-tap/tai-khoan")["csrf_token"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, data in sent:
        answer = browser.post(
            "/bien-tap/thu-vien",
            data={"csrf_token": token, "files": (io.BytesIO(data), name)},
            content_type="multipart/form-data",
        )
        assert answer.status_code < 500, name[:60]
    # Bombs of 200 MB would show here.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000
    reader = FlaskClient(app, app.response_class)
    folder = app.extensions["newsapp.config"].data_dir / "media"
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert db.session.query(Media).count() > 3
    for path in kept:
        with reader.get(f"/media/{path.relative_to(folder)}") as served:
            assert "sandbox" in served.headers["Content-Security-Policy"]
            assert served.headers["X-Content-Type-Options"] == "nosniff"
            assert "X-Evil" not in served.headers
            if served.mimetype in HARMLESS:
                assert b"<script" not in served.data
                assert b"<svg" not in served.data
            else:
                assert served.headers["Content-Disposition"].startswith("attachment;")
    assert not list(folder.parent.parent.glob("**/cron.d"))
