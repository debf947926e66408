"""SQLite's engine: FTS5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from newsapp.search.engine import NEW_TABLE, NEWEST_FIRST, TABLE, Bounds
from newsapp.search.query import Match

# The newest articles are looked through first: what matches often is found there, without a look
# at all that matches.
WINDOW = 20_000


class SQLite:
    """FTS5 without contents and without positions: about half the size of the text.

    A row cannot be taken out again without its terms; it stays, and belongs to no entry.
    """

    def create(self, connection: Connection, table: str) -> None:
        connection.execute(
            text(
                f"CREATE VIRTUAL TABLE {table} USING fts5(terms, content='', detail=none,"
                " tokenize=\"ascii tokenchars '_.'\")"
            )
        )

    def drop(self, connection: Connection, table: str) -> None:
        connection.execute(text(f"DROP TABLE IF EXISTS {table}"))

    def rename(self, connection: Connection) -> None:
        connection.execute(text(f"ALTER TABLE {NEW_TABLE} RENAME TO {TABLE}"))

    def lock(self, connection: Connection) -> None:
        connection.execute(text("UPDATE search_entry SET digest = digest WHERE id < 0"))

    def is_rebuilding(self, connection: Connection) -> bool:
        found = connection.execute(
            text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": NEW_TABLE}
        )
        return found.first() is not None

    def write(
        self, connection: Connection, table: str, entry_id: int, terms: frozenset[str]
    ) -> None:
        connection.execute(
            text(f"INSERT INTO {table} (rowid, terms) VALUES (:id, :terms)"),
            {"id": entry_id, "terms": " ".join(sorted(terms))},
        )

    def missing(self, connection: Connection, table: str, after: int, limit: int) -> list[int]:
        rows = connection.execute(
            text(
                f"SELECT id FROM search_entry WHERE id > :after AND id NOT IN"
                f" (SELECT id FROM {table}_docsize) ORDER BY id LIMIT :limit"
            ),
            {"after": after, "limit": limit},
        )
        return list(rows.scalars())

    def stray(self, connection: Connection) -> int:
        return int(
            connection.execute(
                text(
                    f"SELECT count(*) FROM {TABLE}_docsize WHERE id NOT IN"
                    " (SELECT id FROM search_entry)"
                )
            ).scalar_one()
        )

    def holds(self, connection: Connection, entry_id: int, terms: frozenset[str]) -> bool:
        ordered = sorted(terms)
        # One question with thousands of terms would reach the limit of the expression's depth.
        for start in range(0, len(ordered), 200):
            wanted = " ".join(f'"{term}"' for term in ordered[start : start + 200])
            found = connection.execute(
                text(f"SELECT 1 FROM {TABLE} WHERE {TABLE} MATCH :match AND rowid = :id"),
                {"match": wanted, "id": entry_id},
            )
            if found.first() is None:
                return False
        return True

    def find(self, connection: Connection, match: Match, bounds: Bounds, limit: int) -> list[int]:
        newest = self._window(connection, bounds)
        if newest.number == 0:
            return []
        found = self._find(connection, match, bounds, limit, newest)
        if len(found) < limit and newest.number == WINDOW:
            found = self._find(connection, match, bounds, limit, None)
        return found

    def _window(self, connection: Connection, bounds: Bounds) -> Any:
        """The lowest entry, the earliest moment and the number of the newest articles in bounds."""
        return connection.execute(
            bounds.bind(
                "SELECT min(id) AS lowest, min(published_at) AS earliest, count(*) AS number FROM"
                f" (SELECT e.id, e.published_at FROM search_entry e WHERE {bounds.condition}"
                f" {NEWEST_FIRST} LIMIT {WINDOW})"
            )
        ).one()

    def _find(
        self,
        connection: Connection,
        match: Match,
        bounds: Bounds,
        limit: int,
        newest: Row[Any] | None,
    ) -> list[int]:
        values: dict[str, object] = {"match": _fts5(match), "limit": limit}
        within = ""
        if newest is not None:
            within = "AND t.rowid >= :lowest AND e.published_at >= :earliest"
            values.update(lowest=newest.lowest, earliest=newest.earliest)
        # CROSS JOIN: the terms first. SQLite would rather look each article up in them.
        rows = connection.execute(
            bounds.bind(
                f"SELECT e.article_id FROM {TABLE} t CROSS JOIN search_entry e ON e.id = t.rowid"
                f" WHERE {TABLE} MATCH :match {within} AND {bounds.condition}"
                f" {NEWEST_FIRST} LIMIT :limit"
            ),
            values,
        )
        return list(rows.scalars())

    def share(
        self, connection: Connection, matches: Sequence[Match], bounds: Bounds, each: int
    ) -> list[tuple[int, int]]:
        newest = self._window(connection, Bounds(bounds.last))
        if not matches or newest.number == 0:
            return []
        parts = [
            f"SELECT {place} AS place, article_id FROM"
            f" (SELECT e.article_id FROM {TABLE} t CROSS JOIN search_entry e ON e.id = t.rowid"
            f" WHERE {TABLE} MATCH :match{place} AND t.rowid >= :lowest AND {bounds.condition}"
            f" {NEWEST_FIRST} LIMIT :each)"
            for place in range(len(matches))
        ]
        values = {f"match{place}": _fts5(match) for place, match in enumerate(matches)}
        rows = connection.execute(
            bounds.bind(" UNION ALL ".join(parts)),
            {**values, "each": each, "lowest": newest.lowest},
        )
        return [(row.place, row.article_id) for row in rows]


def _fts5(match: Match) -> str:
    return " AND ".join(
        "(" + " OR ".join(f'"{term.text}"' + "*" * term.begins for term in forms) + ")"
        for forms in match
    )
