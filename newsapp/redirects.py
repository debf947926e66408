"""Where a reader is sent who asks for an old address of the site."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, request, url_for
from sqlalchemy import func, or_, select
from werkzeug.wrappers import Response

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Article, Redirect
from newsapp.models.article import State
from newsapp.news import queries
from newsapp.publishing import redirects


def elsewhere() -> Response | None:
    """The way from the requested address, which has no page, to its successor; None without one.

    To be asked after everything else has answered 404. The hit is counted where that takes no
    waiting.
    """
    if request.method not in {"GET", "HEAD"}:
        return None
    query = request.query_string.decode("utf-8", "replace")
    address_asked = f"{request.path}?{query}" if query else request.path
    asked = redirects.keys(address_asked)
    now = clock_now()
    row: Any = db.session.execute(
        select(
            Redirect.id, Redirect.address, Redirect.target, Article.id, Article.slug, Article.state
        )
        .outerjoin(
            Article,
            (Article.id == Redirect.article_id)
            & or_(Article.visible(now), queries.was_withdrawn(now)),
        )
        .where(Redirect.address.in_(asked))
        # With its query an address says more than without.
        .order_by(func.length(Redirect.address).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    redirect_id, address, target, article_id, slug, state = row
    if target is None and article_id is None:
        return None
    # The name of a withdrawn article would tell its title.
    name = slug if state == State.PUBLISHED else ""
    place = target or url_for("news.article", ref=(article_id, name)).rstrip("-")
    if redirects.travels(address, address_asked) and "?" not in place:
        place = f"{place}?{query}"
    if request.method == "GET" and not redirects.count_hit(redirect_id):
        current_app.logger.warning("a hit of redirect %s was not counted", redirect_id)
    return redirect(place, 301)
