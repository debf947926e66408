"""Search: which articles the index holds, the words of their titles, and what nobody found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import UtcDateTime, at_most, not_blank

WORD_MAX = 60
MISS_MAX = 100


class SearchEntry(Base):
    """A published article in the index; ``published_at`` and ``section_id`` are the article's.

    The table ``search_terms`` holds the terms of entry ``id`` in a form of the engine's own. Each
    save that changes words makes a new entry, and no id is used twice: what SQLite's index, which
    forgets nothing until it is rebuilt, says of an old id is said of nobody. ``digest`` is that of
    the terms.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        Index("ix_search_entry_newest", "published_at", "article_id", "section_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), unique=True
    )
    section_id: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(16))


class SearchWord(Base):
    """A word that some title has or had, in lower case and one tone placement: offered to who
    mistyped."""

    __tablename__ = "search_word"
    __table_args__ = (at_most("written", WORD_MAX), at_most("folded", WORD_MAX))

    written: Mapped[str] = mapped_column(String(WORD_MAX), primary_key=True)
    folded: Mapped[str] = mapped_column(String(WORD_MAX))


class SearchMiss(Base):
    """Words that readers looked for and did not find; nothing says who they were."""

    __tablename__ = "search_miss"
    __table_args__ = (
        not_blank("text"),
        at_most("text", MISS_MAX),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    text: Mapped[str] = mapped_column(String(MISS_MAX), primary_key=True)
    number: Mapped[int] = mapped_column(default=1)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
