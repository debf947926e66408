"""What the form's script asks for while somebody writes: keep the text, who else is here, am I in.

Answers are JSON. Somebody who is signed out meets the door like everywhere else; the script knows
it by the status.
"""

from __future__ import annotations

from flask import abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from newsapp import pages
from newsapp.clock import now as clock_now
from newsapp.newsroom import queries
from newsapp.newsroom.door import actor, bp
from newsapp.newsroom.forms import ID_MAX, ArticleForm, number
from newsapp.newsroom.queries import StoredArticle
from newsapp.publishing import autosave
from newsapp.publishing.articles import may_write
from newsapp.publishing.autosave import SlotFull, SlotTaken


@bp.get("/con-day")
def still_here() -> ResponseReturnValue:
    """Who is signed in, and a token for that session; a signed-out browser is sent to the door."""
    me = actor()
    return jsonify(csrf_token=generate_csrf(), account=me.account_id, name=me.name)


@bp.post("/tu-luu")
def keep_typed() -> ResponseReturnValue:
    """Keep the article form's text in the person's slot; ``article`` is empty for a new one.

    409: the slot holds another form's text, which stays. 413: too long for a slot.
    """
    article_id = asked_article()
    form = ArticleForm(pages.config().zone, None)
    fields = form.typed_fields()
    key = form.raw("slot")
    if not key or len(key) > 64:
        return refused("no_key", 400)
    now = clock_now()
    try:
        autosave.keep(article_id, key, form.read_version(), fields, by=actor(), now=now)
    except SlotTaken:
        return refused("taken", 409)
    except SlotFull:
        return refused("too_long", 413)
    return jsonify(saved_at=now.isoformat(timespec="seconds"))


@bp.post("/tu-luu/bo")
def throw_away_typed() -> ResponseReturnValue:
    """Empty the person's slot of that article."""
    article_id = number(request.form.get("article"))
    autosave.throw_away(article_id, by=actor())
    flash(_("The unsaved text is thrown away."))
    if article_id is None:
        return redirect(url_for("newsroom.new_article"), 303)
    return redirect(url_for("newsroom.article", article_id=article_id), 303)


@bp.post(f"/bai-viet/<int(max={ID_MAX}):article_id>/dang-mo")
def still_open(article_id: int) -> ResponseReturnValue:
    """The form of this article is open: who else has it open, and what is stored by now."""
    stored = own(article_id)
    now = clock_now()
    autosave.note_open(article_id, by=actor(), now=now)
    return jsonify(
        others=autosave.others(article_id, by=actor(), now=now),
        version=stored.version,
        updated_by=stored.updated_by,
    )


def asked_article() -> int | None:
    """The article that a text is kept for, if this person may change it; None for a new one."""
    asked = request.form.get("article", "")
    return own(number(asked) or abort(404)).id if asked else None


def own(article_id: int) -> StoredArticle:
    stored = queries.stored(article_id, clock_now()) or abort(404)
    if not may_write(stored.created_by, stored.state, actor()):
        abort(403)
    return stored


def refused(reason: str, status: int) -> ResponseReturnValue:
    return jsonify(error={"reason": reason}), status
