"""Links to related offices: made, changed, put in order, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select

from newsapp.extensions import db
from newsapp.models import Link
from newsapp.publishing import order
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound
from newsapp.publishing.audit import Actor, record
from newsapp.text import vietnamese

NAME_MAX = 200
GROUP_MAX = 120
URL_MAX = 1_000


@dataclass(frozen=True)
class LinkEntry:
    """One link as somebody enters it."""

    group: str
    name: str
    url: str


def add_links(entries: Sequence[LinkEntry], *, by: Actor, demo: bool = False) -> list[Link]:
    """Add links after the existing ones, all or none.

    Raises NotAllowed, or Invalid: ``name`` missing or too_long, ``group`` too_long, ``url``
    missing, too_long or not_web (anything but a complete http or https address).
    """
    if not by.edits:
        raise NotAllowed
    tidy = [checked(entry) for entry in entries]
    last = db.session.scalar(select(func.max(Link.position))) or 0
    links = [
        Link(
            group_name=entry.group, name=entry.name, url=entry.url, position=last + place, demo=demo
        )
        for place, entry in enumerate(tidy, 1)
    ]
    db.session.add_all(links)
    db.session.flush()
    one = len(links) == 1
    record(
        by, "link.add", "link", links[0].id if one else "", tidy[0].url if one else f"{len(tidy)}"
    )
    db.session.commit()
    return links


def change_link(link_id: int, entry: LinkEntry, *, by: Actor) -> Link:
    """Change a link. Raises NotAllowed, NotFound, or Invalid as ``add_links`` does."""
    link = _open(link_id, by)
    tidy = checked(entry)
    link.group_name, link.name, link.url = tidy.group, tidy.name, tidy.url
    # What a person has made their own is no longer demo content.
    link.demo = False
    record(by, "link.change", "link", link_id, tidy.url)
    db.session.commit()
    return link


def delete_link(link_id: int, *, by: Actor) -> None:
    """Delete a link. Raises NotAllowed or NotFound."""
    link = _open(link_id, by)
    record(by, "link.delete", "link", link_id, f"{link.name} {link.url}")
    db.session.delete(link)
    db.session.commit()


def order_links(wanted: Sequence[int], *, by: Actor) -> None:
    """Put links into the order of ``wanted``; groups stand in the order of their first link."""
    if not by.edits:
        raise NotAllowed
    ids = [link.id for group in _groups() for link in group]
    order.write(Link, order.arranged(ids, wanted), by=by)


def move_link(link_id: int, *, up: bool, by: Actor) -> None:
    """Move a link one place within its group."""
    link = _open(link_id, by)
    ids: list[int] = []
    for group in _groups():
        members = [member.id for member in group]
        own = group[0].group_name == link.group_name
        ids += order.stepped(members, link_id, up=up) if own else members
    order.write(Link, ids, by=by)


def move_group(link_id: int, *, up: bool, by: Actor) -> None:
    """Move the group of a link one place among the groups."""
    link = _open(link_id, by)
    groups = _groups()
    places = list(range(len(groups)))
    own = next(i for i, group in enumerate(groups) if group[0].group_name == link.group_name)
    ids = [member.id for i in order.stepped(places, own, up=up) for member in groups[i]]
    order.write(Link, ids, by=by)


def same_address(link: Link) -> Link | None:
    """Another link to the same address, if there is one; case of the host and a last slash do
    not count."""
    others = db.session.scalars(select(Link).where(Link.id != link.id).order_by(Link.id))
    return next((other for other in others if _alike(other.url) == _alike(link.url)), None)


def checked(entry: LinkEntry) -> LinkEntry:
    """``entry`` as it is stored. Raises Invalid as ``add_links`` says."""
    tidy = LinkEntry(
        vietnamese.one_line(entry.group),
        vietnamese.one_line(entry.name),
        vietnamese.normalize(entry.url).strip(),
    )
    problems: dict[str, str] = {}
    if not tidy.name:
        problems["name"] = "missing"
    elif len(tidy.name) > NAME_MAX:
        problems["name"] = "too_long"
    if len(tidy.group) > GROUP_MAX:
        problems["group"] = "too_long"
    if not tidy.url:
        problems["url"] = "missing"
    elif len(tidy.url) > URL_MAX:
        problems["url"] = "too_long"
    elif not _is_web(tidy.url):
        problems["url"] = "not_web"
    if problems:
        raise Invalid(problems)
    scheme, rest = tidy.url.split(":", 1)
    return LinkEntry(tidy.group, tidy.name, f"{scheme.lower()}:{rest}")


def _is_web(url: str) -> bool:
    if any(character.isspace() or character in '<>"\\`' for character in url):
        return False
    try:
        parts = urlsplit(url)
        # A name before the host makes an address look like another office's.
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.username, parts.password) == (None, None)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


def _alike(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{parts.query}#{parts.fragment}"


def _groups() -> list[list[Link]]:
    """All links by group, as readers see them."""
    found: dict[str, list[Link]] = {}
    for link in db.session.scalars(select(Link).order_by(Link.position, Link.id)):
        found.setdefault(link.group_name, []).append(link)
    return list(found.values())


def _open(link_id: int, by: Actor) -> Link:
    if not by.edits:
        raise NotAllowed
    link = db.session.get(Link, link_id, populate_existing=True)
    if link is None:
        raise NotFound
    return link
