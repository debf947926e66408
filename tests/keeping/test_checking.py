"""`newsapp check` finds what is wrong, one line each, and says so with its exit code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from newsapp.extensions import db
from newsapp.models import Media
from newsapp.pages import config
from tests.keeping.conftest import Place


def problems(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("problem ")]


def test_a_whole_site_is_ok_line_by_line(site: Place) -> None:
    said = site.run("check")
    for line in (
        "ok migrations: at ",
        "ok counters of the site: 5 = 0 + 5 + 0",
        "ok journals: 8 records on the disk",
        "ok foreign keys: all ",
        "ok articles: all 2 as they were last saved",
        "ok search index: agrees with 2 articles",
        "ok media: all 4 files that rows promise are true",
        "ok media: 0 files without a row (0 KB)",
    ):
        assert line in said
    assert problems(said) == []


def without_foreign_keys(*statements: str) -> None:
    if db.engine.dialect.name == "sqlite":
        off, on = "PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"
    else:
        off, on = "SET session_replication_role = replica", "SET session_replication_role = origin"
    with db.engine.connect() as connection:
        connection.exec_driver_sql(off)
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
        connection.exec_driver_sql(on)


def rows(*statements: str) -> Callable[[], None]:
    def change() -> None:
        for statement in statements:
            db.session.execute(text(statement))
        db.session.commit()

    return change


def picture() -> str:
    path = db.session.scalars(select(Media.path).where(Media.width > 0)).one()
    db.session.rollback()
    return path


def lose_a_rendition() -> None:
    stem = picture().rpartition(".")[0]
    (config().data_dir / "media" / f"{stem}.480.webp").unlink()


def change_a_file() -> None:
    path = config().data_dir / "media" / picture()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (rows("UPDATE article SET body = '<p>Cá cược</p>' WHERE id = 2"), "articles: article 2 is"),
        (rows("UPDATE article SET published_at = NULL, state = 'draft' WHERE id = 1"), "articles"),
        (rows("DELETE FROM revision WHERE article_id = 1"), "articles: article 1 is not as it was"),
        (rows("DELETE FROM search_entry WHERE article_id = 2"), "search index: article 2: missing"),
        (rows("DELETE FROM search_terms"), "search index: article 1: unfindable"),
        (lose_a_rendition, ".480.webp is missing"),
        (change_a_file, ".jpg is not what was stored"),
        (
            lambda: without_foreign_keys("UPDATE article SET cover_id = 4711 WHERE id = 1"),
            "foreign keys: article.cover_id leads nowhere in 1 rows",
        ),
        (
            lambda: without_foreign_keys("UPDATE revision SET article_id = 4711 WHERE id = 1"),
            "foreign keys: revision.article_id leads nowhere in 1 rows",
        ),
        (rows("UPDATE alembic_version SET version_num = '0001'"), "run newsapp init"),
        (rows("UPDATE alembic_version SET version_num = '9999'"), "is of a newer newsapp (9999"),
    ],
)
def test_harm_is_found(site: Place, harm: Callable[[], None], said: str) -> None:
    if said.endswith("unfindable") and db.engine.dialect.name == "sqlite":
        # An index without contents forgets by a command of its own.
        harm = rows("INSERT INTO search_terms (search_terms) VALUES ('delete-all')")
    harm()
    found = site.run("check", code=1)
    assert said in "\n".join(problems(found))
    assert "found" in found.splitlines()[-1]


def test_what_belongs_to_nobody_is_told_and_no_problem(site: Place) -> None:
    stray = config().data_dir / "media" / "ab" / f"{'ab' * 10}.jpg"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x" * 2048)
    assert "ok media: 1 files without a row (2 KB)" in site.run("check")


def test_broken_counters_are_a_problem_of_their_own(site: Place, backend: str) -> None:
    if backend == "postgresql":
        pytest.skip("a file of SQLite")
    path = config().data_dir / "counters.db"
    for name in ("counters.db-wal", "counters.db-shm"):
        (config().data_dir / name).unlink(missing_ok=True)
    path.write_bytes(b"no database " * 1000)
    found = problems(site.run("check", code=1))
    assert [line.partition(":")[0] for line in found] == ["problem counters"]
    assert "counters.db" in site.run("backup", config().data_dir / "b.tar", code=1)


def test_a_database_of_a_newer_newsapp_is_refused(site: Place) -> None:
    rows("UPDATE alembic_version SET version_num = '9999'")()
    assert "Error: the database is of a newer newsapp (9999" in site.run("init", code=1)
    answer = FlaskClient(site.app).get("/readyz")  # one that takes a 503 for an answer
    assert (answer.status_code, "newer newsapp" in answer.text) == (503, True)
