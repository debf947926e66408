"""What readers' pages are told, as plain frozen values: articles, lists, albums, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsapp.media.names import Rendition, renditions
from newsapp.models import Media

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Image:
    """A stored image: ``path`` under ``/media/``, pixels, what readers are told, and the point
    (in thousandths of width and height) that stays in sight where a page cuts it."""

    path: str
    width: int
    height: int
    alt: str
    caption: str
    credit: str
    focal_x: int = 500
    focal_y: int = 500

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """The WebP copies that lie beside it, narrowest first."""
        return renditions(self.path)

    @property
    def focus(self) -> str:
        """The class in site.css that keeps the focal point in sight; empty for the middle."""
        across = ("left", "center", "right")[min(self.focal_x * 3 // 1000, 2)]
        down = ("top", "center", "bottom")[min(self.focal_y * 3 // 1000, 2)]
        return "" if across == down == "center" else f"focus-{across}-{down}"

    @classmethod
    def of(cls, media: Media, caption: str = "") -> Image:
        """The image in that row; ``caption`` stands in for its own."""
        return cls(
            media.path,
            media.width,
            media.height,
            media.alt,
            caption or media.caption,
            media.credit,
            media.focal_x,
            media.focal_y,
        )


@dataclass(frozen=True)
class AttachedFile:
    """A file under an article: ``path`` under ``/media/``, what the link says, size in bytes."""

    path: str
    title: str
    size: int

    @property
    def kind(self) -> str:
        """The kind of the file as people call it: ``PDF``, ``DOCX``."""
        return self.path.rpartition(".")[2].upper()

    @property
    def file_name(self) -> str:
        """The name under which a browser keeps it: the title, ended as its kind demands."""
        ending = f".{self.kind.lower()}"
        return self.title if self.title.lower().endswith(ending) else f"{self.title}{ending}"


@dataclass(frozen=True)
class Headline:
    """An article as it is linked to from another one. ``published_at`` is UTC."""

    id: int
    slug: str
    title: str
    published_at: datetime


@dataclass(frozen=True)
class Teaser:
    """An article as it stands in a list. ``published_at`` is UTC."""

    id: int
    slug: str
    title: str
    lead: str
    published_at: datetime
    section_name: str
    section_slug: str
    image: Image | None


@dataclass(frozen=True)
class Cursor:
    """The place after which a list goes on: the last item seen, by (published_at, id)."""

    published_at: datetime
    id: int

    def __str__(self) -> str:
        microseconds = (self.published_at - EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that ``str()`` wrote. Raises ValueError for anything else."""
        moment, _, number = text.partition("-")
        if not (text.isascii() and moment.isdigit() and number.isdigit() and len(text) < 40):
            raise ValueError("not a cursor")
        try:
            at = EPOCH + timedelta(microseconds=int(moment))
        except OverflowError as error:
            raise ValueError("not a cursor") from error
        if int(number) > 2**31 - 1:
            raise ValueError("not a cursor")
        return cls(at, int(number))


@dataclass(frozen=True)
class SectionRef:
    """A section as pages name it."""

    id: int
    slug: str
    name: str
    description: str
    parent_id: int | None


@dataclass(frozen=True)
class SectionNews:
    """A section on the home page with its newest items."""

    section: SectionRef
    items: tuple[Teaser, ...]


@dataclass(frozen=True)
class Home:
    """``pinned`` is what editors set under the lead story, in their order."""

    lead: Teaser | None
    pinned: tuple[Teaser, ...]
    sections: tuple[SectionNews, ...]


@dataclass(frozen=True)
class Listing:
    """One page of a list; ``next`` is None on the last one, ``previous`` on the first two (the
    first page has no cursor)."""

    items: tuple[Teaser, ...]
    next: Cursor | None
    previous: Cursor | None = None


@dataclass(frozen=True)
class AlbumPage:
    """A photo album with its images in order."""

    id: int
    slug: str
    title: str
    intro: str
    published_at: datetime
    images: tuple[Image, ...]


@dataclass(frozen=True)
class StandingPage:
    """A standing page; ``body`` is cleaned HTML, ``language`` a BCP 47 tag."""

    slug: str
    title: str
    body: str
    language: str
    updated_at: datetime


@dataclass(frozen=True)
class WithdrawnArticle:
    """An article that the office took back: where it stood, and nothing of itself."""

    section: SectionRef | None


@dataclass(frozen=True)
class ArticlePage:
    """Everything an article's own page says. ``body`` is cleaned HTML, ``body_text`` its words."""

    id: int
    slug: str
    title: str
    lead: str
    body: str
    byline: str
    source: str
    former_office: str
    section: SectionRef
    published_at: datetime
    updated_at: datetime
    version: int
    view_baseline: int
    cover: Image | None
    body_text: str = ""
    attachments: tuple[AttachedFile, ...] = ()

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.published_at, self.id)


@dataclass(frozen=True)
class Beside:
    """The articles that an article's page lists under it: the nearest ``newer`` and ``older`` ones
    of the same section, both newest first; where the older list goes on (None when it ends here);
    and the ``related`` ones, nearest first."""

    newer: tuple[Headline, ...]
    older: tuple[Headline, ...]
    more: Cursor | None
    related: tuple[Headline, ...]
