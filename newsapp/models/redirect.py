"""Redirect: an address that something of the site had before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import UtcDateTime, at_most

ADDRESS_MAX = 1_000


class Redirect(Base):
    """An old address (path and query, lower case) and where it leads: to an article by its id,
    or to a path of this site. ``hits`` counts how often it was asked for."""

    __tablename__ = "redirect"
    __table_args__ = (
        at_most("address", ADDRESS_MAX),
        CheckConstraint("(article_id IS NULL) <> (target IS NULL)", name="one_target"),
        CheckConstraint("target IS NULL OR target LIKE '/%'", name="target_is_local"),
        CheckConstraint("hits >= 0", name="hits_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(ADDRESS_MAX), unique=True)
    article_id: Mapped[int | None] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )
    target: Mapped[str | None] = mapped_column(String(ADDRESS_MAX))
    hits: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
