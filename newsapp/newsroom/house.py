"""What the forms of sections, links, pages and the home page ask of the database. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, or_, select

from newsapp.extensions import db
from newsapp.models import Article, Language, Link, Page, Pick
from newsapp.news import lists
from newsapp.news import queries as news
from newsapp.news.values import SectionRef, Teaser
from newsapp.newsroom.queries import Standing, standing
from newsapp.text import vietnamese

CANDIDATES = 12


@dataclass(frozen=True)
class SectionRow:
    """A section with the number of its articles, whatever their state."""

    section: SectionRef
    articles: int
    children: tuple[SectionRow, ...] = ()


@dataclass(frozen=True)
class LinkRow:
    id: int
    group: str
    name: str
    url: str


@dataclass(frozen=True)
class PageRow:
    """A standing page in the list; ``updated_at`` is UTC."""

    id: int
    slug: str
    title: str
    language: Language
    updated_at: datetime


@dataclass(frozen=True)
class StoredPage(PageRow):
    """A standing page as its form needs it; ``body`` is cleaned HTML."""

    body: str


@dataclass(frozen=True)
class PickRow:
    """An article set on the home page, and where it stands: readers see published ones only."""

    id: int
    slug: str
    title: str
    standing: Standing
    trashed: bool


@dataclass(frozen=True)
class Picks:
    lead: PickRow | None
    pinned: tuple[PickRow, ...]


def section_rows() -> tuple[SectionRow, ...]:
    """The sections that stand by themselves, in order, each with those under it."""
    counted = db.session.execute(
        select(Article.section_id, func.count()).group_by(Article.section_id)
    )
    counts = {row[0]: row[1] for row in counted}
    rows = [SectionRow(section, counts.get(section.id, 0)) for section in news.sections()]
    return tuple(
        SectionRow(
            top.section,
            top.articles,
            tuple(row for row in rows if row.section.parent_id == top.section.id),
        )
        for top in rows
        if top.section.parent_id is None
    )


def section_row(section_id: int) -> SectionRow | None:
    """The section of that number, wherever it stands."""
    every = [row for top in section_rows() for row in (top, *top.children)]
    return next((row for row in every if row.section.id == section_id), None)


def link_groups() -> tuple[tuple[str, tuple[LinkRow, ...]], ...]:
    """The links by group, as readers see them: groups in the order of their first link."""
    links = db.session.execute(
        select(Link.id, Link.group_name, Link.name, Link.url).order_by(Link.position, Link.id)
    )
    rows = [LinkRow(*row) for row in links]
    names = list(dict.fromkeys(row.group for row in rows))
    rows.sort(key=lambda row: names.index(row.group))
    return tuple((name, tuple(group)) for name, group in groupby(rows, key=lambda row: row.group))


def link(link_id: int) -> LinkRow | None:
    """The link of that number."""
    row = db.session.execute(
        select(Link.id, Link.group_name, Link.name, Link.url).where(Link.id == link_id)
    ).first()
    return LinkRow(*row) if row else None


def page_rows() -> tuple[PageRow, ...]:
    """The standing pages in their order."""
    rows = db.session.execute(
        select(Page.id, Page.slug, Page.title, Page.language, Page.updated_at).order_by(
            Page.position, Page.id
        )
    )
    return tuple(PageRow(*row) for row in rows)


def stored_page(page_id: int) -> StoredPage | None:
    """The standing page of that number."""
    row = db.session.execute(
        select(Page.id, Page.slug, Page.title, Page.language, Page.updated_at, Page.body).where(
            Page.id == page_id
        )
    ).first()
    return StoredPage(*row) if row else None


def picks(now: datetime) -> Picks:
    """What editors set on the home page, also what readers do not see at ``now``."""
    rows = db.session.execute(
        select(
            Pick.position,
            Article.id,
            Article.slug,
            Article.title,
            Article.state,
            Article.published_at,
            Article.deleted_at,
        )
        .join(Article, Article.id == Pick.article_id)
        .order_by(Pick.position)
    ).all()
    by_place = [
        (
            row.position,
            PickRow(
                row.id,
                row.slug,
                row.title,
                standing(row.state, row.published_at, now),
                row.deleted_at is not None,
            ),
        )
        for row in rows
    ]
    return Picks(
        next((pick for place, pick in by_place if place == 0), None),
        tuple(pick for place, pick in by_place if place > 0),
    )


def candidates(words: str, now: datetime) -> tuple[Teaser, ...]:
    """Public articles that may be set on the home page, newest first: the latest, or those with
    ``words`` in the title, marks or not."""
    statement = lists.teasers(now).where(Article.id.not_in(select(Pick.article_id)))
    if words := vietnamese.one_line(words):
        found = [Article.title.icontains(words, autoescape=True)]
        if any(letter.isalnum() for letter in words):
            found.append(Article.slug.contains(vietnamese.slugify(words, 100), autoescape=True))
        statement = statement.where(or_(*found))
    rows = db.session.execute(statement.order_by(*lists.NEWEST_FIRST).limit(CANDIDATES))
    return tuple(lists.to_teaser(row) for row in rows)
