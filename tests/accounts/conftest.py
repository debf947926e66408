"""Sign-in asks for a fresh context on each request, as the newsroom's tests do."""

from tests.newsroom.conftest import nothing_left_over

__all__ = ["nothing_left_over"]
