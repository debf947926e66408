"""What readers' pages ask of the database. Reads only; results are plain frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from newsapp.database import read
from newsapp.extensions import db
from newsapp.models import Album, AlbumImage, Article, Attachment, Audit, Media, Page, Pick, Section
from newsapp.models.article import State
from newsapp.news.lists import (
    CURSOR,
    IMAGE_COLUMNS,
    LATEST,
    LIMIT,
    NEWEST_FIRST,
    NOW,
    PLACE,
    AnySelect,
    AnyUnion,
    image_of,
    in_section,
    newest_first,
    paged,
    ranges_of,
    teasers,
    to_teaser,
    union,
)
from newsapp.news.values import (
    AlbumPage,
    ArticlePage,
    AttachedFile,
    Beside,
    Cursor,
    Headline,
    Home,
    Image,
    Listing,
    SectionNews,
    SectionRef,
    StandingPage,
    Teaser,
    WithdrawnArticle,
)

NEIGHBOURS = 6
PARENT = aliased(Section)


def sections() -> tuple[SectionRef, ...]:
    """All sections in their order: each parent followed by its children."""
    rows = db.session.execute(
        select(Section.id, Section.slug, Section.name, Section.description, Section.parent_id)
        .outerjoin(PARENT, PARENT.id == Section.parent_id)
        .order_by(
            # A parent sorts by its own place, a child by its parent's and then its own.
            func.coalesce(PARENT.position, Section.position),
            func.coalesce(PARENT.id, Section.id),
            Section.parent_id.is_not(None),
            Section.position,
            Section.id,
        )
    )
    return tuple(SectionRef(*row) for row in rows)


def home(all_sections: Sequence[SectionRef], now: datetime, per_section: int = 5) -> Home:
    """The lead story, the pinned articles, and the newest of each top section without those.

    The newest article leads where editors have set none, or one that is not public at ``now``.
    """
    lead, pinned = _top(now)
    if lead is None:
        return Home(None, (), ())
    tops = [section for section in all_sections if section.parent_id is None]
    top_of = {key: top for top in tops for key in family(top, all_sections)}
    values = ranges_of(top_of) | {
        "now": now,
        "limit": per_section,
        "shown": [lead.id, *(teaser.id for teaser in pinned)],
    }
    found: dict[SectionRef, list[Teaser]] = {}
    for row in read(_newest_of_each(len(top_of)), values):
        found.setdefault(top_of[row.section_id], []).append(to_teaser(row))
    return Home(
        lead,
        pinned,
        tuple(
            SectionNews(top, newest_first(found[top])[:per_section]) for top in tops if top in found
        ),
    )


@cache
def _newest_of_each(sections: int) -> AnyUnion:
    return union(
        teasers(NOW)
        .add_columns(Article.section_id)
        .where(in_section(place), Article.id.not_in(bindparam("shown", expanding=True)))
        .order_by(*NEWEST_FIRST)
        .limit(LIMIT)
        for place in range(sections)
    )


def _top(now: datetime) -> tuple[Teaser | None, tuple[Teaser, ...]]:
    """The lead story and the pinned articles."""
    places = {row.article_id: row.position for row in read(_PICKS)}
    rows = read(_picked_and_newest(), {"now": now, "picked": list(places), "others": list(places)})
    by_place = {places.get(row.id): to_teaser(row) for row in rows}
    newest_one = by_place.pop(None, None)
    pinned = [by_place[place] for place in sorted(filter(None, by_place))]
    lead = by_place.get(0) or newest_one
    if lead is None and pinned:
        lead = pinned.pop(0)
    return lead, tuple(pinned)


_PICKS = select(Pick.article_id, Pick.position)


@cache
def _picked_and_newest() -> AnyUnion:
    # By their ids: joined to the picks, SQLite would look through all articles for them.
    # A parameter of its own for each list: one that is in a list here and not in it there would be
    # written as "not in" in both places when it is empty.
    return union(
        (
            teasers(NOW).where(Article.id.in_(bindparam("picked", expanding=True))),
            teasers(NOW)
            .where(Article.id.not_in(bindparam("others", expanding=True)))
            .order_by(*NEWEST_FIRST)
            .limit(1),
        )
    )


def section_listing(
    section: SectionRef, all_sections: Sequence[SectionRef], cursor: Cursor | None, now: datetime
) -> Listing:
    """The articles of a section and of its children."""
    return paged(in_section, family(section, all_sections), cursor, now)


def family(section: SectionRef, all_sections: Sequence[SectionRef]) -> list[int]:
    """The ids of a section and of its children."""
    return [section.id, *(s.id for s in all_sections if s.parent_id == section.id)]


def article(article_id: int, now: datetime | None) -> ArticlePage | None:
    """The article if it is public at ``now``; with ``now=None`` in whatever state (previews).

    A draft without section or time is shown as it would look: no section name, the present
    moment stands in for the time.
    """
    row = read(_article(public=now is not None), {"article_id": article_id, "now": now}).first()
    if row is None:
        return None
    return ArticlePage(
        id=row.id,
        slug=row.slug,
        title=row.title,
        lead=row.lead,
        body=row.body,
        byline=row.byline,
        source=row.source,
        former_office=row.former_office,
        section=SectionRef(
            row.section_id,
            row.section_slug,
            row.section_name,
            row.section_description,
            row.section_parent_id,
        )
        if row.section_id
        else SectionRef(0, "", "", "", None),
        published_at=row.published_at or row.updated_at,
        updated_at=row.updated_at,
        version=row.version,
        view_baseline=row.view_baseline,
        cover=image_of(row),
        body_text=row.body_text,
        attachments=attachments(row.id) if row.has_attachments else (),
    )


@cache
def _article(*, public: bool) -> AnySelect:
    statement = (
        select(
            Article.id,
            Article.slug,
            Article.title,
            Article.lead,
            Article.body,
            Article.byline,
            Article.source,
            Article.former_office,
            Article.published_at,
            Article.updated_at,
            Article.version,
            Article.view_baseline,
            Article.body_text,
            exists().where(Attachment.article_id == Article.id).label("has_attachments"),
            Section.id.label("section_id"),
            Section.slug.label("section_slug"),
            Section.name.label("section_name"),
            Section.description.label("section_description"),
            Section.parent_id.label("section_parent_id"),
            *IMAGE_COLUMNS,
        )
        .outerjoin(Section, Section.id == Article.section_id)
        .outerjoin(Media, Media.id == Article.cover_id)
        .where(Article.id == bindparam("article_id", type_=Integer()))
    )
    return statement.where(Article.visible(NOW)) if public else statement


def was_withdrawn(now: datetime) -> ColumnElement[bool]:
    """The condition for having been public before ``now`` (UTC) and withdrawn since."""
    taken_back = (
        select(Audit.id)
        .where(
            Audit.subject == "article",
            Audit.action.in_(("article.withdraw", "article.delete")),
            Audit.subject_id == cast(Article.id, String),
            Audit.at >= Article.published_at,
        )
        .exists()
    )
    return and_(
        Article.state == State.WITHDRAWN,
        Article.deleted_at.is_(None),
        Article.published_at <= now,
        taken_back,
    )


def withdrawn(article_id: int, now: datetime) -> WithdrawnArticle | None:
    """What may still be said of an article that the office withdrew; None for any other."""
    row = db.session.execute(
        select(Section)
        .select_from(Article)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(Article.id == article_id, was_withdrawn(now))
    ).first()
    if row is None:
        return None
    section = row[0]
    return WithdrawnArticle(
        SectionRef(section.id, section.slug, section.name, section.description, section.parent_id)
        if section
        else None
    )


def attachments(article_id: int) -> tuple[AttachedFile, ...]:
    """The files under an article, in their order."""
    rows = read(_ATTACHMENTS, {"article_id": article_id})
    return tuple(AttachedFile(*row) for row in rows)


_ATTACHMENTS = (
    select(Media.path, Attachment.title, Media.size)
    .join(Attachment, Attachment.media_id == Media.id)
    .where(Attachment.article_id == bindparam("article_id", type_=Integer()))
    .order_by(Attachment.position, Attachment.media_id)
)


def file_name(path: str) -> str:
    """The name that the file at ``path`` had when it was sent; empty when nobody knows."""
    return db.session.scalar(select(Media.file_name).where(Media.path == path)) or ""


def beside(page: ArticlePage, related: Sequence[int], now: datetime) -> Beside:
    """What stands under an article; ``related`` are ids, nearest first. One statement."""
    values = {
        "now": now,
        "latest": min(now, page.published_at),
        "cursor_at": page.published_at,
        "cursor_id": page.id,
        "section_id": page.section.id,
        "related": related,
    }
    found: dict[str, list[Headline]] = {"newer": [], "older": [], "related": []}
    for part, *headline in read(_beside(), values):
        found[part].append(Headline(*headline))
    by_id = {headline.id: headline for headline in found["related"]}
    older_ones = newest_first(found["older"])
    shown = older_ones[:NEIGHBOURS]
    last = shown[-1] if len(older_ones) > NEIGHBOURS else None
    return Beside(
        newest_first(found["newer"]),
        shown,
        Cursor(last.published_at, last.id) if last else None,
        tuple(by_id[key] for key in related if key in by_id),
    )


@cache
def _beside() -> AnyUnion:
    same_section = Article.section_id == bindparam("section_id", type_=Integer())

    def headlines(part: str, until: ColumnElement[datetime]) -> AnySelect:
        columns = Article.id, Article.slug, Article.title, Article.published_at
        return select(literal(part), *columns).where(Article.visible(until))

    return union(
        (
            headlines("newer", NOW)
            .where(same_section, CURSOR < PLACE)
            .order_by(Article.published_at, Article.id)
            .limit(NEIGHBOURS),
            headlines("older", LATEST)
            .where(same_section, CURSOR > PLACE)
            .order_by(*NEWEST_FIRST)
            .limit(NEIGHBOURS + 1),
            headlines("related", NOW).where(Article.id.in_(bindparam("related", expanding=True))),
        )
    )


def album(album_id: int, now: datetime) -> AlbumPage | None:
    """The album if it is public at ``now``."""
    found = db.session.execute(
        select(Album).where(Album.id == album_id, Album.published_at <= now)
    ).scalar_one_or_none()
    if found is None or found.published_at is None:
        return None
    rows = db.session.execute(
        select(AlbumImage.caption, Media)
        .join(Media, Media.id == AlbumImage.media_id)
        .where(AlbumImage.album_id == album_id)
        .order_by(AlbumImage.position)
    )
    images = tuple(Image.of(media, caption) for caption, media in rows)
    return AlbumPage(found.id, found.slug, found.title, found.intro, found.published_at, images)


def standing_page(slug: str) -> StandingPage | None:
    """The standing page of that name."""
    page = db.session.execute(select(Page).where(Page.slug == slug)).scalar_one_or_none()
    if page is None:
        return None
    return StandingPage(page.slug, page.title, page.body, page.language.value, page.updated_at)
