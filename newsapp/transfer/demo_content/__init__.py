"""The demo's words: an invented ward office, its articles, albums, links and pages.

The texts lie beside this file as TOML, one file per section. Days in them are written as marks
(see `days`) because the demo is always loaded "as of today": an article stands a number of days
before the day of loading, and the days that it announces move with it.

Bodies name their pictures as `demo:NAME`, where NAME is one of `newsapp.transfer.drawing.NAMES`;
whoever loads the demo stores the picture and replaces the reference.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from newsapp.transfer.demo_content.days import fill_days

State = Literal["published", "scheduled", "draft"]

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PICTURE_PREFIX = "demo:"

_HERE = Path(__file__).parent
_SECTION_FILES = (
    "tin-hoat-dong",
    "cai-cach-hanh-chinh",
    "chuyen-doi-so",
    "thong-bao",
    "van-hoa-xa-hoi",
    "kinh-te-doi-song",
)


class DemoContentError(ValueError):
    """A demo file lacks a value, or holds one that cannot be read. Names the file."""


@dataclass(frozen=True, slots=True)
class DemoSection:
    """A section. `parent` is the slug of the section above it; parents come first in `Demo`."""

    name: str
    slug: str
    description: str
    position: int
    parent: str | None


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """An article, its marks for days already filled in.

    `key` is unique and stable: a demo that is loaded twice or removed is recognised by it.
    `published_at` is aware and UTC; for a draft it is the moment of its last save. It lies in the
    future for the one scheduled article and never for any other. `former_office` names the office
    that published an inherited article, whose `imported_views` came along with it.
    """

    key: str
    section: str
    age_days: int
    time: time
    published_at: datetime
    state: State
    title: str
    lead: str
    body: str
    byline: str
    source: str | None
    former_office: str | None
    cover: str | None
    imported_views: int


@dataclass(frozen=True, slots=True)
class DemoPicture:
    """A drawn picture in an album, with its caption and its text for those who cannot see it."""

    name: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class DemoAlbum:
    """A photo album; `published_at` is aware and UTC, never in the future."""

    key: str
    age_days: int
    time: time
    published_at: datetime
    title: str
    intro: str
    byline: str
    pictures: tuple[DemoPicture, ...]


@dataclass(frozen=True, slots=True)
class DemoLink:
    """A link to another office; links come in the order in which they are shown."""

    group: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class DemoPage:
    """A standing page; `lang` is the language of its title and body (`vi` or `en`)."""

    slug: str
    title: str
    body: str
    lang: str


@dataclass(frozen=True, slots=True)
class DemoSite:
    """What the office says of itself; `imported_visits` is the counter of the former portals."""

    name: str
    office: str
    parent_body: str
    address: str
    phone: str
    email: str
    responsible: str
    source_line: str
    legal_line: str
    imported_visits: int
    former_offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything that the demo holds, articles from the oldest to the newest.

    `alt_texts` says of every picture, by its name, what it shows.
    """

    site: DemoSite
    sections: tuple[DemoSection, ...]
    articles: tuple[DemoArticle, ...]
    albums: tuple[DemoAlbum, ...]
    links: tuple[DemoLink, ...]
    pages: tuple[DemoPage, ...]
    alt_texts: Mapping[str, str]


def load(now: datetime | None = None, zone: ZoneInfo = ZONE) -> Demo:
    """Read the demo as it stands at `now` (aware; the present moment unless given).

    Days are days of `zone`. Raises `ValueError` for a naive `now` and `DemoContentError` when a
    data file is damaged.
    """
    moment = datetime.now(zone) if now is None else now
    if moment.tzinfo is None:
        raise ValueError("the moment of loading needs a time zone")
    moment = moment.astimezone(zone)
    sections: list[DemoSection] = []
    articles: list[DemoArticle] = []
    for name in _SECTION_FILES:
        with _document(name) as data:
            sections.append(_section(data))
            articles.extend(_article(entry, data["slug"], moment) for entry in data["article"])
    with _document("site") as data:
        site = DemoSite(**{**data, "former_offices": tuple(data["former_offices"])})
    with _document("tranh") as data:
        alt_texts: dict[str, str] = data["alt"]
    with _document("hinh-anh") as data:
        albums = tuple(_album(entry, alt_texts, moment) for entry in data["album"])
    with _document("lien-ket") as data:
        links = tuple(
            DemoLink(group["name"], link["name"], link["url"])
            for group in data["group"]
            for link in group["links"]
        )
    with _document("trang") as data:
        pages = tuple(
            DemoPage(page["slug"], page["title"], page["body"].strip(), page.get("lang", "vi"))
            for page in data["page"]
        )
    articles.sort(key=lambda article: article.published_at)
    return Demo(site, tuple(sections), tuple(articles), albums, links, pages, alt_texts)


@contextmanager
def _document(name: str) -> Iterator[dict[str, Any]]:
    """One data file; whatever goes wrong while it is read or used is told with its name."""
    path = _HERE / f"{name}.toml"
    try:
        yield tomllib.loads(path.read_text(encoding="utf-8"))
    except KeyError as missing:
        raise DemoContentError(f"{path.name}: {missing.args[0]!r} is missing") from missing
    except (OSError, TypeError, ValueError) as error:
        raise DemoContentError(f"{path.name}: {error}") from error


def _section(data: dict[str, Any]) -> DemoSection:
    return DemoSection(
        name=data["name"],
        slug=data["slug"],
        description=data["description"],
        position=data["position"],
        parent=data.get("parent"),
    )


def _article(entry: dict[str, Any], section: str, moment: datetime) -> DemoArticle:
    state: State = entry.get("state", "published")
    clock = time.fromisoformat(entry["time"])
    day = moment.date() - timedelta(days=entry["age_days"])
    return DemoArticle(
        key=entry["key"],
        section=section,
        age_days=entry["age_days"],
        time=clock,
        published_at=_instant(day, clock, moment, may_come=state == "scheduled"),
        state=state,
        title=fill_days(entry["title"], day),
        lead=fill_days(entry["lead"], day),
        body=fill_days(entry["body"], day).strip(),
        byline=entry["byline"],
        source=entry.get("source"),
        former_office=entry.get("former_office"),
        cover=entry.get("cover"),
        imported_views=entry.get("imported_views", 0),
    )


def _album(entry: dict[str, Any], alt_texts: Mapping[str, str], moment: datetime) -> DemoAlbum:
    clock = time.fromisoformat(entry["time"])
    day = moment.date() - timedelta(days=entry["age_days"])
    return DemoAlbum(
        key=entry["key"],
        age_days=entry["age_days"],
        time=clock,
        published_at=_instant(day, clock, moment, may_come=False),
        title=entry["title"],
        intro=entry["intro"],
        byline=entry["byline"],
        pictures=tuple(
            DemoPicture(picture["name"], picture["caption"], alt_texts[picture["name"]])
            for picture in entry["pictures"]
        ),
    )


def _instant(day: date, clock: time, moment: datetime, *, may_come: bool) -> datetime:
    instant = datetime.combine(day, clock, tzinfo=moment.tzinfo).astimezone(UTC)
    # A site that is opened at five in the morning must still have news of today.
    return instant if may_come else min(instant, moment.astimezone(UTC))
