"""The newsroom's pages; importing this package puts them all on the blueprint."""

from newsapp.newsroom.door import bp
from newsapp.newsroom.views import (
    account,
    articles,
    audit,
    home,
    house,
    images,
    links,
    listing,
    numbers,
    people,
    sections,
    standing_pages,
)

__all__ = [
    "account",
    "articles",
    "audit",
    "bp",
    "home",
    "house",
    "images",
    "links",
    "listing",
    "numbers",
    "people",
    "sections",
    "standing_pages",
]
