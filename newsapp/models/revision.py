"""Revision: what an article said after a save that changed something."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.article import BYLINE_MAX, FORMER_OFFICE_MAX, SOURCE_MAX, TITLE_MAX, State
from newsapp.models.columns import Choice, UtcDateTime, one_of


class Revision(Base):
    """One version of one article, complete, so that it can be read without any other.

    ``section_id`` and ``cover_id`` are remembered without a foreign key: a revision
    outlives the section or image that it mentions. ``action`` is the deed that made it, as
    the audit log names it.
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("article_id", "version"), one_of("state", State))

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    lead: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    byline: Mapped[str] = mapped_column(String(BYLINE_MAX), default="")
    source: Mapped[str] = mapped_column(String(SOURCE_MAX), default="")
    former_office: Mapped[str] = mapped_column(String(FORMER_OFFICE_MAX), default="")
    section_id: Mapped[int | None]
    cover_id: Mapped[int | None]
    state: Mapped[State] = mapped_column(Choice(State))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(40), default="", server_default="")
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="RESTRICT"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
