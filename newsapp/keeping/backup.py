"""Takes a backup while the site serves.

Nothing is torn by what happens meanwhile:

* Journals are copied before the counters. A record that is booked in between is in both, and the
  counters' own offset says so when the copy is folded after a restoration; the other way round it
  could be in neither.
* Media are copied after the database, and are never changed. Where a file is deleted before its
  turn comes, the database is copied once more, without the row that named it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from newsapp.clock import now as clock_now
from newsapp.config import Config
from newsapp.keeping import archive, databases
from newsapp.keeping.archive import Header, Manifest, Writer
from newsapp.keeping.databases import Facts
from newsapp.keeping.errors import KeepingError
from newsapp.keeping.scratch import scratch, sync_folder
from newsapp.visits.journal import SUFFIX, journal_files

BACKUP, UPGRADE = "backup", "upgrade"
_ROUNDS = 5
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Taken:
    """A finished backup. ``missing`` are files that the database promises and that are not in the
    storage; ``removed`` are older backups that had to go."""

    path: Path
    size: int
    manifest: Manifest
    missing: tuple[str, ...]
    removed: tuple[Path, ...]


def take(
    config: Config,
    target: Path,
    *,
    keep: int | None = None,
    purpose: str = BACKUP,
    with_secret_key: bool = False,
    progress: Progress = lambda _done, _of: None,
) -> Taken:
    """Write one archive with everything that the site is; a folder as ``target`` gets a file named
    by the time.

    The file appears only when it is complete and on the disk. Of this site's older backups for
    the same purpose in the same folder the newest stay, so that there are ``keep`` with this one;
    no other file is touched. Raises KeepingError, and there is no new file then.
    """
    try:
        moment = clock_now()
        target = target.expanduser().absolute()
        if target.is_dir():
            target /= f"newsapp-{moment:%Y%m%d-%H%M%S}.tar"
        if not target.parent.is_dir():
            raise KeepingError(f"there is no folder {target.parent}")
        _require_replaceable(target)
        with scratch(target.parent, ".newsapp-backup") as folder:
            work = _Work(config, folder, moment, purpose, progress)
            unfinished = folder / target.name
            manifest, missing = work.write(unfinished, with_secret_key)
            size = unfinished.stat().st_size
            unfinished.replace(target)
            sync_folder(target.parent)
            removed = () if keep is None else _rotate(target, manifest.header, keep)
    except OSError as error:
        reason = f"{error.strerror or error}: {error.filename or target}"
        raise KeepingError(f"no backup was made: {reason}") from error
    return Taken(target, size, manifest, missing, removed)


def _require_replaceable(target: Path) -> None:
    """A file that is no backup of ours is never written over."""
    if not target.exists():
        return
    try:
        archive.read_header(target)
    except KeepingError as error:
        raise KeepingError(f"{target} is there already and is no complete backup") from error


@dataclass(frozen=True)
class _Work:
    """One backup in the making, in a folder beside its target."""

    config: Config
    folder: Path
    moment: datetime
    purpose: str
    progress: Progress

    def write(self, target: Path, with_secret_key: bool) -> tuple[Manifest, tuple[str, ...]]:
        journals = _copy_journals(self.config.journal_dir, self.folder)
        with target.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            facts = self._copy_database()
            writer = Writer(file, self._header(facts.revision))
            missing: set[str] = set()
            for _ in range(_ROUNDS):
                vanished = self._add_media(writer, facts.media)
                lost_for_good, missing = vanished <= missing, vanished
                if lost_for_good:
                    break
                facts = self._copy_database()
            else:
                raise KeepingError("files are deleted faster than they can be copied: try again")
            for name in (archive.DATABASES[self._engine], archive.COUNTERS):
                if (self.folder / name).exists():
                    writer.add_path(name, self.folder / name)
            for name, (copy, whole) in journals.items():
                offset = facts.booked.get(name, 0)
                # Booked to its end: nothing is left in it for whoever restores this.
                if offset is not None and offset < whole:
                    writer.add_path(f"{archive.JOURNAL}/{copy.name}", copy)
            if with_secret_key:
                (self.folder / archive.SECRET_KEY).write_text(self.config.secret_key, "ascii")
                writer.add_path(archive.SECRET_KEY, self.folder / archive.SECRET_KEY)
            manifest = writer.finish(settings(self.config), facts.counts)
            file.flush()
            os.fsync(file.fileno())
        return manifest, tuple(sorted(missing))

    @property
    def _engine(self) -> str:
        return self.config.database_url.get_backend_name()

    def _header(self, revision: str) -> Header:
        return Header(
            format=archive.FORMAT,
            newsapp=version("newsapp"),
            revision=revision,
            engine=self._engine,
            taken_at=self.moment.isoformat(timespec="microseconds"),
            purpose=self.purpose,
            site=site_mark(self.config),
        )

    def _copy_database(self) -> Facts:
        """Copy database and counters into the folder, in the place of a former copy."""
        url = self.config.database_url
        copy, counters = (
            self.folder / name for name in (archive.DATABASES[self._engine], archive.COUNTERS)
        )
        for former in (copy, counters):
            former.unlink(missing_ok=True)
        if self._engine == "postgresql":
            facts = databases.copy_postgresql(url, copy)
        else:
            source = Path(url.database or "")
            if not source.exists():
                raise KeepingError(f"there is no database at {source}: run newsapp init")
            facts = databases.copy_sqlite(source, copy)
            beside = Path(self.config.counters_url.database or "")
            # They may be deleted at any time; the articles are not less worth keeping then.
            if beside.exists():
                visits = databases.copy_sqlite(beside, counters)
                facts = replace(facts, counts=facts.counts | visits.counts, booked=visits.booked)
        if not facts.revision:
            raise KeepingError("the database is empty: run newsapp init")
        return facts

    def _add_media(self, writer: Writer, promised: frozenset[str]) -> set[str]:
        """Copy what is not in the archive yet; the promised files that were not there."""
        vanished = set()
        wanted = sorted(promised | {one.path for one in self.config.media.listed()})
        for number, path in enumerate(wanted, 1):
            self.progress(number, len(wanted))
            name = f"{archive.MEDIA}/{path}"
            if name in writer.files:
                continue
            try:
                opened = self.config.media.open(path)
            except FileNotFoundError:
                vanished |= {path} & promised
                continue
            with opened.file as file:
                writer.add(name, file, opened.size)
        return vanished


def _copy_journals(source: Path, folder: Path) -> dict[str, tuple[Path, int]]:
    """Copies of the journals as they are now, by name, each with its bytes of whole records."""
    copies = {}
    for journal in journal_files(source):
        try:
            data = journal.read(0, journal.whole)
        except FileNotFoundError:
            continue  # booked and gone: the counters, copied later, have it all
        copy = folder / f"{journal.name}{SUFFIX}"
        copy.write_bytes(data)
        copies[journal.name] = (copy, len(data))
    return copies


def site_mark(config: Config) -> str:
    """What tells this site's backups from another's in the same folder; tells nothing else."""
    return hmac.digest(config.secret_key.encode(), b"newsapp.keeping.site", "sha256").hex()[:16]


def settings(config: Config) -> dict[str, str]:
    """The site's variables, for whoever sets it up anew; no secret and no place on this machine."""
    return {
        "NEWSAPP_SITE_URL": config.site_url or "",
        "NEWSAPP_TRUSTED_HOSTS": ",".join(config.trusted_hosts),
        "NEWSAPP_TRUSTED_PROXIES": str(config.trusted_proxies),
        "NEWSAPP_FLOOD_LIMIT": str(config.flood_limit),
        "NEWSAPP_TIMEZONE": config.zone.key,
    }


def _rotate(newest: Path, ours: Header, keep: int) -> tuple[Path, ...]:
    older: list[tuple[str, Path]] = []
    for path in newest.parent.iterdir():
        if path == newest or path.is_symlink() or not path.is_file():
            continue
        try:
            header = archive.read_header(path)
        except (KeepingError, OSError):
            continue
        if (header.site, header.purpose) == (ours.site, ours.purpose):
            older.append((header.taken_at, path))
    surplus = [path for _, path in sorted(older, reverse=True)[max(keep - 1, 0) :]]
    for path in surplus:
        path.unlink()
    return tuple(sorted(surplus))
