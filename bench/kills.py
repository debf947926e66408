"""Everything is killed while articles are saved: what was acknowledged must be there afterwards.

python -m bench.kills --rounds 20
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from tests.live import ADMIN_PASSWORD, FIREFOX, Server, serve
from tests.pages import fields_of, parse

NEW = "/bien-tap/bai-viet/moi"


class Editor:
    """A signed-in browser that saves one article after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.opener.addheaders = [("User-Agent", FIREFOX)]
        sent = {"username": "admin", "password": ADMIN_PASSWORD}
        self.send("/dang-nhap", {**self.form("/dang-nhap"), **sent})
        self.token = self.form(NEW)["csrf_token"]

    def form(self, path: str) -> dict[str, str]:
        with self.opener.open(self.server.address + path, timeout=30) as answer:
            root = parse(answer.read().decode())
        return fields_of(next(form for form in root.iter("form") if form.get("method") == "post"))

    def send(self, path: str, fields: dict[str, str]) -> str:
        """The address that the answer led to. Raises OSError where there was no such answer."""
        data = urllib.parse.urlencode(fields).encode()
        with self.opener.open(self.server.address + path, data, timeout=30) as answer:
            return str(answer.geturl())

    def save(self, title: str) -> bool:
        """Whether the save was acknowledged."""
        fields = {"title": title, "body": f"<p>{title}</p>", "csrf_token": self.token}
        try:
            return not self.send(NEW, fields).endswith(NEW)
        except (OSError, http.client.HTTPException):
            return False


def one_round(data_dir: Path, number: int) -> list[str]:
    """Save until everything is killed; the titles that were acknowledged."""
    acknowledged: list[str] = []
    with serve(data_dir) as server:
        editors = [Editor(server) for _ in range(3)]

        def work(name: int, editor: Editor) -> None:
            count = 0
            while True:
                title = f"Bài {number}-{name}-{count}"
                if not editor.save(title):
                    return
                acknowledged.append(title)
                count += 1

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(editors)]
        for thread in threads:
            thread.start()
        time.sleep(1 + number % 7 / 10)
        for pid in [server.process.pid, *server.workers()]:
            os.kill(pid, signal.SIGKILL)
        for thread in threads:
            thread.join(40)
    return acknowledged


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        saved: list[str] = []
        for number in range(given.rounds):
            saved += one_round(data_dir, number)
        database = sqlite3.connect(data_dir / "site.db")
        there = {title for (title,) in database.execute("SELECT title FROM article")}
        integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
        database.close()
    lost = set(saved) - there
    print(f"{given.rounds} rounds, {len(saved)} saves acknowledged, {len(lost)} lost", end="; ")
    print(f"integrity: {integrity}")
    return 1 if lost or integrity != "ok" or not saved else 0


if __name__ == "__main__":
    sys.exit(main())
