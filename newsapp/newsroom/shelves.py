"""What the newsroom asks of the database about albums and an article's files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from newsapp.extensions import db
from newsapp.models import Album, AlbumImage, Article, Attachment, Media
from newsapp.news.values import Image
from newsapp.publishing.articles import may_write
from newsapp.publishing.audit import Actor

FILES_OFFERED = 50


@dataclass(frozen=True)
class AlbumRow:
    """An album in the newsroom's list. ``published_at`` is UTC, None for a hidden one."""

    id: int
    slug: str
    title: str
    published_at: datetime | None
    count: int


@dataclass(frozen=True)
class Placed:
    """A picture in an album; ``caption`` is the album's own, empty for the picture's."""

    id: int
    name: str
    image: Image
    caption: str


@dataclass(frozen=True)
class AlbumSheet:
    """An album as its form needs it. ``published_at`` is UTC, None for a hidden one."""

    id: int
    slug: str
    title: str
    intro: str
    published_at: datetime | None
    images: tuple[Placed, ...]

    def arranged(self, placed: Sequence[tuple[int, str]]) -> AlbumSheet:
        """The album with its pictures' captions in the order of ``placed``; the others follow."""
        captions = dict(placed)
        places = {number: place for place, number in enumerate(captions)}
        images = [replace(one, caption=captions.get(one.id, one.caption)) for one in self.images]
        images.sort(key=lambda one: places.get(one.id, len(places)))
        return replace(self, images=tuple(images))


@dataclass(frozen=True)
class AttachedRow:
    """A file under an article, as the newsroom changes it."""

    id: int
    path: str
    title: str
    size: int

    @property
    def kind(self) -> str:
        return self.path.rpartition(".")[2].upper()


@dataclass(frozen=True)
class FilesPage:
    """An article's files, and the latest documents of the library that it has not got."""

    article_id: int
    article_title: str
    writable: bool
    attached: tuple[AttachedRow, ...]
    offered: tuple[AttachedRow, ...]


def albums() -> tuple[AlbumRow, ...]:
    """All albums: hidden ones first, then newest first."""
    rows = db.session.execute(
        select(
            Album.id, Album.slug, Album.title, Album.published_at, func.count(AlbumImage.media_id)
        )
        .outerjoin(AlbumImage, AlbumImage.album_id == Album.id)
        .group_by(Album.id)
        .order_by(Album.published_at.is_not(None), Album.published_at.desc(), Album.id.desc())
    )
    return tuple(AlbumRow(*row) for row in rows)


def album(album_id: int) -> AlbumSheet | None:
    """The album of that number with its pictures in order."""
    found = db.session.get(Album, album_id, populate_existing=True)
    if found is None:
        return None
    rows = db.session.execute(
        select(Media, AlbumImage.caption)
        .join(AlbumImage, AlbumImage.media_id == Media.id)
        .where(AlbumImage.album_id == album_id)
        .order_by(AlbumImage.position, Media.id)
    )
    images = tuple(
        Placed(media.id, media.file_name, Image.of(media), caption) for media, caption in rows
    )
    return AlbumSheet(found.id, found.slug, found.title, found.intro, found.published_at, images)


def article_files(article_id: int, by: Actor) -> FilesPage | None:
    """The files of an article outside the trash."""
    article = db.session.execute(
        select(Article.title, Article.created_by, Article.state).where(
            Article.id == article_id, Article.deleted_at.is_(None)
        )
    ).first()
    if article is None:
        return None
    attached = db.session.execute(
        select(Media.id, Media.path, Attachment.title, Media.size)
        .join(Attachment, Attachment.media_id == Media.id)
        .where(Attachment.article_id == article_id)
        .order_by(Attachment.position, Media.id)
    ).all()
    offered = db.session.execute(
        select(Media.id, Media.path, Media.file_name, Media.size)
        .where(Media.width == 0, Media.id.not_in([row.id for row in attached]))
        .order_by(Media.id.desc())
        .limit(FILES_OFFERED)
    )
    return FilesPage(
        article_id,
        article.title,
        may_write(article.created_by, article.state, by),
        tuple(AttachedRow(*row) for row in attached),
        tuple(AttachedRow(*row) for row in offered),
    )
