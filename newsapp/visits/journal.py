"""The journal: what was counted, on disk before the reader gets the page.

Each process appends to files of its own in the journal directory, one `write` of one fixed-size
record per page, so that a process killed at any moment leaves whole records behind it. The owner
holds a lock on its file for as long as it lives; a file whose lock can be had has no owner any
more. File names are random: hosts that share a database never collide.

What is written survives the death of every process; like the pages of the system's file cache, up
to a second of it may be lost when the machine itself loses power.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import struct
import time
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from newsapp.visits.fork import in_child
from newsapp.visits.rules import Hit, Reason

SUFFIX = ".log"
ROTATE_BYTES = 1_000_000


class Record(NamedTuple):
    """One public page: counted (`hit`), or set aside for a reason (`reason`).

    `day` is the proleptic ordinal (`date.toordinal`) of the day in the site's time zone at the
    time of the hit, so that folding it later books it on the right day.
    """

    day: int
    article_id: int | None = None
    hit: Hit | None = None
    reason: Reason | None = None


# magic, what was hit, reason, day, article; then the checksum of these
_BODY = struct.Struct("<2sBBIQ")
_CHECKSUM = struct.Struct("<I")
_MAGIC = b"v1"
RECORD_BYTES = _BODY.size + _CHECKSUM.size
_WHOLE = struct.Struct(f"{RECORD_BYTES}s")

# The position of a reason is stored: add at the end only.
_REASONS = (
    None,
    Reason.HEAD,
    Reason.PREFETCH,
    Reason.STAFF,
    Reason.EMPTY_AGENT,
    Reason.BOT,
    Reason.FLOOD,
)
_VISIT, _VIEW, _PRINT = 1, 2, 4
_NO_HIT = Hit(visit=False, view=False, printed=False)
_LAST_DAY = 3_652_059  # 31 December 9999


def pack(record: Record) -> bytes:
    """The record as `RECORD_BYTES` bytes."""
    hit = record.hit or _NO_HIT
    body = _BODY.pack(
        _MAGIC,
        hit.visit * _VISIT | hit.view * _VIEW | hit.printed * _PRINT,
        _REASONS.index(record.reason),
        record.day,
        record.article_id or 0,
    )
    return body + _CHECKSUM.pack(zlib.crc32(body))


def unpack(data: bytes) -> Record | None:
    """The record in `RECORD_BYTES` bytes, None if they are no record."""
    body = data[: _BODY.size]
    magic, hit, reason, day, article_id = _BODY.unpack(body)
    if magic != _MAGIC or _CHECKSUM.unpack(data[_BODY.size :]) != (zlib.crc32(body),):
        return None
    if reason >= len(_REASONS) or not 1 <= day <= _LAST_DAY or article_id >= 1 << 63:
        return None
    what = Hit(visit=bool(hit & _VISIT), view=bool(hit & _VIEW), printed=bool(hit & _PRINT))
    return Record(day, article_id or None, what if hit else None, _REASONS[reason])


class JournalWriter:
    """This process's own journal files: as many as its threads ever wrote at the same moment.

    A thread takes a file that nobody uses, writes, and puts it back. No lock is held over the
    write: a thread that waits for the interpreter after its write would make all others wait too.
    """

    def __init__(self, directory: Path, rotate_bytes: int = ROTATE_BYTES) -> None:
        self._directory = directory
        self._rotate_bytes = rotate_bytes
        self._idle: deque[_OwnFile] = deque()
        in_child(self._abandon)

    def _abandon(self) -> None:
        """In a forked child: the files are the parent's, and closing our copies keeps its locks."""
        self.close()

    def write(self, data: bytes) -> None:
        """Write packed records, all or a whole number of them, and return when they are in a file.

        Raises `NotWrittenError`, with the records that are not in a file, when the disk refuses.
        """
        try:
            file = self._idle.pop()
        except IndexError:
            file = self._new_file(data)
        written, whole = 0, True
        try:
            written = os.write(file.number, data)
            while written < len(data):
                written += os.write(file.number, data[written:])
        except OSError as error:
            written -= written % RECORD_BYTES
            whole = file.cut(file.size + written)
            raise NotWrittenError(data[written:]) from error
        finally:
            file.size += written
            if whole and file.size < self._rotate_bytes:
                self._idle.append(file)
            else:
                file.close()

    def _new_file(self, data: bytes) -> _OwnFile:
        try:
            return _OwnFile.make(self._directory)
        except OSError as error:
            raise NotWrittenError(data) from error

    def tend(self) -> None:
        """Give up idle files that were deleted under our hands."""
        for _ in range(len(self._idle)):
            try:
                file = self._idle.popleft()
            except IndexError:
                return
            if os.fstat(file.number).st_nlink:
                self._idle.append(file)
            else:
                file.close()

    def close(self) -> None:
        """Give the idle files up; whoever folds next takes them over. The next record opens one."""
        while self._idle:
            self._idle.pop().close()


@dataclass(slots=True)
class _OwnFile:
    """An open journal of this process. `size` is that of its whole records."""

    number: int
    size: int = 0

    @classmethod
    def make(cls, directory: Path) -> _OwnFile:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{secrets.token_hex(12)}{SUFFIX}"
        # Locked before it bears its name: nobody may take the new file for a dead owner's.
        unnamed = path.with_suffix(".new")
        number = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_RDWR, 0o640)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unnamed.rename(path)
        except OSError:
            os.close(number)
            unnamed.unlink(missing_ok=True)
            raise
        return cls(number)

    def cut(self, size: int) -> bool:
        """Take a torn record off the end; False where even that fails: never write here again."""
        try:
            os.ftruncate(self.number, size)
        except OSError:
            return False
        return True

    def close(self) -> None:
        os.close(self.number)


class NotWrittenError(OSError):
    """The disk refused; `data` are the packed records that are not in the journal."""

    def __init__(self, data: bytes) -> None:
        super().__init__(errno.EIO, "visits could not be written to the journal")
        self.data = data


@dataclass(frozen=True, slots=True)
class JournalFile:
    """A journal as somebody who folds finds it. `dead`: no owner will ever append to it again."""

    path: Path
    size: int
    dead: bool

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def whole(self) -> int:
        """Bytes of whole records; a torn one at the end was never acknowledged to a reader."""
        return self.size - self.size % RECORD_BYTES

    def read(self, offset: int, most: int) -> bytes:
        """Whole records from `offset` on, at most `most` bytes."""
        length = min(self.whole - offset, most - most % RECORD_BYTES)
        with self.path.open("rb") as file:
            file.seek(offset)
            data = file.read(max(length, 0))
        return data[: len(data) - len(data) % RECORD_BYTES]


def journal_files(directory: Path) -> list[JournalFile]:
    """All journals of this host, in the order of their names. Raises OSError."""
    found = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            # The lock first, the size after: a dead journal's size is final.
            dead = _try_lock(file.fileno())
            found.append(JournalFile(path, os.fstat(file.fileno()).st_size, dead))
    return found


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def records_in(data: bytes) -> Iterator[tuple[Record | None, int]]:
    """The different records in whole-record bytes, None for one that is damaged, and how often
    each stands there: what many read makes equal records, and only one of them is unpacked."""
    for (record,), times in Counter(_WHOLE.iter_unpack(data)).items():
        yield unpack(record), times


@contextlib.contextmanager
def folder_lock(directory: Path, rest_seconds: float = 0) -> Iterator[bool]:
    """Whether we are the one who folds this host's journals now, and nobody did so to the end in
    the last `rest_seconds`; never waits. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    file = os.open(directory / "fold.lock", os.O_CREAT | os.O_RDWR, 0o640)
    try:
        ours = _try_lock(file) and not _is_younger(os.fstat(file), rest_seconds)
        yield ours
        if ours:
            with contextlib.suppress(OSError):  # the others fold too, then
                os.pwrite(file, b"\n", 0)
    finally:
        os.close(file)


def _is_younger(lock: os.stat_result, seconds: float) -> bool:
    """Whether the lock was written to so lately; a new one is empty, and never was."""
    return lock.st_size > 0 and 0 <= time.time() - lock.st_mtime < seconds
