"""A counter that cannot write or read never makes a page fail or wait."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from newsapp.visits.journal import Record
from newsapp.visits.ledger import Ledger
from newsapp.visits.middleware import VisitCounter
from newsapp.visits.rules import Hit
from tests.visits.visiting import Browser, Clock, new_ledger, site_behind_counter, sqlite_url

PATIENCE = 0.3
Trouble = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Somebody keeps the database for himself, readers and writers shut out."""
    connection = sqlite3.connect(directory / "counters.db", isolation_level=None, timeout=5)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Somebody writes and does not finish; readers may read."""
    connection = sqlite3.connect(directory / "counters.db", isolation_level=None, timeout=5)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextmanager
def replaced(directory: Path, make: Callable[[Path], object]) -> Iterator[None]:
    database = directory / "counters.db"
    database.rename(directory / "kept.db")
    make(database)
    yield
    if database.is_dir():
        database.rmdir()
    (directory / "kept.db").replace(database)


@contextmanager
def no_database(directory: Path) -> Iterator[None]:
    """A directory stands where the database should be."""
    with replaced(directory, Path.mkdir):
        yield


@contextmanager
def rubbish(directory: Path) -> Iterator[None]:
    with replaced(directory, lambda path: path.write_bytes(b"no database at all" * 1000)):
        yield


TROUBLES: list[Trouble] = [locked, writing, no_database, rubbish]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_pages_go_on_and_nothing_is_lost(
    trouble: Trouble,
    tmp_path: Path,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    ledger = new_ledger(sqlite_url(tmp_path), tmp_path, clock)
    ledger.set_baseline(1000)
    Browser(site_behind_counter(ledger, clock), clock).get("/tin/7")
    ledger.fold_now()
    counter = site_behind_counter(ledger, clock)
    assert Browser(counter, clock, agent="curl/8").get("/tin/7").text.endswith("787")
    ledger.close()
    with trouble(tmp_path):
        ledger.start()
        times = []
        for _ in range(30):
            got = Browser(counter, clock).get("/tin/7")
            assert got.status == "200 OK"
            assert got.text == "<h1>Bảy</h1>787"  # the last figure known
            assert got.header("Set-Cookie")
            times.append(got.seconds)
            time.sleep(0.05)
        assert max(times) < PATIENCE
        assert sum(times) < 2 * PATIENCE
    ledger.fold_now()
    assert ledger.article_views(7) == 31
    ledger.close()
    counter.close()


def test_a_process_that_never_could_read_shows_the_baseline(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    (tmp_path / "counters.db").mkdir()
    ledger = new_ledger(sqlite_url(tmp_path), tmp_path, clock)
    got = Browser(site_behind_counter(ledger, clock), clock).get("/tin/7")
    assert (got.status, got.text) == ("200 OK", "<h1>Bảy</h1>786")
    assert got.seconds < PATIENCE
    ledger.close()


def test_a_journal_that_cannot_be_written_keeps_visits_in_memory(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = new_ledger(sqlite_url(tmp_path), tmp_path, clock)
    ledger.journal_dir.write_text("in the way")
    counter = site_behind_counter(ledger, clock, flood_limit=120)
    with caplog.at_level(logging.ERROR, "newsapp.visits"):
        for _ in range(20):
            got = Browser(counter, clock).get("/tin/7")
            assert got.status == "200 OK"
            assert got.seconds < PATIENCE
    said = [record for record in caplog.records if "wait in memory" in record.message]
    assert len(said) == 1  # once a minute, not once a page
    ledger.journal_dir.unlink()
    for _ in range(60):
        time.sleep(0.05)
        if ledger.article_views(7) == 20:
            break
    assert ledger.article_views(7) == 20
    ledger.close()
    counter.close()


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from newsapp.visits.journal import Record
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import Hit

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = Ledger(sys.argv[1], Path(sys.argv[2]), ZoneInfo("Asia/Ho_Chi_Minh"))
record = Record(736434, 7, Hit(True, True, False))
# The system refuses to let any file grow past 210 bytes: ten records and a half.
resource.setrlimit(resource.RLIMIT_FSIZE, (210, resource.RLIM_INFINITY))
for _ in range(8):
    ledger.append([record])
ledger.append([record] * 5)
ledger.append([record])
(path,) = Path(sys.argv[2]).glob("*.log")
print(path.stat().st_size, len(ledger._waiting))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
ledger.fold_now()
print(ledger.article_views(7))
"""


def test_a_write_cut_short_by_a_full_disk_leaves_whole_records(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, sqlite_url(tmp_path), str(tmp_path / "journal")],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout.split() == ["200", "4", "14"], done.stderr


def test_after_a_torn_record_that_stays_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes half a record, and then neither the rest nor the record off again."""
    ledger = new_ledger(sqlite_url(tmp_path), tmp_path)
    record = Record(736434, 7, Hit(visit=True, view=True, printed=False))
    ledger.append([record])
    write, refused = os.write, iter([False, True])

    def torn(file: int, data: bytes) -> int:
        if next(refused):
            raise OSError(errno.ENOSPC, "no space left")
        return write(file, data[: len(data) // 2])

    def stays(file: int, size: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", torn)
        broken.setattr(os, "ftruncate", stays)
        ledger.append([record])
    for _ in range(3):
        ledger.append([record])
    ledger.fold_now()
    assert ledger.article_views(7) == 5
    ledger.close()


READ_ONLY = """
import os, sys
from pathlib import Path
from tests.visits.visiting import Browser, Clock, new_ledger, site_behind_counter
directory = Path(sys.argv[2])
clock = Clock(1_492_225_200.0)
warm = new_ledger("sqlite:///" + sys.argv[3], directory / "none", clock)
warm.article_views(7)  # everything is imported while we may still read the interpreter's files
warm.close()
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
ledger = new_ledger(sys.argv[1], directory, clock)
counter = site_behind_counter(ledger, clock, flood_limit=120)
for _ in range(10):
    got = Browser(counter, clock).get("/tin/7")
    print(got.status, got.seconds < 0.3, len(ledger._waiting))
"""


def test_a_data_directory_that_is_read_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    ledger = new_ledger(sqlite_url(data), data)
    ledger.set_baseline(5)
    ledger.close()
    for path in (data, *data.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o055)
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                READ_ONLY,
                sqlite_url(tmp_path / "data"),
                str(tmp_path / "data"),
                str(tmp_path / "warm.db"),
            ],
            capture_output=True,
            text=True,
            timeout=30,
        )
    finally:
        data.chmod(0o755)
    lines = done.stdout.splitlines()
    assert lines == [f"200 OK True {number}" for number in range(1, 11)], done.stderr


def test_a_postgresql_that_hangs_delays_no_page(
    postgresql_url: str, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    ledger = new_ledger(postgresql_url, tmp_path, clock)
    ledger.append([])
    Browser(site_behind_counter(ledger, clock), clock).get("/tin/7")
    ledger.fold_now()
    counter = site_behind_counter(ledger, clock)
    assert Browser(counter, clock, agent="curl/8").get("/tin/7").text.endswith("787")
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE article_day, site_day IN ACCESS EXCLUSIVE MODE"))
        time.sleep(1.1)
        times = [Browser(counter, clock).get("/tin/7").seconds for _ in range(20)]
    assert max(times) < PATIENCE
    assert sum(times) < 2 * PATIENCE
    engine.dispose()
    ledger.fold_now()
    assert ledger.article_views(7) == 21
    ledger.close()


def test_a_server_that_is_not_there_delays_no_page(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """An address that answers nothing at all, as behind a broken cable."""
    caplog.set_level(logging.CRITICAL)
    url = "postgresql+psycopg://root@192.0.2.1:5432/nowhere"
    ledger = new_ledger(url, tmp_path, clock)
    counter: VisitCounter = site_behind_counter(ledger, clock)
    times = [Browser(counter, clock).get("/tin/7").seconds for _ in range(10)]
    assert max(times) < PATIENCE
    assert sum(times) < 2 * PATIENCE


def test_trouble_is_over_when_it_is_over(
    ledger: Ledger, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a failure the figures are asked for again without a page that needs them."""
    caplog.set_level(logging.CRITICAL)
    ledger.set_baseline(7)
    counter = site_behind_counter(ledger, clock)
    with no_database(tmp_path):
        assert Browser(counter, clock).get("/missing").text == "<h1>404</h1>0"
    time.sleep(2)  # no page comes by that could ask
    assert Browser(counter, clock).get("/missing").text == "<h1>404</h1>7"
