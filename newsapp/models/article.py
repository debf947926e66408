"""Article (schema.org NewsArticle): one item of news, and the states it passes through."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from newsapp.extensions import Base
from newsapp.models.columns import Choice, UtcDateTime, at_most, not_blank, one_of

TITLE_MAX = 300
SLUG_MAX = 100
LEAD_MAX = 2_000
BODY_MAX = 1_000_000
BYLINE_MAX = 120
SOURCE_MAX = 200
FORMER_OFFICE_MAX = 200
REVIEW_NOTE_MAX = 2_000


class State(StrEnum):
    """Where an article stands. *Scheduled* is ``PUBLISHED`` with a time still to come."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


PUBLISHED_ONLY = text("state = 'published'")
IN_TRASH = text("deleted_at IS NOT NULL")


class Article(Base):
    """A news article.

    ``body`` is HTML as cleaned by ``text.richtext``; ``body_text`` is its plain text.
    ``byline`` (*bút danh*) is the pen-name shown under the text and has nothing to do with the
    account that typed it. ``former_office`` names the merged-away office that published an
    inherited article. ``review_note`` is what an editor wrote back to the writer. ``view_baseline`` is the count an imported article came with.
    ``published_at`` is UTC; the article is public once it has passed.
    """

    __tablename__ = "article"
    __table_args__ = (
        not_blank("title"),
        at_most("title", TITLE_MAX),
        not_blank("slug"),
        at_most("slug", SLUG_MAX),
        at_most("lead", LEAD_MAX),
        at_most("body", BODY_MAX),
        at_most("byline", BYLINE_MAX),
        at_most("source", SOURCE_MAX),
        at_most("former_office", FORMER_OFFICE_MAX),
        at_most("review_note", REVIEW_NOTE_MAX),
        one_of("state", State),
        CheckConstraint("version >= 1", name="version_positive"),
        CheckConstraint("view_baseline >= 0", name="view_baseline_not_negative"),
        CheckConstraint(
            "state <> 'published' OR (published_at IS NOT NULL AND section_id IS NOT NULL)",
            name="published_has_time_and_section",
        ),
        CheckConstraint("deleted_at IS NULL OR state <> 'published'", name="trash_is_not_public"),
        Index(
            "ix_article_public",
            "published_at",
            "id",
            sqlite_where=PUBLISHED_ONLY,
        ),
        Index(
            "ix_article_public_section",
            "section_id",
            "published_at",
            "id",
            sqlite_where=PUBLISHED_ONLY,
        ),
        Index("ix_article_demo", "id", sqlite_where=text("demo = 1")),
        Index("ix_article_trash", "deleted_at", sqlite_where=IN_TRASH),
        # An address is never given to a second article, even after a deletion.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int | None] = mapped_column(
        ForeignKey("section.id", ondelete="RESTRICT"), index=True
    )
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    slug: Mapped[str] = mapped_column(String(SLUG_MAX))
    lead: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    body_text: Mapped[str] = mapped_column(Text, default="")
    byline: Mapped[str] = mapped_column(String(BYLINE_MAX), default="")
    source: Mapped[str] = mapped_column(String(SOURCE_MAX), default="")
    former_office: Mapped[str] = mapped_column(String(FORMER_OFFICE_MAX), default="")
    cover_id: Mapped[int | None] = mapped_column(
        ForeignKey("media.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[State] = mapped_column(Choice(State), default=State.DRAFT)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    view_baseline: Mapped[int] = mapped_column(default=0)
    review_note: Mapped[str] = mapped_column(Text, default="", server_default="")
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="RESTRICT"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    demo: Mapped[bool] = mapped_column(default=False)

    # Each flush that changes the row moves the version on and fails if somebody was faster.
    __mapper_args__ = {"version_id_col": version}

    @classmethod
    def published(cls) -> ColumnElement[bool]:
        """The condition for being published or scheduled.

        The state stands in the statement itself: with a parameter there, an index of published
        articles alone does not fit, and each row is read for its state.
        """
        return cls.state == literal_column(f"'{State.PUBLISHED}'")

    @classmethod
    def visible(cls, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
        """The condition for being public at ``now``: every public query starts from it."""
        return and_(cls.published(), cls.published_at <= now)


class Pick(Base):
    """An article that editors set on the home page: position 0 is the lead story, the rest
    are pinned in their order."""

    __tablename__ = "pick"
    __table_args__ = (CheckConstraint("position >= 0", name="position_not_negative"),)

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(unique=True)


class Attachment(Base):
    """A file that readers may take along with an article; ``title`` is what the link says."""

    __tablename__ = "attachment"
    __table_args__ = (not_blank("title"), at_most("title", TITLE_MAX))

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[int] = mapped_column(
        ForeignKey("media.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
