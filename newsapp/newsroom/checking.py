"""The checklist before publishing, in words: what publishing finds in the text of the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import Exists, exists, or_, select

from newsapp.extensions import db
from newsapp.models import Article, Link, Media, State
from newsapp.publishing.articles import Content
from newsapp.publishing.checklist import check, outside_hosts
from newsapp.publishing.findings import MESSAGES, Finding, Severity
from newsapp.text import richtext

# Hosts under which Vietnamese offices publish; links there are no surprise to anybody.
KNOWN_EVERYWHERE = ("gov.vn",)
# Each costs a look through so many of the latest published texts, while somebody writes; a text
# with more hosts is worth a warning anyway.
MOST_HOSTS_ASKED = 10
ARTICLES_ASKED = 1_000


@dataclass(frozen=True)
class Check:
    """One line of the checklist. ``block`` is an index into the blocks of the body (see
    ``publishing.findings.Place``), None outside of it; ``field`` is the form's."""

    severity: Severity
    field: str
    block: int | None
    words: str
    sentence: str


def checks(
    content: Content, publish_at: datetime | None, now: datetime, *, is_new: bool, host: str
) -> tuple[Check, ...]:
    """What to look at before the typed text is published; ``host`` is this site's own."""
    try:
        content = replace(content, body=richtext.clean(content.body))
    except richtext.RichTextError:
        # Saving says so beside the field; the rest of the form can be looked over all the same.
        content = replace(content, body="")
    paths = {path.removeprefix("/media/") for path in richtext.media_paths(content.body)}
    known = db.session.execute(select(Media.path, Media.alt).where(Media.path.in_(paths)))
    cover = db.session.get(Media, content.cover_id) if content.cover_id else None
    known_hosts = {*KNOWN_EVERYWHERE, host, *_linked_hosts()}
    found = check(
        content,
        publish_at=publish_at,
        now=now,
        known_domains={*known_hosts, *_linked_before(content.body, known_hosts)},
        image_alts={f"/media/{path}": alt for path, alt in known if alt},
        cover_alt="-" if cover and cover.decorative else (cover.alt if cover else ""),
        is_new=is_new,
    )
    return tuple(_in_words(finding) for finding in found)


def _linked_hosts() -> set[str]:
    """The hosts of the office's own list of links."""
    return {urlsplit(url).hostname or "" for url in db.session.scalars(select(Link.url))} - {""}


def _linked_before(body: str, known: set[str]) -> set[str]:
    """Those hosts in ``body`` beside the ``known`` ones to which one of the latest published
    articles links."""
    new = [found for found in outside_hosts(body) if found not in known][:MOST_HOSTS_ASKED]
    return {one for one in new if db.session.scalar(select(_publicly_linked(one)))}


def _publicly_linked(host: str) -> Exists:
    ends = ("/", '"', ":", "?", "#")
    links = (
        Article.body.contains(f'="{scheme}://{host}{end}', autoescape=True)
        for scheme in ("https", "http")
        for end in ends
    )
    latest = (
        select(Article.id)
        .where(Article.state == State.PUBLISHED)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(ARTICLES_ASKED)
    )
    return exists().where(Article.id.in_(latest), or_(*links))


def _in_words(finding: Finding) -> Check:
    place = finding.place
    return Check(
        finding.severity,
        finding.field,
        place.block if place else None,
        place.words if place else "",
        _(MESSAGES[finding.code], **finding.values),
    )
