"""How fast search answers, how large its index is, what a save costs.

    python -m bench.search --articles 100000 [--database postgresql+psycopg://…] [--keep DIR]

Fills a new database with articles of bench/corpus.py and times the questions of ``questions()``,
each of them many times with other words. SQLite unless another (empty) database is named. ``--keep``
leaves the database there, and uses what it finds there.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

from flask import Flask
from sqlalchemy import func, insert, select, text

from bench.corpus import Corpus, Made
from newsapp import create_app
from newsapp.config import Config
from newsapp.extensions import db
from newsapp.models import Article, SearchEntry, Section, State
from newsapp.publishing import articles
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.search import index, queries, terms
from newsapp.search.engine import TABLE, Bounds
from newsapp.search.query import parse
from newsapp.text.vietnamese import fold
from newsapp.upgrading import create_or_upgrade
from tests.search.hostile import HOSTILE

SECTIONS = 8
YEARS = 12
BATCH = 500
REPEATS = 40
SAVES = 60
# A row of search_entry and its places in two indexes, which SQLite does not weigh apart.
ENTRY_BYTES = 110


def environment(data_dir: Path, database: str) -> dict[str, str]:
    """Where the site is; its pages are made anew each time, and every reader counts."""
    return {
        "NEWSAPP_DATA_DIR": str(data_dir),
        "NEWSAPP_DATABASE_URL": database or f"sqlite:///{data_dir / 'site.db'}",
        "NEWSAPP_SECRET_KEY": "a secret key for benchmarks only",
        "NEWSAPP_PAGE_CACHE": "0",
        "NEWSAPP_FLOOD_LIMIT": "0",
    }


@contextmanager
def application(data_dir: Path, database: str) -> Iterator[Flask]:
    app = create_app(Config.from_environment(environment(data_dir, database)))
    with app.app_context():
        create_or_upgrade(app, data_dir)
        yield app


def fill(number: int, distinct: int, corpus: Corpus, years: float = YEARS) -> None:
    """Make sections and articles, oldest first, evenly over so many years up to now.

    The first ``distinct`` articles go through the index as a save does; the rest have their texts
    over again and are written in bulk, which is what makes a million possible in an hour.
    """
    if not db.session.scalar(select(Section.id).limit(1)):
        db.session.add_all(
            Section(slug=f"muc-{n}", name=f"Mục {n}", description="", position=n)
            for n in range(SECTIONS)
        )
        db.session.commit()
    there = int(db.session.scalar(select(func.count()).select_from(Article)) or 0)
    begun = time.monotonic()
    # A fill that was broken off goes on with such texts as it began with.
    again = min(there, distinct) if there < number and number > distinct else 0
    texts: list[Made] = [corpus.article() for _ in range(again)]
    for first in range(there, number, BATCH):
        places = range(first, min(first + BATCH, number))
        new = first < distinct
        made = [corpus.article() if new else texts[place % len(texts)] for place in places]
        if new and number > distinct:
            texts += made
        apart = timedelta(days=365 * years) / number
        times = [datetime.now(UTC) - apart * (number - place) for place in places]
        write(places, made, times, corpus, plainly=not new)
        if places[-1] % 10_000 == 9_999:
            print(f"  {places[-1] + 1:,} articles, {time.monotonic() - begun:.0f} s", flush=True)
    index.tidy()


def write(
    places: range, made: list[Made], times: list[datetime], corpus: Corpus, *, plainly: bool
) -> None:
    """Write one batch of articles and their place in the index; commits."""
    sections = list(db.session.scalars(select(Section.id).order_by(Section.id)))
    rows = []
    for place, text_, at in zip(places, made, times, strict=True):
        rows.append(
            {
                "section_id": corpus.random.choice(sections),
                "title": text_.title,
                "slug": f"tin-{place}",
                "lead": text_.lead,
                "body": text_.body,
                "body_text": text_.text,
                "state": State.PUBLISHED,
                "published_at": at,
                "created_at": at,
                "updated_at": at,
            }
        )
    ids = list(
        db.session.scalars(
            insert(Article).returning(Article.id, sort_by_parameter_order=True), rows
        )
    )
    if not plainly:
        for article in db.session.scalars(select(Article).where(Article.id.in_(ids))):
            index.put(article)
    else:
        connection = db.session.connection()
        engine = index.engine_of(connection)
        indexed = [known_terms(text_) for text_ in made]
        entries = [
            {
                "article_id": article_id,
                "section_id": row["section_id"],
                "published_at": row["published_at"],
                "digest": terms.digest(found),
            }
            for article_id, row, found in zip(ids, rows, indexed, strict=True)
        ]
        numbers = db.session.scalars(
            insert(SearchEntry).returning(SearchEntry.id, sort_by_parameter_order=True), entries
        )
        for entry_id, found in zip(list(numbers), indexed, strict=True):
            engine.write(connection, TABLE, entry_id, found)
    db.session.commit()
    db.session.expunge_all()


@cache
def known_terms(made: Made) -> frozenset[str]:
    return terms.of_article(made.title, made.lead, made.text).terms


def sizes() -> tuple[int, int]:
    """Bytes of the articles' text, and of the index with all that belongs to it."""
    length = func.octet_length if db.engine.dialect.name == "postgresql" else func.length
    columns = (Article.title, Article.lead, Article.body_text)
    if db.engine.dialect.name == "postgresql":
        words = sum(int(db.session.scalar(select(func.sum(length(c)))) or 0) for c in columns)
        kept = db.session.scalar(
            text(
                "SELECT pg_total_relation_size('search_terms')"
                " + pg_total_relation_size('search_entry')"
                " + pg_total_relation_size('search_word')"
            )
        )
        return words, int(kept or 0)
    words = sum(
        int(db.session.scalar(text(f"SELECT sum(length(CAST({c.key} AS BLOB))) FROM article")) or 0)  # noqa: S608 - names of columns
        for c in columns
    )
    blocks = db.session.scalar(text("SELECT sum(length(block)) FROM search_terms_data"))
    entries = db.session.scalar(select(func.count()).select_from(SearchEntry))
    return words, int(blocks or 0) + int(entries or 0) * ENTRY_BYTES


def questions(corpus: Corpus, once: list[str]) -> dict[str, Callable[[], object]]:
    """Name and deed of what is timed; each call asks for something else. ``once`` are titles that
    one article has."""
    chosen = random.Random(7)  # noqa: S311 - no secret is made of it
    now = datetime.now(UTC)
    everywhere = Bounds(now)
    ids = list(
        db.session.scalars(select(SearchEntry.article_id).order_by(func.random()).limit(400))
    )
    texts = [
        (row.title, row.body_text)
        for row in db.session.execute(
            select(Article.title, Article.body_text).where(Article.id.in_(ids))
        )
    ]
    sections = list(db.session.scalars(select(Section.id)))

    def ask(typed: str, bounds: Bounds = everywhere, page: int = 1) -> object:
        return queries.search(parse(typed), bounds, page)

    def common() -> str:
        return chosen.choice(corpus.common)

    def words(count: int) -> str:
        row = chosen.choice(texts)[1].split()
        start = chosen.randrange(len(row) - count)
        return " ".join(row[start : start + count]).strip(".")

    def year() -> Bounds:
        back = timedelta(days=365 * chosen.randint(1, YEARS - 1))
        return replace(
            everywhere,
            first=now - back,
            last=now - back + timedelta(days=365),
            sections=(chosen.choice(sections),),
        )

    def rare() -> str:
        return f"{chosen.choice(('xyz', 'qwert', 'covid', 'fpt'))}{chosen.randint(1, 999)}"

    return {
        "common word": lambda: ask(f"{common()} "),
        "common word, no marks": lambda: ask(f"{fold(common())} "),
        "two common words": lambda: ask(f"{common()} {common()} "),
        "phrase": lambda: ask(f'"{words(2)}"'),
        "phrase of four": lambda: ask(f'"{words(4)}"'),
        "four words": lambda: ask(f"{words(4)} "),
        "a title": lambda: ask(f"{chosen.choice(texts)[0]} "),
        "a title that is there once": lambda: ask(f"{chosen.choice(once)} "),
        "rare word": lambda: ask(f"{rare()} "),
        "section and year": lambda: ask(f"{common()} ", year()),
        "deep page": lambda: ask(f"{common()} ", page=50),
        "beginning of a word": lambda: ask(f"{words(1)} {common()[:3]}zz"[:-2]),
        "related articles": lambda: queries.related(0, chosen.choice(texts)[0], 1, now),
    }


def timed(deed: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each call, shortest first."""
    taken = []
    gc.disable()
    for _ in range(times):
        begun = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - begun) * 1000)
        db.session.rollback()
    gc.enable()
    return sorted(taken)


def saves(corpus: Corpus) -> tuple[float, float, list[str]]:
    """Median milliseconds of creating an article with the index and without it, in turns; and the
    titles of those in the index, which lie all over the years."""
    section_id = db.session.scalar(select(Section.id).limit(1))
    # A site that was kept has what the corpus begins with.
    corpus.random.seed(int(db.session.scalar(select(func.max(Article.id))) or 0))
    with_index: list[float] = []
    without: list[float] = []
    titles: list[str] = []

    def create() -> float:
        made = corpus.article()
        titles.append(made.title)
        content = Content(made.title, made.lead, made.body, section_id=section_id)
        at = datetime.now(UTC) - timedelta(days=365 * YEARS * corpus.random.random())
        begun = time.perf_counter()
        articles.create(content, by=COMMAND_LINE, step=Step.PUBLISH, publish_at=at)
        return (time.perf_counter() - begun) * 1000

    for _ in range(SAVES):
        with_index.append(create())
        with patch.object(index, "put"):
            without.append(create())
    return sorted(with_index)[SAVES // 2], sorted(without)[SAVES // 2], titles[::2]


def storm(app: Flask, corpus: Corpus) -> None:
    """Ten thousand random and two hundred hostile searches by the page itself: the slowest, and
    how many were answered with anything but the page."""
    chosen = corpus.random
    signs = [*"\"'*-/.:()%_\\&|!^~<>", "\x00", "\u0301", "đ", "ạ", "中", "🙂", "İ"]

    def typed() -> str:
        row = chosen.choices(corpus.words, k=chosen.randint(1, 14))
        if chosen.random() < 0.5:
            row = [fold(word) for word in row]
        for _ in range(chosen.randint(0, 4)):
            row.insert(chosen.randint(0, len(row)), chosen.choice(signs))
        return chosen.choice(("", " ")).join(row) if chosen.random() < 0.2 else " ".join(row)

    client = app.test_client()
    browser = {"User-Agent": "Mozilla/5.0 Firefox/140.0"}
    taken: list[tuple[float, str]] = []
    odd = 0
    for text_ in (*HOSTILE, *(typed() for _ in range(10_000))):
        begun = time.perf_counter()
        answer = client.get("/tim-kiem", query_string={"q": text_}, headers=browser)
        taken.append((time.perf_counter() - begun, text_))
        odd += answer.status_code != 200
        db.session.remove()
    taken.sort()
    slowest, asked = taken[-1]
    print(
        f"{len(taken):,} random and hostile searches: {odd} not answered with the page, slowest"
        f" {slowest * 1000:.0f} ms ({asked!r}), p99 {taken[len(taken) * 99 // 100][0] * 1000:.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--distinct", type=int, default=0, help="how many have texts of their own")
    parser.add_argument("--database", default="")
    parser.add_argument("--storm", action="store_true", help="ask 10,000 random questions too")
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = chosen.keep or Path(folder)
        data_dir.mkdir(parents=True, exist_ok=True)
        with application(data_dir, chosen.database) as app:
            corpus = Corpus()
            fill(chosen.articles, chosen.distinct or chosen.articles, corpus)
            if db.engine.dialect.name == "postgresql":
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
                    raw.execute(text("VACUUM ANALYZE"))
            indexed, plain, once = saves(corpus)
            words, kept = sizes()
            print("| | p50 ms | p95 ms | max ms |\n|---|---|---|---|")
            for name, deed in questions(corpus, once).items():
                deed()
                taken = timed(deed, REPEATS)
                print(
                    f"| {name} | {taken[len(taken) // 2]:.1f} | {taken[len(taken) * 95 // 100]:.1f}"
                    f" | {taken[-1]:.1f} |",
                    flush=True,
                )
            print(f"text {words:,} bytes, index {kept:,} bytes: {kept / words:.0%}")
            if chosen.storm:
                storm(app, corpus)
            print(f"a save: {indexed:.1f} ms, without the index {plain:.1f} ms")


if __name__ == "__main__":
    main()
