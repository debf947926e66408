"""Section (*chuyên mục*): a named, ordered place for articles."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import at_most, not_blank

NAME_MAX = 120
SLUG_MAX = 100


class Section(Base):
    """A section of the site. A child names its parent; children of children are refused
    by ``publishing.sections``."""

    __tablename__ = "section"
    __table_args__ = (
        not_blank("name"),
        at_most("name", NAME_MAX),
        not_blank("slug"),
        at_most("slug", SLUG_MAX),
        at_most("description", 500),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("section.id", ondelete="RESTRICT"), index=True
    )
    slug: Mapped[str] = mapped_column(String(SLUG_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
    demo: Mapped[bool] = mapped_column(default=False)
