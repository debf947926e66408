"""The drill: a backup of the real site under load, restored elsewhere, is whole and loses nothing."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import re
import subprocess
import threading
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path

from PIL import Image
from sqlalchemy import text
from sqlalchemy.engine import URL

from newsapp.keeping import archive
from newsapp.keeping.databases import facts, opened
from tests.conftest import Databases
from tests.live import ADMIN_PASSWORD, BIN, FIREFOX, ROOT, Server, serve

NEW = "/bien-tap/bai-viet/moi"


class Editor:
    """A browser of the newsroom, signed in; may be used by several threads."""

    def __init__(self, server: Server) -> None:
        self._address = server.address
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self._token = self._fresh_token("/dang-nhap")
        self.post("/dang-nhap", username="admin", password=ADMIN_PASSWORD)
        self._token = self._fresh_token(NEW)

    def _fresh_token(self, path: str) -> str:
        with self._opener.open(self._address + path, timeout=60) as answer:
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
        assert found
        return found[1]

    def post(self, path: str, **fields: str) -> None:
        data = urllib.parse.urlencode({"csrf_token": self._token, **fields}).encode()
        with self._opener.open(self._address + path, data, timeout=60) as answer:
            assert answer.geturl() != self._address + path, "the form came back"

    def upload(self, picture: bytes) -> str:
        mark = uuid.uuid4().hex
        head = 'Content-Disposition: form-data; name="file"; filename="a.jpg"'
        request = urllib.request.Request(
            f"{self._address}/bien-tap/hinh-anh",
            f"--{mark}\r\n{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
            + picture
            + f"\r\n--{mark}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={mark}",
                "X-CSRFToken": self._token,
            },
        )
        with self._opener.open(request, timeout=60) as answer:
            return str(json.load(answer)["location"])


class Load:
    """Writes, uploads and reads until the block ends, and knows what was acknowledged."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._editor = Editor(server)
        self.titles: list[str] = []
        self.pictures: list[str] = []
        self.reads = 0
        self.failures: list[Exception] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(deed,))
            for deed in (self.write, self.upload, self.read)
        ]

    def write(self) -> None:
        title = f"Tin số {len(self.titles)}"
        self._editor.post(NEW, title=title, body="<p>Một đoạn.</p>", step="keep")
        self.titles.append(title)

    def upload(self) -> None:
        picture = io.BytesIO()
        colour = (len(self.pictures) * 5 % 256, 40, 90)
        Image.new("RGB", (600, 400), colour).save(picture, "JPEG")
        self.pictures.append(self._editor.upload(picture.getvalue()))

    def read(self) -> None:
        connection = http.client.HTTPConnection(
            self._server.address.removeprefix("http://"), timeout=60
        )
        connection.request("GET", "/", headers={"User-Agent": FIREFOX})
        assert connection.getresponse().status == 200
        connection.close()
        self.reads += 1

    def _repeat(self, deed: Callable[[], None]) -> None:
        while not self._stop.is_set() and not self.failures:
            try:
                deed()
            except Exception as error:
                self.failures.append(error)

    def wait_for(self, number: int) -> None:
        while not self.failures and (
            min(len(self.titles), len(self.pictures), self.reads) < number
        ):
            time.sleep(0.02)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def newsapp(url: URL, data_dir: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "NEWSAPP_DATA_DIR": str(data_dir),
        "NEWSAPP_DATABASE_URL": url.render_as_string(hide_password=False),
    }
    return subprocess.run(
        [BIN / "newsapp", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_backup_under_load_is_whole_elsewhere(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "b.tar"
    here.mkdir()
    there.mkdir()
    url = databases.empty(backend, here).render_as_string(hide_password=False)
    with serve(here, NEWSAPP_DATABASE_URL=url, NEWSAPP_FLOOD_LIMIT="0") as server:
        with Load(server) as load:
            load.wait_for(5)
            titles, pictures, reads = list(load.titles), list(load.pictures), load.reads
            server.newsapp("backup", str(file))
            reads_after = load.reads
            load.wait_for(min(len(load.titles), len(load.pictures), load.reads) + 2)
        assert load.failures == []
    manifest = archive.unpack(file, None)
    counts = manifest.counts

    data = bytearray(file.read_bytes())
    data[data.index(b"\xff\xd8\xff") + 100] ^= 1  # within the first photograph
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(data)
    empty = databases.empty(backend, there)
    refused = newsapp(empty, there, "restore", damaged)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1), refused.stderr
    assert re.search(r"media/\S+\.jpg is not as it was written", refused.stderr)

    done = newsapp(empty, there, "restore", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "problem" not in done.stdout
    with opened(empty) as connection:
        found = facts(connection).counts
        kept = set(connection.execute(text("SELECT title FROM article")).scalars())
    same = counts.keys() - {"journal", "site_day", "excluded_day", "article_day"}
    assert {name: counts[name] for name in same & found.keys()} == {
        name: found[name] for name in same & found.keys()
    }
    assert set(titles) <= kept
    assert counts["article"] == len(kept)
    for address in pictures:
        assert f"media/{address.removeprefix('/media/')}" in manifest.files
    for name, entry in manifest.files.items():
        if name.startswith("media/"):
            assert hashlib.sha256((there / name).read_bytes()).hexdigest() == entry.sha256
    counted = re.search(r"counters of the site: (\d+) = ", done.stdout)
    assert counted
    # A read whose answer was still on its way is counted too.
    assert reads <= int(counted[1]) <= reads_after + 1
    print(
        f"\n{backend}: {len(titles)} articles, {len(pictures)} pictures and {reads} reads before,"
        f" {len(load.titles)}, {len(load.pictures)} and {load.reads} at the end; restored"
        f" {len(kept)} articles and {counted[1]} visits"
    )
