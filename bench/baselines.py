"""What the site is held against: the same bytes with less and less around them.

The page is a file and a list of headers in the folder ``BENCH_FOLDER``, as they came from the
site once: ``page.html`` and ``headers.json``. Each application answers every address alike.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, tuple_
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, load_only, mapped_column
from sqlalchemy.orm import relationship as related

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOLDER = Path(os.environ["BENCH_FOLDER"])
PAGE = (FOLDER / "page.html").read_bytes()
HEADERS: list[tuple[str, str]] = [
    (name, value) for name, value in json.loads((FOLDER / "headers.json").read_text())
]
OTHER_HEADERS = [pair for pair in HEADERS if pair[0].lower() != "content-length"]
# What the view's page lacks in letters of the site's page.
FILLING = " " * len(PAGE.decode())


def bare(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The least that a WSGI server can be given."""
    start_response("200 OK", list(HEADERS))
    return [PAGE]


route = Flask("bench.route")


@route.get("/")
@route.get("/<path:_path>")
def page(_path: str = "") -> Response:
    """The least that Flask can do."""
    return Response(PAGE, headers=HEADERS)


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Section(Base):
    __tablename__ = "section"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]


class Article(Base):
    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"))
    title: Mapped[str]
    slug: Mapped[str]
    lead: Mapped[str]
    body: Mapped[str]
    byline: Mapped[str]
    state: Mapped[str]
    published_at: Mapped[datetime]
    section: Mapped[Section] = related()


view = Flask("bench.view", root_path=str(Path(__file__).parent))
view.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ.get('BENCH_DATABASE', '')}"
db.init_app(view)


@view.get("/tin/<int:number>-<_slug>")
def article(number: int, _slug: str) -> Response:
    """An article's page as many a site has it: four queries by the ORM and a template.

    The lists load no more than they show. The template is filled up to the size of the site's own
    page by text that costs nothing to render.
    """
    html = render(number)
    return Response(html + FILLING[len(html) :], headers=OTHER_HEADERS)


def render(number: int) -> str:
    found = db.one_or_404(
        db.select(Article)
        .options(joinedload(Article.section, innerjoin=True))
        .where(Article.id == number, Article.state == "published")
    )
    place = tuple_(Article.published_at, Article.id)
    here = (found.published_at, found.id)
    neighbours = (
        db.select(Article)
        .options(load_only(Article.id, Article.slug, Article.title, Article.published_at))
        .where(Article.section_id == found.section_id, Article.state == "published")
        .limit(6)
    )
    newer = db.session.scalars(
        neighbours.where(place > here).order_by(Article.published_at, Article.id)
    ).all()
    older = db.session.scalars(
        neighbours.where(place < here).order_by(Article.published_at.desc(), Article.id.desc())
    ).all()
    sections = db.session.scalars(db.select(Section).order_by(Section.position, Section.id)).all()
    return render_template(
        "article.html", article=found, newer=newer, older=older, sections=sections
    )
