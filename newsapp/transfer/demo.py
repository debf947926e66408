"""Loads the demo content through publishing, and takes it away again.

Rows carry a ``demo`` mark. Whatever a person changes loses the mark and stays; a demo section or
image stays too while something that is not demo content uses it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased

from newsapp.clock import now as clock_now
from newsapp.config import Config
from newsapp.extensions import db
from newsapp.media import images
from newsapp.models import (
    Album,
    AlbumImage,
    Article,
    Language,
    Link,
    Media,
    Page,
    Section,
    Setting,
)
from newsapp.publishing import articles, site
from newsapp.publishing.audit import Actor, record
from newsapp.transfer import demo_content, drawing
from newsapp.transfer.demo_content import DemoArticle

MARKED = (Article, Section, Media, Album, Link, Page, Setting)


def present() -> bool:
    """Whether any demo article is in the site."""
    return bool(db.session.scalar(select(exists().where(Article.demo))))


def load(config: Config, *, by: Actor) -> str:
    """Write the demo content, dated back from now; returns a summary in words."""
    content = demo_content.load()
    now = clock_now()
    sections = {}
    for section in content.sections:
        parent = sections.get(section.parent) if section.parent else None
        sections[section.slug] = site.add_section(
            section.name,
            slug=section.slug,
            description=section.description,
            parent_id=parent,
            by=by,
            demo=True,
        ).id
    media = {
        name: site.add_image(
            images.store(drawing.draw(name), config.media_dir),
            by=by,
            file_name=f"{name}.png",
            alt=content.alt_texts.get(name, ""),
            demo=True,
        )
        for name in drawing.NAMES
    }
    for article in sorted(content.articles, key=lambda a: -a.age_days):
        _load_article(
            article, sections, media, _moment(article.age_days, article.time, now, config.zone), by
        )
    for album in content.albums:
        site.add_album(
            album.title,
            album.intro,
            [(media[image.name], image.caption) for image in album.images],
            by=by,
            published_at=now - timedelta(days=album.age_days),
            demo=True,
        )
    site.add_links(
        [site.LinkEntry(link.group, link.name, link.url) for link in content.links],
        by=by,
        demo=True,
    )
    for page in content.pages:
        site.add_page(
            page.slug, page.title, page.body, by=by, language=Language(page.language), demo=True
        )
    site.change_settings(content.settings, by=by, demo=True)
    return f"{len(content.articles)} articles, {len(content.albums)} albums, {len(media)} images"


def _moment(age_days: int, clock: str, now: datetime, zone: ZoneInfo) -> datetime:
    """``age_days`` before today at ``clock`` (HH:MM) in the site's zone, never ahead of now
    unless the age is negative."""
    day = now.astimezone(zone).date() - timedelta(days=age_days)
    moment = datetime.combine(day, time.fromisoformat(clock), zone)
    return min(moment, now - timedelta(minutes=5)) if age_days >= 0 else moment


def _load_article(
    article: DemoArticle,
    sections: dict[str, int],
    media: dict[str, Media],
    moment: datetime,
    by: Actor,
) -> None:
    body = article.body
    for name, image in media.items():
        body = body.replace(
            f'src="demo:{name}"',
            f'src="/media/{image.path}" width="{image.width}" height="{image.height}"',
        )
    draft = article.state == "draft"
    articles.create(
        articles.Content(
            title=article.title,
            lead=article.lead,
            body=body,
            byline=article.byline,
            source=article.source,
            former_office=article.former_office,
            section_id=sections[article.section],
            cover_id=media[article.cover].id if article.cover else None,
        ),
        by=by,
        step=articles.Step.KEEP if draft else articles.Step.PUBLISH,
        publish_at=None if draft else moment,
        origin=articles.Origin(demo=True),
    )


def remove(config: Config, *, by: Actor) -> str:
    """Delete all demo content and nothing else; returns a summary in words."""
    gone = db.session.execute(delete(Article).where(Article.demo)).rowcount  # type: ignore[attr-defined]  # a CursorResult
    for model in (Album, Link, Page, Setting):
        db.session.execute(delete(model).where(model.demo))
    paths = _remove_images()
    child = aliased(Section)
    for with_parent in (True, False):
        db.session.execute(
            delete(Section).where(
                Section.demo,
                Section.parent_id.is_not(None) if with_parent else Section.parent_id.is_(None),
                ~exists().where(Article.section_id == Section.id),
                ~exists().where(child.parent_id == Section.id),
            )
        )
    for marked in MARKED:
        db.session.execute(update(marked).where(marked.demo).values(demo=False))
    record(by, "demo.remove", "site")
    db.session.commit()
    for path in paths:
        (config.media_dir / path).unlink(missing_ok=True)
    return f"{gone} articles, {len(paths)} images"


def _remove_images() -> list[str]:
    """Delete the demo images that nothing left uses; the paths of their files."""
    unused = []
    for media_id, path in db.session.execute(select(Media.id, Media.path).where(Media.demo)).all():
        users = (
            select(func.count())
            .select_from(Article)
            .where((Article.cover_id == media_id) | Article.body.contains(path, autoescape=True))
        )
        in_album = (
            select(func.count()).select_from(AlbumImage).where(AlbumImage.media_id == media_id)
        )
        if not db.session.scalar(users) and not db.session.scalar(in_album):
            db.session.execute(delete(Media).where(Media.id == media_id))
            unused.append(path)
    return unused
