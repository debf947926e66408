"""Standing pages: the list and its order, the one form, both texts where two people saved."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.accounts.desk import refilled_by
from newsapp.media.images import BYTES_MAX
from newsapp.models import Role
from newsapp.newsroom import house
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.forms import ID_MAX
from newsapp.newsroom.house import StoredPage
from newsapp.newsroom.house_forms import PageForm
from newsapp.newsroom.views.house import put_in_order
from newsapp.publishing import pages as publishing
from newsapp.publishing.articles import Invalid, NotFound, Stale

ONE = f"/trang/<int(max={ID_MAX}):page_id>"


@bp.get("/trang")
@needs(Role.EDITOR)
def standing_pages() -> ResponseReturnValue:
    return render_template("newsroom/pages.html", pages=house.page_rows())


@bp.post("/trang/thu-tu")
@needs(Role.EDITOR)
def order_pages() -> ResponseReturnValue:
    return put_in_order(
        "newsroom.standing_pages", publishing.order_pages, publishing.move_page, "row"
    )


def form_page(
    form: PageForm, stored: StoredPage | None, status: int = 200, **values: Any
) -> ResponseReturnValue:
    """The form as a page; ``seen`` is what the next save will claim to have read."""
    page = render_template(
        "newsroom/page.html", form=form, stored=stored, upload_max=BYTES_MAX, **values
    )
    return page, status


@needs(Role.EDITOR)
def refill(page_id: int | None = None) -> ResponseReturnValue:
    """The form with what was sent and nothing saved; a page that is gone becomes a new one."""
    stored = house.stored_page(page_id) if page_id else None
    form = PageForm(obj=stored)
    form.disarm()
    said = _("This text is not saved yet. Look it over and save it.")
    return form_page(form, stored, seen=form.seen_at(), unsaved=True, problem=said)


@bp.get("/trang/moi")
@needs(Role.EDITOR)
def new_page() -> ResponseReturnValue:
    return form_page(PageForm(), None)


@bp.post("/trang/moi")
@refilled_by(refill)
@needs(Role.EDITOR)
def add_page() -> ResponseReturnValue:
    form = PageForm()
    if not form.validate():
        return form_page(form, None, 422, unsaved=True)
    try:
        added = publishing.add_page(by=actor(), **form.values())
    except Invalid as error:
        form.blame(error.problems)
        return form_page(form, None, 422, unsaved=True)
    flash(_("The page “%(name)s” is there.", name=added.title))
    return redirect(url_for("newsroom.page", page_id=added.id), 303)


@bp.get(ONE)
@needs(Role.EDITOR)
def page(page_id: int) -> ResponseReturnValue:
    stored = house.stored_page(page_id) or abort(404)
    return form_page(PageForm(obj=stored), stored, seen=stored.updated_at)


@bp.post(ONE)
@refilled_by(refill)
@needs(Role.EDITOR)
def change_page(page_id: int) -> ResponseReturnValue:
    stored = house.stored_page(page_id)
    form = PageForm(obj=stored)
    if stored is None:
        return homeless(form)
    seen = form.seen_at()
    if not form.validate():
        return form_page(form, stored, 422, seen=seen, unsaved=True)
    try:
        saved = publishing.change_page(page_id, by=actor(), seen=seen, **form.values())
    except Invalid as error:
        form.blame(error.problems)
        return form_page(form, stored, 422, seen=seen, unsaved=True)
    except Stale:
        stored = house.stored_page(page_id) or stored
        return form_page(form, stored, 409, seen=stored.updated_at, unsaved=True, theirs=stored)
    except NotFound:
        return homeless(form)
    flash(_("The page “%(name)s” is saved.", name=saved.title))
    return redirect(url_for("newsroom.page", page_id=page_id), 303)


def homeless(form: PageForm) -> ResponseReturnValue:
    """The page is gone: the text can be kept as a new one."""
    form.disarm()
    said = _("This page does not exist any more. Your text is here: save it as a new page.")
    return form_page(form, None, 404, unsaved=True, problem=said)


@bp.post(f"{ONE}/xoa")
@needs(Role.EDITOR)
def delete_page(page_id: int) -> ResponseReturnValue:
    try:
        publishing.delete_page(page_id, by=actor())
    except NotFound:
        abort(404)
    flash(_("The page is deleted."))
    return redirect(url_for("newsroom.standing_pages"), 303)
