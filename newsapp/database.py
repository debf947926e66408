"""How the main database is opened, and brought to the newest form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import event, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import SQLAlchemyError

from newsapp.extensions import db

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_SECONDS = 5


def engine_options(url: URL) -> dict[str, Any]:
    """Options for ``create_engine``; a lost PostgreSQL connection is replaced unseen."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_TIMEOUT_SECONDS}}
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}


def prepare(engine: Engine) -> None:
    """Set what SQLite leaves to each connection: foreign keys, WAL, synced commits."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA journal_mode=WAL")
        # An acknowledged save survives a power cut.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()


def revisions() -> tuple[str | None, str]:
    """The migration the database stands at (None when empty) and the newest one."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), str(head)


def create_or_upgrade() -> bool:
    """Run the pending migrations; True when the database was empty before."""
    current, head = revisions()
    if current != head:
        upgrade(directory=str(MIGRATIONS))
    return current is None


def ready() -> str | None:
    """None when the database answers and is up to date, else one sentence."""
    try:
        db.session.execute(text("SELECT 1"))
        current, head = revisions()
    except SQLAlchemyError as error:
        return f"database does not answer: {type(error).__name__}"
    finally:
        db.session.rollback()
    return None if current == head else "migrations are pending: run newsapp init"
