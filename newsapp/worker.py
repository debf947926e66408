"""The kind of worker that gunicorn runs (`worker_class` in gunicorn.conf.py)."""

from __future__ import annotations

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Takes a new connection only while it has a thread for it.

    gunicorn's own takes as many as it can get, and each then stays with its process: eight that
    come at once may all wait for the four threads of one, beside another that does nothing. What
    no worker has a thread for waits in the system's queue, and goes to whoever is free first.
    """

    def accept(self, listener: object) -> None:
        if self._is_full():
            self.set_accept_enabled(False)
        else:
            super().accept(listener)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled and not self._is_full())

    def _is_full(self) -> bool:
        idle = len(self.keepalived_conns) + len(self.pending_conns)
        return bool(self.nr_conns - idle >= self.cfg.threads)
