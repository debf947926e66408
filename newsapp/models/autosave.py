"""Autosave: unsaved text kept on the server; and who has an article open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import UtcDateTime, at_most

FIELDS_MAX = 4_000_000


class Autosave(Base):
    """What one person has typed into one article's form and not saved yet.

    ``fields`` is the form as JSON, uncleaned; ``version`` is the article's when the form was
    opened. ``article_id`` is empty for an article that was never saved; there is one such slot
    a person.
    """

    __tablename__ = "autosave"
    __table_args__ = (
        UniqueConstraint("account_id", "article_id"),
        Index(
            "uq_autosave_new",
            "account_id",
            unique=True,
            sqlite_where=text("article_id IS NULL"),
        ),
        at_most("fields", FIELDS_MAX),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    article_id: Mapped[int | None] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )
    version: Mapped[int] = mapped_column(default=0)
    fields: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Presence(Base):
    """One person has one article's form open, as of ``seen_at``."""

    __tablename__ = "presence"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
