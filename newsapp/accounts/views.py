"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_wtf.csrf import CSRFError

from newsapp.accounts import desk, service
from newsapp.accounts.forms import STAFF_PREFIX, SignInForm, carried_fields, local_path
from newsapp.clock import now as clock_now

bp = Blueprint("accounts", __name__)
bp.context_processor(desk.surroundings)


@bp.after_request
def never_stored(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/dang-nhap")
def sign_in_form() -> ResponseReturnValue:
    if service.signed_in():
        return redirect(local_path(request.args.get("next")) or STAFF_PREFIX)
    return sign_in_page(SignInForm(data={"next": request.args.get("next", "")}))


@bp.post("/dang-nhap")
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if service.signed_in():
        return onward(form)
    try:
        service.sign_in(
            form.username.data or "",
            form.password.data or "",
            request.remote_addr or "",
            clock_now(),
        )
    except service.TooManyAttempts as error:
        said = _("Too many attempts. Try again in %(seconds)s seconds.", seconds=error.seconds)
        answer = sign_in_page(form, said, 429)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    except service.SignInRefused:
        return sign_in_page(form, _("Wrong user name or password."), 401)
    # Signing in began a new session: token and language of the old one are of no use any more.
    g.pop("csrf_token", None)
    refresh()
    return onward(form)


@bp.post("/dang-xuat")
def sign_out() -> ResponseReturnValue:
    service.sign_out()
    flash(_("You have signed out."))
    return redirect("/dang-nhap", 303)


@bp.errorhandler(CSRFError)
def form_too_old(_error: CSRFError) -> ResponseReturnValue:
    """The page was open for too long, or its cookie is gone: nothing was done, try again."""
    if request.path != "/dang-nhap":
        return redirect(STAFF_PREFIX, 303)
    form = SignInForm()
    if service.signed_in():
        return onward(form)
    return sign_in_page(form, _("This page was open for too long. Please sign in again."), 400)


def sign_in_page(form: SignInForm, problem: str = "", status: int = 200) -> Response:
    """The sign-in page, with what has to travel through it."""
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        problem=problem,
        carried=carried_fields(request.form),
    )
    return make_response(page, status)


def onward(form: SignInForm) -> ResponseReturnValue:
    """To the page that was asked for; a form that was carried here opens at once, unsaved."""
    target = local_path(form.next.data) or STAFF_PREFIX
    reopened = desk.reopened(target) if carried_fields(request.form) else None
    return reopened or redirect(target, 303)
