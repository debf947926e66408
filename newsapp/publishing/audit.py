"""Who did what: the author of a deed and the row that remembers it."""

from __future__ import annotations

from dataclasses import dataclass

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Audit, Role


@dataclass(frozen=True)
class Actor:
    """The author of a deed; ``account_id`` is None for the command line."""

    account_id: int | None
    name: str
    role: Role

    @property
    def edits(self) -> bool:
        """Whether this actor may change every article and publish."""
        return self.role.includes(Role.EDITOR)


COMMAND_LINE = Actor(None, "newsapp", Role.ADMINISTRATOR)


def record(by: Actor, action: str, subject: str, subject_id: object = "", detail: str = "") -> None:
    """Add an audit row to the running transaction; the caller commits."""
    db.session.add(
        Audit(
            at=clock_now(),
            account_id=by.account_id,
            actor=by.name,
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            detail=detail,
        )
    )
