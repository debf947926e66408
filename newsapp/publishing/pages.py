"""Standing pages such as *Giới thiệu*: made, changed, put in order, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Language, Page
from newsapp.models.page import SLUG_MAX, TITLE_MAX
from newsapp.publishing import order, redirects
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound, Stale
from newsapp.publishing.audit import Actor, record
from newsapp.text import richtext, vietnamese


def add_page(
    slug: str,
    title: str,
    body: str,
    *,
    by: Actor,
    language: Language = Language.VIETNAMESE,
    demo: bool = False,
) -> Page:
    """Make a standing page after the existing ones; the body is cleaned. Without ``slug`` the
    address is made of the title.

    Raises NotAllowed, or Invalid: ``title`` missing or too_long, ``slug`` taken, ``body``
    too_long or too_deep.
    """
    if not by.edits:
        raise NotAllowed
    last = db.session.scalar(select(func.max(Page.position))) or 0
    values = _checked(0, slug, title, body)
    page = Page(**values, language=language, position=last + 1, updated_at=clock_now(), demo=demo)
    try:
        db.session.add(page)
        db.session.flush()
        redirects.claim(redirects.page_addresses(page.slug))
        record(by, "page.add", "page", page.id, page.title)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Invalid({"slug": "taken"}) from error
    return page


def change_page(
    page_id: int,
    *,
    by: Actor,
    seen: datetime,
    slug: str,
    title: str,
    body: str,
    language: Language,
) -> Page:
    """Change a page that was read when its ``updated_at`` was ``seen``, and return it.

    A save that changes nothing writes nothing. From an old address readers are led to the new
    one. Raises NotAllowed, NotFound, Stale (somebody saved it since), or Invalid as ``add_page``.
    """
    page = _open(page_id, by)
    values = _checked(page_id, slug, title, body) | {"language": language}
    before = page.slug
    if all(getattr(page, name) == value for name, value in values.items()):
        return page
    # Two saves within one tick of the clock must not look like one.
    moment = max(clock_now(), seen + timedelta(microseconds=1))
    try:
        written = db.session.execute(
            update(Page)
            .where(Page.id == page_id, Page.updated_at == seen)
            # What a person has made their own is no longer demo content.
            .values(**values, updated_at=moment, demo=False)
            .returning(Page.id),
            execution_options={"synchronize_session": False},
        ).first()
        if written is None:
            db.session.rollback()
            raise Stale
        addresses = redirects.page_addresses(str(values["slug"]))
        if values["slug"] != before:
            redirects.leave(redirects.page_addresses(before), addresses)
        record(by, "page.change", "page", page_id, str(values["title"]))
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Invalid({"slug": "taken"}) from error
    return _open(page_id, by)


def order_pages(wanted: Sequence[int], *, by: Actor) -> None:
    """Put pages into the order of ``wanted``."""
    if not by.edits:
        raise NotAllowed
    order.write(Page, order.arranged(_in_order(), wanted), by=by)


def move_page(page_id: int, *, up: bool, by: Actor) -> None:
    """Move a page one place."""
    _open(page_id, by)
    order.write(Page, order.stepped(_in_order(), page_id, up=up), by=by)


def delete_page(page_id: int, *, by: Actor) -> None:
    """Delete a page and what redirects to it. Raises NotAllowed or NotFound."""
    page = _open(page_id, by)
    redirects.forget(redirects.page_addresses(page.slug))
    record(by, "page.delete", "page", page_id, page.title)
    db.session.delete(page)
    db.session.commit()


def _open(page_id: int, by: Actor) -> Page:
    if not by.edits:
        raise NotAllowed
    page = db.session.get(Page, page_id, populate_existing=True)
    if page is None:
        raise NotFound
    return page


def _in_order() -> list[int]:
    return list(db.session.scalars(select(Page.id).order_by(Page.position, Page.id)))


def _checked(page_id: int, slug: str, title: str, body: str) -> dict[str, object]:
    """Title, slug and body as they are stored. Raises Invalid."""
    problems: dict[str, str] = {}
    name = vietnamese.one_line(title)
    if not name:
        problems["title"] = "missing"
    elif len(name) > TITLE_MAX:
        problems["title"] = "too_long"
    address = vietnamese.slugify(slug or name, SLUG_MAX)
    taken = select(Page.id).where(Page.slug == address, Page.id != page_id)
    if name and db.session.scalar(taken):
        problems["slug"] = "taken"
    clean = ""
    try:
        clean = richtext.clean(body)
    except richtext.RichTextTooDeep:
        problems["body"] = "too_deep"
    except richtext.RichTextError:
        problems["body"] = "too_long"
    if problems:
        raise Invalid(problems)
    return {"title": name, "slug": address, "body": clean}
