"""Where a picture or document of the library is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from newsapp.extensions import db
from newsapp.models import (
    Album,
    AlbumImage,
    Article,
    Attachment,
    Autosave,
    Media,
    Page,
    Setting,
)


class UseKind(StrEnum):
    """How something of the site holds on to a picture or document."""

    COVER = "cover"
    BODY = "body"
    ATTACHMENT = "attachment"
    ALBUM = "album"
    PAGE = "page"
    LOGO = "logo"
    UNSAVED = "unsaved"


@dataclass(frozen=True)
class Use:
    """One place where a picture or document is used.

    ``id`` is the article's, album's or page's (of unsaved text: the article's; 0 for a new one and
    for the site's logo);
    ``owner`` is the account that wrote the article; ``trashed`` tells that it is in the trash.
    """

    kind: UseKind
    id: int
    title: str
    owner: int | None
    trashed: bool


def uses(media_id: int) -> tuple[Use, ...]:
    """Everything that holds on to a picture or document; empty when nothing does, or when there
    is no such one. Old revisions do not count: they outlive what they mention."""
    path = db.session.scalar(select(Media.path).where(Media.id == media_id))
    if path is None:
        return ()
    return (*_article_uses(media_id, path), *_other_uses(media_id, path), *_unsaved_uses(path))


def _article_uses(media_id: int, path: str) -> Sequence[Use]:
    trashed = Article.deleted_at.is_not(None)
    parts = (
        (UseKind.COVER, Article.cover_id == media_id),
        (UseKind.BODY, holds(Article.body, path)),
        (
            UseKind.ATTACHMENT,
            Article.id.in_(select(Attachment.article_id).where(Attachment.media_id == media_id)),
        ),
    )
    found = union_all(
        *(
            select(
                literal(kind.value), Article.id, Article.title, Article.created_by, trashed
            ).where(condition)
            for kind, condition in parts
        )
    )
    return [
        Use(UseKind(kind), number, title, owner, bool(gone))
        for kind, number, title, owner, gone in db.session.execute(found)
    ]


def _other_uses(media_id: int, path: str) -> Sequence[Use]:
    in_album = Album.id.in_(select(AlbumImage.album_id).where(AlbumImage.media_id == media_id))
    found = (
        select(literal(UseKind.ALBUM.value), Album.id, Album.title).where(in_album),
        select(literal(UseKind.PAGE.value), Page.id, Page.title).where(holds(Page.body, path)),
    )
    logo = select(literal(UseKind.LOGO.value), literal(0), literal("")).where(
        exists().where(Setting.key == "logo_id", Setting.value == str(media_id))
    )
    return [
        Use(UseKind(kind), number, title, None, False)
        for kind, number, title in db.session.execute(union_all(*found, logo))
    ]


def _unsaved_uses(path: str) -> Sequence[Use]:
    # In JSON a slash may be written with a backslash before it; the name alone has none.
    name = path.rpartition("/")[2]
    rows = db.session.execute(
        select(Autosave.article_id, Autosave.account_id, Article.title)
        .outerjoin(Article, Article.id == Autosave.article_id)
        .where(holds(Autosave.fields, name))
    )
    return [
        Use(UseKind.UNSAVED, number or 0, title or "", owner, False)
        for number, owner, title in rows
    ]


def holds(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """The condition that a stored text contains ``text`` as it is written."""
    return column.contains(text, autoescape=True)
