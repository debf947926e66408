"""The index of published articles: kept with each save, rebuilt, checked.

An article is in the index while its state is *published*, be its time still to come; whoever asks
says up to which moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from newsapp.extensions import db
from newsapp.models import Article, SearchEntry, SearchWord, State
from newsapp.search import terms
from newsapp.search.engine import NEW_TABLE, TABLE, Bounds, Engine, Searcher
from newsapp.search.postgresql import PostgreSQL
from newsapp.search.sqlite import SQLite
from newsapp.visits.store import insert_for

BATCH = 200


@dataclass(frozen=True)
class Finding:
    """Where index and articles disagree: ``problem`` is ``missing``, ``superfluous``,
    ``outdated`` (text, time or section) or ``unfindable``."""

    article_id: int
    problem: str


def engine_of(connection: Connection) -> Engine:
    """The engine for the connection's database."""
    return PostgreSQL() if connection.dialect.name == "postgresql" else SQLite()


def searcher(bounds: Bounds) -> Searcher:
    """What answers questions to the index within ``bounds``."""
    connection = db.session.connection()
    return engine_of(connection).search(connection, bounds)


def put(article: Article) -> None:
    """Bring the index up to date with an article, within the running transaction.

    To be called after the flush of whatever changed it.
    """
    if article.state is not State.PUBLISHED or article.deleted_at is not None:
        remove(article.id)
        return
    connection = db.session.connection()
    found = terms.of_article(article.title, article.lead, article.body_text)
    digest = terms.digest(found.terms)
    columns = {"section_id": article.section_id, "published_at": article.published_at}
    same_words = (SearchEntry.article_id == article.id) & (SearchEntry.digest == digest)
    if connection.execute(update(SearchEntry).where(same_words).values(columns)).rowcount:
        return
    remove(article.id)
    entry_id = connection.execute(
        insert(SearchEntry)
        .values(article_id=article.id, digest=digest, **columns)
        .returning(SearchEntry.id)
    ).scalar_one()
    engine = engine_of(connection)
    engine.write(connection, TABLE, entry_id, found.terms)
    if engine.is_rebuilding(connection):
        engine.write(connection, NEW_TABLE, entry_id, found.terms)
    engine.settle(connection)
    _learn(connection, found.title_words)


def remove(article_id: int) -> None:
    """Take an article out of the index, within the running transaction."""
    connection = db.session.connection()
    connection.execute(delete(SearchEntry).where(SearchEntry.article_id == article_id))


def move(section_id: int, to_section_id: int) -> None:
    """All of a section's articles have gone to another one; within the running transaction."""
    db.session.connection().execute(
        update(SearchEntry)
        .where(SearchEntry.section_id == section_id)
        .values(section_id=to_section_id)
    )


def _learn(connection: Connection, title_words: dict[str, str]) -> None:
    """Note the words of a title that are new."""
    there = select(SearchWord.written).where(SearchWord.written.in_(title_words))
    known = set(connection.scalars(there))
    rows = [
        {"written": written, "folded": folded}
        # In one order everywhere: two savers must not lock each other out.
        for written, folded in sorted(title_words.items())
        if written not in known
    ]
    if rows:
        new = insert_for(connection)(SearchWord)
        connection.execute(new.on_conflict_do_nothing(), rows)


def rebuild() -> Iterator[tuple[int, int]]:
    """Make the index anew while the site serves and people save; yields (done, of how many).

    It commits as it goes. Raises SQLAlchemyError; the old index stays in use then, and another
    rebuild begins afresh.
    """
    connection = db.session.connection()
    engine = engine_of(connection)
    engine.drop(connection, NEW_TABLE)
    engine.create(connection, NEW_TABLE)
    db.session.commit()
    yield from catch_up()
    total = int(db.session.scalar(select(func.count()).select_from(SearchEntry)) or 0)
    done, after = 0, 0
    while batch := engine.missing(db.session.connection(), NEW_TABLE, after, BATCH):
        _fill(batch)
        db.session.commit()
        done, after = done + len(batch), batch[-1]
        yield min(done, total), total
    tidy(NEW_TABLE)
    connection = db.session.connection()
    engine.lock(connection)
    _fill(engine.missing(connection, NEW_TABLE, 0, 2**31 - 1))
    engine.drop(connection, TABLE)
    engine.rename(connection)
    db.session.commit()
    yield total, total


def catch_up() -> Iterator[tuple[int, int]]:
    """Bring in published articles that the index lacks, and take out what is no such article;
    yields (done, of how many), commits as it goes."""
    behind = list(_differences())
    for done, finding in enumerate(behind, 1):
        article = db.session.get(Article, finding.article_id)
        if article is not None:
            put(article)
        if done % BATCH == 0 or done == len(behind):
            db.session.commit()
            db.session.expunge_all()
            yield done, len(behind)
    if len(behind) >= BATCH:
        tidy()


def tidy(table: str = TABLE) -> None:
    """Put together what many saves have left in pieces, which makes the index faster to ask while
    others read and save; commits as it goes."""
    engine = engine_of(db.session.connection())
    anew = True
    while engine.merge(db.session.connection(), table, anew=anew):
        db.session.commit()
        anew = False
    db.session.commit()


def _fill(entries: list[int]) -> None:
    connection = db.session.connection()
    engine = engine_of(connection)
    for start in range(0, len(entries), BATCH):
        rows = connection.execute(
            select(
                SearchEntry.id, SearchEntry.digest, Article.title, Article.lead, Article.body_text
            )
            .join(Article, Article.id == SearchEntry.article_id)
            .where(SearchEntry.id.in_(entries[start : start + BATCH]))
            .order_by(SearchEntry.id)
        ).all()
        for row in rows:
            found = terms.of_article(row.title, row.lead, row.body_text)
            engine.write(connection, NEW_TABLE, row.id, found.terms)
            if (fresh := terms.digest(found.terms)) != row.digest:
                connection.execute(
                    update(SearchEntry).where(SearchEntry.id == row.id).values(digest=fresh)
                )
            _learn(connection, found.title_words)


def _differences() -> Iterator[Finding]:
    """Published articles without an entry and entries without one, by their columns alone."""
    published = Article.published() & Article.deleted_at.is_(None)
    missing = (
        select(Article.id)
        .outerjoin(SearchEntry, SearchEntry.article_id == Article.id)
        .where(published, SearchEntry.id.is_(None))
        .order_by(Article.id)
    )
    superfluous = (
        select(SearchEntry.article_id)
        .join(Article, Article.id == SearchEntry.article_id)
        .where(~published)
        .order_by(SearchEntry.article_id)
    )
    outdated = (
        select(SearchEntry.article_id)
        .join(Article, Article.id == SearchEntry.article_id)
        .where(
            published,
            (Article.published_at != SearchEntry.published_at)
            | (Article.section_id != SearchEntry.section_id),
        )
        .order_by(SearchEntry.article_id)
    )
    for problem, statement in (
        ("missing", missing),
        ("superfluous", superfluous),
        ("outdated", outdated),
    ):
        for article_id in list(db.session.scalars(statement)):
            yield Finding(article_id, problem)


def check() -> Iterator[Finding | tuple[int, int]]:
    """Hold the index against the articles; yields what disagrees, and (done, of how many).

    Each article's terms are made afresh, compared by their digest, and asked for one by one.
    """
    yield from _differences()
    connection = db.session.connection()
    engine = engine_of(connection)
    total = int(db.session.scalar(select(func.count()).select_from(SearchEntry)) or 0)
    done, after = 0, 0
    while True:
        rows = connection.execute(
            select(
                SearchEntry.id,
                SearchEntry.article_id,
                SearchEntry.digest,
                Article.title,
                Article.lead,
                Article.body_text,
            )
            .join(Article, Article.id == SearchEntry.article_id)
            .where(SearchEntry.id > after)
            .order_by(SearchEntry.id)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        for row in rows:
            found = terms.of_article(row.title, row.lead, row.body_text)
            if terms.digest(found.terms) != row.digest:
                yield Finding(row.article_id, "outdated")
            elif not engine.holds(connection, row.id, found.terms):
                yield Finding(row.article_id, "unfindable")
        done, after = done + len(rows), rows[-1].id
        yield done, total


def stray() -> int:
    """Rows of the index that belong to no article any more; a rebuild drops them."""
    connection = db.session.connection()
    return engine_of(connection).stray(connection)
