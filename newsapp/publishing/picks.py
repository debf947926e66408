"""What editors set on the home page: the lead story and the pinned articles.

Place 0 is the lead story, the places from 1 are the pinned ones. An article that is withdrawn
keeps its place and is not shown until it is back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Article, Pick
from newsapp.publishing import order
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound, Stale
from newsapp.publishing.audit import Actor, record

PINNED_MAX = 6


def set_lead(article_id: int, *, by: Actor) -> None:
    """Make a public article the lead story; the one before gives up its place.

    Raises NotAllowed, Stale (somebody arranged the page just now), or Invalid: ``article_id``
    unknown (no such article is public).
    """
    _require_public(article_id, by)
    lead, pinned = _present()
    if article_id == lead:
        return
    _write(article_id, [item for item in pinned if item != article_id], "pick.lead", article_id, by)


def pin(article_id: int, *, by: Actor) -> None:
    """Pin a public article behind the pinned ones; a lead story becomes a pinned one.

    Raises as ``set_lead``, and Invalid: ``article_id`` too_many.
    """
    _require_public(article_id, by)
    lead, pinned = _present()
    if article_id in pinned:
        return
    if len(pinned) >= PINNED_MAX:
        raise Invalid({"article_id": "too_many"})
    lead = None if lead == article_id else lead
    _write(lead, [*pinned, article_id], "pick.pin", article_id, by)


def unpick(article_id: int, *, by: Actor) -> None:
    """Take an article off the home page's choice. Raises NotAllowed, NotFound or Stale."""
    if not by.edits:
        raise NotAllowed
    lead, pinned = _present()
    if article_id != lead and article_id not in pinned:
        raise NotFound
    lead = None if lead == article_id else lead
    rest = [item for item in pinned if item != article_id]
    _write(lead, rest, "pick.remove", article_id, by)


def order_picks(wanted: Sequence[int], *, by: Actor) -> None:
    """Put the pinned articles into the order of ``wanted``. Raises NotAllowed or Stale."""
    if not by.edits:
        raise NotAllowed
    lead, pinned = _present()
    arranged = order.arranged(pinned, wanted)
    if arranged != pinned:
        _write(lead, arranged, "pick.order", "", by)


def move_pick(article_id: int, *, up: bool, by: Actor) -> None:
    """Move a pinned article one place. Raises NotAllowed, NotFound or Stale."""
    if not by.edits:
        raise NotAllowed
    _, pinned = _present()
    if article_id not in pinned:
        raise NotFound
    order_picks(order.stepped(pinned, article_id, up=up), by=by)


def _require_public(article_id: int, by: Actor) -> None:
    if not by.edits:
        raise NotAllowed
    public = select(Article.id).where(Article.id == article_id, Article.visible(clock_now()))
    if db.session.scalar(public) is None:
        raise Invalid({"article_id": "unknown"})


def _present() -> tuple[int | None, list[int]]:
    """The lead story and the pinned articles, by id."""
    rows = db.session.execute(select(Pick.article_id, Pick.position).order_by(Pick.position)).all()
    lead = next((row.article_id for row in rows if row.position == 0), None)
    return lead, [row.article_id for row in rows if row.position > 0]


def _write(
    lead: int | None, pinned: Sequence[int], action: str, article_id: object, by: Actor
) -> None:
    places = ([(0, lead)] if lead is not None else []) + list(enumerate(pinned, 1))
    rows = [{"article_id": item, "position": place} for place, item in places]
    try:
        # Places are unique: a row cannot take one before another has left it.
        db.session.execute(delete(Pick))
        if rows:
            db.session.execute(insert(Pick), rows)
        record(by, action, "article", article_id)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Stale from error
