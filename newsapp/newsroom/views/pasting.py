"""What is pasted or taken from a Word file: the one way in which it becomes the site's HTML.

What the editor shows after a paste is what will be stored.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.media import images
from newsapp.newsroom.door import actor, bp, image_problem
from newsapp.pages import config
from newsapp.publishing import media
from newsapp.publishing.audit import Actor
from newsapp.text import docx, legacy_fonts, word
from newsapp.text.legacy_fonts import Encoding, Suggestion
from newsapp.text.richtext import RichTextError
from newsapp.text.word import Tidied

WORD_FILE_MAX = 20 * 1024 * 1024


@bp.post("/dan")
def paste() -> ResponseReturnValue:
    """Tidy the HTML in the file ``html``. With ``encoding`` (see ``legacy_fonts.Encoding``) text
    of that old font is converted first; without it a conversion is only suggested."""
    sent = request.files.get("html")
    html = sent.stream.read().decode("utf-8", "replace") if sent else request.form.get("html", "")
    encoding = request.form.get("encoding", "")
    try:
        if encoding in set(Encoding):
            html = legacy_fonts.convert_html(html, Encoding(encoding))
        tidied = word.tidy(html, storing(actor()))
    except RichTextError:
        return too_much()
    return answer(tidied, None if encoding else legacy_fonts.suggest(html))


@bp.post("/tep-word")
def word_file() -> ResponseReturnValue:
    """Read the .docx in ``file``."""
    file = request.files.get("file")
    if file is None:
        return image_problem(_("No file came with this request."), 400)
    try:
        tidied = docx.from_docx(file.stream.read(WORD_FILE_MAX + 1), storing(actor()))
    except docx.DocumentRefused as error:
        return image_problem(refusal(error.reason), 413 if error.reason == "too_large" else 422)
    except RichTextError:
        return too_much()
    return answer(tidied, None)


def storing(by: Actor) -> Callable[[bytes], str | None]:
    """Takes in the images that a paste carries; gives the address, None for a refused one."""

    def store(data: bytes) -> str | None:
        try:
            stored = images.store(data, config().media)
        except (images.ImageRefused, OSError):
            return None
        return url_for("news.media", path=media.add_image(stored, by=by).path)

    return store


def answer(tidied: Tidied, suggestion: Suggestion | None) -> ResponseReturnValue:
    said = [lost_words()[code] for code in tidied.lost if code in lost_words()]
    if tidied.remote_images:
        said.append(
            _(
                "%(number)s images of other sites were left out. Save them to your computer and"
                " insert them as files.",
                number=len(tidied.remote_images),
            )
        )
    return jsonify(
        html=tidied.html,
        byline=tidied.byline,
        said=said,
        legacy={
            "encoding": suggestion.encoding,
            "before": suggestion.before,
            "after": suggestion.after,
        }
        if suggestion
        else None,
    )


def too_much() -> ResponseReturnValue:
    return image_problem(_("The text is too long or too deeply nested to be taken in."), 413)


def refusal(reason: str) -> str:
    """Why a document was refused, for the person who chose it."""
    words = {
        "too_large": _("The file is too large."),
        "old_format": _("This is an old .doc file. Open it in Word and save it as .docx."),
        "protected": _("The file is protected by a password."),
        "damaged": _("The file is damaged and cannot be read."),
    }
    return str(words.get(reason, _("This is not a Word file (.docx).")))


def lost_words() -> dict[str, str]:
    """What could not be kept, by the codes of ``word.Tidied``."""
    return {
        "comment": _("Comments in the margin were left out."),
        "hidden_text": _("Hidden text was left out."),
        "local_image": _("An image stayed on your computer: insert it as a file."),
        "embedded_image": _("An image in the text could not be read: insert it as a file."),
        "embedded_object": _("An embedded object (a chart, a drawing) was left out."),
        "form_field": _("Fields to fill in were left out."),
        "footnote": _("A footnote was left out, because its text was not copied."),
        "symbol": _("A symbol of a special font was left out."),
        "text_box": _("A text box became ordinary text."),
        "equation": _("An equation became ordinary text."),
        "nested_table": _("A table inside a table became ordinary text."),
        "tracked_change": _("Deleted words of tracked changes are still there, struck through."),
    }
