"""Runs the migrations over the application's own engine; offline mode is not offered."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app

import newsapp.models  # noqa: F401 - registers every table
from newsapp.extensions import Base, db
from newsapp.models.columns import Choice, UtcDateTime


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as plain SQL types: a migration must outlive the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Choice):
        return "sa.String(20)"
    return False


def compare_type(
    _context: Any, _inspected: Any, _column: Any, _seen: Any, type_: Any
) -> bool | None:
    """Our column types are what ``render_item`` wrote; the rest Alembic judges itself."""
    return False if isinstance(type_, UtcDateTime | Choice) else None


def include_object(_object: Any, _name: Any, kind: str, reflected: bool, ours: Any) -> bool:
    """Tables that no model names are somebody else's: on PostgreSQL the counters' among them."""
    return not (kind == "table" and reflected and ours is None)


with db.engine.connect() as connection:
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        # A table that is built anew is dropped on the way; its children must not go with it.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.rollback()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        compare_type=compare_type,
        include_object=include_object,
        **{
            key: value
            for key, value in current_app.extensions["migrate"].configure_args.items()
            if key != "compare_type"
        },
    )
    with context.begin_transaction():
        context.run_migrations()
    if on_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.rollback()
