"""A backup taken here is whole elsewhere, whatever happens meanwhile; a failure leaves nothing."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from newsapp.extensions import db
from newsapp.keeping import archive, backup
from newsapp.keeping.errors import KeepingError
from newsapp.models import Article, Media
from newsapp.pages import config, ledger
from newsapp.publishing import media
from newsapp.publishing.audit import COMMAND_LINE
from tests.keeping.conftest import READ, Place, add_picture, titles

Empty = Callable[[], Place]


def test_a_site_is_brought_back_elsewhere(site: Place, empty_place: Empty, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    said = site.run("backup", file)
    assert f"backup written: {file}" in said
    assert "2 articles, 4 media files" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert "backup is whole" in site.run("restore", "--dry-run", file)
    there = empty_place()
    said = there.run("restore", file)
    assert "problem" not in said
    assert "ok counters of the site: 8 = 0 + 8 + 0" in said
    manifest = archive.unpack(file, None)
    assert "secret_key" not in manifest.files
    with there.app.app_context():
        assert titles() == ["Khai giảng lớp bơi", "Phường phát động trồng cây"]
        assert ledger().site_total() == 8
        assert len(db.session.scalars(select(Media)).all()) == manifest.counts["media"] == 2
    for name in (one for one in manifest.files if one.startswith("media/")):
        path = there.config.data_dir / name
        assert path.read_bytes() == (site.config.data_dir / name).read_bytes()
        assert path.stat().st_mode & 0o777 == 0o644
    assert there.app.test_client().get("/readyz").text == "ok\n"


def test_the_secret_key_goes_along_only_when_asked(
    site: Place, empty_place: Empty, tmp_path: Path
) -> None:
    site.run("backup", "--with-secret-key", tmp_path / "b.tar")
    there = empty_place()
    (there.config.data_dir / "secret_key").write_text("another key of another site", "ascii")
    there.run("restore", tmp_path / "b.tar")
    key = there.config.data_dir / "secret_key"
    assert key.read_text("ascii") == site.config.secret_key
    assert key.stat().st_mode & 0o777 == 0o600


def test_no_read_is_lost_or_doubled_by_folding_meanwhile(
    site: Place, empty_place: Empty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def and_fold(source: Path, folder: Path) -> object:
        copied = copy_journals(source, folder)
        with site.app.app_context():
            # All that is copied is booked now, its files are gone, and the next read is here.
            assert ledger().fold_now() == 3
            ledger().append([READ])
        return copied

    copy_journals = backup._copy_journals
    monkeypatch.setattr(backup, "_copy_journals", and_fold)
    taken = backup.take(config(), tmp_path / "b.tar")
    assert not [name for name in taken.manifest.files if name.startswith("journal/")]
    there = empty_place()
    there.run("restore", tmp_path / "b.tar")
    with there.app.app_context():
        assert ledger().site_total() == 8


def test_a_file_that_is_deleted_meanwhile_takes_its_row_along(
    site: Place, empty_place: Empty, tmp_path: Path
) -> None:
    doomed = add_picture("red")
    path = db.session.get_one(Media, doomed).path
    db.session.commit()

    def delete(_done: int, _of: int) -> None:
        if config().media.exists(path):
            media.remove(doomed, config().media, by=COMMAND_LINE)

    taken = backup.take(config(), tmp_path / "b.tar", progress=delete)
    assert taken.missing == ()
    assert taken.manifest.counts["media"] == 2
    there = empty_place()
    assert "problem" not in there.run("restore", tmp_path / "b.tar")


def test_a_file_that_is_missing_is_told_and_holds_up_nothing(site: Place, tmp_path: Path) -> None:
    path = db.session.scalars(select(Media.path).where(Media.width > 0)).one()
    db.session.rollback()
    (config().data_dir / "media" / path).unlink()
    said = site.run("backup", tmp_path / "b.tar")
    assert f"not in the media folder: {path}" in said
    assert "backup written" in said


def test_only_surplus_backups_of_this_site_go(site: Place, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    foreign = {"site.tar": b"not ours", "notes.txt": b"x", "half.tar": b"y" * 5000}
    for name, data in foreign.items():
        (folder / name).write_bytes(data)
    other = replace(config(), secret_key="the key of another site")
    backup.take(other, folder / "neighbour.tar")
    backup.take(config(), folder / "upgrade.tar", purpose=backup.UPGRADE)
    for number in range(4):
        backup.take(config(), folder / f"night{number}.tar", keep=2)
    left = {path.name for path in folder.iterdir()}
    assert left == {*foreign, "neighbour.tar", "upgrade.tar", "night2.tar", "night3.tar"}


def test_a_folder_gets_a_file_named_by_the_time(site: Place, tmp_path: Path) -> None:
    said = site.run("backup", tmp_path, "--keep", "3")
    assert [path.name in said for path in tmp_path.glob("newsapp-20*.tar")] == [True]


@contextmanager
def full_disk(at: int) -> Iterator[None]:
    """No file may grow past that size: as on a full disk, the system refuses to write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_backup_and_nothing_else(site: Place, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    backup.take(config(), folder / "b.tar")
    before = (folder / "b.tar").read_bytes()
    for size in (10_000, len(before) - 3_000):
        with full_disk(size), pytest.raises(KeepingError) as caught:
            backup.take(config(), folder / "b.tar", keep=1)
        assert len(str(caught.value).splitlines()) == 1
        assert [path.name for path in folder.iterdir()] == ["b.tar"]
    assert (folder / "b.tar").read_bytes() == before


def test_a_full_disk_restores_nothing(site: Place, empty_place: Empty, tmp_path: Path) -> None:
    backup.take(config(), tmp_path / "b.tar")
    there = empty_place()
    with full_disk(3_000):
        assert "Error: nothing was restored" in there.run("restore", tmp_path / "b.tar", code=1)
    left = [path for path in there.config.data_dir.rglob("*") if path.is_file()]
    assert [path.name for path in left] in ([], ["secret_key"])
    there.run("restore", tmp_path / "b.tar")


def test_no_other_file_is_written_over(site: Place, tmp_path: Path) -> None:
    mine = tmp_path / "report.tar"
    mine.write_bytes(b"years of work")
    assert "no complete backup" in site.run("backup", mine, code=1)
    assert mine.read_bytes() == b"years of work"
    assert "there is no folder" in site.run("backup", tmp_path / "no" / "b.tar", code=1)


def test_a_damaged_database_is_no_backup(
    site: Place, backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if backend == "postgresql":
        pytest.skip("a file of SQLite")
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.remove()
    db.engine.dispose()
    path = tmp_path / "site.db"
    data = bytearray(path.read_bytes())
    data[8192:] = os.urandom(len(data) - 8192)
    path.write_bytes(data)
    assert "site.db" in site.run("backup", tmp_path / "b.tar", code=1)
    assert not (tmp_path / "b.tar").exists()
    assert "problem database: " in site.run("check", code=1)


def test_a_site_is_moved_aside_only_by_force_and_only_for_a_whole_archive(
    site: Place, backend: str, tmp_path: Path, make_article: Callable[..., Article]
) -> None:
    file = tmp_path / "b.tar"
    backup.take(config(), file)
    late = make_article("Sau khi sao lưu").id
    here = tmp_path
    before = sorted(path.name for path in here.iterdir())
    said = site.run("restore", file, code=1)
    assert ("is not empty" if backend == "postgresql" else "--force moves it aside") in said
    damaged = tmp_path / "d.tar"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert "Error: " in site.run("restore", "--force", damaged, code=1)
    damaged.unlink()
    assert sorted(path.name for path in here.iterdir()) == before
    assert db.session.get(Article, late) is not None
    db.session.remove()
    if backend == "postgresql":
        return  # a database that is not empty is never filled
    ledger().append([READ])
    assert "the site is running" in site.run("restore", "--force", file, code=1)
    ledger().close()
    said = site.run("restore", "--force", file)
    (aside,) = here.glob("replaced-*")
    assert f"what was here before: {aside}" in said
    assert {"site.db", "media", "journal", "counters.db"} <= {p.name for p in aside.iterdir()}
    db.session.remove()
    assert db.session.get(Article, late) is None
    assert ledger().site_total() == 8


def test_another_kind_or_a_newer_database_is_refused(site: Place, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    taken = backup.take(config(), file)
    header = taken.manifest.header
    other = "sqlite" if header.engine == "postgresql" else "postgresql"
    for changed, said in (
        (replace(header, engine=other), f"is of a site on {other}"),
        (replace(header, revision="9999"), "is of a newer newsapp (9999"),
    ):
        with file.open("wb") as out:
            archive.Writer(out, changed).finish({}, {})
        assert said in site.run("restore", "--force", file, code=1)


def test_settings_that_differ_are_told(site: Place, empty_place: Empty, tmp_path: Path) -> None:
    elsewhere = replace(config(), site_url="https://phuong.example")
    taken = backup.take(elsewhere, tmp_path / "b.tar")
    assert config().secret_key not in json.dumps(taken.manifest.settings)
    said = empty_place().run("restore", tmp_path / "b.tar")
    assert "the site was run with NEWSAPP_SITE_URL=https://phuong.example" in said


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_the_tools_of_postgresql_must_be_there_and_new_enough(
    site: Place, empty_place: Empty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b.tar"
    backup.take(config(), file)
    there = empty_place()
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    for tool, command in (("pg_dump", (site, "backup")), ("pg_restore", (there, "restore"))):
        place, name = command
        target = tmp_path / "c.tar" if name == "backup" else file
        assert f"{tool} is not installed" in place.run(name, target, code=1)
        (tools / tool).write_text(f"#!/bin/sh\necho '{tool} (PostgreSQL) 9.6.24'\n", "ascii")
        (tools / tool).chmod(0o755)
        assert f"{tool} is too old (9)" in place.run(name, target, code=1)
    assert not (tmp_path / "c.tar").exists()
