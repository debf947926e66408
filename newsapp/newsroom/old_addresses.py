"""What the page of old addresses asks of the database. Reads only."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from newsapp.extensions import db
from newsapp.models import Article, Redirect
from newsapp.news.lists import AnyRow
from newsapp.newsroom.queries import Standing, standing
from newsapp.publishing import redirects
from newsapp.publishing.articles import Invalid
from newsapp.text import vietnamese

PAGE_SIZE = 50


@dataclass(frozen=True)
class Goal:
    """An article that an old address leads to, and where it stands: readers see published ones
    only."""

    id: int
    slug: str
    title: str
    standing: Standing
    trashed: bool

    @property
    def public(self) -> bool:
        return self.standing is Standing.PUBLISHED and not self.trashed


@dataclass(frozen=True)
class OldAddress:
    """An old address; it leads to the article ``goal`` or else to the path ``target``."""

    id: int
    address: str
    hits: int
    target: str | None
    goal: Goal | None


@dataclass(frozen=True)
class Sheet:
    """One page of the list; ``total`` counts what fits on all of its ``pages``."""

    rows: tuple[OldAddress, ...]
    total: int

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE_SIZE)


def sheet(words: str, page: int, hosts: frozenset[str], now: datetime) -> Sheet:
    """The old addresses with ``words`` in them or in where they lead, most asked for first, then
    newest; pages count from 1. ``hosts`` are those of this site.
    """
    fitting = _fitting(vietnamese.one_line(words), hosts)
    total = db.session.scalar(
        select(func.count())
        .select_from(Redirect)
        .outerjoin(Article, Article.id == Redirect.article_id)
        .where(*fitting)
    )
    found = Sheet((), total or 0)
    if not 1 <= page <= found.pages:
        return found
    rows = db.session.execute(
        _rows()
        .where(*fitting)
        .order_by(Redirect.hits.desc(), Redirect.created_at.desc(), Redirect.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return Sheet(tuple(_old_address(row, now) for row in rows), found.total)


def old_address(redirect_id: int, now: datetime) -> OldAddress | None:
    """The old address of that number."""
    row = db.session.execute(_rows().where(Redirect.id == redirect_id)).first()
    return _old_address(row, now) if row else None


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Redirect.id,
        Redirect.address,
        Redirect.hits,
        Redirect.target,
        Redirect.article_id,
        Article.slug,
        Article.title,
        Article.state,
        Article.published_at,
        Article.deleted_at,
    ).outerjoin(Article, Article.id == Redirect.article_id)


def _fitting(words: str, hosts: frozenset[str]) -> list[ColumnElement[bool]]:
    if not words:
        return []
    fits = [
        Redirect.address.contains(words.lower(), autoescape=True),
        Redirect.target.icontains(words, autoescape=True),
        Article.title.icontains(words, autoescape=True),
    ]
    if any(letter.isalnum() for letter in words):
        slug = vietnamese.slugify(words, 100)
        fits.append(Article.slug.contains(slug, autoescape=True))
    with suppress(ValueError):
        # An address pasted from a browser: with its host, percent signs, any order of parameters.
        fits.append(Redirect.address.contains(redirects.address_key(words), autoescape=True))
    with suppress(Invalid):
        meant = redirects.destination(words, hosts)
        if "article_id" in meant:
            fits.append(Redirect.article_id == meant["article_id"])
    return [or_(*fits)]


def _old_address(row: AnyRow, now: datetime) -> OldAddress:
    goal = None
    if row.article_id is not None:
        goal = Goal(
            row.article_id,
            row.slug,
            row.title,
            standing(row.state, row.published_at, now),
            row.deleted_at is not None,
        )
    return OldAddress(row.id, row.address, row.hits, row.target, goal)
