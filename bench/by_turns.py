"""What a kept page costs above the bare callable, in one process by turns: to a hundredth.

    python -m bench.by_turns [--rounds 400] [--processes 6] [--save]

Servers that are started apart differ by some hundredths, however alike they are. Here one thread
answers the same connection with the one application and the other, twenty requests each, behind
gunicorn's own parser and writer, and looks at the processor time of its own thread; another process
asks. What is left out are gunicorn's threads and the threads beside pages (figures, versions,
booking). Each figure is the median of some processes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from gunicorn.config import Config as GunicornConfig
from gunicorn.http import wsgi
from gunicorn.http.parser import RequestParser

from bench.goals import Goal, at_least, at_most
from bench.lanes import ARTICLE, BARE, UNCOUNTED, prepare
from bench.readme import machine, save
from newsapp.config import ROOT
from tests.live import FIREFOX

BLOCK = 20
# After the other's turn, before the clock runs.
FORGOTTEN = 3

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def ask(address: tuple[str, int], path: str) -> None:
    """Ask for a page, again and again, over one connection; until the other side is gone."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {FIREFOX}\r\n\r\n".encode()
    room = bytearray(1 << 17)
    with socket.create_connection(address) as connection:
        while True:
            connection.sendall(request)
            got = connection.recv_into(room)
            if not got:
                return
            head, _, _ = bytes(room[:4096]).partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            while got < len(head) + 4 + length:
                got += connection.recv_into(memoryview(room)[got:])


class Server:
    """Answers one connection, each request with the application that it is told."""

    def __init__(self, path: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._listener = listener.getsockname()
            self._asker = multiprocessing.Process(target=ask, args=(self._listener, path))
            self._asker.start()
            self._connection, self._peer = listener.accept()
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._config = GunicornConfig()
        for name, value in (("forwarded_allow_ips", ""), ("secure_scheme_headers", {})):
            self._config.set(name, value)
        self._parser = RequestParser(self._config, self._connection, self._peer)

    def answer(self, application: Application, times: int) -> float:
        """Answer so many requests; microseconds of processor time for each."""
        begun = time.thread_time()
        for _ in range(times):
            request = next(self._parser)
            response, environ = wsgi.create(
                request, self._connection, self._peer, self._listener, self._config
            )
            for piece in application(environ, response.start_response):
                response.write(piece)
            response.close()
        return (time.thread_time() - begun) / times * 1_000_000

    def close(self) -> None:
        self._asker.kill()
        self._connection.close()


def measure(path: str, rounds: int) -> dict[str, float]:
    """Microseconds for a request by lane. The environment says where page and site are."""
    from bench.baselines import bare
    from newsapp import create_app

    counted, uncounted = create_app(), create_app()
    uncounted.extensions["newsapp.ledger"].write = lambda _data: None
    lanes: dict[str, Application] = {BARE: bare, ARTICLE: counted, UNCOUNTED: uncounted}
    times: dict[str, list[float]] = {name: [] for name in lanes}
    server = Server(path)
    for application in lanes.values():
        server.answer(application, 500)
    for number in range(rounds):
        order = list(lanes.items())
        for name, application in reversed(order) if number % 2 else order:
            server.answer(application, FORGOTTEN)
            times[name].append(server.answer(application, BLOCK))
    server.close()
    return {name: median(each) for name, each in times.items()}


def report(processes: int, rounds: int) -> list[str]:
    """Lines of Markdown."""
    measured = []
    with tempfile.TemporaryDirectory() as name:
        site = prepare(Path(name))
        variables = os.environ | site.baseline() | site.variables("by-turns")
        command = [sys.executable, "-m", "bench.by_turns", "--rounds", str(rounds)]
        for _ in range(processes):
            said = subprocess.run(
                [*command, "--path", site.addresses[ARTICLE]],
                env=variables,
                cwd=ROOT,
                check=True,
                stdout=subprocess.PIPE,
            )
            measured.append(json.loads(said.stdout))
    goals = (
        at_least(
            "bare callable ÷ cached article", [it[BARE] / it[ARTICLE] for it in measured], 0.9
        ),
        at_most(
            "cost of counting",
            [100 * (it[ARTICLE] / it[UNCOUNTED] - 1) for it in measured],
            3,
            unit=" %",
        ),
    )
    lines = ["| processor time | µs | lowest–highest |", "|---|---|---|"]
    for lane in measured[0]:
        each = sorted(it[lane] for it in measured)
        lines.append(f"| {lane} | {median(each):.1f} | {each[0]:.1f}–{each[-1]:.1f} |")
    return [*lines, "", *Goal.table(goals), ""]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--processes", type=int, default=6)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--path", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.path:
        print(json.dumps(measure(chosen.path, chosen.rounds)))
        return
    lines = [machine(), "", *report(chosen.processes, chosen.rounds)]
    print("\n".join(lines))
    if chosen.save:
        save("by turns", lines, "bench.by_turns")


if __name__ == "__main__":
    main()
