"""Loads the demo content through publishing, and takes it away again.

Rows carry a ``demo`` mark. Whatever a person changes loses the mark and stays; a demo section or
image stays too while something that is not demo content uses it.
"""

from __future__ import annotations

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from newsapp.clock import now as clock_now
from newsapp.config import Config
from newsapp.extensions import db
from newsapp.media import images, storage
from newsapp.models import (
    Album,
    Article,
    Audit,
    Language,
    Link,
    Media,
    Page,
    Section,
    Setting,
)
from newsapp.publishing import articles, site
from newsapp.publishing.audit import Actor, record
from newsapp.publishing.uses import uses
from newsapp.transfer import demo_content, drawing
from newsapp.transfer.demo_content import Demo, DemoArticle, DemoSite

LOADED = "demo.load"
MARKED = (Article, Section, Media, Album, Link, Page, Setting)


def present() -> bool:
    """Whether any demo article is in the site."""
    return bool(db.session.scalar(select(exists().where(Article.demo))))


def unfinished() -> bool:
    """Whether an interrupted load left a part of the demo behind."""
    loaded = select(exists().where(Audit.action == LOADED))
    return present() and not db.session.scalar(loaded)


def load(config: Config, *, by: Actor) -> str:
    """Write the demo content as of now; returns a summary in words.

    What an interrupted load left is taken away first. What the site has already keeps its place:
    a section or page at the same address is used as it is, a setting is not overwritten.
    """
    if unfinished():
        remove(config, by=by)
    content = demo_content.load(clock_now(), config.zone)
    known = db.session.execute(select(Section.slug, Section.id))
    sections: dict[str, int] = {row.slug: row.id for row in known}
    for section in content.sections:
        if section.slug in sections:
            continue
        sections[section.slug] = site.add_section(
            section.name,
            slug=section.slug,
            description=section.description,
            parent_id=sections[section.parent] if section.parent else None,
            by=by,
            demo=True,
        ).id
    media = _draw(content, config, by)
    for article in content.articles:
        _load_article(article, sections, media, by)
    for album in content.albums:
        site.add_album(
            album.title,
            album.intro,
            [(media[picture.name], picture.caption) for picture in album.pictures],
            by=by,
            published_at=album.published_at,
            demo=True,
        )
    site.add_links(
        [site.LinkEntry(link.group, link.name, link.url) for link in content.links],
        by=by,
        demo=True,
    )
    own_pages = set(db.session.scalars(select(Page.slug)))
    for page in content.pages:
        if page.slug not in own_pages:
            site.add_page(
                page.slug,
                page.title,
                _with_pictures(page.body, media),
                by=by,
                language=Language(page.lang),
                demo=True,
            )
    own_settings = set(db.session.scalars(select(Setting.key)))
    settings = {k: v for k, v in _settings(content.site).items() if k not in own_settings}
    site.change_settings(settings, by=by, demo=True)
    record(by, LOADED, "site")
    db.session.commit()
    return f"{len(content.articles)} articles, {len(content.albums)} albums, {len(media)} images"


def _draw(content: Demo, config: Config, by: Actor) -> dict[str, Media]:
    return {
        name: site.add_image(
            images.store(drawing.draw(name), config.media),
            by=by,
            file_name=f"{name}.jpg",
            alt=content.alt_texts[name],
            demo=True,
        )
        for name in drawing.NAMES
    }


def _settings(office: DemoSite) -> dict[str, str]:
    return {
        "site_name": office.name,
        "office_name": office.office,
        "parent_office": office.parent_body,
        "address": office.address,
        "phone": office.phone,
        "email": office.email,
        "responsible": office.responsible,
        "source_line": office.source_line,
        "legal_line": office.legal_line,
    }


def _load_article(
    article: DemoArticle, sections: dict[str, int], media: dict[str, Media], by: Actor
) -> None:
    draft = article.state == "draft"
    articles.create(
        articles.Content(
            title=article.title,
            lead=article.lead,
            body=_with_pictures(article.body, media),
            byline=article.byline,
            source=article.source or "",
            former_office=article.former_office or "",
            section_id=sections[article.section],
            cover_id=media[article.cover].id if article.cover else None,
        ),
        by=by,
        step=articles.Step.KEEP if draft else articles.Step.PUBLISH,
        publish_at=None if draft else article.published_at,
        origin=articles.Origin(view_baseline=article.imported_views, demo=True),
    )


def _with_pictures(body: str, media: dict[str, Media]) -> str:
    """``body`` with the addresses of its pictures, which it names."""
    for name, image in media.items():
        body = body.replace(
            f'src="{demo_content.PICTURE_PREFIX}{name}"',
            f'src="/media/{image.path}" width="{image.width}" height="{image.height}"',
        )
    return body


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
        storage.remove(path, config.media)
    return f"{gone} articles, {len(paths)} images"


def _remove_images() -> list[str]:
    """Delete the demo images that nothing left uses; the paths of their files."""
    unused = []
    for media_id, path in db.session.execute(select(Media.id, Media.path).where(Media.demo)).all():
        if not uses(media_id):
            db.session.execute(delete(Media).where(Media.id == media_id))
            unused.append(path)
    return unused
