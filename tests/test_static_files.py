"""Static files: their addresses, what may be kept, and that no compressed copy is ever stale."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from newsapp.static_files import FOREVER, KEPT, SOON, SOURCE, StaticFiles, publish, version
from tests.pages import CheckingClient

ROOT = SOURCE.parent
RED = "body { color: red; } " * 40
BLUE = "body { color: blue; } " * 40
STATIC_ADDRESS = re.compile(r'(?:href|src|data-editor|data-content-css)="([^"]*/static/[^"]*)"')


def files(folder: Path, css: str = RED) -> Path:
    """A small static folder."""
    for name, text in {
        "css/site.css": css,
        "js/a.js": "let a = 1; " * 40,
        "img/icon.svg": "<svg/>",
        "lib/font.woff2": "no real font",
        "lib/.built-from": "a stamp",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="ascii")
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Path]:
    version.cache_clear()
    yield files(tmp_path / "static")
    version.cache_clear()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def inside(_environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("404 NOT FOUND", [("Content-Type", "text/plain")])
    return [b"the site"]


def browser(data_dir: Path, source: Path) -> Client:
    """A browser of a site that starts now."""
    version.cache_clear()
    return Client(StaticFiles(inside, data_dir, source))


def get(client: Client, address: str, **headers: str) -> TestResponse:
    """Asked for as browsers do, compressed; read and closed."""
    answer = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br", **headers})
    answer.get_data()
    answer.close()
    return answer


def css(answer: TestResponse) -> str:
    data = answer.get_data()
    compressed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(data) if compressed else data).decode("ascii")


def test_a_published_file_is_compressed_and_kept_for_ever(source: Path, data_dir: Path) -> None:
    publish(data_dir, source)
    client = browser(data_dir, source)
    prefix = f"/static/{version(source)}"
    assert re.fullmatch(r"/static/[0-9a-f]{12}", prefix)
    for name, kind, encoding in (
        ("css/site.css", "text/css; charset=utf-8", "gzip"),
        ("js/a.js", "text/javascript; charset=utf-8", "gzip"),
        ("img/icon.svg", "image/svg+xml", None),
        ("lib/font.woff2", "font/woff2", None),
    ):
        answer = get(client, f"{prefix}/{name}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == FOREVER
        assert answer.headers["Content-Type"].replace('"', "") == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers.get("Vary") == ("Accept-Encoding" if encoding else None)
        assert int(answer.headers["Content-Length"]) == len(answer.get_data())
    assert css(get(client, f"{prefix}/css/site.css")) == RED
    plain = client.get(f"{prefix}/css/site.css", buffered=True)
    assert plain.text == RED
    assert get(client, "/favicon.ico").get_data() == b"<svg/>"
    for unknown in ("lib/.built-from", "css/site.css.gz", "css/", "", "../secret_key"):
        assert get(client, f"{prefix}/{unknown}").get_data() == b"the site"


def test_the_plain_address_is_asked_for_again_and_answered_304(
    source: Path, data_dir: Path
) -> None:
    publish(data_dir, source)
    client = browser(data_dir, source)
    first = get(client, "/static/css/site.css")
    assert (first.status_code, first.headers["Cache-Control"], css(first)) == (200, SOON, RED)
    again = get(client, "/static/css/site.css", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["Cache-Control"] == SOON
    head = client.head("/static/css/site.css", headers={"Accept-Encoding": "gzip"})
    assert head.headers["Content-Length"] == first.headers["Content-Length"]
    assert client.post("/static/css/site.css").status_code == 405


def test_a_page_from_before_an_upgrade_finds_its_style_sheet(source: Path, data_dir: Path) -> None:
    publish(data_dir, source)
    old = f"/static/{version(source)}/css/site.css"
    running = browser(data_dir, source)
    files(source, BLUE)
    publish(data_dir, source)
    client = browser(data_dir, source)
    assert css(get(client, f"/static/{version(source)}/css/site.css")) == BLUE
    assert css(get(client, old)) == RED
    assert get(client, old).headers["Cache-Control"] == FOREVER
    # A version that this host never had, or has no more: the present file, and not for ever.
    unknown = get(client, "/static/0123456789ab/css/site.css")
    assert (css(unknown), unknown.headers["Cache-Control"]) == (BLUE, SOON)
    changed = get(
        client, "/static/css/site.css", **{"If-None-Match": get(client, old).headers["ETag"]}
    )
    assert (changed.status_code, css(changed)) == (200, BLUE)
    # A process that has not been restarted yet goes on with what it knows.
    assert css(get(running, "/static/css/site.css")) == RED

    for number in range(KEPT):
        files(source, RED + "/**/" * number)
        publish(data_dir, source)
    assert len(list((data_dir / "static").iterdir())) == KEPT
    client = browser(data_dir, source)
    assert get(client, old).headers["Cache-Control"] == SOON
    assert css(get(client, old)).startswith(RED)
    # Nor does that process fail when its own copy is gone.
    assert get(running, old).get_data() == b"the site"


@pytest.mark.parametrize("published", [True, False])
def test_a_compressed_copy_is_never_older_than_its_file(
    source: Path, data_dir: Path, published: bool
) -> None:
    (source / "css/site.css.gz").write_bytes(gzip.compress(b"old"))
    if published:
        publish(data_dir, source)
        (source / "css/site.css").write_text(BLUE, encoding="ascii")
        publish(data_dir, source)
    else:
        (source / "css/site.css").write_text(BLUE, encoding="ascii")
    client = browser(data_dir, source)
    for prefix in ("/static", f"/static/{version(source)}"):
        assert css(get(client, f"{prefix}/css/site.css")) == BLUE
    answer = get(client, f"/static/{version(source)}/css/site.css")
    # What is not published may change under its address.
    assert answer.headers["Cache-Control"] == (FOREVER if published else SOON)
    assert get(client, "/static/css/site.css.gz").get_data() == b"the site"


def test_several_at_once_make_one_copy(
    source: Path, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    together = Barrier(4)

    def start() -> None:
        together.wait()
        publish(data_dir, source)

    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(start) for _ in range(4)]:
            done.result()
    assert caplog.text == ""
    assert [copy.name for copy in (data_dir / "static").iterdir()] == [version(source)]


def test_a_killed_process_leaves_no_half_copy(source: Path, data_dir: Path) -> None:
    left = data_dir / "static" / ".new-killed"
    (left / "css").mkdir(parents=True)
    os.utime(left, (0, 0))
    publish(data_dir, source)
    assert [copy.name for copy in (data_dir / "static").iterdir()] == [version(source)]


def test_a_disk_that_refuses_costs_the_compression_only(
    source: Path, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (data_dir / "static").write_text("in the way", encoding="ascii")
    publish(data_dir, source)
    assert "served uncompressed" in caplog.text
    assert css(get(browser(data_dir, source), "/static/css/site.css")) == RED


def test_publishing_leaves_the_checkout_alone_and_others_may_read_the_copy(
    source: Path, data_dir: Path
) -> None:
    before = sorted(source.rglob("*"))
    mask = os.umask(0o077)
    try:
        publish(data_dir, source)
    finally:
        os.umask(mask)
    assert sorted(source.rglob("*")) == before
    for path in [data_dir / "static", *(data_dir / "static").rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_pages_name_hashed_addresses_only(client: CheckingClient) -> None:
    for address in ("/", "/khong-co", "/dang-nhap"):
        page = client.get(address, expect=404 if address == "/khong-co" else 200)
        named = " ".join(STATIC_ADDRESS.findall(page.text)).split()
        assert len(named) >= 2
        for static in named:
            assert static.startswith(f"/static/{version()}/"), static
            assert get(client, static).status_code == 200
    # No address can be built for a host that is not trusted, and the page still has its looks.
    refused = client.get("/", headers={"Host": "evil.example"}, expect=400)
    assert f'href="/static/{version()}/css/site.css"' in refused.text


def test_every_static_file_that_a_template_names_exists() -> None:
    named = set()
    for template in (ROOT / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        named |= set(re.findall(r"""url_for\(["']static["'], filename=["']([^"']+)""", text))
        named |= set(re.findall(r"\{\{ static_url \}\}([^\"]+)", text))
        assert "/static/" not in text.replace("static/js/", ""), template
    assert len(named) > 15
    for name in named:
        path = SOURCE / name
        assert path.exists() or name.startswith("lib/"), name


def test_a_static_file_is_neither_counted_nor_asked_of_the_site(
    app: Flask, client: CheckingClient
) -> None:
    for address in (f"/static/{version()}/css/site.css", "/static/css/site.css", "/favicon.ico"):
        answer = client.get(address, headers={"Host": "evil.example", "User-Agent": "x"})
        answer.close()
        assert "Set-Cookie" not in answer.headers
    assert client.get("/static/css/khong-co.css", expect=404).mimetype == "text/html"
    assert [rule.build_only for rule in app.url_map.iter_rules("static")] == [True]
