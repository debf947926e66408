"""Each fault is put on a live site while a reader and an editor ask four times a second.

    python -m bench.faults
    python -m bench.faults --only locked counters-gone

Faults that need root (a read-only or full disk, a PostgreSQL of one's own) are skipped without it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, text

from bench.kills import NEW, Editor
from tests.clocks import AHEAD, BACK, COMPILER, RIGHT, Clock
from tests.live import BIN, FIREFOX, ROOT, Server, free_port, serve

EVERY_SECONDS = 0.25
HEALTHY_ANSWERS = 4
PATIENCE_SECONDS = 40
READ = ("/", "/lien-ket", "/readyz")


class Skipped(Exception):  # not an error: the fault cannot be made on this machine
    """Why a fault was not made."""


class Watch:
    """What one of the two saw: (when it was asked, seconds, code or exception, words)."""

    def __init__(self, ask: Callable[[int], tuple[str, str]]) -> None:
        self.seen: list[tuple[float, float, str, str]] = []
        self._ask = ask
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        number = 0
        while not self._over.is_set():
            start = time.monotonic()
            try:
                code, words = self._ask(number)
            except Exception as error:  # whatever it is, it is what was seen
                code, words = type(getattr(error, "reason", error)).__name__, ""
            self.seen.append((start, time.monotonic() - start, code, words))
            number += 1
            self._over.wait(EVERY_SECONDS)

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def healed(self, since: float) -> float | None:
        """When the first of the last answers that are all good was asked for."""
        good = None
        asked = [one for one in list(self.seen) if one[0] >= since]
        for start, _seconds, code, words in reversed(asked):
            if code not in {"200", "303"} or "bad" in words:
                break
            good = start
        enough = asked[-HEALTHY_ANSWERS:]
        whole = len(enough) == HEALTHY_ANSWERS and all(one[2] in {"200", "303"} for one in enough)
        return good if whole else None

    def summary(self, since: float, until: float) -> str:
        asked = [one for one in self.seen if since - 0.1 <= one[0] <= until + 1]
        codes = Counter(f"{code} {words}".strip() for _start, _seconds, code, words in asked)
        slowest = max((seconds for _start, seconds, _code, _words in asked), default=0)
        told = ", ".join(f"{count}x {code}" for code, count in codes.most_common())
        return f"{told}; slowest {slowest:.1f} s"


def reader(server: Server) -> Callable[[int], tuple[str, str]]:
    browser = urllib.request.build_opener()
    browser.addheaders = [("User-Agent", FIREFOX)]

    def ask(number: int) -> tuple[str, str]:
        path = READ[number % len(READ)]
        try:
            with browser.open(server.address + path, timeout=30) as answer:
                answer.read()
                return str(answer.status), ""
        except urllib.error.HTTPError as error:
            return str(error.code), path

    return ask


def editor(server: Server, acknowledged: list[str]) -> Callable[[int], tuple[str, str]]:
    signed_in = Editor(server)

    def ask(number: int) -> tuple[str, str]:
        nonlocal signed_in
        title = f"Bài {number}-{time.monotonic_ns()}"
        typed = f"chữ {title}"
        fields = {"title": title, "body": f"<p>{typed}</p>", "csrf_token": signed_in.token}
        try:
            where = signed_in.send(NEW, fields)
        except urllib.error.HTTPError as error:
            if not error.geturl().endswith(NEW):
                acknowledged.append(title)  # saved; only the page after it did not come
                return "303", f"then {error.code}"
            kept = typed in error.read().decode(errors="replace")
            if error.code == 401:
                signed_in = Editor(server)
            return str(error.code), "text kept" if kept else "TEXT LOST"
        if where.endswith(NEW) or "dang-nhap" in where:
            return "200", "bad: not saved"
        acknowledged.append(title)
        return "303", ""

    return ask


def folder_of(server: Server) -> Path:
    return Path(server.environment["NEWSAPP_DATA_DIR"])


@contextmanager
def locked(server: Server) -> Iterator[None]:
    data = folder_of(server)
    other = sqlite3.connect(data / "site.db", isolation_level=None, timeout=10)
    other.execute("BEGIN EXCLUSIVE")
    time.sleep(15)
    other.execute("ROLLBACK")
    other.close()
    yield


def run(*command: str) -> None:
    """Raises Skipped where the command fails."""
    if os.geteuid() != 0:
        raise Skipped("needs root")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(done.stderr.strip().splitlines()[-1])


def read_only(*, all_anew: bool) -> Callable[[Server], AbstractContextManager[None]]:
    """Files that are open already can be written on, whatever is opened anew cannot; ``all_anew``
    kills the workers, so that nothing is open any more."""

    @contextmanager
    def mounted(server: Server) -> Iterator[None]:
        data = str(folder_of(server))
        run("mount", "--bind", data, data)
        try:
            run("mount", "-o", "remount,ro,bind", data)
            if all_anew:
                kill_workers(server)
            time.sleep(8)
            run("mount", "-o", "remount,rw,bind", data)
            yield
        finally:
            run("umount", "-l", data)

    return mounted


def kill_workers(server: Server) -> None:
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)


@contextmanager
def disk_full(server: Server) -> Iterator[None]:
    data = folder_of(server)
    if not os.path.ismount(data):
        raise Skipped("needs root and a tmpfs")
    filler = data / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    time.sleep(6)
    filler.unlink()
    yield


def gone(*names: str) -> Callable[[Server], AbstractContextManager[None]]:
    @contextmanager
    def deleted(server: Server) -> Iterator[None]:
        for name in names:
            for path in folder_of(server).glob(f"{name}*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        yield

    return deleted


@contextmanager
def garbage(server: Server) -> Iterator[None]:
    data = folder_of(server)
    with sqlite3.connect(data / "site.db") as database:
        kept = data / "kept.db"
        other = sqlite3.connect(kept)
        database.backup(other)
        other.close()
    (data / "site.db").write_bytes(os.urandom(200_000))
    time.sleep(5)
    for name in ("site.db-wal", "site.db-shm"):
        (data / name).unlink(missing_ok=True)
    kept.replace(data / "site.db")
    yield


def clock_set(seconds: int) -> Callable[[Server], AbstractContextManager[None]]:
    @contextmanager
    def wrong(server: Server) -> Iterator[None]:
        clock = Clock(Path(server.environment["CLOCK_OFFSET_FILE"]).parent)
        clock.set(seconds)
        time.sleep(6)
        clock.set(RIGHT)
        yield

    return wrong


@contextmanager
def worker_killed(server: Server) -> Iterator[None]:
    server.kill_worker()
    yield


@contextmanager
def all_killed(server: Server) -> Iterator[None]:
    kill_workers(server)
    yield


@contextmanager
def no_descriptors(server: Server) -> Iterator[None]:
    for pid in server.workers():
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (64, 4096))
    address = urllib.parse.urlsplit(server.address)
    idle = [socket.create_connection((address.hostname, address.port), 5) for _ in range(80)]
    time.sleep(5)
    for one in idle:
        one.close()
    yield


def stop(server: Server) -> None:
    server.process.terminate()
    server.process.wait(40)


@contextmanager
def terminated(server: Server) -> Iterator[None]:
    """SIGTERM, a start in the same place; RemoteDisconnected or a reset is a dropped answer."""
    stop(server)
    server.process = subprocess.Popen(
        [BIN / "gunicorn", "wsgi:app"], env=server.environment, cwd=ROOT
    )
    yield


def cluster_control(folder: Path, *arguments: str) -> None:
    control = str(next(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")))
    run("/usr/sbin/runuser", "-u", "postgres", "--", control, "-D", f"{folder}/cluster", *arguments)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a database in a PostgreSQL of one's own. Raises Skipped."""
    if os.geteuid() != 0 or not list(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")):
        raise Skipped("needs root and PostgreSQL")
    port = free_port()
    shutil.chown(folder, "postgres")
    cluster_control(folder, "init", "-s", "-o", "-A trust -E UTF8 --locale=C.UTF-8")
    (folder / "cluster" / "postgresql.auto.conf").write_text(
        f"port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{folder}'\n",
        encoding="ascii",
    )
    cluster_control(folder, "-w", "-l", f"{folder}/log", "start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        cluster_control(folder, "-m", "immediate", "stop")


@contextmanager
def postgresql_away(server: Server) -> Iterator[None]:
    folder = Path(server.environment["FAULTS_CLUSTER"])
    cluster_control(folder, "-m", "immediate", "stop")
    time.sleep(10)
    cluster_control(folder, "-w", "-l", f"{folder}/log", "start")
    yield


def saved_titles(server: Server) -> set[str]:
    engine = create_engine(
        server.environment.get("NEWSAPP_DATABASE_URL") or f"sqlite:///{folder_of(server)}/site.db"
    )
    with engine.connect() as connection:
        titles = set(connection.execute(text("SELECT title FROM article")).scalars())
    engine.dispose()
    return titles


FAULTS: dict[str, Callable[[Server], AbstractContextManager[None]]] = {
    "locked": locked,
    "read-only": read_only(all_anew=False),
    "read-only-anew": read_only(all_anew=True),
    "disk-full": disk_full,
    "counters-gone": gone("counters.db"),
    "journal-gone": gone("journal"),
    "media-gone": gone("media"),
    "garbage": garbage,
    "clock-ahead": clock_set(AHEAD),
    "clock-back": clock_set(BACK),
    "worker-killed": worker_killed,
    "all-killed": all_killed,
    "terminated": terminated,
    "no-descriptors": no_descriptors,
    "postgresql-away": postgresql_away,
}


# Their cure is a copy from before them; what was saved in between is not in it.
GOES_BACK = {"garbage"}


def one_fault(name: str) -> tuple[str, bool]:
    """A row of the table, and whether nothing was lost and all healed."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if name == "disk-full":
            run("mount", "-t", "tmpfs", "-o", "size=700m", "tmpfs", str(data))
            stack.callback(subprocess.run, ["umount", "-l", str(data)], check=False)
        variables = {"NEWSAPP_FLOOD_LIMIT": "0", "NEWSAPP_LOG": "json"}
        if name.startswith("clock-"):
            if COMPILER is None:
                raise Skipped("needs a C compiler")
            own = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            variables |= Clock(own).variables()
        if name == "postgresql-away":
            own = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            variables["NEWSAPP_DATABASE_URL"] = stack.enter_context(cluster(own))
            variables["FAULTS_CLUSTER"] = str(own)
        server = stack.enter_context(serve(data, **variables))
        stack.callback(stop, server)
        acknowledged: list[str] = []
        watches = [Watch(reader(server)), Watch(editor(server, acknowledged))]
        try:
            time.sleep(1)
            start = time.monotonic()
            with FAULTS[name](server):
                over = time.monotonic()
            while time.monotonic() < over + PATIENCE_SECONDS:
                healed = [watch.healed(over) for watch in watches]
                if None not in healed:
                    break
                time.sleep(0.2)
        finally:
            for watch in watches:
                watch.stop()
        took = [f"{when - over:.1f}" if when else "never" for when in healed]
        saw = [watch.summary(start, over) for watch in watches]
        if "never" in took:
            stop(server)
            with serve(data, **variables):
                pass  # Raises AssertionError where a restart does not help either
        lost = len(set(acknowledged) - saved_titles(server))
    fine = (lost == 0 or name in GOES_BACK) and "500" not in "".join(saw) and "LOST" not in saw[1]
    row = f"| {name} | {saw[0]} | {saw[1]} | {' / '.join(took)} |"
    return f"{row} {'yes' if 'never' in took else 'no'} | {lost} |", fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=FAULTS, default=list(FAULTS))
    given = parser.parse_args()
    print("| fault | reader | editor | seconds to heal, reader / editor | restart | saves lost |")
    print("|---|---|---|---|---|---|")
    bad = 0
    for name in given.only:
        try:
            row, fine = one_fault(name)
        except Skipped as reason:
            row, fine = f"| {name} | skipped: {reason} | | | | |", True
        bad += not fine
        print(row, flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
