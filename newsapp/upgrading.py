"""Brings the main database to the newest form; only the command line does that."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import func, select

from newsapp import database
from newsapp.extensions import db

MARK = "initialised"
# PostgreSQL's advisory locks are numbers, each database's own.
_LOCK = 0x6E657773
MIGRATIONS = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):
    """The database is of a newer newsapp; nothing was changed."""


def create_or_upgrade(
    app: Flask, data_dir: Path, before_upgrade: Callable[[str], None] = lambda _revision: None
) -> bool:
    """Run the pending migrations; True when the database was empty before.

    Of two processes that start at once, on whatever hosts, the second waits and finds nothing to
    do.
    ``before_upgrade`` is called with the migration at which a database stands that is not empty
    and will be changed; what it raises stops the upgrade. Raises NewerDatabase.
    """
    (data_dir / MARK).unlink(missing_ok=True)
    with only_one(data_dir):
        before = database.revision()
        db.session.rollback()
        if newer := database.newer(before or ""):
            raise NewerDatabase(newer)
        if before != database.NEWEST:
            if before is not None:
                before_upgrade(before)
            bind(app)
            upgrade(directory=str(MIGRATIONS))
    return before is None


def take_down(app: Flask) -> None:
    """Undo every migration; all content is lost."""
    bind(app)
    downgrade(directory=str(MIGRATIONS), revision="base")


def bind(app: Flask) -> None:
    """Let Flask-Migrate find the application's database."""
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)


def finished(data_dir: Path, database_url: str) -> None:
    """Leave a mark that `newsapp init` has done everything; ``dev.py`` starts faster by it.

    ``database_url`` is the variable as it was given, empty for the default.
    """
    mark = hashlib.sha256(f"{database.NEWEST} {database_url}".encode()).hexdigest()
    (data_dir / MARK).write_text(mark, encoding="ascii")


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Set the site up alone: wait for the others of this host, and on PostgreSQL for those of
    other hosts as well. Not to be nested."""
    with (data_dir / "upgrade.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with _only_one_host():
            yield


@contextmanager
def _only_one_host() -> Iterator[None]:
    if db.engine.dialect.name != "postgresql":
        yield
        return
    # A connection of its own, and no transaction: what migrates must not wait for it. A process
    # that dies lets go with its connection.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(_LOCK)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_LOCK)))
