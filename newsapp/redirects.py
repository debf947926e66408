"""Where a reader is sent who asks for an old address of the site."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Article, Redirect
from newsapp.publishing import redirects


def elsewhere() -> Response | None:
    """The way from the requested address, which has no page, to its successor; None without one.

    To be asked after everything else has answered 404. The hit is counted where that takes no
    waiting.
    """
    if request.method not in {"GET", "HEAD"}:
        return None
    query = request.query_string.decode("utf-8", "replace")
    asked = redirects.keys(f"{request.path}?{query}" if query else request.path)
    row: Any = db.session.execute(
        select(Redirect.id, Redirect.address, Redirect.target, Article.id, Article.slug)
        .outerjoin(Article, (Article.id == Redirect.article_id) & Article.visible(clock_now()))
        .where(Redirect.address.in_(asked))
        # With its query an address says more than without.
        .order_by(func.length(Redirect.address).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    redirect_id, address, target, article_id, slug = row
    if target is None and article_id is None:
        return None
    place = target or url_for("news.article", ref=(article_id, slug))
    if query and address != asked[0] and "?" not in place:
        place = f"{place}?{query}"
    if request.method == "GET" and not redirects.count_hit(redirect_id):
        current_app.logger.warning("a hit of redirect %s was not counted", redirect_id)
    return redirect(place, 301)
