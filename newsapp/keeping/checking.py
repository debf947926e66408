"""Proves that a site is whole: one finding for each thing that was looked at or is wrong."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from newsapp import database
from newsapp.clock import now as clock_now
from newsapp.config import Config
from newsapp.extensions import Base, db
from newsapp.keeping import databases
from newsapp.keeping.errors import KeepingError
from newsapp.media import names
from newsapp.media.storage import Storage
from newsapp.models import Article, Media, Revision, State
from newsapp.search import index
from newsapp.visits.journal import RECORD_BYTES, journal_files
from newsapp.visits.ledger import Ledger
from newsapp.visits.store import LedgerUnavailableError

DISK_FREE_MIN = 50 * 1024 * 1024
CLOCKS_APART = timedelta(minutes=5)
_PIECE = 1024 * 1024
_NAMED_AT_MOST = 20
_REMEMBERED = (
    *("title", "lead", "body", "byline", "source", "former_office"),
    *("cover_id", "state", "published_at"),
)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """What was found of one thing, in one line."""

    ok: bool
    what: str
    said: str

    def __str__(self) -> str:
        return f"{'ok' if self.ok else 'problem'} {self.what}: {self.said}"


def trouble(config: Config) -> str | None:
    """One sentence where the site cannot serve and save, else None. Cheap: asked all the time."""
    return database.ready() or _disk_trouble(config.data_dir)


def _disk_trouble(folder: Path) -> str | None:
    if not os.access(folder, os.W_OK):
        return "the data directory cannot be written"
    if shutil.disk_usage(folder).free < DISK_FREE_MIN:
        return "the disk is nearly full"
    return None


def check(
    config: Config, ledger: Ledger, progress: Progress = lambda _done, _of: None
) -> Iterator[Finding]:
    """Look at everything; changes nothing. What cannot be looked at is a problem of its own."""
    free = f"{shutil.disk_usage(config.data_dir).free / 1024**2:,.0f} MB free"
    disk_trouble = _disk_trouble(config.data_dir)
    yield Finding(not disk_trouble, "disk", f"{disk_trouble}, {free}" if disk_trouble else free)
    not_ready = database.ready()
    yield Finding(not not_ready, "migrations", not_ready or f"at {database.NEWEST}, the newest")
    steps: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("database", partial(_database, config)),
        ("counters", partial(_counters, config, ledger)),
    ]
    if not not_ready:
        steps += [
            ("foreign keys", _foreign_keys),
            ("articles", _articles),
            ("clock", _clock),
            ("search index", partial(_search, progress)),
            ("media", partial(_media, config.media, progress)),
        ]
    for what, step in steps:
        try:
            yield from step()
        except (SQLAlchemyError, LedgerUnavailableError, KeepingError, OSError) as error:
            yield Finding(False, what, databases.one_line(error))
        finally:
            db.session.rollback()


def _database(config: Config) -> Iterator[Finding]:
    if config.database_url.get_backend_name() == "sqlite":
        yield _sqlite("database")
        return
    # PostgreSQL has no such question; each row of each table is read at least.
    tables = Base.metadata.sorted_tables
    rows = sum(db.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables)
    yield Finding(True, "database", f"{rows} rows in {len(tables)} tables can be read")


def _sqlite(what: str) -> Finding:
    said = [
        str(row[0]) for row in db.session.connection().exec_driver_sql("PRAGMA integrity_check")
    ]
    return Finding(said == ["ok"], what, "whole" if said == ["ok"] else said[0].splitlines()[-1])


def _counters(config: Config, ledger: Ledger) -> Iterator[Finding]:
    if config.counters_url.get_backend_name() == "sqlite":
        path = Path(config.counters_url.database or "")
        if not path.exists():
            yield Finding(True, "counters", "none yet")
            return
        with databases.opened(config.counters_url) as connection:
            said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
            if said != "ok":
                yield Finding(False, "counters", said.splitlines()[-1])
                return
    found = ledger.reconcile()
    for what, parts in (("site", found.site), ("articles", found.articles)):
        sums = f"{parts.baseline} + {parts.days} + {parts.corrections}"
        yield Finding(parts.agrees, f"counters of the {what}", f"{parts.total} = {sums}")
    waiting = sum(file.whole for file in journal_files(config.journal_dir)) // RECORD_BYTES
    yield Finding(True, "journals", f"{waiting} records on the disk")


def _foreign_keys() -> Iterator[Finding]:
    number = wrong = 0
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            number += 1
            parent = key.column.table.alias()
            orphans = db.session.scalar(
                select(func.count())
                .select_from(table.outerjoin(parent, key.parent == parent.c[key.column.name]))
                .where(key.parent.is_not(None), parent.c[key.column.name].is_(None))
            )
            if orphans:
                wrong += 1
                where = f"{table.name}.{key.parent.name}"
                yield Finding(False, "foreign keys", f"{where} leads nowhere in {orphans} rows")
    if not wrong:
        yield Finding(True, "foreign keys", f"all {number} lead to a row")


def _articles() -> Iterator[Finding]:
    """Each save leaves a revision that says the same: a row that differs from its own was changed
    by something else than this site. The section may differ (see ``publishing.sections``)."""
    differs: list[ColumnElement[bool]] = [
        getattr(Article, name).is_distinct_from(getattr(Revision, name)) for name in _REMEMBERED
    ]
    same = and_(Revision.article_id == Article.id, Revision.version == Article.version)
    wrong = db.session.scalars(
        select(Article.id)
        .outerjoin(Revision, same)
        .where(or_(Revision.id.is_(None), *differs))
        .order_by(Article.id)
    ).all()
    for article_id in wrong[:_NAMED_AT_MOST]:
        yield Finding(False, "articles", f"article {article_id} is not as it was last saved")
    if len(wrong) > _NAMED_AT_MOST:
        yield Finding(False, "articles", f"and {len(wrong) - _NAMED_AT_MOST} more")
    total = db.session.scalar(select(func.count()).select_from(Article))
    if not wrong:
        yield Finding(True, "articles", f"all {total} as they were last saved")


def _clock() -> Iterator[Finding]:
    """What was published while the clock was ahead is hidden until that time comes. A schedule is
    told from it by its last save, which nobody does in the future."""
    now = clock_now()
    hidden = db.session.scalars(
        select(Article.id)
        .where(
            Article.deleted_at.is_(None),
            Article.state == State.PUBLISHED,
            Article.published_at > now,
            Article.updated_at > now + CLOCKS_APART,
        )
        .order_by(Article.id)
    ).all()
    for article_id in hidden[:_NAMED_AT_MOST]:
        said = "was published while the clock was ahead: give it the right time"
        yield Finding(False, "clock", f"article {article_id} {said}")
    if len(hidden) > _NAMED_AT_MOST:
        yield Finding(False, "clock", f"and {len(hidden) - _NAMED_AT_MOST} more")
    if not hidden:
        yield Finding(True, "clock", "hides no article")


def _search(progress: Progress) -> Iterator[Finding]:
    problems, total = [], 0
    for said in index.check():
        if isinstance(said, index.Finding):
            problems.append(said)
        else:
            total = said[1]
            progress(*said)
    for found in problems[:_NAMED_AT_MOST]:
        yield Finding(False, "search index", f"article {found.article_id}: {found.problem}")
    if problems:
        yield Finding(
            False, "search index", f"{len(problems)} disagree: run newsapp search rebuild"
        )
    else:
        yield Finding(True, "search index", f"agrees with {total} articles")


def _media(storage: Storage, progress: Progress) -> Iterator[Finding]:
    before = _promised()
    stored = {one.path: one.size for one in storage.listed()}
    # Rows that went while we looked took their files along.
    promised = before.keys() & _promised().keys()
    wrong = 0
    for number, path in enumerate(sorted(promised), 1):
        progress(number, len(promised))
        size = before[path]
        said = None
        if path not in stored:
            said = "is missing"
        elif (size is not None and stored[path] != size) or not _is_true(path, storage):
            said = "is not what was stored"
        if said is not None:
            wrong += 1
            yield Finding(False, "media", f"{path} {said}")
    if not wrong:
        yield Finding(True, "media", f"all {len(promised)} files that rows promise are true")
    orphans = stored.keys() - promised
    # Left on purpose where a picture was exchanged, and where an upload ended half way.
    kilobytes = sum(stored[path] for path in orphans) // 1024
    yield Finding(True, "media", f"{len(orphans)} files without a row ({kilobytes} KB)")


def _promised() -> dict[str, int | None]:
    """Each file that a row promises, with its size where the row tells it."""
    db.session.rollback()
    files: dict[str, int | None] = {}
    for path, size in db.session.execute(select(Media.path, Media.size)):
        files[path] = size
        files.update((one.path, None) for one in names.renditions(path))
    return files


def _is_true(path: str, storage: Storage) -> bool:
    digest = hashlib.sha256()
    with storage.open(path).file as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return names.tells_truth(path, digest.hexdigest())
