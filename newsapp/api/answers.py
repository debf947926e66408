"""The form of the interface's answers: JSON with absolute addresses, open to every origin."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from flask import Response, abort, request, url_for
from markupsafe import escape
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from newsapp import pages
from newsapp.api.asked import BadParameter
from newsapp.api.queries import Found
from newsapp.archive.calendar import MonthTable
from newsapp.archive.queries import MonthCount, YearCount
from newsapp.media.files import TYPES as DOCUMENTS
from newsapp.news.values import ArticlePage, AttachedFile, Image, SectionRef

PREFIX = "/api/v1"
MAX_AGE_SECONDS = 60
PREFLIGHT_SECONDS = 86_400
METHODS = "GET, HEAD, OPTIONS"
MESSAGES = {
    400: "the request cannot be understood",
    404: "there is nothing public at this address",
    405: "this address takes GET, HEAD and OPTIONS only",
    412: "the answer is not the one that If-Match names",
    503: "the site is busy; try again in a moment",
}
# As in media.responsive: the cleaner quotes every attribute and lets no bare quote through.
_TAG = re.compile(r'<(?:a|img)\b(?:[^"<>]++|"[^"]*+")*>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')

Json = dict[str, Any]


def is_asked() -> bool:
    """Whether the request is for an address of the interface, be there something or not."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def answer(content: Json, last_modified: datetime | None = None) -> Response:
    """``content`` as an answer that may be kept for a minute; 304 where the asker has it."""
    return keep(_written(content), last_modified)


def keep(made: Response, last_modified: datetime | None = None) -> Response:
    """``made``, which is public, with what lets caches keep it and ask again."""
    made.cache_control.public = True
    made.cache_control.max_age = MAX_AGE_SECONDS
    if last_modified is not None:  # None would be written as the present moment
        made.last_modified = last_modified
    made.add_etag()
    made.make_conditional(request)
    if made.status_code == 412:
        abort(412)
    return made


def problem(error: HTTPException) -> Response:
    """Any HTTP error in the interface's own form. Of what was sent it repeats nothing but the
    name of a parameter."""
    code = error.code or 500
    message = MESSAGES.get(code, MESSAGES[400] if code < 500 else "the site could not answer")
    if isinstance(error, BadParameter):
        message = str(error.description)
    made = _written({"error": {"code": code, "message": message}})
    made.status_code = code
    made.cache_control.no_store = True
    if isinstance(error, MethodNotAllowed):
        made.headers["Allow"] = METHODS
    return made


def open_to_all(made: Response) -> Response:
    """Let scripts of every site read ``made``, without credentials, and answer their preflight."""
    made.headers["Access-Control-Allow-Origin"] = "*"
    made.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
    if request.method == "OPTIONS" and made.status_code == 200:
        made.status_code = 204
        made.headers.pop("Content-Type", None)
        made.headers["Allow"] = METHODS
        made.headers["Access-Control-Allow-Methods"] = METHODS
        made.headers["Access-Control-Allow-Headers"] = "*"
        made.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return made


def articles(found: Found) -> Json:
    items = [
        _item(
            item.teaser.id,
            item.teaser.slug,
            item.teaser.title,
            item.teaser.lead,
            _section(item.teaser.section_slug, item.teaser.section_name),
            item.teaser.published_at,
            item.updated_at,
            item.teaser.image,
        )
        for item in found.items
    ]
    return {"items": items, "next": str(found.next) if found.next else None}


def article(page: ArticlePage) -> Json:
    section = _section(page.section.slug, page.section.name)
    return {
        **_item(
            page.id,
            page.slug,
            page.title,
            page.lead,
            section,
            page.published_at,
            page.updated_at,
            page.cover,
        ),
        "body": with_absolute_addresses(page.body),
        "text": page.body_text,
        "byline": page.byline,
        "source": page.source,
        "former_office": page.former_office,
        "attachments": [_attachment(file) for file in page.attachments],
        "version": page.version,
    }


def sections(every: Sequence[SectionRef]) -> Json:
    slugs = {section.id: section.slug for section in every}
    return {
        "items": [
            {
                "slug": section.slug,
                "name": section.name,
                "description": section.description,
                "parent": slugs[section.parent_id] if section.parent_id else None,
                "url": pages.absolute(url_for("news.section", slug=section.slug)),
            }
            for section in every
        ]
    }


def years(counts: Sequence[YearCount]) -> Json:
    return {"years": [{"year": item.year, "count": item.count} for item in counts]}


def months(year: int, counts: Sequence[MonthCount]) -> Json:
    return {
        "year": year,
        "count": sum(item.count for item in counts),
        "months": [{"month": item.month.month, "count": item.count} for item in counts],
    }


def days(table: MonthTable) -> Json:
    cells = [cell for week in table.weeks for cell in week if cell]
    return {
        "year": table.month.year,
        "month": table.month.month,
        "count": table.count,
        "days": [{"date": cell.day.isoformat(), "count": cell.count} for cell in cells],
    }


def with_absolute_addresses(html: str) -> str:
    """``html``, a fixed point of the cleaner, with the addresses of this site in links and
    pictures made absolute, so that it can stand on another site. Linear."""
    site = escape(pages.absolute(""))

    def attribute(found: re.Match[str]) -> str:
        if found[1] not in {"href", "src"} or not found[2].startswith("/"):
            return found[0]
        return f'{found[1]}="{site}{found[2]}"'

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(attribute, tag[0]), html)


def _written(content: Json) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(f"{text}\n", mimetype="application/json")


def _item(
    number: int,
    slug: str,
    title: str,
    lead: str,
    section: Json,
    published_at: datetime,
    updated_at: datetime,
    image: Image | None,
) -> Json:
    return {
        "id": number,
        "url": pages.absolute(url_for("news.article", ref=(number, slug))),
        "title": title,
        "lead": lead,
        "section": section,
        "published_at": _iso(published_at),
        "updated_at": _iso(updated_at),
        "image": _image(image) if image and image.width else None,
    }


def _section(slug: str, name: str) -> Json:
    return {"slug": slug, "name": name}


def _image(image: Image) -> Json:
    return {
        "url": _media(image.path),
        "width": image.width,
        "height": image.height,
        "alt": image.alt,
    }


def _attachment(file: AttachedFile) -> Json:
    return {
        "url": _media(file.path),
        "title": file.title,
        "size": file.size,
        "type": DOCUMENTS.get(f".{file.kind.lower()}", "application/octet-stream"),
    }


def _media(path: str) -> str:
    return pages.absolute(url_for("news.media", path=path))


def _iso(moment: datetime) -> str:
    """ISO 8601 with the site's offset. Before there were standard times it had seconds, which
    the readers of such a text do not expect."""
    offset = moment.astimezone(pages.config().zone).utcoffset() or timedelta()
    minutes = timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    return moment.astimezone(minutes).isoformat(timespec="seconds")
