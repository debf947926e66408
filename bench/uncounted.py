"""The site with its journal off, to see what counting costs: ``gunicorn bench.uncounted:app``."""

from __future__ import annotations

from collections.abc import Sequence

from newsapp import create_app
from newsapp.visits.journal import Record
from newsapp.visits.ledger import Ledger


def nothing(self: Ledger, records: Sequence[Record]) -> None:
    """In place of ``Ledger.append``."""


Ledger.append = nothing  # type: ignore[method-assign]  # what this module is for
app = create_app()
