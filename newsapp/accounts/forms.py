"""The forms of signing in, and how what somebody wrote travels through them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, ValidationError

from newsapp.accounts import passwords
from newsapp.accounts.errors import AccountError
from newsapp.models.account import DISPLAY_NAME_MAX
from newsapp.text.vietnamese import normalize, one_line

STAFF_PREFIX = "/bien-tap/"
_OWN_FIELDS = {"csrf_token", "username", "password", "next"}
_NEVER_CARRIED = re.compile(r"password|token|one_time_code", re.IGNORECASE)


def _readable(text: str | None) -> str:
    return one_line(text or "")


class SignInForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    username = StringField(_l("User name"), filters=[_readable])
    password = PasswordField(_l("Password"))
    next = HiddenField(filters=[_readable])


class CodeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """The second step of signing in."""

    one_time_code = StringField(_l("Code"), filters=[_readable])
    next = HiddenField(filters=[_readable])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """A password of one's own. ``names`` are words that make a poor one."""

    new_password = PasswordField(_l("New password"))
    repeated_password = PasswordField(
        _l("New password once more"),
        [EqualTo("new_password", _l("This is not the same as the new password."))],
    )
    next = HiddenField(filters=[_readable])

    def __init__(self, names: Iterable[str], **options: Any) -> None:
        self.names = tuple(names)
        super().__init__(**options)

    def validate_new_password(self, field: Field) -> None:
        try:
            passwords.check(field.data or "", self.names)
        except AccountError as error:
            raise ValidationError(account_words(error)) from error


class SecondFactorForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """Proof that it is the owner who changes the second factor."""

    current_password = PasswordField(_l("Present password"), [InputRequired(_l("Type it here."))])
    one_time_code = StringField(
        _l("Code"), [InputRequired(_l("Type it here."))], filters=[_readable]
    )
    next = HiddenField(filters=[_readable])


def account_words(error: AccountError) -> str:
    """Why an account cannot be so, in the reader's language."""
    words = {
        "username": _("Only a to z without marks, digits, dot, dash and underscore; at most 64."),
        "taken": _("There is one with this name already."),
        "name": _("A name has at most %(max)d characters.", max=DISPLAY_NAME_MAX),
        "length": _(
            "A password has %(min)d to %(max)d characters; several words are good.",
            min=passwords.PASSWORD_MIN,
            max=passwords.PASSWORD_MAX,
        ),
        "common": _("Guessers try this one early. Take several words that do not belong together."),
        "last": _("This is the last administrator. Make somebody else one first."),
        "code": _("This code does not fit. Wait for the next one and type that."),
    }
    return str(words[error.code])


def local_path(text: str | None) -> str | None:
    """``text`` if it is a path of this site and nothing else, fit for a redirect."""
    if not text or not text.startswith("/") or text.startswith("//"):
        return None
    # Browsers read a backslash as a slash and leave out control characters.
    if "\\" in text or any(character <= " " or character == "\x7f" for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text


def carried_fields(sent: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What somebody wrote in a form that could not be taken, without passwords and tokens."""
    return [
        (one_line(name), normalize(value))
        for name, value in sent.items(multi=True)
        if name not in _OWN_FIELDS and not _NEVER_CARRIED.search(name)
    ]
