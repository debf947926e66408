"""What stands around the articles. Images and albums are written here; sections, links, pages and
settings have files of their own and are named here too, so that importers need one name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.media.images import StoredImage
from newsapp.models import Album, AlbumImage, Media
from newsapp.models import album as album_limits
from newsapp.models import media as media_limits
from newsapp.publishing.articles import NotAllowed, NotFound
from newsapp.publishing.audit import Actor, record
from newsapp.publishing.links import LinkEntry, add_links
from newsapp.publishing.pages import add_page
from newsapp.publishing.sections import add_section, section_named
from newsapp.publishing.settings import change_settings
from newsapp.text import vietnamese

__all__ = [
    "LinkEntry",
    "add_album",
    "add_image",
    "add_links",
    "add_page",
    "add_section",
    "change_settings",
    "describe_image",
    "section_named",
]


def add_image(
    image: StoredImage,
    *,
    by: Actor,
    file_name: str = "",
    alt: str = "",
    caption: str = "",
    demo: bool = False,
) -> Media:
    """Record an image that ``media.images`` has stored; the same bytes are one row."""
    found = db.session.scalar(select(Media).where(Media.path == image.path))
    if found is not None:
        return found
    media = Media(
        path=image.path,
        mime_type=image.mime_type,
        size=image.size,
        width=image.width,
        height=image.height,
        file_name=vietnamese.one_line(file_name)[-media_limits.FILE_NAME_MAX :],
        alt=vietnamese.one_line(alt)[: media_limits.ALT_MAX],
        caption=vietnamese.one_line(caption)[: media_limits.CAPTION_MAX],
        created_by=by.account_id,
        created_at=clock_now(),
        demo=demo,
    )
    db.session.add(media)
    db.session.flush()
    record(by, "media.add", "media", media.id, media.file_name)
    db.session.commit()
    return media


def describe_image(media_id: int, alt: str, *, by: Actor) -> None:
    """Say what an image shows, for readers who cannot see it. The same words write nothing.

    Raises NotFound, or NotAllowed for a contributor and somebody else's image.
    """
    media = db.session.get(Media, media_id)
    if media is None:
        raise NotFound
    text = vietnamese.one_line(alt)[: media_limits.ALT_MAX]
    if text == media.alt:
        return
    if not by.edits and media.created_by != by.account_id:
        raise NotAllowed
    media.alt = text
    record(by, "media.describe", "media", media.id, text)
    db.session.commit()


def add_album(
    title: str,
    intro: str,
    images: Sequence[tuple[Media, str]],
    *,
    by: Actor,
    published_at: datetime | None = None,
    demo: bool = False,
) -> Album:
    """Make an album of images with their captions, in that order."""
    _require_editor(by)
    album = Album(
        title=vietnamese.one_line(title),
        slug=vietnamese.slugify(title, album_limits.SLUG_MAX),
        intro=vietnamese.one_line(intro),
        published_at=published_at,
        demo=demo,
        images=[
            AlbumImage(media_id=media.id, position=place, caption=vietnamese.one_line(caption))
            for place, (media, caption) in enumerate(images)
        ],
    )
    db.session.add(album)
    db.session.flush()
    record(by, "album.add", "album", album.id, album.title)
    db.session.commit()
    return album


def _require_editor(by: Actor) -> None:
    if not by.edits:
        raise NotAllowed
