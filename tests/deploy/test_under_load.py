"""What a reload, a killed worker and slow clients do to readers behind nginx."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from tests.deploy.behind import deployed, first_article, views
from tests.deploy.load import dawdling, probe, readers
from tests.live import Server


def test_a_reload_drops_nobody_and_a_killed_worker_counts_nobody_twice(tmp_path: Path) -> None:
    with deployed(tmp_path) as (front, server):
        server.newsapp("demo")
        path = first_article(front)
        before = views(front, path)
        with readers(front, path) as tally:
            for _ in range(2):
                time.sleep(1.5)
                old = server.workers()
                os.kill(server.process.pid, signal.SIGHUP)
                wait_for_other_workers(server, old)
        assert tally.bad == 0, tally
        assert tally.good >= 10
        reloaded = tally.good
        with readers(front, path) as tally:
            for _ in range(3):
                time.sleep(1)
                server.kill_worker()
        # Who was being answered by the killed worker may be counted or not; nobody twice.
        least = before + reloaded + tally.good
        assert least <= views(front, path, at_least=least) <= least + tally.bad


def test_slow_clients_keep_nobody_waiting(tmp_path: Path) -> None:
    """The full measure, 200 and 100 for a minute, is `python -m bench.slow`."""
    with deployed(tmp_path) as (front, _server), dawdling(front, headers=60, bodies=30) as crowd:
        tally = probe(front, "/", 6)
        assert crowd.held() > 80
    assert tally.bad == 0, tally
    assert tally.slowest < 1


def test_one_address_may_not_hold_all_places(tmp_path: Path) -> None:
    with deployed(tmp_path) as (front, _server):
        held = [front.connect(10, "127.0.0.2") for _ in range(25)]
        for one in held:
            one.sendall(
                b"POST /bien-tap/hinh-anh HTTP/1.1\r\nHost: tin.phuong.example\r\n"
                b"Content-Length: 1000\r\n\r\n"
            )
        time.sleep(0.5)
        refused = 0
        for one in held:
            one.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                refused += b" 429 " in one.recv(100)
            one.close()
        assert refused == 5


def wait_for_other_workers(server: Server, old: list[int]) -> None:
    for _ in range(400):
        now = server.workers()
        if len(now) == 2 and not set(now) & set(old):
            return
        time.sleep(0.05)
    raise AssertionError("the reload did not finish within 20 s")
