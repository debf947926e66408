"""PostgreSQL's engine: tsvector and GIN."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from newsapp.search.engine import NEW_TABLE, NEWEST_FIRST, TABLE, Bounds, Searcher
from newsapp.search.query import Match


class PostgreSQL:
    """A tsvector of terms without positions under a GIN index."""

    def create(self, connection: Connection, table: str) -> None:
        connection.execute(
            text(
                f"CREATE TABLE {table} (entry_id integer NOT NULL CONSTRAINT pk_{table} PRIMARY KEY"
                f" CONSTRAINT fk_{table}_entry_id_search_entry REFERENCES search_entry (id)"
                " ON DELETE CASCADE, terms tsvector NOT NULL)"
            )
        )
        connection.execute(text(f"CREATE INDEX ix_{table}_terms ON {table} USING gin (terms)"))

    def drop(self, connection: Connection, table: str) -> None:
        connection.execute(text(f"DROP TABLE IF EXISTS {table}"))

    def rename(self, connection: Connection) -> None:
        connection.execute(text(f"ALTER TABLE {NEW_TABLE} RENAME TO {TABLE}"))
        connection.execute(text(f"ALTER INDEX ix_{NEW_TABLE}_terms RENAME TO ix_{TABLE}_terms"))
        for kind in ("pk_{}", "fk_{}_entry_id_search_entry"):
            connection.execute(
                text(
                    f"ALTER TABLE {TABLE} RENAME CONSTRAINT {kind.format(NEW_TABLE)}"
                    f" TO {kind.format(TABLE)}"
                )
            )

    def lock(self, connection: Connection) -> None:
        connection.execute(text("LOCK TABLE search_entry IN SHARE ROW EXCLUSIVE MODE"))

    def is_rebuilding(self, connection: Connection) -> bool:
        return bool(
            connection.execute(text("SELECT to_regclass(:name)"), {"name": NEW_TABLE}).scalar()
        )

    def write(
        self, connection: Connection, table: str, entry_id: int, terms: frozenset[str]
    ) -> None:
        connection.execute(
            text(
                f"INSERT INTO {table} (entry_id, terms)"
                " VALUES (:id, array_to_tsvector(CAST(:terms AS text[])))"
            ),
            {"id": entry_id, "terms": sorted(terms)},
        )

    def settle(self, connection: Connection) -> None:
        """PostgreSQL sees to that by itself."""

    def missing(self, connection: Connection, table: str, after: int, limit: int) -> list[int]:
        rows = connection.execute(
            text(
                f"SELECT e.id FROM search_entry e LEFT JOIN {table} t ON t.entry_id = e.id"
                " WHERE e.id > :after AND t.entry_id IS NULL ORDER BY e.id LIMIT :limit"
            ),
            {"after": after, "limit": limit},
        )
        return list(rows.scalars())

    def stray(self, connection: Connection) -> int:
        return 0  # the foreign key takes them along

    def merge(self, connection: Connection, table: str, *, anew: bool) -> bool:
        return False  # autovacuum does what there is to do

    def holds(self, connection: Connection, entry_id: int, terms: frozenset[str]) -> bool:
        found = connection.execute(
            text(
                f"SELECT 1 FROM {TABLE} WHERE entry_id = :id"
                " AND terms = array_to_tsvector(CAST(:terms AS text[]))"
            ),
            {"id": entry_id, "terms": sorted(terms)},
        )
        return found.first() is not None

    def search(self, connection: Connection, bounds: Bounds) -> Searcher:
        return _Searcher(connection, bounds)


class _Searcher:
    def __init__(self, connection: Connection, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds

    def find(self, match: Match, limit: int) -> list[int]:
        # The planner does not know that looking through all terms means unpacking them, and would
        # sometimes rather do that: seconds instead of milliseconds. Ends with the transaction.
        self._connection.execute(text("SET LOCAL enable_seqscan = off"))
        rows = self._bounds.execute(
            self._connection,
            # First all that match: in the order of time the planner would try article after
            # article.
            f"WITH t AS MATERIALIZED (SELECT entry_id FROM {TABLE}"
            " WHERE terms @@ CAST(:match AS tsquery))"
            " SELECT e.article_id FROM t JOIN search_entry e ON e.id = t.entry_id"
            f" WHERE {self._bounds.condition} {NEWEST_FIRST} LIMIT :limit",
            {"match": _tsquery(match), "limit": limit},
        )
        return list(rows.scalars())

    def share(self, matches: Sequence[Match], each: int) -> list[tuple[int, int]]:
        if not matches:
            return []
        parts = (
            # search_having() has the same setting.
            f"(SELECT {place} AS place, e.article_id FROM"
            f" search_having(CAST(:match{place} AS tsquery)) t"
            f" JOIN search_entry e ON e.id = t WHERE {self._bounds.condition} LIMIT :each)"
            for place in range(len(matches))
        )
        values = {f"match{place}": _tsquery(match) for place, match in enumerate(matches)}
        rows = self._bounds.execute(
            self._connection, " UNION ALL ".join(parts), {**values, "each": each}
        )
        return [(row.place, row.article_id) for row in rows]


def _tsquery(match: Match) -> str:
    return " & ".join(f"'{term.text}'" + ":*" * term.begins for term in match)
