"""The whole site as an operator runs it: an old page imported, read, counted, killed."""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import runpy
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live import FIREFOX, ROOT, Server, serve
from tests.pages import check, text_of

OLD_PAGE = Path(__file__).parent / "transfer" / "portal_text" / "ordinary.txt"
SEED = Path(__file__).resolve().parents[2] / "shared" / "seed" / "000_3c9ddeb8306a5b7b.txt"
CLIENTS, READS = 8, 250


def new_reader() -> Callable[[str], str]:
    """A browser that keeps its cookies; gives the text of a page."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    opener.addheaders = [("User-Agent", FIREFOX)]

    def read(address: str) -> str:
        with opener.open(address, timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    return read


def figures(html: str) -> tuple[str, str]:
    """The article's views and the site's visits as a reader sees them."""
    text = text_of(check(html))
    views = re.search(r"Số lượt người xem: ([\d.]+)", text)
    tiles = re.search(r"((?:<b>\d</b>\s*){7,})", html)
    assert views
    assert tiles
    return views[1], re.sub(r"\D", "", tiles[1])


@pytest.mark.skipif(not SEED.exists(), reason="the seed page lies beside the checkout only")
def test_the_seed_page_comes_back_to_life(tmp_path: Path) -> None:
    with serve(tmp_path) as site:
        said = site.newsapp("import", "text", "--site-counter", str(SEED))
        assert "imported as article 1" in said
        assert "already here" in site.newsapp("import", "text", str(SEED))
        head = urllib.request.Request(f"{site.address}/tin/1", headers={"User-Agent": "curl/8"})
        with urllib.request.urlopen(head) as answer:
            first, address = answer.read().decode(), answer.url
        assert figures(first) == ("786", "5164377")
        text = text_of(check(first))
        place = 0
        for label in (
            "Tin tức về cải cách Thủ tục hành chính Thứ Bảy, 15/04/2017, 10:00",
            "Thành phố Bạc Liêu: Tiếp tục tăng cường",
            "Trong năm qua, bên cạnh những kết quả",
            "36/KH-UBND",
            "đúng thời gian quy định.",
            "Mị Nương",
            "Số lượt người xem: 786",
            "Bản in",
            "Quay lại",
            "TIN MỚI HƠN",
            "TIN ĐÃ ĐƯA",
            "Xem tiếp",
            "Xem theo ngày",
            "Liên kết",
            "Hình ảnh",
            "Lưu trữ",
            "Lưu trữ (Lịch)",
        ):
            found = text.find(label, place)
            assert found >= 0, f"{label!r} is missing or out of order"
            place = found + (len(label) if label != "Lưu trữ" else 0)
        body = sqlite3.connect(tmp_path / "site.db").execute("SELECT body FROM article").fetchone()
        assert "\u00a0" not in body[0]
        assert "&nbsp;" not in body[0]
        for furniture in ("Số lượt", "Bản in", "TIN ", "Lưu trữ", "Xem t"):
            assert furniture not in body[0]
        read = new_reader()
        for _ in range(5):
            read(address)
        until = time.monotonic() + 15
        while figures(read(address)) != ("787", "5164378") and time.monotonic() < until:
            time.sleep(0.5)
        time.sleep(1)  # each process asks for the figures once a second
        assert figures(read(address)) == ("787", "5164378")
        assert "Tiếp tục tăng cường" in read(f"{site.address}/luu-tru/2017/04/15")


def read_often(site: Server, path: str, kill_at: int, done: list[int], cut: list[int]) -> None:
    """``READS`` pages without cookies; each is a new reader. A cut request is read again."""
    connection = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)
    for _ in range(READS):
        while True:
            try:
                connection.request("GET", path, headers={"User-Agent": FIREFOX})
                answer = connection.getresponse()
                answer.read()
                break
            except (OSError, http.client.HTTPException):
                cut.append(1)
                connection.close()
                time.sleep(0.02)
        assert answer.status == 200
        done.append(1)
        if len(done) == kill_at:
            site.kill_worker()
    connection.close()


def test_counts_are_exact_when_a_worker_is_killed(tmp_path: Path) -> None:
    done: list[int] = []
    cut: list[int] = []
    with serve(tmp_path, NEWSAPP_FLOOD_LIMIT="0") as site:
        site.newsapp("import", "text", str(OLD_PAGE))
        with urllib.request.urlopen(
            urllib.request.Request(f"{site.address}/tin/1", headers={"User-Agent": "curl/8"})
        ) as answer:
            path = answer.url.removeprefix(site.address)
        clients = [
            threading.Thread(target=read_often, args=(site, path, CLIENTS * READS // 2, done, cut))
            for _ in range(CLIENTS)
        ]
        before = site.workers()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        assert site.workers() != before, "no worker was killed"
        time.sleep(5)
    counters = sqlite3.connect(tmp_path / "counters.db")
    views = counters.execute("SELECT sum(views) FROM article_day WHERE article_id = 1").fetchone()[
        0
    ]
    visits = counters.execute("SELECT sum(visits) FROM site_day").fetchone()[0]
    print(f"\nacknowledged {len(done)}, cut {len(cut)}, views {views}, visits {visits}")
    assert len(done) == CLIENTS * READS
    # A request cut by the kill may have been counted before its answer was lost.
    assert len(done) <= views <= len(done) + len(cut)
    assert visits == views


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="nobody is kept on a core here")
def test_each_worker_has_a_core_of_its_own_and_its_successor_gets_it(tmp_path: Path) -> None:
    cores = sorted([core] for core in os.sched_getaffinity(0))
    with serve(tmp_path, WEB_CONCURRENCY=str(len(cores))) as site:
        assert spread(site, cores)
        for _ in range(4):
            killed = site.kill_worker()
            assert spread(site, cores, without=killed)


def test_a_reload_spreads_the_new_workers_and_a_refusal_stops_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hooks = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    asked: list[set[int]] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {2, 3, 5}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", lambda _pid, to: asked.append(to), raising=False)
    server = SimpleNamespace(num_workers=2, WORKERS={})

    def spawn(age: int) -> Any:
        worker = SimpleNamespace(age=age)
        hooks["pre_fork"](server, worker)
        hooks["post_fork"](server, worker)
        server.WORKERS[age] = worker
        return worker

    for start in range(1, 60, 2):
        # the old two are there until the new two are
        new = [spawn(start), spawn(start + 1)]
        server.WORKERS = {worker.age: worker for worker in new}
        assert len({worker.core for worker in new}) == 2
    assert asked[-1] == {new[-1].core}

    def refused(*_: object) -> None:
        raise PermissionError

    server.WORKERS = {1: SimpleNamespace(age=1)}  # of a configuration that knew of no cores
    monkeypatch.setattr(os, "sched_setaffinity", refused, raising=False)
    assert spawn(60).core in {2, 3, 5}
    monkeypatch.setattr(os, "sched_getaffinity", refused, raising=False)
    spawn(61)


def spread(site: Server, cores: list[list[int]], without: int = 0) -> bool:
    """Whether the workers come to have the cores, one each; ``without`` is one that is dying."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        workers = site.workers()
        with suppress(ProcessLookupError):
            has = sorted(sorted(os.sched_getaffinity(worker)) for worker in workers)
            if has == cores and without not in workers:
                return True
        time.sleep(0.05)
    return False
