"""The audit log, for administrators. It is read here and written by nobody."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from newsapp import pages
from newsapp.models import Role
from newsapp.newsroom import deeds
from newsapp.newsroom.door import bp, needs


@bp.get("/nhat-ky")
@needs(Role.ADMINISTRATOR)
def audit_log() -> ResponseReturnValue:
    search = deeds.Search.read(request.args)
    before = request.args.get("truoc")
    cursor = deeds.read_cursor(before) if before else None
    if before and cursor is None:
        abort(404)
    found = deeds.sheet(search, cursor, pages.config().zone)
    page = render_template(
        "newsroom/audit.html",
        sheet=found,
        search=search,
        later=cursor is not None,
        people=deeds.people(),
        choices=deeds.choices(),
    )
    return page, 422 if search.problems else 200
