"""What goes wrong while keeping: one sentence for the operator, and nothing half done."""

from __future__ import annotations


class KeepingError(Exception):
    """A backup, restoration or move that was not done; the message says why in one line."""


class Damaged(KeepingError):
    """An archive that does not hold what it held when it was written."""
