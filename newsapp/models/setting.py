"""Setting: what an editor may change about the site without touching the server."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import at_most


class Setting(Base):
    """One named value; the known names are the fields of ``furniture.SiteSettings``."""

    __tablename__ = "setting"
    __table_args__ = (at_most("value", 4_000),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text, default="")
    demo: Mapped[bool] = mapped_column(default=False)
