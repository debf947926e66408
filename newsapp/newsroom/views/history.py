"""An article's history: every revision, the difference between any two, and the way back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.newsroom import comparing
from newsapp.newsroom.door import actor, bp
from newsapp.newsroom.forms import ID_MAX, number
from newsapp.newsroom.views.conflict import section_names
from newsapp.newsroom.views.writing import own
from newsapp.publishing import history as past_of
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound, Stale
from newsapp.publishing.history import Past

HISTORY = f"/bai-viet/<int(max={ID_MAX}):article_id>/lich-su"


@bp.get(HISTORY)
def history(article_id: int) -> ResponseReturnValue:
    """The list; with ``?tu=3&den=5`` the difference from the third version to the fifth."""
    stored = own(article_id)
    if "tu" not in request.args and "den" not in request.args:
        return render_template(
            "newsroom/history.html", stored=stored, entries=past_of.entries(article_id), deed=deed
        )
    before, after = (past(article_id, request.args.get(name)) for name in ("tu", "den"))
    return render_template(
        "newsroom/history_difference.html",
        stored=stored,
        before=before,
        after=after,
        fields=comparing.compared(before.content, after.content, section_names()),
        deed=deed,
    )


@bp.post(f"{HISTORY}/<int(max={ID_MAX}):version>")
def restore_revision(article_id: int, version: int) -> ResponseReturnValue:
    try:
        saved = past_of.restore(
            article_id,
            version,
            read_version=number(request.form.get("version")) or 0,
            by=actor(),
        )
    except NotFound:
        abort(404)
    except NotAllowed:
        abort(403)
    except Invalid:
        flash(_("This version cannot be stored any more as it is."), "warning")
        return redirect(url_for("newsroom.history", article_id=article_id), 303)
    except Stale:
        flash(_("Somebody saved this article just now. Look at it before you restore."), "warning")
        return redirect(url_for("newsroom.history", article_id=article_id), 303)
    flash(_("The article says again what it said in version %(version)s.", version=version))
    return redirect(url_for("newsroom.article", article_id=saved.id), 303)


def past(article_id: int, asked: str | None) -> Past:
    try:
        return past_of.past(article_id, number(asked) or 0)
    except NotFound:
        abort(404)


def deed(action: str) -> str:
    """What was done, in the reader's language."""
    words = {
        "article.create": _("written"),
        "article.save": _("changed"),
        "article.submit": _("sent for review"),
        "article.return": _("returned to the writer"),
        "article.publish": _("published"),
        "article.withdraw": _("withdrawn"),
        "article.move": _("moved to another section"),
        "article.restore": _("brought back from the history"),
        "article.delete": _("put into the trash"),
        "article.undelete": _("taken out of the trash"),
    }
    return str(words.get(action, _("changed")))
