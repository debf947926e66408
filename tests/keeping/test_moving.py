"""A site moves from SQLite to PostgreSQL: every row, every number, and the numbers go on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, select

from newsapp import create_app
from newsapp.extensions import Base, db
from newsapp.models import Article, Section
from newsapp.pages import config, ledger
from newsapp.publishing import site as furniture
from newsapp.publishing.articles import Content, create, delete
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import Databases, close, why_no_postgresql
from tests.keeping.conftest import READ, Place

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def target(databases: Databases, tmp_path: Path) -> str:
    if reason := why_no_postgresql():
        pytest.skip(reason)
    return databases.empty("postgresql", tmp_path).render_as_string(hide_password=False)


@pytest.fixture
def moved(site: Place, target: str) -> Iterator[Callable[[], Flask]]:
    """``moved()``: the application on the database that was moved to."""
    made: list[Flask] = []

    def make() -> Flask:
        app = create_app(replace(site.config, database_url=make_url(target)))
        made.append(app)
        return app

    yield make
    for app in made:
        close(app)


def everything() -> dict[str, set[str]]:
    """All rows of all tables, as this house reads them."""
    return {
        table.name: {str(tuple(row)) for row in db.session.execute(select(table))}
        for table in Base.metadata.sorted_tables
        if not table.name.startswith("search_")
    }


def test_everything_moves_and_the_source_stays(
    site: Place,
    target: str,
    moved: Callable[[], Flask],
    make_article: Callable[..., Article],
    section: Section,
) -> None:
    # A child with a smaller number than its parent, and a number that was given away for good.
    parent = furniture.add_section("Phường", by=COMMAND_LINE)
    section_id = section.id
    child = db.session.get_one(Section, section_id)
    child.parent_id = parent.id
    db.session.commit()
    last = make_article("Sẽ bị xóa hẳn").id
    delete(last, by=COMMAND_LINE)
    db.session.delete(db.session.get_one(Article, last))
    db.session.commit()
    ledger().set_baseline(5_164_377)
    ledger().correct("site", None, -377, "đếm trùng", "lan")
    ledger().correct("article", 1, 2, "đếm thiếu", "lan")
    ledger().close()
    before = everything()
    db.session.remove()
    db.engine.dispose()
    digest = hashlib.sha256((config().data_dir / "site.db").read_bytes()).hexdigest()

    said = site.run("move-to-postgresql", target)
    assert "problem" not in said
    assert "copied and compared: " in said
    assert f"now set NEWSAPP_DATABASE_URL={target}" in said
    assert hashlib.sha256((config().data_dir / "site.db").read_bytes()).hexdigest() == digest

    with moved().app_context():
        assert everything() == before
        assert ledger().site_total() == 5_164_377 - 377 + 8
        assert ledger().article_views(1) == 8 + 2
        # A journal's place is known there: what was booked is not booked again.
        ledger().append([READ])
        assert ledger().fold_now() == 1
        ledger().close()
        again = create(Content("Tin đầu tiên ở nơi mới", section_id=section_id), by=COMMAND_LINE)
        assert again.id == last + 1
        db.session.rollback()


def test_what_is_not_empty_or_not_stopped_is_refused(site: Place, target: str) -> None:
    ledger().append([READ])
    assert "the site is running" in site.run("move-to-postgresql", target, code=1)
    ledger().close()
    for address in ("sqlite:////tmp/x.db", "mysql://x/y", "rác"):
        assert "no address like postgresql://" in site.run("move-to-postgresql", address, code=1)
    assert "Error: " in site.run("move-to-postgresql", f"{target}_there_is_none", code=1)
    site.run("move-to-postgresql", target)
    assert "is not empty" in site.run("move-to-postgresql", target, code=1)


def test_a_move_that_fails_leaves_nothing_and_can_be_tried_again(
    site: Place, target: str, moved: Callable[[], Flask]
) -> None:
    article = db.session.get_one(Article, 2)
    article.byline = "Lan\0"  # SQLite keeps it, PostgreSQL does not
    db.session.commit()
    assert "Error: " in site.run("move-to-postgresql", target, code=1)
    with moved().app_context():
        assert db.session.scalar(select(Section.id)) is None
    article.byline = "Lan"
    db.session.commit()
    said = site.run("move-to-postgresql", target, code=1)
    # It went all the way; the check saw that somebody wrote behind the site's back.
    assert "problem articles: article 2 is not as it was last saved" in said
