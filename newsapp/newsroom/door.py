"""The newsroom's door: who may come in, and what becomes of a form whose sender is locked out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, RequestEntityTooLarge

from newsapp.accounts import desk
from newsapp.accounts import service as accounts
from newsapp.accounts.forms import SignInForm, carried_fields
from newsapp.models import Account, Role
from newsapp.publishing.audit import Actor

P = ParamSpec("P")
R = TypeVar("R")

bp = Blueprint("newsroom", __name__, url_prefix="/bien-tap")

UPLOAD = "newsroom.upload"
bp.context_processor(desk.surroundings)


def me() -> Account:
    """The account at work; only for views behind this door."""
    return accounts.signed_in() or abort(401)


def actor() -> Actor:
    """The account at work as the author of deeds."""
    return accounts.actor(me())


def needs(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer 403 to anybody whose role does not include ``role``."""

    def guarded(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not me().role.includes(role):
                abort(403)
            return view(*args, **kwargs)

        return checked

    return guarded


@bp.before_request
def ask_who() -> ResponseReturnValue | None:
    if accounts.signed_in() is None:
        return locked_out()
    accounts.renew()
    return desk.held_back()


@bp.after_request
def never_stored(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.errorhandler(CSRFError)
def form_too_old(_error: CSRFError) -> ResponseReturnValue:
    """A missing or foreign token: nothing is done, and nothing that was typed is lost."""
    if accounts.signed_in() is None:
        return locked_out()
    if (first := desk.held_back()) is not None:
        return first
    if request.endpoint == UPLOAD:
        return image_problem(_("This page was open for too long. Save, then add the image."), 400)
    refill = desk.refill_of(request.endpoint)
    if refill is None:
        return problem(
            _("This page was open for too long"),
            _("Nothing was changed. Open the page again and repeat what you did."),
            400,
        )
    try:
        answer = make_response(refill(**(request.view_args or {})))
    except Forbidden:
        # Flask takes an error inside of an error's handler for a fault of the server.
        return problem(_("Not allowed"), _("Your account may not do this."), 403)
    answer.status_code = 400
    return answer


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    if request.endpoint == UPLOAD:
        return image_problem(_("The file is too large."), 413)
    return problem(
        _("Too large"),
        _("What was sent is larger than the site accepts. Go back: your text is still there."),
        413,
    )


def problem(title: str, message: str, status: int) -> ResponseReturnValue:
    """A page of the newsroom that says what went wrong."""
    return render_template("newsroom/problem.html", title=title, message=message), status


def locked_out() -> ResponseReturnValue:
    """To the sign-in page; a form that was sent travels through it in hidden fields."""
    if request.method in {"GET", "HEAD"}:
        asked = request.full_path if request.query_string else request.path
        return redirect(url_for("accounts.sign_in_form", next=asked))
    if request.endpoint == UPLOAD:
        return image_problem(
            _("Your session has ended. Sign in again in another tab; your text is still here."), 401
        )
    refillable = desk.refill_of(request.endpoint) is not None
    page = render_template(
        "accounts/sign_in.html",
        # formdata=None: what was sent is not a sign-in form.
        form=SignInForm(
            formdata=None,
            data={"next": request.path if refillable else url_for("newsroom.articles")},
        ),
        problem=_("Your session has ended. Sign in again to go on."),
        carried=carried_fields(request.form) if refillable else [],
    )
    return page, 401


def image_problem(message: str, status: int) -> ResponseReturnValue:
    """An answer that the editor's script shows to the person who sent the image."""
    return jsonify(error={"message": message}), status
