"""Where uploaded files are kept: a small interface, and the folder on a disk behind it.

The folder may lie in the data directory or on a share that several hosts mount; ``s3`` holds the
other way, a bucket. Paths are those of ``names``: relative, made from the content, so that the
same path never means other bytes and every host may write it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from newsapp.media import names

_CHUNK = 256 * 1024
_DRAFT = ".upload-"
# No upload takes that long: who wrote it was killed.
_DRAFT_SECONDS_MAX = 24 * 3600


class Refused(ValueError):
    """An upload that is not stored; ``reason`` is a short code that callers put into words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StorageAway(OSError):
    """The storage cannot be used now: it does not answer, is full, or lets nobody in."""


@dataclass(frozen=True)
class Opened:
    """A stored file, opened: ``file`` is read piece by piece and can be sought in; the caller
    closes it. ``size`` in bytes."""

    file: IO[bytes]
    size: int


@dataclass(frozen=True)
class Kept:
    """A file that is kept: its path and its bytes."""

    path: str
    size: int


class Storage(Protocol):
    """What the site asks of the place where files are kept. All of it raises StorageAway."""

    def write(self, path: str, file: IO[bytes]) -> None:
        """Keep what ``file`` holds, from its beginning, under that path.

        Safe from a crash of this machine when it returns, whole or not there at all. What is
        there already is left alone.
        """

    def exists(self, path: str) -> bool: ...

    def open(self, path: str) -> Opened:
        """Raises FileNotFoundError for a path under which nothing is kept."""

    def remove(self, path: str) -> None:
        """What is gone already is no error."""

    def listed(self) -> Iterator[Kept]:
        """Everything that is kept, in no order."""


def remove(path: str, storage: Storage) -> None:
    """Take a stored file away, with the renditions beside it. Raises StorageAway."""
    for name in (path, *(rendition.path for rendition in names.renditions(path))):
        storage.remove(name)


@dataclass(frozen=True)
class Folder:
    """Files in a folder, which must be there: a share that is not mounted must not be mistaken
    for an empty one, nor written under."""

    root: Path

    def write(self, path: str, file: IO[bytes]) -> None:
        target = self._place(path)
        with self._asked():
            if target.exists():
                return
            target.parent.mkdir(exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=target.parent, prefix=_DRAFT)
            try:
                with os.fdopen(handle, "wb") as written:
                    file.seek(0)
                    shutil.copyfileobj(file, written, _CHUNK)
                    written.flush()
                    # The web server in front may read the folder itself.
                    os.fchmod(written.fileno(), 0o644)
                    os.fsync(written.fileno())
                Path(draft).replace(target)
            except OSError:
                Path(draft).unlink(missing_ok=True)
                raise
            _settle(target.parent)
            _tidy(target.parent)

    def exists(self, path: str) -> bool:
        with self._asked():
            return names.is_ours(path) and self._place(path).exists()

    def open(self, path: str) -> Opened:
        with self._asked():
            file = self._place(path).open("rb")
            return Opened(file, os.fstat(file.fileno()).st_size)

    def remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError), self._asked():
            self._place(path).unlink()

    def listed(self) -> Iterator[Kept]:
        with self._asked():
            for folder in self.root.iterdir():
                for place in folder.iterdir() if folder.is_dir() else ():
                    path = f"{folder.name}/{place.name}"
                    # What is removed while we look is not there.
                    with contextlib.suppress(FileNotFoundError):
                        if names.is_ours(path):
                            yield Kept(path, place.stat().st_size)

    def _place(self, path: str) -> Path:
        if not names.is_ours(path):
            raise FileNotFoundError(path)
        return self.root / path

    @contextlib.contextmanager
    def _asked(self) -> Iterator[None]:
        """Only what is missing from a folder that is there counts as missing."""
        try:
            yield
        except FileNotFoundError as error:
            if self.root.is_dir():
                raise
            raise StorageAway(f"the media folder {self.root} is not there") from error
        except OSError as error:
            raise StorageAway(f"the media folder {self.root}: {error.strerror}") from error


def _tidy(folder: Path) -> None:
    """Drop what uploads that were killed have left in a folder."""
    for draft in folder.glob(f"{_DRAFT}*"):
        # Another host may tidy as well, and the new file is kept whatever becomes of the old.
        with contextlib.suppress(OSError):
            if draft.stat().st_mtime < time.time() - _DRAFT_SECONDS_MAX:
                draft.unlink()


def _settle(folder: Path) -> None:
    """Bring the names in a folder to the disk: a synced file without its name is lost as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some kinds of share can sync files only.
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
