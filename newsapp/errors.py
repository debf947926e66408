"""Every error becomes a page of the site here, and nowhere else."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from newsapp import logs, pages, redirects
from newsapp.api import answers
from newsapp.extensions import db
from newsapp.furniture import Furniture, SiteSettings


def install(app: Flask) -> None:
    """Register the handlers."""
    app.before_request(refuse_nul)
    app.log_exception = log_unexpected  # type: ignore[method-assign]  # Flask's own tells the path
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(500, http_error)


def log_unexpected(exc_info: Any) -> None:
    """Log, once, an exception that nobody expected. ``exc_info`` is `sys.exc_info()`'s."""
    current_app.logger.error(
        "a page could not be made (%s); a fault of the site: report it with this line",
        request.endpoint or "no endpoint",
        exc_info=exc_info,
    )


def refuse_nul() -> None:
    """No address of the site holds a NUL, and PostgreSQL takes none in a text."""
    if "\0" in request.path:
        abort(404)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """A page for any HTTP error, with the site around it where the database answers.

    Where there was something else at an address once, the reader is sent after it. The JSON
    interface answers in its own form.
    """
    if answers.is_asked():
        return answers.problem(error)
    code = error.code or 500
    if code == 404 and (moved := _moved()):
        return moved
    title, message = _words(code)
    if code >= 500 or code == 400:
        # A 400 may be an untrusted host: no addresses can be built from it.
        furniture, settings = None, SiteSettings()
    else:
        furniture, settings = _surroundings()
    page = render_template(
        "errors/error.html",
        code=code,
        title=title,
        message=message,
        number=logs.request_id() if code == 500 else "",
        furniture=furniture,
        settings=settings,
        withdrawn=isinstance(error, pages.Withdrawn),
        section=getattr(error, "section", None),
    )
    return page, code


def database_away(error: OperationalError) -> ResponseReturnValue:
    """The database does not answer or is locked: the reader is told to come back."""
    current_app.logger.error(
        "the database did not answer: %s; is the disk full, is another program holding it, does"
        " PostgreSQL run?",
        str(error.orig).splitlines()[0],
    )
    db.session.rollback()
    return http_error(ServiceUnavailable())


def _moved() -> Response | None:
    try:
        return redirects.elsewhere()
    except SQLAlchemyError:
        db.session.rollback()
        return None


def _surroundings() -> tuple[Furniture | None, SiteSettings]:
    try:
        _now, furniture = pages.surroundings()
    except SQLAlchemyError:
        db.session.rollback()
        return None, SiteSettings()
    return furniture, furniture.settings


def _words(code: int) -> tuple[str, str]:
    texts = {
        400: (_("Bad request"), _("The address or the form could not be understood.")),
        403: (_("Not allowed"), _("Your account may not do this.")),
        404: (_("Page not found"), _("There is no page at this address, or no longer.")),
        410: (
            _("This article has been withdrawn"),
            _("The office withdrew this article, and it can no longer be read here."),
        ),
        405: (_("Bad request"), _("This address does not take such a request.")),
        413: (_("Too large"), _("What was sent is larger than the site accepts.")),
        429: (_("Please wait"), _("Too many attempts; try again in a few minutes.")),
        503: (_("Back in a moment"), _("The site is busy. Please try again in a moment.")),
    }
    default = (
        _("Something went wrong"),
        _("The site could not answer. It has been noted; please try again later."),
    )
    return texts.get(code, default if code >= 500 else texts[400])
