"""Page: a standing page such as *Giới thiệu* or *Liên hệ*."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.account import Language
from newsapp.models.columns import Choice, UtcDateTime, at_most, not_blank, one_of

TITLE_MAX = 300
SLUG_MAX = 100


class Page(Base):
    """A standing page; ``body`` is HTML as cleaned by ``text.richtext``."""

    __tablename__ = "page"
    __table_args__ = (
        not_blank("title"),
        at_most("title", TITLE_MAX),
        not_blank("slug"),
        at_most("slug", SLUG_MAX),
        at_most("body", 1_000_000),
        one_of("language", Language),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_MAX), unique=True)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    body: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[Language] = mapped_column(Choice(Language), default=Language.VIETNAMESE)
    position: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    demo: Mapped[bool] = mapped_column(default=False)
