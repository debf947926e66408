"""The print page and the article as one self-contained file."""

from __future__ import annotations

import base64
import hashlib
import re

from flask import Blueprint, Response, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from newsapp import pages, static_files
from newsapp.clock import now as clock_now
from newsapp.furniture import Furniture
from newsapp.media.files import extension
from newsapp.media.images import TYPES
from newsapp.news import queries
from newsapp.news.values import ArticlePage
from newsapp.text.qr import qr_svg

bp = Blueprint("printing", __name__)

MEDIA_SOURCE = re.compile(r'(<img\b[^>]*?\bsrc=")/media/([^"]+)(")')


@bp.get("/tin/<numbered:ref>/ban-in")
def print_page(ref: tuple[int, str]) -> str | BaseResponse:
    found, furniture = _article(ref[0])
    if elsewhere := pages.moved("printing.print_page", ref, found.slug):
        return elsewhere
    return pages.render(
        "printing/print.html",
        furniture,
        # It says when it was printed.
        keep=False,
        article_id=found.id,
        print_page=True,
        **_document(found),
    )


@bp.get("/tin/<numbered:ref>/luu")
def saved_file(ref: tuple[int, str]) -> BaseResponse:
    found, furniture = _article(ref[0])
    if elsewhere := pages.moved("printing.saved_file", ref, found.slug):
        return elsewhere
    css = (static_files.SOURCE / "css" / "print.css").read_text(encoding="utf-8")
    policy = _saved_policy(css)
    html = render_template(
        "printing/saved.html",
        policy=policy,
        furniture=furniture,
        settings=furniture.settings,
        css=Markup(css),  # noqa: S704 - our own stylesheet
        body=embed_media(found.body),
        **_document(found),
    )
    answer = Response(html, mimetype="text/html")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.id}-{found.slug}.html"'
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'; sandbox"
    return answer


def _saved_policy(css: str) -> str:
    """What the file may do, online and on somebody's disk: show its own style and pictures."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none';"
        " form-action 'none'"
    )


def _article(article_id: int) -> tuple[ArticlePage, Furniture]:
    now, furniture = pages.surroundings()
    return queries.article(article_id, now) or pages.gone(article_id, now), furniture


def _document(article: ArticlePage) -> dict[str, object]:
    address = pages.absolute(url_for("news.article", ref=(article.id, article.slug)))
    return {
        "article": article,
        "address": address,
        "qr": Markup(qr_svg(address, error="m", scale=3, border=0, omitsize=True)),  # noqa: S704 - our own SVG
        "printed_at": clock_now(),
    }


def embed_media(body: str) -> str:
    """``body`` with each image of the site inside it, so that the file opens offline.

    An image whose file is gone keeps its alternative text and has an empty source. Raises
    StorageAway: a file that people keep must not lack pictures for a moment's trouble.
    """

    def inside(match: re.Match[str]) -> str:
        try:
            kind = TYPES[extension(match[2])]
            with pages.config().media.open(match[2]).file as file:
                data = base64.b64encode(file.read()).decode("ascii")
        except (KeyError, FileNotFoundError):
            return f"{match[1]}data:,{match[3]}"
        return f"{match[1]}data:{kind};base64,{data}{match[3]}"

    return MEDIA_SOURCE.sub(inside, body)
