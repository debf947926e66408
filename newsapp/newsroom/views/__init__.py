"""The newsroom's pages; importing this package puts them all on the blueprint."""

from newsapp.newsroom.door import bp
from newsapp.newsroom.views import (
    account,
    albums,
    articles,
    attachments,
    audit,
    history,
    home,
    house,
    images,
    library,
    links,
    listing,
    numbers,
    people,
    sections,
    standing_pages,
    writing,
)

__all__ = [
    "account",
    "albums",
    "articles",
    "attachments",
    "audit",
    "bp",
    "history",
    "home",
    "house",
    "images",
    "library",
    "links",
    "listing",
    "numbers",
    "people",
    "sections",
    "standing_pages",
    "writing",
]
