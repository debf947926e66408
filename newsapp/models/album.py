"""Album: photographs in an order, with a title."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsapp.extensions import Base
from newsapp.models.columns import UtcDateTime, at_most, not_blank
from newsapp.models.media import Media

TITLE_MAX = 300
SLUG_MAX = 100


class Album(Base):
    """A photo album, public once ``published_at`` (UTC) has passed; without it, hidden."""

    __tablename__ = "album"
    __table_args__ = (
        not_blank("title"),
        at_most("title", TITLE_MAX),
        at_most("slug", SLUG_MAX),
        at_most("intro", 2_000),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    slug: Mapped[str] = mapped_column(String(SLUG_MAX))
    intro: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    demo: Mapped[bool] = mapped_column(default=False)

    images: Mapped[list[AlbumImage]] = relationship(
        lazy="raise", order_by="AlbumImage.position", cascade="all, delete-orphan"
    )


class AlbumImage(Base):
    """The place of one image in one album; an empty caption means the image's own."""

    __tablename__ = "album_image"
    __table_args__ = (at_most("caption", 1_000),)

    album_id: Mapped[int] = mapped_column(
        ForeignKey("album.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[int] = mapped_column(
        ForeignKey("media.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    position: Mapped[int]
    caption: Mapped[str] = mapped_column(Text, default="")

    media: Mapped[Media] = relationship(lazy="raise")
