"""What a request to the interface asks for: each parameter is read strictly or refused by name."""

from __future__ import annotations

import re
from datetime import date

from flask import abort, request
from werkzeug.exceptions import BadRequest

from newsapp.api.queries import Question
from newsapp.news.values import Cursor
from newsapp.pages import ID_MAX

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
ARTICLES_PARAMETERS = ("section", "from", "to", "cursor", "limit")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile("[1-9][0-9]{0,9}")


class BadParameter(BadRequest):
    """A parameter that cannot be understood; the message, in English, names it."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name} {what}")


def nothing() -> None:
    """The address takes no parameters. Raises BadParameter for any."""
    _given(())


def articles() -> Question:
    """What a list of articles is asked for. Raises BadParameter."""
    given = _given(ARTICLES_PARAMETERS)
    first, last = _day(given, "from"), _day(given, "to")
    if first and last and first > last:
        raise BadParameter("from", "is later than 'to'")
    return Question(given.get("section"), first, last, _cursor(given), _limit(given))


def article_id(text: str) -> int:
    """The number in an article's address; there is one way of writing it, others are 404."""
    if not _NUMBER.fullmatch(text) or int(text) > ID_MAX:
        abort(404)
    return int(text)


def _given(names: tuple[str, ...]) -> dict[str, str]:
    try:
        given = request.args
    except UnicodeDecodeError:  # bytes that are neither percent-encoded nor UTF-8
        abort(400)
    # A misspelt filter that is passed over would hand out what was not asked for.
    for name, values in given.lists():
        if name not in names:
            raise BadParameter(name[:40], "is not a parameter of this address")
        if len(values) > 1:
            raise BadParameter(name, "is given more than once")
    return given.to_dict()


def _day(given: dict[str, str], name: str) -> date | None:
    if name not in given:
        return None
    try:
        # date.fromisoformat alone takes weeks and days without hyphens too.
        return date.fromisoformat(given[name]) if _DAY.fullmatch(given[name]) else _no_day(name)
    except ValueError:
        return _no_day(name)


def _no_day(name: str) -> date:
    raise BadParameter(name, "is not a day such as 2026-03-31")


def _cursor(given: dict[str, str]) -> Cursor | None:
    if "cursor" not in given:
        return None
    try:
        return Cursor.parse(given["cursor"])
    except ValueError:
        raise BadParameter("cursor", "is not the 'next' of an earlier answer") from None


def _limit(given: dict[str, str]) -> int:
    text = given.get("limit", str(LIMIT_DEFAULT))
    if not _NUMBER.fullmatch(text) or int(text) > LIMIT_MAX:
        raise BadParameter("limit", f"is not a whole number from 1 to {LIMIT_MAX}")
    return int(text)
