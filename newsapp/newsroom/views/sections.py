"""Sections: the list and its order, one section's form, deleting one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from newsapp.accounts.desk import refilled_by
from newsapp.models import Role
from newsapp.news import queries as news
from newsapp.newsroom import house
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.forms import ID_MAX
from newsapp.newsroom.house_forms import DeleteSectionForm, SectionForm, number
from newsapp.newsroom.views.house import put_in_order
from newsapp.publishing import sections as publishing
from newsapp.publishing.articles import Invalid, NotFound

ONE = f"/chuyen-muc/<int(max={ID_MAX}):section_id>"


@needs(Role.EDITOR)
def sections_page(form: SectionForm | None = None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "newsroom/sections.html", form=form or SectionForm(), sections=house.section_rows()
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
    form.validate()
    try:
        added = publishing.add_section(
            form.name.data or "",
            by=actor(),
            description=form.description.data or "",
            parent_id=number(form.parent_id.data),
        )
    except Invalid as error:
        form.blame(error.problems)
        return sections_page(form, 422)
    flash(_("The section “%(name)s” is there.", name=added.name))
    return redirect(url_for("newsroom.sections"), 303)


@bp.post("/chuyen-muc/thu-tu")
@needs(Role.EDITOR)
def order_sections() -> ResponseReturnValue:
    return put_in_order(
        "newsroom.sections", publishing.order_sections, publishing.move_section, "row"
    )


@needs(Role.EDITOR)
def section_page(
    section_id: int,
    form: SectionForm | None = None,
    status: int = 200,
    deletion: DeleteSectionForm | None = None,
) -> ResponseReturnValue:
    row = house.section_row(section_id) or abort(404)
    page = render_template(
        "newsroom/section.html",
        row=row,
        # What was sent to be deleted says nothing about the section itself.
        form=form or SectionForm.of(row.section, **({"formdata": None} if deletion else {})),
        deletion=deletion or DeleteSectionForm(None),
        others=[other for other in news.sections() if other.id != section_id],
    )
    return page, status


@bp.get(ONE)
def section(section_id: int) -> ResponseReturnValue:
    return section_page(section_id)


@bp.post(ONE)
@refilled_by(section_page)
@needs(Role.EDITOR)
def change_section(section_id: int) -> ResponseReturnValue:
    row = house.section_row(section_id) or abort(404)
    form = SectionForm.of(row.section)
    form.validate()
    try:
        changed = publishing.change_section(
            section_id,
            by=actor(),
            name=form.name.data or "",
            slug=form.slug.data or "",
            description=form.description.data or "",
            parent_id=number(form.parent_id.data),
        )
    except NotFound:
        abort(404)
    except Invalid as error:
        form.blame(error.problems)
        return section_page(section_id, form, 422)
    flash(_("The section “%(name)s” is saved.", name=changed.name))
    return redirect(url_for("newsroom.section", section_id=section_id), 303)


@bp.post(f"{ONE}/xoa")
@needs(Role.EDITOR)
def delete_section(section_id: int) -> ResponseReturnValue:
    form = DeleteSectionForm()
    try:
        moved = publishing.delete_section(section_id, by=actor(), move_to=number(form.move_to.data))
    except NotFound:
        abort(404)
    except Invalid as error:
        form.blame(error.problems)
        return section_page(section_id, status=422, deletion=form)
    flash(
        ngettext(
            "The section is deleted; %(num)s article stands in the other one now.",
            "The section is deleted; %(num)s articles stand in the other one now.",
            moved,
        )
        if moved
        else _("The section is deleted.")
    )
    return redirect(url_for("newsroom.sections"), 303)
