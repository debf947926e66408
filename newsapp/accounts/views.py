"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as BaseResponse

from newsapp.accounts import service
from newsapp.accounts.forms import CARRIED, STAFF_PREFIX, SignInForm, carried_fields, local_path
from newsapp.clock import now as clock_now
from newsapp.furniture import site_settings

bp = Blueprint("accounts", __name__)


@bp.after_request
def never_stored(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/dang-nhap")
def sign_in_form() -> BaseResponse:
    if service.signed_in():
        return redirect(local_path(request.args.get("next")) or STAFF_PREFIX)
    return sign_in_page(SignInForm(data={"next": request.args.get("next", "")}))


@bp.post("/dang-nhap")
def sign_in() -> BaseResponse:
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
    return onward(form)


@bp.post("/dang-xuat")
def sign_out() -> BaseResponse:
    service.sign_out()
    flash(_("You have signed out."))
    return redirect("/dang-nhap", 303)


@bp.errorhandler(CSRFError)
def form_too_old(_error: CSRFError) -> BaseResponse:
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
        site_name=site_settings().site_name,
    )
    return make_response(page, status)


def onward(form: SignInForm) -> BaseResponse:
    """To the page that was asked for; a carried form goes with it.

    307 makes the browser send its form again to the new address. The newsroom answers a carried
    form by showing it, never by saving, so that nobody's text is saved unseen.
    """
    target = local_path(form.next.data) or STAFF_PREFIX
    carries = CARRIED in request.form and target.startswith(STAFF_PREFIX)
    return redirect(target, 307 if carries else 303)
