"""One deed done to many articles, each for itself: what fails holds up none of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from newsapp.extensions import db
from newsapp.models import Article, State
from newsapp.publishing import articles
from newsapp.publishing.articles import Content, Invalid, NotAllowed, NotFound, Stale, Step
from newsapp.publishing.audit import Actor


class Deed(StrEnum):
    """What can be done to many articles at once."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    MOVE = "move"
    DELETE = "delete"


@dataclass(frozen=True)
class Undone:
    """An article to which the deed was not done. ``reason`` is ``not_found``, ``not_allowed``,
    ``stale``, ``public`` (already), ``not_public``, ``no_section`` or ``invalid``."""

    article_id: int
    title: str
    reason: str


def do(
    deed: Deed, article_ids: Iterable[int], *, by: Actor, section_id: int | None = None
) -> tuple[int, tuple[Undone, ...]]:
    """Do the deed to each article; how many it was done to, and the others with the reason.

    ``section_id`` is where MOVE moves to. An article that is there already counts as done.
    Raises NotAllowed unless ``by`` is an editor.
    """
    if not by.edits:
        raise NotAllowed
    done, undone = 0, []
    for article_id in dict.fromkeys(article_ids):
        article = db.session.get(Article, article_id, populate_existing=True)
        title = article.title if article else ""
        reason = _reason(deed, article) or _try(deed, article_id, section_id, by)
        if reason:
            undone.append(Undone(article_id, title, reason))
        else:
            done += 1
    return done, tuple(undone)


def _reason(deed: Deed, article: Article | None) -> str:
    """Why the deed makes no sense for this article, if it does not."""
    if article is None or article.deleted_at is not None:
        return "not_found"
    if deed is Deed.PUBLISH and article.state is State.PUBLISHED:
        return "public"
    if deed is Deed.WITHDRAW and article.state is not State.PUBLISHED:
        return "not_public"
    return ""


def _try(deed: Deed, article_id: int, section_id: int | None, by: Actor) -> str:
    try:
        if deed is Deed.DELETE:
            articles.delete(article_id, by=by)
        else:
            _save(deed, article_id, section_id, by)
    except NotFound:
        return "not_found"
    except NotAllowed:
        return "not_allowed"
    except Stale:
        return "stale"
    except Invalid as error:
        return "no_section" if "section_id" in error.problems else "invalid"
    return ""


def _save(deed: Deed, article_id: int, section_id: int | None, by: Actor) -> None:
    article = db.session.get_one(Article, article_id)
    content = Content(**{name: getattr(article, name) for name in Content.__dataclass_fields__})
    if deed is Deed.MOVE:
        if section_id is None:
            raise Invalid({"section_id": "missing"})
        content = replace(content, section_id=section_id)
    articles.save(
        article_id,
        content,
        version=article.version,
        by=by,
        step={Deed.PUBLISH: Step.PUBLISH, Deed.WITHDRAW: Step.WITHDRAW}.get(deed, Step.KEEP),
        action="article.move" if deed is Deed.MOVE else "",
    )
