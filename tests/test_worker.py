"""Connections go to the worker that has a thread for them."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.live import Server, serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WORKERS, THREADS = 2, 4
SLOW_SECONDS = 0.5


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Tells which process answers, at /slow after a while, at /busy after a moment."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(SLOW_SECONDS)
    if environ["PATH_INFO"] == "/busy":
        time.sleep(0.02)
    said = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Server]:
    """A server whose workers have all begun."""
    with serve(tmp_path, application="tests.test_worker:application") as server:
        until = time.monotonic() + 10
        while len(ask_at_once(server, WORKERS * THREADS)) < WORKERS:
            assert time.monotonic() < until
        yield server


def connect(site: Server) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10))


def ask(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    return int(connection.getresponse().read())


def ask_at_once(site: Server, number: int) -> Counter[int]:
    """How many of so many slow answers each process gave."""

    def ask_slowly(_number: int) -> int:
        with connect(site) as connection:
            return ask(connection, "/slow")

    with ThreadPoolExecutor(number) as readers:
        return Counter(readers.map(ask_slowly, range(number)))


def test_connections_are_spread_and_none_is_left(site: Server) -> None:
    for _ in range(5):
        began = time.monotonic()
        assert ask_at_once(site, WORKERS * THREADS) == dict.fromkeys(site.workers(), THREADS)
        assert time.monotonic() - began < SLOW_SECONDS * 1.9
    # More than there are threads for: they wait, and all are answered.
    assert ask_at_once(site, WORKERS * THREADS * 3).total() == WORKERS * THREADS * 3


def test_idle_connections_hold_no_place(site: Server) -> None:
    with ExitStack() as stack:
        kept = [stack.enter_context(connect(site)) for _ in range(WORKERS * THREADS * 3)]
        began = time.monotonic()
        for connection in kept * 2:
            assert ask(connection, "/") in site.workers()
        assert ask_at_once(site, WORKERS * THREADS).total() == WORKERS * THREADS
        assert time.monotonic() - began < 5


def test_a_new_reader_gets_in_between_those_who_never_pause(site: Server) -> None:
    """More kept connections than there are threads, each asking again as soon as it is answered."""
    over = threading.Event()

    def ask_without_pause(_number: int) -> None:
        with connect(site) as connection:
            while not over.is_set():
                ask(connection, "/busy")

    number = WORKERS * THREADS * 2
    with ThreadPoolExecutor(number) as readers:
        done = [readers.submit(ask_without_pause, each) for each in range(number)]
        try:
            time.sleep(0.5)
            for _ in range(10):
                began = time.monotonic()
                with connect(site) as connection:
                    ask(connection, "/")
                assert time.monotonic() - began < 1
        finally:
            over.set()
    for each in done:
        each.result()
