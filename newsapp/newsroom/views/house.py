"""Sections and the site's settings."""

from __future__ import annotations

from dataclasses import asdict

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.accounts.desk import refilled_by
from newsapp.furniture import site_settings
from newsapp.models import Role
from newsapp.news import queries as news
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.forms import SectionForm, SettingsForm
from newsapp.publishing import site
from newsapp.publishing.articles import Invalid


@needs(Role.EDITOR)
def sections_page(form: SectionForm | None = None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "newsroom/sections.html", form=form or SectionForm(), sections=news.sections()
    )
    return page, status


@bp.get("/chuyen-muc")
def sections() -> ResponseReturnValue:
    return sections_page()


@bp.post("/chuyen-muc")
@refilled_by(sections_page)
@needs(Role.EDITOR)
def add_section() -> ResponseReturnValue:
    form = SectionForm()
    if not form.validate():
        return sections_page(form, 422)
    try:
        added = site.add_section(
            form.name.data or "",
            by=actor(),
            description=form.description.data or "",
            parent_id=form.parent(),
        )
    except Invalid as error:
        form.blame(error.problems)
        return sections_page(form, 422)
    flash(_("The section “%(name)s” is there.", name=added.name))
    return redirect(url_for("newsroom.sections"), 303)


@needs(Role.ADMINISTRATOR)
def settings_page(form: SettingsForm | None = None, status: int = 200) -> ResponseReturnValue:
    form = form or SettingsForm(data=asdict(site_settings()))
    return render_template("newsroom/settings.html", form=form), status


@bp.get("/cai-dat")
def settings() -> ResponseReturnValue:
    return settings_page()


@bp.post("/cai-dat")
@refilled_by(settings_page)
@needs(Role.ADMINISTRATOR)
def change_settings() -> ResponseReturnValue:
    form = SettingsForm(data=asdict(site_settings()))
    if not form.validate():
        return settings_page(form, 422)
    site.change_settings(form.values(), by=actor())
    flash(_("The settings are saved."))
    return redirect(url_for("newsroom.settings"), 303)
