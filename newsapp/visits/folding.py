"""Books what the journals hold into the daily rows, every record exactly once.

The sums and each journal's offset change in one transaction, and only if the offset is still the
one that was read: a process killed in the middle leaves nothing half done, and of two that fold
the same journal one wins and the other starts again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from newsapp.visits.complaints import Complaints
from newsapp.visits.journal import (
    RECORD_BYTES,
    JournalFile,
    Record,
    folder_lock,
    journal_files,
    records_in,
)
from newsapp.visits.store import LedgerUnavailableError, Store, add, insert_for
from newsapp.visits.tables import article_day, excluded_day, journal, print_day, site_day

_FILES_AT_ONCE = 100
_BYTES_AT_ONCE = 4_000_000
_KEEP_CLOSED = timedelta(days=7)

# Made once: they run each second.
_KNOWN = select(journal).where(journal.c.name.in_(bindparam("names", expanding=True)))
_MOVE = (
    journal.update()
    .where(journal.c.name == bindparam("read_name"))
    .where(journal.c.offset == bindparam("read_offset"))
    .where(journal.c.closed.is_(None))
    .returning(journal.c.name)
)


class Folder:
    """Folds the journals of one directory. Raises LedgerUnavailableError, and OSError."""

    def __init__(self, store: Store, directory: Path, complaints: Complaints) -> None:
        self._store = store
        self._directory = directory
        self._complaints = complaints
        self._booked: dict[str, int] = {}
        self._generation = 0

    def fold(self, rest_seconds: float = 0) -> int | None:
        """Book everything there is; the number of records booked, None if another process folds or
        did in the last `rest_seconds`.

        What is written meanwhile waits for the next time: on a busy site there is always more.
        """
        total, more = 0, True
        with folder_lock(self._directory, rest_seconds) as ours:
            if not ours:
                return None
            while more:
                booked, more = self._fold_some()
                total += booked
        return total

    def _fold_some(self) -> tuple[int, bool]:
        """One transaction's worth: how many records were booked, and whether some were left."""
        files = journal_files(self._directory)
        generation = self._store.generation()
        if generation != self._generation:
            self._booked, self._generation = {}, generation
        self._booked = {file.name: self._booked.get(file.name, -1) for file in files}
        fresh = [file for file in files if file.dead or self._booked[file.name] != file.whole]
        if not fresh:
            return 0, False
        left_out = len(fresh) > _FILES_AT_ONCE
        fresh = fresh[:_FILES_AT_ONCE]
        today = datetime.now(UTC).date()
        with self._store.write() as connection:
            steps = self._steps(connection, fresh)
            sums = _Sums()
            for step in steps:
                if step.moves:
                    _advance(connection, step, today)
                    sums.take(step.data)
            sums.book(connection)
            if any(step.done for step in steps):
                connection.execute(journal.delete().where(journal.c.closed < today - _KEEP_CLOSED))
        if sums.damaged:
            self._complaints.say(f"skipped {sums.damaged} damaged records in the journal")
        self._booked.update((step.file.name, step.end) for step in steps)
        for step in steps:
            if step.done:
                step.file.path.unlink(missing_ok=True)
        more = left_out or any(not step.closed and step.end < step.file.whole for step in steps)
        return sum(len(step.data) for step in steps) // RECORD_BYTES, more

    def _steps(self, connection: Connection, files: list[JournalFile]) -> list[_Step]:
        rows = connection.execute(_KNOWN, {"names": [file.name for file in files]})
        known = {row.name: row for row in rows}
        budget = _BYTES_AT_ONCE
        steps = []
        for file in files:
            row = known.get(file.name)
            start = row.offset if row else 0
            closed = row is not None and row.closed is not None
            data = b"" if closed else file.read(start, budget)
            budget -= len(data)
            steps.append(_Step(file, start, data, known=row is not None, closed=closed))
        return steps


@dataclass(frozen=True, slots=True)
class _Step:
    """How far one journal is taken in one transaction."""

    file: JournalFile
    start: int
    data: bytes
    known: bool
    closed: bool

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    @property
    def done(self) -> bool:
        """Nothing in the file is left to book, and nothing will ever come to it."""
        return self.file.dead and (self.closed or self.end >= self.file.whole)

    @property
    def moves(self) -> bool:
        return not self.closed and (bool(self.data) or self.done)


def _advance(connection: Connection, step: _Step, today: date) -> None:
    """Move a journal's offset from where it was read, or fail: somebody else has booked it."""
    values = {"offset": step.end, "closed": today if step.done else None}
    if step.known:
        read = {"read_name": step.file.name, "read_offset": step.start}
        moved = connection.execute(_MOVE, read | values)
    else:
        new = insert_for(connection)(journal).on_conflict_do_nothing().returning(journal.c.name)
        moved = connection.execute(new, {"name": step.file.name, **values})
    if moved.first() is None:
        raise LedgerUnavailableError(f"journal {step.file.name} is being folded by another process")


@dataclass(slots=True)
class _Sums:
    """What the records of several journals come to, by the rows that they belong to."""

    visits: Counter[int] = field(default_factory=Counter)
    views: Counter[tuple[int, int]] = field(default_factory=Counter)
    prints: Counter[tuple[int, int]] = field(default_factory=Counter)
    excluded: Counter[tuple[int, str]] = field(default_factory=Counter)
    damaged: int = 0

    def take(self, data: bytes) -> None:
        for record, times in records_in(data):
            if record is None:
                self.damaged += times
            else:
                self._take(record, times)

    def _take(self, record: Record, times: int) -> None:
        if record.reason is not None:
            self.excluded[record.day, record.reason.value] += times
        hit = record.hit
        if hit is None:
            return
        if hit.visit:
            self.visits[record.day] += times
        if record.article_id is not None:
            if hit.view:
                self.views[record.article_id, record.day] += times
            if hit.printed:
                self.prints[record.article_id, record.day] += times

    def book(self, connection: Connection) -> None:
        """Add the sums to the rows, in one order everywhere: hosts must not lock each other out."""
        day = date.fromordinal
        add(
            connection,
            site_day,
            "visits",
            [{"day": day(key), "visits": count} for key, count in sorted(self.visits.items())],
        )
        for table, column, sums in (
            (article_day, "views", self.views),
            (print_day, "prints", self.prints),
        ):
            add(
                connection,
                table,
                column,
                [
                    {"article_id": article_id, "day": day(key), column: count}
                    for (article_id, key), count in sorted(sums.items())
                ],
            )
        add(connection, excluded_day, "count", list(_excluded_rows(self.excluded.items())))


def _excluded_rows(
    items: Iterable[tuple[tuple[int, str], int]],
) -> Iterable[dict[str, object]]:
    for (key, reason), count in sorted(items):
        yield {"day": date.fromordinal(key), "reason": reason, "count": count}
