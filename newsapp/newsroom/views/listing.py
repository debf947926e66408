"""The list of articles, deeds done to many of them at once, and the trash."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.clock import now as clock_now
from newsapp.models import Role
from newsapp.news import queries as news
from newsapp.newsroom import listing
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.forms import ID_MAX, number
from newsapp.newsroom.listing import Wanted
from newsapp.newsroom.queries import Standing
from newsapp.publishing import articles as publishing
from newsapp.publishing import many
from newsapp.publishing.articles import NotAllowed, NotFound, Stale
from newsapp.publishing.many import Deed, Undone
from newsapp.text.vietnamese import one_line

LAST_PAGE = 10_000


@bp.get("/")
def articles() -> ResponseReturnValue:
    page = request.args.get("trang", 1, type=int)
    if not 1 <= page <= LAST_PAGE:
        abort(404)
    return list_page(page)


def list_page(page: int, undone: tuple[Undone, ...] = (), done: int = 0) -> ResponseReturnValue:
    chosen = request.args.get("trang-thai", "")
    wanted = Wanted(
        Standing(chosen) if chosen in set(Standing) else None,
        number(request.args.get("muc")),
        number(request.args.get("nguoi-viet")),
        one_line(request.args.get("q", ""))[:200],
    )
    found = listing.sheet(actor(), clock_now(), wanted, page)
    if page > 1 and not found.rows:
        abort(404)
    sections = news.sections()
    return render_template(
        "newsroom/articles.html",
        sheet=found,
        page=page,
        wanted=wanted,
        standings=list(Standing),
        sections=sections,
        section_choices=[(section.id, section.name) for section in sections],
        writers=listing.writers(actor()),
        undone=[(one.title or f"#{one.article_id}", reason_words(one.reason)) for one in undone],
        done=done,
    )


@bp.post("/hang-loat")
@needs(Role.EDITOR)
def many_articles() -> ResponseReturnValue:
    """Do one deed to the ticked articles; what could not be done is told line by line."""
    pressed = request.form.get("deed", "")
    ids = [found for one in request.form.getlist("id") if (found := number(one))]
    if pressed not in set(Deed) or not ids:
        flash(_("Tick the articles first, then choose what to do with them."), "warning")
        return redirect(url_for("newsroom.articles"), 303)
    section_id = number(request.form.get("section_id"))
    done, undone = many.do(
        Deed(pressed), ids[: listing.PAGE_SIZE], by=actor(), section_id=section_id
    )
    if undone:
        return list_page(1, undone, done)
    flash(done_words(done))
    return redirect(url_for("newsroom.articles"), 303)


@bp.get("/thung-rac")
def trash() -> ResponseReturnValue:
    return render_template("newsroom/trash.html", trash=listing.trash(actor(), clock_now()))


@bp.post(f"/thung-rac/<int(max={ID_MAX}):article_id>")
def undelete_article(article_id: int) -> ResponseReturnValue:
    try:
        publishing.undelete(article_id, by=actor())
    except NotFound:
        abort(404)
    except NotAllowed:
        abort(403)
    except Stale:
        flash(_("Somebody took this article out of the trash just now."))
        return redirect(url_for("newsroom.trash"), 303)
    flash(_("The article is back. Readers do not see it before it is published again."))
    return redirect(url_for("newsroom.article", article_id=article_id), 303)


def done_words(done: int) -> str:
    return str(_("Done to %(number)s articles.", number=done))


def reason_words(reason: str) -> str:
    words = {
        "not_found": _("It does not exist any more."),
        "not_allowed": _("Your account may not do this."),
        "stale": _("Somebody saved it at this moment. Try again."),
        "public": _("It is published or scheduled already."),
        "not_public": _("It is not published."),
        "no_section": _("It has no section, or the chosen one does not exist."),
    }
    return str(words.get(reason, _("Open it and save it once: something in it does not fit.")))
