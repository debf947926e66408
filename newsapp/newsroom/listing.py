"""What the newsroom's list of articles and its trash ask of the database. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from newsapp.extensions import db
from newsapp.models import Account, Article, Revision, Section, State
from newsapp.news.lists import AnyRow
from newsapp.newsroom.queries import Standing, standing
from newsapp.publishing.articles import TRASH_KEPT, may_write
from newsapp.publishing.audit import Actor
from newsapp.text import vietnamese

PAGE_SIZE = 30
TRASH_SHOWN = 200


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; the empty values narrow nothing.

    ``words`` are looked for in the title as they are written, and without marks in its address.
    """

    standing: Standing | None = None
    section_id: int | None = None
    writer_id: int | None = None
    words: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        return self != Wanted()


@dataclass(frozen=True)
class ArticleRow:
    """An article in the newsroom's list. Times are UTC."""

    id: int
    slug: str
    title: str
    standing: Standing
    section: str
    writer: str
    published_at: datetime | None
    updated_at: datetime
    writable: bool
    returned: bool


@dataclass(frozen=True)
class Sheet:
    """One page of the list. ``more`` says whether another one follows; ``counts`` are those of
    the whole list, were it not narrowed to a standing."""

    rows: tuple[ArticleRow, ...]
    more: bool
    counts: Mapping[Standing, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Trashed:
    """A deleted article. ``deleted_at`` is UTC; ``days_left`` counts begun days."""

    id: int
    title: str
    writer: str
    deleted_by: str
    deleted_at: datetime
    days_left: int


def sheet(by: Actor, now: datetime, wanted: Wanted, page: int) -> Sheet:
    """The articles that ``by`` may see, latest change first; pages count from 1.

    A contributor sees own articles only.
    """
    conditions = _conditions(by, wanted)
    rows = db.session.execute(
        select(
            Article.id,
            Article.slug,
            Article.title,
            Article.state,
            Article.published_at,
            Article.updated_at,
            Article.created_by,
            (Article.review_note != "").label("noted"),
            Section.name.label("section"),
            Account.display_name.label("writer"),
        )
        .outerjoin(Section, Section.id == Article.section_id)
        .outerjoin(Account, Account.id == Article.created_by)
        .where(*conditions, *([_stands(wanted.standing, now)] if wanted.standing else []))
        .order_by(Article.updated_at.desc(), Article.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    return Sheet(
        tuple(_article_row(row, by, now) for row in rows[:PAGE_SIZE]),
        len(rows) > PAGE_SIZE,
        _counts(conditions, now),
    )


def writers(by: Actor) -> tuple[tuple[int, str], ...]:
    """Number and name of those who wrote what ``by`` sees in the list; none for a contributor."""
    if not by.edits:
        return ()
    rows = db.session.execute(
        select(Account.id, Account.display_name)
        .where(
            select(Article.id)
            .where(Article.created_by == Account.id, Article.deleted_at.is_(None))
            .exists()
        )
        .order_by(Account.display_name, Account.id)
    )
    return tuple((row.id, row.display_name) for row in rows)


def trash(by: Actor, now: datetime) -> tuple[Trashed, ...]:
    """What ``by`` may take out of the trash, last deleted first, ``TRASH_SHOWN`` at most."""
    writer, remover = Account.__table__.alias("writer"), Account.__table__.alias("remover")
    conditions = [Article.deleted_at > now - TRASH_KEPT]
    if not by.edits:
        # What was public once is the editors'.
        conditions += [
            Article.created_by == by.account_id,
            Article.state.in_((State.DRAFT, State.REVIEW)),
        ]
    rows = db.session.execute(
        select(
            Article.id,
            Article.title,
            Article.deleted_at,
            writer.c.display_name.label("writer"),
            remover.c.display_name.label("deleted_by"),
        )
        .outerjoin(
            Revision, and_(Revision.article_id == Article.id, Revision.version == Article.version)
        )
        .outerjoin(writer, writer.c.id == Article.created_by)
        .outerjoin(remover, remover.c.id == Revision.account_id)
        .where(*conditions)
        .order_by(Article.deleted_at.desc(), Article.id.desc())
        .limit(TRASH_SHOWN)
    ).all()
    return tuple(
        Trashed(
            row.id,
            row.title,
            row.writer or "",
            row.deleted_by or "",
            row.deleted_at,
            (row.deleted_at + TRASH_KEPT - now).days + 1,
        )
        for row in rows
    )


def _conditions(by: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Article.deleted_at.is_(None)]
    if not by.edits:
        conditions.append(Article.created_by == by.account_id)
    if wanted.section_id is not None:
        conditions.append(Article.section_id == wanted.section_id)
    if wanted.writer_id is not None:
        conditions.append(Article.created_by == wanted.writer_id)
    if words := vietnamese.one_line(wanted.words):
        conditions.append(_titled(words))
    return conditions


def _counts(conditions: list[ColumnElement[bool]], now: datetime) -> dict[Standing, int]:
    row = db.session.execute(
        select(
            *(func.count().filter(_stands(one, now)).label(one.value) for one in Standing)
        ).where(*conditions)
    ).one()
    return {one: getattr(row, one.value) for one in Standing}


def _stands(only: Standing, now: datetime) -> ColumnElement[bool]:
    if only is Standing.SCHEDULED:
        return and_(Article.state == State.PUBLISHED, Article.published_at > now)
    if only is Standing.PUBLISHED:
        return Article.visible(now)
    return Article.state == State(only.value)


def _titled(words: str) -> ColumnElement[bool]:
    found = Article.title.icontains(words, autoescape=True)
    if any(letter.isalnum() for letter in words):
        slug = vietnamese.slugify(words, 100)
        return or_(found, Article.slug.contains(slug, autoescape=True))
    return found


def _article_row(row: AnyRow, by: Actor, now: datetime) -> ArticleRow:
    return ArticleRow(
        id=row.id,
        slug=row.slug,
        title=row.title,
        standing=standing(row.state, row.published_at, now),
        section=row.section or "",
        writer=row.writer or "",
        published_at=row.published_at,
        updated_at=row.updated_at,
        writable=may_write(row.created_by, row.state, by),
        returned=bool(row.noted) and row.state is State.DRAFT,
    )
