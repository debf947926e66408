"""Servers under load: gunicorn and nginx on this machine, wrk in front of them, /proc beside them."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.live import FIREFOX, ROOT, free_port

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
WRK = shutil.which("wrk") or "/usr/bin/wrk"
OWN = "own"  # the worker class of gunicorn.conf.py
WORKERS = 2
THREADS = 4
TICKS = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 20.0
WARM_UP_SECONDS = 1
SETTLE_SECONDS = 0.2

_DURATIONS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Server:
    """A running server; ``pid`` is the master's."""

    name: str
    port: int
    pid: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """Process numbers of the workers, oldest first."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return sorted(int(number) for number in listed.split())

    def pss(self) -> list[int]:
        """Bytes of the master and of each worker, shared pages divided by their sharers."""
        return [_pss(pid) for pid in (self.pid, *self.workers())]


@dataclass(frozen=True)
class Run:
    """What one wrk saw, and what the workers did meanwhile.

    ``answered`` are the requests of the warm-up too. ``connections`` are those that each worker held in the middle of the run, ``busy`` the
    processor seconds of each worker, ``switches`` how often their threads gave up the processor
    by themselves.
    """

    requests: int
    answered: int
    rate: float
    p50_ms: float
    p99_ms: float
    failures: int
    connections: tuple[int, ...]
    busy: tuple[float, ...]
    switches: int

    @property
    def cpu_us(self) -> float:
        """Processor time of all workers for one request, in microseconds."""
        return sum(self.busy) / max(self.requests, 1) * 1_000_000


@contextmanager
def gunicorn(
    app: str,
    worker_class: str,
    variables: Mapping[str, str],
    *,
    workers: int = WORKERS,
    threads: int = THREADS,
    options: tuple[str, ...] = (),
) -> Iterator[Server]:
    """``app`` under the project's own gunicorn.conf.py, until the block ends."""
    port = free_port()
    if worker_class == "sync":
        threads = 1  # with more, gunicorn takes gthread instead
    arguments = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    arguments += ["--threads", str(threads), *options]
    if worker_class != OWN:
        arguments += ["--worker-class", worker_class]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--log-level", "warning", *arguments, app],
        env={**os.environ, **variables},
        cwd=ROOT,
    )
    with _running(process, Server(app, port, process.pid), workers) as server:
        yield server


@contextmanager
def nginx(folder: Path, headers: Mapping[str, str]) -> Iterator[Server]:
    """nginx with the file ``page.html`` of ``folder`` at every address, until the block ends."""
    port = free_port()
    # Started by root, its workers would be nobody and see nothing of the folder.
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    added = "".join(f'add_header {name} "{value}";' for name, value in headers.items())
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; {user} pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
        f" worker_processes {WORKERS}; events {{}} http {{ access_log off; {temporary}"
        f" keepalive_requests 100000000; open_file_cache max=10; default_type text/html;"
        f" server {{ listen 127.0.0.1:{port}; root {folder};"
        f" location / {{ {added} try_files /page.html =404; }} }} }}"
    )
    process = subprocess.Popen([NGINX, "-e", folder / "nginx.log", "-c", conf])
    with _running(process, Server("nginx", port, process.pid), WORKERS) as server:
        yield server


@contextmanager
def _running(process: subprocess.Popen[bytes], server: Server, workers: int) -> Iterator[Server]:
    try:
        deadline = time.monotonic() + READY_SECONDS
        while len(server.workers()) < workers or not _answers(server):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{server.name} did not start")
            time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(server: Server) -> bool:
    try:
        get(server, "/")
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Page:
    """An answer as it came; ``headers`` without those that the server itself adds."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


_SERVER_HEADERS = {"server", "date", "connection", "transfer-encoding"}


def get(server: Server, path: str, *, gzip: bool = False) -> Page:
    """One GET of a browser. Raises OSError, and HTTPError for 4xx and 5xx."""
    request = urllib.request.Request(f"{server.address}{path}", headers=_headers(gzip))  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http
        kept = [pair for pair in answer.getheaders() if pair[0].lower() not in _SERVER_HEADERS]
        return Page(answer.status, tuple(kept), answer.read())


def _headers(gzip: bool) -> dict[str, str]:
    return {"User-Agent": FIREFOX} | ({"Accept-Encoding": "gzip"} if gzip else {})


def measure(
    server: Server, path: str, seconds: int, connections: int, *, gzip: bool = False
) -> Run:
    """Load one address for ``seconds`` after a short warm-up.

    wrk keeps no cookies, so that to the site each request is a new browser.
    """
    workers = server.workers()
    time.sleep(SETTLE_SECONDS)  # a connection closed by us just now is closed there too
    idle = [_sockets(pid) for pid in workers]
    warm = _said(_wrk(server, path, WARM_UP_SECONDS, connections, gzip))
    busy, switches = [_cpu(pid) for pid in workers], sum(map(_switches, workers))
    load = _wrk(server, path, seconds, connections, gzip)
    time.sleep(seconds / 2)
    held = tuple(_sockets(pid) - before for pid, before in zip(workers, idle, strict=True))
    said = _said(load)
    failures = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", warm + said)))
    for errors in re.findall(r"Socket errors: (.+)", warm + said):
        failures += sum(map(int, re.findall(r"\d+", errors)))
    requests = _requests(said)
    return Run(
        requests=requests,
        answered=requests + _requests(warm),
        rate=float(_found(r"^Requests/sec: +([\d.]+)", said)[1]),
        p50_ms=_percentile_ms(50, said),
        p99_ms=_percentile_ms(99, said),
        failures=failures,
        connections=held,
        busy=tuple(_cpu(pid) - was for pid, was in zip(workers, busy, strict=True)),
        switches=sum(map(_switches, workers)) - switches,
    )


def _wrk(
    server: Server, path: str, seconds: int, connections: int, gzip: bool
) -> subprocess.Popen[str]:
    command = [WRK, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    for name, value in _headers(gzip).items():
        command += ["-H", f"{name}: {value}"]
    return subprocess.Popen([*command, server.address + path], stdout=subprocess.PIPE, text=True)


def _said(load: subprocess.Popen[str]) -> str:
    said, _ = load.communicate()
    return said


def _requests(said: str) -> int:
    return int(_found(r"^ +(\d+) requests in ", said)[1])


def _percentile_ms(percent: int, said: str) -> float:
    found = _found(rf"^ +{percent}% +([\d.]+)(us|ms|s|m) *$", said)
    return float(found[1]) * _DURATIONS_MS[found[2]]


def _found(pattern: str, text: str) -> re.Match[str]:
    if found := re.search(pattern, text, re.MULTILINE):
        return found
    raise RuntimeError(f"wrk said something unexpected:\n{text}")


def _cpu(pid: int) -> float:
    """Processor seconds of all threads of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _switches(pid: int) -> int:
    """How often the threads of a process waited for something."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        status = (thread / "status").read_text()
        total += int(_found(r"^voluntary_ctxt_switches:\s+(\d+)", status)[1])
    return total


def _sockets(pid: int) -> int:
    """How many sockets a process has open, listening ones too."""
    return sum(_is_socket(file) for file in Path(f"/proc/{pid}/fd").iterdir())


def _is_socket(file: Path) -> bool:
    try:
        return str(file.readlink()).startswith("socket:")
    except OSError:  # closed meanwhile
        return False


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(_found(r"^Pss:\s+(\d+) kB", rollup)[1]) * 1024
