"""Copies a site from SQLite into an empty PostgreSQL database, counters and all.

Everything goes in one transaction: a move that fails leaves empty tables, and may be tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text
from sqlalchemy.engine import URL

from newsapp.extensions import Base
from newsapp.keeping import databases
from newsapp.keeping.errors import KeepingError
from newsapp.visits.tables import metadata as counters

_ROWS_AT_ONCE = 500
# Tables that hold rows as soon as the migrations have made them.
_NEVER_EMPTY = {"alembic_version", "content_version"}
Progress = Callable[[int, int], None]


def require_empty(target: URL) -> None:
    """Raises KeepingError where a table of the target holds a row, or it does not answer."""
    with databases.opened(target) as connection:
        for name in inspect(connection).get_table_names():
            if name not in _NEVER_EMPTY and databases.count(connection, name):
                raise KeepingError(f"database {target.database} is not empty: {name} has rows")


def copy(main: URL, visits: URL, target: URL, progress: Progress) -> dict[str, int]:
    """Copy both SQLite databases into ``target``, whose tables are there and empty.

    The site must be stopped and its journals folded. Only the terms of the search index are left
    out. Returns the number of rows by table, which was compared. Raises KeepingError.
    """
    with databases.opened(target) as new:
        counters.create_all(new)
        with databases.opened(main) as old:
            copied = _copy(old, new, Base.metadata, progress)
        if Path(visits.database or "").exists():
            with databases.opened(visits) as old:
                copied |= _copy(old, new, counters, progress)
        for table, rows in copied.items():
            if (there := databases.count(new, table)) != rows:
                raise KeepingError(f"{table}: {rows} rows in SQLite, {there} in PostgreSQL")
        new.commit()
    return copied


def _copy(
    old: Connection, new: Connection, metadata: MetaData, progress: Progress
) -> dict[str, int]:
    # One view of the whole database; nobody writes to it meanwhile.
    old.exec_driver_sql("BEGIN IMMEDIATE")
    present = set(inspect(old).get_table_names())
    tables = [table for table in metadata.sorted_tables if table.name in present]
    counts = {
        table.name: old.scalar(select(func.count()).select_from(table)) or 0 for table in tables
    }
    done, total = 0, sum(counts.values())
    for table in tables:
        if table.name in _NEVER_EMPTY:
            new.execute(table.delete())
        for rows in _batches(old, table):
            new.execute(table.insert(), rows)
            done += len(rows)
            progress(done, total)
        _set_sequence(old, new, table)
    return counts


def _batches(old: Connection, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    # A table that refers to itself: those that others refer to come first.
    own = [key.parent.is_not(None) for key in table.foreign_keys if key.column.table is table]
    rows = old.execute(select(table).order_by(*own, *table.primary_key))
    for batch in rows.mappings().partitions(_ROWS_AT_ONCE):
        yield [dict(row) for row in batch]


def _set_sequence(old: Connection, new: Connection, table: Table) -> None:
    """Let the numbers go on where SQLite's do: none is given twice, not even after a deletion."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = new.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"),
        {"table": f'"{table.name}"', "column": column.name},
    )
    if sequence is None:
        return
    last = old.scalar(select(func.max(column))) or 0
    if inspect(old).has_table("sqlite_sequence"):
        given = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        last = max(last, old.scalar(given, {"name": table.name}) or 0)
    if last:
        new.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
