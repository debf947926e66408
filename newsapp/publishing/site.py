"""What stands around the articles, each in a file of its own; named here too, so that importers
need one name."""

from __future__ import annotations

from newsapp.publishing.albums import add_album
from newsapp.publishing.links import LinkEntry, add_links
from newsapp.publishing.media import add_image, describe_image
from newsapp.publishing.pages import add_page
from newsapp.publishing.sections import add_section, section_named
from newsapp.publishing.settings import change_settings

__all__ = [
    "LinkEntry",
    "add_album",
    "add_image",
    "add_links",
    "add_page",
    "add_section",
    "change_settings",
    "describe_image",
    "section_named",
]
