"""Whether pages slow down as the archive grows: the same questions to sites of several sizes.

A site of N articles lies in the folder ``N`` of the given one, made by bench.search; what is
there already is used, and a link to a folder that ``bench.search --keep`` made will do. The pages
are asked for by Flask's test client, past the page cache, in turns: some of each size, then again.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from flask import Flask
from sqlalchemy import func, select

from bench import search
from bench.corpus import Corpus
from bench.goals import Goal, at_most
from bench.serving import gunicorn, measure
from newsapp.extensions import db
from newsapp.models import Article, Section
from newsapp.pages import ledger
from tests.live import FIREFOX

ADDRESSES = 40
LOAD_SECONDS = 2
# A small site is younger, so that a month's page has its fifty entries at every size.
MONTH_MIN = 60
PAGES = ("article", "section", "month", "home", "search")
# What must not grow; the other pages are shown beside them.
BOUNDED = ("article", "section", "month")
MEGABYTE = 1_000_000


@dataclass
class Grown:
    """A site of one size: its addresses by kind of page, the milliseconds of each answer."""

    articles: int
    app: Flask
    variables: dict[str, str]
    addresses: dict[str, list[str]]
    times: dict[str, list[float]] = field(default_factory=lambda: {page: [] for page in PAGES})
    worker_bytes: float = 0

    def median(self, page: str) -> float:
        return median(self.times[page])

    def p95(self, page: str) -> float:
        taken = sorted(self.times[page])
        return taken[len(taken) * 95 // 100]


def grow(number: int, distinct: int, keep: Path) -> Grown:
    """The site of ``number`` articles, made if it is not there."""
    folder = keep / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    corpus = Corpus()
    with search.application(folder, "") as app:
        years = min(search.YEARS, number / MONTH_MIN / 12)
        search.fill(number, min(distinct, number), corpus, years)
        return Grown(number, app, search.environment(folder, ""), addresses(corpus))


def addresses(corpus: Corpus) -> dict[str, list[str]]:
    """Addresses of each kind, all over the archive."""
    chosen = random.Random(7)  # noqa: S311 - no secret is made of it
    newest = int(db.session.scalar(select(func.max(Article.id))) or 0)
    rows = db.session.execute(
        select(Article.id, Article.slug, Article.published_at).where(
            Article.id.in_(chosen.sample(range(1, newest + 1), min(newest, ADDRESSES)))
        )
    ).all()
    sections = db.session.scalars(select(Section.slug)).all()
    return {
        "article": [f"/tin/{number}-{slug}" for number, slug, _ in rows],
        "section": [f"/muc/{chosen.choice(sections)}" for _ in range(ADDRESSES)],
        "month": [f"/luu-tru/{at:%Y/%m}" for *_, at in rows],
        "home": ["/"] * ADDRESSES,
        "search": [f"/tim-kiem?q={quote(chosen.choice(corpus.common))}" for _ in range(ADDRESSES)],
    }


def ask(site: Grown) -> Iterator[tuple[str, float]]:
    """Every address once: the kind of page and its milliseconds. Raises RuntimeError when one is
    not answered with a page."""
    client = site.app.test_client(use_cookies=False)
    for page, paths in site.addresses.items():
        for path in paths:
            begun = time.perf_counter()
            answer = client.get(path, headers={"User-Agent": FIREFOX})
            taken = time.perf_counter() - begun
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answers {answer.status}")
            yield page, taken * 1000


def weigh(site: Grown, worker_class: str) -> float:
    """Bytes (PSS) of a worker that has been asked for every kind of page."""
    with gunicorn("wsgi:app", worker_class, site.variables) as server:
        for paths in site.addresses.values():
            measure(server, paths[0], LOAD_SECONDS, 8)
        return mean(server.pss()[1:])


def report(
    sizes: list[int], distinct: int, keep: Path, rounds: int, worker_class: str
) -> list[str]:
    """The table and the goals, as lines of Markdown."""
    sites = [grow(number, distinct, keep) for number in sorted(sizes)]
    for site in sites:
        for _ in ask(site):  # warms the file cache, the templates and SQLAlchemy's statements
            pass
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        for site in sites:
            for page, taken in ask(site):
                site.times[page].append(taken)
            gc.collect()
    gc.enable()
    for site in sites:
        with site.app.app_context():
            ledger().close()
            db.engine.dispose()
        site.worker_bytes = weigh(site, worker_class)
    return [*table(sites), "", *Goal.table(goals(sites[0], sites[-1])), ""]


def table(sites: list[Grown]) -> list[str]:
    lines = [
        "Uncached pages, milliseconds, median / p95; a worker's memory (PSS) in MB.",
        "",
        f"| articles | {' | '.join(PAGES)} | worker |",
        f"|---|{'---|' * len(PAGES)}---|",
    ]
    for site in sites:
        times = " | ".join(f"{site.median(page):.1f} / {site.p95(page):.1f}" for page in PAGES)
        lines.append(f"| {site.articles:,} | {times} | {site.worker_bytes / MEGABYTE:.1f} |")
    return lines


def goals(first: Grown, last: Grown) -> list[Goal]:
    sizes = f"{first.articles:,} → {last.articles:,} articles"
    return [
        *(
            at_most(f"{page}, {sizes}", last.median(page) / first.median(page), 1.25, unit=" ×")
            for page in BOUNDED
        ),
        at_most(f"worker, {sizes}", last.worker_bytes / first.worker_bytes, 1.1, unit=" ×"),
    ]
