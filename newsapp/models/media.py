"""Media: an uploaded file and what readers are told about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import UtcDateTime, at_most, not_blank

PATH_MAX = 120
ALT_MAX = 500
CAPTION_MAX = 1_000
CREDIT_MAX = 200
FILE_NAME_MAX = 200


class Media(Base):
    """One uploaded file. ``path`` is relative to the media folder; what lies there never changes.

    ``size`` is bytes; ``width`` and ``height`` are pixels of the stored (re-encoded) image, both
    0 for other files. ``decorative`` says that an image needs no alternative text. The focal
    point is in thousandths of width and height. ``renditions`` lists the widths in pixels that
    lie beside an image, separated by commas.
    """

    __tablename__ = "media"
    __table_args__ = (
        not_blank("path"),
        at_most("alt", ALT_MAX),
        at_most("caption", CAPTION_MAX),
        at_most("credit", CREDIT_MAX),
        at_most("file_name", FILE_NAME_MAX),
        CheckConstraint("size > 0 AND width >= 0 AND height >= 0", name="dimensions_positive"),
        CheckConstraint(
            "focal_x BETWEEN 0 AND 1000 AND focal_y BETWEEN 0 AND 1000", name="focal_point_inside"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(PATH_MAX), unique=True)
    mime_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(FILE_NAME_MAX), default="")
    alt: Mapped[str] = mapped_column(Text, default="")
    caption: Mapped[str] = mapped_column(Text, default="")
    credit: Mapped[str] = mapped_column(String(CREDIT_MAX), default="")
    decorative: Mapped[bool] = mapped_column(default=False, server_default=false())
    focal_x: Mapped[int] = mapped_column(default=500, server_default="500")
    focal_y: Mapped[int] = mapped_column(default=500, server_default="500")
    renditions: Mapped[str] = mapped_column(String(100), default="", server_default="")
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="RESTRICT"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    demo: Mapped[bool] = mapped_column(default=False)
