"""How the main database is opened, and whether it has the form that this code expects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, Executable, event, inspect, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import SQLAlchemyError

from newsapp.extensions import db
from newsapp.visits.store import reopen_read_only

# The newest migration; a test holds it against the migrations themselves, and their names against
# the order of time. Asking Alembic would cost every start a sixth of a second.
NEWEST = "0004"
BUSY_TIMEOUT_SECONDS = 5
# How long a tally may wait for a row that somebody else is writing; SQLite does not wait at all.
LOCK_WAIT = "50ms"


def engine_options(url: URL) -> dict[str, Any]:
    """Options for ``create_engine``; a lost PostgreSQL connection is replaced unseen, and no error
    repeats what somebody typed."""
    if url.get_backend_name() == "sqlite":
        return {"hide_parameters": True, "connect_args": {"timeout": BUSY_TIMEOUT_SECONDS}}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 5},
    }


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

    reopen_read_only(engine)


def read(
    statement: Executable, values: Mapping[str, object] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Run a SELECT of columns in the session's transaction, past its ORM: a small statement takes
    half the time."""
    return db.session.connection().execute(statement, values)


def write_at_once(*statements: Executable) -> bool:
    """Write in a transaction of its own; False where the database is busy or broken.

    For tallies that no reader may wait for.
    """
    sqlite = db.engine.dialect.name == "sqlite"
    try:
        with db.engine.connect() as connection:
            if sqlite:
                patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
                connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            else:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
            try:
                for statement in statements:
                    connection.execute(statement)
                connection.commit()
            finally:
                connection.rollback()
                if sqlite:
                    # The connection goes back to those who may wait.
                    connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
    except SQLAlchemyError:
        return False
    return True


def revision() -> str | None:
    """The migration at which the database stands; None while it is empty."""
    if not inspect(db.engine).has_table("alembic_version"):
        return None
    found = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found else None


def newer(found: str) -> str | None:
    """One sentence where a migration is of a newer newsapp than this one, else None."""
    if found <= NEWEST:
        return None
    return f"the database is of a newer newsapp ({found}; this one knows {NEWEST}): install that"


def ready() -> str | None:
    """None when the database answers and has the form that this code expects, else one sentence."""
    try:
        current = revision()
    except SQLAlchemyError as error:
        return f"database does not answer: {type(error).__name__}"
    finally:
        db.session.rollback()
    if current == NEWEST:
        return None
    return newer(current or "") or "migrations are pending: run newsapp init"
