"""How each kind of database is copied out while the site serves, and brought back in."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, func, inspect, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from newsapp.keeping.errors import KeepingError
from newsapp.media.names import renditions

_BUSY_SECONDS = 30
# Made by the databases themselves, or from the articles; their rows say nothing.
_NOT_COUNTED = re.compile(r"search_terms.*|sqlite_.*|alembic_version")


@dataclass(frozen=True)
class Facts:
    """What a copy of the main database holds. ``media`` are the paths of all files that its rows
    promise; ``booked`` is how far each journal is booked (None: closed), where it holds the
    counters too."""

    revision: str
    counts: dict[str, int]
    media: frozenset[str]
    booked: dict[str, int | None]


def facts(connection: Connection) -> Facts:
    """Look through a database of any known revision. Raises SQLAlchemyError."""
    tables = set(inspect(connection).get_table_names())
    media: set[str] = set()
    if "media" in tables:
        for path in connection.execute(text("SELECT path FROM media")).scalars():
            media |= {path, *(one.path for one in renditions(path))}
    revision = ""
    if "alembic_version" in tables:
        revision = str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
    booked: dict[str, int | None] = {}
    if "journal" in tables:
        for row in connection.execute(text('SELECT name, "offset", closed FROM journal')):
            booked[row[0]] = None if row[2] is not None else int(row[1])
    return Facts(revision, _counts(connection, tables), frozenset(media), booked)


def _counts(connection: Connection, tables: set[str]) -> dict[str, int]:
    return {
        name: count(connection, name) for name in sorted(tables) if not _NOT_COUNTED.fullmatch(name)
    }


def count(connection: Connection, name: str) -> int:
    """How many rows a table has."""
    return int(connection.scalar(select(func.count()).select_from(table(name))) or 0)


@contextmanager
def opened(url: URL) -> Iterator[Connection]:
    """A connection of its own. Failures become KeepingError."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise KeepingError(one_line(error)) from error
    finally:
        engine.dispose()


def one_line(error: Exception) -> str:
    """The first line of what a database says."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def sqlite_url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def copy_sqlite(source: Path, target: Path) -> Facts:
    """Copy a SQLite database as it stands at one moment, while others write; the copy is checked.

    Raises KeepingError where the file cannot be copied or is damaged.
    """
    try:
        with (
            closing(_sqlite(source)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            # In one step: it holds one view of the database, and writers go on beside it.
            old.backup(new)
            # One file, without a log beside it.
            new.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise KeepingError(f"{source.name} cannot be copied: {one_line(error)}") from error
    try:
        return inspect_sqlite(target)
    except KeepingError as error:
        raise KeepingError(f"{source.name} is damaged: {error}") from error


def _sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS)


def inspect_sqlite(path: Path) -> Facts:
    """Check a SQLite file that nobody else uses, and look through it. Raises KeepingError."""
    with opened(sqlite_url(path)) as connection:
        said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said != "ok":
            raise KeepingError(str(said).splitlines()[-1])
        return facts(connection)


def copy_postgresql(url: URL, target: Path) -> Facts:
    """Dump a PostgreSQL database as it stands at one moment, in pg_dump's custom format.

    Raises KeepingError.
    """
    with opened(url) as connection:
        _require("pg_dump", connection)
        connection.rollback()
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        found = facts(connection)
        _run("pg_dump", url, f"--snapshot={moment}", f"--file={target}")
    return found


def require_empty_postgresql(url: URL) -> None:
    """Raises KeepingError unless the database answers, holds no table, and can be filled by the
    pg_restore of this machine."""
    with opened(url) as connection:
        _require("pg_restore", connection)
        if inspect(connection).get_table_names():
            raise KeepingError(
                f"database {url.database} is not empty: make an empty one with createdb and name"
                " it in NEWSAPP_DATABASE_URL"
            )


def fill_postgresql(url: URL, dump: Path) -> Facts:
    """Bring a dump into an empty database, wholly or not at all. Raises KeepingError."""
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", "--dbname", last=str(dump))
    with opened(url) as connection:
        return facts(connection)


def _require(tool: str, connection: Connection) -> None:
    """PostgreSQL's tools serve servers of their own version and older ones."""
    server = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    program = shutil.which(tool)
    if program is None:
        raise KeepingError(f"{tool} is not installed: apt install postgresql-client-{server}")
    said = subprocess.run(  # noqa: S603 - a program of the system, no input
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\) (\d+)", said)
    if found is None or int(found[1]) < server:
        raise KeepingError(
            f"{tool} is too old ({found[1] if found else said.strip()}) for a server of version"
            f" {server}: apt install postgresql-client-{server}"
        )


def _run(tool: str, url: URL, *options: str, last: str = "") -> None:
    # The password goes by the environment: arguments can be read by everybody on the machine.
    address: Any = url.set(drivername="postgresql", password=None)
    environment = {**os.environ, "LC_ALL": "C"}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    common = ["--no-owner", "--no-privileges", "--no-comments", "--no-password"]
    kind = ["--format=custom"]
    command = [tool, *kind, *common, *options, address.render_as_string(), *([last] * bool(last))]
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system, no shell
            command, env=environment, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise KeepingError(f"{tool} cannot be run: {error.strerror}") from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise KeepingError(f"{tool} failed: {(lines or done.stderr.splitlines() or ['?'])[0]}")
