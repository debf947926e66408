"""The operator's commands that keep the site: backup, restore, check, move-to-postgresql."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from newsapp import create_app, database
from newsapp.commands import Progress, reporting
from newsapp.config import Config
from newsapp.extensions import db
from newsapp.keeping import backup, checking, moving
from newsapp.keeping import restore as restoring
from newsapp.keeping.archive import Manifest
from newsapp.keeping.errors import KeepingError
from newsapp.pages import config, ledger
from newsapp.search import index
from newsapp.upgrading import create_or_upgrade

UPGRADES_KEPT = 3


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="Keep this many of this site's backups there.")
@click.option("--with-secret-key", is_flag=True, help="Put the key that signs cookies in too.")
@with_appcontext
@reporting
def backup_command(file: Path, keep: int | None, with_secret_key: bool) -> None:
    """Write the whole site into one archive while it serves.

    FILE may be a folder: the archive is named by the time then. Only its owner can read the
    archive; it holds the accounts.
    """
    progress = Progress()
    taken = backup.take(
        config(), file, keep=keep, with_secret_key=with_secret_key, progress=progress
    )
    progress.end()
    for path in taken.missing:
        click.echo(f"not in the backup, for it is not in the media folder: {path}", err=True)
    for old in taken.removed:
        click.echo(f"removed {old}")
    click.echo(f"backup written: {taken.path} ({_size(taken.size)}; {_contents(taken.manifest)})")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Move a site that is here aside.")
@click.option("--dry-run", is_flag=True, help="Verify the archive; change nothing.")
@with_appcontext
@reporting
def restore_command(file: Path, force: bool, dry_run: bool) -> None:
    """Bring a backup back into an empty place, and check it there.

    The archive is verified before anything is changed. With --force, what is here is moved aside
    and kept. A PostgreSQL database must be empty in any case.
    """
    if dry_run:
        manifest = restoring.verify(file)
        click.echo(f"backup is whole: {file} ({_contents(manifest)})")
        return
    done = restoring.restore(config(), file, force=force)
    # What was asked of the former database is of no use any more.
    db.session.remove()
    db.engine.dispose()
    ledger().close()
    click.echo(f"restored: {file} of {done.manifest.header.taken_at} ({_contents(done.manifest)})")
    if done.aside is not None:
        click.echo(f"what was here before: {done.aside}; delete it once all is well")
    for name, value in done.differing.items():
        click.echo(f"the site was run with {name}={value}")
    if "secret_key" in done.manifest.files and os.environ.get("NEWSAPP_SECRET_KEY"):
        click.echo("NEWSAPP_SECRET_KEY is set: the key of the backup is not used")
    create_or_upgrade(current_app, config().data_dir)
    if (was := done.manifest.header.revision) != database.NEWEST:
        click.echo(f"database upgraded from {was} to {database.NEWEST}")
    ledger().fold_now()
    for _ in index.catch_up():
        pass
    _report()


@click.command("check")
@with_appcontext
@reporting
def check_command() -> None:
    """Prove that the site is whole: one line a finding, exit code 1 where there is a problem."""
    _report()


def _report() -> None:
    if problems := _findings():
        raise click.ClickException(f"{problems} problem{'s' * (problems > 1)} found")


def _findings() -> int:
    """Print all findings; how many are problems."""
    progress, problems = Progress(), 0
    for found in checking.check(config(), ledger(), progress):
        progress.end()
        problems += not found.ok
        click.echo(str(found))
    return problems


@click.command("move-to-postgresql")
@click.argument("url")
@with_appcontext
@reporting
def move_command(url: str) -> None:
    """Copy a stopped site from SQLite into the empty PostgreSQL database URL.

    The SQLite files stay as they are. A password is better given in PGPASSWORD or ~/.pgpass than
    in URL, which everybody on this machine can read.
    """
    here, there = config(), _postgresql(url)
    if here.database_url.get_backend_name() != "sqlite":
        raise KeepingError("the site is not on SQLite")
    if problem := database.ready():
        raise KeepingError(problem)
    restoring.require_stopped(here)
    moving.require_empty(there)
    ledger().fold_now()
    ledger().close()
    new = create_app(replace(here, database_url=there))
    with new.app_context():
        try:
            _move(new, here, there)
        finally:
            ledger().close()
            db.session.remove()
            db.engine.dispose()
    click.echo(f"now set NEWSAPP_DATABASE_URL={url} and start the site")


def _move(new: Flask, here: Config, there: URL) -> None:
    """Fill the database of the application ``new``, whose context is pushed, and check it."""
    create_or_upgrade(new, here.data_dir)
    progress = Progress()
    copied = moving.copy(here.database_url, here.counters_url, there, progress)
    progress.end()
    for done, total in index.rebuild():
        progress(done, total)
    progress.end()
    click.echo(f"copied and compared: {sum(copied.values())} rows in {len(copied)} tables")
    _report()


def _postgresql(url: str) -> URL:
    try:
        made = make_url(url)
    except ArgumentError:
        made = None
    if made is None or made.get_backend_name() not in {"postgresql", "postgres"}:
        raise KeepingError("that is no address like postgresql://name@host/database")
    return made.set(drivername="postgresql+psycopg")


class Upgrade:
    """What `newsapp init` does around the upgrade of a database that holds something."""

    def __init__(self, here: Config, *, with_backup: bool) -> None:
        self._here = here
        self._with_backup = with_backup
        self._begun = False

    def prepare(self, revision: str) -> None:
        """Take a backup of the database, which stands at ``revision``, and tell the way back."""
        self._begun = True
        if not self._with_backup:
            return
        folder = self._here.data_dir / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        taken = backup.take(self._here, folder, keep=UPGRADES_KEPT, purpose=backup.UPGRADE)
        click.echo(f"backup before the upgrade from {revision}: {taken.path}")
        click.echo(
            f"to go back: stop the site, install newsapp {taken.manifest.header.newsapp} again, and"
            f" run: newsapp restore --force {taken.path}"
        )

    def check(self) -> None:
        """Prove the upgraded site, if there was an upgrade. What is found keeps it from nothing:
        a picture may have been missing for years."""
        if self._begun:
            _findings()


def _contents(manifest: Manifest) -> str:
    counts = manifest.counts
    media = sum(name.startswith("media/") for name in manifest.files)
    return f"{counts.get('article', 0)} articles, {media} media files"


def _size(number: int) -> str:
    return f"{number / 1024**2:,.1f} MB"


COMMANDS = (backup_command, restore_command, check_command, move_command)
