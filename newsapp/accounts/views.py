"""Signing in and out: the password, the second factor, and what has to be done before work.

Each page is a step; what somebody wrote before travels through all of them in hidden fields.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, refresh
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import Markup

from newsapp.accounts import desk, second_factor, service, sessions
from newsapp.accounts.desk import Duty
from newsapp.accounts.forms import (
    STAFF_PREFIX,
    CodeForm,
    NewPasswordForm,
    SecondFactorForm,
    SignInForm,
    account_words,
    carried_fields,
    local_path,
)
from newsapp.clock import now as clock_now
from newsapp.furniture import site_settings
from newsapp.models import Account

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
    target = form.next.data or request.args.get("next")
    if service.signed_in():
        return onward(target)
    try:
        service.sign_in(
            form.username.data or "",
            form.password.data or "",
            request.remote_addr or "",
            clock_now(),
        )
    except service.TooManyAttempts as error:
        return waiting(sign_in_page(form, wait_words(error), 429), error)
    except service.SignInRefused:
        return sign_in_page(form, _("Wrong user name or password."), 401)
    except service.SecondFactorNeeded:
        g.pop("csrf_token", None)
        return code_page(CodeForm(formdata=None, data={"next": target}))
    return welcome(target)


@bp.get("/dang-nhap/ma")
def code_form() -> ResponseReturnValue:
    if service.signed_in():
        return onward(request.args.get("next"))
    if sessions.halfway(clock_now()) is None:
        return redirect(url_for("accounts.sign_in_form", next=request.args.get("next")))
    return code_page(CodeForm(data={"next": request.args.get("next", "")}))


@bp.post("/dang-nhap/ma")
def check_code() -> ResponseReturnValue:
    form = CodeForm()
    if service.signed_in():
        return onward(form.next.data)
    try:
        service.finish_sign_in(
            form.one_time_code.data or "", request.remote_addr or "", clock_now()
        )
    except service.TooManyAttempts as error:
        return waiting(code_page(form, "wait", 429, error.seconds), error)
    except service.SignInRefused:
        return code_page(form, "wrong", 401)
    except service.SignInExpired:
        return too_late(form.next.data)
    return welcome(form.next.data)


@bp.get("/dang-nhap/mat-khau")
def choose_password_form() -> ResponseReturnValue:
    account = service.signed_in()
    if account is None:
        return redirect(url_for("accounts.sign_in_form", next=request.args.get("next")))
    if not account.password_is_initial:
        return onward(request.args.get("next"))
    return password_page(password_form(account, request.args.get("next")))


@bp.post("/dang-nhap/mat-khau")
def choose_password() -> ResponseReturnValue:
    account = service.signed_in()
    if account is None:
        return sign_in_again()
    form = NewPasswordForm(service.names_of(account))
    # Whoever has a password of their own changes it on the page that asks for it.
    if not account.password_is_initial:
        return onward(form.next.data)
    if not form.validate():
        return password_page(form, 422)
    if service.password_matches(account, form.new_password.data or ""):
        form.new_password.errors = [_("This is the password that was made for you.")]
        return password_page(form, 422)
    service.set_password(account, form.new_password.data or "", by=service.actor(account))
    flash(_("Your password is changed."))
    return onward(form.next.data)


@bp.get("/dang-nhap/xac-thuc")
def second_factor_form() -> ResponseReturnValue:
    account = service.signed_in()
    if account is None:
        return redirect(url_for("accounts.sign_in_form", next=request.args.get("next")))
    if not may_set_up(account):
        return onward(request.args.get("next"))
    return set_up_page(SecondFactorForm(data={"next": request.args.get("next", "")}), account)


@bp.post("/dang-nhap/xac-thuc")
def set_up_second_factor() -> ResponseReturnValue:
    account = service.signed_in()
    if account is None:
        return sign_in_again()
    form = SecondFactorForm()
    if not may_set_up(account):
        return onward(form.next.data)
    if not form.validate():
        return set_up_page(form, account, 422)
    now = clock_now()
    try:
        service.confirm(account, form.current_password.data or "", now)
        codes = second_factor.switch_on(
            account,
            pending_secret(),
            form.one_time_code.data or "",
            now,
            by=service.actor(account),
        )
    except service.TooManyAttempts as error:
        form.current_password.errors = [wait_words(error)]
        return waiting(set_up_page(form, account, 429), error)
    except service.SignInRefused:
        form.current_password.errors = [_("This is not your present password.")]
        return set_up_page(form, account, 422)
    except service.AccountError as error:
        form.one_time_code.errors = [account_words(error)]
        return set_up_page(form, account, 422)
    session.pop("pending_secret", None)
    return step_page("codes", SignInForm(formdata=None, data={"next": form.next.data}), codes=codes)


@bp.post("/dang-nhap/xac-thuc/de-sau")
def remind_later() -> ResponseReturnValue:
    """No more reminder of the second step until the next signing in."""
    if service.signed_in():
        session["remind_later"] = True
    return redirect(local_path(request.form.get("next")) or STAFF_PREFIX, 303)


@bp.post("/dang-xuat")
def sign_out() -> ResponseReturnValue:
    service.sign_out()
    flash(_("You have signed out."))
    return redirect("/dang-nhap", 303)


@bp.errorhandler(CSRFError)
def form_too_old(_error: CSRFError) -> ResponseReturnValue:
    """The page was open for too long, or its cookie is gone: nothing was done, try again."""
    if request.endpoint == "accounts.sign_out":
        return redirect(STAFF_PREFIX, 303)
    target = SignInForm().next.data or request.args.get("next")
    if service.signed_in():
        return onward(target)
    if sessions.halfway(clock_now()):
        return code_page(CodeForm(formdata=None, data={"next": target}), "old", 400)
    if request.endpoint == "accounts.sign_in":
        said = _("This page was open for too long. Please sign in again.")
        return sign_in_page(SignInForm(), said, 400)
    return too_late(target, 400)


def sign_in_page(form: SignInForm, problem: str = "", status: int = 200) -> Response:
    """The sign-in page, with what has to travel through it."""
    return step_page("sign_in", form, status, problem=problem)


def sign_in_again() -> Response:
    """The sign-in page for a step whose session has ended."""
    form = SignInForm(formdata=None, data={"next": request.form.get("next")})
    return sign_in_page(form, _("Your session has ended. Sign in again to go on."), 401)


def too_late(target: str | None, status: int = 401) -> Response:
    """The sign-in page for whom the second step took too long."""
    form = SignInForm(formdata=None, data={"next": target})
    return sign_in_page(form, _("This took too long. Please sign in again."), status)


def code_page(form: CodeForm, wrong: str = "", status: int = 200, seconds: int = 0) -> Response:
    """The page that asks for the second factor, in the language of who is half signed in."""
    account = sessions.halfway(clock_now())
    with force_locale(account.language.value if account else "vi"):
        problems = {
            "wrong": _("This code does not fit, or it was used already. Wait for the next one."),
            "old": _("This page was open for too long. Type the code again."),
            "wait": _("Too many attempts. Try again in %(seconds)s seconds.", seconds=seconds),
        }
        return step_page("code", form, status, problem=problems.get(wrong, ""))


def password_form(account: Account, target: str | None) -> NewPasswordForm:
    """The empty form for a password of one's own."""
    return NewPasswordForm(service.names_of(account), formdata=None, data={"next": target})


def password_page(form: NewPasswordForm, status: int = 200) -> Response:
    return step_page("choose_password", form, status)


def may_set_up(account: Account) -> bool:
    """Whether the second factor is the thing to do: nothing comes before it, and there is none."""
    return (
        desk.duty_of(account) is not Duty.OWN_PASSWORD
        and account.totp_secret is None
        and second_factor.rule() is not second_factor.Rule.OFF
    )


def set_up_page(form: SecondFactorForm, account: Account, status: int = 200) -> Response:
    secret = pending_secret()
    return step_page(
        "second_factor",
        form,
        status,
        demanded=second_factor.is_missing(account),
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        qr_code=Markup(  # noqa: S704 - segno escapes what it draws
            second_factor.qr_code(secret, account.username, site_settings().site_name)
        ),
    )


def pending_secret() -> str:
    """The secret that is being set up in this browser; its cookie keeps it until a code fits."""
    if not isinstance(session.get("pending_secret"), str):
        session["pending_secret"] = second_factor.new_secret()
    return str(session["pending_secret"])


def step_page(name: str, form: Any, status: int = 200, **values: object) -> Response:
    """A page of signing in, with what has to travel through it; work is still out of reach."""
    page = render_template(
        f"accounts/{name}.html", form=form, carried=carried_fields(request.form), me=None, **values
    )
    return make_response(page, status)


def wait_words(error: service.TooManyAttempts) -> str:
    return str(_("Too many attempts. Try again in %(seconds)s seconds.", seconds=error.seconds))


def waiting(answer: Response, error: service.TooManyAttempts) -> Response:
    """The answer, saying to programs too how long to wait."""
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def welcome(target: str | None) -> ResponseReturnValue:
    """On from signing in, which began a new session: its token and language are new."""
    g.pop("csrf_token", None)
    refresh()
    return onward(target)


def onward(target: str | None) -> ResponseReturnValue:
    """To the next step or the page that was asked for; a form that was carried here opens at
    once, unsaved."""
    path = local_path(target) or STAFF_PREFIX
    carried = carried_fields(request.form)
    account = service.signed_in()
    duty = desk.duty_of(account) if account else None
    if account and duty and carried:
        if duty is Duty.OWN_PASSWORD:
            return password_page(password_form(account, path))
        return set_up_page(SecondFactorForm(formdata=None, data={"next": path}), account)
    if duty:
        return redirect(url_for(duty.value, next=path), 303)
    return (desk.reopened(path) if carried else None) or redirect(path, 303)
