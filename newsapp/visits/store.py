"""The counters' database: SQLite in a file of its own, or a PostgreSQL that several hosts share.

The database may be deleted, locked or broken at any time without harm to a page: the tables are
made when they are missed, and every failure is one exception, `LedgerUnavailableError`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from newsapp.visits.fork import in_child
from newsapp.visits.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

# A reader gives up soon, for a page may wait for it; whoever books what was counted has time.
_READ_BUSY_MS = 100
_WRITE_BUSY_MS = 5_000
_NONE_KEPT_SECONDS = 30.0
_POSTGRESQL = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5_000,
    "options": "-c lock_timeout=5s -c statement_timeout=15s",
}


class LedgerUnavailableError(Exception):
    """The counters cannot be read or written now; nothing was changed, and it may be retried."""


def _unavailable(error: Exception) -> LedgerUnavailableError:
    return LedgerUnavailableError(str(error).partition("\n")[0])


def reopen_read_only(engine: Engine) -> None:
    """Let an engine of a SQLite file find out by itself that its disk can be written again.

    SQLite opens a file for reading where the disk lets nobody write, and stays with that as long
    as any connection of the process is open. So after a write in vain none is kept for a while.
    """
    none_kept_until = float("-inf")

    @event.listens_for(engine, "handle_error")
    def note(context: ExceptionContext) -> None:
        nonlocal none_kept_until
        code = getattr(context.original_exception, "sqlite_errorname", "")
        if code.startswith("SQLITE_READONLY"):
            none_kept_until = time.monotonic() + _NONE_KEPT_SECONDS
            engine.dispose()

    @event.listens_for(engine, "checkin")
    def give_up(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        if time.monotonic() < none_kept_until:
            record.invalidate()


class Store:
    """Connections to the counters' database. `url` names a SQLite file or a PostgreSQL database."""

    def __init__(self, url: str | URL) -> None:
        address = make_url(url)
        self._path: Path | None = None
        if address.get_backend_name() == "sqlite":
            self._path = Path(address.database or "").absolute()
            self._engine = create_engine(address)
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
            reopen_read_only(self._engine)
        else:
            self._engine = create_engine(address, connect_args=_POSTGRESQL)
            event.listen(self._engine, "connect", self._note_connection)
        self._writer: Engine = self._engine.execution_options(newsapp_writes=True)
        self._forget()
        in_child(self._abandon)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._ready = False
        self._identity: tuple[int, int] | None = None
        self._generation = 0
        self.reached = self._path is not None
        """Whether this process has reached the database: a file always, a server once it answered."""

    def _note_connection(self, _connection: DBAPIConnection, _record: object) -> None:
        self.reached = True

    def _abandon(self) -> None:
        """In a forked child: its parent's connections are not its own."""
        self._engine.dispose(close=False)
        self._forget()

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._engine.dispose()

    def generation(self) -> int:
        """A number that changes when the database may be another one than before.

        Raises LedgerUnavailableError.
        """
        try:
            self._make_ready()
        except (SQLAlchemyError, OSError) as error:
            raise _unavailable(error) from error
        return self._generation

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction for reading. Raises LedgerUnavailableError."""
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, committed at the end of the block. Raises LedgerUnavailableError."""
        with self._transaction(self._writer) as connection:
            yield connection

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            self._make_ready()
            with engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            # Whatever it was, the tables may be gone: look again the next time.
            self._ready = False
            raise _unavailable(error) from error

    def _make_ready(self) -> None:
        """Make tables that are missing, and leave a deleted database file for its successor."""
        with self._lock:
            if self._path is not None and (self._identity != _identity(self._path)):
                # Connections to a deleted file would go on writing where nobody reads.
                self._engine.dispose()
                self._ready = False
            if self._ready:
                return
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._engine.begin() as connection:
                complete = set(metadata.tables) <= set(inspect(connection).get_table_names())
            if not complete:
                self._create()
            if self._path is not None:
                self._identity = _identity(self._path)
            self._ready = True
            self._generation += 1

    def _create(self) -> None:
        try:
            metadata.create_all(self._writer)
        except SQLAlchemyError:
            # Another host may have made them between the look and the act: look once more.
            metadata.create_all(self._writer)


def add(
    connection: Connection, table: Table, column: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add each row's `column` to the row with the same primary key, or make that row."""
    if rows:
        connection.execute(_adding(insert_for(connection), table, column), list(rows))


_NewInsert = Callable[[Any], "sqlite.Insert | postgresql.Insert"]


@cache
def _adding(insert: _NewInsert, table: Table, column: str) -> sqlite.Insert | postgresql.Insert:
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column: table.c[column] + statement.excluded[column]},
    )


def insert_for(bind: Connection | Engine) -> _NewInsert:
    """The database's own INSERT, which knows ON CONFLICT."""
    if bind.dialect.name == "sqlite":
        return sqlite.insert
    # Two megabytes that only such a server's office needs.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own transactions begin too late; ours begin in _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {_READ_BUSY_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("newsapp_writes", False)
    wait = _WRITE_BUSY_MS if writes else _READ_BUSY_MS
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - Path.stat costs twice as much, on every read
    except OSError:
        return None
    return status.st_dev, status.st_ino
