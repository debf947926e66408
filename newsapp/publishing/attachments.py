"""Files that readers may take along with an article."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from newsapp.extensions import db
from newsapp.models import Article, Attachment, Media
from newsapp.models.article import TITLE_MAX
from newsapp.publishing import order
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound, may_write
from newsapp.publishing.audit import Actor, record
from newsapp.text import vietnamese


def attach(article_id: int, media_id: int, title: str, *, by: Actor) -> None:
    """Put a file of the library under an article, behind those that are there.

    Without ``title`` the link says the file's name; a file that is attached already gets the new
    title. Raises NotFound, NotAllowed (who may not change the article), or Invalid: ``media_id``
    unknown, ``title`` too_long.
    """
    _open(article_id, by)
    media = db.session.get(Media, media_id)
    if media is None:
        raise Invalid({"media_id": "unknown"})
    words = vietnamese.one_line(title) or media.file_name or media.path.rpartition("/")[2]
    if len(words) > TITLE_MAX:
        raise Invalid({"title": "too_long"})
    found = db.session.get(Attachment, (article_id, media_id))
    if found is None:
        last = db.session.scalar(
            select(func.max(Attachment.position)).where(Attachment.article_id == article_id)
        )
        place = 0 if last is None else last + 1
        db.session.add(
            Attachment(article_id=article_id, media_id=media_id, position=place, title=words)
        )
    else:
        found.title = words
    try:
        _finish(article_id, "article.attach", words, by)
    except IntegrityError as error:
        # The file was deleted, or the same one attached, at this very moment.
        db.session.rollback()
        raise Invalid({"media_id": "unknown"}) from error


def detach(article_id: int, media_id: int, *, by: Actor) -> None:
    """Take a file from an article; the library keeps it. What is not attached is no error.

    Raises NotFound or NotAllowed.
    """
    _open(article_id, by)
    found = db.session.get(Attachment, (article_id, media_id))
    if found is None:
        return
    db.session.delete(found)
    _finish(article_id, "article.detach", found.title, by)


def reorder(article_id: int, media_ids: Sequence[int], *, by: Actor) -> None:
    """Put an article's files in that order; those that it does not name stay where they are.

    Raises NotFound or NotAllowed.
    """
    _open(article_id, by)
    rows = {
        row.media_id: row
        for row in db.session.scalars(
            select(Attachment)
            .where(Attachment.article_id == article_id)
            .order_by(Attachment.position, Attachment.media_id)
        )
    }
    before = list(rows)
    after = order.arranged(before, media_ids)
    if after == before:
        return
    for place, number in enumerate(after):
        rows[number].position = place
    _finish(article_id, "article.files", ", ".join(str(number) for number in after), by)


def _open(article_id: int, by: Actor) -> None:
    row = db.session.execute(
        select(Article.created_by, Article.state).where(
            Article.id == article_id, Article.deleted_at.is_(None)
        )
    ).first()
    if row is None:
        raise NotFound
    if not may_write(row.created_by, row.state, by):
        raise NotAllowed


def _finish(article_id: int, action: str, detail: str, by: Actor) -> None:
    """Record the deed and commit. The article's version stays: its text is the same, and nobody
    who has its form open shall be held up."""
    db.session.execute(
        update(Article).where(Article.id == article_id, Article.demo).values(demo=False)
    )
    record(by, action, "article", article_id, detail)
    db.session.commit()
