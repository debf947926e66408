"""The files under an article."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.newsroom import shelves
from newsapp.newsroom.door import actor, bp
from newsapp.newsroom.forms import ID_MAX, typed
from newsapp.newsroom.library_forms import numbers
from newsapp.newsroom.shelves import FilesPage
from newsapp.newsroom.views.library import taken
from newsapp.publishing import attachments as publishing
from newsapp.publishing.albums import moved
from newsapp.publishing.articles import Invalid

FILES = f"/bai-viet/<int(max={ID_MAX}):article_id>/tep"


@bp.get(FILES)
def article_files(article_id: int) -> ResponseReturnValue:
    return files_page(writable(article_id))


@bp.post(FILES)
def attach_file(article_id: int) -> ResponseReturnValue:
    """Attach the file that was sent (``file``) or chosen (``media``), under ``title``."""
    page = writable(article_id)
    file = request.files.get("file")
    chosen = numbers(request.form.getlist("media"))[:1]
    if file is not None and file.filename:
        sent = taken(file)
        if sent.media is None:
            return files_page(page, sent.problem, sent.status)
        chosen = [sent.media.id]
    if not chosen:
        return files_page(page, _("Choose a file."), 422)
    try:
        publishing.attach(article_id, chosen[0], typed(request.form.get("title")) or "", by=actor())
    except Invalid as error:
        problem = (
            _("The title is longer than 300 characters.")
            if "title" in error.problems
            else _("This file does not exist (any more).")
        )
        return files_page(page, problem, 422)
    flash(_("The file is attached."))
    return back(article_id)


@bp.post(f"{FILES}/sap-xep")
def arrange_files(article_id: int) -> ResponseReturnValue:
    """Move one file up or down (``move``: ``up-12``), or take one away (``remove``: ``12``)."""
    page = writable(article_id)
    removed = numbers(request.form.getlist("remove"))
    step, _dash, name = request.form.get("move", "").partition("-")
    for number in removed:
        publishing.detach(article_id, number, by=actor())
    if chosen := numbers([name]):
        order = moved([file.id for file in page.attached], chosen[0], up=step == "up")
        publishing.reorder(article_id, order, by=actor())
    flash(_("Saved."))
    return back(article_id)


def back(article_id: int) -> ResponseReturnValue:
    return redirect(url_for("newsroom.article_files", article_id=article_id), 303)


def writable(article_id: int) -> FilesPage:
    page = shelves.article_files(article_id, actor()) or abort(404)
    if not page.writable:
        abort(403)
    return page


def files_page(page: FilesPage, problem: str = "", status: int = 200) -> ResponseReturnValue:
    shown = render_template("newsroom/article_files.html", files=page, problem=problem)
    return shown, status
