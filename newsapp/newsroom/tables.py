"""The report as tables, in words and plain values.

The page and both files show these tables and nothing else, so that no two can disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from newsapp.newsroom.report import MONTH, QUARTER, Compared, Line, Period, Report

Cell = str | int | Decimal | datetime | None
_ROMAN = ("I", "II", "III", "IV")


class Kind(StrEnum):
    """What a column holds: words, a number, a signed number, per cent, a moment."""

    WORDS = "words"
    TITLE = "title"
    NUMBER = "number"
    CHANGE = "change"
    PERCENT = "percent"
    MOMENT = "moment"


@dataclass(frozen=True)
class Head:
    """The head of a column. ``width`` is in characters, for spreadsheets; ``short`` is for
    phones, where it stands beside each value."""

    label: str
    kind: Kind
    width: int = 12
    short: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the report. ``key`` names it in addresses and styles; ``total`` is its last line.

    Cells are plain values: None where nothing can be said (shown as a dash), per cent as Decimal
    with one decimal, moments in the site's zone.
    """

    key: str
    name: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None


@dataclass(frozen=True)
class Book:
    """The whole report as tables, under its title and lines that say what it is about."""

    title: str
    about: tuple[str, ...]
    tables: tuple[Table, ...]


def book(report: Report, office: str, made_at: datetime, zone: ZoneInfo) -> Book:
    """The report in the language of the request. ``made_at`` is aware."""
    before = report.period.before
    return Book(
        title=f"{report_title()} – {period_name(report.period)}",
        about=(
            office,
            _("Days counted: %(days)s", days=days(report.period)),
            _(
                "Compared with: %(period)s (%(days)s)",
                period=period_name(before),
                days=days(before),
            ),
            _("Made on %(moment)s", moment=f"{made_at.astimezone(zone):%d/%m/%Y, %H:%M}"),
        ),
        tables=(
            _summary(report),
            _grouped("section", _("By section"), _("Section"), report.by_section, report),
            _grouped("writer", _("By writer (account)"), _("Writer"), report.by_writer, report),
            _grouped("byline", _("By byline"), _("Byline"), report.by_byline, report),
            _grouped("source", _("By source"), _("Source"), report.by_source, report),
            _listed(report, zone),
        ),
    )


def report_title() -> str:
    return str(_("Report on published items"))


def period_name(period: Period) -> str:
    """``Tháng 10/2026``, ``Quý III/2026``, ``Năm 2026``."""
    if period.months == MONTH:
        name = _("Month %(month)s/%(year)s", month=period.number, year=period.year)
    elif period.months == QUARTER:
        roman = _ROMAN[period.number - 1]
        name = _("Quarter %(quarter)s/%(year)s", quarter=roman, year=period.year)
    else:
        name = _("Year %(year)s", year=period.year)
    return str(name)


def days(period: Period) -> str:
    """``01/10/2026–31/10/2026``."""
    return f"{period.first:%d/%m/%Y}–{period.last:%d/%m/%Y}"


def _comparison() -> tuple[Head, ...]:
    return (
        Head(_("This period"), Kind.NUMBER),
        Head(_("Period before"), Kind.NUMBER),
        Head(_("Change"), Kind.CHANGE),
        Head(_("Change in per cent"), Kind.PERCENT, short="%"),
    )


def _compared(figure: Compared) -> tuple[Cell, ...]:
    return figure.now, figure.before, figure.change, figure.percent


def _summary(report: Report) -> Table:
    figures = (
        (_("Items published"), report.published),
        (_("Views of these items"), report.views),
        (_("Views of all articles"), report.all_views),
        (_("Pages printed"), report.prints),
        (_("Visits of the site"), report.visits),
    )
    return Table(
        "summary",
        _("Summary"),
        (Head(_("Figure"), Kind.WORDS, 32), *_comparison()),
        tuple((name, *_compared(figure)) for name, figure in figures),
    )


def _grouped(key: str, name: str, what: str, lines: Sequence[Line], report: Report) -> Table:
    heads = (
        Head(what, Kind.WORDS, 32),
        Head(_("Items"), Kind.NUMBER),
        Head(_("Items before"), Kind.NUMBER, 14, _("Period before")),
        Head(_("Change"), Kind.CHANGE),
        Head(_("Change in per cent"), Kind.PERCENT, short="%"),
        Head(_("Views"), Kind.NUMBER),
        Head(_("Views before"), Kind.NUMBER, 16, _("Period before")),
        Head(_("Change"), Kind.CHANGE),
        Head(_("Change in per cent"), Kind.PERCENT, short="%"),
    )
    rows = tuple(
        (line.name or _nameless(key), *_compared(line.items), *_compared(line.views))
        for line in lines
    )
    total = (_("Total"), *_compared(report.published), *_compared(report.views))
    return Table(key, name, heads, rows, total)


def _nameless(key: str) -> str:
    words: dict[str, str] = {
        "writer": _("No account (imported or demo)"),
        "byline": _("No byline"),
        "source": _("No source named"),
    }
    return words.get(key, "")


def _listed(report: Report, zone: ZoneInfo) -> Table:
    heads = (
        Head(_("No."), Kind.NUMBER, 6),
        Head(_("Time of publication"), Kind.MOMENT, 17),
        Head(_("Title"), Kind.TITLE, 60),
        Head(_("Section"), Kind.WORDS, 20),
        Head(_("Writer"), Kind.WORDS, 20),
        Head(_("Byline"), Kind.WORDS, 20),
        Head(_("Source"), Kind.WORDS, 24),
        Head(_("Views"), Kind.NUMBER),
    )
    rows = tuple(
        (
            number,
            item.published_at.astimezone(zone),
            item.title,
            item.section,
            item.writer,
            item.byline,
            item.source,
            item.views,
        )
        for number, item in enumerate(report.items, 1)
    )
    total = (report.published.now, "", _("Total"), "", "", "", "", report.views.now)
    return Table("list", _("List of items"), heads, rows, total)
