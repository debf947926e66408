"""Every record is booked exactly once, whatever dies, disappears or happens twice."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError, StatementError

from newsapp.visits import folding, tables
from newsapp.visits.books import Balance
from newsapp.visits.journal import RECORD_BYTES, Record, pack, unpack
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import Hit, Reason
from newsapp.visits.store import LedgerUnavailableError, Store
from tests.visits.visiting import EVER, new_ledger

DAY = date(2017, 4, 15)
VIEW = Hit(visit=True, view=True, printed=False)


def view(article_id: int, day: date = DAY) -> Record:
    return Record(day.toordinal(), article_id, VIEW)


@pytest.fixture
def ledger(url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger on each kind of database."""
    ledger = new_ledger(url, tmp_path)
    yield ledger
    ledger.close()


def test_records_are_packed_and_unpacked() -> None:
    records = [
        view(1),
        view(2**62),
        Record(1, None, Hit(visit=False, view=False, printed=True)),
        *(Record(DAY.toordinal(), 7, reason=reason) for reason in Reason),
    ]
    for record in records:
        assert len(pack(record)) == RECORD_BYTES
        assert unpack(pack(record)) == record


def test_no_damaged_record_is_taken_for_one() -> None:
    good = pack(view(7))
    for position in range(RECORD_BYTES):
        for bit in range(8):
            bad = bytearray(good)
            bad[position] ^= 1 << bit
            assert unpack(bytes(bad)) is None
    assert unpack(bytes(RECORD_BYTES)) is None


def test_everything_is_booked_where_it_belongs(ledger: Ledger) -> None:
    other = date(2017, 4, 16)
    ledger.append([view(7), view(7), view(8), view(7, other)])
    ledger.append([Record(DAY.toordinal(), 7, Hit(visit=False, view=False, printed=True))])
    ledger.append([Record(DAY.toordinal(), None, Hit(visit=True, view=False, printed=False))])
    ledger.append([Record(DAY.toordinal(), 7, reason=Reason.BOT)] * 3)
    assert ledger.fold_now() == 9
    assert ledger.visits_by_day(*EVER) == {DAY: 4, other: 1}
    assert ledger.views_of([7, 8, 9]) == {7: 3, 8: 1, 9: 0}
    assert ledger.views_between(DAY, DAY) == {7: 2, 8: 1}
    assert ledger.prints_between(*EVER) == {7: 1}
    assert ledger.excluded(DAY, DAY) == {"bot": 3}
    assert ledger.excluded(other, other) == {}


def test_folding_again_books_nothing_again(ledger: Ledger) -> None:
    ledger.append([view(7)])
    assert [ledger.fold_now() for _ in range(3)] == [1, 0, 0]
    ledger.append([view(7)])
    assert [ledger.fold_now() for _ in range(3)] == [1, 0, 0]
    assert ledger.article_views(7) == 2


def test_a_new_process_goes_on_where_the_last_one_stopped(
    ledger: Ledger, url: str, tmp_path: Path
) -> None:
    ledger.append([view(7)])
    ledger.fold_now()
    ledger.append([view(7)])
    ledger.close()
    again = new_ledger(url, tmp_path)
    assert again.fold_now() == 1
    assert again.article_views(7) == 2
    assert list(again.journal_dir.glob("*.log")) == []
    again.close()


def test_more_ids_than_one_statement_takes(ledger: Ledger) -> None:
    ledger.append([view(number) for number in range(1, 3_001)])
    ledger.fold_now()
    assert sum(ledger.views_of(range(1, 5_001)).values()) == 3_000


def test_a_journal_is_rotated_and_the_full_one_deleted(url: str, tmp_path: Path) -> None:
    ledger = Ledger(url, tmp_path / "journal", new_ledger(url, tmp_path).zone, rotate_bytes=100)
    for _ in range(4):
        ledger.append([view(7)] * 5)
        ledger.fold_now()
    assert list(ledger.journal_dir.glob("*.log")) == []
    assert ledger.article_views(7) == 20
    ledger.close()


def test_the_owner_s_journal_is_never_deleted(ledger: Ledger, url: str, tmp_path: Path) -> None:
    ledger.append([view(7)])
    other = new_ledger(url, tmp_path)
    other.fold_now()
    assert len(list(ledger.journal_dir.glob("*.log"))) == 1
    ledger.append([view(7)])
    assert other.fold_now() == 1
    other.close()


@pytest.mark.parametrize(
    ("folded_ago", "folds"),
    [(0.5, False), (2.0, True), (-3600.0, True)],
    ids=["just now", "a while ago", "before the clock was set back"],
)
def test_one_process_of_a_host_folds_in_a_second(
    folded_ago: float, folds: bool, ledger: Ledger, url: str, tmp_path: Path
) -> None:
    ledger.append([view(7)])
    ledger.fold_now()
    ledger.append([view(7)])
    other = new_ledger(url, tmp_path)
    lock = ledger.journal_dir / "fold.lock"
    os.utime(lock, (time.time() - folded_ago,) * 2)
    assert other._folder.fold(0.9) == (1 if folds else None)
    if folds:
        assert abs(lock.stat().st_mtime - time.time()) < 0.5
    assert other.fold_now() == (0 if folds else 1)
    other.close()


def test_the_first_fold_of_all_waits_for_nobody(ledger: Ledger) -> None:
    ledger.append([view(7)])
    assert ledger._folder.fold(0.9) == 1


def test_who_cannot_fold_keeps_nobody_from_it(
    ledger: Ledger, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append([view(7)])
    other = new_ledger(url, tmp_path)
    monkeypatch.setattr(ledger._folder, "_fold_some", no_connection)
    with pytest.raises(LedgerUnavailableError):
        ledger._folder.fold(0.9)
    assert other._folder.fold(0.9) == 1
    other.close()


def no_connection() -> None:
    raise LedgerUnavailableError("too many clients")


def test_a_torn_record_at_the_end_is_ignored(ledger: Ledger) -> None:
    ledger.append([view(7), view(7)])
    ledger._writer.close()
    (path,) = ledger.journal_dir.glob("*.log")
    with path.open("ab") as file:
        file.write(pack(view(7))[:-1])
    assert ledger.fold_now() == 2
    assert not path.exists()
    assert ledger.article_views(7) == 2


def test_folding_ends_while_readers_go_on(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = 0
    write = Store.write

    def busy(store: Store) -> AbstractContextManager[Connection]:
        nonlocal rounds
        rounds += 1
        assert rounds < 10, "there is always more"
        ledger.append([view(7)])
        return write(store)

    ledger.append([view(7)] * 3)
    monkeypatch.setattr(Store, "write", busy)
    assert ledger.fold_now() >= 3
    monkeypatch.undo()
    ledger.fold_now()
    assert ledger.article_views(7) == 3 + rounds


def test_one_fold_takes_all_that_it_finds_in_portions(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "_BYTES_AT_ONCE", RECORD_BYTES * 10)
    monkeypatch.setattr(folding, "_FILES_AT_ONCE", 2)
    for _ in range(5):
        ledger.append([view(7)] * 25)
        ledger._writer.close()
    assert ledger.fold_now() == 125
    assert ledger.article_views(7) == 125
    assert not list(ledger.journal_dir.glob("*.log"))


def test_damage_in_the_middle_is_skipped_and_logged(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.append([view(7)] * 3)
    (path,) = ledger.journal_dir.glob("*.log")
    with path.open("r+b") as file:
        file.seek(RECORD_BYTES + 3)
        file.write(b"\xff\xff")
    with caplog.at_level(logging.ERROR, "newsapp.visits"):
        ledger.fold_now()
    assert ledger.article_views(7) == 2
    assert "skipped 1 damaged" in caplog.text


KILLED = """
import os, signal, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from sqlalchemy import Engine, event
from newsapp.visits.ledger import Ledger

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

url, directory, moment = sys.argv[1:]
ledger = Ledger(url, Path(directory), ZoneInfo("Asia/Ho_Chi_Minh"))
if moment == "sums":
    @event.listens_for(Engine, "after_cursor_execute")
    def after(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO article_day"):
            die()
elif moment == "commit":
    event.listen(Engine, "commit", die)
elif moment == "committed":
    Path.unlink = die
ledger.fold_now()
"""


def run_killed(url: str, ledger: Ledger, moment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(ledger.journal_dir), moment], timeout=30
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("moment", ["sums", "commit", "committed"])
def test_a_folder_killed_at_any_moment_doubles_and_loses_nothing(
    moment: str, ledger: Ledger, url: str
) -> None:
    ledger.article_views(7)  # the tables exist: the first commit is the fold's
    ledger.append([view(7)] * 5)
    ledger._writer.close()
    run_killed(url, ledger, moment)
    assert ledger.article_views(7) == (5 if moment == "committed" else 0)
    assert len(list(ledger.journal_dir.glob("*.log"))) == 1
    ledger.fold_now()
    assert ledger.article_views(7) == 5
    assert list(ledger.journal_dir.glob("*.log")) == []


def test_two_hosts_that_hold_the_same_journal_book_it_once(
    ledger: Ledger, url: str, tmp_path: Path
) -> None:
    """Many threads, two journal directories with the same journals, one database."""
    for _ in range(5):
        ledger.append([view(7)] * 400)
        ledger._writer.close()
    copy = tmp_path / "second host"
    shutil.copytree(ledger.journal_dir, copy / "journal")
    other = new_ledger(url, copy)
    start = threading.Barrier(2)
    troubles = []

    def fold(one: Ledger) -> None:
        start.wait()
        for _ in range(20):
            try:
                one.fold_now()
                return
            except LedgerUnavailableError as error:
                troubles.append(str(error))

    threads = [threading.Thread(target=fold, args=(one,)) for one in (ledger, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.article_views(7) == 2_000
    assert [*ledger.journal_dir.glob("*.log"), *other.journal_dir.glob("*.log")] == []
    other.close()


@pytest.mark.parametrize("booked_before", [0, 2], ids=["a new journal", "a known journal"])
def test_a_folder_that_read_before_another_committed_is_refused(
    booked_before: int, postgresql_url: str, tmp_path: Path
) -> None:
    """The second host has read offset and records when the first one commits."""
    ledger = new_ledger(postgresql_url, tmp_path / "first")
    other = new_ledger(postgresql_url, tmp_path / "second")
    for _ in range(booked_before):
        ledger.append([view(7)])
        ledger.fold_now()
    ledger.append([view(7)] * 3)
    shutil.copytree(ledger.journal_dir, other.journal_dir)
    (name,) = (path.stem for path in ledger.journal_dir.glob("*.log"))
    read = other._folder._steps

    def read_and_be_late(*args: Any) -> Any:
        steps = read(*args)
        ledger.fold_now()
        return steps

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(other._folder, "_steps", read_and_be_late)
        with pytest.raises(LedgerUnavailableError, match=name):
            other.fold_now()
    assert other.fold_now() == 0
    assert ledger.article_views(7) == 3 + booked_before
    for one in (ledger, other):
        one.close()


def test_a_deleted_database_heals_while_everybody_runs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'counters.db'}"
    ledgers = [new_ledger(url, tmp_path) for _ in range(3)]
    for ledger in ledgers:
        ledger.append([view(7)])
        ledger.fold_now()
        assert ledger.article_views(7) >= 1
    for round_ in range(5):
        (tmp_path / "counters.db").unlink()
        if round_ % 2:
            (tmp_path / "counters.db-wal").unlink(missing_ok=True)
            (tmp_path / "counters.db-shm").unlink(missing_ok=True)
        assert ledgers[2].article_views(99) == 0
        ledgers[0].append([view(8)])
        ledgers[1].fold_now()
        # the journals that live still hold everything: it is booked anew, once
        assert [ledger.article_views(7) for ledger in ledgers] == [3] * 3
        assert [ledger.article_views(8) for ledger in ledgers] == [round_ + 1] * 3
    with create_engine(url).connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        connection.engine.dispose()
    for ledger in ledgers:
        ledger.close()


def test_a_deleted_journal_directory_heals(ledger: Ledger) -> None:
    ledger.append([view(7)])
    ledger.fold_now()
    shutil.rmtree(ledger.journal_dir)
    ledger.fold_now()
    ledger.append([view(7)])
    assert ledger.fold_now() == 1
    assert ledger.article_views(7) == 2


def test_the_background_folds_within_two_seconds(ledger: Ledger) -> None:
    ledger.start()
    ledger.start()
    assert [t.name for t in threading.enumerate()].count("newsapp-visits") == 1
    ledger.append([view(7)])
    for _ in range(40):
        if ledger.article_views(7):
            break
        threading.Event().wait(0.05)
    assert ledger.article_views(7) == 1
    ledger.close()
    assert [t.name for t in threading.enumerate()].count("newsapp-visits") == 0


FORKED = """
import os, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from newsapp.visits.journal import Record
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import Hit

ledger = Ledger(sys.argv[1], Path(sys.argv[2]), ZoneInfo("Asia/Ho_Chi_Minh"))
record = Record(736434, 7, Hit(True, True, False))
ledger.append([record])
ledger.article_views(7)
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        for _ in range(50):
            ledger.append([record])
            ledger.article_views(7)
        os._exit(0)
    children.append(child)
ledger.append([record])
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
print(len(list(Path(sys.argv[2]).glob("*.log"))))
ledger.close()
"""


def test_each_forked_child_has_a_journal_of_its_own(ledger: Ledger, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED, url, str(ledger.journal_dir)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("4\n", "")
    ledger.fold_now()
    assert ledger.article_views(7) == 152


def test_the_parts_reconcile(ledger: Ledger) -> None:
    ledger.set_baseline(1)
    ledger.set_baseline(5_164_376)
    ledger.append([view(7), view(8)])
    ledger.fold_now()
    ledger.correct("site", None, -1, " counted a test ", "admin")
    ledger.correct("article", 7, 4, "moved from a double", "admin")
    ledger.correct("article", 9, -2, "a test", "admin")
    balance = ledger.reconcile()
    assert balance.site == Balance(5_164_376, 2, -1, 5_164_377)
    assert balance.articles == Balance(0, 2, 2, 4)
    assert balance.site.agrees
    assert balance.articles.agrees
    assert ledger.site_total() == balance.site.total
    assert ledger.article_views(7) == 5
    logged = ledger.corrections()
    assert [(entry.scope, entry.article_id, entry.amount) for entry in logged] == [
        ("article", 9, -2),
        ("article", 7, 4),
        ("site", None, -1),
    ]
    assert logged[-1].reason == "counted a test"
    assert abs((datetime.now(UTC) - logged[-1].at).total_seconds()) < 60


@pytest.mark.parametrize(
    ("scope", "article_id", "amount", "reason", "who"),
    [
        ("site", 7, 1, "r", "w"),
        ("article", None, 1, "r", "w"),
        ("site", None, 0, "r", "w"),
        ("site", None, 1, " ", "w"),
        ("site", None, 1, "r", ""),
    ],
)
def test_a_correction_without_its_reasons_is_refused(
    scope: Any, article_id: int | None, amount: int, reason: str, who: str, ledger: Ledger
) -> None:
    with pytest.raises(ValueError):
        ledger.correct(scope, article_id, amount, reason, who)
    assert ledger.corrections() == []


def test_a_negative_baseline_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError):
        ledger.set_baseline(-1)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO site_day VALUES ('2017-04-15', -1)",
        "INSERT INTO article_day VALUES (7, '2017-04-15', -1)",
        "INSERT INTO print_day VALUES (7, '2017-04-15', -1)",
        "INSERT INTO excluded_day VALUES ('2017-04-15', 'bot', -1)",
        "INSERT INTO baseline VALUES ('site', -1)",
        "INSERT INTO baseline VALUES ('article', 1)",
    ],
)
def test_the_database_guards_what_must_be_true(statement: str, ledger: Ledger, url: str) -> None:
    ledger.site_total()
    engine = create_engine(url)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_naive_time_is_refused(ledger: Ledger, url: str) -> None:
    ledger.site_total()
    engine = create_engine(url)
    row = {"scope": "site", "amount": 1, "reason": "r", "who": "w", "at": datetime(2017, 4, 15)}  # noqa: DTZ001 - refused for want of a zone
    with pytest.raises(StatementError), engine.begin() as connection:
        connection.execute(tables.correction.insert(), row)
    engine.dispose()


def test_the_disk_s_refusal_is_retried(ledger: Ledger) -> None:
    """A file stands where the directory should be; later it is gone."""
    ledger.journal_dir.parent.mkdir(exist_ok=True)
    ledger.journal_dir.write_text("in the way")
    ledger.append([view(7)] * 3)
    with pytest.raises(LedgerUnavailableError):
        ledger.fold_now()
    ledger.journal_dir.unlink()
    assert ledger.fold_now() == 3
    assert ledger.article_views(7) == 3
