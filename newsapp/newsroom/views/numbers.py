"""Numbers for the office: the counters' figures, and the report on a period."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp import pages
from newsapp.archive.queries import span
from newsapp.clock import now as clock_now
from newsapp.furniture import site_settings
from newsapp.models import Role
from newsapp.newsroom import tables
from newsapp.newsroom.charts import chart
from newsapp.newsroom.door import bp, needs, problem
from newsapp.newsroom.report import MONTH, QUARTER, YEAR, YEARS, Period, offered
from newsapp.newsroom.report import report as report_on
from newsapp.newsroom.sheets import to_csv, to_xlsx
from newsapp.newsroom.statistics import DAYS_MAX
from newsapp.newsroom.statistics import statistics as statistics_of
from newsapp.search import misses
from newsapp.text.vietnamese import one_line, parse_date
from newsapp.visits.store import LedgerUnavailableError

SPANS = (7, 30, 90, 365)
DEFAULT_SPAN = 30
TYPED_MAX = 40
MISSES_SHOWN = 20
FILES = {
    "csv": (to_csv, "text/csv; charset=utf-8"),
    "xlsx": (to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@bp.errorhandler(LedgerUnavailableError)
def counters_away(_error: LedgerUnavailableError) -> ResponseReturnValue:
    return problem(
        _("The counters do not answer"),
        _("The figures cannot be read at this moment. Nothing is lost; try again in a minute."),
        503,
    )


@bp.get("/thong-ke")
def statistics() -> ResponseReturnValue:
    today = pages.ledger().today()
    typed = {name: one_line(request.args.get(name, ""))[:TYPED_MAX] for name in ("tu", "den")}
    chosen = request.args.get("ngay", type=int)
    if chosen not in SPANS:
        chosen = None if any(typed.values()) else DEFAULT_SPAN
    if chosen is not None:
        first = today - timedelta(days=chosen - 1)
        return statistics_page(first, today, today, chosen, typed, {})
    first, last, problems = typed_range(typed, today)
    return statistics_page(first, last, today, None, typed, problems)


def typed_range(typed: dict[str, str], today: date) -> tuple[date, date, dict[str, str]]:
    """The days from ``tu`` to ``den``, both included, and what is wrong with either field.

    A missing end is today, a missing beginning the default span before the end.
    """
    read = {name: parse_date(text) for name, text in typed.items()}
    problems = {
        name: _("“%(text)s” is no day; write 31/12/2026.", text=typed[name])
        for name, day in read.items()
        if typed[name] and day is None
    }
    last = read["den"] or today
    first = read["tu"] or last - timedelta(days=DEFAULT_SPAN - 1)
    if not problems and last > today:
        problems["den"] = _("This day is still to come.")
    elif not problems and first > last:
        problems["tu"] = _("The range ends before this day.")
    elif not problems and (last - first).days >= DAYS_MAX:
        problems["tu"] = _("Choose at most %(number)s days.", number=DAYS_MAX)
    return first, last, problems


def statistics_page(
    first: date,
    last: date,
    today: date,
    chosen: int | None,
    typed: dict[str, str],
    problems: dict[str, str],
) -> ResponseReturnValue:
    """The page; with ``problems`` it shows the fields and no figures."""
    figures = None
    if not problems:
        figures = statistics_of(pages.ledger(), first, last, today, clock_now())
    page = render_template(
        "newsroom/statistics.html",
        figures=figures,
        misses=misses.most(MISSES_SHOWN),
        visits=chart([(day.day, day.visits) for day in figures.days]) if figures else None,
        views=chart([(day.day, day.views) for day in figures.days]) if figures else None,
        first=first,
        last=last,
        today=today,
        chosen=chosen,
        typed=typed,
        problems=problems,
        spans=SPANS,
    )
    return page, 400 if problems else 200


@bp.get("/bao-cao")
@needs(Role.EDITOR)
def report() -> ResponseReturnValue:
    file = request.args.get("dang", "")
    if file and file not in FILES:
        abort(404)
    today = pages.ledger().today()
    typed = one_line(request.args.get("ky", ""))[:TYPED_MAX]
    try:
        period = Period.parse(typed) if typed else Period.holding(today, MONTH)
    except ValueError:
        return report_page(None, today, typed=typed)
    return report_file(period, file) if file else report_page(period, today)


def made(period: Period) -> tuple[tables.Book, tuple[object, ...]]:
    """The report on a period as tables, and its items for links."""
    settings, now, zone = site_settings(), clock_now(), pages.config().zone
    found = report_on(period, pages.ledger(), now, zone)
    office = settings.office_name or settings.site_name
    return tables.book(found, office, now, zone), found.items


def report_file(period: Period, file: str) -> Response:
    write, mimetype = FILES[file]
    book, _items = made(period)
    answer = Response(write(book), mimetype=mimetype)
    name = f"bao-cao-{period.key.lower()}.{file}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def report_page(period: Period | None, today: date, typed: str = "") -> ResponseReturnValue:
    """The page; without a period it shows the field, what was ``typed`` and what is wrong."""
    whole = span(clock_now(), pages.config().zone)
    book, items = made(period) if period else (None, ())
    this_month = Period.holding(today, MONTH)
    page = render_template(
        "newsroom/report.html",
        period=period,
        book=book,
        items=items,
        title=tables.report_title(),
        typed=typed,
        years=offered(whole.first if whole else today, today),
        shortcuts=(
            (this_month, _("This month")),
            (this_month.before, _("Last month")),
            (Period.holding(today, QUARTER), _("This quarter")),
            (Period.holding(today, YEAR), _("This year")),
        ),
        year_limits=YEARS,
        period_name=tables.period_name,
        days=tables.days,
        settings=site_settings(),
        today=today,
    )
    return page, 200 if period else 400
