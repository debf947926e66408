"""How gunicorn serves newsapp; read by `gunicorn wsgi:app` when started in this folder.

Options on the command line and in GUNICORN_CMD_ARGS win over this file.
"""

import gc
import os
import random
from collections import Counter
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

bind = os.environ.get("NEWSAPP_BIND") or "127.0.0.1:8000"
proc_name = "newsapp"

# Two processes: one can die or be busy with a photograph while the other answers. The application
# is loaded once, before they are forked, and opens nothing by itself: they share its memory, and
# each makes its own connections, threads and files. New code therefore wants a restart; a reload
# (HUP) brings new workers of the old.
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
preload_app = True


_M_MMAP_THRESHOLD = -3  # malloc.h


def when_ready(_server: object) -> None:
    """Leave what was loaded alone: a collector that marks it would copy it into each worker. What
    loading needed only for a moment goes back to the system, and so shall large blocks later, where
    the C library is glibc."""
    gc.collect()
    gc.freeze()
    with suppress(ImportError, OSError, AttributeError):
        from ctypes import CDLL

        CDLL(None).mallopt(_M_MMAP_THRESHOLD, 64 * 1024)
        CDLL(None).malloc_trim(0)


def pre_fork(server: Any, worker: Any) -> None:
    """Choose a core for a new worker: that which the fewest of those have that will stay."""
    ages = sorted(server.WORKERS.values(), key=lambda other: other.age, reverse=True)
    staying = Counter(getattr(other, "core", None) for other in ages[: server.num_workers - 1])
    with suppress(OSError, AttributeError):  # see post_fork
        cores = os.sched_getaffinity(0)
        worker.core = min(cores, key=lambda core: (staying[core], random.random()))  # noqa: S311 - no secret


def post_fork(_server: object, worker: Any) -> None:
    """Keep each worker on one core, as nginx does with `worker_cpu_affinity auto`: only one thread
    of a process runs Python at a time, and on two cores they spend more time on waking each other
    than on pages. Where that is forbidden, or no such thing exists, they run anywhere."""
    with suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {worker.core})


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Takes a new connection only while fewer than it has threads wait for their first answer.

    gunicorn's own takes as many as it can get, and each then stays with its process: eight that
    come at once may all wait for the four threads of one, beside another that does nothing. What
    no worker takes waits in the system's queue, and goes to whoever is free first. How busy those
    are that have had an answer does not matter: they may never pause.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._new: set[Any] = set()

    def accept(self, listener: Any) -> None:
        if self._is_full():
            self.set_accept_enabled(False)
        else:
            super().accept(listener)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled and not self._is_full())

    def _is_full(self) -> bool:
        return len(self._new) >= int(self.cfg.threads)

    def enqueue_req(self, conn: Any) -> None:
        if not conn.initialized:
            self._new.add(conn)
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        self._new.discard(conn)
        super().finish_request(conn, fs)


# Pages wait for SQLite and for disks, not for the processor: threads are cheaper than processes.
worker_class = Worker
threads = 4

# The watchdog of a whole worker, not of one request: threads go on while it ticks. Its file is
# touched all the time and must not wait for a busy disk.
timeout = 30
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - memory, and gunicorn opens what it makes there safely
# On a restart, what is being uploaded or saved may finish.
graceful_timeout = 30
# Longer than the 60 s for which nginx keeps an idle connection: the side that closes first must be
# nginx, or a reader now and then meets a 502. An idle connection holds no thread.
keepalive = 75

# Room for the longest search that the site accepts (a Vietnamese letter may take nine bytes in an
# address) and for its few cookies; more is no reader of ours.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Who may set X-Forwarded-* is decided in one place, by NEWSAPP_TRUSTED_PROXIES in the application.
# gunicorn itself believes nobody; otherwise anything on this machine could claim to be HTTPS.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}  # a peer on a Unix socket is believed whatever is above
forwarder_headers = ""

# No access log: an address is a personal datum, and nothing here needs it. Errors go to the
# terminal, which under systemd is the journal.
accesslog = None
errorlog = "-"

# No control socket: it would be made in the home directory, and signals do what is needed.
control_socket_disable = True
