"""Locks, threads and open files do not survive a fork; who holds some is told in the child."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable


def in_child(method: Callable[[], None]) -> None:
    """Call a bound method in every process forked from now on, as long as its object lives.

    A server that loads the application before it forks its workers would else leave them with
    locks that nobody will ever release.
    """
    reference = weakref.WeakMethod(method)

    def call() -> None:
        alive = reference()
        if alive is not None:
            alive()

    os.register_at_fork(after_in_child=call)
