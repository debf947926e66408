"""Old addresses and where they lead, kept free of loops, chains and shadows.

A redirect is asked for only where the site has no page, so nothing that is live is ever hidden by
one; a row at an address that comes alive again is deleted all the same.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypedDict
from urllib.parse import unquote, urlsplit, urlunsplit

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from newsapp import database
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Article, Page, Redirect, Section
from newsapp.models.redirect import ADDRESS_MAX
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound
from newsapp.publishing.audit import Actor, record
from newsapp.text import vietnamese

ID_MAX = 2**31 - 1
_ARTICLE = re.compile(r"/tin/([0-9]{1,10})(?:-[^/?#]*)?/?", re.ASCII)


class Change(StrEnum):
    """What becomes of an old address that is entered."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def section_addresses(slug: str) -> tuple[str, str]:
    """The addresses that a section has: its page and its feed."""
    return f"/muc/{slug}", f"/muc/{slug}/rss.xml"


def page_addresses(slug: str) -> tuple[str]:
    """The address of a standing page."""
    return (f"/trang/{slug}",)


def address_key(address: str) -> str:
    """The form in which old addresses are kept and looked for.

    Path and query of a local address or of a full one, percent signs decoded, NFC, lower case,
    the query's parameters sorted, without a fragment or a slash at the end of the path. Raises
    ValueError where nothing of the kind can be made of ``address``.
    """
    path, mark, query = _as_written(address).partition("?")
    return (path.rstrip("/") or "/") + mark + "&".join(sorted(query.split("&")))


def _as_written(address: str) -> str:
    """The key with slash and parameters where they were: so older rows were kept."""
    parts = urlsplit(address.strip())
    if parts.scheme not in {"", "http", "https"} or not parts.path.startswith("/"):
        raise ValueError("not an address of a site")
    whole = unquote(parts.path) + (f"?{unquote(parts.query)}" if parts.query else "")
    return " ".join(vietnamese.normalize(whole).lower().split())


def keys(address: str) -> tuple[str, ...]:
    """What an address is looked for as, best first: with its query, then without.

    Empty for what cannot be the address of a redirect.
    """
    try:
        whole, written = address_key(address), _as_written(address)
    except ValueError:
        return ()
    forms = dict.fromkeys((whole, written, _path(whole), _path(written)))
    return tuple(key for key in forms if len(key) <= ADDRESS_MAX)


def travels(address: str, asked: str) -> bool:
    """Whether the query of ``asked`` goes along from the redirect at ``address``, which was
    found without it."""
    return "?" in asked and "?" not in address


class Destination(TypedDict, total=False):
    """Where an old address leads: one of the two, as ``add_redirect`` takes it."""

    article_id: int
    target: str


def add_redirect(
    address: str, *, by: Actor, article_id: int | None = None, target: str | None = None
) -> Redirect:
    """Let ``address`` lead to an article or to a path of this site; an older word on the same
    address is replaced. Give exactly one of the two (ValueError otherwise).

    Raises NotAllowed, or Invalid: ``address`` malformed, too_long or live (a section or standing
    page is there), ``target`` malformed, too_long or loop, ``article_id`` unknown.
    """
    if not by.edits:
        raise NotAllowed
    key, article_id, target = _checked(address, article_id, target)
    _drop_other_spelling(address, key)
    return _kept(_point(key, article_id, target), "redirect.add", by)


def change_redirect(
    redirect_id: int,
    address: str,
    *,
    by: Actor,
    article_id: int | None = None,
    target: str | None = None,
) -> Redirect:
    """Change an old address or where it leads; its hits stay. Raises as ``add_redirect`` does,
    NotFound, and Invalid: ``address`` taken by another redirect."""
    row = _open(redirect_id, by)
    # An address that was left as it is keeps its spelling: decoding it twice could change it.
    same = address.strip() == row.address
    key, article_id, target = _checked(address, article_id, target, row.address if same else None)
    other = db.session.scalar(select(Redirect.id).where(Redirect.address == key))
    if other not in {None, row.id}:
        raise Invalid({"address": "taken"})
    row.address = key
    return _kept(_point(key, article_id, target), "redirect.change", by)


def delete_redirect(redirect_id: int, *, by: Actor) -> None:
    """Delete an old address: it answers 404 from now on. Raises NotAllowed or NotFound."""
    row = _open(redirect_id, by)
    record(by, "redirect.delete", "redirect", row.id, _shown(row))
    db.session.delete(row)
    db.session.commit()


def would_be(address: str, *, article_id: int | None = None, target: str | None = None) -> Change:
    """What ``add_redirect`` would do, without doing it. Raises Invalid as it does."""
    key, article_id, target = _checked(address, article_id, target)
    row = db.session.scalar(
        select(Redirect).where(Redirect.address.in_({key, _as_written(address)})).limit(1)
    )
    if row is None:
        return Change.ADDED
    same = (row.article_id, row.target) == (article_id, target)
    return Change.UNCHANGED if same else Change.CHANGED


def destination(text: str, hosts: frozenset[str]) -> Destination:
    """What a person means by ``text`` as the target, as ``add_redirect`` takes it.

    An article's number, its address, or a path; a full address only of one of the ``hosts`` of
    this site. Raises Invalid: ``target`` missing, malformed or elsewhere.
    """
    typed = vietnamese.normalize(text).strip()
    if not typed:
        raise Invalid({"target": "missing"})
    if typed.isascii() and typed.isdigit():
        return {"article_id": _article_number(typed)}
    try:
        parts = urlsplit(typed)
        if parts.scheme or parts.netloc:
            if parts.scheme not in {"http", "https"} or parts.hostname not in hosts:
                raise Invalid({"target": "elsewhere"})
            typed = urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))
    except ValueError as error:
        raise Invalid({"target": "malformed"}) from error
    if found := _ARTICLE.fullmatch(typed):
        return {"article_id": _article_number(found[1])}
    return {"target": typed}


def leave(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Let each address lead to its successor, within the running transaction.

    ``after`` is live from now on: what redirected from there is dropped.
    """
    claim(after)
    for address, target in zip(before, after, strict=True):
        _point(address_key(address), None, target)


def claim(addresses: tuple[str, ...]) -> None:
    """Drop the redirects at addresses that are live from now on; the caller commits."""
    wanted = [address_key(address) for address in addresses]
    db.session.execute(delete(Redirect).where(Redirect.address.in_(wanted)))


def forget(targets: tuple[str, ...]) -> None:
    """Drop the redirects to addresses that are gone; the caller commits."""
    db.session.execute(delete(Redirect).where(Redirect.target.in_(targets)))


def count_hit(redirect_id: int) -> bool:
    """Count one request for an old address, in a transaction of its own. Whether it was counted:
    a busy or broken database is not waited for."""
    return database.write_at_once(
        update(Redirect).where(Redirect.id == redirect_id).values(hits=Redirect.hits + 1)
    )


def _article_number(digits: str) -> int:
    """The number, or 0, which no article has, where it is too large for one."""
    return int(digits) if len(digits) <= 10 and int(digits) <= ID_MAX else 0


def _checked(
    address: str, article_id: int | None, target: str | None, kept: str | None = None
) -> tuple[str, int | None, str | None]:
    """Key, article and path as they are stored; ``kept`` is a key that there is already."""
    if (article_id is None) == (target is None):
        raise ValueError("a redirect leads to an article or to a path")
    key = kept or _new_key(address)
    if article_id is not None and db.session.get(Article, article_id) is None:
        raise Invalid({"article_id": "unknown"})
    if target is not None:
        return key, *_end_of(_local(target), key)
    return key, article_id, None


def _kept(row: Redirect, action: str, by: Actor) -> Redirect:
    try:
        db.session.flush()
        record(by, action, "redirect", row.id, _shown(row))
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Invalid({"address": "taken"}) from error
    return row


def _shown(row: Redirect) -> str:
    return f"{row.address} → {row.target or f'article {row.article_id}'}"


def _open(redirect_id: int, by: Actor) -> Redirect:
    if not by.edits:
        raise NotAllowed
    row = db.session.get(Redirect, redirect_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _drop_other_spelling(address: str, key: str) -> None:
    """One row for one address: an older one as it was written becomes the row of ``key``."""
    written = _as_written(address)
    if written != key and db.session.scalar(select(Redirect.id).where(Redirect.address == key)):
        db.session.execute(delete(Redirect).where(Redirect.address == written))
    elif written != key:
        db.session.execute(update(Redirect).where(Redirect.address == written).values(address=key))


def _new_key(address: str) -> str:
    try:
        key = address_key(address)
    except ValueError as error:
        raise Invalid({"address": "malformed"}) from error
    if len(key) > ADDRESS_MAX:
        raise Invalid({"address": "too_long"})
    if _is_live(key):
        raise Invalid({"address": "live"})
    return key


def _is_live(key: str) -> bool:
    room, _, slug = _path(key).removeprefix("/").partition("/")
    there = {
        "muc": select(Section.id).where(Section.slug == slug),
        "trang": select(Page.id).where(Page.slug == slug),
    }
    if room not in there:
        return key == "/"
    return db.session.scalar(there[room]) is not None


def _local(target: str) -> str:
    """``target`` if it is a path of this site and nothing that a browser reads as another one."""
    text = target.strip()
    odd = any(character <= " " or character in "\\\x7f" for character in text)
    if not text.startswith("/") or text.startswith("//") or odd:
        raise Invalid({"target": "malformed"})
    if vietnamese.normalize(text) != text:
        raise Invalid({"target": "malformed"})
    if len(text) > ADDRESS_MAX:
        raise Invalid({"target": "too_long"})
    return text


def _end_of(target: str, start: str) -> tuple[int | None, str | None]:
    """Where ``target`` leads in the end, as (article, path). Raises Invalid for a way that comes
    back to ``start``."""
    end: tuple[int | None, str | None] = (None, target)
    onward: str | None = target
    exact = True
    seen: set[int] = set()
    while onward is not None:
        if start in keys(onward):
            raise Invalid({"target": "loop"})
        row = _row(onward)
        if row is None or row.id in seen:
            break
        seen.add(row.id)
        # A row found without the query keeps its own hop: the query travels along.
        exact = exact and not travels(row.address, onward)
        onward = row.target
        if exact:
            end = (row.article_id, row.target)
    return end


def _row(address: str) -> Redirect | None:
    """The redirect that a request for ``address`` would find."""
    found = db.session.scalars(
        select(Redirect)
        .where(Redirect.address.in_(keys(address)))
        .order_by(func.length(Redirect.address).desc())
    )
    return found.first()


def _point(key: str, article_id: int | None, target: str | None) -> Redirect:
    """Write the row of ``key``, and take what led to ``key`` straight to its new end."""
    db.session.execute(
        update(Redirect)
        .where(func.lower(Redirect.target) == key)
        .values(article_id=article_id, target=target)
    )
    found = db.session.scalar(select(Redirect).where(Redirect.address == key))
    if found is None:
        found = Redirect(address=key, created_at=clock_now())
        db.session.add(found)
    found.article_id, found.target = article_id, target
    return found


def _path(key: str) -> str:
    return key.partition("?")[0]
