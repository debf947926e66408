"""What an article's page tells machines about the article: Dublin Core, Open Graph, schema.org.

Plain values; ``templates/_macros/metadata.html`` writes them into the page. The rules for public
sites ask for six names of Dublin Core: title, creator, date, description, publisher, identifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsapp import pages
from newsapp.furniture import Furniture
from newsapp.news.values import ArticlePage, Image
from newsapp.text.richtext import excerpt

DESCRIPTION_MAX = 300
# What search engines show of a headline.
HEADLINE_MAX = 110
LANGUAGE = "vi"

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Metadata:
    """Names and values in the order in which they are written; no value is empty. ``json_ld`` is
    for a JSON writer that lets no ``<`` through."""

    description: str
    dublin_core: Pairs
    open_graph: Pairs
    json_ld: dict[str, Any]


def article_metadata(article: ArticlePage, furniture: Furniture) -> Metadata:
    """The metadata of a public article. Addresses are absolute, times have the site's offset."""
    settings = furniture.settings
    publisher = settings.office_name or settings.site_name
    address = _address("news.article", ref=(article.id, article.slug))
    published = _moment(article.published_at)
    # What was written before its hour is, to readers, as new as that hour.
    modified = _moment(max(article.published_at, article.updated_at))
    description = describe(article)
    return Metadata(
        description=description,
        dublin_core=_said(
            ("DC.title", article.title),
            ("DC.creator", article.byline or publisher),
            ("DC.date", published),
            ("DC.description", description),
            ("DC.publisher", publisher),
            ("DC.identifier", address),
            ("DC.language", LANGUAGE),
            ("DC.source", article.source or publisher),
            ("DC.contributor", article.former_office or settings.responsible),
            ("DC.subject", article.section.name),
        ),
        open_graph=_said(
            ("og:type", "article"),
            ("og:title", article.title),
            ("og:url", address),
            ("og:description", description),
            *_open_graph_image(article.cover),
            ("og:site_name", settings.site_name),
            ("og:locale", "vi_VN"),
            ("article:published_time", published),
            ("article:modified_time", modified),
            ("article:section", article.section.name),
        ),
        json_ld={
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "mainEntityOfPage": {"@type": "WebPage", "@id": address},
            "headline": excerpt(article.title, HEADLINE_MAX),
            "description": description,
            "datePublished": published,
            "dateModified": modified,
            "inLanguage": LANGUAGE,
            "articleSection": article.section.name,
            "author": {"@type": "Person", "name": article.byline}
            if article.byline
            else {"@type": "Organization", "name": publisher},
            "publisher": {
                "@type": "Organization",
                "name": publisher,
                "url": _address("news.home"),
                **({"logo": _image_object(furniture.logo)} if furniture.logo else {}),
            },
            **({"image": [_image_object(article.cover)]} if article.cover else {}),
        },
    )


def describe(article: ArticlePage) -> str:
    """The lead in short, else how the text begins, else the title: never empty."""
    for text in (article.lead, article.body_text):
        if said := excerpt(text, DESCRIPTION_MAX):
            return said
    return article.title


def _said(*pairs: tuple[str, str]) -> Pairs:
    return tuple((name, value) for name, value in pairs if value)


def _open_graph_image(image: Image | None) -> Pairs:
    if image is None:
        return ()
    return (
        ("og:image", _media(image)),
        ("og:image:width", str(image.width)),
        ("og:image:height", str(image.height)),
        ("og:image:alt", image.alt),
    )


def _image_object(image: Image) -> dict[str, Any]:
    return {
        "@type": "ImageObject",
        "url": _media(image),
        "width": image.width,
        "height": image.height,
    }


def _moment(moment: datetime) -> str:
    """ISO 8601 with the site's offset."""
    return moment.astimezone(pages.config().zone).isoformat(timespec="seconds")


def _media(image: Image) -> str:
    return _address("news.media", path=image.path)


def _address(endpoint: str, **values: Any) -> str:
    return pages.absolute(pages.address(endpoint, **values))
