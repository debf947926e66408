"""What stands around the articles: sections, pages, links, albums, settings, images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.media.images import StoredImage
from newsapp.models import Album, AlbumImage, Language, Link, Media, Page, Role, Section, Setting
from newsapp.models import album as album_limits
from newsapp.models import media as media_limits
from newsapp.models import section as section_limits
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound
from newsapp.publishing.audit import Actor, record
from newsapp.text import richtext, vietnamese


@dataclass(frozen=True)
class LinkEntry:
    """One link as somebody enters it."""

    group: str
    name: str
    url: str


def add_section(
    name: str,
    *,
    by: Actor,
    slug: str = "",
    description: str = "",
    parent_id: int | None = None,
    demo: bool = False,
) -> Section:
    """Make a section after the existing ones. Raises Invalid: ``name`` missing, too_long or
    taken (another section has its address), ``parent_id`` unknown or too_deep."""
    _require_editor(by)
    title = vietnamese.one_line(name)
    address = slug or vietnamese.slugify(title, section_limits.SLUG_MAX)
    if not title:
        raise Invalid({"name": "missing"})
    if len(title) > section_limits.NAME_MAX:
        raise Invalid({"name": "too_long"})
    if db.session.scalar(select(Section.id).where(Section.slug == address)):
        raise Invalid({"name": "taken"})
    if parent_id is not None:
        parent = db.session.get(Section, parent_id)
        if parent is None:
            raise Invalid({"parent_id": "unknown"})
        if parent.parent_id is not None:
            raise Invalid({"parent_id": "too_deep"})
    last = db.session.scalar(select(func.max(Section.position))) or 0
    section = Section(
        name=title,
        slug=address,
        description=vietnamese.one_line(description),
        parent_id=parent_id,
        position=last + 1,
        demo=demo,
    )
    db.session.add(section)
    db.session.flush()
    record(by, "section.add", "section", section.id, title)
    db.session.commit()
    return section


def section_named(name: str, *, by: Actor) -> Section:
    """The section with that name, made if there is none (importers bring their own names)."""
    slug = vietnamese.slugify(vietnamese.one_line(name), section_limits.SLUG_MAX)
    found = db.session.scalar(select(Section).where(Section.slug == slug))
    return found or add_section(name, by=by)


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


def add_links(entries: Sequence[LinkEntry], *, by: Actor, demo: bool = False) -> None:
    """Add links after the existing ones."""
    _require_editor(by)
    last = db.session.scalar(select(func.max(Link.position))) or 0
    for place, entry in enumerate(entries, last + 1):
        db.session.add(
            Link(
                group_name=vietnamese.one_line(entry.group),
                name=vietnamese.one_line(entry.name),
                url=entry.url.strip(),
                position=place,
                demo=demo,
            )
        )
    record(by, "link.add", "link", "", f"{len(entries)}")
    db.session.commit()


def add_page(
    slug: str,
    title: str,
    body: str,
    *,
    by: Actor,
    language: Language = Language.VIETNAMESE,
    demo: bool = False,
) -> Page:
    """Make a standing page after the existing ones; the body is cleaned."""
    _require_editor(by)
    last = db.session.scalar(select(func.max(Page.position))) or 0
    page = Page(
        slug=slug,
        title=vietnamese.one_line(title),
        body=richtext.clean(body),
        language=language,
        position=last + 1,
        updated_at=clock_now(),
        demo=demo,
    )
    db.session.add(page)
    db.session.flush()
    record(by, "page.add", "page", page.id, page.title)
    db.session.commit()
    return page


def change_settings(values: Mapping[str, str], *, by: Actor, demo: bool = False) -> None:
    """Write settings; what a person writes is no longer demo content.

    Raises NotAllowed for anybody but an administrator.
    """
    if not by.role.includes(Role.ADMINISTRATOR):
        raise NotAllowed
    for key, value in values.items():
        db.session.merge(Setting(key=key, value=vietnamese.one_line(value), demo=demo))
    record(by, "setting.change", "setting", "", ", ".join(values))
    db.session.commit()


def _require_editor(by: Actor) -> None:
    if not by.edits:
        raise NotAllowed
