"""The sign-in form, and how what somebody wrote travels through it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, PasswordField, StringField

from newsapp.text.vietnamese import normalize, one_line

STAFF_PREFIX = "/bien-tap/"
_OWN_FIELDS = {"csrf_token", "username", "password", "next"}
_NEVER_CARRIED = re.compile(r"password|token", re.IGNORECASE)


def _readable(text: str | None) -> str:
    return one_line(text or "")


class SignInForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    username = StringField(_l("User name"), filters=[_readable])
    password = PasswordField(_l("Password"))
    next = HiddenField(filters=[_readable])


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
