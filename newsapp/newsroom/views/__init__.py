"""The newsroom's pages; importing this package puts them all on the blueprint."""

from newsapp.newsroom.door import bp
from newsapp.newsroom.views import account, articles, audit, house, images, listing, numbers, people

__all__ = ["account", "articles", "audit", "bp", "house", "images", "listing", "numbers", "people"]
