"""Link: an address of a related office, in a group."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import at_most, not_blank


class Link(Base):
    """A link shown on ``/lien-ket``. Groups stand in the order of their first link."""

    __tablename__ = "link"
    __table_args__ = (
        not_blank("name"),
        at_most("name", 200),
        at_most("group_name", 120),
        at_most("url", 1_000),
        CheckConstraint("url LIKE 'http://%' OR url LIKE 'https://%'", name="url_is_web"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_name: Mapped[str] = mapped_column(String(120), default="")
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    demo: Mapped[bool] = mapped_column(default=False)
