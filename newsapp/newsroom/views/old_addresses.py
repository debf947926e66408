"""Old addresses and where they lead: the list, one's form, many from a CSV file."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp import pages
from newsapp.accounts.desk import refilled_by
from newsapp.clock import now as clock_now
from newsapp.models import Role
from newsapp.newsroom import old_addresses as queries
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.forms import ID_MAX
from newsapp.newsroom.old_address_forms import LINES_MAX, FileReport, OldAddressForm, take_in
from newsapp.publishing import redirects as publishing
from newsapp.publishing.articles import Invalid, NotFound
from newsapp.publishing.redirects import Change
from newsapp.text.vietnamese import one_line

ONE = f"/dia-chi-cu/<int(max={ID_MAX}):redirect_id>"


@needs(Role.EDITOR)
def old_addresses_page(
    form: OldAddressForm | None = None, report: FileReport | None = None, status: int = 200
) -> ResponseReturnValue:
    page = request.args.get("trang", 1, type=int)
    words = one_line(request.args.get("q", ""))[:200]
    found = queries.sheet(words, page, pages.config().own_hosts, clock_now())
    if page != 1 and not found.rows:
        abort(404)
    shown = render_template(
        "newsroom/old_addresses.html",
        form=form or OldAddressForm(),
        report=report,
        sheet=found,
        page=page,
        words=words,
        lines_max=LINES_MAX,
    )
    return shown, status


@bp.get("/dia-chi-cu")
def old_addresses() -> ResponseReturnValue:
    return old_addresses_page()


@bp.post("/dia-chi-cu")
@refilled_by(old_addresses_page)
@needs(Role.EDITOR)
def add_old_address() -> ResponseReturnValue:
    form = OldAddressForm()
    if not form.validate():
        return old_addresses_page(form, status=422)
    try:
        where = publishing.destination(form.target.data or "", pages.config().own_hosts)
        change = publishing.would_be(form.address.data or "", **where)
        if change is Change.CHANGED:
            # Whoever types a new one does not mean to overwrite; a file may, and reports it.
            raise Invalid({"address": "taken"})
        publishing.add_redirect(form.address.data or "", by=actor(), **where)
    except Invalid as error:
        form.blame(error.problems)
        return old_addresses_page(form, status=422)
    flash(_("Who has the old address is led to the right place from now on."))
    return redirect(url_for("newsroom.old_addresses"), 303)


@bp.post("/dia-chi-cu/tep")
@needs(Role.EDITOR)
def send_old_addresses() -> ResponseReturnValue:
    report = take_in(request.files.get("file"), pages.config().own_hosts, actor())
    return old_addresses_page(OldAddressForm(formdata=None), report, report.status)


@needs(Role.EDITOR)
def old_address_page(
    redirect_id: int, form: OldAddressForm | None = None, status: int = 200
) -> ResponseReturnValue:
    stored = queries.old_address(redirect_id, clock_now()) or abort(404)
    page = render_template(
        "newsroom/old_address.html", stored=stored, form=form or OldAddressForm.of(stored)
    )
    return page, status


@bp.get(ONE)
def old_address(redirect_id: int) -> ResponseReturnValue:
    return old_address_page(redirect_id)


@bp.post(ONE)
@refilled_by(old_address_page)
@needs(Role.EDITOR)
def change_old_address(redirect_id: int) -> ResponseReturnValue:
    stored = queries.old_address(redirect_id, clock_now()) or abort(404)
    form = OldAddressForm.of(stored)
    if not form.validate():
        return old_address_page(redirect_id, form, 422)
    try:
        where = publishing.destination(form.target.data or "", pages.config().own_hosts)
        publishing.change_redirect(redirect_id, form.address.data or "", by=actor(), **where)
    except NotFound:
        abort(404)
    except Invalid as error:
        form.blame(error.problems)
        return old_address_page(redirect_id, form, 422)
    flash(_("The old address is saved."))
    return redirect(url_for("newsroom.old_addresses"), 303)


@bp.post(f"{ONE}/xoa")
@needs(Role.EDITOR)
def delete_old_address(redirect_id: int) -> ResponseReturnValue:
    try:
        publishing.delete_redirect(redirect_id, by=actor())
    except NotFound:
        abort(404)
    flash(_("The old address is deleted."))
    return redirect(url_for("newsroom.old_addresses"), 303)
