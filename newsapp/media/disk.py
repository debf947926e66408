"""The media folder: how a file gets its name there, and how it leaves."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from newsapp.media.names import renditions


class Refused(ValueError):
    """An upload that is not stored; ``reason`` is a short code that callers put into words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
