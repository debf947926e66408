"""What the site says to its operator: one line an event, and nothing about people.

A line has a time, a level, who speaks, the event in words that say what to do, and the number of
the request where there is one; the reader's error page shows the same number. No address of a
reader, no path, no query and nothing typed gets here: an exception is told by its kind, the first
line of its message and the places it came through.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import traceback
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ROOT = Path(__file__).resolve().parent.parent
_ID = "newsapp.request_id"
_FROM_PROXY = re.compile(r"[A-Za-z0-9._-]{8,64}")
_BARE = re.compile(r"[\w./:+-]+")
_MESSAGE_MAX = 2_000
_present: ContextVar[WSGIEnvironment | None] = ContextVar("newsapp_request", default=None)
# One for the process, so that a second application does not say everything twice.
_handler = logging.StreamHandler()


def install(form: str, zone: ZoneInfo) -> None:
    """Write all log lines of the process to standard error, ``plain`` or as ``json``."""
    _handler.setFormatter(OneLine(form, zone))
    logging.getLogger().addHandler(_handler)
    logging.getLogger("newsapp").setLevel(logging.INFO)


def begin(environ: WSGIEnvironment) -> None:
    """From now on this thread answers that request."""
    _present.set(environ)


def request_id() -> str:
    """The number of the request that this thread answers; empty outside of one.

    It is made when it is first asked for, or taken from an X-Request-ID that
    ``SecurityHeaders`` let through.
    """
    environ = _present.get()
    if environ is None:
        return ""
    if _ID not in environ:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        environ[_ID] = given if _FROM_PROXY.fullmatch(given) else secrets.token_hex(8)
    return str(environ[_ID])


class OneLine(logging.Formatter):
    """``key=value`` pairs or a JSON object; line ends in values are escaped."""

    def __init__(self, form: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._json = form == "json"
        self._zone = zone

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, self._zone)
        pairs = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage()[:_MESSAGE_MAX],
            "request": request_id(),
        }
        if record.exc_info and record.exc_info[1]:
            pairs["error"] = _said(record.exc_info[1])
            pairs["at"] = _way(record.exc_info[2])
        filled = {key: value for key, value in pairs.items() if value}
        if self._json:
            return json.dumps(filled, ensure_ascii=False)
        return " ".join(f"{key}={_written(value)}" for key, value in filled.items())


def _written(value: str) -> str:
    return value if _BARE.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _said(error: BaseException) -> str:
    """The kind and the first line of the message, then of what caused it. Later lines of a
    database's message hold the values of a row."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < 4:
        first = (str(cause).splitlines() or [""])[0]
        told.append(f"{type(cause).__name__}: {first}"[:_MESSAGE_MAX].rstrip(": "))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " < ".join(told)


def _way(trace: TracebackType | None) -> str:
    """Where the exception came through, innermost first."""
    frames = traceback.extract_tb(trace)
    return " < ".join(
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )


def _short(path: str) -> str:
    """A file of ours from the folder of the checkout, another's from its package."""
    place = Path(path)
    if place.is_relative_to(ROOT) and "site-packages" not in place.parts:
        return str(place.relative_to(ROOT))
    return "/".join(place.parts[-2:])
