"""The newsroom's pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("newsroom", __name__, url_prefix="/bien-tap")
