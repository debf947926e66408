"""A page of 15 KB behind a real VisitCounter, for servers to load.

Environment: COUNTED_DIR (where counters and journals go), COUNTED_OFF (serve it uncounted).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newsapp.visits.middleware import VisitCounter
from newsapp.visits.rules import PAGE_KEY, CountedPage, site_mark, views_mark
from tests.visits.visiting import KEY, ZONE, new_ledger, sqlite_url

_PAGE = f"<h1>Tin</h1>{views_mark(7, 786)}{site_mark()}<p>{'chữ ' * 3_000}</p>".encode()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ[PAGE_KEY] = CountedPage(7)
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(_PAGE))),
        ("X-Worker", str(os.getpid())),
    ]
    start_response("200 OK", headers)
    return [_PAGE]


app: Any = application
if "COUNTED_OFF" not in os.environ:
    _directory = Path(os.environ["COUNTED_DIR"])
    app = VisitCounter(application, new_ledger(sqlite_url(_directory), _directory), KEY, ZONE, 0)
