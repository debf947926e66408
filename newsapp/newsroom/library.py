"""The media library as the newsroom shows it: what lies there, what is sent, what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, true
from werkzeug.datastructures import FileStorage

from newsapp.extensions import db
from newsapp.media import files, images
from newsapp.media.files import StoredFile
from newsapp.media.images import StoredImage
from newsapp.media.storage import Refused
from newsapp.models import Account, Media
from newsapp.news.values import Image
from newsapp.pages import config
from newsapp.publishing import media as library
from newsapp.publishing.audit import Actor
from newsapp.publishing.uses import Use, UseKind
from newsapp.text.vietnamese import fold, one_line

PAGE_SIZE = 40
AT_ONCE = 20
STATUS = {"too_large": 413, "kind": 415, "not_an_image": 415, "busy": 503}


class Kind(StrEnum):
    """What the list can be narrowed to; the values stand in its address."""

    IMAGES = "anh"
    FILES = "tep"


@dataclass(frozen=True)
class Item:
    """A picture or document of the library. ``image`` is None for a document; ``kind`` is what
    people call its format (``JPG``, ``PDF``); ``created_at`` is UTC."""

    id: int
    path: str
    name: str
    image: Image | None
    caption: str
    size: int
    decorative: bool
    created_at: datetime
    created_by: int | None
    sender: str

    @property
    def kind(self) -> str:
        return self.path.rpartition(".")[2].upper()

    @property
    def undescribed(self) -> bool:
        """Whether readers who cannot see the picture are told nothing about it."""
        return self.image is not None and not self.image.alt and not self.decorative


@dataclass(frozen=True)
class Shelf:
    """One page of the library; ``more`` says whether another one follows."""

    items: tuple[Item, ...]
    more: bool


@dataclass(frozen=True)
class Sent:
    """What became of one file that was sent: stored as ``media``, or refused with ``problem``."""

    name: str
    media: Media | None = None
    problem: str = ""
    status: int = 200


def shelf(kind: Kind | None, words: str, page: int) -> Shelf:
    """A page of the library, newest first; pages count from 1.

    ``words`` are looked for in name, alternative text and caption, marks and case aside.
    """
    start = (page - 1) * PAGE_SIZE
    if sought := fold(one_line(words)):
        # SQLite folds no Vietnamese letters, and a library is small: 10,000 rows take 0.2 s.
        texts = select(Media.id, Media.file_name, Media.alt, Media.caption).where(_of_kind(kind))
        ids = [
            number
            for number, *said in db.session.execute(texts.order_by(Media.id.desc()))
            if sought in fold("\n".join(said))
        ]
        found = _items(Media.id.in_(ids[start : start + PAGE_SIZE]))
        return Shelf(found, len(ids) > start + PAGE_SIZE)
    found = _items(_of_kind(kind), start, PAGE_SIZE + 1)
    return Shelf(found[:PAGE_SIZE], len(found) > PAGE_SIZE)


def item(media_id: int) -> Item | None:
    """The picture or document of that number."""
    return next(iter(_items(Media.id == media_id)), None)


def _items(
    condition: ColumnElement[bool], start: int = 0, most: int | None = None
) -> tuple[Item, ...]:
    rows = db.session.execute(
        select(Media, Account.display_name)
        .outerjoin(Account, Account.id == Media.created_by)
        .where(condition)
        .order_by(Media.id.desc())
        .offset(start)
        .limit(most)
        .execution_options(populate_existing=True)
    )
    return tuple(_item(media, sender) for media, sender in rows)


def _of_kind(kind: Kind | None) -> ColumnElement[bool]:
    if kind is None:
        return true()
    return Media.width > 0 if kind is Kind.IMAGES else Media.width == 0


def _item(media: Media, sender: str | None) -> Item:
    return Item(
        id=media.id,
        path=media.path,
        name=media.file_name or media.path.rpartition("/")[2],
        image=Image.of(media) if media.width else None,
        caption=media.caption,
        size=media.size,
        decorative=media.decorative,
        created_at=media.created_at,
        created_by=media.created_by,
        sender=sender or "",
    )


def shown_uses(found: tuple[Use, ...], by: Actor) -> tuple[Use, ...]:
    """``found`` as ``by`` may know it: titles of other people's articles are left out for a
    contributor, who sees own articles only."""
    if by.edits:
        return found
    shared = {UseKind.ALBUM, UseKind.PAGE, UseKind.LOGO}
    return tuple(
        use
        if use.kind in shared or use.owner == by.account_id
        else Use(use.kind, 0, "", use.owner, trashed=False)
        for use in found
    )


def take_in(file: FileStorage, by: Actor) -> Sent:
    """Store one file that was sent, and record it; what is wrong with it is said in words."""
    name = file.filename or ""
    try:
        stored = put_away(file)
    except Refused as error:
        status = STATUS.get(error.reason, 422)
        return Sent(shortened(name), problem=refusal_words(error), status=status)
    if isinstance(stored, StoredImage):
        return Sent(shortened(name), library.add_image(stored, by=by, file_name=name))
    return Sent(shortened(name), library.add_file(stored, by=by, file_name=name))


def put_away(file: FileStorage) -> StoredImage | StoredFile:
    """Bring a file that was sent to the media storage. What its name calls a document is judged
    as one, everything else as a picture. Raises Refused, or OSError from the disk."""
    name = file.filename or ""
    with file.stream as stream:
        ending = files.extension(name)
        if ending in files.TYPES or ending in files.OLD_OFFICE:
            return files.store_file(stream, name, config().media)
        # One byte more than is allowed is enough to know, whatever the sender says of the size.
        return images.store(stream.read(images.BYTES_MAX + 1), config().media)


def shortened(name: str) -> str:
    """A file's name as a message can hold it: its beginning and its end."""
    line = one_line(name) or _("file without a name")
    return line if len(line) <= 80 else f"{line[:50]}…{line[-25:]}"


def refusal_words(error: Refused) -> str:
    """Why a file was refused, for the person who sent it."""
    picture = isinstance(error, images.ImageRefused)
    megabytes = (images.BYTES_MAX if picture else files.BYTES_MAX) // 1024**2
    words = {
        "too_large": _("The file is larger than %(size)s MB.", size=megabytes),
        "too_many_pixels": _("The picture has too many pixels. Make it smaller and try again."),
        "not_an_image": _(
            "The library does not take this kind of file. It takes pictures (JPEG, PNG, WebP, GIF)"
            " and documents (PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, CSV, TXT)."
        ),
        "busy": _("The site is busy with other pictures. Send this one again in a moment."),
        "outside": _("This part is not inside of the picture, or smaller than 16 pixels."),
        "empty": _("The file is empty."),
        "old_office": _(
            "Files of the old Office formats (DOC, XLS, PPT) may hold macros. Save it as DOCX, XLSX,"
            " PPTX or PDF and send that."
        ),
        "not_what_it_says": _("The file is not what its name says."),
        "macros": _("The file holds macros. Save it without them, or as PDF, and send that."),
        "locked": _("The file has a password, so nobody could read it. Take the password off."),
        "encoding": _("The text is not in UTF-8. Save it as “CSV UTF-8” or “Unicode (UTF-8)”."),
    }
    if error.reason == "damaged" and picture:
        return str(_("The picture is damaged: its file ends too early or cannot be read."))
    return str(words.get(error.reason, _("The file is damaged or cannot be read.")))
