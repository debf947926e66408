"""The site whose first paint waits for no script: ``gunicorn bench.lighthouse.unblocked:app``."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import BaseLoader, Environment

from wsgi import app as app

BLOCKING = ' blocking="render"'


class Unblocked(BaseLoader):
    """The application's own templates without ``BLOCKING``."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, is_fresh = self._loader.get_source(environment, template)
        if template == "base.html" and BLOCKING not in source:
            raise RuntimeError(f"base.html has no{BLOCKING}: there is nothing to compare")
        return source.replace(BLOCKING, ""), filename, is_fresh


loader = app.jinja_env.loader
if loader is None:
    raise RuntimeError("the application has no templates")
app.jinja_env.loader = Unblocked(loader)
