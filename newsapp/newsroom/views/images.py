"""Taking in images, for the editor's script."""

from __future__ import annotations

from flask import current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.media.images import ImageRefused
from newsapp.newsroom.door import actor, bp, image_problem
from newsapp.newsroom.uploads import STATUS, refusal_words, take_in


@bp.post("/hinh-anh")
def upload() -> ResponseReturnValue:
    """Store the field ``file``; the answer is JSON that the editor understands."""
    file = request.files.get("file")
    if file is None:
        return image_problem(_("No file came with this request."), 400)
    try:
        media = take_in(file, actor())
    except ImageRefused as error:
        return image_problem(refusal_words(error), STATUS.get(error.reason, 422))
    except OSError:
        current_app.logger.exception("an image could not be written")
        return image_problem(_("The site could not write the file. Tell the operator."), 507)
    return jsonify(
        location=url_for("news.media", path=media.path),
        width=media.width,
        height=media.height,
        id=media.id,
        alt=media.alt,
    )
