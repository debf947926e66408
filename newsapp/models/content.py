"""How often what readers see has been changed: pages that were rendered earlier are stale."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base


class ContentVersion(Base):
    """One row. Every transaction that may change a public page moves ``number`` on."""

    __tablename__ = "content_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
