"""The operator's commands: parse, call, report. One clear line on error, exit code 1."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from newsapp.accounts import service as accounts
from newsapp.commands import Progress, keeping, reporting
from newsapp.models import Role
from newsapp.pages import config, ledger
from newsapp.publishing import redirects
from newsapp.publishing.articles import Invalid
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.search import index
from newsapp.transfer import demo as demo_content
from newsapp.transfer import redirects_csv
from newsapp.transfer.importing import FileReport, Outcome, import_text
from newsapp.upgrading import create_or_upgrade, finished, only_one


@click.command("init")
@click.option("--demo", "with_demo", is_flag=True, help="Load the demo content if new.")
@click.option("--no-backup", is_flag=True, help="Upgrade without a backup.")
@with_appcontext
@reporting
def init(with_demo: bool, no_backup: bool) -> None:
    """Create or upgrade the database; make the first administrator.

    Before a database is upgraded, a backup goes into the data directory's folder backups/.
    """
    upgrade = keeping.Upgrade(config(), with_backup=not no_backup)
    was_empty = create_or_upgrade(current_app, config().data_dir, upgrade.prepare)
    click.echo("database created" if was_empty else "database is up to date")
    with only_one(config().data_dir):
        _fill(with_demo=with_demo, was_empty=was_empty)
    finished(config().data_dir, os.environ.get("NEWSAPP_DATABASE_URL", ""))
    upgrade.check()


def _fill(*, with_demo: bool, was_empty: bool) -> None:
    """Put in what a site begins with, as far as it is not there."""
    if caught_up := _progress(index.catch_up()):
        click.echo(f"search index: {caught_up} articles brought in")
    if not accounts.everyone():
        _first_administrator()
    if with_demo and (was_empty or demo_content.unfinished()):
        click.echo(f"demo content loaded: {demo_content.load(config(), by=COMMAND_LINE)}")


def _first_administrator() -> None:
    given = config().admin_password
    password = given or secrets.token_urlsafe(12)
    accounts.add(
        "admin",
        "Quản trị",
        Role.ADMINISTRATOR,
        password,
        by=COMMAND_LINE,
        initial=given is None,
        # The operator's own choice is taken as it is; people choose longer ones later.
        demand_length=False,
    )
    if given is None:
        click.echo(f"first administrator: admin, one-time password: {password}")
    else:
        click.echo("first administrator: admin, password from NEWSAPP_ADMIN_PASSWORD")


@click.command("demo")
@click.option("--remove", is_flag=True, help="Take all demo content away, and nothing else.")
@with_appcontext
@reporting
def demo(remove: bool) -> None:
    """Load the demo content, or remove it."""
    if remove:
        click.echo(f"demo content removed: {demo_content.remove(config(), by=COMMAND_LINE)}")
    elif demo_content.present():
        raise click.ClickException("demo content is already here")
    else:
        click.echo(f"demo content loaded: {demo_content.load(config(), by=COMMAND_LINE)}")


accounts_group = AppGroup("accounts", help="People who may sign in.")


@accounts_group.command("add")
@click.argument("username")
@click.option("--name", default="", help="Name shown to colleagues.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.CONTRIBUTOR.value
)
@click.option("--password", default="", help="Else a random one is printed once.")
@reporting
def accounts_add(username: str, name: str, role: str, password: str) -> None:
    """Add an account."""
    chosen = password or secrets.token_urlsafe(12)
    account = accounts.add(
        username, name, Role(role), chosen, by=COMMAND_LINE, initial=not password
    )
    said = "" if password else f", one-time password: {chosen}"
    click.echo(f"account {account.username} ({account.role.value}) added{said}")


@accounts_group.command("password")
@click.argument("username")
@click.option("--password", default="", help="Else a random one is printed once.")
@reporting
def accounts_password(username: str, password: str) -> None:
    """Set a new password; open sessions of the account end."""
    chosen = password or secrets.token_urlsafe(12)
    account = accounts.find(username)
    accounts.set_password(account, chosen, by=COMMAND_LINE, initial=not password)
    said = "" if password else f": {chosen}"
    click.echo(f"new password for {account.username}{said}")


@accounts_group.command("disable")
@click.argument("username")
@reporting
def accounts_disable(username: str) -> None:
    """Switch an account off; its sessions end at once."""
    account = accounts.find(username)
    accounts.disable(account, by=COMMAND_LINE)
    click.echo(f"account {account.username} disabled")


@accounts_group.command("list")
@reporting
def accounts_list() -> None:
    """List the accounts."""
    for account in accounts.everyone():
        state = "active" if account.active else "disabled"
        click.echo(f"{account.username}\t{account.role.value}\t{state}\t{account.display_name}")


import_group = AppGroup("import", help="Bring in articles of an old site.")


@import_group.command("text")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option("--site-counter", is_flag=True, help="Take the page's visit counter as baseline.")
@click.option("--old-address", help="Where the page was; it leads to the article. One file only.")
@reporting
def import_text_files(
    files: tuple[Path, ...], dry_run: bool, site_counter: bool, old_address: str | None
) -> None:
    """Import saved text of old portal pages; bad files are named and the rest goes on."""
    if old_address and len(files) > 1:
        raise click.UsageError("--old-address belongs to one file")
    reports = []
    for number, path in enumerate(files, 1):
        report = import_text(path, config().zone, by=COMMAND_LINE, dry_run=dry_run)
        reports.append(report)
        click.echo(f"{number}/{len(files)} {_line(report)}", err=report.outcome is Outcome.REFUSED)
    if old_address and not dry_run and (article_id := reports[0].article_id):
        _lead(old_address, article_id)
    counters = [r.page.site_counter for r in reports if r.page and r.page.site_counter is not None]
    if site_counter and counters:
        # Pages were saved one after another; the latest state of the counter is the largest.
        baseline = max(counters)
        if not dry_run:
            ledger().set_baseline(baseline)
        click.echo(f"site counter baseline: {baseline}{' (not written)' if dry_run else ''}")
    refused = sum(report.outcome is Outcome.REFUSED for report in reports)
    if refused:
        raise click.ClickException(f"{refused} of {len(files)} files could not be imported")


def _lead(old_address: str, article_id: int) -> None:
    try:
        row = redirects.add_redirect(old_address, by=COMMAND_LINE, article_id=article_id)
    except Invalid as error:
        raise click.ClickException(f"old address not accepted: {error.problems}") from error
    click.echo(f"old address {row.address} leads to article {article_id}")


@import_group.command("redirects")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@reporting
def import_redirects(file: Path, dry_run: bool) -> None:
    """Import old addresses and their targets from a CSV file, two columns a line.

    A target is an article's number, its address, or a path of the site. Lines that cannot be
    taken are named and the rest goes on.
    """
    refused = 0
    counts: Counter[str] = Counter()
    lines = redirects_csv.read_file(file)
    try:
        for report in redirects_csv.load(
            lines, config().own_hosts, by=COMMAND_LINE, dry_run=dry_run
        ):
            bad = report.change is None
            refused += bad
            counts["refused" if bad else str(report.change)] += 1
            click.echo(f"line {report.line}: {report.words()}", err=bad)
    finally:
        done = ", ".join(f"{n} {what}" for what, n in sorted(counts.items())) or "no line"
        click.echo(f"{done}{' (nothing was written)' if dry_run else ''}")
    if refused:
        raise click.ClickException(f"{refused} of {len(lines)} lines could not be imported")


def _line(report: FileReport) -> str:
    page = report.page
    if page is None:
        return f"{report.path}: {report.outcome.value}: {report.reason}"
    where = f" as article {report.article_id}" if report.article_id else ""
    views = "no view count" if page.views is None else f"{page.views} views"
    return (
        f"{report.path}: {report.outcome.value}{where}: {page.published_at.isoformat()}"
        f" | {page.section} | {page.title} | {page.byline or 'no byline'} | {views}"
    )


search_group = AppGroup("search", help="The index behind the search page.")


@search_group.command("rebuild")
@reporting
def search_rebuild() -> None:
    """Make the index anew; the site serves on and people may save meanwhile."""
    total = _progress(index.rebuild())
    click.echo(f"search index rebuilt: {total} articles")


@search_group.command("check")
@reporting
def search_check() -> None:
    """Hold the index against the articles; exit code 1 where they disagree."""
    findings = 0
    total = 0
    for said in index.check():
        if isinstance(said, index.Finding):
            findings += 1
            click.echo(f"article {said.article_id}: {said.problem}", err=True)
        else:
            total = said[1]
            click.echo(f"\r{said[0]}/{total}", nl=False, err=True)
    if total:
        click.echo(err=True)
    if findings:
        raise click.ClickException(
            f"{findings} articles disagree with the index; run: newsapp search rebuild"
        )
    stray = index.stray()
    said_of_stray = f"; {stray} old rows, which a rebuild drops" if stray else ""
    click.echo(f"index and articles agree: {total} articles{said_of_stray}")


def _progress(steps: Iterator[tuple[int, int]]) -> int:
    """Show how far a long work is; returns how much it was."""
    progress, total = Progress(), 0
    for done, total in steps:
        progress(done, total)
    progress.end()
    return total


visits_group = AppGroup("visits", help="Counters: baseline and corrections.")


@visits_group.command("baseline")
@click.argument("amount", type=click.IntRange(0, 10**12))
@reporting
def visits_baseline(amount: int) -> None:
    """Set the number of visits that the site starts from."""
    ledger().set_baseline(amount)
    click.echo(f"site counter baseline: {amount}; total now {ledger().site_total()}")


@visits_group.command("correct")
@click.argument("amount", type=click.IntRange(-(10**12), 10**12))
@click.option("--article", "article_id", type=click.IntRange(1, 2**31 - 1))
@click.option("--reason", required=True)
@reporting
def visits_correct(amount: int, article_id: int | None, reason: str) -> None:
    """Add a signed correction to the site's visits, or to an article's views."""
    ledger().correct(
        "site" if article_id is None else "article", article_id, amount, reason, COMMAND_LINE.name
    )
    click.echo(f"correction of {amount:+d} logged")


def install(app: Flask) -> None:
    """Register the commands with the application."""
    groups = (accounts_group, import_group, search_group, visits_group)
    for command in (init, demo, *groups, *keeping.COMMANDS):
        app.cli.add_command(command)
