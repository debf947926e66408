"""The newsroom's pages; importing this package puts them all on the blueprint."""

from newsapp.newsroom.door import bp
from newsapp.newsroom.views import account, articles, house, images, numbers

__all__ = ["account", "articles", "bp", "house", "images", "numbers"]
