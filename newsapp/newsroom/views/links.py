"""Links to related offices: the list by group and its order, one link's form."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.accounts.desk import refilled_by
from newsapp.models import Link, Role
from newsapp.newsroom import house
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.forms import ID_MAX
from newsapp.newsroom.house_forms import LinkForm
from newsapp.newsroom.views.house import put_in_order
from newsapp.publishing import links as publishing
from newsapp.publishing.articles import Invalid, NotFound

ONE = f"/lien-ket/<int(max={ID_MAX}):link_id>"


@needs(Role.EDITOR)
def links_page(form: LinkForm | None = None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "newsroom/links.html", form=form or LinkForm(), groups=house.link_groups()
    )
    return page, status


@bp.get("/lien-ket")
def links() -> ResponseReturnValue:
    return links_page()


@bp.post("/lien-ket")
@refilled_by(links_page)
@needs(Role.EDITOR)
def add_link() -> ResponseReturnValue:
    form = LinkForm()
    form.validate()
    try:
        (added,) = publishing.add_links([form.entry()], by=actor())
    except Invalid as error:
        form.blame(error.problems)
        return links_page(form, 422)
    flash(_("The link “%(name)s” is there.", name=added.name))
    warn_of_double(added)
    return redirect(url_for("newsroom.links"), 303)


@bp.post("/lien-ket/thu-tu")
@needs(Role.EDITOR)
def order_links() -> ResponseReturnValue:
    by_group = "group" in request.form
    move = publishing.move_group if by_group else publishing.move_link
    return put_in_order("newsroom.links", publishing.order_links, move, "row")


@needs(Role.EDITOR)
def link_page(link_id: int, form: LinkForm | None = None, status: int = 200) -> ResponseReturnValue:
    link = house.link(link_id) or abort(404)
    page = render_template(
        "newsroom/link.html",
        link=link,
        form=form or LinkForm(obj=link),
        groups=[name for name, _rows in house.link_groups() if name],
    )
    return page, status


@bp.get(ONE)
def link(link_id: int) -> ResponseReturnValue:
    return link_page(link_id)


@bp.post(ONE)
@refilled_by(link_page)
@needs(Role.EDITOR)
def change_link(link_id: int) -> ResponseReturnValue:
    form = LinkForm(obj=house.link(link_id) or abort(404))
    form.validate()
    try:
        changed = publishing.change_link(link_id, form.entry(), by=actor())
    except NotFound:
        abort(404)
    except Invalid as error:
        form.blame(error.problems)
        return link_page(link_id, form, 422)
    flash(_("The link “%(name)s” is saved.", name=changed.name))
    warn_of_double(changed)
    return redirect(url_for("newsroom.links"), 303)


@bp.post(f"{ONE}/xoa")
@needs(Role.EDITOR)
def delete_link(link_id: int) -> ResponseReturnValue:
    try:
        publishing.delete_link(link_id, by=actor())
    except NotFound:
        abort(404)
    flash(_("The link is deleted."))
    return redirect(url_for("newsroom.links"), 303)


def warn_of_double(link: Link) -> None:
    """Say so where another link has the same address; it may be meant."""
    if other := publishing.same_address(link):
        flash(_("“%(name)s” leads to the same address.", name=other.name), "warning")
