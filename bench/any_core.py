"""gunicorn.conf.py without the core of its own that it gives each worker, to see what that does."""

import runpy

globals().update(runpy.run_path("gunicorn.conf.py"))
del pre_fork, post_fork  # type: ignore[name-defined]  # noqa: F821 - they came from there
