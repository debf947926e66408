"""Brings a backup back: first all of it is verified, then it takes its place at once.

What was there before is moved aside and never deleted here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsapp import database
from newsapp.clock import now as clock_now
from newsapp.config import Config
from newsapp.keeping import archive, backup, databases
from newsapp.keeping.archive import Header, Manifest
from newsapp.keeping.errors import Damaged, KeepingError
from newsapp.keeping.scratch import scratch, sync_folder
from newsapp.media.storage import Folder
from newsapp.visits.journal import journal_files

_SQLITE_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Restored:
    """What was brought back. ``aside`` is where the former site lies, if there was one;
    ``differing`` are variables that the site was run with and that are others now."""

    manifest: Manifest
    aside: Path | None
    differing: dict[str, str]


def verify(path: Path) -> Manifest:
    """Hold every byte of an archive against its hashes; nothing is written.

    Raises KeepingError that names what is damaged.
    """
    try:
        return archive.unpack(path, None)
    except OSError as error:
        raise KeepingError(f"{path} cannot be read: {error.strerror or error}") from error


def restore(config: Config, path: Path, *, force: bool = False) -> Restored:
    """Put the site that ``path`` holds into the configured, empty place.

    ``force`` moves a site that is there aside; a PostgreSQL database must be empty even so.
    Nothing is changed before the archive is verified, and an error puts everything back. The
    database is as old as the backup then: migrating it, folding the journals and checking is left
    to the caller. Raises KeepingError.
    """
    try:
        header = archive.read_header(path)
        _require_fitting(header, config, path)
        there = occupied(config)
        if there and not force:
            raise KeepingError(f"there is a site here already ({there}); --force moves it aside")
        require_stopped(config)
        with scratch(config.data_dir, ".newsapp-restore") as folder:
            manifest = archive.unpack(path, folder)
            _verify_database(manifest, folder)
            # Before anything is moved: what is written now outlives a power cut then.
            os.sync()
            aside = _take_place(config, manifest, folder)
    except OSError as error:
        reason = f"{error.strerror or error}: {error.filename or path}"
        raise KeepingError(f"nothing was restored: {reason}") from error
    if not there and aside.exists():
        shutil.rmtree(aside)
    now = backup.settings(config)
    differing = {key: old for key, old in manifest.settings.items() if now.get(key, old) != old}
    return Restored(manifest, aside if aside.exists() else None, differing)


def occupied(config: Config) -> str | None:
    """Something of a site that is in the configured place, None where there is nothing."""
    if config.database_url.get_backend_name() == "sqlite":
        for url in (config.database_url, config.counters_url):
            if Path(url.database or "").exists():
                return url.database
    if journal_files(config.journal_dir):
        return str(config.journal_dir)
    if next(iter(config.media.listed()), None) is not None:
        return "uploaded files"
    return None


def require_stopped(config: Config) -> None:
    """Raises KeepingError where a process of this machine is serving the site."""
    if any(not journal.dead for journal in journal_files(config.journal_dir)):
        raise KeepingError("the site is running: stop it first")


def _require_fitting(header: Header, config: Config, path: Path) -> None:
    engine = config.database_url.get_backend_name()
    if header.engine != engine:
        raise KeepingError(
            f"{path} is of a site on {header.engine}, NEWSAPP_DATABASE_URL names {engine}: restore"
            " it on the same kind; newsapp move-to-postgresql leads from SQLite to PostgreSQL"
        )
    if newer := database.newer(header.revision):
        raise KeepingError(f"{path}: {newer}")
    if engine == "postgresql":
        databases.require_empty_postgresql(config.database_url)


def _verify_database(manifest: Manifest, folder: Path) -> None:
    """What the files of a SQLite site hold must be what the manifest says they hold."""
    if manifest.header.engine == "sqlite":
        found = databases.inspect_sqlite(folder / archive.DATABASES["sqlite"]).counts
        if (folder / archive.COUNTERS).exists():
            found |= databases.inspect_sqlite(folder / archive.COUNTERS).counts
        _compare(manifest, found)
    elif not (folder / archive.DATABASES["postgresql"]).exists():
        raise Damaged("the archive holds no database")


def _compare(manifest: Manifest, found: dict[str, int]) -> None:
    for table in sorted(manifest.counts.keys() | found.keys()):
        if (was := manifest.counts.get(table, 0)) != (rows := found.get(table, 0)):
            raise Damaged(f"table {table} has {rows} rows, the manifest says {was}")


def _store_media(config: Config, unpacked: Path) -> None:
    """Bring the files to a storage elsewhere; what lies there under the same names is the same."""
    for path in sorted(unpacked.glob("*/*")):
        with path.open("rb") as file:
            config.media.write(path.relative_to(unpacked).as_posix(), file)


def _take_place(config: Config, manifest: Manifest, folder: Path) -> Path:
    """Move the former site aside and the unpacked one in; the database last, so that whoever
    looks meanwhile finds none. Returns where the former one lies."""
    aside = config.data_dir / f"replaced-{clock_now():%Y%m%d-%H%M%S}"
    with _moves() as moves:
        own = [archive.COUNTERS, archive.JOURNAL, archive.SECRET_KEY]
        if config.media == Folder(config.data_dir / archive.MEDIA):
            own.append(archive.MEDIA)
        else:
            _store_media(config, folder / archive.MEDIA)
        for name in own:
            if name == archive.SECRET_KEY and not (folder / name).exists():
                continue
            for suffix in _SQLITE_FILES if name == archive.COUNTERS else ("",):
                moves.move(config.data_dir / f"{name}{suffix}", aside / f"{name}{suffix}")
            moves.move(folder / name, config.data_dir / name)
        if manifest.header.engine == "sqlite":
            target = Path(config.database_url.database or "")
            for suffix in _SQLITE_FILES:
                old = target.with_name(target.name + suffix)
                # Another disk than the data directory's may be meant: its own folder is near.
                near = aside if old.parent == config.data_dir else target.parent / aside.name
                moves.move(old, near / old.name)
            moves.move(folder / archive.DATABASES["sqlite"], target)
        else:
            dump = folder / archive.DATABASES["postgresql"]
            _compare(manifest, databases.fill_postgresql(config.database_url, dump).counts)
        sync_folder(config.data_dir)
    return aside


class _Moves:
    """Moves that can be taken back."""

    def __init__(self) -> None:
        self.done: list[tuple[Path, Path]] = []

    def move(self, source: Path, target: Path) -> None:
        """Move a file or folder, over disks if need be; what is not there is no error."""
        if not source.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise FileExistsError(17, "is in the way", str(target))
        shutil.move(source, target)
        self.done.append((source, target))


@contextmanager
def _moves() -> Iterator[_Moves]:
    moves = _Moves()
    try:
        yield moves
    except BaseException:
        for source, target in reversed(moves.done):
            shutil.move(target, source)
        raise
