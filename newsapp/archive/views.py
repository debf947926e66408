"""The archive's pages: an impossible or out-of-range day is 404, never an error."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from newsapp import pages
from newsapp.archive import queries
from newsapp.archive.calendar import Month
from newsapp.text.vietnamese import one_line, parse_date

bp = Blueprint("archive", __name__, url_prefix="/luu-tru")


@bp.get("")
def index() -> str | Response | tuple[str, int]:
    asked = one_line(request.args.get("ngay", ""))
    now, furniture = pages.surroundings()
    if asked:
        day = parse_date(asked)
        if day and furniture.span and furniture.span.holds(day):
            return redirect(day_address(day))
        page = pages.render("archive/index.html", furniture, asked=asked, asked_day=day, months=())
        return page, 404 if day else 400
    jump = _jump()
    if jump:
        return redirect(url_for("archive.month", year=jump.year, month=jump.month))
    zone = pages.config().zone
    months = tuple((year, queries.months(year.year, now, zone)) for year in furniture.years)
    return pages.render("archive/index.html", furniture, asked="", asked_day=None, months=months)


def _jump() -> Month | None:
    """The month chosen in the jump form (``?thang=2017-04``); anything else is 404."""
    text = request.args.get("thang")
    if not text:
        return None
    day = parse_date(f"{text}-01")
    return Month.of(day) if day else abort(404)


def day_address(day: date) -> str:
    """The address of a day's page."""
    return url_for("archive.day", year=day.year, month=day.month, day=day.day)


@bp.get("/<int(fixed_digits=4):year>")
def year(year: int) -> str:
    now, furniture = pages.surroundings()
    if not furniture.span or not furniture.span.first.year <= year <= furniture.span.last.year:
        abort(404)
    return pages.render(
        "archive/year.html",
        furniture,
        year=year,
        months=queries.months(year, now, pages.config().zone),
    )


@bp.get("/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>")
def month(year: int, month: int) -> str:
    chosen = Month.of(_date(year, month, 1))
    now, furniture = pages.surroundings(chosen)
    if not furniture.span or not furniture.span.holds_month(chosen):
        abort(404)
    cursor = pages.cursor_argument()
    return pages.render(
        "archive/month.html",
        furniture,
        table=furniture.calendar,
        listing=queries.month_news(chosen, cursor, now, pages.config().zone),
        cursor=cursor,
    )


@bp.get("/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<int(fixed_digits=2):day>")
def day(year: int, month: int, day: int) -> str:
    chosen = _date(year, month, day)
    now, furniture = pages.surroundings(Month.of(chosen))
    if not furniture.span or not furniture.span.holds(chosen):
        abort(404)
    return pages.render(
        "archive/day.html", furniture, news=queries.day_news(chosen, now, pages.config().zone)
    )


def _date(year: int, month: int, day: int) -> date:
    # The last month of the calendar has no following day to bound it by, and its first day begins
    # before any moment of UTC.
    if not 1 < year < 9999:
        abort(404)
    try:
        return date(year, month, day)
    except ValueError:
        abort(404)
