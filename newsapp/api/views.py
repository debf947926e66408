"""The addresses of the interface. Each answers JSON, reads no cookie and sets none."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, abort

from newsapp import pages
from newsapp.api import answers, asked, queries
from newsapp.archive import queries as archive
from newsapp.archive.calendar import Month
from newsapp.clock import now as clock_now
from newsapp.config import ROOT
from newsapp.news import queries as news

bp = Blueprint("api", __name__, url_prefix=answers.PREFIX)
DESCRIPTION = ROOT / "docs" / "openapi.json"
# An address with doubled slashes is nothing: the redirect to the right one would be a page.
get = partial(bp.get, merge_slashes=False)


@bp.after_app_request
def open_to_all(made: Response) -> Response:
    # Of the whole application, because no route is met at an address with nothing behind it.
    return answers.open_to_all(made) if answers.is_asked() else made


@get("/articles")
def articles() -> Response:
    question = asked.articles()
    try:
        found = queries.articles(question, clock_now(), pages.config().zone)
    except queries.UnknownSection:
        raise asked.BadParameter("section", "is not the slug of a section") from None
    return answers.answer(answers.articles(found))


@get("/articles/<article_id>")
def article(article_id: str) -> Response:
    number = asked.article_id(article_id)
    asked.nothing()
    now = clock_now()
    found = news.article(number, now) or abort(404)
    # What was saved while the clock was wrong may lie ahead; HTTP knows no change in the future.
    changed = min(max(found.published_at, found.updated_at), now)
    return answers.answer(answers.article(found), changed)


@get("/sections")
def sections() -> Response:
    asked.nothing()
    return answers.answer(answers.sections(news.sections()))


@get("/archive")
def archive_years() -> Response:
    asked.nothing()
    now, zone = clock_now(), pages.config().zone
    whole = archive.span(now, zone)
    return answers.answer(answers.years(archive.years(whole, now, zone) if whole else ()))


@get("/archive/<int(fixed_digits=4):year>")
def archive_year(year: int) -> Response:
    asked.nothing()
    now, zone = clock_now(), pages.config().zone
    whole = archive.span(now, zone)
    if whole is None or not whole.first.year <= year <= whole.last.year:
        abort(404)
    return answers.answer(answers.months(year, archive.months(year, now, zone)))


@get("/archive/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>")
def archive_month(year: int, month: int) -> Response:
    asked.nothing()
    now, zone = clock_now(), pages.config().zone
    whole = archive.span(now, zone)
    chosen = Month(year, month)
    if whole is None or not 1 <= month <= 12 or not whole.holds_month(chosen):
        abort(404)
    return answers.answer(answers.days(archive.month_table(chosen, now, zone)))


@get("/openapi.json")
def openapi() -> Response:
    asked.nothing()
    return answers.keep(Response(DESCRIPTION.read_bytes(), mimetype="application/json"))
