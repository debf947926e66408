"""What the sign-in page and the newsroom share: their surroundings, and forms on their way through.

A form that is sent after the session ended travels through the sign-in page in hidden fields. The
view that should have taken it names a function here that shows it again, filled and not saved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import current_app
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from newsapp.accounts.service import signed_in
from newsapp.furniture import site_settings
from newsapp.models import Role

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


def surroundings() -> dict[str, object]:
    """What the templates of both rooms show around a page."""
    account = signed_in()
    role = account.role if account else None
    return {
        "me": account,
        "edits": role is not None and role.includes(Role.EDITOR),
        "administers": role is Role.ADMINISTRATOR,
        "site_name": site_settings().site_name,
    }
