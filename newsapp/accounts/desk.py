"""What the sign-in page and the newsroom share: their surroundings, and forms on their way through.

A form that is sent after the session ended travels through the sign-in page in hidden fields. The
view that should have taken it names a function here that shows it again, filled and not saved.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import ParamSpec, TypeVar

from flask import current_app, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from newsapp.accounts import second_factor
from newsapp.accounts.service import signed_in
from newsapp.extensions import db
from newsapp.furniture import SiteSettings, site_settings
from newsapp.models import Account, Role

P = ParamSpec("P")
R = TypeVar("R")
Refill = Callable[..., ResponseReturnValue]

_refills: dict[str, Refill] = {}


def refilled_by(refill: Refill) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Name the function that shows a newsroom view's form again, filled with what was sent.

    It takes the view's arguments, reads the request's form and writes nothing.
    """

    def named(view: Callable[P, R]) -> Callable[P, R]:
        _refills[f"newsroom.{view.__name__}"] = refill
        return view

    return named


def refill_of(endpoint: str | None) -> Refill | None:
    """The function that shows the form of that endpoint again, if it has one."""
    return _refills.get(endpoint or "")


def reopened(path: str) -> ResponseReturnValue | None:
    """The form that is sent to ``path``, filled from the present request; None for other paths."""
    try:
        endpoint, arguments = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return None
    refill = refill_of(endpoint)
    return refill(**arguments) if refill else None


class Duty(StrEnum):
    """What somebody has to do before anything else; the value is the endpoint of its page."""

    OWN_PASSWORD = "accounts.choose_password_form"  # noqa: S105 - an endpoint
    SECOND_FACTOR = "accounts.second_factor_form"


def duty_of(account: Account) -> Duty | None:
    """The first thing that keeps this signed-in person from the newsroom."""
    if account.password_is_initial:
        return Duty.OWN_PASSWORD
    return Duty.SECOND_FACTOR if second_factor.is_missing(account) else None


def held_back() -> ResponseReturnValue | None:
    """The way of a request to the newsroom whose sender has a duty first; None without one.

    A filled form goes along to the page of the duty and opens again behind it.
    """
    account = signed_in()
    duty = duty_of(account) if account else None
    if duty is None:
        return None
    if request.method in {"GET", "HEAD"}:
        asked = request.full_path if request.query_string else request.path
        return redirect(url_for(duty.value, next=asked))
    if request.headers.get("Sec-Fetch-Dest") == "empty":
        # Sent by a script, which shows the message beside the text that it keeps.
        said = _("Before you go on, open the newsroom in another tab and follow what it asks.")
        return jsonify(error={"message": said}), 403
    if refill_of(request.endpoint) is None:
        return redirect(url_for(duty.value), 303)
    # 307: the browser sends the same form again, there.
    return redirect(url_for("accounts.sign_in", next=request.path), 307)


def surroundings() -> dict[str, object]:
    """What the templates of both rooms show around a page."""
    account = signed_in()
    role = account.role if account else None
    administers = role is Role.ADMINISTRATOR
    said = _settings()
    return {
        "me": account,
        "edits": role is not None and role.includes(Role.EDITOR),
        "administers": administers,
        "lacks_second_factor": bool(
            account
            and administers
            and account.totp_secret is None
            and not session.get("remind_later")
            and second_factor.rule() is not second_factor.Rule.OFF
        ),
        "site_name": said.site_name,
        "accent": said.accent,
    }


def _settings() -> SiteSettings:
    """What the site says of itself; also for the page that says that the database is away."""
    try:
        return site_settings()
    except SQLAlchemyError:
        db.session.rollback()
        return SiteSettings()
