"""Old addresses and their targets from a CSV file, as a spreadsheet saves it."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsapp.publishing import redirects
from newsapp.publishing.articles import Invalid
from newsapp.publishing.audit import Actor
from newsapp.publishing.redirects import Change
from newsapp.text import vietnamese

MAX_BYTES = 5_000_000
MAX_LINES = 20_000
LINE_MAX = 5_000
HEADERS = {"old", "old address", "from", "dia chi cu", "cu"}
SEPARATORS = ("\t", ";", ",")
WORDS = {
    ("line", "columns"): "not two columns, old address and target",
    ("line", "too_long"): f"longer than {LINE_MAX} characters",
    ("address", "malformed"): "the old address must begin with / or http",
    ("address", "too_long"): "the old address is too long",
    ("address", "live"): "a section or page of the site has this address",
    ("address", "taken"): "somebody else entered this address just now",
    ("address", "twice"): "an earlier line sends this address elsewhere",
    ("target", "missing"): "there is no target",
    ("target", "malformed"): "the target is no path of this site",
    ("target", "elsewhere"): "the target is on another site",
    ("target", "too_long"): "the target is too long",
    ("target", "loop"): "the target leads back to the old address",
    ("article_id", "unknown"): "there is no such article",
}


class CsvRefused(Exception):
    """The whole file cannot be read: ``code`` is too_large, too_many, encoding or empty."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Line:
    """One line as it stands in the file; lines count from 1, the header too."""

    number: int
    cells: tuple[str, ...]
    too_long: bool = False


@dataclass(frozen=True)
class LineReport:
    """What became of a line: ``change``, or None and the ``problem`` (field, code)."""

    line: int
    address: str
    target: str
    change: Change | None = None
    problem: tuple[str, str] = ("", "")

    def words(self) -> str:
        """The report in English, on one line that a terminal can show."""
        what = f"{self.address[:200]} → {self.target[:200]}"
        said = self.change or f"refused: {WORDS[self.problem]}"
        return vietnamese.one_line(f"{said}: {what}")


def read_file(path: Path) -> tuple[Line, ...]:
    """The lines of a file. Raises OSError or CsvRefused."""
    with path.open("rb") as file:
        return read(file.read(MAX_BYTES + 1))


def read(data: bytes, most: int = MAX_LINES) -> tuple[Line, ...]:
    """The lines that say something, without the header. Raises CsvRefused."""
    if len(data) > MAX_BYTES:
        raise CsvRefused("too_large", f"the file is larger than {MAX_BYTES} bytes")
    numbered = [
        (number, text)
        for number, text in enumerate(_text(data).replace("\r\n", "\n").split("\n"), 1)
        if text.strip(" \t\r;,")
    ]
    if numbered and numbered[0][1].strip().lower() in {"sep=;", "sep=,", "sep=\t", "sep="}:
        numbered = numbered[1:]
    if len(numbered) > most + 1:
        raise CsvRefused("too_many", f"the file has more than {most} lines")
    separator = _separator([text for _number, text in numbered[:50]])
    lines = tuple(
        Line(number, (text[:LINE_MAX],), True)
        if len(text) > LINE_MAX
        else Line(number, _cells(text, separator))
        for number, text in numbered
    )
    if lines and vietnamese.fold(lines[0].cells[0]).lower() in HEADERS:
        lines = lines[1:]
    if not lines:
        raise CsvRefused("empty", "the file has no line with an old address")
    return lines


def load(
    lines: Sequence[Line], hosts: frozenset[str], *, by: Actor, dry_run: bool = False
) -> Iterator[LineReport]:
    """Enter the lines one by one and report on each; ``hosts`` are those of this site.

    A line that cannot be taken is reported and the rest goes on. Raises NotAllowed.
    """
    seen: dict[str, redirects.Destination] = {}
    for line in lines:
        address, target = (*line.cells, "", "")[:2]
        try:
            change = _enter(line, hosts, by, dry_run, seen)
            yield LineReport(line.number, address, target, change)
        except Invalid as error:
            problem = next(iter(error.problems.items()))
            yield LineReport(line.number, address, target, None, problem)


def _enter(
    line: Line,
    hosts: frozenset[str],
    by: Actor,
    dry_run: bool,
    seen: dict[str, redirects.Destination],
) -> Change:
    if line.too_long:
        raise Invalid({"line": "too_long"})
    if len(line.cells) != 2:
        raise Invalid({"line": "columns"})
    address, target = line.cells
    where = redirects.destination(target, hosts)
    change = redirects.would_be(address, **where)
    key = redirects.address_key(address)
    # Else the same file, read twice, would change the address back and forth.
    if seen.setdefault(key, where) != where:
        raise Invalid({"address": "twice"})
    if change is not Change.UNCHANGED and not dry_run:
        redirects.add_redirect(address, by=by, **where)
    return change


def _text(data: bytes) -> str:
    """The file's text. UTF-16 is known by its mark, or by the zero bytes of its Latin letters."""
    refused = CsvRefused("encoding", "the file is not UTF-8 or UTF-16 text")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data[1::2].count(0) * 8 > len(data):
        encoding = "utf-16-le"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refused from error
    if "\0" in text:
        raise refused
    return text


def _separator(texts: Sequence[str]) -> str:
    """The separator with which most lines have two columns; addresses may hold the others."""
    return max(SEPARATORS, key=lambda mark: sum(len(_cells(text, mark)) == 2 for text in texts))


def _cells(text: str, separator: str) -> tuple[str, ...]:
    """The cells of one line: a quote that is not closed ends with its line. Empty cells at the
    end, as spreadsheets leave them, do not count."""
    try:
        cells = [cell.strip() for cell in next(csv.reader([text.strip("\r")], delimiter=separator))]
    except (csv.Error, StopIteration):
        return (text,)
    while len(cells) > 2 and not cells[-1]:
        cells.pop()
    return tuple(cells)
