"""Images that people send: checked, stored, recorded."""

from __future__ import annotations

from flask import Response, after_this_request, current_app
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import Field

from newsapp.media import images
from newsapp.models import Media
from newsapp.pages import config
from newsapp.publishing import site
from newsapp.publishing.audit import Actor

STATUS = {"too_large": 413, "not_an_image": 415, "busy": 503}


def take_in(file: FileStorage, by: Actor) -> Media:
    """Store an uploaded image and record it. Raises ImageRefused, or OSError from the disk."""
    # One byte more than is allowed is enough to know, whatever the sender says of the size.
    with file.stream as stream:
        data = stream.read(images.BYTES_MAX + 1)
    return site.add_image(images.store(data, config().media), by=by, file_name=file.filename or "")


def take_in_with_form(file: FileStorage, field: Field, by: Actor) -> bool:
    """Take in the image that came with a form as the value of ``field``. What is wrong with it is
    said at the field, so that nothing that was typed is lost; whether it is in."""
    try:
        field.data = str(take_in(file, by).id)
    except images.ImageRefused as error:
        said = refusal_words(error)
    except OSError:
        current_app.logger.exception("an image could not be written")
        after_this_request(_unavailable)
        said = _("The site could not write the file. Tell the operator.")
    else:
        return True
    field.errors = [*field.errors, said]
    return False


def _unavailable(answer: Response) -> Response:
    """The form comes back as it was sent, but what is wrong is not in it."""
    answer.status_code = 503
    return answer


def refusal_words(error: images.ImageRefused) -> str:
    """Why an image was refused, for the person who sent it."""
    megabytes = images.BYTES_MAX // 1024**2
    words = {
        "too_large": _("The file is larger than %(size)s MB.", size=megabytes),
        "busy": _("The site is busy with other pictures. Send this one again in a moment."),
        "too_many_pixels": _("The picture has too many pixels. Make it smaller and try again."),
        "not_an_image": _("This is not a picture that the site can show (JPEG, PNG, WebP, GIF)."),
        "damaged": _("The picture is damaged: its file ends too early or cannot be read."),
    }
    return str(words.get(error.reason, _("This picture cannot be stored.")))
