"""Photo albums: made, changed, shown and hidden, filled and put in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from newsapp.extensions import db
from newsapp.models import Album, AlbumImage, Media
from newsapp.models import album as limits
from newsapp.publishing import order
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound
from newsapp.publishing.audit import Actor, record
from newsapp.text import vietnamese

INTRO_MAX = 2_000
CAPTION_MAX = 1_000


@dataclass(frozen=True)
class AlbumWords:
    """What is said of an album. ``published_at`` (UTC) is when readers see it, None for never;
    without ``slug`` the address is made of the title."""

    title: str
    intro: str = ""
    slug: str = ""
    published_at: datetime | None = None


def add_album(
    title: str,
    intro: str,
    images: Sequence[tuple[Media, str]],
    *,
    by: Actor,
    published_at: datetime | None = None,
    slug: str = "",
    demo: bool = False,
) -> Album:
    """Make an album of images with their captions, in that order. Raises NotAllowed or Invalid."""
    _require_editor(by)
    album = Album(
        demo=demo,
        images=[
            AlbumImage(media_id=media.id, position=place, caption=vietnamese.one_line(caption))
            for place, (media, caption) in enumerate(images)
        ],
    )
    _say(album, AlbumWords(title, intro, slug, published_at))
    db.session.add(album)
    db.session.flush()
    record(by, "album.add", "album", album.id, album.title)
    db.session.commit()
    return album


def save_album(album_id: int, words: AlbumWords, *, by: Actor) -> Album:
    """Change what is said of an album, and when it is public.

    Raises NotFound, NotAllowed, or Invalid: ``title`` missing or too_long, ``intro`` too_long.
    """
    album = _open(album_id, by)
    _say(album, words)
    if db.session.is_modified(album):
        album.demo = False
        record(by, "album.save", "album", album.id, album.title)
    db.session.commit()
    return album


def add_album_images(album_id: int, media_ids: Sequence[int], *, by: Actor) -> int:
    """Put pictures of the library behind those that are there; how many are new in the album.

    What is in the album already, is no picture or does not exist is passed over. Raises NotFound
    or NotAllowed.
    """
    album = _open(album_id, by)
    present = {image.media_id for image in album.images}
    pictures = set(
        db.session.scalars(select(Media.id).where(Media.id.in_(media_ids), Media.width > 0))
    )
    wanted = [number for number in dict.fromkeys(media_ids) if number in pictures - present]
    last = max((image.position for image in album.images), default=-1)
    album.images.extend(
        AlbumImage(media_id=number, position=place) for place, number in enumerate(wanted, last + 1)
    )
    if wanted:
        album.demo = False
        record(by, "album.fill", "album", album.id, f"+{len(wanted)}")
    db.session.commit()
    return len(wanted)


def arrange_album(
    album_id: int,
    placed: Sequence[tuple[int, str]],
    *,
    by: Actor,
    removed: Collection[int] = (),
) -> None:
    """Put an album's pictures in the order of ``placed`` (number of the picture, its caption) and
    take ``removed`` out of it; the library keeps them.

    A picture that ``placed`` does not know, because somebody else just added it, stays where it
    is. Raises NotFound, NotAllowed, or Invalid: ``caption`` too_long.
    """
    album = _open(album_id, by)
    captions = {number: vietnamese.one_line(caption) for number, caption in placed}
    if any(len(caption) > CAPTION_MAX for caption in captions.values()):
        raise Invalid({"caption": "too_long"})
    kept = {image.media_id: image for image in album.images if image.media_id not in removed}
    album.images[:] = [
        kept[number] for number in order.arranged(list(kept), [number for number, _ in placed])
    ]
    for place, image in enumerate(album.images):
        image.position = place
        image.caption = captions.get(image.media_id, image.caption)
    if db.session.dirty or db.session.deleted or db.session.is_modified(album):
        album.demo = False
        record(by, "album.arrange", "album", album.id, album.title)
    db.session.commit()


def moved(row: Sequence[int], item: int, *, up: bool) -> list[int]:
    """``row`` with ``item`` one place further up or down; without it, as it is."""
    return order.stepped(row, item, up=up) if item in row else list(row)


def remove_album(album_id: int, *, by: Actor) -> None:
    """Delete an album; its pictures stay in the library. Raises NotFound or NotAllowed."""
    album = _open(album_id, by)
    title = album.title
    db.session.delete(album)
    record(by, "album.remove", "album", album_id, title)
    db.session.commit()


def _say(album: Album, words: AlbumWords) -> None:
    title, intro = vietnamese.one_line(words.title), vietnamese.one_line(words.intro)
    problems = {}
    if not title:
        problems["title"] = "missing"
    elif len(title) > limits.TITLE_MAX:
        problems["title"] = "too_long"
    if len(intro) > INTRO_MAX:
        problems["intro"] = "too_long"
    if problems:
        raise Invalid(problems)
    album.title, album.intro = title, intro
    album.slug = vietnamese.slugify(words.slug or title, limits.SLUG_MAX)
    album.published_at = words.published_at


def _open(album_id: int, by: Actor) -> Album:
    _require_editor(by)
    album = db.session.scalar(
        select(Album)
        .where(Album.id == album_id)
        .options(selectinload(Album.images))
        .execution_options(populate_existing=True)
    )
    if album is None:
        raise NotFound
    return album


def _require_editor(by: Actor) -> None:
    if not by.edits:
        raise NotAllowed
