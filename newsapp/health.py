"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

import os
import shutil

from flask import Blueprint

from newsapp import database
from newsapp.pages import config

bp = Blueprint("health", __name__)

DISK_FREE_MIN = 50 * 1024 * 1024


@bp.get("/healthz")
def alive() -> tuple[str, dict[str, str]]:
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@bp.get("/readyz")
def ready() -> tuple[str, int, dict[str, str]]:
    problem = database.ready() or _disk_problem()
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return f"{problem or 'ok'}\n", 503 if problem else 200, headers


def _disk_problem() -> str | None:
    folder = config().data_dir
    if not os.access(folder, os.W_OK):
        return "the data directory cannot be written"
    if shutil.disk_usage(folder).free < DISK_FREE_MIN:
        return "the disk is nearly full"
    return None
