"""Every error becomes a page of the site here, and nowhere else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Flask, abort, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from newsapp import logs, pages, redirects
from newsapp.accounts.forms import carried_fields
from newsapp.api import answers
from newsapp.extensions import db
from newsapp.furniture import Furniture, SiteSettings
from newsapp.visits.store import LedgerUnavailableError

RETRY_SECONDS = 30
AWAY = (
    DatabaseError,
    InterfaceError,
    NoConnectionLeft,
    # What was just written is not there: the file under it was exchanged, or somebody was faster.
    ObjectDeletedError,
    LedgerUnavailableError,
    OSError,
)
# What a database says when a statement is wrong: faults of the site, whatever state the disk is in.
OUR_FAULTS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


def install(app: Flask) -> None:
    """Register the handlers."""
    app.before_request(refuse_nul)
    app.log_exception = log_unexpected  # type: ignore[method-assign]  # Flask's own tells the path
    app.register_error_handler(HTTPException, http_error)
    for kind in AWAY:
        app.register_error_handler(kind, storage_away)
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
    return page, code, {"Retry-After": str(RETRY_SECONDS)} if code == 503 else {}


def storage_away(error: Exception) -> ResponseReturnValue:
    """The database or the disk does not answer, is locked, full, read-only or broken.

    Readers are told to come back. What an editor sent stands in the answer, to be sent again.
    """
    if isinstance(error, OUR_FAULTS):
        raise error
    said = str(getattr(error, "orig", None) or error) or type(error).__name__
    current_app.logger.error(
        "database or disk: %s; is the disk full, does another program hold the database, does"
        " PostgreSQL run?",
        said.splitlines()[0],
    )
    with suppress(SQLAlchemyError):
        db.session.rollback()
    # Nothing that makes this answer may ask the database again.
    g.account = None
    if request.method == "POST" and request.blueprint == "newsroom":
        return _not_saved()
    return http_error(ServiceUnavailable(retry_after=RETRY_SECONDS))


def _not_saved() -> ResponseReturnValue:
    """What was sent to the newsroom, in a form that sends it again; for a script, a sentence."""
    headers = {"Retry-After": str(RETRY_SECONDS)}
    by_script = request.headers.get("Sec-Fetch-Dest") == "empty"
    if by_script or request.accept_mimetypes.best == "application/json":
        said = _("The site cannot save at this moment. Your text is still here: try again soon.")
        return jsonify(error={"message": said}), 503, headers
    try:
        carried = carried_fields(request.form)
    except OSError:
        carried = []  # the disk was too full to read what came
    page = render_template(
        "errors/not_saved.html",
        carried=carried,
        action=request.full_path if request.query_string else request.path,
        title=request.form.get("title", "") if carried else "",
        files=any(file.filename for file in request.files.values()) if carried else False,
        furniture=None,
        settings=SiteSettings(),
    )
    return page, 503, headers


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
