"""The site with its journal off, to see what counting costs: ``gunicorn bench.uncounted:app``."""

from __future__ import annotations

from newsapp import create_app
from newsapp.visits.ledger import Ledger


def nothing(self: Ledger, data: bytes) -> None:
    """In place of ``Ledger.write``."""


Ledger.write = nothing  # type: ignore[method-assign]  # what this module is for
app = create_app()
