"""The flood limit: exact across processes, silent about who came."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsapp.visits.flood import Flood, network
from newsapp.visits.ledger import Ledger
from tests.visits.visiting import EVER, KEY, Browser, Clock, site_behind_counter


@pytest.fixture
def flood(tmp_path: Path, clock: Clock) -> Callable[[int], Flood]:
    return lambda limit: Flood(limit, tmp_path / "flood", KEY, clock)


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("203.0.113.5", "203.0.113.250", "203.0.114.5"),
        ("2001:db8:1:2::5", "2001:db8:1:ffff::1", "2001:db8:2:2::5"),
        ("::ffff:203.0.113.5", "203.0.113.9", "::ffff:203.0.112.5"),
        ("fe80::1%eth0", "fe80::2", "2001:db8::1"),
        ("", "unix:", "127.0.0.1"),
    ],
)
def test_networks(address: str, same: str, other: str) -> None:
    assert network(address) == network(same)
    assert network(address) != network(other)


@given(st.text(max_size=60))
def test_no_address_is_an_error(address: str) -> None:
    assert len(network(address)) in (0, 3, 6)


def test_each_network_has_its_share_of_each_minute(
    flood: Callable[[int], Flood], clock: Clock
) -> None:
    gate = flood(3)
    assert [gate.admits("203.0.113.5") for _ in range(5)] == [True] * 3 + [False] * 2
    assert gate.admits("203.0.113.77") is False
    assert gate.admits("198.51.100.5") is True
    clock.now += 60
    assert [gate.admits("203.0.113.5") for _ in range(4)] == [True] * 3 + [False]
    gate.close()


def test_no_limit(flood: Callable[[int], Flood], tmp_path: Path) -> None:
    gate = flood(0)
    assert all(gate.admits("203.0.113.5") for _ in range(500))
    assert not (tmp_path / "flood").exists()


COUNTING = """
import sys
from pathlib import Path
from threading import Thread
from newsapp.visits.flood import Flood
flood = Flood(1000, Path(sys.argv[1]), "key of the site", lambda: 1_492_225_200.0)
sys.stdin.readline()
admitted = []
def run():
    admitted.append(sum(flood.admits("203.0.113.5") for _ in range(400)))
threads = [Thread(target=run) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(sum(admitted))
"""


def test_the_limit_is_exact_over_three_processes(tmp_path: Path) -> None:
    """Six threads in three processes ask 2,400 times; 1,000 are let through."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING, str(tmp_path / "flood")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = []
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        answers.append(int(process.communicate(timeout=60)[0]))
    assert sum(answers) == 1000
    assert (tmp_path / "flood").stat().st_size == 65_536 * 8


def test_the_file_says_nothing_about_anybody(flood: Callable[[int], Flood], tmp_path: Path) -> None:
    gate = flood(100)
    for last in range(50):
        gate.admits(f"203.0.113.{last}")
    gate.close()
    data = (tmp_path / "flood").read_bytes()
    assert len(data) - data.count(0) <= 8  # one slot: a minute and a count
    assert bytes([203, 0, 113]) not in data


def test_the_next_minute_uses_another_slot(
    flood: Callable[[int], Flood], tmp_path: Path, clock: Clock
) -> None:
    gate = flood(100)
    used = set()
    for _ in range(3):
        gate.admits("203.0.113.5")
        clock.now += 60
    gate.close()
    data = (tmp_path / "flood").read_bytes()
    used = {start for start in range(0, len(data), 8) if any(data[start : start + 8])}
    assert len(used) == 3


def test_without_its_file_each_process_counts_for_itself(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "in the way").write_text("")
    gate = Flood(2, tmp_path / "in the way" / "flood", KEY, clock)
    assert [gate.admits("203.0.113.5") for _ in range(3)] == [True, True, False]
    clock.now += 60
    assert gate.admits("203.0.113.5")


def test_a_deleted_or_cut_file_is_made_anew(flood: Callable[[int], Flood], tmp_path: Path) -> None:
    gate, other = flood(2), flood(2)
    assert gate.admits("203.0.113.5")
    (tmp_path / "flood").unlink()
    assert [gate.admits("203.0.113.5"), other.admits("203.0.113.5")] == [True, True]
    assert [gate.admits("203.0.113.5"), other.admits("203.0.113.5")] == [False, False]
    with (tmp_path / "flood").open("r+b") as file:
        file.truncate(0)
    assert gate.admits("203.0.113.5")
    gate.close()
    other.close()


HOLDING = """
import fcntl, sys, time
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_a_process_that_sleeps_on_the_lock_delays_nobody(
    flood: Callable[[int], Flood], tmp_path: Path
) -> None:
    gate = flood(2)
    assert gate.admits("203.0.113.5")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path / "flood")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        begun = time.perf_counter()
        assert gate.admits("203.0.113.5")
        assert time.perf_counter() - begun < 0.3
    finally:
        holder.kill()
        holder.communicate()
        gate.close()


def test_a_flooded_browser_is_tallied_and_counted_a_minute_later(
    ledger: Ledger, clock: Clock
) -> None:
    counter = site_behind_counter(ledger, clock, flood_limit=2)
    crowd = [Browser(counter, clock, address=f"203.0.113.{n}") for n in range(3)]
    answers = [person.get("/tin/7") for person in crowd]
    assert [got.header("Set-Cookie") is not None for got in answers] == [True, True, False]
    assert {got.status for got in answers} == {"200 OK"}
    for person in crowd:  # those who were counted have a cookie and are no new browsers
        person.get("/tin/8")
    ledger.fold_now()
    assert ledger.views_between(*EVER) == {7: 2, 8: 2}
    assert ledger.excluded(*EVER) == {"flood": 2}
    clock.now += 60
    crowd[2].get("/tin/7")
    ledger.fold_now()
    assert ledger.views_between(*EVER) == {7: 3, 8: 2}
    assert ledger.site_total() == 3
    counter.close()


def test_a_forged_cookie_does_not_pass_the_flood_limit(ledger: Ledger, clock: Clock) -> None:
    counter = site_behind_counter(ledger, clock, flood_limit=2)
    for number in range(5):
        Browser(counter, clock, cookie=f"newsapp_visit=mws{number}", dropped_at=9e9).get("/tin/7")
    ledger.fold_now()
    assert (ledger.site_total(), ledger.excluded(*EVER)) == (2, {"flood": 3})
    counter.close()


def test_bots_use_up_nobody_s_share(ledger: Ledger, clock: Clock) -> None:
    counter = site_behind_counter(ledger, clock, flood_limit=1)
    for _ in range(5):
        Browser(counter, clock, agent="curl/8.5.0").get("/tin/7")
    Browser(counter, clock).get("/tin/7")
    ledger.fold_now()
    assert (ledger.site_total(), ledger.excluded(*EVER)) == (1, {"bot": 5})
    counter.close()
