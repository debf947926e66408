"""What bench.speed loads: the demo site, the baselines beside it, and how they take turns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from bench.serving import NGINX, Page, Run, Server, get, gunicorn, measure, nginx
from newsapp import create_app
from newsapp.clock import now as clock_now
from newsapp.config import ROOT, Config
from newsapp.extensions import db
from newsapp.models import Article, Section
from newsapp.visits.ledger import Ledger

PAGE_BYTES = 15_000

BARE, ROUTE, VIEW, NGINX_FILE = (
    "bare WSGI callable",
    "bare Flask route",
    "Flask view, four ORM queries",
    "nginx, static file",
)
ARTICLE = "article"
UNCOUNTED = "article, counting off"
COMPRESSED = "article, gzip"
UNCACHED = "article, uncached"
# The others nginx sets by itself.
NGINX_HEADERS = ("Set-Cookie", "Cache-Control", "Vary")


@dataclass(frozen=True)
class Lane:
    """One address of one server, loaded again and again."""

    name: str
    server: Server
    path: str
    gzip: bool = False


Results = dict[str, list[Run]]


@dataclass(frozen=True)
class Site:
    """The demo site on disk, and what is asked of it.

    ``page`` is the article's own as the site sent it, ``edited`` the id of another article.
    """

    folder: Path
    addresses: dict[str, str]
    edited: int
    page: Page
    gzip_bytes: int

    def variables(self, name: str, **more: str) -> dict[str, str]:
        """The environment of a site of its own with this content, so that none counts or books
        for another."""
        data_dir = self.folder / name
        if not data_dir.exists():
            shutil.copytree(self.folder / "demo", data_dir)
        return environment(data_dir) | more

    def baseline(self) -> dict[str, str]:
        """The environment of bench/baselines.py."""
        return {
            "BENCH_FOLDER": str(self.folder),
            "BENCH_DATABASE": str(self.folder / "demo" / "site.db"),
        }


def environment(data_dir: Path) -> dict[str, str]:
    """Every request counts as a new browser, however many come from one address."""
    return {
        "NEWSAPP_DATA_DIR": str(data_dir),
        "NEWSAPP_DATABASE_URL": "",
        "NEWSAPP_FLOOD_LIMIT": "0",
        "NEWSAPP_ADMIN_PASSWORD": "a password for benchmarks",
    }


def prepare(folder: Path) -> Site:
    """Make the demo site and capture the page that the baselines send."""
    variables = environment(folder / "demo")
    subprocess.run(
        [sys.executable, "-m", "newsapp", "init", "--demo"],
        env={**os.environ, **variables},
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    app = create_app(Config.from_environment(variables))
    with app.app_context():
        articles = db.session.execute(
            select(Article.id, Article.slug, Article.title, Article.published_at, Section.slug)
            .join(Section, Section.id == Article.section_id)
            .where(Article.visible(clock_now()))
            .order_by(Article.published_at.desc())
        ).all()
    with gunicorn("wsgi:app", "sync", variables) as server:
        sizes = [len(get(server, f"/tin/{row[0]}-{row[1]}").body) for row in articles]
        chosen = articles[min(range(len(sizes)), key=lambda at: abs(sizes[at] - PAGE_BYTES))]
        number, slug, title, published_at, section = chosen
        path = f"/tin/{number}-{slug}"
        page, compressed = get(server, path), get(server, path, gzip=True)
    day = (published_at or clock_now()).astimezone(Config.from_environment(variables).zone)
    (folder / "page.html").write_bytes(page.body)
    (folder / "headers.json").write_text(json.dumps(page.headers))
    return Site(
        folder,
        {
            ARTICLE: path,
            "home": "/",
            "section": f"/muc/{section}",
            "month": f"/luu-tru/{day:%Y/%m}",
            "search": f"/tim-kiem?q={quote(' '.join(title.split()[:2]))}",
        },
        next(row[0] for row in articles if row[0] != number),
        page,
        len(compressed.body),
    )


def start(
    site: Site, worker_class: str, stack: ExitStack, names: Collection[str] = ()
) -> list[Lane]:
    """Start the servers of all lanes, or of those that are named; the lanes."""
    baseline = site.baseline()
    path = site.addresses[ARTICLE]
    others = [(name, where) for name, where in site.addresses.items() if name != ARTICLE]
    cached = site.variables(f"{worker_class}-cached")
    uncounted = site.variables(f"{worker_class}-uncounted")
    uncached = site.variables(f"{worker_class}-uncached", NEWSAPP_PAGE_CACHE="0")
    # What is compared comes one after the other: a shared machine is faster now and slower then.
    servers: dict[str, tuple[str, dict[str, str], list[tuple[str, str]]]] = {
        BARE: ("bench.baselines:bare", baseline, []),
        ARTICLE: ("wsgi:app", cached, [(COMPRESSED, path), *others]),
        UNCOUNTED: ("bench.uncounted:app", uncounted, []),
        ROUTE: ("bench.baselines:route", baseline, []),
        VIEW: ("bench.baselines:view", baseline, []),
        UNCACHED: (
            "wsgi:app",
            uncached,
            [(f"{name}, uncached", where) for name, where in others],
        ),
    }
    lanes: list[Lane] = []
    for first, (app, variables, more) in servers.items():
        chosen = [pair for pair in ((first, path), *more) if not names or pair[0] in names]
        if chosen:
            server = stack.enter_context(gunicorn(app, worker_class, variables))
            lanes += [Lane(name, server, where, name == COMPRESSED) for name, where in chosen]
    if not names and Path(NGINX).exists():
        named = {name: value for name, value in site.page.headers if name in NGINX_HEADERS}
        lanes.append(Lane(NGINX_FILE, stack.enter_context(nginx(site.folder, named)), path))
    return sorted(lanes, key=lambda lane: lane.name not in servers)


def load(results: Results, lanes: Iterable[Lane], seconds: int, connections: int) -> None:
    """Load the lanes one after the other, and put what was seen to the results."""
    for lane in lanes:
        # wrk does not tell a redirect from a page.
        if (status := get(lane.server, lane.path, gzip=lane.gzip).status) != 200:
            raise RuntimeError(f"{lane.name}: {lane.path} answers {status}")
        run = measure(lane.server, lane.path, seconds, connections, gzip=lane.gzip)
        results.setdefault(lane.name, []).append(run)
        print(f"  {lane.name}: {run.rate:,.0f} requests/s", file=sys.stderr, flush=True)


def alternate(
    site: Site,
    worker_class: str,
    rounds: int,
    seconds: int,
    connections: int,
    names: Collection[str] = (),
) -> Results:
    """Load all lanes, or those that are named, round after round, each time with their servers anew:
    where the memory of a process happens to lie makes it faster or slower by some hundredths as
    long as it lives. Every other round goes backwards, so that no lane is always the first."""
    results: Results = {}
    for number in range(rounds):
        with ExitStack() as stack:
            lanes = start(site, worker_class, stack, names)
            order = reversed(lanes) if number % 2 else lanes
            load(results, order, seconds, connections)
    return results


@contextmanager
def editor(site: Site, variables: dict[str, str]) -> Iterator[list[str]]:
    """Somebody who saves an article every second; yields what will be the milliseconds of each."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.editor", str(site.edited)],
        env={**os.environ, **variables},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    saves: list[str] = []
    try:
        if process.stdout is None or not (first := process.stdout.readline()):
            raise RuntimeError("the editor saved nothing")
        saves.append(first)
        yield saves
    finally:
        process.terminate()
        said, _ = process.communicate()
        saves += said.splitlines()


def visits(variables: dict[str, str]) -> int:
    """How many visits a site has counted, all journals booked."""
    config = Config.from_environment(variables)
    ledger = Ledger(config.counters_url, config.journal_dir, config.zone)
    try:
        ledger.fold_now()
        return ledger.site_total()
    finally:
        ledger.close()
