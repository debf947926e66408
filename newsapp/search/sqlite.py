"""SQLite's engine: FTS5."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, text

from newsapp.search.engine import NEW_TABLE, NEWEST_FIRST, TABLE, Bounds, Searcher
from newsapp.search.query import Match

# The newest articles are looked through first: what matches often is found there, without a look
# at all that matches.
WINDOW = 20_000
# What is related to an article is asked for with each page, and old news is seldom of use.
SHARED_WINDOW = 4_000
# So much is written in one go; readers and savers come in between.
MERGE_PAGES = 2_000
# So much with each save: some two milliseconds.
SETTLE_PAGES = 16


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

    def settle(self, connection: Connection) -> None:
        self._merge(connection, TABLE, SETTLE_PAGES)

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

    def merge(self, connection: Connection, table: str, *, anew: bool) -> bool:
        # A negative number begins, a positive one goes on; the end is told by nothing having moved.
        raw = connection.connection.dbapi_connection
        before = raw.total_changes  # type: ignore[union-attr]  # it is sqlite3's
        self._merge(connection, table, -MERGE_PAGES if anew else MERGE_PAGES)
        return bool(raw.total_changes - before > 1)  # type: ignore[union-attr]  # see above

    def _merge(self, connection: Connection, table: str, pages: int) -> None:
        connection.execute(
            text(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', :pages)"), {"pages": pages}
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

    def search(self, connection: Connection, bounds: Bounds) -> Searcher:
        return _Searcher(connection, bounds)


@dataclass(frozen=True)
class _Window:
    """The newest articles in bounds: their own bounds, lowest and highest entry (0 without any).

    ``whole``: these are all that there are.
    """

    bounds: Bounds
    lowest: int
    highest: int
    whole: bool


class _Searcher:
    def __init__(self, connection: Connection, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds
        self._often: bool | None = None

    @cached_property
    def _window(self) -> _Window:
        # The index is walked to the last of them; to gather them takes twenty times as long.
        earliest = self._bounds.execute(
            self._connection,
            f"SELECT e.published_at FROM search_entry e WHERE {self._bounds.condition}"
            f" {NEWEST_FIRST} LIMIT 1 OFFSET {WINDOW - 1}",
            {},
        ).scalar()
        bounds = self._bounds
        if earliest:
            bounds = replace(bounds, first=datetime.fromisoformat(earliest).replace(tzinfo=UTC))
        entries = bounds.execute(
            self._connection,
            "SELECT min(e.id) AS lowest, max(e.id) AS highest FROM search_entry e"
            f" WHERE {bounds.condition}",
            {},
        ).one()
        return _Window(bounds, entries.lowest or 0, entries.highest or 0, whole=not earliest)

    def find(self, match: Match, limit: int) -> list[int]:
        window = self._window
        if not window.highest:
            return []
        # Who asks begins with the widest question. Where the newest articles do not suffice for it,
        # they would not for the narrower ones either.
        if self._often is not False:
            within = "AND t.rowid BETWEEN :lowest AND :highest"
            found = self._find(match, limit, window.bounds, within)
            if len(found) >= limit or window.whole:
                self._often = True
                return found
            self._often = bool(self._often)
        return self._find(match, limit, self._bounds, "")

    def _find(self, match: Match, limit: int, bounds: Bounds, within: str) -> list[int]:
        rows = bounds.execute(
            self._connection,
            f"{_select(bounds)} :match {within} {NEWEST_FIRST} LIMIT :limit",
            {
                "match": _fts5(match),
                "limit": limit,
                "lowest": self._window.lowest,
                "highest": self._window.highest,
            },
        )
        return list(rows.scalars())

    def share(self, matches: Sequence[Match], each: int) -> list[tuple[int, int]]:
        if not matches:
            return []
        # In the order of the terms' own rows, the last first: that is where FTS5 stops early.
        rows = self._bounds.execute(
            self._connection,
            "SELECT m.key AS place, (SELECT json_group_array(article_id) FROM"
            f" ({_select(self._bounds)} m.value"
            f" AND t.rowid > (SELECT max(id) FROM search_entry) - {SHARED_WINDOW}"
            " ORDER BY t.rowid DESC LIMIT :each)) AS articles FROM json_each(:matches) m",
            {"matches": json.dumps([_fts5(match) for match in matches]), "each": each},
        )
        return [(row.place, article) for row in rows for article in json.loads(row.articles)]


def _select(bounds: Bounds) -> str:
    # CROSS JOIN: the terms first. SQLite would rather look each article up in them.
    return (
        f"SELECT e.article_id FROM {TABLE} t CROSS JOIN search_entry e ON e.id = t.rowid"
        f" WHERE {bounds.condition} AND {TABLE} MATCH"
    )


def _fts5(match: Match) -> str:
    return " AND ".join(f'"{term.text}"' + "*" * term.begins for term in match)
