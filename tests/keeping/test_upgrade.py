"""`newsapp init` on an older database: a backup first, and a way back that works."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from newsapp import upgrading
from newsapp.extensions import db
from newsapp.keeping import archive, databases
from newsapp.pages import config
from tests.keeping.conftest import Place, titles


def age(place: Place, revision: str = "0001") -> None:
    """Make the site's database one of an older newsapp."""
    db.session.remove()
    upgrading.bind(place.app)
    downgrade(directory=str(upgrading.MIGRATIONS), revision=revision)
    db.session.remove()


# Made anew from the articles.
INDEX = {"search_entry", "search_word"}


def rows() -> dict[str, int]:
    db.session.remove()
    with db.engine.connect() as connection:
        return databases.facts(connection).counts


def kept_rows() -> dict[str, int]:
    return {table: number for table, number in rows().items() if table not in INDEX}


def test_each_migration_goes_down_and_up_with_data(site: Place) -> None:
    script = ScriptDirectory(str(upgrading.MIGRATIONS))
    revisions = [one.revision for one in script.walk_revisions()]  # the newest first
    # Their names are compared to tell a newer database from an older one.
    assert revisions == sorted(revisions, reverse=True)
    assert {len(name) for name in revisions} == {4}
    whole = rows()
    counts = [kept_rows()]
    for older in revisions[1:]:
        age(site, older)
        counts.append(kept_rows())
    for before, after in itertools.pairwise(counts):
        # What the older form has room for is still there.
        assert after.items() <= before.items()
    for revision, was in zip(reversed(revisions[:-1]), reversed(counts[:-1]), strict=True):
        upgrade(directory=str(upgrading.MIGRATIONS), revision=revision)
        assert kept_rows().keys() == was.keys()
        assert counts[-1].items() <= kept_rows().items()
    site.run("init")
    assert all(rows()[table] == whole[table] for table in INDEX)
    assert "problem" not in site.run("check")


def test_init_takes_a_backup_upgrades_and_checks(
    site: Place, empty_place: Callable[[], Place]
) -> None:
    assert "backup" not in site.run("init")
    age(site)
    said = site.run("init")
    (kept,) = (config().data_dir / "backups").iterdir()
    assert f"backup before the upgrade from 0001: {kept}" in said
    assert f"run: newsapp restore --force {kept}" in said
    assert "search index: 2 articles brought in" in said
    assert "ok search index: agrees with 2 articles" in said
    assert "problem" not in said
    assert archive.read_header(kept).revision == "0001"
    # An older backup is upgraded where it is restored.
    there = empty_place()
    said = there.run("restore", kept)
    assert "database upgraded from 0001 to " in said
    assert "problem" not in said
    with there.app.app_context():
        assert len(titles()) == 2


def test_the_last_three_backups_of_upgrades_stay(site: Place) -> None:
    folder = config().data_dir / "backups"
    folder.mkdir()
    site.run("backup", folder / "nightly.tar")
    kept: list[str] = []
    for number in range(4):
        age(site)
        site.run("init")
        (newest,) = folder.glob("newsapp-*.tar")
        # Four within a second would bear one name.
        kept.append(f"upgrade{number}.tar")
        newest.rename(folder / kept[-1])
    assert {path.name for path in folder.iterdir()} == {"nightly.tar", *kept[1:]}


def test_no_backup_no_upgrade(site: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    age(site)
    in_the_way = config().data_dir / "backups"
    in_the_way.write_text("a file where the folder should be", "ascii")
    assert "Error: " in site.run("init", code=1)
    assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
    db.session.remove()
    assert "search index: 2" in site.run("init", "--no-backup")
