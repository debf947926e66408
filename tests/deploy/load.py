"""Readers in a hurry and clients that take their time, through nginx."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.deploy.behind import HOST, Front
from tests.live import FIREFOX

_SLOW_HEADER = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode()
_SLOW_BODY = (
    f"POST /bien-tap/hinh-anh HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: {FIREFOX}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n"
).encode()


@dataclass
class Tally:
    """What several readers saw: answers by status, 0 for none, and the slowest in seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    slowest: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, status: int, seconds: float) -> None:
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.slowest = max(self.slowest, seconds)

    @property
    def good(self) -> int:
        return self.statuses.get(200, 0)

    @property
    def bad(self) -> int:
        return sum(self.statuses.values()) - self.good


@contextmanager
def readers(front: Front, path: str, number: int = 8) -> Iterator[Tally]:
    """So many readers who fetch ``path`` one time after the other, each time as a new browser,
    until the block ends; the last answers are waited for."""
    tally, stop = Tally(), threading.Event()

    def read() -> None:
        made = front.connection()
        while not stop.is_set():
            started = time.monotonic()
            try:
                made.request("GET", path, headers={"User-Agent": FIREFOX})
                answer = made.getresponse()
                whole = answer.read()
                status = answer.status if whole else 0
            except (OSError, http.client.HTTPException):
                status = 0
                made.close()
                made = front.connection()
            else:
                if answer.will_close:
                    made.close()
                    made = front.connection()
            tally.note(status, time.monotonic() - started)
        made.close()

    threads = [threading.Thread(target=read, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


@dataclass
class Dawdlers:
    """Clients that never finish. A connection that is closed on them is opened anew."""

    front: Front
    headers: int
    bodies: int
    opened: int = 0
    _open: list[ssl.SSLSocket | None] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def _source(self, index: int) -> str:
        # Ten to an address, as behind ten thousand different modems.
        return f"127.0.0.{2 + index // 10}"

    def _begin(self, index: int) -> ssl.SSLSocket | None:
        try:
            made = self.front.connect(10, self._source(index))
            made.sendall(_SLOW_HEADER if index < self.headers else _SLOW_BODY)
        except OSError:
            return None
        self.opened += 1
        return made

    def _go_on(self, begun: ssl.SSLSocket) -> ssl.SSLSocket | None:
        """Send one byte more; None where nginx has had enough."""
        try:
            begun.sendall(b"x")
            begun.settimeout(0.0)
            answered = begun.recv(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            begun.settimeout(10)
            return begun
        except OSError:
            answered = b""
        begun.close()
        return None if answered == b"" or answered else begun

    def run(self) -> None:
        self._open = [self._begin(index) for index in range(self.headers + self.bodies)]
        while not self._stop.wait(2):
            for index, begun in enumerate(self._open):
                kept = self._go_on(begun) if begun is not None else None
                self._open[index] = kept or self._begin(index)

    def held(self) -> int:
        """How many are on the line at this moment."""
        return sum(begun is not None for begun in self._open)

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def dawdling(front: Front, headers: int, bodies: int) -> Iterator[Dawdlers]:
    """Hold so many unfinished headers and bodies until the block ends."""
    crowd = Dawdlers(front, headers, bodies)
    thread = threading.Thread(target=crowd.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while crowd.held() < headers + bodies:
        assert time.monotonic() < deadline, "not all of them came in"
        time.sleep(0.1)
    try:
        yield crowd
    finally:
        crowd.stop()
        thread.join(60)
        for begun in crowd._open:
            if begun is not None:
                begun.close()


def probe(front: Front, path: str, seconds: float) -> Tally:
    """One reader a second, each on a connection of its own."""
    tally = Tally()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.monotonic()
        try:
            status = front.get(path).status
        except (OSError, http.client.HTTPException):
            status = 0
        took = time.monotonic() - started
        tally.note(status, took)
        time.sleep(max(0.0, 1 - took))
    return tally
