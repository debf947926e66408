"""Sections: made, changed, put in order, deleted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from newsapp.extensions import db
from newsapp.models import Article, Section
from newsapp.models.section import NAME_MAX, SLUG_MAX
from newsapp.publishing import order, redirects
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound
from newsapp.publishing.audit import Actor, record
from newsapp.search import index
from newsapp.text import vietnamese

DESCRIPTION_MAX = 500


def add_section(
    name: str,
    *,
    by: Actor,
    slug: str = "",
    description: str = "",
    parent_id: int | None = None,
    demo: bool = False,
) -> Section:
    """Make a section after the existing ones; without ``slug`` its address is made of the name.

    Raises NotAllowed, or Invalid: ``name`` missing, too_long or taken (another section has the
    address), ``slug`` taken, ``description`` too_long, ``parent_id`` unknown or too_deep.
    """
    if not by.edits:
        raise NotAllowed
    last = db.session.scalar(select(func.max(Section.position))) or 0
    section = Section(position=last + 1, demo=demo)
    _write(section, name, slug, description, parent_id)
    db.session.add(section)
    _finish(section, by, "section.add", blamed="slug" if slug else "name")
    return section


def section_named(name: str, *, by: Actor) -> Section:
    """The section with that name, made if there is none (importers bring their own names)."""
    slug = vietnamese.slugify(vietnamese.one_line(name), SLUG_MAX)
    found = db.session.scalar(select(Section).where(Section.slug == slug))
    return found or add_section(name, by=by)


def change_section(
    section_id: int,
    *,
    by: Actor,
    name: str,
    slug: str,
    description: str = "",
    parent_id: int | None = None,
) -> Section:
    """Change a section. The address follows the name only where ``slug`` is empty; from an old
    address readers and feed readers are led to the new one.

    Raises NotAllowed, NotFound, or Invalid as ``add_section`` does; a section that has sections
    under it cannot get a parent (``parent_id`` has_children).
    """
    section = _open(section_id, by)
    if parent_id == section_id:
        raise Invalid({"parent_id": "unknown"})
    if parent_id is not None and _children(section_id):
        raise Invalid({"parent_id": "has_children"})
    before = section.slug
    _write(section, name, slug, description, parent_id)
    # What a person has made their own is no longer demo content.
    section.demo = False
    _finish(section, by, "section.change", blamed="slug" if slug else "name", before=before)
    return section


def order_sections(wanted: Sequence[int], *, by: Actor) -> None:
    """Put sections into the order of ``wanted``; children stay under their parents."""
    if not by.edits:
        raise NotAllowed
    order.write(Section, order.arranged([row.id for row in _in_order()], wanted), by=by)


def move_section(section_id: int, *, up: bool, by: Actor) -> None:
    """Move a section one place among those of the same parent."""
    section = _open(section_id, by)
    everything = _in_order()
    siblings = [row.id for row in everything if row.parent_id == section.parent_id]
    others = [row.id for row in everything if row.parent_id != section.parent_id]
    order.write(Section, [*order.stepped(siblings, section_id, up=up), *others], by=by)


def delete_section(section_id: int, *, by: Actor, move_to: int | None = None) -> int:
    """Delete a section, its articles going to the section ``move_to``; how many went there.

    Only the place of those articles changes, not a word of them: they get no new version.
    Readers of the old address are led to ``move_to``. Raises NotAllowed, NotFound, or Invalid:
    ``move_to`` in_use (articles, also in the trash, and nowhere to put them), unknown, or
    has_children.
    """
    section = _open(section_id, by)
    if _children(section_id):
        raise Invalid({"move_to": "has_children"})
    target = db.session.get(Section, move_to) if move_to is not None else None
    if move_to is not None and (target is None or move_to == section_id):
        raise Invalid({"move_to": "unknown"})
    number = articles_in(section_id)
    if target is not None:
        db.session.execute(
            update(Article).where(Article.section_id == section_id).values(section_id=target.id)
        )
        index.move(section_id, target.id)
        redirects.leave(
            redirects.section_addresses(section.slug), redirects.section_addresses(target.slug)
        )
    else:
        redirects.forget(redirects.section_addresses(section.slug))
    said = section.name + (f" → {target.name} ({number})" if target else "")
    try:
        db.session.delete(section)
        db.session.flush()
    except IntegrityError as error:
        # The database sees also what came in just now.
        db.session.rollback()
        raise Invalid({"move_to": "in_use"}) from error
    record(by, "section.delete", "section", section_id, said)
    db.session.commit()
    return number


def articles_in(section_id: int) -> int:
    """How many articles stand in that section, whatever their state."""
    count = select(func.count()).select_from(Article).where(Article.section_id == section_id)
    return db.session.scalar(count) or 0


def _open(section_id: int, by: Actor) -> Section:
    if not by.edits:
        raise NotAllowed
    section = db.session.get(Section, section_id, populate_existing=True)
    if section is None:
        raise NotFound
    return section


def _children(section_id: int) -> list[int]:
    return list(db.session.scalars(select(Section.id).where(Section.parent_id == section_id)))


def _in_order() -> Sequence[Section]:
    return db.session.scalars(select(Section).order_by(Section.position, Section.id)).all()


def _write(section: Section, name: str, slug: str, description: str, parent_id: int | None) -> None:
    """Check what was said and put it into ``section``. Raises Invalid; nothing is put then."""
    title, words = vietnamese.one_line(name), vietnamese.one_line(description)
    address = vietnamese.slugify(slug or title, SLUG_MAX)
    problems: dict[str, str] = {}
    if not title:
        problems["name"] = "missing"
    if len(title) > NAME_MAX:
        problems["name"] = "too_long"
    if len(words) > DESCRIPTION_MAX:
        problems["description"] = "too_long"
    taken = select(Section.id).where(Section.slug == address, Section.id != (section.id or 0))
    if title and db.session.scalar(taken):
        problems["slug" if slug else "name"] = "taken"
    parent = db.session.get(Section, parent_id) if parent_id is not None else None
    if parent_id is not None and parent is None:
        problems["parent_id"] = "unknown"
    if parent is not None and parent.parent_id is not None:
        problems["parent_id"] = "too_deep"
    if problems:
        raise Invalid(problems)
    section.name, section.slug = title, address
    section.description, section.parent_id = words, parent_id


def _finish(section: Section, by: Actor, action: str, *, blamed: str, before: str = "") -> None:
    """Flush, see to the addresses (``before`` is the slug until now), record, commit."""
    addresses = redirects.section_addresses(section.slug)
    try:
        db.session.flush()
        if before and before != section.slug:
            redirects.leave(redirects.section_addresses(before), addresses)
        else:
            redirects.claim(addresses)
        record(by, action, "section", section.id, section.name)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Invalid({blamed: "taken"}) from error
