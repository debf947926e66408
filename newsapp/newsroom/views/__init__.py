"""The newsroom's pages; importing this package puts them all on the blueprint."""

from newsapp.newsroom.door import bp
from newsapp.newsroom.views import (
    account,
    albums,
    articles,
    attachments,
    audit,
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
)

__all__ = [
    "account",
    "albums",
    "articles",
    "attachments",
    "audit",
    "bp",
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
]
