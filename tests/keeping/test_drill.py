"""The drill: a backup of the real site under load, restored elsewhere, is whole and loses nothing."""

from __future__ import annotations

import http.client
import io
import os
import re
import subprocess
import threading
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from PIL import Image

from newsapp.keeping import archive, databases
from tests.conftest import Databases
from tests.live import ADMIN_PASSWORD, BIN, FIREFOX, ROOT, Server, serve

SAVES = 25


class Editor:
    """A browser of the newsroom, signed in."""

    def __init__(self, server: Server) -> None:
        self._address = server.address
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self.post("/dang-nhap", "/dang-nhap", username="admin", password=ADMIN_PASSWORD)

    def get(self, path: str) -> str:
        with self._opener.open(self._address + path, timeout=60) as answer:
            return str(answer.read().decode())

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert found
        return found[1]

    def post(self, form: str, path: str, **fields: str) -> str:
        data = urllib.parse.urlencode({"csrf_token": self.token(form), **fields}).encode()
        with self._opener.open(self._address + path, data, timeout=60) as answer:
            return str(answer.geturl())

    def upload(self, number: int) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (600, 400), (number * 9 % 256, 40, 90)).save(picture, "JPEG")
        mark = uuid.uuid4().hex
        body = (
            f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
            f"{self.token('/bien-tap/bai/moi')}\r\n--{mark}\r\nContent-Disposition: form-data;"
            f' name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        ).encode() + picture.getvalue()
        request = urllib.request.Request(
            f"{self._address}/bien-tap/hinh/tai-len",
            body + f"\r\n--{mark}--\r\n".encode(),
            {"Content-Type": f"multipart/form-data; boundary={mark}"},
        )
        with self._opener.open(request, timeout=60) as answer:
            assert answer.status in {200, 201}


class Load:
    """Writes, uploads and reads until it is told to stop, and knows what was acknowledged."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.editor = Editor(server)
        self.titles: list[str] = []
        self.reads = 0
        self.failures: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(deed,))
            for deed in (self.write, self.upload, self.read)
        ]
        self._pictures = 0

    def write(self) -> None:
        title = f"Tin số {len(self.titles)} {uuid.uuid4().hex[:8]}"
        self.editor.post(
            "/bien-tap/bai/moi", "/bien-tap/bai/moi", title=title, body="<p>Một đoạn.</p>", step="keep"
        )
        self.titles.append(title)

    def upload(self) -> None:
        self._pictures += 1
        self.editor.upload(self._pictures)

    def read(self) -> None:
        where = self.server.address.removeprefix("http://")
        connection = http.client.HTTPConnection(where, timeout=60)
        connection.request("GET", "/", headers={"User-Agent": FIREFOX})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200
        self.reads += 1

    def _repeat(self, deed: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                deed()
            except BaseException as error:
                self.failures.append(error)
                return

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
