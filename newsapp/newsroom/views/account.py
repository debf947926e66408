"""One's own account: name, language, password, second factor, sessions."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_wtf import FlaskForm

from newsapp.accounts import second_factor, service, sessions
from newsapp.accounts.forms import SecondFactorForm
from newsapp.clock import now as clock_now
from newsapp.models import Language
from newsapp.newsroom import people as reading
from newsapp.newsroom.door import actor, bp, me
from newsapp.newsroom.forms import ID_MAX
from newsapp.newsroom.people import ConfirmForm, LanguageForm, NameForm, PasswordForm


@bp.get("/tai-khoan")
def account() -> ResponseReturnValue:
    return account_page()


@bp.post("/tai-khoan")
def change_password() -> ResponseReturnValue:
    form = PasswordForm(service.names_of(me()))
    if not form.validate():
        return account_page(form)
    if refused := refusal(form, "current_password"):
        return refused
    service.set_password(me(), form.new_password.data or "", by=actor())
    flash(_("Your password is changed. Other browsers in which you were signed in are signed out."))
    return redirect(url_for("newsroom.account"), 303)


@bp.post("/tai-khoan/ten")
def change_own_name() -> ResponseReturnValue:
    form = NameForm()
    if not form.validate():
        return account_page(form)
    try:
        service.rename(me(), form.display_name.data or "", by=actor())
    except service.AccountError as error:
        form.blame(error)
        return account_page(form)
    flash(_("Saved."))
    return redirect(url_for("newsroom.account"), 303)


@bp.post("/tai-khoan/ngon-ngu")
def change_language() -> ResponseReturnValue:
    form = LanguageForm()
    if not form.validate():
        return account_page(form)
    service.set_language(me(), Language(str(form.language.data)), by=actor())
    # The answer already speaks the new language.
    refresh()
    flash(_("The newsroom speaks your language from now on."))
    return redirect(url_for("newsroom.account"), 303)


@bp.post("/tai-khoan/xac-thuc")
def switch_second_factor_off() -> ResponseReturnValue:
    form = SecondFactorForm(prefix="off-")
    if not form.validate():
        return account_page(form)
    if refused := refusal(form, "current_password", form.one_time_code.data or ""):
        return refused
    second_factor.switch_off(me(), by=actor())
    flash(_("The second step is off."))
    return redirect(url_for("newsroom.account"), 303)


@bp.post("/tai-khoan/ma-du-phong")
def renew_recovery_codes() -> ResponseReturnValue:
    form = ConfirmForm()
    if me().totp_secret is None:
        abort(404)
    if not form.validate():
        return account_page(form)
    if refused := refusal(form, "confirm_password"):
        return refused
    codes = second_factor.renew_codes(me(), by=actor())
    return render_template("newsroom/account_codes.html", codes=codes)


@bp.post(f"/tai-khoan/phien/<int(max={ID_MAX}):session_id>")
def end_session(session_id: int) -> ResponseReturnValue:
    if not sessions.end(me(), session_id, by=actor()):
        abort(404)
    flash(_("That browser is signed out."))
    return redirect(url_for("newsroom.account"), 303)


@bp.post("/tai-khoan/phien")
def end_other_sessions() -> ResponseReturnValue:
    sessions.end_others(me(), by=actor())
    flash(_("All other browsers are signed out."))
    return redirect(url_for("newsroom.account"), 303)


def refusal(
    form: FlaskForm, password_field: str, code: str | None = None
) -> ResponseReturnValue | None:
    """The page again when the person at the keyboard cannot show who they are, else None."""
    field = form[password_field]
    try:
        service.confirm(me(), field.data or "", clock_now(), code)
    except service.TooManyAttempts as error:
        field.errors = [
            _("Too many attempts. Try again in %(seconds)s seconds.", seconds=error.seconds)
        ]
        answer = make_response(account_page(form, 429))
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    except service.SignInRefused as error:
        if error.args == ("code",):
            form["one_time_code"].errors = [
                _("This code does not fit, or it was used already. Wait for the next one.")
            ]
        else:
            field.errors = [_("This is not your present password.")]
        return account_page(form)
    return None


def account_page(wrong: FlaskForm | None = None, status: int = 422) -> ResponseReturnValue:
    """The page; ``wrong`` is the form that could not be taken, in place of its fresh one."""
    mine = me()
    fresh = {
        "name": NameForm(formdata=None, data={"display_name": mine.display_name}),
        "language": LanguageForm(formdata=None, data={"language": mine.language.value}),
        "password": PasswordForm(service.names_of(mine), formdata=None),
        "switch_off": SecondFactorForm(formdata=None, prefix="off-"),
        "confirm": ConfirmForm(formdata=None),
    }
    forms = {
        place: wrong if wrong is not None and type(wrong) is type(form) else form
        for place, form in fresh.items()
    }
    page = render_template(
        "newsroom/account.html",
        forms=forms,
        role=reading.role_words()[mine.role],
        rule=second_factor.rule().value,
        has_second_factor=mine.totp_secret is not None,
        codes_left=second_factor.codes_left(mine) if mine.totp_secret else 0,
        sessions=[
            (opened, reading.browser_words(opened)) for opened in sessions.opened(mine, clock_now())
        ],
    )
    return page, status if wrong is not None else 200
