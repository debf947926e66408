"""Loads pages of an old portal into the site through the same door as an editor's save."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from newsapp.publishing import articles, site
from newsapp.publishing.audit import Actor
from newsapp.transfer.portal_text import MAX_BYTES, PortalPage, PortalTextError, identity, parse


class Outcome(StrEnum):
    """What became of one file."""

    IMPORTED = "imported"
    WOULD_IMPORT = "would import"
    KNOWN = "already here"
    REFUSED = "refused"


@dataclass(frozen=True)
class FileReport:
    """One file's outcome; ``page`` is None where it could not be read, ``reason`` says why."""

    path: Path
    outcome: Outcome
    page: PortalPage | None = None
    article_id: int | None = None
    reason: str = ""


def import_text(path: Path, zone: ZoneInfo, *, by: Actor, dry_run: bool = False) -> FileReport:
    """Import one saved page; a page that is here already is left as it is.

    Nothing is raised for a bad file: the report says what is wrong with it.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PortalTextError(f"The file is larger than {MAX_BYTES} bytes.")
        page = parse(path.read_bytes(), zone)
        key = identity(page)
        known = articles.imported(key)
        if known is not None:
            return FileReport(path, Outcome.KNOWN, page, known)
        if dry_run:
            return FileReport(path, Outcome.WOULD_IMPORT, page)
        return FileReport(path, Outcome.IMPORTED, page, _load(page, key, by))
    except OSError as error:
        return FileReport(path, Outcome.REFUSED, reason=str(error.strerror))
    except PortalTextError as error:
        return FileReport(path, Outcome.REFUSED, reason=str(error))
    except articles.Invalid as error:
        return FileReport(path, Outcome.REFUSED, reason=f"not accepted: {error.problems}")


def _load(page: PortalPage, key: str, by: Actor) -> int:
    section = site.section_named(page.section or "Tin tức", by=by)
    article = articles.create(
        articles.Content(
            title=page.title,
            lead=page.lead,
            body=page.body_html,
            byline=page.byline,
            source=page.source,
            section_id=section.id,
        ),
        by=by,
        step=articles.Step.PUBLISH,
        publish_at=page.published_at,
        origin=articles.Origin(view_baseline=page.views or 0, import_key=key),
    )
    return article.id
