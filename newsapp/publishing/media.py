"""The media library: pictures and documents recorded, described, exchanged, taken away."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.media import storage as keeping
from newsapp.media.files import StoredFile
from newsapp.media.images import StoredImage
from newsapp.media.storage import Storage, StorageAway
from newsapp.models import Article, Media, Page, Revision
from newsapp.models import media as limits
from newsapp.publishing.articles import (
    Invalid,
    NotAllowed,
    NotFound,
    PublishingError,
    Stale,
    snapshot,
)
from newsapp.publishing.audit import Actor, record
from newsapp.publishing.uses import Use, holds, uses
from newsapp.text import vietnamese

_log = logging.getLogger(__name__)


class InUse(PublishingError):
    """It cannot be taken away while ``uses`` hold on to it."""

    def __init__(self, uses: tuple[Use, ...]) -> None:
        super().__init__(f"used in {len(uses)} places")
        self.uses = uses


@dataclass(frozen=True)
class Description:
    """What readers are told about a picture or document. A decorative picture has no ``alt``;
    the focal point is in thousandths of width and height."""

    alt: str = ""
    decorative: bool = False
    caption: str = ""
    credit: str = ""
    focal_x: int = 500
    focal_y: int = 500


def add_image(
    image: StoredImage,
    *,
    by: Actor,
    file_name: str = "",
    alt: str = "",
    caption: str = "",
    credit: str = "",
    demo: bool = False,
) -> Media:
    """Record an image that ``media.images`` has stored; the same bytes are one row."""
    return _add(
        Media(
            path=image.path,
            mime_type=image.mime_type,
            size=image.size,
            width=image.width,
            height=image.height,
            renditions=_widths(image),
            file_name=_name(file_name),
            alt=vietnamese.one_line(alt)[: limits.ALT_MAX],
            caption=vietnamese.one_line(caption)[: limits.CAPTION_MAX],
            credit=vietnamese.one_line(credit)[: limits.CREDIT_MAX],
            demo=demo,
        ),
        by,
    )


def add_file(file: StoredFile, *, by: Actor, file_name: str = "") -> Media:
    """Record a document that ``media.files`` has stored; the same bytes are one row."""
    return _add(
        Media(
            path=file.path,
            mime_type=file.mime_type,
            size=file.size,
            width=0,
            height=0,
            file_name=_name(file_name),
        ),
        by,
    )


def _add(media: Media, by: Actor) -> Media:
    path = media.path
    if (found := _at(path)) is not None:
        return found
    media.created_by = by.account_id
    media.created_at = clock_now()
    db.session.add(media)
    try:
        db.session.flush()
    except IntegrityError:
        # Somebody sent the same bytes at the same moment and was faster.
        db.session.rollback()
        found = _at(path)
        if found is None:
            raise
        return found
    record(by, "media.add", "media", media.id, media.file_name)
    db.session.commit()
    return media


def _at(path: str) -> Media | None:
    return db.session.scalar(select(Media).where(Media.path == path))


def _name(file_name: str) -> str:
    return vietnamese.one_line(file_name)[-limits.FILE_NAME_MAX :]


def _widths(image: StoredImage) -> str:
    return ",".join(str(width) for width in image.renditions)


def add_crop(media_id: int, image: StoredImage, *, by: Actor) -> Media:
    """Record ``image``, a part of that picture, as a picture of its own with the same words.

    The whole picture keeps its row and its address, so that nothing that is public changes and
    the next crop starts from all of it again. Raises NotFound; Invalid ``file``: other_kind for a
    document.
    """
    whole = _get(media_id)
    if not whole.width:
        raise Invalid({"file": "other_kind"})
    return add_image(
        image,
        by=by,
        file_name=whole.file_name,
        alt=whole.alt,
        caption=whole.caption,
        credit=whole.credit,
    )


def describe(media_id: int, said: Description, *, by: Actor) -> Media:
    """Say what readers are told. Raises NotFound, NotAllowed, or Invalid with too_long."""
    media = _open(media_id, by)
    words = {
        "alt": "" if said.decorative else vietnamese.one_line(said.alt),
        "caption": vietnamese.one_line(said.caption),
        "credit": vietnamese.one_line(said.credit),
    }
    problems = {
        name: "too_long"
        for name, text in words.items()
        if len(text) > getattr(limits, f"{name.upper()}_MAX")
    }
    if problems:
        raise Invalid(problems)
    for name, text in words.items():
        setattr(media, name, text)
    media.decorative = said.decorative
    media.focal_x = min(max(said.focal_x, 0), 1000)
    media.focal_y = min(max(said.focal_y, 0), 1000)
    if db.session.is_modified(media):
        # What a person has made their own is no longer demo content.
        media.demo = False
        record(by, "media.describe", "media", media.id, media.alt or media.file_name)
    db.session.commit()
    return media


def describe_image(media_id: int, alt: str, *, by: Actor) -> None:
    """Say what an image shows, for readers who cannot see it. The same words write nothing.

    Raises NotFound, or NotAllowed for a contributor and somebody else's image.
    """
    media = _get(media_id)
    text = vietnamese.one_line(alt)[: limits.ALT_MAX]
    if text == media.alt:
        return
    _open(media_id, by)
    media.alt = text
    media.decorative = media.decorative and not text
    media.demo = False
    record(by, "media.describe", "media", media.id, text)
    db.session.commit()


def replace(media_id: int, stored: StoredImage | StoredFile, *, by: Actor, file_name: str) -> Media:
    """Put another file in the place of one that is there; returns its row.

    Covers, albums and attachments show the new file at once. Texts that name the old address are
    changed to the new one, each with a revision of its own, because an address never changes its
    content; the old file stays, so that old addresses and old revisions still show it.

    Raises NotFound; NotAllowed unless an editor, or the owner of one that nothing uses; Stale when
    somebody saved one of the texts meanwhile; Invalid ``file``: other_kind (a document for a
    picture), taken (that file is in the library already).
    """
    media = _open(media_id, by)
    if isinstance(stored, StoredImage) != bool(media.width):
        raise Invalid({"file": "other_kind"})
    if not by.edits and uses(media_id):
        raise NotAllowed
    if stored.path == media.path:
        return media
    if _at(stored.path) is not None:
        raise Invalid({"file": "taken"})
    old = media.path
    media.path, media.mime_type, media.size = stored.path, stored.mime_type, stored.size
    if isinstance(stored, StoredImage):
        media.width, media.height = stored.width, stored.height
        media.renditions = _widths(stored)
    media.file_name = _name(file_name)
    media.demo = False
    try:
        _readdress(f"/media/{old}", f"/media/{stored.path}", by)
        record(by, "media.replace", "media", media.id, media.file_name)
        db.session.commit()
    except (StaleDataError, IntegrityError) as error:
        db.session.rollback()
        raise Stale from error
    return media


def _readdress(old: str, new: str, by: Actor) -> None:
    """Change an address in all stored texts, within the running transaction."""
    for page in db.session.scalars(select(Page).where(holds(Page.body, old))):
        page.body = page.body.replace(old, new)
        page.updated_at = clock_now()
    for article in db.session.scalars(select(Article).where(holds(Article.body, old))).all():
        article.body = article.body.replace(old, new)
        article.updated_at = clock_now()
        db.session.flush()
        db.session.add(
            Revision(
                article_id=article.id,
                version=article.version,
                action="media.replace",
                account_id=by.account_id,
                created_at=article.updated_at,
                **snapshot(article),
            )
        )


def remove(media_id: int, storage: Storage, *, by: Actor) -> None:
    """Take a picture or document away for good: its row, then its files.

    Raises NotFound, NotAllowed for a contributor and somebody else's, or InUse.
    """
    media = _open(media_id, by)
    if holding := uses(media_id):
        raise InUse(holding)
    path, name = media.path, media.file_name
    db.session.delete(media)
    record(by, "media.remove", "media", media_id, name)
    try:
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise InUse(uses(media_id)) from error
    # After the commit: a row without its file would be a broken page, a file without its row is
    # only lost space. So a storage that is away is no reason to complain to somebody whose deed
    # is done.
    try:
        keeping.remove(path, storage)
    except StorageAway as error:
        _log.warning("%s stays in the media storage: %s", path, error)


def may_change(created_by: int | None, by: Actor) -> bool:
    """Whether ``by`` may describe a picture or document: editors any, others their own."""
    return by.edits or (by.account_id is not None and created_by == by.account_id)


def _get(media_id: int) -> Media:
    media = db.session.get(Media, media_id, populate_existing=True)
    if media is None:
        raise NotFound
    return media


def _open(media_id: int, by: Actor) -> Media:
    media = _get(media_id)
    if not may_change(media.created_by, by):
        raise NotAllowed
    return media
