"""Two people saved one article: both texts side by side, three ways on, and no word lost."""

from __future__ import annotations

import secrets
from contextlib import suppress

from flask import render_template, request
from flask.typing import ResponseReturnValue

from newsapp.clock import now as clock_now
from newsapp.news import queries as news
from newsapp.newsroom import comparing
from newsapp.newsroom.comparing import Merged
from newsapp.newsroom.door import actor
from newsapp.newsroom.forms import ArticleForm
from newsapp.newsroom.queries import StoredArticle
from newsapp.publishing import autosave, history
from newsapp.publishing.articles import Content, NotFound
from newsapp.publishing.autosave import SlotFull, SlotTaken


def conflict_page(
    form: ArticleForm, mine: Content, stored: StoredArticle, pressed: str
) -> ResponseReturnValue:
    """Both texts. ``mine`` is the form's content as publishing would store it; it is kept in its
    writer's slot too, so that even who leaves it here finds it again."""
    key = form.raw("slot") or secrets.token_hex(16)
    base = form.read_version()
    fields = form.typed_fields()
    with suppress(SlotTaken, SlotFull):
        autosave.keep(stored.id, key, base, fields, by=actor(), now=clock_now())
    page = render_template(
        "newsroom/conflict.html",
        stored=stored,
        fields=comparing.compared(stored.content, mine, section_names()),
        sent={**fields, "version": stored.version, "base": base, "slot": key},
        pressed=pressed or "keep",
    )
    return page, 409


def merge_of(mine: Content, stored: StoredArticle) -> Merged:
    """Both texts in one, by the version that ``mine`` began from; without it nothing is agreed."""
    asked = request.form.get("base", "")
    try:
        base = history.past(stored.id, int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
        origin = base.content
    except NotFound:
        origin = Content()
    return comparing.merged(origin, mine, stored.content, section_names())


def section_names() -> dict[int, str]:
    return {section.id: section.name for section in news.sections()}
