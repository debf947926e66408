"""The ``newsapp`` command: Flask's command line around the application."""

from __future__ import annotations

import os

from flask.cli import FlaskGroup

from newsapp import cli, create_app
from newsapp.config import ConfigError


def main() -> None:
    """Entry point. A configuration that makes no sense is one line and exit code 1."""
    os.environ.setdefault("FLASK_SKIP_DOTENV", "1")
    try:
        app = create_app()
    except ConfigError as error:
        raise SystemExit(f"newsapp: {error}") from error
    cli.install(app)
    group = FlaskGroup(
        create_app=lambda: app,
        add_default_commands=False,
        load_dotenv=False,
        set_debug_flag=False,
        add_version_option=False,
        help="newsapp: run a small public office's news site.",
    )
    group()


if __name__ == "__main__":
    main()
