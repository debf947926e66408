"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint

from newsapp.keeping import checking
from newsapp.pages import config

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> tuple[str, dict[str, str]]:
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@bp.get("/readyz")
def ready() -> tuple[str, int, dict[str, str]]:
    problem = checking.trouble(config())
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return f"{problem or 'ok'}\n", 503 if problem else 200, headers
