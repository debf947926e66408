"""What the newsroom asks of the database. Reads only; results are plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select

from newsapp.extensions import db
from newsapp.models import Account, Article, Media, Revision, Section, State
from newsapp.news.queries import AnyRow, ArticlePage, Image, SectionRef
from newsapp.publishing.articles import Content, may_write
from newsapp.publishing.audit import Actor
from newsapp.text import vietnamese

PAGE_SIZE = 30
IMAGES_OFFERED = 24


class Standing(StrEnum):
    """Where an article stands at a moment: its state, with a schedule told apart."""

    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ArticleRow:
    """An article in the newsroom's list. Times are UTC."""

    id: int
    slug: str
    title: str
    standing: Standing
    section: str
    writer: str
    published_at: datetime | None
    updated_at: datetime
    writable: bool


@dataclass(frozen=True)
class Sheet:
    """One page of the list; ``more`` says whether another one follows."""

    rows: tuple[ArticleRow, ...]
    more: bool


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


def sheet(by: Actor, now: datetime, only: Standing | None, words: str, page: int) -> Sheet:
    """The articles that ``by`` may see, latest change first; pages count from 1.

    ``words`` are looked for in the title as they are written, and without marks in its address.
    A contributor sees own articles only.
    """
    conditions: list[ColumnElement[bool]] = [Article.deleted_at.is_(None)]
    if not by.edits:
        conditions.append(Article.created_by == by.account_id)
    if only is not None:
        conditions.append(_stands(only, now))
    if words := vietnamese.one_line(words):
        conditions.append(_titled(words))
    rows = db.session.execute(
        select(
            Article.id,
            Article.slug,
            Article.title,
            Article.state,
            Article.published_at,
            Article.updated_at,
            Article.created_by,
            Section.name.label("section"),
            Account.display_name.label("writer"),
        )
        .outerjoin(Section, Section.id == Article.section_id)
        .outerjoin(Account, Account.id == Article.created_by)
        .where(*conditions)
        .order_by(Article.updated_at.desc(), Article.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    return Sheet(
        tuple(_article_row(row, by, now) for row in rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE
    )


def _stands(only: Standing, now: datetime) -> ColumnElement[bool]:
    if only is Standing.SCHEDULED:
        return and_(Article.state == State.PUBLISHED, Article.published_at > now)
    if only is Standing.PUBLISHED:
        return Article.visible(now)
    return Article.state == State(only.value)


def _titled(words: str) -> ColumnElement[bool]:
    found = Article.title.icontains(words, autoescape=True)
    if any(letter.isalnum() for letter in words):
        slug = vietnamese.slugify(words, 100)
        return or_(found, Article.slug.contains(slug, autoescape=True))
    return found


def _article_row(row: AnyRow, by: Actor, now: datetime) -> ArticleRow:
    return ArticleRow(
        id=row.id,
        slug=row.slug,
        title=row.title,
        standing=standing(row.state, row.published_at, now),
        section=row.section or "",
        writer=row.writer or "",
        published_at=row.published_at,
        updated_at=row.updated_at,
        writable=may_write(row.created_by, row.state, by),
    )


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
