"""The style sheet of the office's own accent."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from newsapp.appearance import palette
from newsapp.furniture import site_settings

bp = Blueprint("appearance", __name__)


@bp.get("/giao-dien-<digest>.css")
def sheet(digest: str) -> Response:
    """Only the present one is there; under its address it never changes."""
    accent = site_settings().accent
    if not accent or palette.digest(accent) != digest:
        abort(404)
    answer = Response(palette.sheet(accent), mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
