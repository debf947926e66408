"""What people send to the page of old addresses: one in a form, or many in a CSV file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms.validators import DataRequired

from newsapp.newsroom.forms import TypedField
from newsapp.newsroom.house_forms import Blamed
from newsapp.newsroom.old_addresses import OldAddress
from newsapp.publishing.audit import Actor
from newsapp.publishing.redirects import Change
from newsapp.text.vietnamese import one_line
from newsapp.transfer import redirects_csv
from newsapp.transfer.redirects_csv import CsvRefused, LineReport

# A file is entered while its sender waits: so many lines took 12 s on two busy cores.
LINES_MAX = 2_000
# Lines of a report that a page names, and characters of an address in it.
TOLD_MAX = 200
SHOWN_MAX = 200
NEEDED = _l("This is needed.")


class OldAddressForm(Blamed):
    address = TypedField(_l("Old address"), [DataRequired(NEEDED)])
    target = TypedField(_l("Leads to"), [DataRequired(NEEDED)])

    @classmethod
    def of(cls, stored: OldAddress, **options: Any) -> OldAddressForm:
        """The form of an old address that there is; ``formdata=None`` for one nobody sent."""
        return cls(data={"address": stored.address, "target": _typed_as(stored)}, **options)

    def blame(self, problems: Mapping[str, str]) -> None:
        for name, code in problems.items():
            field = self["target" if name == "article_id" else name]
            field.errors = [*field.errors, problem_words(name, code)]


@dataclass(frozen=True)
class ToldLine:
    """A line of the file that its sender should look at: refused for ``problem``, or, without
    one, changed."""

    number: int
    address: str
    target: str
    problem: str


@dataclass(frozen=True)
class FileReport:
    """What became of a file. ``problem`` says why nothing of it was read; ``told`` are the first
    of its refused and changed lines, ``untold`` counts those that the page has no room for."""

    name: str
    problem: str = ""
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    told: tuple[ToldLine, ...] = ()
    untold: int = 0

    @property
    def status(self) -> int:
        """The status of the page that shows the report."""
        return 422 if self.problem or self.refused else 200

    @classmethod
    def on(cls, name: str, lines: Iterable[LineReport]) -> FileReport:
        """Enter the lines, which come one by one, and sum up."""
        counts: Counter[Change | None] = Counter()
        told: list[ToldLine] = []
        for line in lines:
            counts[line.change] += 1
            if line.change in {None, Change.CHANGED} and len(told) < TOLD_MAX:
                told.append(_told(line))
        worth = counts[None] + counts[Change.CHANGED]
        return cls(
            name,
            added=counts[Change.ADDED],
            changed=counts[Change.CHANGED],
            unchanged=counts[Change.UNCHANGED],
            refused=counts[None],
            told=tuple(told),
            untold=worth - len(told),
        )


def take_in(file: FileStorage | None, hosts: frozenset[str], by: Actor) -> FileReport:
    """Enter the old addresses of a CSV file that was sent. ``hosts`` are those of this site.

    What is wrong is said in words. Raises NotAllowed.
    """
    if file is None or not file.filename:
        return FileReport("", _("Choose a file."))
    name = one_line(file.filename)[:SHOWN_MAX]
    with file.stream as stream:
        data = stream.read(redirects_csv.MAX_BYTES + 1)
    try:
        lines = redirects_csv.read(data, LINES_MAX)
    except CsvRefused as error:
        return FileReport(name, refusal_words(error))
    return FileReport.on(name, redirects_csv.load(lines, hosts, by=by))


def problem_words(name: str, code: str) -> str:
    """The service's code for an old address, its target or a line, in the reader's language."""
    words = {
        ("address", "malformed"): _("Write the address from its first / on, or whole with http."),
        ("address", "live"): _("A section or page of this site has this address now."),
        ("address", "taken"): _("This old address is in the list already; change it there."),
        ("address", "twice"): _("An earlier line of the file sends this address elsewhere."),
        ("target", "malformed"): _(
            "This is no address of this site. It begins with / and has no spaces."
        ),
        ("target", "elsewhere"): _("This is another site. Old addresses lead to this site only."),
        ("target", "loop"): _("This leads back to the old address."),
        ("target", "missing"): _("It is not said where it leads."),
        ("article_id", "unknown"): _("There is no article with this number."),
        ("line", "columns"): _("The line does not have two columns: old address and target."),
    }
    return str(words.get((name, code), _("This is too long.")))


def refusal_words(error: CsvRefused) -> str:
    """Why nothing of a file was read."""
    words = {
        "too_large": _(
            "The file is larger than %(size)s MB.", size=redirects_csv.MAX_BYTES // 1_000_000
        ),
        "too_many": _(
            "The file has more than %(number)s lines. Split it and send the parts one by one.",
            number=f"{LINES_MAX:,}".replace(",", "."),
        ),
        "encoding": _(
            "This file is no CSV text. In Excel, save it as “CSV UTF-8”, then send that file."
        ),
        "empty": _("No line of the file holds an old address."),
    }
    return str(words[error.code])


def _told(line: LineReport) -> ToldLine:
    return ToldLine(
        line.line,
        one_line(line.address[:SHOWN_MAX]),
        one_line(line.target[:SHOWN_MAX]),
        "" if line.change else problem_words(*line.problem),
    )


def _typed_as(stored: OldAddress) -> str:
    """Where it leads, as a person would type it."""
    if stored.goal is None:
        return stored.target or ""
    return str(url_for("news.article", ref=(stored.goal.id, stored.goal.slug))).rstrip("-")
