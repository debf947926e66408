"""The ledger: journals on this host's disk, and behind them the counters' database."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import URL

from newsapp.visits.books import Books
from newsapp.visits.complaints import Complaints
from newsapp.visits.folding import Folder
from newsapp.visits.fork import in_child
from newsapp.visits.journal import (
    RECORD_BYTES,
    ROTATE_BYTES,
    JournalWriter,
    NotWrittenError,
    Record,
    pack,
)
from newsapp.visits.store import LedgerUnavailableError, Store

FOLD_SECONDS = 1.0
# One process of a host is enough; a little less than a second, for clocks that are not the same.
_REST_SECONDS = 0.9
_MOST_WAITING = 100_000
_RETRIED_AT_ONCE = 1_000


class Ledger(Books):
    """Takes records at once and books them within a second or two; reads as `Books` does.

    `url` is the counters' database, a SQLite file or a PostgreSQL database that several hosts may
    share; `journal_dir` belongs to this host alone. `clock` gives seconds since the epoch, `zone`
    decides which day that is. Nothing is opened before it is needed, and forked children start
    afresh, so that one may be made before a server forks its workers.
    """

    def __init__(
        self,
        url: str | URL,
        journal_dir: Path,
        zone: ZoneInfo,
        clock: Callable[[], float] = time.time,
        *,
        rotate_bytes: int = ROTATE_BYTES,
    ) -> None:
        super().__init__(Store(url))
        self.journal_dir = journal_dir
        self.zone = zone
        self._clock = clock
        self._complaints = Complaints()
        self._writer = JournalWriter(journal_dir, rotate_bytes)
        self._folder = Folder(self._store, journal_dir, self._complaints)
        self._forget()
        in_child(self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def today(self) -> date:
        """Today in the site's time zone."""
        return datetime.fromtimestamp(self._clock(), self.zone).date()

    def append(self, records: Iterable[Record]) -> None:
        """Put records into the journal; see `write`."""
        self.write(b"".join(map(pack, records)))

    def write(self, data: bytes) -> None:
        """Put packed records into the journal; they survive this process from here on.

        Never raises and never waits for a database. What the disk refuses stays in memory, the
        newest 100,000 records of it, and is tried again every second.
        """
        try:
            self._writer.write(data)
        except NotWrittenError as error:
            refused = error.data
            self._waiting.extend(
                refused[start : start + RECORD_BYTES]
                for start in range(0, len(refused), RECORD_BYTES)
            )
            self._complaints.say("visits wait in memory", error.__cause__)

    def start(self) -> None:
        """Start folding in the background, once per process."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._stop.clear()
                thread = threading.Thread(target=self._run, name="newsapp-visits", daemon=True)
                try:
                    thread.start()
                    self._thread = thread
                except RuntimeError as error:
                    self._complaints.say("no thread for booking visits", error)

    def close(self) -> None:
        """Stop folding, give up the journal and the connections. What is unbooked stays on disk."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        if thread is not None:
            thread.join()
        self._retry()
        self._writer.close()
        self._store.close()

    def fold_now(self, wait_seconds: float = 10.0) -> int:
        """Book everything that the journals of this host hold; the number of records booked.

        Waits while another process folds, then folds what that left. Raises
        LedgerUnavailableError when the database or the journals cannot be used, or the wait was
        in vain; nothing is lost then.
        """
        self._retry()
        self._writer.tend()
        deadline = time.monotonic() + wait_seconds
        try:
            while (booked := self._folder.fold()) is None:
                if time.monotonic() > deadline:
                    raise LedgerUnavailableError("another process is folding and does not finish")
                time.sleep(0.02)
        except OSError as error:
            raise LedgerUnavailableError(str(error)) from error
        return booked

    def _run(self) -> None:
        while not self._stop.wait(FOLD_SECONDS):
            try:
                self._retry()
                self._writer.tend()
                self._folder.fold(_REST_SECONDS)
            except Exception as error:  # whatever it is, the thread must outlive it
                self._complaints.say("visits wait in the journal", error)

    def _retry(self) -> None:
        """Try once more to write what the disk refused."""
        while waiting := len(self._waiting):
            records: list[bytes] = []
            with contextlib.suppress(IndexError):
                while len(records) < _RETRIED_AT_ONCE:
                    records.append(self._waiting.popleft())
            self.write(b"".join(records))
            if len(self._waiting) >= waiting:
                return
