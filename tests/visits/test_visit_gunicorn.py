"""Counts are exact under a real server, and stay so when one of its workers is killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.visits.visiting import EVER, FIREFOX, new_ledger, sqlite_url

ROOT = Path(__file__).resolve().parents[2]
CLIENTS, READS = 8, 250


@contextmanager
def gunicorn(directory: Path) -> Iterator[int]:
    """Two workers of four threads each; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--config", str(ROOT / "gunicorn.conf.py"), "--log-level", "critical"]
    server = subprocess.Popen(
        [*command, "tests.visits.counted_app:app"],
        cwd=directory,
        env={**os.environ, "COUNTED_DIR": str(directory), "PYTHONPATH": str(ROOT)},
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(20)


class Tally:
    """What the clients saw, all of them together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.acknowledged = 0
        self.cut = 0
        self.workers: set[int] = set()
        self.killed = 0

    def saw(self, worker: int) -> None:
        with self._lock:
            self.acknowledged += 1
            self.workers.add(worker)
            if self.acknowledged == CLIENTS * READS // 2:
                os.kill(worker, signal.SIGKILL)
                self.killed = worker

    def was_cut(self) -> None:
        with self._lock:
            self.cut += 1


def read_often(port: int, tally: Tally) -> None:
    done = 0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    while done < READS:
        try:
            connection.request("GET", "/tin/7", headers={"User-Agent": FIREFOX})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            tally.was_cut()
            connection.close()
            time.sleep(0.02)
            continue
        assert answer.status == 200
        tally.saw(int(answer.headers["X-Worker"]))
        done += 1
    connection.close()


def test_every_acknowledged_page_is_counted_once(tmp_path: Path) -> None:
    tally = Tally()
    with gunicorn(tmp_path) as port:
        clients = [threading.Thread(target=read_often, args=(port, tally)) for _ in range(CLIENTS)]
        begun = time.perf_counter()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        seconds = time.perf_counter() - begun
    ledger = new_ledger(sqlite_url(tmp_path), tmp_path)
    ledger.fold_now()
    counted = ledger.views_between(*EVER)[7]
    print(
        f"\nacknowledged {tally.acknowledged}, cut by the kill {tally.cut}, counted {counted},"
        f" worker {tally.killed} of {sorted(tally.workers)} killed, {seconds:.1f} s"
    )
    assert tally.acknowledged == CLIENTS * READS
    assert tally.killed in tally.workers
    assert len(tally.workers) >= 2
    assert tally.acknowledged <= counted <= tally.acknowledged + tally.cut
    assert tally.cut <= CLIENTS * 50
    assert ledger.site_total() == counted
    assert ledger.reconcile().articles.agrees
    assert list(ledger.journal_dir.glob("*.log")) == []
    ledger.close()


def test_without_a_kill_the_count_is_the_number_of_pages(tmp_path: Path) -> None:
    tally = Tally()
    tally.acknowledged = -CLIENTS * READS * 2  # never half way: nobody is killed
    with gunicorn(tmp_path) as port:
        clients = [threading.Thread(target=read_often, args=(port, tally)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    ledger = new_ledger(sqlite_url(tmp_path), tmp_path)
    ledger.fold_now()
    assert tally.cut == 0
    assert ledger.views_between(*EVER) == {7: CLIENTS * READS}
    assert ledger.site_total() == CLIENTS * READS
    ledger.close()
