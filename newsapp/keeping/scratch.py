"""A folder to work in beside the place where the work will end, and moves that last."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsapp.keeping.errors import KeepingError


@contextmanager
def scratch(parent: Path, name: str) -> Iterator[Path]:
    """An empty private folder in ``parent``, gone at the end; what a killed predecessor left in
    it is cleared. Raises KeepingError while another process works there, or OSError."""
    folder = parent / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeepingError(f"another command is at work in {folder}") from None
        if not folder.exists() or folder.stat().st_ino != os.fstat(handle).st_ino:
            raise KeepingError(f"another command has just ended in {folder}: try again")
        try:
            _clear(folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _clear(folder: Path) -> None:
    for old in folder.iterdir():
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
