"""The migrations build what the models say, go back and forth with data, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from newsapp import create_app, database, upgrading
from newsapp.extensions import Base, db
from newsapp.models import Article, Audit, Section, State
from newsapp.models.columns import Choice, UtcDateTime
from newsapp.publishing import articles, site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import Databases, close, make_config


def same_type(_c: object, _i: object, _col: object, _seen: object, type_: object) -> bool | None:
    return False if isinstance(type_, UtcDateTime | Choice) else None


def not_an_engine_s_own(_object: object, name: str, kind: str, *_rest: object) -> bool:
    """The tables of terms differ by engine and have no model (see newsapp/search/engine.py)."""
    return not (kind == "table" and name.startswith("search_terms"))


def test_migrations_and_models_agree(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": same_type, "include_object": not_an_engine_s_own}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_an_index_of_some_rows_is_one_on_both_engines(app: Flask) -> None:
    option = f"{db.engine.dialect.name}_where"
    partial = {
        (table.name, index.name)
        for table in Base.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert len(partial) >= 5
    for table, name in partial:
        (found,) = (i for i in inspect(db.engine).get_indexes(table) if i["name"] == name)
        assert found["dialect_options"].get(option) is not None, name


def test_the_newest_migration_is_named_right() -> None:
    head = ScriptDirectory(str(upgrading.MIGRATIONS)).get_current_head()
    assert head == database.NEWEST


def test_down_to_nothing_and_up_again_with_data(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    app = create_app(make_config(tmp_path, databases.empty(backend, tmp_path)))
    with app.app_context():
        assert upgrading.create_or_upgrade(app, tmp_path) is True
        assert upgrading.create_or_upgrade(app, tmp_path) is False
        section = site.add_section("Tin", by=COMMAND_LINE)
        articles.create(
            Content("Một tin", section_id=section.id), by=COMMAND_LINE, step=Step.PUBLISH
        )
        db.session.remove()
        upgrading.take_down(app)
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        assert upgrading.create_or_upgrade(app, tmp_path) is True
        assert db.session.scalar(select(Article.id)) is None
    close(app)


@pytest.mark.parametrize(
    "row",
    [
        Article(title="", slug="x"),
        Article(title="   ", slug="x"),
        Article(title="x" * 301, slug="x"),
        Article(title="Có trạng thái xuất bản mà không có giờ", slug="x", state=State.PUBLISHED),
        Article(title="Mục không có thật", slug="x", section_id=4711),
        Article(title="Số xem âm", slug="x", view_baseline=-1),
        Section(name="Tin", slug=""),
    ],
    ids=lambda row: repr(getattr(row, "title", row))[:40],
)
def test_the_database_refuses_what_must_not_be(app: Flask, row: Article | Section) -> None:
    now = datetime.now(UTC)
    fresh = type(row)(**{k: v for k, v in vars(row).items() if not k.startswith("_")})
    if isinstance(fresh, Article):
        fresh.created_at = fresh.updated_at = now
    db.session.add(fresh)
    with pytest.raises((IntegrityError, StatementError)):
        db.session.commit()
    db.session.rollback()


def test_a_naive_moment_is_refused(app: Flask) -> None:
    naive = datetime.fromisoformat("2017-04-15T10:00:00")
    db.session.add(Article(title="Tin", slug="tin", created_at=naive, updated_at=naive))
    with pytest.raises(StatementError, match="without a time zone"):
        db.session.commit()
    db.session.rollback()


def test_moments_come_back_aware_and_equal(app: Flask, section: Section) -> None:
    at = datetime(2017, 4, 15, 3, 0, 0, 123456, tzinfo=UTC)
    made = articles.create(
        Content("Tin", section_id=section.id), by=COMMAND_LINE, step=Step.PUBLISH, publish_at=at
    )
    db.session.expire_all()
    assert db.session.get_one(Article, made.id).published_at == at


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_log_only_grows(app: Flask, section: Section, statement: str) -> None:
    rows = db.session.scalar(select(func.count()).select_from(Audit))
    assert rows
    with pytest.raises(DBAPIError, match="only grows"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Audit)) == rows
