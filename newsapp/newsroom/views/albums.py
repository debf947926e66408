"""Photo albums: the list, the form, the pictures in their order."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from newsapp import pages
from newsapp.accounts.desk import refilled_by
from newsapp.clock import now as clock_now
from newsapp.models import Role
from newsapp.newsroom import library, shelves
from newsapp.newsroom.door import actor, bp, needs
from newsapp.newsroom.forms import ID_MAX, zone_words
from newsapp.newsroom.library import Kind, Sent
from newsapp.newsroom.library_forms import AlbumForm, numbers
from newsapp.newsroom.shelves import AlbumSheet
from newsapp.newsroom.views.library import taken
from newsapp.publishing import albums as publishing
from newsapp.publishing.articles import Invalid, NotFound
from newsapp.text.vietnamese import one_line

ONE = f"/album/<int(max={ID_MAX}):album_id>"
LAST_PAGE = 10_000


@bp.get("/album")
@needs(Role.EDITOR)
def albums() -> ResponseReturnValue:
    return render_template("newsroom/albums.html", albums=shelves.albums(), now=clock_now())


@bp.get("/album/moi")
@needs(Role.EDITOR)
def new_album() -> ResponseReturnValue:
    return album_page(None, AlbumForm(pages.config().zone, None, formdata=None))


@needs(Role.EDITOR)
def refill_new_album() -> ResponseReturnValue:
    return album_page(None, AlbumForm(pages.config().zone, None))


@bp.post("/album/moi")
@refilled_by(refill_new_album)
@needs(Role.EDITOR)
def create_album() -> ResponseReturnValue:
    form = AlbumForm(pages.config().zone, None)
    if not form.validate():
        return album_page(None, form, status=422)
    words = form.words(request.form.get("step", ""), clock_now())
    try:
        made = publishing.add_album(
            words.title,
            words.intro,
            [],
            by=actor(),
            published_at=words.published_at,
            slug=words.slug,
        )
    except Invalid as error:
        form.blame(error.problems)
        return album_page(None, form, status=422)
    flash(_("The album is there. Put pictures in it."))
    return redirect(url_for("newsroom.album", album_id=made.id), 303)


@bp.get(ONE)
@needs(Role.EDITOR)
def album(album_id: int) -> ResponseReturnValue:
    stored = found(album_id)
    return album_page(stored, AlbumForm(pages.config().zone, stored, formdata=None))


@needs(Role.EDITOR)
def refill_album(album_id: int) -> ResponseReturnValue:
    stored = found(album_id)
    return album_page(stored, AlbumForm(pages.config().zone, stored))


@bp.post(ONE)
@refilled_by(refill_album)
@needs(Role.EDITOR)
def save_album(album_id: int) -> ResponseReturnValue:
    stored = found(album_id)
    form = AlbumForm(pages.config().zone, stored)
    if not form.validate():
        return album_page(stored, form, status=422)
    try:
        saved = publishing.save_album(
            album_id, form.words(request.form.get("step", ""), clock_now()), by=actor()
        )
    except Invalid as error:
        form.blame(error.problems)
        return album_page(stored, form, status=422)
    if saved.published_at is None:
        flash(_("Saved. Readers do not see this album."))
    elif saved.published_at > clock_now():
        flash(_("Scheduled: the album appears by itself."))
    else:
        flash(_("Saved and published."))
    return redirect(url_for("newsroom.album", album_id=album_id), 303)


@bp.post(f"{ONE}/hinh")
@needs(Role.EDITOR)
def arrange_album(album_id: int) -> ResponseReturnValue:
    """Captions and order as the page shows them, then what the pressed button asks for."""
    stored = found(album_id)
    order = numbers(request.form.getlist("order"))
    removed = numbers(request.form.getlist("remove"))
    step, _dash, moved = request.form.get("move", "").partition("-")
    if chosen := numbers([moved]):
        order = publishing.moved(order, chosen[0], up=step == "up")
    placed = [(number, request.form.get(f"caption-{number}", "")) for number in order]
    try:
        publishing.arrange_album(album_id, placed, by=actor(), removed=removed)
    except Invalid:
        form = AlbumForm(pages.config().zone, stored, formdata=None)
        said = _("A caption is longer than 1,000 characters. Nothing was changed.")
        return album_page(stored.arranged(placed), form, status=422, problem=said)
    flash(_("The pictures are saved."))
    anchor = f"picture-{chosen[0]}" if chosen else "pictures"
    return redirect(url_for("newsroom.album", album_id=album_id, _anchor=anchor), 303)


@bp.get(f"{ONE}/them")
@needs(Role.EDITOR)
def choose_images(album_id: int) -> ResponseReturnValue:
    stored = found(album_id)
    page = request.args.get("trang", 1, type=int)
    if not 1 <= page <= LAST_PAGE:
        abort(404)
    words = one_line(request.args.get("q", ""))[:200]
    shelf = library.shelf(Kind.IMAGES, words, page)
    if page > 1 and not shelf.items:
        abort(404)
    return render_template(
        "newsroom/album_add.html",
        album=stored,
        shelf=shelf,
        page=page,
        words=words,
        present={image.id for image in stored.images},
    )


@bp.post(f"{ONE}/them")
@needs(Role.EDITOR)
def add_images(album_id: int) -> ResponseReturnValue:
    """Pictures chosen in the library (``media``), new ones (``files``), or both."""
    stored = found(album_id)
    given = [file for file in request.files.getlist("files") if file.filename]
    sent = tuple(taken(file) for file in given[: library.AT_ONCE])
    new = [one.media.id for one in sent if one.media is not None]
    added = publishing.add_album_images(
        album_id, [*numbers(request.form.getlist("media")), *new], by=actor()
    )
    flash(ngettext("%(num)s picture is added.", "%(num)s pictures are added.", added))
    refused = tuple(one for one in sent if one.media is None or not one.media.width)
    if refused:
        stored = found(album_id)
        form = AlbumForm(pages.config().zone, stored, formdata=None)
        return album_page(stored, form, status=422, refused=refused)
    return redirect(url_for("newsroom.album", album_id=album_id, _anchor="pictures"), 303)


@bp.get(f"{ONE}/xoa")
@needs(Role.EDITOR)
def confirm_album_removal(album_id: int) -> ResponseReturnValue:
    return render_template("newsroom/album_remove.html", album=found(album_id))


@bp.post(f"{ONE}/xoa")
@needs(Role.EDITOR)
def remove_album(album_id: int) -> ResponseReturnValue:
    try:
        publishing.remove_album(album_id, by=actor())
    except NotFound:
        abort(404)
    flash(_("The album is deleted. Its pictures are still in the library."))
    return redirect(url_for("newsroom.albums"), 303)


def found(album_id: int) -> AlbumSheet:
    return shelves.album(album_id) or abort(404)


def album_page(
    stored: AlbumSheet | None,
    form: AlbumForm,
    *,
    status: int = 200,
    problem: str = "",
    refused: tuple[Sent, ...] = (),
) -> ResponseReturnValue:
    page = render_template(
        "newsroom/album.html",
        album=stored,
        form=form,
        problem=problem,
        refused=refused,
        now=clock_now(),
        zone=zone_words(pages.config().zone),
    )
    return page, status
