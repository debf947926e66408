"""What templates may call: dates in the site's zone, numbers, counting marks, cleaned HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.support import Translations
from flask import Flask, g
from flask.templating import Environment as FlaskEnvironment
from flask_babel import get_locale, get_translations, gettext
from markupsafe import Markup
from sqlalchemy.orm import configure_mappers

from newsapp import pages
from newsapp.appearance import palette
from newsapp.archive.calendar import Month
from newsapp.furniture import Furniture
from newsapp.media.responsive import responsive
from newsapp.text import vietnamese
from newsapp.text.richtext import aligned_by_class
from newsapp.visits import rules as visits

# Whole tags, quoted values with them: what stands inside of a value is no tag.
_TAG = re.compile(r'<(/?)(\w+)(?:[^"<>]++|"[^"]*+")*>')

_STAFF = ("accounts", "newsroom")

COUNT_MARKS = {
    "site": visits.site_mark,
    "tiles": visits.tiles_mark,
    "today": visits.today_mark,
    "week": visits.week_mark,
    "month": visits.month_mark,
}


class Environment(FlaskEnvironment):
    """Flask's, with one dictionary of globals for all templates: none gets any of its own here, and
    to compare two layers of them takes a fifteenth of a page's time."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def install(app: Flask, zone: ZoneInfo) -> None:
    """Give the templates their filters and functions."""

    def dateline(moment: datetime) -> str:
        """``Thứ Bảy, 15/04/2017, 10:00``; in the English interface its English like."""
        if _english():
            return babel_datetime(moment.astimezone(zone), "EEEE, dd/MM/yyyy, HH:mm", locale="en")
        return vietnamese.format_dateline(moment, zone)

    def local_date(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    def iso(moment: datetime) -> str:
        """ISO 8601 with the site's offset, for ``<time datetime>``."""
        return moment.astimezone(zone).isoformat(timespec="seconds")

    def rfc822(moment: datetime) -> str:
        """``Sat, 15 Apr 2017 10:00:00 +0700``, as RSS wants it."""
        return format_datetime(moment.astimezone(zone))

    def clock_time(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%H:%M")

    install_gettext(app)
    app.jinja_env.filters.update(
        dateline=dateline,
        local_date=local_date,
        iso=iso,
        rfc822=rfc822,
        clock_time=clock_time,
        short_date=lambda day: f"{day:%d/%m/%Y}",
        long_date=long_date,
        weekday=weekday,
        number=vietnamese.format_number,
        file_size=file_size,
        responsive=responsive,
        aligned_by_class=aligned_by_class,
        scrolling=scrolling,
    )
    app.jinja_env.globals.update(
        url_for=pages.address,
        views_mark=lambda article_id, baseline: Markup(  # noqa: S704 - a mark of our own
            visits.views_mark(article_id, baseline)
        ),
        count_mark=lambda name: Markup(COUNT_MARKS[name]()),  # noqa: S704 - a mark of our own
        article_url=lambda item: pages.address("news.article", ref=(item.id, item.slug)),
        album_url=lambda item: pages.address("news.album", ref=(item.id, item.slug)),
        media_url=lambda path: pages.address("news.media", path=path),
        month_url=lambda month: pages.address("archive.month", year=month.year, month=month.month),
        day_url=lambda day: pages.address(
            "archive.day", year=day.year, month=day.month, day=day.day
        ),
        month_of=Month.of,
        accent_url=lambda accent: pages.address("appearance.sheet", digest=palette.digest(accent)),
        cleaned=cleaned,
        once=once,
    )


def load(app: Flask) -> None:
    """Compile the readers' templates, read their language, set up the models: what a process has
    before it forks, its children share, and the first reader need not wait for it."""
    configure_mappers()
    for name in app.jinja_env.list_templates():
        if name.partition("/")[0] not in _STAFF:
            app.jinja_env.get_template(name)
    with app.app_context():
        app.jinja_env.from_string("{{ _('Sections') }}").render()


def install_gettext(app: Flask) -> None:
    """Let templates translate by what was found once for each language: a page asks a hundred
    times, and Flask-Babel looks for request, language and catalogue anew each time."""
    catalogues: dict[str, Translations] = {}
    known: dict[tuple[str, str], Markup] = {}

    def catalogue(language: str) -> Translations:
        if language not in catalogues:
            catalogues[language] = get_translations()
        return catalogues[language]

    def translated(text: str, /, **values: object) -> Markup:
        language = _language()
        found = known.get((language, text))
        if found is None:
            found = Markup(catalogue(language).ugettext(text))  # noqa: S704 - a text of our own
            known[language, text] = found
        return found % values if "%" in found else found

    def counted(one: str, many: str, number: int, /, **values: object) -> Markup:
        found = catalogue(_language()).ungettext(one, many, number)
        return Markup(found) % {"num": number, **values}  # noqa: S704 - a text of our own

    app.jinja_env.globals.update(gettext=translated, ngettext=counted, _=translated)


def _language() -> str:
    """``get_locale().language``, from where Flask-Babel keeps it once it was asked."""
    try:
        return str(g._flask_babel.babel_locale.language)
    except AttributeError:
        return str(get_locale().language)


def scrolling(html: str) -> str:
    """``html``, a fixed point of the cleaner, with each table in a frame of its own, in which it
    scrolls sideways where the page is narrow, also by keyboard."""
    name = gettext("Table")
    frame = f'<div class="scroll" role="group" tabindex="0" aria-label="{name}">'

    def framed(tag: re.Match[str]) -> str:
        if tag[2] != "table":
            return tag[0]
        return tag[0] + "</div>" if tag[1] else frame + tag[0]

    return _TAG.sub(framed, html)


def once(furniture: Furniture, name: object, caller: Callable[[], str]) -> str:
    """What a ``call`` block writes, rendered once for these surroundings: a part that is the same
    on each of their pages."""
    key = name, _language()
    if key not in furniture.rendered:
        furniture.rendered[key] = caller()
    return furniture.rendered[key]


def cleaned(html: str) -> Markup:
    """HTML that ``text.richtext`` has cleaned, marked as safe. Used by one macro only."""
    return Markup(html)  # noqa: S704 - the body as stored, a fixed point of the cleaner


def file_size(size: int) -> str:
    """``348 KB``, ``1,2 MB`` for a number of bytes; in the English interface ``1.2 MB``."""
    if size < 1024 * 1024:
        return f"{-(-size // 1024)} KB"
    written = f"{size / 1024**2:.1f} MB"
    return written if _english() else written.replace(".", ",")


def long_date(day: date) -> str:
    """``Thứ Bảy, 15/04/2017``."""
    if _english():
        return babel_date(day, "EEEE, dd/MM/yyyy", locale="en")
    return vietnamese.format_date(day)


def weekday(day: date) -> str:
    return babel_date(day, "EEEE", locale="en") if _english() else vietnamese.weekday_name(day)


def _english() -> bool:
    return _language() == "en"
