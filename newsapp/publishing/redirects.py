"""Old addresses and where they lead, kept free of loops, chains and shadows.

A redirect is asked for only where the site has no page, so nothing that is live is ever hidden by
one; a row at an address that comes alive again is deleted all the same.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from newsapp import database
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Article, Page, Redirect, Section
from newsapp.models.redirect import ADDRESS_MAX
from newsapp.publishing.articles import Invalid, NotAllowed
from newsapp.publishing.audit import Actor, record
from newsapp.text import vietnamese


def section_addresses(slug: str) -> tuple[str, str]:
    """The addresses that a section has: its page and its feed."""
    return f"/muc/{slug}", f"/muc/{slug}/rss.xml"


def page_addresses(slug: str) -> tuple[str]:
    """The address of a standing page."""
    return (f"/trang/{slug}",)


def address_key(address: str) -> str:
    """The form in which old addresses are kept and looked for.

    Path and query of a local address or of a full one, percent signs decoded, NFC, lower case,
    without a fragment. Raises ValueError where nothing of the kind can be made of ``address``.
    """
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
        whole = address_key(address)
    except ValueError:
        return ()
    return tuple(key for key in dict.fromkeys((whole, _path(whole))) if len(key) <= ADDRESS_MAX)


def add_redirect(
    address: str, *, by: Actor, article_id: int | None = None, target: str | None = None
) -> Redirect:
    """Let ``address`` lead to an article or to a path of this site; an older word on the same
    address is replaced. Give exactly one of the two (ValueError otherwise).

    Raises NotAllowed, or Invalid: ``address`` malformed, too_long or live (a section or standing
    page is there), ``target`` malformed, too_long or loop, ``article_id`` unknown.
    """
    if (article_id is None) == (target is None):
        raise ValueError("a redirect leads to an article or to a path")
    if not by.edits:
        raise NotAllowed
    key = _new_key(address)
    if article_id is not None and db.session.get(Article, article_id) is None:
        raise Invalid({"article_id": "unknown"})
    if target is not None:
        target = _local(target)
        article_id, target = _end_of(target, key)
    found = _point(key, article_id, target)
    try:
        db.session.flush()
        where = target or f"article {article_id}"
        record(by, "redirect.add", "redirect", found.id, f"{key} → {where}")
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Invalid({"address": "taken"}) from error
    return found


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
        exact = exact and row.address == keys(onward)[0]
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
