"""The site behind `deploy/nginx.conf`, as readers and editors meet it."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.behind import (
    HOST,
    Front,
    deployed,
    first_article,
    nginx,
    nginx_or_skip,
    views,
    write_configuration,
)
from tests.live import Server

PICTURE = "ab/0123456789abcdef0123-1600x900"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, Server]]:
    with deployed(tmp_path_factory.mktemp("deployed")) as running:
        running[1].newsapp("demo")
        yield running


@pytest.fixture
def front(site: tuple[Front, Server]) -> Front:
    return site[0]


@pytest.fixture
def media(front: Front) -> Path:
    folder = front.folder.parent / "data" / "media" / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_nginx_accepts_the_file(tmp_path: Path) -> None:
    program = nginx_or_skip()
    main = write_configuration(tmp_path, tmp_path, 8080, 8443)
    done = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-c", str(main)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


@pytest.mark.parametrize("asked", [HOST, "evil.example"])
def test_http_leads_to_the_name_that_was_configured(front: Front, asked: str) -> None:
    made = http.client.HTTPConnection("127.0.0.1", front.http_port)
    made.request("GET", "/tin/1?a=b", headers={"Host": asked})
    answer = made.getresponse()
    assert (answer.status, answer.msg["Location"]) == (301, f"https://{HOST}/tin/1?a=b")
    made.close()


def test_readers_get_pages_that_nobody_keeps(front: Front) -> None:
    got = front.get("/")
    assert got.status == 200
    assert "<h1" in got.text
    assert got.headers["Cache-Control"] == "private, no-cache"
    assert "Secure" in got.headers["Set-Cookie"]  # the site knows that it is served over TLS


def test_each_page_is_counted(site: tuple[Front, Server]) -> None:
    front, _server = site
    path = first_article(front)
    before = views(front, path)
    for _ in range(5):
        assert front.get(path).status == 200
    assert views(front, path, at_least=before + 5) == before + 5


def test_machines_get_packed_answers_also_while_the_site_is_away(tmp_path: Path) -> None:
    with deployed(tmp_path) as (front, server):
        server.newsapp("demo")
        packed = front.get("/rss.xml", Accept_Encoding="gzip")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert b"<rss" in gzip.decompress(packed.body)
        server.process.terminate()
        server.process.wait(40)
        front.socket.unlink()
        assert b"<rss" in front.get("/rss.xml").body
        page = front.get("/")
        assert (page.status, page.headers["Retry-After"]) == (503, "30")
        assert "Trang đang tạm nghỉ" in page.text
        sent = front.ask("POST", "/bien-tap/bai-viet/moi", b"title=x")
        assert (sent.status, "bài vẫn còn" in sent.text) == (503, True)


def test_static_files_come_from_the_disk_packed_and_for_ever(front: Front) -> None:
    folder = front.folder.parent / "data" / "static" / "0123456789ab" / "css"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.css").write_bytes(b"p {}")
    (folder / "site.css.gz").write_bytes(gzip.compress(b"p {} packed before"))
    assert front.get("/static/0123456789ab/css/site.css").body == b"p {}"
    got = front.get("/static/0123456789ab/css/site.css", Accept_Encoding="gzip")
    assert gzip.decompress(got.body) == b"p {} packed before"
    assert got.headers["Content-Type"] == "text/css; charset=utf-8"
    assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    for outside in ("../../secret_key", "%2e%2e/%2e%2e/secret_key", "..%2f..%2fsecret_key"):
        assert front.get(f"/static/0123456789ab/{outside}").status in {400, 404}


def test_pictures_come_from_the_disk_and_can_do_nothing(front: Front, media: Path) -> None:
    (media / f"{PICTURE[3:]}.480.webp").write_bytes(b"RIFF")
    got = front.get(f"/media/{PICTURE}.480.webp")
    assert (got.status, got.body) == (200, b"RIFF")
    assert got.headers["Content-Type"] == "image/webp"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].endswith("sandbox")


def test_nginx_says_of_a_picture_what_the_site_says_of_it(front: Front, media: Path) -> None:
    (media / f"{PICTURE[3:]}.jpg").write_bytes(b"JPEG")
    by_nginx = front.get(f"/media/{PICTURE}.jpg").headers
    straight = http.client.HTTPConnection(HOST)
    straight.sock = socket.socket(socket.AF_UNIX)
    straight.sock.connect(str(front.socket))
    straight.request("GET", f"/media/{PICTURE}.jpg", headers={"X-Forwarded-Proto": "https"})
    by_site = straight.getresponse().msg
    straight.close()
    assert by_site["Content-Type"] == "image/jpeg"
    of_the_file = {"Date", "ETag", "Last-Modified", "Expires", "Content-Disposition"}
    for name in set(by_site) - of_the_file - {"Server", "Connection"}:
        said = {part.strip() for part in by_site[name].split(",")}
        assert said == {part.strip() for part in (by_nginx[name] or "").split(",")}, name


def test_a_picture_that_is_gone_is_a_page_of_the_site(front: Front) -> None:
    got = front.get("/media/ab/99999999999999999999-16x9.jpg")
    assert got.status == 404
    assert 'class="problem"' in got.text


def test_documents_are_kept_under_the_sites_own_rules(front: Front, media: Path) -> None:
    (media / "0123456789abcdef0123.pdf").write_bytes(b"%PDF-1.7 %%EOF")
    got = front.get("/media/ab/0123456789abcdef0123.pdf")
    assert got.status == 200
    assert got.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["0123456789abcdef0123.html", "0123456789abcdef0123.svg", "x.jpg"])
def test_nothing_else_in_the_folder_is_served_from_the_disk(
    front: Front, media: Path, name: str
) -> None:
    (media / name).write_bytes(b"<script>alert(1)</script>")
    got = front.get(f"/media/ab/{name}")
    assert got.headers["X-Content-Type-Options"] == "nosniff" or got.status == 404
    assert "html" not in got.headers["Content-Type"] or got.status == 404


def test_readers_may_send_little_and_editors_what_the_site_takes(front: Front) -> None:
    refused = front.ask("POST", "/", b"x" * 20_000)
    assert refused.status == 413
    assert "Tệp quá lớn" in refused.text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    # Not signed in: the site has read all of it and answers with its own page.
    assert front.ask("POST", "/bien-tap/hinh-anh", b"x" * 20_000_000, form).status in {400, 401}
    assert (
        front.ask("POST", "/bien-tap/hinh-anh", b"", {"Content-Length": "40000000"}).status == 413
    )


def test_what_clients_say_of_themselves_is_replaced(tmp_path: Path) -> None:
    with nginx(tmp_path / "nginx", tmp_path) as front, echo(front.socket):
        got = front.get(
            "/",
            X_Forwarded_For="203.0.113.9",
            X_Forwarded_Proto="http",
            X_Forwarded_Host="evil.example",
            X_Forwarded_Port="1",
            X_Forwarded_Prefix="/evil",
            Forwarded="for=203.0.113.9",
            X_Real_IP="203.0.113.9",
            X_Request_ID="forged\tline",
        ).text.lower()
    assert "x-forwarded-for: 127.0.0.1\r\n" in got
    assert "x-forwarded-proto: https\r\n" in got
    assert f"x-forwarded-host: {HOST}\r\n" in got
    assert f"host: {HOST}\r\n" in got
    assert re.search(r"x-request-id: [0-9a-f]{32}\r\n", got)
    assert not re.search(r"203\.0|evil|forged|forwarded-p(ort|refix)|connection: keep", got)


def test_nginx_notes_no_address_and_no_words(front: Front) -> None:
    front.get("/tim-kiem?q=benh+nhan", X_Forwarded_For="198.51.100.7")
    log = front.folder / "newsapp.log"
    for _ in range(100):  # nginx notes what it has answered a moment after it
        if "/tim-kiem" in (noted := log.read_text()):
            break
        time.sleep(0.05)
    assert "/tim-kiem" in noted
    assert not re.search(r"127\.0\.0\.1|198\.51|benh|Firefox", noted)


@contextmanager
def echo(path: Path) -> Iterator[None]:
    """Something at the socket that answers with the request as it came."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        came, _ = listening.accept()
        with came:
            request = b""
            while b"\r\n\r\n" not in request:
                request += came.recv(65_536)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(request)}\r\n\r\n"
            came.sendall(head.encode() + request)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(5)
        listening.close()


def test_each_request_goes_to_the_site_once(tmp_path: Path) -> None:
    """The site dies of the second request, which it may have counted already."""
    came: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with client:
                while request := client.recv(65_536):
                    came.append(request)
                    if len(came) == 2:
                        break
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with nginx(tmp_path / "nginx", tmp_path) as front, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(front.socket))
        listening.listen()
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        made = front.connection()
        statuses = []
        for _ in range(2):
            made.request("GET", "/")
            answer = made.getresponse()
            answer.read()
            statuses.append(answer.status)
        made.close()
        assert (statuses, len(came)) == ([200, 503], 2)
