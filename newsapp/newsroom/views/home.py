"""The home page: which article leads, which ones are pinned."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.clock import now as clock_now
from newsapp.models import Role
from newsapp.newsroom import house
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.house_forms import number, problem_words
from newsapp.newsroom.views.house import put_in_order
from newsapp.publishing import picks as publishing
from newsapp.publishing.articles import Invalid, NotFound, Stale
from newsapp.text.vietnamese import one_line


@needs(Role.EDITOR)
def picks_page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    words = one_line(request.values.get("q", ""))[:200]
    now = clock_now()
    page = render_template(
        "newsroom/home.html",
        picks=house.picks(now),
        found=house.candidates(words, now),
        words=words,
        most=publishing.PINNED_MAX,
        problem=problem,
    )
    return page, status


@bp.get("/trang-chu")
def picks() -> ResponseReturnValue:
    return picks_page()


@bp.post("/trang-chu")
@needs(Role.EDITOR)
def pick() -> ResponseReturnValue:
    """Set the article of the button that was pressed: ``lead`` or ``pin``."""
    lead = "lead" in request.form
    article_id = number(request.form.get("lead" if lead else "pin")) or -1
    try:
        if lead:
            publishing.set_lead(article_id, by=actor())
        else:
            publishing.pin(article_id, by=actor())
    except Invalid as error:
        said = " ".join(problem_words(name, code) for name, code in error.problems.items())
        return picks_page(said, 422)
    except Stale:
        return arranged_meanwhile()
    flash(_("This is the lead story now.") if lead else _("The article is pinned."))
    return redirect(url_for("newsroom.picks"), 303)


@bp.post("/trang-chu/bo")
@needs(Role.EDITOR)
def unpick() -> ResponseReturnValue:
    try:
        publishing.unpick(number(request.form.get("article_id")) or -1, by=actor())
    except (NotFound, Stale):
        return arranged_meanwhile()
    flash(_("The article is taken off."))
    return redirect(url_for("newsroom.picks"), 303)


@bp.post("/trang-chu/thu-tu")
@needs(Role.EDITOR)
def order_picks() -> ResponseReturnValue:
    return put_in_order("newsroom.picks", publishing.order_picks, publishing.move_pick, "row")


def arranged_meanwhile() -> ResponseReturnValue:
    """What was to be changed is not there as it was: the page as it is now."""
    return picks_page(_("Somebody changed this list just now. Look at it and try again."), 409)
