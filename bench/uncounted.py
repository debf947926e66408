"""The site with its journal off, to see what counting costs: ``gunicorn bench.uncounted:app``."""

from __future__ import annotations

from newsapp.visits.ledger import Ledger
from wsgi import app

__all__ = ["app"]


def nothing(self: Ledger, data: bytes) -> None:
    """In place of ``Ledger.write``."""


Ledger.write = nothing  # type: ignore[method-assign]  # what this module is for
