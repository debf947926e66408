"""What the newsroom asks of the database. Reads only; results are plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select

from newsapp.extensions import db
from newsapp.models import Account, Article, Media, Revision, State
from newsapp.news.values import ArticlePage, Image, SectionRef
from newsapp.publishing.articles import Content

IMAGES_OFFERED = 24


class Standing(StrEnum):
    """Where an article stands at a moment: its state, with a schedule told apart."""

    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class StoredArticle:
    """An article as the form needs it. ``body`` is cleaned HTML, times are UTC."""

    id: int
    version: int
    state: State
    standing: Standing
    slug: str
    title: str
    lead: str
    body: str
    byline: str
    source: str
    former_office: str
    section_id: int | None
    cover_id: int | None
    cover: Image | None
    published_at: datetime | None
    updated_at: datetime
    updated_by: str
    created_by: int | None
    review_note: str

    @property
    def content(self) -> Content:
        """What the article says."""
        return Content(**{name: getattr(self, name) for name in Content.__dataclass_fields__})


@dataclass(frozen=True)
class OfferedImage:
    """An image that a cover can be chosen from."""

    id: int
    image: Image
    file_name: str


def standing(state: State, published_at: datetime | None, now: datetime) -> Standing:
    """The standing of an article in ``state`` at ``now``."""
    if state is State.PUBLISHED and published_at is not None and published_at > now:
        return Standing.SCHEDULED
    return Standing(state.value)


def stored(article_id: int, now: datetime) -> StoredArticle | None:
    """The article outside the trash, with who changed it last."""
    row = db.session.execute(
        select(Article, Media, Account.display_name)
        .outerjoin(Media, Media.id == Article.cover_id)
        .outerjoin(
            Revision,
            and_(Revision.article_id == Article.id, Revision.version == Article.version),
        )
        .outerjoin(Account, Account.id == Revision.account_id)
        .where(Article.id == article_id, Article.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    article, cover, updated_by = row
    return StoredArticle(
        id=article.id,
        version=article.version,
        state=article.state,
        standing=standing(article.state, article.published_at, now),
        slug=article.slug,
        title=article.title,
        lead=article.lead,
        body=article.body,
        byline=article.byline,
        source=article.source,
        former_office=article.former_office,
        section_id=article.section_id,
        cover_id=article.cover_id,
        cover=_image(cover) if cover else None,
        published_at=article.published_at,
        updated_at=article.updated_at,
        updated_by=updated_by or "",
        created_by=article.created_by,
        review_note=article.review_note,
    )


def image(media_id: int | None) -> Image | None:
    """The stored image of that number."""
    found = db.session.get(Media, media_id) if media_id is not None else None
    return _image(found) if found else None


def offered_images() -> tuple[OfferedImage, ...]:
    """The latest images, newest first."""
    rows = db.session.scalars(select(Media).order_by(Media.id.desc()).limit(IMAGES_OFFERED))
    return tuple(OfferedImage(media.id, _image(media), media.file_name) for media in rows)


def preview(content: Content, sections: tuple[SectionRef, ...], at: datetime) -> ArticlePage:
    """The page that ``content`` (checked by publishing) would make, dated ``at``."""
    nowhere = SectionRef(0, "", "", "", None)
    return ArticlePage(
        id=0,
        slug="",
        title=content.title,
        lead=content.lead,
        body=content.body,
        byline=content.byline,
        source=content.source,
        former_office=content.former_office,
        section=next((s for s in sections if s.id == content.section_id), nowhere),
        published_at=at,
        updated_at=at,
        version=0,
        view_baseline=0,
        cover=image(content.cover_id),
    )


def _image(media: Media) -> Image:
    return Image.of(media)
