"""What an article said before, and how it comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from newsapp.extensions import db
from newsapp.models import Account, Article, Media, Revision, Section, State
from newsapp.publishing import articles
from newsapp.publishing.articles import Content, NotFound
from newsapp.publishing.audit import Actor

ENTRIES_MAX = 500


@dataclass(frozen=True)
class Entry:
    """A revision in the list: ``action`` is the deed as the audit log names it, ``at`` is UTC,
    ``grown`` by how many characters title, lead and body (as HTML) are longer than before."""

    version: int
    at: datetime
    by: str
    action: str
    state: State
    grown: int


@dataclass(frozen=True)
class Past:
    """A revision to read: what the article said at ``version``. Times are UTC."""

    version: int
    at: datetime
    by: str
    action: str
    state: State
    published_at: datetime | None
    content: Content


def entries(article_id: int) -> tuple[Entry, ...]:
    """The revisions, newest first, ``ENTRIES_MAX`` at most."""
    size = func.length(Revision.title) + func.length(Revision.lead) + func.length(Revision.body)
    rows = db.session.execute(
        select(
            Revision.version,
            Revision.created_at,
            Revision.action,
            Revision.state,
            size.label("size"),
            Account.display_name,
        )
        .outerjoin(Account, Account.id == Revision.account_id)
        .where(Revision.article_id == article_id)
        .order_by(Revision.version.desc())
        .limit(ENTRIES_MAX + 1)
    ).all()
    before = [row.size for row in rows[1:]] + [0]
    return tuple(
        Entry(
            row.version,
            row.created_at,
            row.display_name or "",
            row.action,
            row.state,
            row.size - previous,
        )
        for row, previous in zip(rows, before, strict=True)
    )[:ENTRIES_MAX]


def past(article_id: int, version: int) -> Past:
    """What the article said at ``version``. Raises NotFound."""
    row = db.session.execute(
        select(Revision, Account.display_name)
        .outerjoin(Account, Account.id == Revision.account_id)
        .where(Revision.article_id == article_id, Revision.version == version)
    ).first()
    if row is None:
        raise NotFound
    revision, name = row
    return Past(
        revision.version,
        revision.created_at,
        name or "",
        revision.action,
        revision.state,
        revision.published_at,
        Content(**{one: getattr(revision, one) for one in Content.__dataclass_fields__}),
    )


def restore(article_id: int, version: int, *, read_version: int, by: Actor) -> Article:
    """Let the article say again what it said at ``version``, as a new revision; its state and
    time stay. A section that is gone leaves the present one, an image that is gone leaves none.

    Raises NotFound, NotAllowed, or Stale if it was saved after ``read_version``.
    """
    content = past(article_id, version).content
    if content.section_id is not None and db.session.get(Section, content.section_id) is None:
        present = db.session.get(Article, article_id)
        content = replace(content, section_id=present.section_id if present else None)
    if content.cover_id is not None and db.session.get(Media, content.cover_id) is None:
        content = replace(content, cover_id=None)
    return articles.save(article_id, content, version=read_version, by=by, action="article.restore")
