"""What the operator's commands share: one clear line on error, and how far a long work is."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from newsapp.accounts.service import AccountError
from newsapp.keeping.errors import KeepingError
from newsapp.publishing.articles import PublishingError
from newsapp.transfer.redirects_csv import CsvRefused
from newsapp.upgrading import NewerDatabase
from newsapp.visits.store import LedgerUnavailableError

P = ParamSpec("P")
R = TypeVar("R")
EXPECTED = (
    AccountError,
    PublishingError,
    KeepingError,
    NewerDatabase,
    LedgerUnavailableError,
    SQLAlchemyError,
    OSError,
    CsvRefused,
)
_PAUSE_SECONDS = 0.2


def reporting(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what can be expected to go wrong into one line on standard error and exit code 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except EXPECTED as error:
            raise click.ClickException(str(error).splitlines()[0]) from error

    return wrapped


class Progress:
    """A line on standard error that says how far a work is; ``end`` closes it."""

    def __init__(self) -> None:
        self._begun = False
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next and done < total:
            return
        self._begun, self._next = True, now + _PAUSE_SECONDS
        click.echo(f"\r{done}/{total} ", nl=False, err=True)

    def end(self) -> None:
        """Go to a new line, if there was anything to show."""
        if self._begun:
            click.echo(err=True)
        self._begun = False
