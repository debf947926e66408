"""The media folder: how a file gets its name there, and how it leaves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from newsapp.media.names import renditions


class Refused(ValueError):
    """An upload that is not stored; ``reason`` is a short code that callers put into words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Stored:
    """A file in the media folder: path relative to it, bytes."""

    path: str
    size: int


def listed(media_dir: Path) -> Iterator[Stored]:
    """Every finished file in the media folder, in no order. Raises OSError."""
    for folder, folders, files in os.walk(media_dir):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            # Begun with a dot, it is an upload that is still being written.
            file = Path(folder, name)
            if not name.startswith(".") and not file.is_symlink():
                try:
                    size = file.stat().st_size
                except FileNotFoundError:
                    continue
                yield Stored(file.relative_to(media_dir).as_posix(), size)


def opened(path: str, media_dir: Path) -> IO[bytes]:
    """A stored file, to be read. Raises OSError."""
    return (media_dir / path).open("rb")


def write(data: bytes, target: Path) -> None:
    """Write ``data`` under that name, synced first; a file that is there already is left alone.

    Names come from the content, so that the same name never means other bytes.
    """
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".upload-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            settle(file.fileno())
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def settle(descriptor: int) -> None:
    """Bring an open file to the disk, readable for the web server."""
    os.fchmod(descriptor, 0o644)
    os.fsync(descriptor)


def remove(path: str, media_dir: Path) -> None:
    """Take a stored file away, with the renditions beside it. What is gone already is no error."""
    for name in (path, *(rendition.path for rendition in renditions(path))):
        (media_dir / name).unlink(missing_ok=True)
