"""A counter in trouble says so once a minute, not once a page."""

from __future__ import annotations

import logging
import threading
import time
from contextvars import Context

_log = logging.getLogger("newsapp.visits")
_PAUSE_SECONDS = 60.0


class Complaints:
    """Logs at most one trouble of its owner a minute, and how many it kept to itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0
        self._unsaid = 0

    def say(self, trouble: str, error: BaseException | None = None) -> None:
        """Log the trouble as an error, unless one was logged within the last minute."""
        now = time.monotonic()
        # A lock left behind by a fork must not make a page wait: rather say nothing.
        if not self._lock.acquire(blocking=False):
            return
        try:
            if now < self._next:
                self._unsaid += 1
                return
            unsaid, self._unsaid, self._next = self._unsaid, 0, now + _PAUSE_SECONDS
        finally:
            self._lock.release()
        # It is no one request's: the line shall not bear the number of one.
        said = (trouble, error or "", unsaid)
        Context().run(_log.error, "%s: %s (%d more since the last message)", *said)
