"""The two ways to keep terms and to ask for them; everything else is one code for both.

Each engine holds the terms in a table of its own, ``search_terms``, beside ``search_entry``.
A rebuild fills ``search_terms_new`` and puts it in the place of the other; while it does, whoever
saves an article writes to both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import BindParameter, Connection, CursorResult, bindparam, text
from sqlalchemy.sql.elements import TextClause

from newsapp.models.columns import UtcDateTime
from newsapp.search.query import Match

TABLE, NEW_TABLE = "search_terms", "search_terms_new"
NEWEST_FIRST = "ORDER BY e.published_at DESC, e.article_id DESC"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a search is restricted to: ``first <= published_at < last`` (aware), and sections."""

    last: datetime
    first: datetime | None = None
    sections: tuple[int, ...] = ()

    @property
    def condition(self) -> str:
        parts = ["e.published_at < :last"]
        if self.first is not None:
            parts.append("e.published_at >= :first")
        if len(self.sections) == 1:
            # A list would be written into the statement anew each time.
            parts.append("e.section_id = :section")
        elif self.sections:
            parts.append("e.section_id IN :sections")
        return " AND ".join(parts)

    def execute(
        self, connection: Connection, statement: str, values: Mapping[str, object]
    ) -> CursorResult[Any]:
        """Run ``statement``, in which ``condition`` stands, with ``values`` and those of it."""
        section = self.sections[0] if self.sections else None
        bounds = {
            "last": self.last,
            "first": self.first,
            "section": section,
            "sections": self.sections,
        }
        return connection.execute(_clause(statement), {**bounds, **values})


@lru_cache(256)
def _clause(statement: str) -> TextClause:
    known: tuple[BindParameter[Any], ...] = (
        bindparam("last", type_=UtcDateTime()),
        bindparam("first", type_=UtcDateTime()),
        bindparam("sections", expanding=True),
    )
    return text(statement).bindparams(
        *(parameter for parameter in known if f":{parameter.key}" in statement)
    )


class Searcher(Protocol):
    """Answers questions to the index."""

    def find(self, match: Match, limit: int) -> list[int]:
        """Ids of the newest articles that match, newest first."""

    def share(self, matches: Sequence[Match], each: int) -> list[tuple[int, int]]:
        """For each match some articles, at most ``each``: (place of the match, article id).
        One statement; on SQLite among the 4,000 that were saved last."""


class Engine(Protocol):
    """What an engine can do. Connections are the caller's, and so are commits."""

    def create(self, connection: Connection, table: str) -> None:
        """Make an empty table of terms."""

    def drop(self, connection: Connection, table: str) -> None:
        """Take a table of terms away, if it is there."""

    def rename(self, connection: Connection) -> None:
        """Put the new table in the place of the old one, which is gone."""

    def lock(self, connection: Connection) -> None:
        """Keep everybody else from writing entries until the transaction ends."""

    def is_rebuilding(self, connection: Connection) -> bool:
        """Whether there is a new table."""

    def write(
        self, connection: Connection, table: str, entry_id: int, terms: frozenset[str]
    ) -> None:
        """Add the terms of an entry that has none."""

    def settle(self, connection: Connection) -> None:
        """After a save: put some of the pieces together that saves leave, in the same transaction;
        each question has to look into all of them."""

    def missing(self, connection: Connection, table: str, after: int, limit: int) -> list[int]:
        """Entries above ``after`` without terms in ``table``, in their order."""

    def stray(self, connection: Connection) -> int:
        """How many rows of terms belong to no entry any more."""

    def merge(self, connection: Connection, table: str, *, anew: bool) -> bool:
        """Put together what many saves have left in pieces, a part of it at a time; ``anew`` says
        that this is the first part. True while there is more to do."""

    def holds(self, connection: Connection, entry_id: int, terms: frozenset[str]) -> bool:
        """Whether the index finds the entry by each of these terms."""

    def search(self, connection: Connection, bounds: Bounds) -> Searcher:
        """What answers questions within ``bounds``."""
