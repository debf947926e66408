"""Unsaved text on its way: one slot for each person and article, and who has an article open.

A slot belongs to the form that filled it, known by a random ``key``. Another window, or a form
whose person has not yet answered the offer of an older text, cannot write over it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.exc import IntegrityError

from newsapp.extensions import db
from newsapp.models import Account, Autosave, Presence
from newsapp.models.autosave import FIELDS_MAX
from newsapp.publishing.audit import Actor

# How long the text of a person whose account is switched off is kept.
KEPT_FOR_DISABLED = timedelta(days=60)
# A form says every minute that it is open; one that missed two turns is closed.
PRESENT = timedelta(seconds=150)
_KEY = "slot"


class SlotTaken(Exception):
    """The slot holds the text of another form, which is not written over."""


class SlotFull(Exception):
    """The text is longer than a slot takes."""


@dataclass(frozen=True)
class Kept:
    """What a slot holds. ``fields`` are the form's, uncleaned; ``version`` is the article's when
    the form was opened, 0 for a new one; ``saved_at`` is UTC."""

    key: str
    version: int
    fields: Mapping[str, str]
    saved_at: datetime


def keep(
    article_id: int | None,
    key: str,
    version: int,
    fields: Mapping[str, str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Put the form's text into ``by``'s slot. Raises SlotTaken or SlotFull."""
    text = json.dumps({**fields, _KEY: key}, ensure_ascii=False)
    if len(text) > FIELDS_MAX:
        raise SlotFull
    try:
        slot = db.session.scalar(select(Autosave).where(_of(article_id, by)).with_for_update())
        if slot is None:
            slot = Autosave(account_id=by.account_id, article_id=article_id)
            db.session.add(slot)
        elif json.loads(slot.fields).get(_KEY) != key:
            raise SlotTaken
        slot.version, slot.fields, slot.saved_at = version, text, now
        _forget_disabled(now)
        db.session.commit()
    except IntegrityError as error:
        raise SlotTaken from error
    finally:
        db.session.rollback()


def kept(article_id: int | None, *, by: Actor) -> Kept | None:
    """What ``by``'s slot of that article holds; None for ``article_id`` is the new article."""
    slot = db.session.scalar(select(Autosave).where(_of(article_id, by)))
    if slot is None:
        return None
    fields = json.loads(slot.fields)
    return Kept(fields.pop(_KEY, ""), slot.version, fields, slot.saved_at)


def throw_away(article_id: int | None, *, by: Actor) -> None:
    """Empty ``by``'s slot of that article, whichever form filled it."""
    db.session.execute(delete(Autosave).where(_of(article_id, by)))
    db.session.commit()


def empty(article_id: int | None, key: str, by: Actor) -> None:
    """Empty the slot if the form ``key`` filled it; the caller commits."""
    if not key or by.account_id is None:
        return
    slot = db.session.scalar(select(Autosave).where(_of(article_id, by)))
    if slot is not None and json.loads(slot.fields).get(_KEY) == key:
        db.session.delete(slot)


def note_open(article_id: int, *, by: Actor, now: datetime) -> None:
    """Remember that ``by`` has the article's form open now."""
    seen = db.session.execute(
        update(Presence)
        .where(Presence.article_id == article_id, Presence.account_id == by.account_id)
        .values(seen_at=now)
        .returning(Presence.article_id)
    ).first()
    try:
        if seen is None:
            db.session.add(Presence(article_id=article_id, account_id=by.account_id, seen_at=now))
            db.session.execute(delete(Presence).where(~_is_present(now)))
        db.session.commit()
    except IntegrityError:
        # The same person's other window was faster, or the article is gone.
        db.session.rollback()


def others(article_id: int, *, by: Actor, now: datetime) -> tuple[str, ...]:
    """Names of the other people who have the article's form open."""
    rows = db.session.scalars(
        select(Account.display_name)
        .join(Presence, Presence.account_id == Account.id)
        .where(
            Presence.article_id == article_id,
            Presence.account_id != by.account_id,
            _is_present(now),
        )
        .order_by(Account.display_name)
    )
    return tuple(rows)


def _is_present(now: datetime) -> ColumnElement[bool]:
    # Nobody is seen in the future but by a clock that is wrong.
    return Presence.seen_at.between(now - PRESENT, now + PRESENT)


def _of(article_id: int | None, by: Actor) -> ColumnElement[bool]:
    # Compared with None, SQLAlchemy writes IS NULL.
    return and_(Autosave.account_id == by.account_id, Autosave.article_id == article_id)


def _forget_disabled(now: datetime) -> None:
    disabled = select(Account.id).where(~Account.active)
    db.session.execute(
        delete(Autosave)
        .where(Autosave.saved_at < now - KEPT_FOR_DISABLED, Autosave.account_id.in_(disabled))
        .execution_options(synchronize_session=False)
    )
