"""Brings the main database to the newest form; only the command line does that."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade

from newsapp import database
from newsapp.extensions import db

MIGRATIONS = Path(__file__).parent / "migrations"


def create_or_upgrade(app: Flask, data_dir: Path) -> bool:
    """Run the pending migrations; True when the database was empty before.

    Of two processes that start at once, the second waits and finds nothing to do.
    """
    with only_one(data_dir / "upgrade.lock"):
        before = database.revision()
        db.session.rollback()
        if before != database.NEWEST:
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


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock file of the host."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
