"""A mixed load for some minutes: any error, growing memory or a lost file descriptor shows.

    python -m bench.soak --minutes 10

Readers on four connections, with and without cookies, ask for pages, searches and feeds; an editor
saves every two seconds and sends a picture every five. Exits with 1 on any error.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.kills import Editor
from tests.live import FIREFOX, ROOT, Server, serve

PATHS = ("/", "/tim-kiem?q=sach", "/lien-ket", "/rss.xml", "/sitemap.xml", "/tim-kiem?q=hoc")
PICTURE = ROOT / "docs" / "home.png"
SAMPLE_SECONDS = 5


@dataclass
class Tally:
    """What was answered; each thread has the lock for a moment."""

    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str) -> None:
        with self.lock:
            self.answers[what] += 1

    def errors(self) -> int:
        return sum(n for what, n in self.answers.items() if " 2" not in what and " 3" not in what)


def read(server: Server, tally: Tally, over: threading.Event, number: int) -> None:
    """One connection; every second reader keeps its cookie."""
    address = urllib.parse.urlsplit(server.address).netloc
    connection = http.client.HTTPConnection(address, timeout=30)
    headers = {"User-Agent": FIREFOX}
    turn = number
    while not over.is_set():
        path = PATHS[turn % len(PATHS)]
        turn += 1
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            cookie = answer.headers.get("Set-Cookie")
            if cookie and number % 2:
                headers["Cookie"] = cookie.partition(";")[0]
            tally.note(f"{path} {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            tally.note(f"{path} {type(error).__name__}")
        over.wait(0.05)


def save(editor: Editor, tally: Tally, over: threading.Event) -> None:
    number = 0
    while not over.wait(2):
        tally.note("save 303" if editor.save(f"Bài số {number}") else "save failed")
        number += 1


def upload(editor: Editor, tally: Tally, over: threading.Event) -> None:
    data = PICTURE.read_bytes()
    while not over.wait(5):
        try:
            editor.send_file("/bien-tap/hinh-anh", "file", data)
            tally.note("upload 200")
        except urllib.error.HTTPError as error:
            tally.note(f"upload HTTP-{error.code}")
        except (OSError, http.client.HTTPException) as error:
            tally.note(f"upload {type(error).__name__}")


def memory(pid: int) -> tuple[int, int]:
    """RSS and PSS in KiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    named = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return named["Rss"], named["Pss"]


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def slope(samples: list[tuple[float, int]]) -> float:
    """KiB a minute: least squares over the second half, when the caches are warm."""
    late = samples[len(samples) // 2 :]
    middle = sum(x for x, _ in late) / len(late)
    spread = sum((x - middle) ** 2 for x, _ in late)
    return 60 * sum((x - middle) * y for x, y in late) / spread if spread else 0.0


def quarters(opened: list[int]) -> list[int]:
    """The most in each quarter of the time."""
    size = max(1, len(opened) // 4)
    return [max(opened[at : at + size]) for at in range(0, size * 4, size) if opened[at:]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    given = parser.parse_args()
    tally, over = Tally(), threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), NEWSAPP_FLOOD_LIMIT="0") as server,
    ):
        editor = Editor(server)
        threads = [threading.Thread(target=read, args=(server, tally, over, n)) for n in range(4)]
        threads += [
            threading.Thread(target=work, args=(editor, tally, over)) for work in (save, upload)
        ]
        for thread in threads:
            thread.start()
        pids = server.workers()
        time.sleep(1)
        samples: dict[int, list[tuple[float, int, int]]] = {pid: [] for pid in pids}
        opened: dict[int, list[int]] = {pid: [] for pid in pids}
        start = time.monotonic()
        while (now := time.monotonic() - start) < given.minutes * 60:
            for pid in pids:
                samples[pid].append((now, *memory(pid)))
                opened[pid].append(descriptors(pid))
            time.sleep(SAMPLE_SECONDS)
        same = server.workers() == pids
        over.set()
        for thread in threads:
            thread.join()
    for what, count in sorted(tally.answers.items()):
        print(f"{count:7} {what}")
    print(f"{tally.answers.total()} requests, {tally.errors()} errors; same workers: {same}")
    for pid, seen in samples.items():
        rss = slope([(at, kib) for at, kib, _ in seen])
        pss = slope([(at, kib) for at, _, kib in seen])
        print(
            f"worker {pid}: RSS {seen[-1][1]} KiB, slope {rss:+.0f} KiB/min; PSS {seen[-1][2]} KiB,"
            f" slope {pss:+.0f} KiB/min; most descriptors by quarters {quarters(opened[pid])}"
        )
    return 1 if tally.errors() or not same else 0


if __name__ == "__main__":
    sys.exit(main())
