"""One page of each kind, made before the server forks its workers.

Python writes to what it runs for the first time, and to much of it never again: done once before
the fork, the workers share it, a fifteenth of the whole server's memory; and no reader waits for
the first page of a process.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from wsgiref.util import setup_testing_defaults

from flask import Flask

from newsapp import database
from newsapp.extensions import db

_log = logging.getLogger(__name__)

# What a reader may go on to from the home page: a section, an article, a month of the archive; and
# a search for words of the article's address.
_ONWARD = re.compile(
    r'href="(?P<path>/(?:muc/[^"/]+|tin/\d+-(?P<words>[^"/]+)|luu-tru/\d+/\d+))"', re.ASCII
)


def warm(app: Flask) -> None:
    """Make a page of each kind, as far as there are such pages, and let go of what that opened.

    Only where the database is a file and in order: no start waits for a server, and none fails for
    this. It happens inside of all layers, so that no page is counted or kept, and by a program
    without a name, so that a search in vain is not noted. What stands around the pages stays known,
    under the content version that it is of.
    """
    with app.app_context():
        url = db.engine.url
        if url.get_backend_name() != "sqlite" or not Path(url.database or "").exists():
            return
        try:
            if database.ready() is None:
                _walk(app)
        except Exception:
            _log.exception("no page could be made before the start")
        finally:
            app.extensions["newsapp.freshness"].close()
            db.session.remove()
            db.engine.dispose()


def _walk(app: Flask) -> None:
    walked = set()
    for link in _ONWARD.finditer(_page(app, "/")):
        kind = link["path"].split("/")[1]
        if kind not in walked:
            walked.add(kind)
            _page(app, link["path"])
            if link["words"]:
                _page(app, "/tim-kiem", f"q={link['words'].replace('-', '+')}")


def _page(app: Flask, path: str, query: str = "") -> str:
    """The text of a page as a reader would see it, whatever came of it."""
    host = app.config["TRUSTED_HOSTS"][0]
    environ: dict[str, object] = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": host}
    setup_testing_defaults(environ)
    # The application itself: `app.wsgi_app` has the layers around it.
    body = Flask.wsgi_app(app, environ, lambda _status, _headers, _error=None: lambda _data: None)
    return b"".join(body).decode()
