"""The search page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, current_app, request

from newsapp import pages
from newsapp.accounts.service import signed_in
from newsapp.archive.calendar import bounds as bounds_of_days
from newsapp.furniture import Furniture
from newsapp.search import misses, queries
from newsapp.search.engine import Bounds
from newsapp.search.query import Query, parse
from newsapp.text.vietnamese import one_line, parse_date
from newsapp.visits.rules import CountedPage, exclusion

bp = Blueprint("search", __name__)


@dataclass(frozen=True)
class Asked:
    """The fields of the form as typed, and what could not be made sense of: names of fields."""

    section: str
    first: str
    last: str
    problems: tuple[str, ...]

    @property
    def filters(self) -> bool:
        return bool(self.section or self.first or self.last)


@bp.get("/tim-kiem")
def search() -> str:
    now, furniture = pages.surroundings()
    query = parse(request.args.get("q", ""))
    asked, bounds = _asked(furniture, now)
    page = _page()
    results = queries.search(query, bounds, page)
    if page > max(results.pages, 1):
        abort(404)
    suggestion = ""
    if query.groups and not results.total:
        suggestion = queries.suggestion(query, bounds)
        if not asked.filters:
            _note_miss(query, now)
    return pages.render(
        "search/search.html",
        furniture,
        # Each question is another page, and nearly all are asked once.
        keep=False,
        query=query,
        asked=asked,
        results=results,
        suggestion=suggestion,
    )


def _asked(furniture: Furniture, now: datetime) -> tuple[Asked, Bounds]:
    section, first, last = (
        one_line(request.args.get(name, ""))[:100] for name in ("muc", "tu", "den")
    )
    problems = []
    chosen: tuple[int, ...] = ()
    if section:
        found = furniture.section(section)
        if found is None:
            problems.append("muc")
        else:
            chosen = (found.id, *(child.id for child in furniture.children(found)))
    from_day, to_day = _day(first), _day(last)
    problems += [
        name
        for name, text, day in (("tu", first, from_day), ("den", last, to_day))
        if text and not day
    ]
    zone = pages.config().zone
    start = bounds_of_days(from_day, from_day, zone)[0] if from_day else None
    end = now + timedelta(microseconds=1)
    if to_day:
        end = min(end, bounds_of_days(to_day, to_day, zone)[1])
    return Asked(section, first, last, tuple(problems)), Bounds(end, start, chosen)


def _day(text: str) -> date | None:
    day = parse_date(text)
    # The last day of the calendar has no following one to bound it by.
    return None if day == date.max else day


def _page() -> int:
    """The page in ``?trang=``; anything but a number from 1 is 404."""
    text = request.args.get("trang", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text)):
        abort(404)
    return int(text)


def _note_miss(query: Query, now: datetime) -> None:
    page = CountedPage(staff=signed_in() is not None)
    if exclusion(request.environ, page) is None and not misses.note(query, now):
        current_app.logger.info("a search in vain was not counted: the database was busy")
