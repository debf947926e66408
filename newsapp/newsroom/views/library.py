"""The media library: the list, sending files, one picture or document."""

from __future__ import annotations

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from newsapp import pages
from newsapp.accounts.desk import refilled_by
from newsapp.media import files, images
from newsapp.media.storage import Refused
from newsapp.newsroom import library
from newsapp.newsroom.door import actor, bp
from newsapp.newsroom.forms import ID_MAX
from newsapp.newsroom.library import Item, Kind, Sent
from newsapp.newsroom.library_forms import DescriptionForm, box
from newsapp.publishing import media as publishing
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound, Stale
from newsapp.publishing.media import InUse, may_change
from newsapp.publishing.uses import uses
from newsapp.text.vietnamese import one_line

LAST_PAGE = 10_000
ONE = f"/thu-vien/<int(max={ID_MAX}):media_id>"


@bp.get("/thu-vien")
def media_library() -> ResponseReturnValue:
    page = request.args.get("trang", 1, type=int)
    if not 1 <= page <= LAST_PAGE:
        abort(404)
    return library_page(page)


def library_page(
    page: int = 1, sent: tuple[Sent, ...] = (), status: int = 200
) -> ResponseReturnValue:
    chosen = request.args.get("loai", "")
    kind = Kind(chosen) if chosen in set(Kind) else None
    words = one_line(request.args.get("q", ""))[:200]
    found = library.shelf(kind, words, page)
    if page > 1 and not found.items:
        abort(404)
    shown = render_template(
        "newsroom/library.html",
        shelf=found,
        page=page,
        kind=kind,
        words=words,
        sent=sent,
        at_once=library.AT_ONCE,
        image_max=images.BYTES_MAX,
        file_max=files.BYTES_MAX,
        file_endings=" ".join(files.TYPES),
    )
    return shown, status


@bp.post("/thu-vien")
def send_files() -> ResponseReturnValue:
    """Store the files of the field ``files``. A script that sends them one by one and asks for
    JSON is told what became of its file; a browser gets the list with what was refused."""
    given = [file for file in request.files.getlist("files") if file.filename]
    as_json = request.accept_mimetypes.best == "application/json"
    if not given:
        return refusal(Sent("", problem=_("Choose at least one file."), status=400), as_json)
    if len(given) > library.AT_ONCE:
        words = _("Send at most %(number)s files at once.", number=library.AT_ONCE)
        return refusal(Sent("", problem=words, status=413), as_json)
    sent = tuple(taken(file) for file in given)
    if as_json:
        return told(sent[0])
    refused = tuple(one for one in sent if one.media is None)
    if refused:
        return library_page(sent=sent, status=max(one.status for one in refused))
    flash(ngettext("%(num)s file is stored.", "%(num)s files are stored.", len(sent)))
    return redirect(url_for("newsroom.media_library"), 303)


def taken(file: FileStorage) -> Sent:
    try:
        return library.take_in(file, actor())
    except OSError:
        current_app.logger.exception("an upload could not be written")
        words = _("The site could not write the file. Tell the operator.")
        return Sent(library.shortened(file.filename or ""), problem=words, status=507)


def refusal(sent: Sent, as_json: bool) -> ResponseReturnValue:
    return told(sent) if as_json else library_page(sent=(sent,), status=sent.status)


def told(sent: Sent) -> ResponseReturnValue:
    if sent.media is None:
        return jsonify(error={"message": sent.problem}), sent.status
    stored = library.item(sent.media.id) or abort(404)
    return jsonify(
        id=stored.id,
        name=stored.name,
        page=url_for("newsroom.media_item", media_id=stored.id),
        location=url_for("news.media", path=stored.path),
        picture=stored.image is not None,
    )


@bp.get(ONE)
def media_item(media_id: int) -> ResponseReturnValue:
    stored = found(media_id)
    return item_page(stored, DescriptionForm(stored, formdata=None))


def refill_item(media_id: int) -> ResponseReturnValue:
    stored = changeable(media_id)
    return item_page(stored, DescriptionForm(stored))


@bp.post(ONE)
@refilled_by(refill_item)
def describe_item(media_id: int) -> ResponseReturnValue:
    stored = changeable(media_id)
    form = DescriptionForm(stored)
    if not form.validate():
        return item_page(stored, form, 422)
    try:
        publishing.describe(media_id, form.said(), by=actor())
    except Invalid as error:
        form.blame(error.problems)
        return item_page(stored, form, 422)
    flash(_("Saved."))
    return redirect(url_for("newsroom.media_item", media_id=media_id), 303)


@bp.post(f"{ONE}/cat")
def crop_item(media_id: int) -> ResponseReturnValue:
    stored = changeable(media_id)
    part = box(request.form)
    if stored.image is None or part is None:
        return complaint(stored, "crop", _("Give four whole numbers."))
    try:
        image = images.crop(stored.path, part, pages.config().media)
        cropped = publishing.add_crop(media_id, image, by=actor())
    except Refused as error:
        return complaint(stored, "crop", library.refusal_words(error))
    except OSError:
        current_app.logger.exception("a crop could not be made")
        return complaint(stored, "crop", _("The site could not write the file. Tell the operator."))
    flash(_("This is the new picture. The whole one is still in the library."))
    return redirect(url_for("newsroom.media_item", media_id=cropped.id), 303)


@bp.post(f"{ONE}/thay")
def replace_item(media_id: int) -> ResponseReturnValue:
    stored = changeable(media_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        return complaint(stored, "replace", _("Choose a file."))
    try:
        publishing.replace(media_id, library.put_away(file), by=actor(), file_name=file.filename)
    except Refused as error:
        return complaint(stored, "replace", library.refusal_words(error))
    except Invalid as error:
        words = {
            "taken": _("This file is in the library already. Use that one instead."),
            "other_kind": _("A picture is replaced by a picture, a document by a document."),
        }
        return complaint(stored, "replace", words[error.problems["file"]])
    except NotAllowed:
        said = _("It is used on the site, so only an editor may replace it.")
        return complaint(stored, "replace", said, 403)
    except Stale:
        said = _("Somebody saved an article with it just now. Try again.")
        return complaint(stored, "replace", said, 409)
    except OSError:
        current_app.logger.exception("a file could not be replaced")
        said = _("The site could not write the file. Tell the operator.")
        return complaint(stored, "replace", said, 507)
    flash(_("The file is replaced wherever it was used."))
    return redirect(url_for("newsroom.media_item", media_id=media_id), 303)


@bp.post(f"{ONE}/xoa")
def remove_item(media_id: int) -> ResponseReturnValue:
    stored = changeable(media_id)
    try:
        publishing.remove(media_id, pages.config().media, by=actor())
    except InUse:
        return complaint(stored, "remove", _("It is still used; take it away there first."), 409)
    except NotFound:
        abort(404)
    flash(_("“%(name)s” is deleted.", name=library.shortened(stored.name)))
    return redirect(url_for("newsroom.media_library"), 303)


def found(media_id: int) -> Item:
    return library.item(media_id) or abort(404)


def changeable(media_id: int) -> Item:
    """The picture or document, for somebody who may change it; 404 or 403 for the others."""
    stored = found(media_id)
    if not may_change(stored.created_by, actor()):
        abort(403)
    return stored


def complaint(stored: Item, about: str, words: str, status: int = 422) -> ResponseReturnValue:
    """The page with what went wrong beside the form that it is about."""
    form = DescriptionForm(stored, formdata=None)
    return item_page(stored, form, status, complaints={about: words})


def item_page(
    stored: Item,
    form: DescriptionForm,
    status: int = 200,
    complaints: dict[str, str] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "newsroom/library_item.html",
        item=stored,
        form=form,
        uses=library.shown_uses(uses(stored.id), actor()),
        changeable=may_change(stored.created_by, actor()),
        complaints=complaints or {},
        file_endings=" ".join(files.TYPES),
        crop_min=images.CROP_MIN,
    )
    return page, status
