"""The settings of the site, and what the lists of site furniture share: their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.accounts.desk import refilled_by
from newsapp.furniture import site_settings
from newsapp.models import Role
from newsapp.newsroom import queries
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.house_forms import OrderAsked, SettingsForm, number
from newsapp.newsroom.uploads import take_in_with_form
from newsapp.publishing import settings as publishing
from newsapp.publishing.articles import Invalid, NotFound, Stale
from newsapp.publishing.audit import Actor
from newsapp.publishing.settings import HOME_ITEMS_MAX


class Move(Protocol):
    def __call__(self, item: int, /, *, up: bool, by: Actor) -> None: ...


class Order(Protocol):
    def __call__(self, wanted: tuple[int, ...], /, *, by: Actor) -> None: ...


def put_in_order(endpoint: str, order: Order, move: Move, anchor: str) -> ResponseReturnValue:
    """Do what a list's form asks for, and show the list at the row that was moved."""
    asked = OrderAsked.read(request.form)
    try:
        if asked.moved is None:
            order(asked.wanted, by=actor())
        else:
            move(asked.moved, up=asked.up, by=actor())
        flash(_("The new order is saved."))
    except (NotFound, Stale):
        flash(_("Somebody changed this list just now. Look at it and try again."), "warning")
    place = f"{anchor}-{asked.moved}" if asked.moved else None
    return redirect(url_for(endpoint, _anchor=place), 303)


def refusal(deed: Callable[[], object]) -> dict[str, str]:
    """Do a deed; the problems for which publishing refused it, none when it is done."""
    try:
        deed()
    except Invalid as error:
        return error.problems
    return {}


@needs(Role.ADMINISTRATOR)
def settings_page(form: SettingsForm | None = None, status: int = 200) -> ResponseReturnValue:
    form = form or SettingsForm.of(site_settings())
    page = render_template(
        "newsroom/settings.html",
        form=form,
        logo=queries.image(number(form.logo_id.data)),
        offered=queries.offered_images(),
        most=HOME_ITEMS_MAX,
    )
    return page, status


@bp.get("/cai-dat")
def settings() -> ResponseReturnValue:
    return settings_page()


@bp.post("/cai-dat")
@refilled_by(settings_page)
@needs(Role.ADMINISTRATOR)
def change_settings() -> ResponseReturnValue:
    form = SettingsForm.of(site_settings())
    valid = form.validate()
    file = request.files.get("logo_file")
    if file is not None and file.filename:
        valid = take_in_with_form(file, form.logo_id, actor()) and valid
    if not valid:
        return settings_page(form, 422)
    if problems := refusal(lambda: publishing.change_settings(form.values(), by=actor())):
        form.blame(problems)
        return settings_page(form, 422)
    flash(_("The settings are saved."))
    return redirect(url_for("newsroom.settings"), 303)
