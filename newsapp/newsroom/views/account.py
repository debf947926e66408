"""One's own account: password and language."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh

from newsapp.accounts import service
from newsapp.models import Language
from newsapp.newsroom.door import actor, bp, me
from newsapp.newsroom.forms import LanguageForm, PasswordForm


@bp.get("/tai-khoan")
def account() -> ResponseReturnValue:
    return account_page(PasswordForm(), LanguageForm(data={"language": me().language.value}))


@bp.post("/tai-khoan")
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    others = LanguageForm(formdata=None, data={"language": me().language.value})
    if not form.validate():
        return account_page(form, others, 422)
    if not service.password_matches(me(), form.current_password.data or ""):
        form.current_password.errors = [_("This is not your present password.")]
        return account_page(form, others, 422)
    service.set_password(me(), form.new_password.data or "", by=actor())
    flash(_("Your password is changed. Other browsers in which you were signed in are signed out."))
    return redirect(url_for("newsroom.account"), 303)


@bp.post("/tai-khoan/ngon-ngu")
def change_language() -> ResponseReturnValue:
    form = LanguageForm()
    if not form.validate():
        return account_page(PasswordForm(formdata=None), form, 422)
    service.set_language(me(), Language(str(form.language.data)), by=actor())
    # The answer already speaks the new language.
    refresh()
    flash(_("The newsroom speaks your language from now on."))
    return redirect(url_for("newsroom.account"), 303)


def account_page(
    password: PasswordForm, language: LanguageForm, status: int = 200
) -> ResponseReturnValue:
    return render_template("newsroom/account.html", password=password, language=language), status
