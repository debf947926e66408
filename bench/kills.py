"""Everything is killed under saves and uploads: what was acknowledged must be there afterwards.

    python -m bench.kills --rounds 20

Three editors save articles and two send pictures, while a reader fetches the newest pictures; then
the master and all workers get SIGKILL. After each kill the database is looked at as it lies there,
the site is started again, every picture that it names or keeps is fetched and decoded, and
`newsapp check` has its say. Exits with 1 on anything that was lost or is not whole.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from newsapp.media.names import is_ours, renditions
from tests.live import ADMIN_PASSWORD, BIN, FIREFOX, ROOT, Server, serve
from tests.pages import fields_of, parse

NEW = "/bien-tap/bai-viet/moi"
LIBRARY = "/bien-tap/thu-vien"
EDGE = "kills-edge"
NO_ANSWER = (OSError, http.client.HTTPException)


class Editor:
    """A signed-in browser that saves articles and sends files."""

    def __init__(self, server: Server, password: str = ADMIN_PASSWORD) -> None:
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.opener.addheaders = [("User-Agent", FIREFOX)]
        sent = {"username": "admin", "password": password}
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
        except NO_ANSWER:
            return False

    def send_file(self, path: str, name: str, content: bytes) -> bytes:
        """Send a picture in the field ``name`` as the page's script does; the answer's body.
        Raises OSError and HTTPException where there was none."""
        disposition = f"--{EDGE}\r\nContent-Disposition: form-data; name="
        data = (
            f'{disposition}"csrf_token"\r\n\r\n{self.token}\r\n'
            f'{disposition}"{name}"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        ).encode()
        data += content + f"\r\n--{EDGE}--\r\n".encode()
        kind = {
            "Content-Type": f"multipart/form-data; boundary={EDGE}",
            "Accept": "application/json",
        }
        asked = urllib.request.Request(self.server.address + path, data, kind)  # noqa: S310 - http
        with self.opener.open(asked, timeout=30) as answer:
            return bytes(answer.read())

    def upload(self, content: bytes) -> str:
        """The address under which the media library keeps a picture, empty where it did not
        acknowledge it."""
        try:
            return str(json.loads(self.send_file(LIBRARY, "files", content))["location"])
        except NO_ANSWER:
            return ""


@dataclass
class Story:
    """What happened in all rounds so far."""

    titles: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)  # addresses that begin with /media/
    watched: int = 0
    served: int = 0
    orphans: int = 0
    drafts: int = 0
    problems: list[str] = field(default_factory=list)


def picture() -> bytes:
    """A PNG like no other, wide enough for one rendition."""
    noise = Image.frombytes("L", (60, 40), os.urandom(2400)).resize((600, 400))
    out = io.BytesIO()
    noise.convert("RGB").save(out, "PNG", compress_level=1)
    return out.getvalue()


def half(content: bytes) -> str:
    """What is wrong with a picture's bytes, empty where nothing is."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
    except (OSError, SyntaxError, UnidentifiedImageError) as error:
        return f"{len(content)} bytes that are no whole picture: {error}"
    return ""


def fetched(server: Server, address: str) -> bytes:
    with urllib.request.urlopen(server.address + address, timeout=30) as answer:  # noqa: S310 - http
        return bytes(answer.read())


def all_of(location: str) -> list[str]:
    """The addresses of a picture: its own, and those of the renditions that its name promises."""
    path = location.removeprefix("/media/")
    return [location, *(f"/media/{one.path}" for one in renditions(path))]


def work_until_killed(server: Server, number: int, story: Story) -> None:
    """Save and send until everything is killed."""
    editors = [Editor(server) for _ in range(5)]

    def write(name: int) -> None:
        count = 0
        while editors[name].save(title := f"Bài {number}-{name}-{count}"):
            story.titles.append(title)
            count += 1

    def draw(name: int) -> None:
        while location := editors[name].upload(picture()):
            story.pictures.append(location)

    def look() -> None:
        # What lies in the folder, too: nobody else knows of a file that is just being written.
        media = Path(server.environment["NEWSAPP_DATA_DIR"]) / "media"
        while server.process.poll() is None:
            for address in kept(media)[-4:]:
                try:
                    wrong = half(fetched(server, address))
                except NO_ANSWER:  # killed, or a rendition's picture is still under way
                    continue
                story.watched += 1
                if wrong:
                    story.problems.append(f"served under load, {address}: {wrong}")

    works: list[tuple[Callable[..., None], tuple[int, ...]]] = [(write, (n,)) for n in range(3)]
    works += [(draw, (3,)), (draw, (4,)), (look, ())]
    threads = [threading.Thread(target=work, args=given) for work, given in works]
    for thread in threads:
        thread.start()
    time.sleep(2 + number % 7 / 10)
    for pid in [server.process.pid, *server.workers()]:
        os.kill(pid, signal.SIGKILL)
    server.process.wait()
    for thread in threads:
        thread.join(40)


def kept(media: Path) -> list[str]:
    """The addresses of all files in the media folder, the newest last."""
    paths = [path for path in media.glob("*/*") if is_ours(f"{path.parent.name}/{path.name}")]
    timed = [(path.stat().st_mtime, path) for path in paths]
    return [f"/media/{path.parent.name}/{path.name}" for _at, path in sorted(timed)]


def look_at_the_database(data_dir: Path, story: Story) -> None:
    """As it lies there, before the site sees it again."""
    database = sqlite3.connect(data_dir / "site.db")
    there = {title for (title,) in database.execute("SELECT title FROM article")}
    rows = {f"/media/{path}" for (path,) in database.execute("SELECT path FROM media")}
    integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
    database.close()
    lost = [title for title in story.titles if title not in there]
    lost += [location for location in story.pictures if location not in rows]
    story.problems += [f"acknowledged, but not in the database: {one}" for one in lost]
    if integrity != "ok":
        story.problems.append(f"integrity: {integrity}")
    for location in sorted(rows):
        for address in all_of(location):
            if not (data_dir / address[1:]).is_file():
                story.problems.append(f"a row without its file: {address}")


def look_at_the_site(server: Server, story: Story) -> None:
    """Fetch every picture that the site keeps, and let it check itself."""
    data_dir = Path(server.environment["NEWSAPP_DATA_DIR"])
    named = {address for location in story.pictures for address in all_of(location)}
    for address in sorted(named | set(kept(data_dir / "media"))):
        try:
            wrong = half(fetched(server, address))
        except urllib.error.HTTPError as error:
            wrong = f"answered with {error.code}"
        story.served += 1
        if wrong:
            story.problems.append(f"served after a kill, {address}: {wrong}")
    done = subprocess.run(
        [BIN / "newsapp", "check"],
        env=server.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = done.stdout.splitlines()
    story.problems += [f"newsapp check: {line}" for line in found if not line.startswith("ok ")]
    if done.returncode and not story.problems:
        story.problems.append(f"newsapp check: {done.stderr.strip()}")
    orphans = [line for line in found if "files without a row" in line]
    story.orphans = int(orphans[0].split()[2]) if orphans else -1
    story.drafts = len(list((data_dir / "media").glob("*/.upload-*")))


def rounds(number: int) -> Story:
    """So many kills of one site, each looked at; the last start is only looked at."""
    story = Story()
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(number + 1):
            with serve(Path(folder), NEWSAPP_FLOOD_LIMIT="0") as server:
                if turn:
                    look_at_the_site(server, story)
                if turn < number:
                    work_until_killed(server, turn, story)
            look_at_the_database(Path(folder), story)
    return story


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    story = rounds(given.rounds)
    print(
        f"{given.rounds} rounds: {len(story.titles)} saves and {len(story.pictures)} pictures"
        f" acknowledged; {story.watched} pictures fetched under load, {story.served} after kills;"
        f" {story.orphans} files without a row, {story.drafts} unfinished; problems:"
        f" {len(story.problems)}"
    )
    for problem in story.problems[:20]:
        print(f"  {problem}")
    return 1 if story.problems or not story.titles or not story.pictures else 0


if __name__ == "__main__":
    sys.exit(main())
