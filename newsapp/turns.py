"""Readers' pages are made one after the other in each process.

Python runs one thread at a time, and the driver of SQLite lets go of it at each row: threads that
make pages side by side hand it to and fro, and each page takes twice the processor time. Whatever
may wait for a network or for a person takes no turn: forms, whoever is signed in, and files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Longer than a page takes. Whoever has waited in vain goes ahead: something is stuck.
WAIT_SECONDS = 0.25
FILES = "/media/"


class Turns:
    """WSGI middleware around what makes pages; ``session_cookie`` is the name of the cookie whose
    bearer does not wait."""

    def __init__(self, app: WSGIApplication, session_cookie: str) -> None:
        self._app = app
        self._session_cookie = f"{session_cookie}="
        self._turn = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        waits = reads(environ, self._session_cookie) and not path.startswith(FILES)
        if not waits or not self._turn.acquire(timeout=WAIT_SECONDS):
            return self._app(environ, start_response)
        try:
            return self._app(environ, start_response)
        finally:
            self._turn.release()


def reads(environ: WSGIEnvironment, session_cookie: str) -> bool:
    """Whether somebody without a session asks for a page; ``session_cookie`` ends with ``=``."""
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and session_cookie not in environ.get(
        "HTTP_COOKIE", ""
    )
