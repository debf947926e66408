"""What every answer tells the browser that it may not do: pages, errors, files, whoever made them.

A view may say more for its own answer; what it sets stays, and the rest is filled in.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from newsapp import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

_log = logging.getLogger("newsapp")

CSP = "Content-Security-Policy"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Opened by itself, a file is a document without an origin: whatever is in it reaches nothing.
LOCKED = f"{NOTHING}; sandbox"
_OWN_FILES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The editor aligns text and sizes its frame by style attributes, shows pasted pictures before
# they are sent, and its icons are data. Scripts and style sheets are files of ours here too.
_NEWSROOM = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " style-src-elem 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self' blob:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# No subdomains: other offices may still serve theirs without TLS.
HSTS = ("Strict-Transport-Security", "max-age=31536000")

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "usb"),
    )
)


def _kind(policy: str, referrer: str, resources: str) -> tuple[Headers, Headers]:
    """The headers of one kind of address, without TLS and with it."""
    plain = [
        (CSP, policy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", referrer),
        ("Permissions-Policy", _PERMISSIONS),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", resources),
    ]
    return plain, [*plain, HSTS]


_PUBLIC = _kind(_OWN_FILES, "strict-origin-when-cross-origin", "same-origin")
# Feed readers and other sites' pages fetch these.
_FOR_ALL = _kind(NOTHING, "no-referrer", "cross-origin")
_FEED = _kind(_OWN_FILES, "no-referrer", "cross-origin")
_MEDIA = _kind(LOCKED, "no-referrer", "cross-origin")
_STATIC = _kind(NOTHING, "same-origin", "same-origin")
# An address in here is nobody else's business; our own forms need it (see CSRFProtect).
_STAFF = _kind(_NEWSROOM, "same-origin", "same-origin")
_NAMES = frozenset(name.lower() for name, _ in _PUBLIC[True])
# By the first part of the address.
_KINDS = {
    "media": _MEDIA,
    "static": _STATIC,
    "api": _FOR_ALL,
    "bien-tap": _STAFF,
    "dang-nhap": _STAFF,
    "dang-xuat": _STAFF,
}
_PAGES_FOR = {id(_MEDIA[tls]): _PUBLIC[tls] for tls in (False, True)} | {
    id(_STATIC[tls]): _PUBLIC[tls] for tls in (False, True)
}


def for_address(path: str, *, tls: bool) -> Headers:
    """What an answer at ``path`` gets at least."""
    kind = _KINDS.get(path[1:].partition("/")[0])
    if kind is None:
        kind = _FEED if path.endswith("rss.xml") else _PUBLIC
    return kind[tls]


def completed(headers: Headers, status: str, environ: WSGIEnvironment) -> Headers:
    """The headers of an answer, with those of ours that it lacks behind them."""
    missing = for_address(
        environ.get("PATH_INFO", ""), tls=environ.get("wsgi.url_scheme") == "https"
    )
    if status[0] in "45":
        # Where a file or a feed is missing stands a page of ours, with its style.
        missing = _PAGES_FOR.get(id(missing), missing)
    given = _given(tuple([name for name, _ in headers]))
    if given:
        missing = [pair for pair in missing if pair[0].lower() not in given]
    return headers + missing


@lru_cache(256)
def _given(names: tuple[str, ...]) -> frozenset[str]:
    """Which of our headers an answer with headers of these names has already, in lower case."""
    return _NAMES & {name.lower() for name in names}


_BROKEN = "500 Internal Server Error"
_PLAIN = ("Content-Type", "text/plain; charset=utf-8")


class SecurityHeaders:
    """WSGI middleware around everything that answers.

    An error that nothing inside has turned into a page becomes a plain one here, with its headers.
    ``behind_proxy``: a trusted one stands in front, and may give requests their number.
    ``complete`` is asked first: it answers a request with all of these headers, or gives None. The
    way through the layers costs a kept page as much as all that is done for it.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        behind_proxy: bool,
        complete: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes] | None] | None = None,
    ) -> None:
        self._app = app
        self._behind_proxy = behind_proxy
        self._complete = complete

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = self._complete(environ, start_response) if self._complete else None
            return self._ask(environ, start_response) if body is None else body
        except Exception:
            self._begin(environ)
            _log.exception("a request failed outside of the pages; report it with this line")
            headers = completed([_PLAIN], _BROKEN, environ)
            start_response(_BROKEN, headers, sys.exc_info())
            return [f"{_BROKEN}\n{logs.request_id()}\n".encode()]

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, exc_info: Any = None, /) -> Any:
            return start_response(status, completed(headers, status, environ), exc_info)

        self._begin(environ)
        return self._app(environ, start)

    def _begin(self, environ: WSGIEnvironment) -> None:
        if not self._behind_proxy:
            environ.pop("HTTP_X_REQUEST_ID", None)
        logs.begin(environ)
